"""What goes wrong with a cluster, read from its tags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from local_emr.errors import invalid

PREFIX = "fault:"
SPOT_LOSSES = ("before-step", "during-step", "executor")
BOOTSTRAP = ("fails",)
STEP = ("fails", "hangs")


@dataclass(frozen=True)
class Faults:
    """Everything that the tags of a cluster ask for; the package's docstring says what each means."""

    executors: int = 0
    slow_start: float = 0
    no_capacity: tuple[str, ...] = ()
    bootstrap: str = ""
    spot_loss: str = ""
    step: str = ""
    after_output: str = ""
    throttled: float = 0
    denied: tuple[str, ...] = ()
    expired: int | None = None
    s3_slow_down: float = 0

    @classmethod
    def of(cls, tags: Mapping[str, str]) -> Faults:
        """Raises ApiError for a fault that does not exist: a test that asks for it would test nothing."""
        asked = {name.removeprefix(PREFIX): value for name, value in tags.items() if name.startswith(PREFIX)}
        faults = cls(
            executors=int(tags.get("local-emr:executors", 0)),
            slow_start=float(asked.pop("slow-start", 0)),
            no_capacity=tuple(asked.pop("no-capacity", "").split()),
            bootstrap=_one_of(BOOTSTRAP, asked.pop("bootstrap", "")),
            spot_loss=_one_of(SPOT_LOSSES, asked.pop("spot-loss", "")),
            step=_one_of(STEP, asked.pop("step", "")),
            after_output=asked.pop("after-output", ""),
            throttled=float(asked.pop("throttled", 0)),
            denied=tuple(asked.pop("denied", "").split()),
            expired=int(asked.pop("expired")) if "expired" in asked else None,
            s3_slow_down=float(asked.pop("s3-slow-down", 0)),
        )
        if asked:
            raise invalid(f"the local EMR knows no fault {', '.join(sorted(asked))}")
        return faults


def _one_of(allowed: tuple[str, ...], value: str) -> str:
    if value and value not in allowed:
        raise invalid(f"a fault is {value!r}, but may be {', '.join(allowed)}")
    return value
