"""WHAT HAPPENS to one partition, step by step, without Dagster: the same functions serve notebook, run and replay."""

from platform_assets.pipeline.product import Product, load_product
from platform_assets.pipeline.workspace import Workspace

__all__ = ["Product", "Workspace", "load_product"]
