"""What every side of benchmarks/profile.py reports of its fresh process: seconds, peak memory, verdict."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

TEXTS = ["carrier", "tailnum", "origin", "dest"]
TIME = "time_hour"


def measured(work: Callable[[str, str], Any]) -> None:
    """Run ``work`` on the files of the two windows and print one line of JSON; imports are over before the clock."""
    started, used = time.perf_counter(), time.process_time()
    said = work(sys.argv[1], sys.argv[2])
    seconds, cpu = time.perf_counter() - started, time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print("\n" + json.dumps({"seconds": seconds, "cpu": cpu, "peak_mb": peak, "said": str(said)}))
