"""Whether ``matched_on`` of a feature set's inputs names columns that there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from platform_assets.learning.feature_set import FeatureSetDeclaration
from platform_assets.learning.matching import Reference
from platform_assets.pipeline.declared_wrongly import unknown_name
from platform_assets.quality.contract import Contract


def broken_matches(feature_set: FeatureSetDeclaration, datasets: Mapping[str, Contract]) -> Iterator[str]:
    """Columns that are not there, or belong to an input that is not named before, in words."""
    before: dict[str, Contract] = {}
    for source in feature_set.inputs:
        dataset = datasets[source.dataset]
        field = f"{feature_set.name}.inputs.{source.dataset}.matched_on"
        for column, text in source.matched_on.items():
            yield from _unknown_column(field, column, dataset)
            reference = Reference.parse(text)
            if reference.dataset is None:
                yield from _unknown_column(field, reference.column, feature_set)
            elif reference.dataset not in before:
                yield unknown_name(field, reference.dataset, "input before it", before)
            else:
                yield from _unknown_column(field, reference.column, before[reference.dataset])
        before[source.dataset] = dataset


def _unknown_column(field: str, column: str, table: Contract) -> Iterator[str]:
    known = [declared.name for declared in table.stored_columns]
    if column not in known:
        yield unknown_name(field, column, f"column of {table.name}", known)
