"""Verdicts in full: the ratio of missing salaries, too little history, anomalies in the history, and the picture."""

import base64
import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_assets.quality.profile import TableProfile, profile_batches
from platform_assets.quality.rate_of_change.checks import change_checks
from platform_assets.quality.rate_of_change.judge import Judgement, judge
from platform_assets.quality.rate_of_change.plot import as_markdown, change_plot_svg
from platform_assets.quality.rate_of_change.rule import ChangeRule, RateOfChange
from platform_assets.quality.rate_of_change.series import Point

CHANGE = {"kind": "relative_change", "at_least": 0.8, "at_most": 1.25}


def rule(metric: str = "salary.missing_share", **changes: Any) -> RateOfChange:
    declared = {"name": "watched", "description": "Watched.", "metric": metric, "strategy": CHANGE}
    return RateOfChange.model_validate({**declared, **changes})


def salaries(rows: int, missing: int) -> TableProfile:
    values = [None] * missing + [1000.0 + at for at in range(rows - missing)]
    return profile_batches(pa.table({"salary": pa.array(values, pa.float64())}).to_batches())


def judged(history: Sequence[float | None], now: float | None, **changes: Any) -> Judgement:
    points = [Point(f"2013-{at:02d}", value) for at, value in enumerate(history, start=1)]
    declared = ChangeRule.model_validate({"strategy": CHANGE, **changes})
    return judge(declared, "x", Point("2014-01", now), points)


def test_the_ratio_of_missing_salaries_stays_fine_as_the_table_grows_and_its_jump_is_caught() -> None:
    earlier: dict[str, TableProfile | None] = {"2013-01": salaries(100, 5), "2013-02": salaries(1000, 52)}
    rules = [rule(), rule("salary.nulls / rows", name="ratio"), rule("salary.nulls", name="count")]

    grown = change_checks(rules, "2013-03", salaries(10_000, 500), earlier)
    jumped = change_checks(rules, "2013-03", salaries(10_000, 1500), earlier)

    assert [check.passed for check in grown] == [True, True, False]
    assert [check.passed for check in jumped] == [False, False, False]
    assert jumped[0].message == (
        "Unusually high: salary.missing_share is 0.15 in 2013-03; expected 0.0416 to 0.065 (0.8 to 1.25 times the "
        "0.052 of 2013-02). See whether the source changed; if the change is real, correct the rule in defs.yaml."
    )
    assert jumped[0].details["verdict"] == "anomaly"
    assert jumped[0].details["history"] == {"2013-01": 0.05, "2013-02": 0.052}


@pytest.mark.parametrize(
    ("before", "passed", "blocking"), [("warn", False, False), ("pass", True, False), ("block", False, True)]
)
def test_before_the_history_suffices_nothing_passes_in_silence(before: str, passed: bool, blocking: bool) -> None:
    watched = rule(before=before, minimum_history=3)

    (check,) = change_checks([watched], "2013-02", salaries(10, 1), {"2013-01": salaries(10, 1)})

    assert (check.passed, check.blocking) == (passed, blocking)
    assert check.details["verdict"] == "cannot_tell"
    assert check.message == (
        "Cannot tell yet: salary.missing_share is 0.1 in 2013-02, but only 1 of the 3 earlier numbers that it takes "
        "are known."
    )


@pytest.mark.parametrize(("on_breach", "blocking"), [("alert", False), ("block", True), ("retrain", False)])
def test_only_a_breach_that_is_declared_to_block_does(on_breach: str, blocking: bool) -> None:
    earlier: dict[str, TableProfile | None] = {"2013-01": salaries(10, 1)}

    (check,) = change_checks([rule(on_breach=on_breach)], "2013-02", salaries(10, 5), earlier)
    (fine,) = change_checks([rule(on_breach=on_breach)], "2013-02", salaries(10, 1), earlier)

    assert (check.passed, check.blocking) == (False, blocking)
    assert ("release the partition from quarantine" in check.message) == blocking
    assert (fine.passed, fine.blocking) == (True, False)


def test_a_number_that_vanishes_is_an_anomaly_and_one_that_never_was_cannot_be_told() -> None:
    assert judged([1.0, 1.0], None).verdict == "anomaly"
    assert judged([None, None], None).verdict == "cannot_tell"
    assert judged([None, None], None, strategy={"kind": "threshold", "at_most": 1}).verdict == "cannot_tell"
    assert "has no value in 2014-01" in judged([1.0], None).message


def test_anomalies_can_be_left_out_of_the_history_and_are_named() -> None:
    jump = [10.0, 10.1, 30.0]

    assert judged(jump, 10.0).verdict == "anomaly"
    found = judged(jump, 10.0, exclude_anomalies=True)

    assert (found.verdict, found.excluded) == ("ok", ("2013-03",))
    assert found.message.endswith("Not learned from, as anomalies: 2013-03.")


@given(history=st.lists(st.floats(-1e6, 1e6), max_size=20), now=st.floats(-1e6, 1e6), other=st.floats(-1e6, 1e6))
def test_the_number_under_test_is_never_part_of_its_own_expectation(
    history: list[float], now: float, other: float
) -> None:
    strategy = {"kind": "batch_normal"}

    assert judged(history, now, strategy=strategy).expected == judged(history, other, strategy=strategy).expected


numbers = st.none() | st.floats(-1e300, 1e300)


@given(history=st.lists(numbers, max_size=80), now=numbers, title=st.text(max_size=100))
def test_the_picture_is_small_needs_nothing_else_and_lies_within_its_frame(
    history: list[float | None], now: float | None, title: str
) -> None:
    svg = change_plot_svg(title, judged(history, now))

    root = ET.fromstring(svg)
    assert len(svg) < 12_000
    assert not re.search(r"href|url\(|https?://(?!www\.w3\.org/2000/svg)", svg)
    for circle in root.iter("{http://www.w3.org/2000/svg}circle"):
        assert 0 <= float(circle.attrib["cx"]) <= 640
        assert 0 <= float(circle.attrib["cy"]) <= 220


def test_the_picture_shows_every_number_and_the_expected_range() -> None:
    svg = change_plot_svg("x", judged([1.0, 2.0, None, 2.0], 9.0))

    assert svg.count("<circle") == 4
    assert svg.count('class="expected"') == 1
    assert svg.count('class="anomaly"') == 1
    text = as_markdown(svg, "a [b]\nc")
    assert text.startswith("![a (b) c](data:image/svg+xml;base64,")
    assert base64.b64decode(text.rpartition(",")[2][:-1]).decode() == svg
