"""What goes wrong: answers of an API that are errors, and the end of a cluster."""

from __future__ import annotations

from dataclasses import dataclass, field


class ApiError(Exception):
    """An answer with an error: ``kind`` as Amazon names it, and the HTTP status."""

    def __init__(self, kind: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.kind = kind
        self.status = status


def invalid(message: str) -> ApiError:
    """A request that breaks a rule."""
    return ApiError("ValidationException", message)


def unknown(what: str, name: str) -> ApiError:
    """A request about something that is not there."""
    return ApiError("InvalidRequestException", f"{what} id '{name}' is not valid.")


@dataclass(frozen=True)
class Reason:
    """Why something has the state that it has: code and message of a StateChangeReason, and ErrorDetails."""

    code: str = ""
    message: str = ""
    details: list[dict[str, object]] = field(default_factory=list)

    def described(self) -> dict[str, object]:
        """As the API gives it."""
        return {name: text for name, text in (("Code", self.code), ("Message", self.message)) if text}


class Ending(Exception):
    """The cluster is to terminate; raised where its thread waits."""
