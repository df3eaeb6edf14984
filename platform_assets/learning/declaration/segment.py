"""Which rows a model is for."""

from typing import Annotated

from pydantic import BeforeValidator, Field

Value = str | int | bool


def _listed(values: object) -> object:
    return values if isinstance(values, list) else [values]


# By column, the values that its rows may have.
Where = dict[str, Annotated[list[Value], BeforeValidator(_listed), Field(min_length=1)]]
