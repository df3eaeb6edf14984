"""Expectations that a profile answers exactly: the same success and the same result as Great Expectations, at once."""

from platform_assets.quality.expectations.from_profile.answer import answer
from platform_assets.quality.expectations.from_profile.facts import Answer, Facts

__all__ = ["Answer", "Facts", "answer"]
