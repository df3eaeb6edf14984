"""What is noted of a job once it is over: nothing of it may change what became of the job."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

_LOG = logging.getLogger(__name__)


@contextmanager
def noted(what: str, whose: str, log: logging.Logger = _LOG) -> Iterator[None]:
    """Note something of a job that is over; if that fails, a warning names what is missing.

    Args:
        what: in words, such as ``its cost``.
        whose: what it is of, such as ``Cluster j-1``.
    """
    try:
        yield
    except Exception as error:  # noqa: BLE001 - the job is over: its success, failure or cancellation is what counts
        log.warning(
            f"{whose}: {what} could not be noted and is missing ({type(error).__name__}: {error}). "
            "The outcome of the job stays as it is."
        )
