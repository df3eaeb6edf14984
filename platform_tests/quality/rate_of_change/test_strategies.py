"""What each strategy expects, how that moves with the series, and that nothing alarms on what does not change."""

import math
import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from scipy import stats

from platform_assets.quality.rate_of_change.judge import judge
from platform_assets.quality.rate_of_change.rule import ChangeRule
from platform_assets.quality.rate_of_change.series import Expected, Point, Unknown
from platform_assets.quality.rate_of_change.strategies import AnyStrategy
from platform_assets.quality.rate_of_change.strategies.spread import chance_limit

STRATEGIES: dict[str, dict[str, Any]] = {
    "absolute": {"kind": "absolute_change", "at_least": -1, "at_most": 2},
    "second difference": {"kind": "absolute_change", "order": 2, "at_least": -1, "at_most": 1},
    "relative": {"kind": "relative_change", "at_least": 0.8, "at_most": 1.25},
    "batch": {"kind": "batch_normal"},
    "online": {"kind": "online_normal"},
    "holt-winters": {"kind": "holt_winters", "period": 4},
    "same season": {"kind": "same_season", "period": 4, "at_least": 0.8, "at_most": 1.25},
}
MOVES_WITH_A_SHIFT = ["absolute", "second difference", "batch", "online", "holt-winters"]
GROWS_WITH_A_SCALE = ["relative", "batch", "online", "holt-winters", "same season"]

numbers = st.lists(st.floats(-100, 100).map(lambda value: round(value, 3)), min_size=12, max_size=30)


def points(values: Sequence[float | None]) -> list[Point]:
    return [Point(str(at), value) for at, value in enumerate(values)]


def expected(name: str, values: Sequence[float | None]) -> Expected | Unknown:
    strategy: Any = TypeAdapter(AnyStrategy).validate_python(STRATEGIES[name])
    found: Expected | Unknown = strategy.expected(points(values))
    return found


def verdict(strategy: dict[str, Any], values: Sequence[float | None], now: float | None, **rule: Any) -> str:
    declared = ChangeRule.model_validate({"strategy": strategy, **rule})
    return judge(declared, "x", Point("now", now), points(values)).verdict


def bounds(found: Expected | Unknown) -> tuple[float, float]:
    assert isinstance(found, Expected)
    return found.low, found.high


@pytest.mark.parametrize(
    ("strategy", "history", "low", "high"),
    [
        ({"kind": "threshold", "at_least": 1, "at_most": 3}, [], 1, 3),
        ({"kind": "threshold", "at_most": 3}, [], -math.inf, 3),
        (STRATEGIES["absolute"], [5, 10], 9, 12),
        (STRATEGIES["second difference"], [1, 2, 4], 5, 7),
        (STRATEGIES["relative"], [5, 10], 8, 12.5),
        (STRATEGIES["relative"], [5, -10], -12.5, -8),
        (STRATEGIES["relative"], [10, None], 8, 12.5),
        (STRATEGIES["relative"], [5, 0], 0, 0),
        (STRATEGIES["same season"], [10, 1, 1, 1], 8, 12.5),
        # Mean 3, sample deviation 0.79, and Student's limit at five numbers in place of three deviations.
        ({"kind": "batch_normal"}, [2, 2.5, 3, 3.5, 4], 3 - 5.734, 3 + 5.734),
        # The jump to 100 was an anomaly, so it is not learned.
        ({"kind": "online_normal"}, [2, 2.5, 3, 3.5, 4, 100], 3 - 5.734, 3 + 5.734),
        # Level, trend and season without noise go on exactly.
        (STRATEGIES["holt-winters"], [t + 5 * (t % 4 == 0) for t in range(12)], 17, 17),
    ],
)
def test_the_range_is_the_one_of_the_formula(
    strategy: dict[str, Any], history: list[float | None], low: float, high: float
) -> None:
    found: Any = TypeAdapter(AnyStrategy).validate_python(strategy)

    assert bounds(found.expected(points(history))) == pytest.approx((low, high), abs=0.05)


