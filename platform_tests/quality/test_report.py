"""The report as page, Markdown and JSON: the verdict, every column, nothing from elsewhere."""

import base64
import html
import json
import re
from html.parser import HTMLParser

import numpy as np
import pyarrow as pa
import pytest
from report_example import HOSTILE, MONTHS, REFERENCE, TESTED, example, profiles

from platform_assets.quality.drift.compare import compare_profiles
from platform_assets.quality.drift.result import MultivariateDrift
from platform_assets.quality.profile import profile_batches
from platform_assets.quality.report.as_json import drift_report_json
from platform_assets.quality.report.context import ReportContext
from platform_assets.quality.report.history import column_histories
from platform_assets.quality.report.html import drift_report_html
from platform_assets.quality.report.markdown import drift_report_markdown
from platform_assets.quality.report.picture import drift_picture_svg

VOID = {"meta", "br", "path", "rect", "wbr"}


class Reader(HTMLParser):
    """The tags of a page in their order; fails if a tag is closed that is not open."""

    def __init__(self, page):
        super().__init__()
        self.open, self.tags = [], []
        self.feed(page.replace("<!doctype html>", ""))

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def named(self, name):
        return [attributes for tag, attributes in self.tags if tag == name]


@pytest.fixture(scope="module")
def months():
    return profiles()


@pytest.fixture(scope="module")
def told(months):
    return example(months)


@pytest.fixture(scope="module")
def page(told):
    result, reference, current, about = told
    context = {"Dataset": "orders & <returns>", "Run": "7c1a"}
    return drift_report_html(result, reference, current, title="Orders", context=context, about=about)


def test_page_answers_the_five_questions_first(page):
    questions = re.findall(r"<h2>([^<]*\?)</h2>", page)

    assert questions == [
        "What changed?",
        "How much?",
        "Since when?",
        "Does it matter for the model?",
        "What to do?",
    ]
    assert page.index("What to do?") < page.index("<table>")


def test_page_states_verdict_context_and_every_column(page, told):
    result = told[0]
    assert "▲ Drift" in page
    assert "orders &amp; &lt;returns&gt;" in page
    assert [f"column-{place}" for place in range(len(result.columns))] == re.findall(r"<div id='(column-\d+)'>", page)
    assert page.count("<summary>") == 1 + sum(column.verdict != "drift" for column in result.columns)


def test_links_of_the_overview_lead_into_the_cards(page, told):
    reader = Reader(page)
    anchors = {attributes.get("id") for attributes in reader.named("div")}

    links = [attributes["href"] for attributes in reader.named("a")]

    assert len(links) == len(told[0].columns)
    assert {link.removeprefix("#") for link in links} <= anchors


def test_page_draws_the_distribution_and_the_course_of_every_column(page, told):
    result, _, _, about = told
    course = {
        name: bool(history.quantiles and any(history.quantiles[0.5])) + len(history.shares) + any(history.missing)
        for name, history in about.histories.items()
    }
    assert page.count("<svg") == len(result.columns) - 1 + sum(course.values())
    assert "No values to draw." in page
    assert "No value is missing in any of 14 partitions." in page
    assert page.count(f">{TESTED} tested<") == sum(course.values())


def test_every_picture_has_an_alternative_text_with_numbers(page):
    images = Reader(page).named("svg")

    assert all(image["role"] == "img" and re.search(r"\d", image["aria-label"]) for image in images)
    assert any("paid_by_card" in image["aria-label"] and "9" in image["aria-label"] for image in images)


def test_tables_have_headers_of_columns_and_rows(page, told):
    heads = Reader(page).named("th")

    assert sum(head.get("scope") == "row" for head in heads) == len(told[0].columns)
    assert all(head.get("scope") in ("row", "col") for head in heads)


