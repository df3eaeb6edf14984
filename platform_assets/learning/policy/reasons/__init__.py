"""Declared reasons to retrain, each a function of its declaration and the evidence."""

from platform_assets.learning.policy.reasons.combining import first_reason

__all__ = ["first_reason"]
