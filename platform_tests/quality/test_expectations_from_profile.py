"""What a profile answers, Great Expectations answers too: same success, same numbers, same fields."""

import math
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from platform_assets.compute.engines import Engine
from platform_assets.quality.contract import Expectation
from platform_assets.quality.expectations.from_profile import Answer, Facts, answer
from platform_assets.quality.expectations.from_profile.answer import RULES
from platform_assets.quality.expectations.great import run
from platform_assets.quality.profile import profile_batches

SCHEMA = pa.schema(
    {
        "number": pa.int64(),
        "share": pa.float64(),
        "kind": pa.string(),
        "flag": pa.bool_(),
        "at": pa.timestamp("us", "UTC"),
    }
)
SAIL_LACKS = {"expect_column_median_to_be_between", "expect_column_quantile_values_to_be_between"}
EXAMPLES = ("partial_unexpected_list", "partial_unexpected_counts", "partial_missing_list")


def declared(type_: str, /, name: str | None = None, **arguments: Any) -> Expectation:
    return Expectation.model_validate({"type": f"expect_{type_}", "name": name, "arguments": arguments})


def answered(rows: pa.Table, expectation: Expectation, types: dict[str, str]) -> Answer | None:
    return answer(expectation, Facts(profile_batches(rows.to_batches()), types))


# Engines disagree about -0.0; what is left out of the answers (NaN, integers from 2**53 on) has its own tests.
NUMBERS = st.floats(-1e6, 1e6, width=32).map(lambda value: value + 0.0)
ROWS = st.lists(
    st.tuples(
        st.none() | st.integers(-5, 5),
        st.none() | st.sampled_from([0.5, 1.0, 2.25]) | NUMBERS,
        st.none() | st.sampled_from(["tea", "bun", "a", "", "N123"]),
        st.none() | st.booleans(),
        st.none() | st.sampled_from([datetime(2013, 1, day, tzinfo=UTC) for day in (1, 2, 3)]),
    ),
    min_size=1,
    max_size=30,
)


@st.composite
def expectations(draw: st.DrawFn) -> list[Expectation]:
    """Every supported expectation on every column it can be asked of, with arguments near the data."""
    low = draw(st.integers(-4, 2))
    bounds: dict[str, Any] = {
        "min_value": draw(st.sampled_from([None, low, low + 0.5])),
        "max_value": low + draw(st.integers(1, 6)),
        "strict_min": draw(st.booleans()),
        "strict_max": draw(st.booleans()),
    }
    counts = {"min_value": draw(st.integers(0, 4)), "max_value": draw(st.sampled_from([None, 5, 20]))}
    mostly = draw(st.sampled_from([0.0, 0.25, 0.5, 0.75, 0.9, 1.0]))
    sets: dict[str, list[Any]] = {
        "number": draw(st.lists(st.integers(-5, 5), min_size=1, max_size=6, unique=True)),
        "share": [0.5, 1.0, 7.0],
        "kind": draw(st.lists(st.sampled_from(["tea", "bun", "x"]), min_size=1, max_size=3, unique=True)),
    }
    quantile_ranges = {"quantiles": [0.1, 0.5, 0.9], "value_ranges": [[low, None], [low, low + 2], [None, low + 3]]}
    asked: list[tuple[str, dict[str, Any]]] = [
        ("table_row_count_to_be_between", counts),
        ("table_row_count_to_equal", {"value": draw(st.integers(1, 5))}),
        ("table_column_count_to_be_between", {"min_value": 5}),
        ("table_column_count_to_equal", {"value": draw(st.sampled_from([4, 5]))}),
        ("table_columns_to_match_ordered_list", {"column_list": draw(st.permutations(SCHEMA.names))}),
        ("table_columns_to_match_set", {"column_set": ["number", "x"], "exact_match": draw(st.booleans())}),
        ("column_to_exist", {"column": "kind", "column_index": draw(st.integers(0, 6))}),
        ("column_values_to_match_regex", {"column": "kind", "regex": "^[a-z]{3}$", "mostly": mostly}),
        ("column_values_to_not_match_regex", {"column": "kind", "regex": "^N[0-9]+", "mostly": mostly}),
        ("column_value_lengths_to_be_between", {"column": "kind", "min_value": 1, "max_value": 3, "mostly": mostly}),
        ("column_value_lengths_to_equal", {"column": "kind", "value": 3, "mostly": mostly}),
    ]
    for column in SCHEMA.names:
        asked += [
            ("column_values_to_not_be_null", {"column": column, "mostly": mostly}),
            ("column_values_to_be_null", {"column": column, "mostly": mostly}),
            ("column_unique_value_count_to_be_between", {"column": column, **counts}),
            ("column_proportion_of_unique_values_to_be_between", {"column": column, "min_value": 0.5}),
            ("column_proportion_of_non_null_values_to_be_between", {"column": column, "min_value": 0.5}),
            ("column_values_to_be_unique", {"column": column, "mostly": mostly}),
        ]
    for column, values in sets.items():
        asked += [
            ("column_values_to_be_in_set", {"column": column, "value_set": values, "mostly": mostly}),
            ("column_values_to_not_be_in_set", {"column": column, "value_set": values, "mostly": mostly}),
            ("column_distinct_values_to_be_in_set", {"column": column, "value_set": values}),
            ("column_distinct_values_to_contain_set", {"column": column, "value_set": values}),
            ("column_distinct_values_to_equal_set", {"column": column, "value_set": values}),
            ("column_most_common_value_to_be_in_set", {"column": column, "value_set": values, "ties_okay": low > 0}),
        ]
    for column in ("number", "share"):
        asked += [
            (f"column_{what}_to_be_between", {"column": column, **bounds})
            for what in ("min", "max", "mean", "sum", "stdev", "median")
        ]
        asked.append(("column_values_to_be_between", {"column": column, "mostly": mostly, **bounds}))
        asked.append(("column_quantile_values_to_be_between", {"column": column, "quantile_ranges": quantile_ranges}))
    return [declared(type_, **arguments) for type_, arguments in asked]


