"""The picture of a drift report: well-formed, self-contained, and readable."""

import re
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pyarrow as pa
import pytest

from platform_assets.quality.drift.compare import compare_profiles
from platform_assets.quality.profile import profile_batches
from platform_assets.quality.report.picture import drift_picture_svg
from platform_assets.quality.report.shapes import fitted, nice_marks, round_marks
from platform_assets.quality.report.words import VERDICTS

SVG = "{http://www.w3.org/2000/svg}"


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


def texts_of(picture):
    """Every text of a picture in its order; fails unless it is well-formed XML."""
    return ["".join(element.itertext()) for element in ElementTree.fromstring(picture).iter(f"{SVG}text")]


def profile_of(**columns):
    return profile_batches(pa.table(columns).to_batches())


def picture_of(before, now, **options):
    return drift_picture_svg(compare_profiles(before, now, columns=list(now.columns)), before, now, **options)


def test_picture_titles_each_column_with_verdict_and_size_and_has_axes_and_a_legend(pair, result):
    texts = texts_of(drift_picture_svg(result, *pair, top=99))

    titles = [f"{c.column}{VERDICTS[c.verdict]}{c.effect:.1f} × limit" for c in result.columns]
    assert [text for text in texts if text in titles] == titles
    assert {"before (reference)", "now", "no values", "false", "true", "Rome", "Oslo"} <= set(texts)
    assert {"1", "2", "3", "4", "5"} <= set(texts)  # the ratings
    assert texts.count("% of rows") == len(result.columns) - 1
    assert sum(re.fullmatch(r"\d{4}-\d\d-\d\d", text) is not None for text in texts) > 2


def test_picture_shows_the_most_changed_columns_only_and_says_its_size(pair, result):
    picture = drift_picture_svg(result, *pair)

    root = ElementTree.fromstring(picture)
    panels = [group for group in root if group.tag == f"{SVG}g"]
    assert len(panels) == 6
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
    background = root.find(f"{SVG}rect")
    assert background.get("class") == "card"
    assert float(background.get("width")) >= float(root.get("width")) - 1


def test_picture_is_self_contained_and_small(pair, result):
    picture = drift_picture_svg(result, *pair, top=99)

    assert not re.search(r"<script|<image|href|@import|url\(|https?://(?!www\.w3\.org/2000/svg)", picture)
    assert len(picture.encode()) < 30_000


def test_picture_has_one_filled_and_one_outlined_shape_a_column_with_values(pair, result):
    root = ElementTree.fromstring(drift_picture_svg(result, *pair, top=99))

    for window in ("before", "now"):
        drawn = [path for path in root.iter(f"{SVG}path") if path.get("class") == window]
        assert len(drawn) == len(result.columns) - 1
        assert all(path.get("d").startswith("M") for path in drawn)


def test_heights_in_the_picture_are_shares_of_rows():
    before, now = profile_of(flag=[True] + [False] * 3), profile_of(flag=[True] * 2 + [False] * 2)

    root = ElementTree.fromstring(picture_of(before, now))

    shapes = {path.get("class"): path.get("d") for path in root.iter(f"{SVG}path")}
    heights = {
        name: [132 - float(top) for top in re.findall(r"V([\d.]+)H", shapes[name])] for name in ("before", "now")
    }
    assert heights["before"][0] == pytest.approx(3 * heights["before"][1], abs=0.3)
    assert heights["now"] == pytest.approx([2 * heights["before"][1]] * 2, abs=0.3)


def test_picture_escapes_and_shortens_texts_and_drops_what_xml_cannot_hold():
    hostile = ["<script>&\"'", "ring\x07\x00\ufffe", "long" * 100, "東京都千代田区丸の内一丁目九番地", ""]
    picture = picture_of(None, profile_of(**{"]]><b>&amp;": hostile, "a_name_" * 20: hostile}))

    texts = texts_of(picture)

    assert texts.count("<script>&\"'") == texts.count("ring   ") == texts.count("(empty)") == 2
    assert "]]><b>&amp;○ no reference" in texts
    assert sum(text.startswith("longlong") and text.endswith("…") for text in texts) == 2
    assert "東京都千代田区丸の内…" in texts
    assert all(len(text) < 40 for text in texts)


def test_picture_folds_rare_texts_into_all_others_with_their_shares():
    names = [f"city {place:02}" for place in range(20)]
    before, now = profile_of(city=names * 5), profile_of(city=names[:10] * 10)

    texts = texts_of(picture_of(before, now))

    assert [text for text in texts if text in names] == names[:6]
    assert {"all others", "70 % → 40 %"} <= set(texts)


def test_labels_of_an_axis_keep_apart():
    days = pa.array(range(0, 16 * 86_400, 86_400), pa.timestamp("s"))

    root = ElementTree.fromstring(picture_of(None, profile_of(day=days)))

    at = [float(text.get("x")) for text in root.iter(f"{SVG}text") if (text.text or "").startswith("1970-01-")]
    assert len(at) > 2
    assert min(right - left for left, right in pairwise(at)) > 70


def test_picture_without_reference_shows_only_now(pair):
    texts = texts_of(picture_of(None, pair[1], top=3))

    assert "before (reference)" not in texts
    assert "now" in texts
    assert sum("○ no reference" in text for text in texts) == 3
    assert not any("limit" in text for text in texts)


def test_picture_of_no_column_is_still_a_picture(pair):
    assert texts_of(drift_picture_svg(compare_profiles(*pair, columns=[]), *pair)) == ["before (reference)", "now"]


@pytest.mark.parametrize(
    ("top", "marks"),
    [(100.0, "0 20 40 60 80 100"), (83.0, "0 20 40 60 80"), (0.06, "0 0.02 0.04 0.06"), (1.0, "0 0.2 0.4 0.6 0.8 1")],
)
def test_marks_of_an_axis_are_round(top, marks):
    assert " ".join(f"{mark:g}" for mark in round_marks(top)) == marks


@pytest.mark.parametrize(
    ("words", "shown"), [("Rome", "Rome"), ("", ""), ("mmmmmmmmmmm", "mmmmmmmmm…"), ("i" * 24, "i" * 24)]
)
def test_texts_are_cut_where_their_letters_fill_the_room(words, shown):
    assert fitted(words, 10.0) == shown


@pytest.mark.parametrize(
    ("low", "high", "marks"),
    [
        (12.0, 98.0, "25 50 75"),
        (0.0, 0.08, "0 0.02 0.04 0.06 0.08"),
        (-0.5, 11.5, "0 5 10"),
        (-30.0, 100.0, "0 50 100"),
        (1e9 - 1, 1e9 + 1, "1e+09 1e+09 1e+09 1e+09 1e+09"),
    ],
)
def test_marks_between_two_ends_are_round_and_lie_between_them(low, high, marks):
    found = nice_marks(low, high)

    assert " ".join(f"{mark:g}" for mark in found) == marks
    assert all(low <= mark <= high for mark in found)
