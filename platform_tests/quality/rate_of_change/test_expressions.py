"""Expressions of metrics: right numbers from profiles, nothing executed, and errors that name what exists."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_assets.quality.profile import TableProfile, profile_batches
from platform_assets.quality.rate_of_change.expression import ExpressionError, parse_expression


@pytest.fixture(scope="module")
def profile() -> TableProfile:
    table = pa.table(
        {
            "salary": pa.array([1.0, 2.0, 4.0, None, 5.0, None, float("nan"), 3.0]),
            "team": pa.array(["a", "a", "b", None, "a", "c", "a", "b"]),
            "boss": pa.array([True, False, False, False, None, None, None, None]),
            "empty": pa.array([None] * 8, pa.float64()),
        }
    )
    return profile_batches(table.to_batches())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("rows", 8),
        ("salary.count", 5),
        ("salary.nulls", 2),
        ("salary.null_share", 0.25),
        ("salary.missing_share", 0.375),
        ("salary.mean", 3),
        ("salary.std", 2**0.5),
        ("salary.min", 1),
        ("salary.max", 5),
        ("salary.distinct", 5),
        ("team.distinct_share", 3 / 7),
        ("salary.quantile(0.5)", 3),
        ("salary.quantile(1)", 5),
        ("team.share('a')", 4 / 7),
        ("team.share('nobody')", 0),
        ("boss.share(True)", 0.25),
        ("boss.share(False)", 0.75),
        ("salary.nulls / rows", 0.25),
        ("-(salary.max - salary.min) * 2 + 1.5", -6.5),
        ("rows / (salary.nulls - 2)", None),
        ("rows * 1e308 * 1e308", None),
        ("empty.mean", None),
        ("empty.null_share", 1),
        ("unheard_of.mean", None),
        ("1 + empty.mean", None),
    ],
)
def test_the_number_is_the_one_of_the_rows(profile: TableProfile, text: str, value: float | None) -> None:
    found = parse_expression(text).value(profile)

    assert found == (None if value is None else pytest.approx(value))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("salary.average", "there is no metric 'average'"),
        ("salary.missing_shar", "Did you mean 'missing_share'?"),
        ("salary", "'salary' is no metric"),
        ("salary.quantile", "a share from 0 to 1 stands in the parentheses. Write salary.quantile(0.5)."),
        ("salary.quantile(50)", "a share from 0 to 1"),
        ("salary.quantile(q=0.5, r=1)", "a share from 0 to 1"),
        ("salary.mean()", "nothing stands in parentheses. Write salary.mean."),
        ("team.share(3)", "Write team.share('UA')."),
        ("rows()", "'rows()' is no metric"),
        ("1 + 2", "names no metric"),
        ("rows ** 2", "cannot be used here"),
        ("rows if rows else 1", "cannot be used here"),
        ("rows + 'a'", "is no number to calculate with"),
        ("rows + True", "is no number to calculate with"),
        ("rows + 1e999", "is no number to calculate with"),
        ("rows +", "is no expression"),
        ("__import__('os').system('true')", "is no metric"),
        ("rows.__class__.__base__", "is no metric"),
        ("(lambda: rows)()", "is no metric"),
        ("rows +" * 60 + "rows", "it has 364 characters and may have 300"),
    ],
)
def test_anything_else_is_refused_with_what_can_be_written(text: str, says: str) -> None:
    with pytest.raises(ExpressionError) as error:
        parse_expression(text)

    assert says in str(error.value)


def test_the_error_names_every_metric() -> None:
    with pytest.raises(ExpressionError, match=r"rows, column\.count, column\.nulls.*quantile\(0\.5\).*share\('text'\)"):
        parse_expression("salary.size")


@given(st.text(max_size=80))
def test_any_text_is_an_expression_or_refused(text: str) -> None:
    try:
        found = parse_expression(text)
    except ExpressionError:
        return
    assert found.value(TableProfile(rows=3)) is None or isinstance(found.value(TableProfile(rows=3)), float)


def test_a_share_of_a_value_has_no_number_once_values_are_too_many_to_count() -> None:
    unique = pa.table({"name": [str(at) for at in range(5000)]})

    assert parse_expression("name.share('1')").value(profile_batches(unique.to_batches())) is None
