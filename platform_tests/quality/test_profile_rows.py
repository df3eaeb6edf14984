"""The flat rows of a profile fit their schema, can be read by anyone, and rebuild the profile."""

import json

import numpy as np
import pyarrow as pa
import pytest

from platform_assets.quality.profile import PROFILE_ROW_SCHEMA, profile_batches, profile_from_rows, profile_rows


@pytest.fixture
def profile():
    rng = np.random.default_rng(1)
    table = pa.table(
        {
            "amount": pa.array(rng.normal(100, 10, 5_000), mask=rng.random(5_000) < 0.2),
            "city": rng.choice(["Rome", "Oslo", "Köln"], 5_000),
            "day": pa.array(rng.integers(0, 1000, 5_000), pa.int32()).cast(pa.date32()),
            "ok": rng.random(5_000) < 0.5,
            "nothing": pa.nulls(5_000),
        }
    )
    return profile_batches(table.to_batches())


def test_rows_rebuild_the_profile_through_an_arrow_table(profile):
    stored = pa.Table.from_pylist(profile_rows(profile), schema=PROFILE_ROW_SCHEMA)
    assert profile_from_rows(stored.to_pylist(), profile.rows) == profile


def test_statistics_are_plain_columns(profile):
    rows = {row["column"]: row for row in profile_rows(profile)}
    amount, city, day = rows["amount"], rows["city"], rows["day"]
    assert amount["p01"] < amount["p05"] < amount["p25"] < amount["p50"] < amount["p75"] < amount["p95"] < amount["p99"]
    assert amount["p50"] == pytest.approx(100, abs=1)
    assert amount["null_share"] == amount["nulls"] / amount["count"] == pytest.approx(0.2, abs=0.03)
    assert (city["min"], city["min_text"], city["max_text"], city["distinct"]) == (None, "Köln", "Rome", 3)
    assert {name for name, _ in json.loads(city["frequent"])} == {"Rome", "Oslo", "Köln"}
    assert day["min_text"].startswith("1970-01-0")
    assert rows["nothing"]["p50"] is None
    assert set(amount) == set(PROFILE_ROW_SCHEMA.names)
