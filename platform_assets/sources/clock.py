"""Time as the downloader sees it; tests bring their own, so that an hour of waiting takes no time."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Clock:
    """How to tell the time, to wait, and to draw lots.

    Attributes:
        now: seconds since 1970; it must be the same for all processes of a machine.
        sleep: waits for so many seconds.
        draw: a number in ``[0, 1)``, so that many clients do not come back at the same moment.
    """

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    draw: Callable[[], float] = random.random
