"""Variants of a model: one declaration that stands for several models, each the same but for what it says itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

#: What a variant cannot say: its name is made of the model's, and it has no variants of its own.
RESERVED = ("name", "variants")
VARIANTS = "variants"


def variant_name(model: str, variant: str) -> str:
    """Name of a variant's model, assets and entry in the registry."""
    return f"{model}_{variant}"


def variants(attributes: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The whole declaration of each variant: the model's, with what the variant says in its place.

    A mapping such as ``parameters`` or ``retraining`` is changed entry by entry, anything else as a whole.

    Args:
        attributes: a valid declaration of a model, as it was written.
    """
    common = {name: value for name, value in attributes.items() if name != VARIANTS}
    for variant, said in (attributes.get(VARIANTS) or {}).items():
        yield {**_changed(common, said), "name": variant_name(attributes["name"], variant)}


def reserved_field(attributes: Mapping[str, Any]) -> str | None:
    """The first field that a variant must not have, as a path."""
    declared = (attributes.get(VARIANTS) or {}).items()
    return next(
        (f"{VARIANTS}.{variant}.{name}" for variant, said in declared for name in RESERVED if name in said), None
    )


def _changed(common: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    def value(name: str) -> Any:
        before, now = common.get(name), said[name]
        return _changed(before, now) if isinstance(before, Mapping) and isinstance(now, Mapping) else now

    return {**common, **{name: value(name) for name in said}}
