"""Plot, page and words of a month's costs: whatever is in the month, it can be drawn and read."""

import xml.etree.ElementTree as ET
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_assets.compute.cost.bill import Bill
from platform_assets.compute.cost.money import from_nanos
from platform_assets.pipeline.costs.html import month_html
from platform_assets.pipeline.costs.markdown import month_markdown
from platform_assets.pipeline.costs.month import DIMENSIONS, MonthCosts, Training
from platform_assets.pipeline.costs.plot import SHOWN, WIDTH, cost_plot_svg
from platform_assets.pipeline.costs.words import amount, headline
from platform_assets.quality.report.shapes import text_width

SVG = "{http://www.w3.org/2000/svg}"
names = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Z"]), min_size=1, max_size=60)
amounts = st.integers(0, 10**15).map(from_nanos)


def month_of(parts: dict[str, Decimal], history: list[Decimal] | None = None) -> MonthCosts:
    total = sum(parts.values(), Decimal(0))
    ranked = dict(sorted(parts.items(), key=lambda part: -part[1]))
    bill = Bill(round(total, 2), {key: round(usd, 2) for key, usd in ranked.items()}, ranked)
    months = [f"2026-{at + 1:02}" for at in range(len(history or []))]
    return MonthCosts(
        month="2026-10",
        total=bill.total,
        exact=total,
        bills=dict.fromkeys(DIMENSIONS, bill),
        history={**dict(zip(months, history or [], strict=True)), "2026-10": total},
        trainings=[Training("m@1", 1.0, total)],
        budgets=[],
        unpriced=["<j-1>: no price"],
        failed=Decimal(0),
    )


@given(parts=st.dictionaries(names, amounts, max_size=15), history=st.lists(amounts, max_size=11))
def test_every_month_can_be_drawn_and_nothing_leaves_the_picture(
    parts: dict[str, Decimal], history: list[Decimal]
) -> None:
    picture = ET.fromstring(cost_plot_svg(month_of(parts, history)))

    for text in picture.iter(f"{SVG}text"):
        words, x, size = text.text or "", float(text.attrib["x"]), 12.0
        wide = text_width(words) * size
        place = text.attrib["class"]
        left = x - wide if "end" in place else x - wide / 2 if "middle" in place else x
        assert left >= -1, words
        assert left + wide <= WIDTH + 1, words
    for bar in picture.iter(f"{SVG}rect"):
        assert float(bar.attrib["width"]) >= 0
        assert float(bar.attrib["height"]) >= 0


@given(name=names)
def test_names_are_no_markup(name: str) -> None:
    month = month_of({f"<b>{name}</b>": Decimal(1)})

    page = month_html(month)

    assert "<b>" not in page.replace("<b class", "")
    assert "&lt;j-1&gt;" in page
    assert month_markdown(month)


def test_small_parts_are_drawn_together() -> None:
    month = month_of({f"asset {at}": Decimal(100 - at) for at in range(SHOWN + 5)})

    words = [text.text for text in ET.fromstring(cost_plot_svg(month)).iter(f"{SVG}text")]

    assert words.count("6 others") == 3
    assert "asset 6" in words
    assert "asset 7" not in words


@pytest.mark.parametrize(
    ("usd", "words"),
    [
        ("0", "$0"),
        ("2500000", "$2.50M"),
        ("999999", "$999,999"),
        ("1234.5", "$1,234"),
        ("12.3", "$12.30"),
        ("0.104", "$0.10"),
        ("0.0312", "$0.031"),
        ("0.00002", "$2.0e-05"),
    ],
)
def test_amounts_are_told_so_that_small_ones_are_not_nothing(usd: str, words: str) -> None:
    assert amount(Decimal(usd)) == words


def test_a_month_without_costs_is_said_to_have_none() -> None:
    assert headline(month_of({})) == "Nothing was used in 2026-10."
