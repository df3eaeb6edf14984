"""How much each feature moved one prediction away from the average one: Shapley values of any fitted model, sampled."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from platform_assets.learning.columns import require_columns
from platform_assets.learning.errors import ScoringError
from platform_assets.learning.model import FittedModel
from platform_assets.learning.tuning import evenly_spread

BACKGROUND_ROWS = 64
ORDERS = 4
# A probability of exactly 0 or 1 has no log-odds; this one's are 16.
_CLOSEST_TO_CERTAIN = 1e-7

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Contribution:
    """What one feature added to the log-odds of a prediction; `error` is the standard error of sampling it."""

    feature: str
    value: object
    log_odds: float
    error: float


@dataclass(frozen=True)
class Contributions:
    """One prediction taken apart, in log-odds: `expected` and the contributions add up to `predicted`.

    Attributes:
        expected: mean log-odds of the background rows.
        predicted: log-odds of the explained row.
        features: the largest contribution first.
        background_rows: how many rows stand for "the average prediction".
    """

    expected: float
    predicted: float
    features: tuple[Contribution, ...]
    background_rows: int

    @property
    def remainder(self) -> float:
        """What the contributions do not account for; rounding alone."""
        return self.predicted - self.expected - sum(feature.log_odds for feature in self.features)


def contributions(
    model: FittedModel,
    row: pa.Table,
    background: pa.Table,
    *,
    seed: int = 0,
    background_rows: int = BACKGROUND_ROWS,
    orders: int = ORDERS,
) -> Contributions:
    """Take the prediction of one row apart into what each of the model's features contributed.

    Interventional Shapley values of the log-odds, by permutation sampling (Štrumbelj and Kononenko 2014): a walk turns
    a background row into the explained one, a feature at a time, and every step's change counts for its feature. Each
    of `background_rows` rows, evenly spread over `background`, is walked from in `orders` random orders and in the
    reverse of each, which halves most of the error. All walks of a row end at the same two points, so the sum is exact
    whatever the sample. The values are exact too where features do not interact; elsewhere `error` says how exact.

    Equal arguments give equal values. Time: 2 * background_rows * orders * (features + 1) rows are predicted, at once.

    Args:
        row: one row with the model's features.
        background: rows that stand for usual ones, such as those that the model was validated on; at least one.
        orders: at least two, for there is no error to tell from one.

    Raises:
        ScoringError: not one row, no background, or a feature is missing.
    """
    features = model.metadata.features
    _check(model, row, background)
    usual = evenly_spread(background.select(features), background_rows)
    explained = row.select(features)
    walks = list(_orders(usual.num_rows, len(features), orders, np.random.default_rng(seed)))
    steps = np.diff(_log_odds(model.predict(_walked(explained, usual, walks))).reshape(len(walks), -1), axis=1)
    by_feature = np.empty_like(steps)
    for number, (_, order) in enumerate(walks):
        by_feature[number, order] = steps[number]
    # An order and its reverse depend on each other, so the pair is what was drawn.
    drawn = by_feature.reshape(usual.num_rows, orders, 2, -1).mean(axis=2)
    means, errors = drawn.mean(axis=(0, 1)), _standard_errors(drawn)
    found = [
        Contribution(name, explained[name][0].as_py(), float(means[place]), float(errors[place]))
        for place, name in enumerate(features)
    ]
    return Contributions(
        expected=float(_log_odds(model.predict(usual)).mean()),
        predicted=float(_log_odds(model.predict(explained))[0]),
        features=tuple(sorted(found, key=lambda one: -abs(one.log_odds))),
        background_rows=usual.num_rows,
    )


def _check(model: FittedModel, row: pa.Table, background: pa.Table) -> None:
    name, features = model.metadata.name, model.metadata.features
    if row.num_rows != 1:
        raise ScoringError(f"model '{name}': one row can be explained at a time, not {row.num_rows}. Choose one.")
    if background.num_rows == 0:
        raise ScoringError(f"model '{name}': there is no row to compare with. Name rows that it was validated on.")
    for what, rows in (("the explained row", row), ("the background", background)):
        require_columns(rows, features, f"model '{name}', {what}", ScoringError)


def _orders(
    rows: int, features: int, orders: int, random: np.random.Generator
) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """The walks: from which background row, and in which order the features are exchanged."""
    for start in range(rows):
        for _ in range(orders):
            order = random.permutation(features)
            yield start, order
            yield start, order[::-1]


def _walked(explained: pa.Table, usual: pa.Table, walks: list[tuple[int, NDArray[np.int64]]]) -> pa.Table:
    """Every row on every walk, walk after walk, both ends included: features exchanged up to each step are the row's.

    The explained row stands behind the background rows, so that a column is put together by taking from one.
    """
    count = explained.num_columns
    starts = np.repeat([start for start, _ in walks], count + 1)
    step = np.tile(np.arange(count + 1), len(walks))
    exchanged_at = np.empty((len(walks), count), dtype=np.int64)
    for number, (_, order) in enumerate(walks):
        exchanged_at[number, order] = np.arange(count)
    columns = {}
    for place, name in enumerate(explained.column_names):
        exchanged = step > np.repeat(exchanged_at[:, place], count + 1)
        both = pa.concat_tables([usual.select([name]), explained.select([name])])[name].combine_chunks()
        columns[name] = both.take(pa.array(np.where(exchanged, usual.num_rows, starts)))
    return pa.table(columns)


def _standard_errors(drawn: Floats) -> Floats:
    """Of the mean over background rows (fixed) and orders (drawn anew for each row); `drawn` is row, order, feature."""
    rows, orders, _ = drawn.shape
    variances: Floats = drawn.var(axis=1, ddof=1) / orders
    return np.asarray(np.sqrt(variances.sum(axis=0)) / rows)


def _log_odds(probabilities: Floats) -> Floats:
    inside = np.clip(probabilities, _CLOSEST_TO_CERTAIN, 1 - _CLOSEST_TO_CERTAIN)
    return np.asarray(np.log(inside) - np.log1p(-inside))
