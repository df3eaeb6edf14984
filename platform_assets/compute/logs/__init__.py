"""What the logs of a driver and its executors tell about a failure."""

from platform_assets.compute.logs.episode import Cause
from platform_assets.compute.logs.excerpt import LogSection
from platform_assets.compute.logs.extract import LogExtract, extract_failure

__all__ = ["Cause", "LogExtract", "LogSection", "extract_failure"]
