"""What a run on Spark made of its machines, read from Spark's event log, and what to change."""

from platform_assets.compute.utilisation.errors import EventLogError, EventLogMissing, MachineMetricsBroken
from platform_assets.compute.utilisation.machines import MachineMetrics, read_machine_metrics
from platform_assets.compute.utilisation.period import Period
from platform_assets.compute.utilisation.read import read_event_log
from platform_assets.compute.utilisation.utilisation import Utilisation

__all__ = [
    "EventLogError",
    "EventLogMissing",
    "MachineMetrics",
    "MachineMetricsBroken",
    "Period",
    "Utilisation",
    "read_event_log",
    "read_machine_metrics",
]
