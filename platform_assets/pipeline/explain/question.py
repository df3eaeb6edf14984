"""Which prediction is asked for: by its keys, as of a version of the predictions, or by its id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from platform_assets.pipeline.explain.errors import NotExplained
from platform_assets.pipeline.explain.identity import PredictionId

if TYPE_CHECKING:
    from platform_assets.lake.versions import AsOf
    from platform_assets.quality.contract import Contract

_NUMBERS = {"int", "long"}


@dataclass(frozen=True)
class Question:
    """One prediction, named either by ``key`` (texts by key column) or by ``identifier``.

    Attributes:
        as_of: the version of the predictions table to look in: a snapshot, a tag or a time; by default the current
            one, and for an id any that has it.
    """

    partition: str
    key: Mapping[str, str] | None = None
    identifier: PredictionId | None = None
    as_of: AsOf | None = None


def by_key(partition: str, text: str, as_of: AsOf | None = None) -> Question:
    """The prediction whose keys are written as ``column=value,column=value``.

    Raises:
        NotExplained: the text is not written like that.
    """
    key: dict[str, str] = {}
    for part in text.split(","):
        column, found, value = part.partition("=")
        if not found or not column.strip():
            raise NotExplained(
                f"'{part}' in the key is not written as column=value. Write for example "
                "time_hour=2013-05-01T10:00:00Z,carrier=UA,flight=1545,origin=EWR."
            )
        key[column.strip()] = value.strip()
    return Question(partition, key=key, as_of=as_of)


def by_id(text: str, as_of: AsOf | None = None) -> Question:
    """The prediction with this id; raises NotExplained if the text is none."""
    identifier = PredictionId.parse(text)
    return Question(identifier.partition, identifier=identifier, as_of=as_of)


def key_values(contract: Contract, key: Mapping[str, str]) -> dict[str, Any]:
    """The key as values of the contract's types.

    Raises:
        NotExplained: a key column is missing or unknown, or a value is not of its type.
    """
    missing = [name for name in contract.keys if name not in key]
    strange = [name for name in key if name not in contract.keys]
    if missing or strange:
        problem = [f"{', '.join(missing)} is missing"] * bool(missing) + [f"{', '.join(strange)} is no key"] * bool(
            strange
        )
        raise NotExplained(
            f"The key does not name one row of {contract.name}: {'; '.join(problem)}. "
            f"Its keys are {', '.join(contract.keys)}."
        )
    return {name: _typed(contract.column(name).type, name, key[name]) for name in contract.keys}


def _typed(kind: str, name: str, text: str) -> Any:
    try:
        if kind == "timestamp":
            moment = datetime.fromisoformat(text)
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        return int(text) if kind in _NUMBERS else text
    except ValueError:
        example = "2013-05-01T10:00:00Z" if kind == "timestamp" else "1545"
        raise NotExplained(f"The key's {name}={text} is not of type {kind}. Write it as in {name}={example}.") from None
