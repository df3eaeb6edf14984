"""Why a backtest cannot be run; each message says what to do."""

from collections.abc import Iterable

from platform_assets.learning.errors import LearningError


class BacktestError(LearningError):
    """A backtest that cannot be run."""


class NoHistory(BacktestError):
    """The lake holds no partitions that a model could be trained and judged on."""

    def __init__(self, model: str, features: str, published: Iterable[str]) -> None:
        found = ", ".join(published) or "none"
        super().__init__(
            f"model '{model}': a backtest needs partitions of '{features}' without a gap, one of them labelled, but "
            f"published are: {found}. Run 'platform replay', or materialise the missing partitions."
        )


class UpdatesItself(BacktestError):
    """A model whose trainings depend on its champion, which policies do not share."""

    def __init__(self, model: str) -> None:
        super().__init__(
            f"model '{model}' is declared with training.update: incremental, so that each training goes on from the "
            "champion of its policy, and no two policies share one. A backtest compares models that are trained anew: "
            "declare update: full."
        )


class UnknownModel(BacktestError):
    """A product without the model, or with several to choose from."""

    def __init__(self, product: str, known: Iterable[str], asked: str | None) -> None:
        listed = ", ".join(known) or "none"
        problem = f"there is no model '{asked}'" if asked else "which model?"
        super().__init__(f"product '{product}': {problem}. Name one with --model; it declares: {listed}.")
