"""Small tasks on a disk are done where they arise, not handed to other threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

_inline: ContextVar[bool] = ContextVar("inline", default=False)


class _Inline(Executor):
    def submit(self, task: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(task(*arguments, **named))
        except Exception as error:  # noqa: BLE001  # raised by whoever asks for the result
            done.set_exception(error)
        return done


@contextmanager
def inline_tasks(wanted: bool) -> Iterator[None]:
    """Within it, PyIceberg does its tasks in the calling thread, if ``wanted``.

    Its pool pays off while others answer, as S3 does; on a disk, threads that parse small files only wait for one
    another, which took a fifth of a publish.
    """
    before = _inline.set(wanted)
    try:
        yield
    finally:
        _inline.reset(before)


@cache
def let_tasks_be_inline() -> None:
    """Let PyIceberg ask :func:`inline_tasks` which way to go, for the life of the process."""
    from pyiceberg.utils.concurrent import ExecutorFactory

    here, pool = _Inline(), ExecutorFactory.get_or_create
    ExecutorFactory.get_or_create = staticmethod(lambda: here if _inline.get() else pool())
