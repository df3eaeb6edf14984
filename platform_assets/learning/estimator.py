"""From an import path to a pipeline that takes a frame of features and copes with categories and missing values."""

import inspect
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from platform_assets.learning.declaration import Parameter
from platform_assets.learning.errors import TrainingError
from platform_assets.learning.threads import share_the_cores

_BINS = 255


def build_pipeline(
    path: str, parameters: Mapping[str, Parameter], features: Sequence[str], categorical: Sequence[str], seed: int
) -> Any:
    """An unfitted scikit-learn pipeline with the steps `encode` and `estimate`.

    Raises `TrainingError` if the estimator cannot be imported or built, or gives no probabilities.
    """
    share_the_cores()
    from sklearn.pipeline import Pipeline

    estimator = build_estimator(path, parameters, len(categorical), seed)
    bins = parameters.get("max_bins")
    encoder = _encoder(features, categorical, bins if isinstance(bins, int) else _BINS)
    steps = [("encode", encoder), ("estimate", estimator)]
    if not _takes_missing(estimator):
        from sklearn.impute import SimpleImputer

        steps.insert(1, ("impute", SimpleImputer(strategy="median", keep_empty_features=True)))
    return Pipeline(steps)


def build_estimator(path: str, parameters: Mapping[str, Parameter], categories: int, seed: int) -> Any:
    """The unfitted estimator; its first `categories` columns are category codes, and told so where it can know."""
    kind = estimator_class(path)
    accepted = inspect.signature(kind).parameters
    given: dict[str, Any] = dict(parameters)
    if "random_state" in accepted:
        given.setdefault("random_state", seed)
    if "categorical_features" in accepted and categories:
        given.setdefault("categorical_features", list(range(categories)))
    try:
        return kind(**given)
    except TypeError as error:
        raise TrainingError(
            f"Estimator '{path}' refuses its parameters: {error}. Correct 'parameters' or 'search.space'."
        ) from error


def estimator_class(path: str) -> Any:
    """The class behind an import path; raises `TrainingError` if there is none or it gives no probabilities."""
    module, _, name = path.rpartition(".")
    try:
        kind = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise TrainingError(
            f"Estimator '{path}' cannot be imported: {error}. Correct the import path or install its package."
        ) from error
    if not hasattr(kind, "predict_proba"):
        raise TrainingError(f"Estimator '{path}' has no predict_proba. Choose a classifier that gives probabilities.")
    return kind


def default_parameters(path: str) -> dict[str, Any]:
    """The estimator's own defaults by parameter name."""
    signature = inspect.signature(estimator_class(path))
    return {
        name: parameter.default
        for name, parameter in signature.parameters.items()
        if parameter.default is not inspect.Parameter.empty
    }


def _numeric(features: Sequence[str], categorical: Sequence[str]) -> list[str]:
    chosen = set(categorical)
    return [name for name in features if name not in chosen]


def _encoder(features: Sequence[str], categorical: Sequence[str], bins: int) -> Any:
    from sklearn.compose import ColumnTransformer
    from sklearn.preprocessing import OrdinalEncoder

    missing = float("nan")
    codes = OrdinalEncoder(
        handle_unknown="use_encoded_value",
        unknown_value=missing,
        encoded_missing_value=missing,
        max_categories=min(bins, _BINS) - 1,
    )
    # The order matters: the codes come first, which is how `build_estimator` knows their positions.
    columns = [("codes", codes, list(categorical)), ("numbers", "passthrough", _numeric(features, categorical))]
    return ColumnTransformer(columns, sparse_threshold=0.0)


def _takes_missing(estimator: Any) -> bool:
    from sklearn.utils import get_tags

    return bool(get_tags(estimator).input_tags.allow_nan)
