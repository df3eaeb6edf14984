"""WHEN things run: conditions on inputs, arrival of files, the retraining policy."""
