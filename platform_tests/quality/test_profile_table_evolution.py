"""A lake that was filled before the profile table got more statistics: everything old and new is read."""

from pathlib import Path

import pyarrow as pa

from platform_assets.lake import Lake, TableSpec
from platform_assets.lake.partitions import Values
from platform_assets.quality.profile import profile_batches
from platform_assets.quality.profile_table import PROFILES, profile, profile_table_rows

LATER = {"missing_share", "distinct_is_exact", "largest_bin_share", "trimmed_rows"}
EARLIER = TableSpec(
    PROFILES.name, tuple(column for column in PROFILES.columns if column.name not in LATER), PROFILES.partition_by
)
ROWS = pa.table({"price": [1.0, float("nan"), None, 4.0], "kind": ["tea", "bun", None, None]})


def test_a_lake_of_before_gets_the_new_columns_with_its_next_publish(tmp_path: Path) -> None:
    lake, found = Lake(tmp_path), profile_batches(ROWS.to_batches())
    for spec, partition in ((EARLIER, "2013-01"), (PROFILES, "2013-02")):
        rows = profile_table_rows(found, "shop.sales", partition, 7, "a run")
        lake.publish_rows(spec, Values((("table", "shop.sales"), ("partition", partition))), rows, {})

    stored = lake.read(PROFILES.name).to_pylist()

    shares = {(row["partition"], row["column"]): (row["null_share"], row["missing_share"]) for row in stored}
    assert shares == {
        ("2013-01", "price"): (0.25, None),
        ("2013-01", "kind"): (0.5, None),
        ("2013-02", "price"): (0.25, 0.5),
        ("2013-02", "kind"): (0.5, 0.5),
    }
    merged = profile(lake, "shop.sales")
    assert merged is not None
    assert merged.to_bytes() == found.merge(found).to_bytes()
