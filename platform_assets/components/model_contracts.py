"""Contracts of a model's assets as Dagster shows them: cut like the feature set, with the lineage of their columns."""

from platform_assets.learning.feature_set import FeatureSetDeclaration
from platform_assets.pipeline import Product, model_lineage, model_tables, performance_tables
from platform_assets.pipeline.product import MonitoredModelDeclaration
from platform_assets.quality.contract import Contract, Partitions
from platform_assets.quality.lineage import with_lineage


def trainings(product: Product, model: MonitoredModelDeclaration) -> Contract:
    """Of the asset that trains a candidate."""
    lineage = model_lineage.trainings_lineage(model, _features(product, model))
    return with_lineage(_cut(model_tables.trainings_contract(model), product, model), lineage)


def champions(model: MonitoredModelDeclaration) -> Contract:
    """Of the asset that promotes a candidate; it is not cut."""
    return with_lineage(model_tables.champions_contract(model), model_lineage.champions_lineage(model))


def predictions(product: Product, model: MonitoredModelDeclaration) -> Contract:
    """Of the asset that scores a partition."""
    features = _features(product, model)
    contract = model_tables.predictions_contract(model, features)
    return with_lineage(contract, model_lineage.predictions_lineage(model, features))


def performance(product: Product, model: MonitoredModelDeclaration) -> Contract:
    """Of the asset that compares predictions with labels."""
    lineage = model_lineage.performance_lineage(model, _features(product, model))
    return with_lineage(_cut(performance_tables.performance_contract(model), product, model), lineage)


def performance_by_segment(product: Product, model: MonitoredModelDeclaration) -> Contract:
    """Of the asset that compares predictions with labels by segment."""
    lineage = model_lineage.segments_lineage(model, _features(product, model))
    return with_lineage(_cut(performance_tables.segments_contract(model), product, model), lineage)


def performance_estimate(product: Product, model: MonitoredModelDeclaration) -> Contract:
    """Of the asset that says what to expect of predictions."""
    lineage = model_lineage.estimate_lineage(model, _features(product, model))
    return with_lineage(_cut(performance_tables.estimate_contract(model), product, model), lineage)


def drift_report(product: Product, model: MonitoredModelDeclaration) -> Contract:
    """Of the asset that compares a partition with the training data."""
    lineage = model_lineage.drift_lineage(model, _features(product, model))
    return with_lineage(_cut(model_tables.drift_contract(model), product, model), lineage)


def _features(product: Product, model: MonitoredModelDeclaration) -> FeatureSetDeclaration:
    return product.feature_sets[model.feature_set]


def _cut(contract: Contract, product: Product, model: MonitoredModelDeclaration) -> Contract:
    """The contract with the feature set's range of partitions; its own partition column stays."""
    partitions = _partitions(product, model)
    column = contract.partitions.column if contract.partitions else partitions.column
    return contract.model_copy(update={"partitions": partitions.model_copy(update={"column": column})})


def _partitions(product: Product, model: MonitoredModelDeclaration) -> Partitions:
    """A model's assets are cut like its feature set, so that one run can go from features to drift report."""
    partitions = _features(product, model).partitions
    if partitions is None:
        raise ValueError(f"{model.name}.feature_set: '{model.feature_set}' needs partitions. Declare them.")
    return partitions
