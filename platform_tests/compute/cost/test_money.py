"""Shares of money: the parts are the whole, whatever the weights."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_assets.compute.cost.errors import SharesNotPossible
from platform_assets.compute.cost.money import CENT, NANO, dollars, from_nanos, share_out, to_cents, to_nanos

weights = st.lists(st.floats(0, 1e9) | st.integers(0, 10**6) | st.fractions(0, 100), min_size=1, max_size=30)


@given(cents=st.integers(0, 10**9), weights=weights)
def test_parts_add_up_and_none_is_a_whole_unit_off(cents: int, weights: list[float]) -> None:
    total = cents * CENT

    parts = share_out(total, weights, CENT)

    assert sum(parts, Decimal(0)) == total
    whole = sum(map(Fraction, weights))
    for part, weight in zip(parts, weights, strict=True):
        fair = Fraction(total) * (Fraction(weight) / whole if whole else Fraction(1, len(weights)))
        assert abs(Fraction(part) - fair) < Fraction(CENT)


@given(nanos=st.integers(0, 10**15), weights=weights)
def test_a_heavier_one_never_gets_less(nanos: int, weights: list[float]) -> None:
    parts = share_out(from_nanos(nanos), weights)

    ranked = sorted(zip(map(Fraction, weights), parts, strict=True))
    assert all(later >= earlier for (_, earlier), (_, later) in pairwise(ranked))
    assert sum(map(to_nanos, parts)) == nanos


def test_the_left_over_cents_go_to_those_who_lost_most() -> None:
    assert share_out(Decimal("0.10"), [1, 1, 1], CENT) == [Decimal("0.04"), Decimal("0.03"), Decimal("0.03")]
    assert share_out(Decimal("1.00"), [0.005, 0.017, 0.978], CENT) == [
        Decimal("0.00"),
        Decimal("0.02"),
        Decimal("0.98"),
    ]


@pytest.mark.parametrize("weights", [[], [1, -1]])
def test_nobody_to_share_with_is_refused(weights: list[float]) -> None:
    with pytest.raises(SharesNotPossible, match=r"\$1 cannot be shared out among"):
        share_out(Decimal(1), weights)


def test_amounts_are_kept_to_a_billionth_and_billed_half_up() -> None:
    assert dollars(Fraction(1, 3)) == Decimal("0.333333333")
    assert dollars(Fraction(5, 10**10)) == 0 * NANO
    assert to_cents(Decimal("0.125")) == Decimal("0.13")
