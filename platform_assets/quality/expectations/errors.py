"""What a user can do wrong when declaring an expectation, each with the remedy."""

from __future__ import annotations


class ExpectationError(ValueError):
    """A declared expectation cannot be run as it is declared."""


class UnknownExpectation(ExpectationError):
    """The declared expectation does not exist in Great Expectations."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"expectation '{name}' does not exist in Great Expectations. "
            "Correct its name in defs.yaml, for example expect_column_values_to_be_between."
        )


class NotImportable(ExpectationError):
    """An import path leads to nothing."""

    def __init__(self, path: str, error: Exception) -> None:
        super().__init__(
            f"expectation '{path}' cannot be imported ({type(error).__name__}: {error}). "
            "Correct the path in defs.yaml (package.module.Class), or install its package where the job runs."
        )


class NotAnExpectation(ExpectationError):
    """An import path leads to something else."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"'{path}' is no expectation. Name a class that extends one of Great Expectations, such as "
            "great_expectations.expectations.UnexpectedRowsExpectation or ColumnMapExpectation."
        )


class ArgumentsRefused(ExpectationError):
    """Great Expectations does not accept the declared arguments."""

    def __init__(self, name: str, problems: list[str]) -> None:
        super().__init__(f"expectation '{name}': {'; '.join(problems)}. Correct its arguments in defs.yaml.")
