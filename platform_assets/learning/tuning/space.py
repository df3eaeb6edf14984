"""The declared space of a search in Optuna's terms."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from platform_assets.learning.declaration import Choices, ModelDeclaration, Range
from platform_assets.learning.estimator import default_parameters

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution


def distributions(space: Mapping[str, Range | Choices]) -> "dict[str, BaseDistribution]":
    """A distribution of each parameter."""
    return {name: _distribution(values) for name, values in space.items()}


def declared_point(declaration: ModelDeclaration) -> dict[str, Any] | None:
    """The declared parameters as a point of the space; None if one of them lies outside."""
    known = {**default_parameters(declaration.estimator), **declaration.parameters}
    space = declaration.search.space
    if all(name in known and _inside(known[name], values) for name, values in space.items()):
        return {name: known[name] for name in space}
    return None


def _distribution(values: Range | Choices) -> "BaseDistribution":
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if isinstance(values, Choices):
        return CategoricalDistribution(values.choices)
    if values.integer:
        return IntDistribution(int(values.low), int(values.high), log=values.log)
    return FloatDistribution(values.low, values.high, log=values.log)


def _inside(value: Any, values: Range | Choices) -> bool:
    if isinstance(values, Choices):
        return any(type(choice) is type(value) and choice == value for choice in values.choices)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return values.low <= value <= values.high and (isinstance(value, int) or not values.integer)
