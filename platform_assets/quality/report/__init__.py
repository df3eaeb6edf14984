"""Drift as people see it: one HTML file, and for the Dagster UI a picture in Markdown."""
