"""The base of everything that a product declares."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Declared(BaseModel):
    """Base of everything that a product declares in YAML: unknown fields are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)
