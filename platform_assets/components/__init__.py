"""HOW a declaration becomes assets, checks and jobs; the types that a product's defs.yaml names."""

from platform_assets.components.budget import Budget
from platform_assets.components.dataset import Dataset
from platform_assets.components.feature_set import FeatureSet
from platform_assets.components.model import Model

__all__ = ["Budget", "Dataset", "FeatureSet", "Model"]
