"""What a model depends on besides code and data: Python and the libraries that fit and store it."""

import functools
import sys
from importlib.metadata import packages_distributions, version

PYTHON = "python"
_LIBRARIES = ("scikit-learn", "numpy", "pyarrow", "pandas", "optuna", "joblib")
# Its distribution is among the libraries already, and the platform's own code is told by its commit.
_KNOWN_PACKAGES = ("sklearn", __name__.partition(".")[0])


def library_versions(estimator: str) -> dict[str, str]:
    """Python's minor version and the installed versions of the libraries on which a model depends.

    Args:
        estimator: import path of its estimator, whose library is one of them.
    """
    libraries = {name: version(name) for name in _LIBRARIES}
    return {PYTHON: python_version(), **libraries, **_estimator_versions(estimator)}


def _estimator_versions(estimator: str) -> dict[str, str]:
    """The installed version of what the estimator at an import path was installed with, besides scikit-learn.

    Empty for code that is not installed but lies on the import path, such as a product's own.
    """
    package = estimator.partition(".")[0]
    return {} if package in _KNOWN_PACKAGES else {name: version(name) for name in _distributions(package)}


@functools.cache
def _distributions(package: str) -> tuple[str, ...]:
    """Looked up once, as it reads the files of everything that is installed."""
    return tuple(sorted(set(packages_distributions().get(package, ()))))


def python_version() -> str:
    """As in 3.11; its patches change no model."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"
