"""Tells people what broke and that it is well again: incidents, threads, routes and sinks; without Dagster."""
