"""The places where a job can run; each gives a Spark session with the same behaviour."""

from platform_assets.compute.engines.base import Engine
from platform_assets.compute.engines.embedded import EmbeddedEngine
from platform_assets.compute.engines.engines import Engines
from platform_assets.compute.engines.spark import SparkEngine

__all__ = ["EmbeddedEngine", "Engine", "Engines", "SparkEngine"]
