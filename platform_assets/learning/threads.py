"""How estimators use the cores, so that training beside other work is slowed by its share of them and no more."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from typing import TypeVar

First = TypeVar("First")
Second = TypeVar("Second")
Result = TypeVar("Result")

#: Threads that linear algebra uses while a model is fitted: the order of its sums depends on their number.
BLAS_THREADS = 1
#: Fits of a training that run side by side; each uses half of the cores.
FITS_AT_ONCE = 2


def share_the_cores() -> None:
    """Use half of the cores, and let idle threads sleep; to be called before scikit-learn is first imported.

    With OpenMP's own defaults, a spinning thread on every core, a fit of 3 s took 78 s as soon as a second process
    trained on the same two cores. On half of the cores it takes about 40 % longer when alone.
    Values set from outside are kept. Results do not depend on them.
    """
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 2) // 2)))
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def side_by_side(one: Callable[[], First], other: Callable[[], Second]) -> tuple[First, Second]:
    """Results of two functions that run at the same time, in threads; the error of the first that has one is raised.

    Fitting and predicting are compiled code that lets other threads run, so two of them use what `share_the_cores`
    leaves idle. Both hold their matrices in memory together.
    """
    with ThreadPoolExecutor(2) as threads:
        first, second = threads.submit(one), threads.submit(other)
        return first.result(), second.result()


def as_each_ends(functions: Iterable[Callable[[], Result]]) -> Iterator[Result]:
    """Results of functions that run in threads, `FITS_AT_ONCE` at a time, in the order in which they end.

    If some have an error, that of the first of them is raised once all have ended and the other results were given.
    """
    with ThreadPoolExecutor(FITS_AT_ONCE) as threads:
        running = [threads.submit(function) for function in functions]
        for ended in as_completed(running):
            if ended.exception() is None:
                yield ended.result()
    for ended in running:
        ended.result()


@contextmanager
def repeatable_sums() -> Iterator[None]:
    """Keep linear algebra to `BLAS_THREADS`, so that a fit gives the same bits whatever the machine or its settings.

    OpenMP's threads are left as they are: scikit-learn's trees share work between them without sharing sums, which
    a test of several estimators confirms.
    """
    share_the_cores()
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=BLAS_THREADS, user_api="blas"):
        yield
