"""The Model component: training, promotion, predictions, performance and drift of one declared model."""

from __future__ import annotations

import dagster as dg

from platform_assets.automation.retraining import retraining_decisions, retraining_sensor
from platform_assets.components.declared import DeclaredComponent
from platform_assets.components.model_assets import (
    champion_asset,
    drift_report_asset,
    model_asset,
    performance_asset,
    predictions_asset,
)
from platform_assets.pipeline.product import MonitoredModelDeclaration


class Model(DeclaredComponent):
    """A model with everything around it: candidates judged by gates, a champion, its predictions and their quality."""

    declaration_type = MonitoredModelDeclaration

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """The assets, their checks, and the sensor that decides on retraining, of the model and of its variants."""
        product = self.product(context)
        makers = (model_asset, champion_asset, predictions_asset, performance_asset, drift_report_asset)
        models = product.family(self.name)
        return dg.Definitions(
            assets=[
                *(retraining_decisions(product, model) for model in models),
                *(make(product, model) for model in models for make in makers),
            ],
            sensors=[retraining_sensor(product, model) for model in models],
        )
