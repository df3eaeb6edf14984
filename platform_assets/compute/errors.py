"""Errors of the compute room; each message names the thing, the rule and the remedy."""


class EngineUnavailable(Exception):
    """The chosen engine cannot run here."""

    def __init__(self, engine: str, reason: str, remedy: str) -> None:
        super().__init__(f"Engine '{engine}' cannot run here: {reason}. {remedy}.")


class EngineNotKnown(ValueError):
    """Something names an engine that there is not."""

    def __init__(self, what: str, name: str, known: tuple[str, ...]) -> None:
        super().__init__(
            f"The {what} says '{name}', which is no engine. Set it to one of: {', '.join(known)}; or leave it out, "
            "for the declared one."
        )


class JobFailed(Exception):
    """The job's own code, or a file it read, broke on the engine."""

    def __init__(self, job: str, engine: str, cause: BaseException) -> None:
        first = str(cause).strip().splitlines()[0] if str(cause).strip() else type(cause).__name__
        super().__init__(
            f"Job '{job}' failed on engine '{engine}' with {type(cause).__name__}: {first.rstrip('.')}. "
            "Nothing was published. The full cause is in the log; correct the function or the input and run again."
        )
