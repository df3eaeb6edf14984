"""Whether code and libraries are those that trained a version; if not, which differ and where to rebuild it instead."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

from platform_assets.learning.libraries import PYTHON, python_version
from platform_assets.pipeline.product import Product
from platform_assets.pipeline.reproduce.errors import CannotReproduce
from platform_assets.pipeline.training_code import code_digest, files_that_differ, training_paths
from platform_assets.pipeline.workspace import DIRTY, code_commit

_SHOWN = 10


def require_same_code(name: str, product: Product, tags: Mapping[str, str]) -> str:
    """How the code is the same, in words.

    Args:
        name: the version, as in ``flight_delay@7``.
        tags: what was recorded with it.

    Raises:
        CannotReproduce: a file that decides a training differs.
    """
    recorded = tags.get("code_commit", "unknown")
    commit = recorded.removesuffix(DIRTY)
    differing = files_that_differ(commit, training_paths(product))
    digest = tags.get("code_digest")
    same = digest == code_digest(product) if digest else recorded == commit and differing == []
    if same:
        exactly = recorded == code_commit() and recorded == commit
        return f"commit {commit}" if exactly else f"every file that decides a training is as in {recorded}"
    raise CannotReproduce(name, [_reason(recorded, commit, differing)], _remedy(name, recorded, commit))


def require_same_libraries(name: str, libraries: Mapping[str, str]) -> str:
    """The libraries, in words; raises CannotReproduce if a version differs from the recorded one."""
    different = [
        f"{library} is {_present(library)}, it was trained with {recorded}"
        for library, recorded in libraries.items()
        if _present(library) != recorded
    ]
    if different:
        pinned = " ".join(f"{each}=={recorded}" for each, recorded in libraries.items() if each != PYTHON)
        own = f"an environment of its own{f' with Python {libraries[PYTHON]}' if PYTHON in libraries else ''}"
        raise CannotReproduce(name, different, f"Install the recorded libraries in {own}: pip install {pinned}.")
    return ", ".join(f"{library} {recorded}" for library, recorded in libraries.items())


def _reason(recorded: str, commit: str, differing: list[str] | None) -> str:
    trained = f"it was trained by commit {commit}" if commit != "unknown" else "no commit was recorded with it"
    if recorded != commit:
        trained += " with changes that were not committed"
    if not differing:
        return f"{trained}, and the code that decides a training is not the same now"
    shown = ", ".join(differing[:_SHOWN]) + (f" and {len(differing) - _SHOWN} more" if differing[_SHOWN:] else "")
    return f"{trained}, and since then these files that decide a training differ: {shown}"


def _remedy(name: str, recorded: str, commit: str) -> str:
    if commit == "unknown":
        return "Rebuild it with the release that trained it."
    folder = f"../{name.replace('@', '-')}"
    elsewhere = (
        f"Rebuild it with that commit: git worktree add {folder} {commit} && cd {folder} && make setup, then there, "
        f"with this PLATFORM_DATA: .venv/bin/platform reproduce {name}."
    )
    if recorded == commit:
        return elsewhere
    return f"{elsewhere} The uncommitted changes of the time have to be applied there as well, if anybody kept them."


def _present(library: str) -> str:
    if library == PYTHON:
        return python_version()
    try:
        return version(library)
    except PackageNotFoundError:
        return "not installed"
