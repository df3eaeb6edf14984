"""Faults that sources of data really make are noticed by what the flights declare, and clean months are left alone."""

from pathlib import Path

import pytest

from benchmarks.fault_catalogue import FAULTS
from benchmarks.faults import GOAL, judged, new_failures
from platform_assets.pipeline import load_product

# Every column is distributed as before; only the look at how columns go together sees them, see benchmarks/faults.py.
SHUFFLED = {"shuffled column", "shuffled pair"}


@pytest.mark.slow
def test_what_the_flights_declare_catches_the_faults_and_no_clean_month(tmp_path: Path) -> None:
    clean, faults = judged(tmp_path, load_product("flight_delay"))

    assert {month: found.failed for month, found in clean.items() if found.failed} == {}
    missed = {fault.name for fault in FAULTS if not new_failures(faults[fault.name], clean[fault.month])}
    assert missed == SHUFFLED
    assert len(FAULTS) - len(missed) >= GOAL
