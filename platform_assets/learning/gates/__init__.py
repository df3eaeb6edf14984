"""Gates: the declared conditions a candidate has to meet before it may become champion, each with its figures."""

from platform_assets.learning.gates.evaluate import evaluate_gates
from platform_assets.learning.gates.evidence import Evidence, TrainingRows
from platform_assets.learning.gates.result import GateResult

__all__ = ["Evidence", "GateResult", "TrainingRows", "evaluate_gates"]
