"""Training sets, tuning, gates, registry, scoring and retraining policy: the pure core of everything about models."""
