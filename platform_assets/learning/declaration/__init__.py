"""What a product says about a model: plain data that an editor can complete and that is checked when it is read."""

from platform_assets.learning.declaration.base import Parameter
from platform_assets.learning.declaration.gate import GateDeclaration
from platform_assets.learning.declaration.label import LabelDeclaration
from platform_assets.learning.declaration.model import ModelDeclaration
from platform_assets.learning.declaration.monitoring import MonitoringDeclaration
from platform_assets.learning.declaration.retraining import (
    CalendarDeclaration,
    ReasonsDeclaration,
    RetrainingDeclaration,
    RollbackDeclaration,
)
from platform_assets.learning.declaration.search import Choices, Range, SearchDeclaration
from platform_assets.learning.declaration.training import TrainingDeclaration
from platform_assets.learning.declaration.validation import BaselineDeclaration, ValidationDeclaration

__all__ = [
    "BaselineDeclaration",
    "CalendarDeclaration",
    "Choices",
    "GateDeclaration",
    "LabelDeclaration",
    "ModelDeclaration",
    "MonitoringDeclaration",
    "Parameter",
    "Range",
    "ReasonsDeclaration",
    "RetrainingDeclaration",
    "RollbackDeclaration",
    "SearchDeclaration",
    "TrainingDeclaration",
    "ValidationDeclaration",
]
