"""The errors of this room, so that a caller can tell a user's mistake from a defect of the platform."""


class LearningError(Exception):
    """Something about a model that a user can put right; the message names the thing, the rule and the remedy."""


class TrainingError(LearningError):
    """A training set or an estimator from which no model can be fitted."""


class ScoringError(LearningError):
    """Rows or labels that a fitted model cannot be applied to."""


class RegistryError(LearningError):
    """A model version that the registry does not hold, or holds in another state than was recorded."""


class ParityBroken(RegistryError):
    """A model that was read back from the registry's files predicts otherwise than the one that was trained."""

    def __init__(self, model: str, different: int, rows: int, largest: float) -> None:
        super().__init__(
            f"model '{model}': read back from its files, it gives {different:,} of {rows:,} validation rows other "
            f"probabilities than when it was trained (up to {largest:.3g} off), so nothing was registered. Check that "
            "the estimator keeps its whole state when it is pickled, and the library versions of this process."
        )


class TrackingError(RegistryError):
    """MLflow cannot be reached or does not answer as it should."""
