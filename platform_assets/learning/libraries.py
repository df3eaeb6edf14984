"""What a model depends on besides code and data: Python and the libraries that fit and store it."""

import sys
from importlib.metadata import version

PYTHON = "python"
_LIBRARIES = ("scikit-learn", "numpy", "pyarrow", "pandas", "optuna", "joblib")


def library_versions() -> dict[str, str]:
    """Python's minor version and the installed versions of the libraries on which a model depends."""
    return {PYTHON: python_version(), **{name: version(name) for name in _LIBRARIES}}


def python_version() -> str:
    """As in 3.11; its patches change no model."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"
