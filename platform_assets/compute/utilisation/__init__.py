"""What a run on Spark made of its machines, read from Spark's event log, and what to change."""

from platform_assets.compute.utilisation.errors import EventLogError, EventLogMissing
from platform_assets.compute.utilisation.period import Period
from platform_assets.compute.utilisation.read import read_event_log
from platform_assets.compute.utilisation.utilisation import Utilisation

__all__ = ["EventLogError", "EventLogMissing", "Period", "Utilisation", "read_event_log"]
