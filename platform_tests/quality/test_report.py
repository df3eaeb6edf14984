"""The report shows the verdict, draws every column, and needs nothing from elsewhere."""

import base64
import re
from html.parser import HTMLParser

import numpy as np
import pyarrow as pa
import pytest

from platform_assets.quality.drift import compare_profiles
from platform_assets.quality.profile import profile_batches
from platform_assets.quality.report import drift_plot_png, drift_report_html, drift_report_markdown

VOID = {"meta", "br", "path", "rect", "polyline"}


class Balance(HTMLParser):
    """Fails if a tag is closed that is not open."""

    def __init__(self):
        super().__init__()
        self.open, self.seen = [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def table(shift, rows=2_000):
    rng = np.random.default_rng(int(shift * 10))
    return pa.table(
        {
            "amount": rng.lognormal(shift, 1, rows),
            "visits": rng.poisson(3 + 4 * shift, rows),
            "rating": rng.integers(1, 6, rows),
            "flag": rng.random(rows) < 0.5,
            "<b>city</b>": rng.choice(["Rome", "Oslo", "<script>alert(1)</script>"], rows),
            "id": [f"id-{number}" for number in rng.integers(0, 10**6, rows)],
            "at": pa.array(rng.integers(0, 10**9, rows), pa.timestamp("s")),
            "empty": pa.nulls(rows, pa.float64()),
        }
    )


@pytest.fixture(scope="module")
def pair():
    return [profile_batches(table(shift).to_batches()) for shift in (0.0, 1.0)]


@pytest.fixture(scope="module")
def result(pair):
    return compare_profiles(*pair, columns=list(pair[0].columns))


@pytest.fixture(scope="module")
def page(pair, result):
    timelines = {"amount": [("2024-01", 1.0), ("2024-02", 2.5)], "flag: share true": [("2024-01", 0.5)]}
    context = {"Dataset": "orders & <returns>", "Run": "7c1a"}
    return drift_report_html(result, *pair, title="Orders in March", context=context, timelines=timelines)


def test_page_states_verdict_context_and_every_column(page, result):
    assert "▲ Drift" in page
    assert result.summary.replace("'", "&#x27;") in page or result.summary in page
    assert "orders &amp; &lt;returns&gt;" in page
    assert all(f"id='column-{place}'" in page for place in range(len(result.columns)))
    assert page.count("<details") == sum(column.verdict != "drift" for column in result.columns)


def test_page_has_one_plot_for_each_column_with_values_and_one_for_each_timeline(page, result):
    assert page.count("<svg") == len(result.columns) - 1 + 2
    assert "No values to draw." in page
    assert "Over time, share true" in page


def test_page_is_self_contained_small_and_well_formed(page):
    assert not re.search(r"https?://|<script|<link|@import|url\(", page)
    assert "prefers-color-scheme:dark" in page
    assert len(page.encode()) < 600_000
    parser = Balance()
    parser.feed(page.replace("<!doctype html>", ""))
    assert parser.open == []


def test_page_without_reference_is_no_pass(pair):
    result = compare_profiles(None, pair[1])
    page = drift_report_html(result, None, pair[1], title="First", context={})
    assert "○ No reference" in page
    assert "This is not a pass" in page
    assert "before (reference)" not in page


def test_plot_is_a_small_png_with_or_without_reference(pair, result):
    for image in (
        drift_plot_png(result, *pair),
        drift_plot_png(compare_profiles(None, pair[1]), None, pair[1], top=3),
        drift_plot_png(compare_profiles(*pair, columns=[]), *pair),
    ):
        assert image.startswith(b"\x89PNG")
        assert len(image) < 80_000


def test_markdown_embeds_the_plot_and_lists_the_most_changed_columns(pair, result):
    plot = drift_plot_png(result, *pair, top=2)
    text = drift_report_markdown(result, plot)
    embedded = re.search(r"data:image/png;base64,([A-Za-z0-9+/=]+)\)", text)
    assert base64.b64decode(embedded.group(1)) == plot
    rows = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith("| Column")]
    assert len(rows) == len(result.columns)
    assert all(row.replace("\\|", "").count("|") == 6 for row in rows)
    assert "<b>" not in text
    assert "▲ Drift" in text
