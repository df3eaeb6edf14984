"""Training sets: features joined with the labels known at a partition, in an order that makes training repeatable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from platform_assets.learning import partitions
from platform_assets.learning.columns import categorical_features, epoch_micros, require_columns
from platform_assets.learning.declaration import ModelDeclaration, ValidationDeclaration
from platform_assets.learning.errors import TrainingError

_ROW = "__row"
_MICROS_PER_DAY = 86_400_000_000


@dataclass(frozen=True)
class TrainingSet:
    """Labelled rows in order of time, with what each column is for and which snapshots they were read from."""

    rows: pa.Table
    features: tuple[str, ...]
    categorical: tuple[str, ...]
    label: str
    event_time: str
    keys: tuple[str, ...]
    as_of: str
    snapshots: dict[str, int] = field(default_factory=dict)


def build_training_set(
    declaration: ModelDeclaration,
    features: pa.Table,
    labels: pa.Table,
    *,
    feature_columns: Sequence[str],
    keys: Sequence[str],
    event_time: str,
    as_of: str,
    snapshots: Mapping[str, int],
) -> TrainingSet:
    """Join feature rows with their labels for a training as of `as_of`.

    `feature_columns` are those of the feature set; the declaration may choose among them. Raises `TrainingError` if
    a declared feature is missing, a key is not unique, or a row is newer than the labels known as of `as_of`.
    """
    chosen = tuple(declaration.chosen_features(feature_columns))
    require_columns(features, chosen, f"model '{declaration.name}', features", TrainingError)
    rows = join_labels(features, labels, keys, declaration.label.column, event_time=event_time)
    refuse_unknown_labels(rows, event_time, as_of, declaration.label.delay_partitions)
    return TrainingSet(
        rows=rows,
        features=chosen,
        categorical=categorical_features(features.schema, chosen),
        label=declaration.label.column,
        event_time=event_time,
        keys=tuple(keys),
        as_of=as_of,
        snapshots=dict(snapshots),
    )


def join_labels(
    features: pa.Table, labels: pa.Table, keys: Sequence[str], label: str, *, event_time: str | None = None
) -> pa.Table:
    """Rows of `features` that have a label, with the label as last column, sorted by event time, then keys.

    An inner join on `keys`; rows whose label is null or whose key holds a null are dropped. Without `event_time`
    the order is that of the keys. Raises `TrainingError` if a key occurs twice on either side, or if the features
    already hold a column named like the label.
    """
    if label in features.column_names:
        raise TrainingError(
            f"Column '{label}' is both the label and a column of the features, which would leak the answer. "
            "Rename or remove it in the feature function."
        )
    require_columns(features, keys, "features", TrainingError)
    require_columns(labels, [*keys, label], "labels", TrainingError)
    left = features.select(keys).append_column(_ROW, pa.array(np.arange(features.num_rows)))
    right = _known(labels.select([*keys, label]), left.schema, label)
    _refuse_duplicates(left, keys, "features")
    _refuse_duplicates(right, keys, "labels")
    matched = left.join(right, keys=list(keys), join_type="inner")
    joined = features.take(matched[_ROW]).append_column(label, matched[label])
    order = [name for name in (event_time, *keys) if name is not None]
    return joined.sort_by([(name, "ascending") for name in dict.fromkeys(order)])


def refuse_unknown_labels(rows: pa.Table, event_time: str, as_of: str, delay_partitions: int) -> None:
    """Raise `TrainingError` if a row belongs to a partition whose labels are not known yet as of `as_of`."""
    last = partitions.offset(as_of, -delay_partitions)
    end = int(partitions.window(last)[1].timestamp() * 1_000_000)
    late = int((epoch_micros(rows[event_time]) >= end).sum())
    if late:
        raise TrainingError(
            f"{late} rows are later than partition {last}, the last one whose labels are known as of {as_of}. "
            f"Train on partitions up to {last} only, or train as of a later partition."
        )


def split_chronologically(training_set: TrainingSet, validation: ValidationDeclaration) -> tuple[pa.Table, pa.Table]:
    """Earlier rows to fit on and later rows to validate on; rows of one moment stay on one side.

    Validation starts where `validation.share` of the rows remain, but no more than `validation.max_days` before the
    last row. Raises `TrainingError` if a side would be empty.
    """
    moments = epoch_micros(training_set.rows[training_set.event_time])
    if len(moments) == 0:
        raise TrainingError(f"The training set as of {training_set.as_of} is empty: no row has a label yet.")
    at_share = moments[int(len(moments) * (1 - validation.share))]
    at_days = moments[-1] - validation.max_days * _MICROS_PER_DAY
    first = int(np.searchsorted(moments, max(at_share, at_days), side="left"))
    if first == 0:
        raise TrainingError(
            f"The training set as of {training_set.as_of} cannot be split by time: its {len(moments)} rows leave none "
            f"before the validation window. Train on more partitions or lower validation.share ({validation.share:g})."
        )
    return training_set.rows.slice(0, first), training_set.rows.slice(first)


def _known(labels: pa.Table, like: pa.Schema, label: str) -> pa.Table:
    known = labels.filter(pc.is_valid(labels[label]))
    for name in like.names:
        if name in known.column_names:
            known = known.set_column(known.column_names.index(name), name, known[name].cast(like.field(name).type))
    return known


def _refuse_duplicates(rows: pa.Table, keys: Sequence[str], what: str) -> None:
    distinct = rows.group_by(list(keys)).aggregate([]).num_rows
    if distinct < rows.num_rows:
        raise TrainingError(
            f"{what}: {rows.num_rows - distinct} rows repeat a key ({', '.join(keys)}); a key must be unique. "
            "Remove the duplicates where the rows are made, or add the column that tells them apart to the keys."
        )