def test_page_is_self_contained_small_and_well_formed(page):
    assert not re.search(r"https?://|<script|<link|<img|@import|url\(|src=", page)
    assert "prefers-color-scheme:dark" in page
    assert HOSTILE not in page
    assert "<b>city" not in page
    assert len(page.encode()) < 300_000
    assert Reader(page).open == []


def test_page_of_a_hundred_partitions_of_twenty_columns_is_below_a_megabyte():
    rng = np.random.default_rng(1)
    tables = {
        f"{1990 + month // 12}-{month % 12 + 1:02}": pa.table(
            {f"c{place:02}": rng.normal(0, 1, 300) for place in range(20)}
        )
        for month in range(100)
    }
    many = {month: profile_batches(table.to_batches()) for month, table in tables.items()}
    first, last = min(many), max(many)
    result = compare_profiles(many[first], many[last])
    histories = column_histories(many, result, many[first], {name: [first] for name in many[first].columns}, last)
    about = ReportContext(partition=last, histories=histories)

    page = drift_report_html(result, many[first], many[last], title="Large", context={}, about=about)

    assert page.count("<figcaption>Typical value") == 20
    assert 100_000 < len(page.encode()) < 1_000_000


def test_page_without_reference_is_no_pass(months):
    current = months[TESTED]
    page = drift_report_html(compare_profiles(None, current), None, current, title="First", context={})
    assert "○ No reference" in page
    assert "It is not a pass." in page
    assert "before (reference)" not in page
    assert Reader(page).open == []


def test_page_without_history_or_model_says_nothing_of_them(told):
    result, reference, current, _ = told

    page = drift_report_html(result, reference, current, title="Two windows", context={})

    assert "Since when" not in page
    assert "matter for the model" not in page
    assert "<th scope='col' class='wide'>Used" not in page
    assert Reader(page).open == []


def test_definitions_and_the_finding_on_all_columns_together_are_shown(told):
    result, reference, current, about = told
    together = MultivariateDrift(
        verdict="drift",
        message="Rows can be told apart.",
        auc_at_least=0.6,
        reference_rows=100,
        current_rows=100,
        columns={"amount": 0.123},
        definition="Out-of-fold AUC.",
    )

    page = drift_report_html(
        result.model_copy(update={"multivariate": together}), reference, current, title="", context={}, about=about
    )

    definitions = {html.unescape(text) for text in re.findall(r"<dd>([^<]*)</dd>", page)}
    assert set(result.definitions.values()) <= definitions
    assert "<dt>Chi-square</dt>" in page
    assert "Rows can be told apart." in page
    assert "<th scope='row'>amount</th><td>0.123</td>" in page
    assert "Out-of-fold AUC." in page
    assert Reader(page).open == []


def test_markdown_embeds_the_picture_answers_and_lists_the_most_changed_columns(told):
    result, reference, current, about = told
    picture = drift_picture_svg(result, reference, current, top=2)

    text = drift_report_markdown(result, picture, about)

    embedded = re.search(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)\)", text)
    assert base64.b64decode(embedded.group(1)).decode() == picture
    rows = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith("| Column")]
    assert len(rows) == len(result.columns)
    assert all(row.replace("\\|", "").count("|") == 8 for row in rows)
    assert "<b>" not in text
    assert "▲ Drift" in text
    assert "- **Since when?** Since 2023-" in text
    assert len(text) - len(picture) * 4 / 3 < 5_000


def test_json_has_the_result_and_what_the_page_tells_beside_it(told):
    result, _, _, about = told

    written = json.loads(json.dumps(drift_report_json(result, about), allow_nan=False))

    assert {name: written[name] for name in result.to_dict()} == json.loads(json.dumps(result.to_dict()))
    assert written["since"]["amount"]["partition"] == about.histories["amount"].since.partition
    assert written["timelines"]["amount"]["partitions"] == MONTHS
    assert written["timelines"]["amount"]["reference"] == REFERENCE
    assert len(written["timelines"]["amount"]["quantiles"]["0.5"]) == len(MONTHS)
    assert written["advice"]["phone"] != []