def compare(engine: Engine, rows: pa.Table, asked: list[Expectation], lacking: set[str]) -> set[str]:
    """Ask both; returns the types that the profile answered."""
    frame = engine.session.createDataFrame(rows.to_pandas() if engine.name == "spark" else rows)
    facts = Facts(profile_batches(rows.to_batches()), dict(frame.dtypes))
    ours = {each.check_name: found for each in asked if (found := answer(each, facts)) and each.type not in lacking}
    theirs = run(frame, [each for each in asked if each.check_name in ours])
    for name, found in ours.items():
        assert theirs[name]["exception_info"]["exception_message"] is None, name
        assert found.success == theirs[name]["success"], (name, found, theirs[name])
        assert same(found.result, theirs[name]["result"]), (name, found.result, theirs[name]["result"])
    return {each.type for each in asked if each.check_name in ours}


def same(ours: dict[str, Any], theirs: dict[str, Any]) -> bool:
    """The same fields and numbers; of examples as many, and each of the same value as often once all are shown."""
    if ours.keys() != theirs.keys():
        return False
    for what in ("partial_unexpected_list", "partial_missing_list"):
        mine, other = ours.get(what) or [], theirs.get(what) or []
        if len(mine) != len(other) or (len(mine) < 20 and Counter(mine) != Counter(other)):
            return False
    return all(near(value, theirs[key]) for key, value in ours.items() if key not in EXAMPLES)


def near(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(near(ours[key], theirs[key]) for key in ours)
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(near, ours, theirs))
    if isinstance(ours, float) and isinstance(theirs, int | float):
        return math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-6)
    return bool(ours == theirs)


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=ROWS, asked=expectations())
def test_profile_and_great_expectations_agree(embedded: Engine, data: list[Any], asked: list[Expectation]) -> None:
    rows = pa.Table.from_pylist([dict(zip(SCHEMA.names, row, strict=True)) for row in data], schema=SCHEMA)

    compare(embedded, rows, asked, SAIL_LACKS)


