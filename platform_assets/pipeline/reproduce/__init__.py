"""THE SAME MODEL AGAIN: a version trained anew from what was recorded of it, and compared bit for bit."""

from platform_assets.pipeline.reproduce.errors import CannotReproduce
from platform_assets.pipeline.reproduce.rebuild import reproduce
from platform_assets.pipeline.reproduce.result import Comparison, Reproduction

__all__ = ["CannotReproduce", "Comparison", "Reproduction", "reproduce"]
