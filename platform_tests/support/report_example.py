"""A shop's orders over 14 months in which something of every kind happens: the example of the report's tests."""

import numpy as np
import pyarrow as pa

from platform_assets.quality.drift.compare import compare_profiles
from platform_assets.quality.drift.result import DriftResult
from platform_assets.quality.profile import TableProfile, profile_batches
from platform_assets.quality.profile.table import merge_profiles
from platform_assets.quality.report.context import Origin, ReportContext
from platform_assets.quality.report.history import column_histories

MONTHS = [f"20{23 + month // 12}-{month % 12 + 1:02}" for month in range(14)]
REFERENCE = MONTHS[:6]
TESTED = MONTHS[11]
HOSTILE = "<script>alert(1)</script>"


def orders(place: int, rows: int = 1_500) -> pa.Table:
    """Month number `place`: amounts grow from month 8 on, phone numbers go missing and a city opens in month 11."""
    rng = np.random.default_rng(place)
    late, last = max(0, place - 7), place >= 11
    cities = ["Rome", "Oslo", HOSTILE, *(["Bergen"] if last else [])]
    return pa.table(
        {
            "amount": rng.lognormal(0.4 * late, 1, rows),
            "visits": rng.poisson(3, rows),
            "rating": rng.integers(1, 6, rows),
            "paid_by_card_rather_than_in_cash_or_by_bank_transfer": rng.random(rows) < (0.9 if last else 0.3),
            "<b>city</b>": rng.choice(cities, rows),
            "id": [f"id-{number}" for number in rng.integers(0, 10**6, rows)],
            "at": pa.array(rng.integers(place * 2_600_000, (place + 1) * 2_600_000, rows), pa.timestamp("s")),
            "phone": pa.array(rng.normal(0, 1, rows), mask=rng.random(rows) < (0.4 if last else 0.1)),
            "empty": pa.nulls(rows, pa.float64()),
            "score": rng.beta(2, 5 if not last else 2, rows),
        }
    )


def profiles() -> dict[str, TableProfile]:
    """The profile of each month."""
    return {month: profile_batches(orders(place).to_batches()) for place, month in enumerate(MONTHS)}


def example(months: dict[str, TableProfile]) -> tuple[DriftResult, TableProfile, TableProfile, ReportContext]:
    """The comparison of `TESTED` with `REFERENCE`, both windows, and everything that may be told around it."""
    reference, current = merge_profiles([months[month] for month in REFERENCE]), months[TESTED]
    result = compare_profiles(reference, current, columns=list(current.columns))
    windows = dict.fromkeys(current.columns, REFERENCE)
    about = ReportContext(
        partition=TESTED,
        histories=column_histories(months, result, reference, windows, TESTED),
        model="returns",
        used=frozenset(current.columns) - {"at", "id"},
        prediction="score",
        origins={"phone": (Origin(f"orders/{TESTED}.csv", ("phone",), "team:shop"),)},
        policy="The policy trains by itself when a drift begins.",
    )
    return result, reference, current, about
