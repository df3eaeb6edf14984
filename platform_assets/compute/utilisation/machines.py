"""What the machines of a cluster did, minute by minute: CPU, memory and disk, as their own agents measured them."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from platform_assets.compute.utilisation.errors import MachineMetricsBroken
from platform_assets.lake.store import Store

#: What is measured of each machine.
Measure = Literal["cpu", "memory", "disk"]
#: How long a value holds.
MINUTE_MS = 60_000
# So many percent are a whole.
_WHOLE = 100.0


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Measured(_Read):
    """One value.

    Attributes:
        at_ms: milliseconds of the epoch at which its minute begins.
        percent: of what the machine has, 0 to 100: of all its cores, of its memory, of its fullest disk.
    """

    at_ms: int
    percent: float = Field(ge=0)

    @property
    def share(self) -> float:
        """The value from 0 to 1."""
        return min(self.percent / _WHOLE, 1.0)


class MachineUse(_Read):
    """One machine and its values in the order of time; times are milliseconds of the epoch."""

    instance_id: str
    instance_type: str
    role: Literal["primary", "core", "task"]
    started_ms: int
    ended_ms: int
    cpu: tuple[Measured, ...] = ()
    memory: tuple[Measured, ...] = ()
    disk: tuple[Measured, ...] = ()

    def values(self, measure: Measure) -> tuple[Measured, ...]:
        """The values of one measure."""
        found: tuple[Measured, ...] = getattr(self, measure)
        return found


class MachineMetrics(_Read):
    """The machines of one cluster."""

    cluster_id: str
    machines: tuple[MachineUse, ...]

    @property
    def started_ms(self) -> int:
        """When the first machine came; 0 without machines."""
        return min((machine.started_ms for machine in self.machines), default=0)

    @property
    def ended_ms(self) -> int:
        """When the last machine went; 0 without machines."""
        return max((machine.ended_ms for machine in self.machines), default=0)

    @property
    def cpu_share(self) -> float | None:
        """Share of all cores' time that was busy: the mean of the machines' minutes, 0 to 1; None without a value.

        A machine counts as one whatever its size: the types of a fleet are of like size.
        """
        shares = self._shares("cpu")
        return sum(shares) / len(shares) if shares else None

    @property
    def memory_peak(self) -> float | None:
        """The largest share of its memory that a machine used, 0 to 1; None without a value."""
        return max(self._shares("memory"), default=None)

    @property
    def disk_peak(self) -> float | None:
        """The largest share of its fullest disk that a machine used, 0 to 1; None without a value."""
        return max(self._shares("disk"), default=None)

    def to_bytes(self) -> bytes:
        """As a file: JSON, gzipped, the same bytes for the same values."""
        return gzip.compress(self.model_dump_json().encode(), mtime=0)

    def _shares(self, measure: Measure) -> list[float]:
        return [value.share for machine in self.machines for value in machine.values(measure)]


def read_machine_metrics(location: str, store: Store) -> MachineMetrics:
    """Read what :meth:`MachineMetrics.to_bytes` wrote.

    Raises:
        MachineMetricsBroken: the file is something else, or damaged.
        OSError: it is not there, or the disk or the server does not give it.
    """
    content = store.read_bytes(location)
    try:
        return MachineMetrics.model_validate_json(gzip.decompress(content))
    except (gzip.BadGzipFile, EOFError, zlib.error, ValidationError) as error:
        raise MachineMetricsBroken(location, str(error).splitlines()[0]) from None


def in_order(values: Iterable[Measured]) -> tuple[Measured, ...]:
    """Values in the order of time."""
    return tuple(sorted(values, key=lambda value: value.at_ms))