@pytest.mark.parametrize("name", MOVES_WITH_A_SHIFT)
@given(values=numbers, shift=st.floats(-1000, 1000))
def test_the_range_moves_with_a_shift(name: str, values: list[float], shift: float) -> None:
    low, high = bounds(expected(name, values))
    moved = bounds(expected(name, [value + shift for value in values]))

    assert moved == pytest.approx((low + shift, high + shift), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("name", GROWS_WITH_A_SCALE)
@given(values=numbers, scale=st.floats(0.01, 1000))
def test_the_range_grows_with_a_scale(name: str, values: list[float], scale: float) -> None:
    low, high = bounds(expected(name, values))
    grown = bounds(expected(name, [value * scale for value in values]))

    assert grown == pytest.approx((low * scale, high * scale), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("name", STRATEGIES)
@given(value=st.floats(-1e12, 1e12), count=st.integers(12, 30))
def test_a_constant_series_never_alarms(name: str, value: float, count: int) -> None:
    assert verdict(STRATEGIES[name], [value] * count, value) == "ok"


@pytest.mark.parametrize("name", ["batch", "online", "holt-winters"])
@given(value=st.floats(1, 1e6), count=st.integers(12, 30))
def test_any_jump_from_a_constant_series_is_found(name: str, value: float, count: int) -> None:
    assert verdict(STRATEGIES[name], [value] * count, value * 1.01) == "anomaly"


@pytest.mark.parametrize("count", [5, 8, 30])
@pytest.mark.parametrize(("name", "deviations", "fewest", "most"), [("batch", 2, 0.03, 0.06), ("online", 3, 0, 0.01)])
def test_false_alarms_on_noise_are_as_rare_with_few_numbers_as_with_many(
    name: str, deviations: float, fewest: float, most: float, count: int
) -> None:
    chance = random.Random(count)
    strategy = {**STRATEGIES[name], "deviations": deviations}
    series = [[chance.gauss(50, 5) for _ in range(count + 1)] for _ in range(2000)]

    alarms = sum(verdict(strategy, values[:-1], values[-1]) == "anomaly" for values in series)

    # 4.55 % are expected of two deviations, 0.27 % of three.
    assert fewest <= alarms / len(series) < most


@pytest.mark.parametrize(("freedom", "error"), [(2, 0.11), (3, 0.023), (4, 0.007), (7, 0.001), (50, 1e-4)])
@given(deviations=st.floats(0.1, 3))
def test_limits_are_students_within_the_stated_error(freedom: int, error: float, deviations: float) -> None:
    exact = stats.t.isf(stats.norm.sf(deviations), freedom)

    assert exact * (1 - error) <= chance_limit(deviations, freedom) <= exact * (1 + 1e-6)


def test_a_season_is_no_anomaly_and_its_absence_is_one() -> None:
    chance = random.Random(4)
    season = [10, 11, 12, 13, 15, 18, 20, 19, 15, 12, 11, 30]
    values = [100 + at + season[at % 12] + chance.gauss(0, 0.5) for at in range(35)]
    strategy = {"kind": "holt_winters", "period": 12}

    assert verdict(strategy, values, 100 + 35 + 30) == "ok"
    assert verdict(strategy, values, 100 + 35 + 12) == "anomaly"
    # Without the season, December looks like nothing that came before; with its spread in the range, all is usual.
    assert verdict({"kind": "absolute_change", "at_least": -10, "at_most": 10}, values, 165) == "anomaly"


@pytest.mark.parametrize("name", ["same season", "holt-winters"])
def test_a_gap_where_the_season_is_read_cannot_be_told(name: str) -> None:
    values: list[float | None] = [1.0, 2.0, 3.0, 4.0, None, 2.0, 3.0, 4.0]

    assert (
        verdict(STRATEGIES[name], [*values, 2.0, 3.0, 4.0][: 8 if name == "same season" else 11], 1.0) == "cannot_tell"
    )


def test_a_gap_within_a_long_seasonal_history_counts_as_the_forecast() -> None:
    values: list[float | None] = [float(at % 4) for at in range(23)]
    values[14] = None

    assert bounds(expected("holt-winters", values)) == pytest.approx((3.0, 3.0))
