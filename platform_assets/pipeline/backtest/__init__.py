"""Backtests of retraining policies on what the lake holds; nothing of production is written to."""