@pytest.mark.slow
@settings(max_examples=1, deadline=None, suppress_health_check=list(HealthCheck))
@given(asked=expectations())
def test_every_supported_expectation_is_answered_for_a_large_table(embedded: Engine, asked: list[Expectation]) -> None:
    rows = pa.table(
        {
            "number": [value % 7 - 3 for value in range(5000)],
            "share": [None if value % 11 == 0 else value / 16 for value in range(5000)],
            "kind": [("tea", "bun", None, "N123")[value % 4] for value in range(5000)],
            "flag": [value % 3 == 0 for value in range(5000)],
            "at": [datetime(2013, 1, 1 + value % 28, tzinfo=UTC) for value in range(5000)],
        },
        schema=SCHEMA,
    )

    types = compare(embedded, rows, asked, SAIL_LACKS)

    # No value of `number` stands once, which is left to Great Expectations.
    assert types == set(RULES) - SAIL_LACKS - {"expect_column_values_to_be_unique"}


@pytest.mark.slow
@pytest.mark.spark
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(values=st.lists(st.none() | NUMBERS, min_size=1, max_size=30), low=st.integers(-10, 10))
def test_median_and_quantiles_agree_where_the_engine_has_them(
    spark: Engine, values: list[float | None], low: int
) -> None:
    ranges = {"quantiles": [0.0, 0.1, 0.25, 0.5, 0.9, 1.0], "value_ranges": [[low, None], *[[None, low + 5]] * 5]}
    asked = [
        declared("column_median_to_be_between", column="share", min_value=low),
        declared("column_quantile_values_to_be_between", column="share", quantile_ranges=ranges),
    ]

    compare(spark, pa.table({"share": pa.array(values, pa.float64())}), asked, set())


@pytest.mark.parametrize(
    ("values", "expectation"),
    [
        ([1.0, math.nan], declared("column_max_to_be_between", column="x", max_value=5)),
        ([1.0, math.inf], declared("column_mean_to_be_between", column="x", max_value=5)),
        ([2**53 + 1, 1], declared("column_max_to_be_between", column="x", max_value=5)),
        ([0.1, 0.2], declared("column_sum_to_be_between", column="x", max_value=0.1 + 0.2)),
        ([1.0], declared("column_stdev_to_be_between", column="x", max_value=5)),
        ([1, 2], declared("column_values_to_be_between", column="x", min_value=0, row_condition="x > 1")),
        ([1, 2], declared("column_values_to_be_between", column="x", min_value="2013-01-01")),
        ([1, 2], declared("column_values_to_be_in_set", column="x", value_set=["1"])),
        (["a"], declared("column_values_to_match_regex", column="x", regex=r"\w")),
        (["a\n"], declared("column_values_to_match_regex", column="x", regex="a$")),
        (["a" * 101], declared("column_value_lengths_to_equal", column="x", value=100)),
        ([1, 1], declared("column_values_to_be_unique", column="x")),
        (list(range(5000)), declared("column_unique_value_count_to_be_between", column="x", min_value=1)),
        (list(range(5000)), declared("column_median_to_be_between", column="x", min_value=1)),
        (list(range(5000)), declared("column_values_to_be_between", column="x", min_value=1)),
        ([1], declared("column_values_z_scores_to_be_less_than", column="x", threshold=3)),
    ],
    ids=lambda value: value.type if isinstance(value, Expectation) else "",
)
def test_what_the_profile_cannot_answer_exactly_is_left_to_great_expectations(
    values: list[Any], expectation: Expectation
) -> None:
    rows = pa.table({"x": values})
    types = {pa.int64(): "bigint", pa.float64(): "double", pa.string(): "string"}

    assert answered(rows, expectation, {"x": types[rows["x"].type]}) is None


def test_bounds_that_no_value_reaches_need_no_exact_sketch() -> None:
    rows = pa.table({"x": [value / 7 for value in range(9000)]})

    found = answered(
        rows, declared("column_values_to_be_between", column="x", min_value=0, max_value=1e6), {"x": "double"}
    )

    assert found is not None
    assert found.success
    assert found.result["unexpected_count"] == 0
