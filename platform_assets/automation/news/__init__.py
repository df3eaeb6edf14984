"""What Dagster's event log and the lake's tables tell that people should know; one source a file.

A source gets how far it read the last time, in a form of its own that fits JSON, and returns news with how far it got.
"""
