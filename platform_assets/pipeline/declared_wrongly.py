"""What is wrong with a declaration, in words for the person who wrote it: field, rule and remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from platform_assets.quality.contract import Contract
from platform_assets.quality.lineage import ColumnReference


def broken_rule(kind: type[BaseModel], attributes: Any, error: ValidationError) -> str:
    """The first broken rule of a declaration, with the declaration's name and the field."""
    first = error.errors()[0]
    name = str(attributes.get("name", kind.__name__)) if isinstance(attributes, dict) else kind.__name__
    problem = _problem(kind, first["type"], first["msg"], first["input"], first["loc"])
    if problem.startswith(f"{name}."):
        # Rules across fields name the declaration and the field themselves.
        return problem
    return f"{'.'.join([name, *_path(attributes, first['loc'])])}: {problem}"


def unknown_name(field: str, name: str, what: str, known: Iterable[str]) -> str:
    """A name that refers to nothing, with a near one and all there are."""
    choices = list(known)
    listed = f"Declare it, or choose one of: {', '.join(choices)}." if choices else "Declare it."
    return f"{field}: there is no {what} '{name}'.{_near(name, choices)} {listed}"


def unknown_columns(place: str, references: Iterable[str], tables: Mapping[str, Contract]) -> Iterable[str]:
    """References of the ``computed_from`` of a column or label that name no column of these tables."""
    field = f"{place}.computed_from"
    for table, column in map(ColumnReference.parse, references):
        if table not in tables:
            yield unknown_name(field, table, "input", tables)
            continue
        known = [declared.name for declared in tables[table].stored_columns]
        if column not in known:
            yield unknown_name(field, column, f"column of {table}", known)


def _problem(kind: type[BaseModel], rule: str, message: str, value: Any, place: Sequence[int | str]) -> str:
    if rule == "missing":
        return "this field is required. Add it."
    if rule == "extra_forbidden":
        near = _near(str(place[-1]), _field_names(kind))
        return f"there is no such field.{near} Correct its name, or remove it."
    if rule == "value_error":
        return message.removeprefix("Value error, ")
    return f"{message}, not {value!r}. Correct the value."


def _path(attributes: Any, place: Sequence[int | str]) -> list[str]:
    """The path to a field; an entry of a list is called by its name, as positions are hard to count in a file."""
    parts, value = [], attributes
    for part in place:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            value = None
        name = value.get("name") if isinstance(part, int) and isinstance(value, dict) else None
        parts.append(str(name or part))
    return parts


def _field_names(kind: type[BaseModel]) -> list[str]:
    schema = kind.model_json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    return sorted({name for part in parts for name in part.get("properties", {})})


def _near(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f" Did you mean '{near[0]}'?" if near else ""
