"""From a declared type to an expectation of Great Expectations, which is imported here and not before."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from platform_assets.quality.expectations.errors import (
    ArgumentsRefused,
    ExpectationError,
    NotAnExpectation,
    NotImportable,
    UnknownExpectation,
)
from platform_assets.quality.expectations.naming import is_custom

if TYPE_CHECKING:
    from platform_assets.quality.contract import Expectation


def build(declared: Expectation) -> Any:
    """The expectation that a declaration describes; its check's name is kept in its `meta`.

    Raises:
        UnknownExpectation, NotImportable, NotAnExpectation: the type leads to no expectation.
        ArgumentsRefused: the arguments are not those of the expectation.
    """
    from pydantic.v1 import ValidationError

    kind = expectation_class(declared.type)
    severity = "critical" if declared.on_violation == "refuse_partition" else "warning"
    try:
        return kind(**declared.arguments, severity=severity, meta={"check": declared.check_name})
    except ValidationError as error:
        problems = [f"{' '.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
        raise ArgumentsRefused(declared.check_name, list(dict.fromkeys(problems))) from error


def problems(expectations: Iterable[Expectation]) -> list[str]:
    """What is wrong with declared expectations: unknown, not to be imported, or with arguments that are refused."""
    found = []
    for declared in expectations:
        try:
            build(declared)
        except ExpectationError as error:
            found.append(str(error))
    return found


def expectation_class(type_: str) -> Any:
    """The class of a declared type: one of Great Expectations, or your own by its import path."""
    import great_expectations.expectations as gxe
    from great_expectations.expectations.expectation import Expectation as Base

    if not is_custom(type_):
        kind = getattr(gxe, "".join(word.capitalize() for word in type_.split("_")), None)
        if kind is None:
            raise UnknownExpectation(type_)
        return kind
    module, _, name = type_.rpartition(".")
    try:
        kind = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise NotImportable(type_, error) from error
    if not (isinstance(kind, type) and issubclass(kind, Base)):
        raise NotAnExpectation(type_)
    return kind
