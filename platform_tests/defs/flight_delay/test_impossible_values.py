"""Values that the contracts allow but no calendar or clock has: the features are computed all the same."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from platform_assets.compute.engines import Engine
from platform_assets.defs.flight_delay.features import flight_features
from platform_assets.pipeline import Product

MOST = 2**31 - 1
MOMENT = datetime(2013, 2, 5, 15, tzinfo=UTC)
ARROW = {"int": pa.int32(), "double": pa.float64(), "string": pa.string(), "timestamp": pa.timestamp("us", tz="UTC")}
USUAL = {"int": 1, "double": 1.0, "string": "JFK", "timestamp": MOMENT}


@pytest.mark.parametrize(
    ("values", "weekday"),
    [
        ({"year": 2013, "month": 2, "day": 5}, 3),
        ({"year": 2013, "month": 2, "day": 31}, None),
        ({"year": 2013, "month": 11, "day": 31}, None),
        ({"year": 2013, "month": 2, "day": 5, "dep_delay": MOST, "air_time": MOST, "arr_delay": MOST}, 3),
        ({"year": 2013, "month": 2, "day": 5, "dep_delay": -MOST - 1, "arr_time": 2400}, 3),
        ({"year": 2013, "month": 2, "day": 5, "flight": MOST, "distance": MOST}, 3),
    ],
)
def test_no_value_of_the_contract_breaks_the_job(
    embedded: Engine, product: Product, values: dict[str, int], weekday: int | None
) -> None:
    tables = {}
    for name in ("flights", "weather", "planes", "airports"):
        columns = product.datasets[name].columns
        changed = {**{c.name: USUAL[c.type] for c in columns}, **(values if name == "flights" else {})}
        changed.update({"tzone": "America/New_York"} if "tzone" in changed else {})
        schema = pa.schema([(column.name, ARROW[column.type]) for column in columns])
        tables[name] = embedded.session.createDataFrame(pa.Table.from_pylist([changed], schema=schema))

    (row,) = flight_features(**tables).toArrow().to_pylist()

    assert row["weekday"] == weekday
