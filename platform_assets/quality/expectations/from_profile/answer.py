"""Whether a profile can answer an expectation, and its answer in the form of Great Expectations.

A rule answers only what it knows for certain. Everything else is left to Great Expectations: a sketch that no longer
keeps every value, NaN and infinities (engines order them differently), integers from 2**53 on (the profile holds
doubles), a bound so near that the engine's own rounding may fall on the other side, and arguments that no rule knows.
Engines disagree about -0.0 (Spark: equal to 0.0; DataFusion: another value); the profile takes them as equal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from platform_assets.quality.expectations.from_profile import aggregates, distinct, row_values, shape, texts
from platform_assets.quality.expectations.from_profile.facts import Answer, Facts

if TYPE_CHECKING:
    from platform_assets.quality.contract import Expectation

Rule = Callable[[Facts, Mapping[str, Any]], Answer | None]

#: The rule of each type, with the arguments that it knows.
RULES: dict[str, tuple[Rule, frozenset[str]]] = {
    f"expect_{name}": (rule, frozenset(known.split()))
    for name, rule, known in (
        ("table_row_count_to_be_between", shape.row_count_between, "min_value max_value strict_min strict_max"),
        ("table_row_count_to_equal", shape.row_count_equal, "value"),
        ("table_column_count_to_be_between", shape.column_count_between, "min_value max_value strict_min strict_max"),
        ("table_column_count_to_equal", shape.column_count_equal, "value"),
        ("table_columns_to_match_ordered_list", shape.columns_in_order, "column_list"),
        ("table_columns_to_match_set", shape.columns_as_set, "column_set exact_match"),
        ("column_to_exist", shape.column_exists, "column column_index"),
        ("column_values_to_not_be_null", row_values.not_null, "column mostly"),
        ("column_values_to_be_null", row_values.null, "column mostly"),
        ("column_values_to_be_in_set", row_values.in_set, "column value_set mostly"),
        ("column_values_to_not_be_in_set", row_values.not_in_set, "column value_set mostly"),
        (
            "column_values_to_be_between",
            row_values.between,
            "column min_value max_value strict_min strict_max mostly",
        ),
        ("column_values_to_match_regex", texts.match, "column regex mostly"),
        ("column_values_to_not_match_regex", texts.not_match, "column regex mostly"),
        (
            "column_value_lengths_to_be_between",
            texts.lengths_between,
            "column min_value max_value strict_min strict_max mostly",
        ),
        ("column_value_lengths_to_equal", texts.lengths_equal, "column value mostly"),
        ("column_values_to_be_unique", row_values.unique, "column mostly"),
        ("column_min_to_be_between", aggregates.minimum, "column min_value max_value strict_min strict_max"),
        ("column_max_to_be_between", aggregates.maximum, "column min_value max_value strict_min strict_max"),
        ("column_mean_to_be_between", aggregates.mean, "column min_value max_value strict_min strict_max"),
        ("column_sum_to_be_between", aggregates.total, "column min_value max_value strict_min strict_max"),
        ("column_stdev_to_be_between", aggregates.deviation, "column min_value max_value strict_min strict_max"),
        ("column_median_to_be_between", aggregates.median, "column min_value max_value strict_min strict_max"),
        ("column_quantile_values_to_be_between", aggregates.quantiles, "column quantile_ranges"),
        (
            "column_unique_value_count_to_be_between",
            distinct.count_between,
            "column min_value max_value strict_min strict_max",
        ),
        (
            "column_proportion_of_unique_values_to_be_between",
            distinct.proportion_between,
            "column min_value max_value strict_min strict_max",
        ),
        (
            "column_proportion_of_non_null_values_to_be_between",
            shape.non_null_between,
            "column min_value max_value strict_min strict_max",
        ),
        ("column_most_common_value_to_be_in_set", distinct.most_common_in_set, "column value_set ties_okay"),
        ("column_distinct_values_to_be_in_set", distinct.in_set, "column value_set"),
        ("column_distinct_values_to_contain_set", distinct.contain_set, "column value_set"),
        ("column_distinct_values_to_equal_set", distinct.equal_set, "column value_set"),
    )
}


def answer(declared: Expectation, facts: Facts) -> Answer | None:
    """The answer to a declared expectation, or None if Great Expectations must run."""
    rule, known = RULES.get(declared.type, (None, frozenset()))
    if rule is None or not known.issuperset(declared.arguments):
        return None
    column = declared.arguments.get("column")
    if column is not None and column not in facts.types and declared.type != "expect_column_to_exist":
        return None
    return rule(facts, declared.arguments)
