"""How often drift is said where there is none, how surely it is said where there is some, and what it says of 2013.

Splits: two random samples of one real month, so nothing changed; every verdict "drift" is a false alarm. Power: a shift
of growing size is injected into one column of one sample. Months: July to December 2013 against January to June.
With `--evidently` its default answers about fewer of the same samples; its environment is made on first use (see
benchmarks/profile.py). On one core the splits take two minutes, the power curve half a minute, Evidently some more.

    python benchmarks/false_alarms.py [--splits 1000] [--sizes 100,1000,10000,100000] [--evidently]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

from benchmarks.drift_samples import Sampler, month_of, real_flights  # noqa: E402
from benchmarks.injected_shifts import SHIFTS, Shift  # noqa: E402
from benchmarks.peers.asking_evidently import Pair, evidently  # noqa: E402
from platform_assets.quality.drift.compare import compare_profiles  # noqa: E402
from platform_assets.quality.drift.result import DriftResult  # noqa: E402
from platform_assets.quality.drift.thresholds import DriftThresholds  # noqa: E402
from platform_assets.quality.profile import profile_batches  # noqa: E402

MONTH = 7
FIRST_HALF, SECOND_HALF = range(1, 7), range(7, 13)
POWER_SPLITS, POWER_SIZES = 50, (1_000, 10_000)
EVIDENTLY_SPLITS, EVIDENTLY_SIZES = 5, (1_000, 10_000)
STRICT = DriftThresholds(min_columns=1)


def main() -> None:
    """Print the tables, each line as soon as it is known."""
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--splits", type=int, default=1_000, help="random splits a size")
    parser.add_argument("--sizes", default="100,1000,10000,100000", help="rows of each of the two samples")
    parser.add_argument("--power-splits", type=int, default=POWER_SPLITS, help="random splits a shift and size")
    parser.add_argument("--evidently", action="store_true", help="ask Evidently as well")
    asked = parser.parse_args()
    flights = real_flights()
    print_false_alarms(month_of(flights, MONTH), asked.splits, [int(size) for size in asked.sizes.split(",")])
    if asked.evidently:
        print_evidently_false_alarms(month_of(flights, MONTH))
    print_power(month_of(flights, MONTH), asked.power_splits, asked.evidently)
    print_months(flights)


def print_false_alarms(rows: pa.Table, splits: int, sizes: list[int]) -> None:
    """Share of splits with a false alarm, at every size."""
    sampler, level = Sampler(rows), DriftThresholds().noise_level
    print(f"False alarms: {splits:,} random splits of July 2013 ({rows.num_rows:,} rows, {rows.num_columns} columns)")
    print(f"accepted for any column of a table: {level:.1%}\n")
    print(
        f"{'rows each':>10} {'table drifts':>13} {'any column':>11} {'cannot tell':>12} {'columns told':>13} "
        f"{'CPU s':>6}"
    )
    for size in sizes:
        start, found = time.process_time(), list(_verdicts(sampler, splits, size))
        drifted = sum(result.verdict == "drift" for result in found) / splits
        any_column = sum(bool(result.named("drift")) for result in found) / splits
        unclear = sum(result.verdict == "cannot_tell" for result in found) / splits
        told = 1.0 - sum(len(result.named("cannot_tell")) for result in found) / (splits * rows.num_columns)
        seconds = time.process_time() - start
        print(f"{size:>10,} {drifted:>13.2%} {any_column:>11.2%} {unclear:>12.1%} {told:>13.1%} {seconds:>6.0f}")


def _verdicts(sampler: Sampler, splits: int, size: int) -> Iterator[DriftResult]:
    rng = np.random.default_rng(size)
    for _ in range(splits):
        yield compare_profiles(*sampler.split(rng, size))


def print_evidently_false_alarms(rows: pa.Table) -> None:
    """The same question to Evidently, on fewer splits."""
    print(f"\nEvidently's default on {EVIDENTLY_SPLITS} such splits")
    print(f"{'rows each':>10} {'any column':>11} {'drifted columns a split':>24}")
    for size in EVIDENTLY_SIZES:
        rng = np.random.default_rng(size)
        found = list(evidently(_halves(rows, rng, size) for _ in range(EVIDENTLY_SPLITS)))
        any_column = sum(any(columns.values()) for columns in found) / EVIDENTLY_SPLITS
        drifted = sum(sum(columns.values()) for columns in found) / EVIDENTLY_SPLITS
        print(f"{size:>10,} {any_column:>11.0%} {drifted:>17.1f} of {rows.num_columns}")


def _halves(rows: pa.Table, rng: np.random.Generator, size: int) -> Pair:
    chosen = rng.choice(rows.num_rows, 2 * size, replace=False)
    return rows.take(chosen[:size]), rows.take(chosen[size:])


def print_power(rows: pa.Table, splits: int, with_evidently: bool) -> None:
    """Share of samples in which the shifted column drifts, by kind and size of the shift."""
    cases = [(shift, size, amount) for shift in SHIFTS for size in POWER_SIZES for amount in shift.amounts]
    peers = _evidently_power(rows, cases) if with_evidently else iter(())
    repeated = f"{splits} splits" + (f" (Evidently: the first {EVIDENTLY_SPLITS})" if with_evidently else "")
    print(f"\nPower: share of {repeated} in which the shifted column drifts")
    print(f"{'shift':<34} {'rows each':>10} {'here':>6} {'unclear':>8}{'  Evidently' if with_evidently else ''}")
    for shift, size, amount in cases:
        found = Counter(_column_verdict(*pair) for pair in _shifted(rows, shift, size, amount, splits))
        line = f"{shift.words(amount):<34} {size:>10,} {found['drift'] / splits:>6.0%}"
        line += f" {found['cannot_tell'] / splits:>8.0%}"
        print(line + "".join(f" {share:>10.0%}" for share in islice(peers, 1)))


def _shifted(rows: pa.Table, shift: Shift, size: int, amount: float, splits: int) -> Iterator[Pair]:
    """Random splits whose second sample has the shift; always the same ones."""
    rng = np.random.default_rng(size)
    for _ in range(splits):
        before, now = _halves(rows.select([shift.column]), rng, size)
        yield before, shift.applied(now, amount, rng)


def _evidently_power(rows: pa.Table, cases: list[tuple[Shift, int, float]]) -> Iterator[float]:
    """Share of the first of these splits in which Evidently reports drift, case by case."""
    answers = evidently(pair for case in cases for pair in _shifted(rows, *case, EVIDENTLY_SPLITS))
    for _ in cases:
        yield sum(any(columns.values()) for columns in islice(answers, EVIDENTLY_SPLITS)) / EVIDENTLY_SPLITS


def _column_verdict(before: pa.Table, now: pa.Table) -> str:
    pair = (profile_batches(table.combine_chunks().to_batches()) for table in (before, now))
    return compare_profiles(*pair, thresholds=STRICT).columns[0].verdict


def print_months(flights: pa.Table) -> None:
    """Verdicts on the second half of 2013 against the first, with what changed most."""
    reference = profile_batches(month_of(flights, *FIRST_HALF).to_batches())
    print("\nThe months July to December 2013 against January to June")
    print(f"{'month':>6} {'verdict':>12} {'drifted':>8}  most changed (effect in units of its limit; before -> now)")
    for month in SECOND_HALF:
        result = compare_profiles(reference, profile_batches(month_of(flights, month).to_batches()))
        top = ", ".join(
            f"{column.column} {column.effect:.1f} ({_medians(column.reference_median, column.current_median)})"
            for column in result.columns[:3]
        )
        print(f"{month:>6} {result.verdict:>12} {len(result.named('drift')):>8}  {top}")


def _medians(before: float | None, now: float | None) -> str:
    return "text" if before is None or now is None else f"{before:g} -> {now:g}"


if __name__ == "__main__":
    main()
