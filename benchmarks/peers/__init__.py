"""Peers of the platform's own profiles, each run in an environment of its own by benchmarks/profile.py."""
