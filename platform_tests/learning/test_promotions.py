"""The history of champions: who predicts what, and who came before."""

import pytest

from platform_assets.learning.promotions import PromotionEvent, in_charge, in_order, previous_champion


def _history(*events: tuple[int, str, str]) -> list[PromotionEvent]:
    """Events by version, first predicted partition and kind, a minute apart."""
    return [
        PromotionEvent.model_validate(
            {"version": version, "at": f"2013-01-01T00:{minute:02}", "predicts_from": since, "kind": kind}
        )
        for minute, (version, since, kind) in enumerate(events)
    ]


P, R = "promotion", "rollback"


@pytest.mark.parametrize(
    ("history", "before"),
    [
        ([], None),
        ([(1, "2013-02", P)], None),
        ([(1, "2013-02", P), (2, "2013-04", P)], 1),
        ([(1, "2013-02", P), (2, "2013-04", P), (2, "2013-04", P)], 1),
        ([(1, "2013-02", P), (2, "2013-04", P), (1, "2013-05", R)], None),
        ([(1, "2013-02", P), (2, "2013-04", P), (3, "2013-06", P), (2, "2013-07", R)], 1),
        ([(1, "2013-02", P), (2, "2013-04", P), (1, "2013-05", R), (3, "2013-06", P)], 1),
        ([(1, "2013-02", P), (2, "2013-04", P), (1, "2013-05", R), (2, "2013-06", P)], 1),
    ],
)
def test_a_rollback_goes_to_the_champion_before(history: list[tuple[int, str, str]], before: int | None) -> None:
    assert previous_champion(_history(*history)) == before


def test_history_is_read_in_order_of_time_whatever_the_order_of_versions() -> None:
    events = _history((2, "2013-04", P), (1, "2013-06", P))
    assert in_order(reversed(events)) == events
    assert [in_charge(events, {}, month) for month in ("2013-03", "2013-04", "2013-07")] == [None, 2, 1]


def test_the_first_model_serves_the_month_it_was_born_in() -> None:
    events = _history((1, "2013-03", P), (2, "2013-05", P))
    assert [in_charge(events, {1: "2013-02", 2: "2013-04"}, month) for month in ("2013-01", "2013-02")] == [None, 1]
