"""The base of our component types: the declaration that the core knows is exactly what defs.yaml may say."""

from __future__ import annotations

from typing import ClassVar

import dagster as dg
from pydantic import BaseModel

from platform_assets.pipeline import Product, load_product


class DeclaredComponent(dg.Component):
    """A component whose attributes are one of the core's declarations.

    Dagster checks the YAML against the declaration's own schema, so that editors complete it, an error names file and
    line, and a notebook that reads the same file without Dagster sees the same thing.
    """

    declaration_type: ClassVar[type[BaseModel]]

    def __init__(self, name: str) -> None:
        self.name = name

    @classmethod
    def get_model_cls(cls) -> type[BaseModel]:
        """The schema of the attributes."""
        return cls.declaration_type

    @classmethod
    def load(cls, attributes: BaseModel | None, context: dg.ComponentLoadContext) -> DeclaredComponent:
        """Remember which declaration this is; the product has read and checked all of its file."""
        return cls(str(getattr(attributes, "name", "")))

    def product(self, context: dg.ComponentLoadContext) -> Product:
        """The product in whose folder this component is declared."""
        return load_product(context.path.name, context.path.parent)
