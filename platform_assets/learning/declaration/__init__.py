"""What a product says about a model: plain data that an editor can complete and that is checked when it is read."""

from platform_assets.learning.declaration.base import Parameter
from platform_assets.learning.declaration.gate import GateDeclaration
from platform_assets.learning.declaration.label import LabelDeclaration
from platform_assets.learning.declaration.model import ModelDeclaration
from platform_assets.learning.declaration.retraining import RetrainingDeclaration
from platform_assets.learning.declaration.search import Choices, Range, SearchDeclaration
from platform_assets.learning.declaration.training import TrainingDeclaration
from platform_assets.learning.declaration.validation import BaselineDeclaration, ValidationDeclaration

__all__ = [
    "BaselineDeclaration",
    "Choices",
    "GateDeclaration",
    "LabelDeclaration",
    "ModelDeclaration",
    "Parameter",
    "Range",
    "RetrainingDeclaration",
    "SearchDeclaration",
    "TrainingDeclaration",
    "ValidationDeclaration",
]
