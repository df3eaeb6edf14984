"""The errors of this room, so that a caller can tell a user's mistake from a defect of the platform."""


class LearningError(Exception):
    """Something about a model that a user can put right; the message names the thing, the rule and the remedy."""


class TrainingError(LearningError):
    """A training set or an estimator from which no model can be fitted."""


class ScoringError(LearningError):
    """Rows or labels that a fitted model cannot be applied to."""


class RegistryError(LearningError):
    """A model version that the registry does not hold, or holds in another state than was recorded."""


class TrackingError(RegistryError):
    """MLflow cannot be reached or does not answer as it should."""
