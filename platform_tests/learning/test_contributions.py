"""Contributions add up to the prediction, and are the exact Shapley values where those are known."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_assets.learning.contributions import Contributions, contributions
from platform_assets.learning.declaration import ModelDeclaration
from platform_assets.learning.errors import ScoringError
from platform_assets.learning.model import FittedModel
from platform_assets.learning.training import train_candidate
from platform_assets.learning.training_set import TrainingSet

LINEAR = {"estimator": "sklearn.linear_model.LogisticRegression", "parameters": {"max_iter": 500}}


@pytest.fixture(scope="module")
def rows(months: Callable[..., tuple[pa.Table, pa.Table]]) -> pa.Table:
    return months("2013-05", "2013-05", rows=200)[0]


@pytest.fixture(scope="module")
def trees(declare: Callable[..., ModelDeclaration], make_set: Callable[..., TrainingSet]) -> FittedModel:
    return train_candidate(declare(), make_set()).model


@pytest.fixture(scope="module")
def linear(declare: Callable[..., ModelDeclaration], make_set: Callable[..., TrainingSet]) -> FittedModel:
    return train_candidate(declare(**LINEAR), make_set()).model


def log_odds(probabilities: np.ndarray) -> np.ndarray:
    return np.log(probabilities / (1 - probabilities))


def by_feature(found: Contributions) -> dict[str, float]:
    return {one.feature: one.log_odds for one in found.features}


@settings(max_examples=15, deadline=None)
@given(place=st.integers(0, 199), background=st.integers(1, 40), orders=st.integers(2, 4), seed=st.integers(0, 99))
def test_contributions_lead_from_the_average_prediction_to_this_one(
    trees: FittedModel, rows: pa.Table, place: int, background: int, orders: int, seed: int
) -> None:
    usual = rows.slice(0, background)

    found = contributions(trees, rows.slice(place, 1), usual, seed=seed, background_rows=background, orders=orders)

    assert found.expected == pytest.approx(log_odds(trees.predict(usual)).mean())
    assert found.predicted == pytest.approx(log_odds(trees.predict(rows.slice(place, 1)))[0])
    assert abs(found.remainder) < 1e-9
    assert {one.feature for one in found.features} == set(trees.metadata.features)
    assert found.background_rows == background


def test_a_linear_model_is_taken_apart_exactly(linear: FittedModel, rows: pa.Table) -> None:
    encoded = linear.pipeline[:-1].transform(frame(linear, rows))
    weights = linear.pipeline[-1].coef_[0]
    # The encoder puts categories first.
    order = [*linear.metadata.categorical]
    order += [name for name in linear.metadata.features if name not in order]

    for place in range(5):
        found = contributions(linear, rows.slice(place, 1), rows, background_rows=200)

        exact = weights * (encoded[place] - encoded.mean(axis=0))
        assert by_feature(found) == pytest.approx(dict(zip(order, exact, strict=True)), abs=1e-9)
        assert max(one.error for one in found.features) < 1e-9


def test_the_error_says_how_far_sampling_is_from_the_exact_value(trees: FittedModel, rows: pa.Table) -> None:
    usual, deviations = rows.slice(100, 12), []
    for place in range(8):
        exact = exact_shapley(trees, rows.slice(place, 1), usual)
        found = contributions(trees, rows.slice(place, 1), usual, seed=place, background_rows=12)
        deviations += [(one.log_odds - exact[one.feature]) / one.error for one in found.features if one.error > 1e-12]
        assert by_feature(found) == pytest.approx(exact, abs=0.1)

    # Standard errors, if they are honest, are exceeded by a third of the values, and tripled by hardly any.
    assert len(deviations) > 20
    assert 0.4 < np.sqrt(np.mean(np.square(deviations))) < 1.6


def test_equal_questions_have_equal_answers_and_the_largest_contribution_comes_first(
    trees: FittedModel, rows: pa.Table
) -> None:
    first, again = (contributions(trees, rows.slice(3, 1), rows, seed=5) for _ in range(2))

    assert first == again
    sizes = [abs(one.log_odds) for one in first.features]
    assert sizes == sorted(sizes, reverse=True)
    values = {one.feature: one.value for one in first.features}
    assert values == {name: rows[name][3].as_py() for name in trees.metadata.features}


@pytest.mark.parametrize(
    ("chosen", "background", "message"),
    [
        (slice(0, 2), slice(0, 9), "one row can be explained at a time, not 2"),
        (slice(0, 1), slice(0, 0), "there is no row to compare with"),
    ],
)
def test_a_question_without_an_answer_is_refused(
    trees: FittedModel, rows: pa.Table, chosen: slice, background: slice, message: str
) -> None:
    with pytest.raises(ScoringError, match=message):
        contributions(trees, rows[chosen], rows[background])
    with pytest.raises(ScoringError, match="the explained row: column wind is not in the rows"):
        contributions(trees, rows.slice(0, 1).drop_columns(["wind"]), rows)


def frame(model: FittedModel, rows: pa.Table) -> object:
    from platform_assets.learning.columns import feature_frame

    return feature_frame(rows, model.metadata.features, model.metadata.categorical)


def exact_shapley(model: FittedModel, row: pa.Table, usual: pa.Table) -> dict[str, float]:
    """By its definition: over all sets of the other features, weighted, of what the feature adds to the set."""
    features = model.metadata.features
    worth = {
        chosen: log_odds(model.predict(mixed(row, usual, chosen))).mean()
        for size in range(len(features) + 1)
        for chosen in itertools.combinations(features, size)
    }
    exact = dict.fromkeys(features, 0.0)
    for feature in features:
        for chosen in worth:
            if feature not in chosen:
                weight = math.factorial(len(chosen)) * math.factorial(len(features) - len(chosen) - 1)
                joined = tuple(name for name in features if name in chosen or name == feature)
                exact[feature] += weight / math.factorial(len(features)) * (worth[joined] - worth[chosen])
    return exact


def mixed(row: pa.Table, usual: pa.Table, chosen: tuple[str, ...]) -> pa.Table:
    columns = {
        name: pa.chunked_array([row[name].combine_chunks()] * usual.num_rows) if name in chosen else usual[name]
        for name in usual.column_names
    }
    return pa.table(columns)
