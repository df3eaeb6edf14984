"""What a declared expectation is called: the name of its asset check, stable while its type and columns are.

Loaded with the declarations, so nothing heavy may be imported here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

#: The arguments of Great Expectations that name columns, in the order in which a name lists them.
COLUMN_ARGUMENTS = ("column", "column_A", "column_B", "column_list")
_BUILT_IN = re.compile(r"expect_[a-z0-9_]+")
_IMPORT_PATH = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")


def type_problem(type_: str) -> str | None:
    """Why `type_` can be neither a name in Great Expectations nor an import path; None if it can."""
    if _BUILT_IN.fullmatch(type_) or _IMPORT_PATH.fullmatch(type_):
        return None
    return (
        f"'{type_}' is no expectation. Use a name in snake case, as in expect_column_values_to_be_between, or the "
        "import path of your own class, as in my_package.expectations.ExpectColumnToBeGood."
    )


def is_custom(type_: str) -> bool:
    """Whether `type_` is the import path of somebody's own expectation."""
    return "." in type_


def named_columns(arguments: Mapping[str, Any]) -> list[str]:
    """The columns that arguments name, each once, in the order of the arguments."""
    found: list[str] = []
    for argument in COLUMN_ARGUMENTS:
        value = arguments.get(argument)
        found += [value] if isinstance(value, str) else [str(name) for name in value or []]
    return list(dict.fromkeys(found))


def check_name(type_: str, arguments: Mapping[str, Any]) -> str:
    """`expect_column_mean_to_be_between__distance`: the type, and after two underscores the columns if any.

    A class name of an import path becomes snake case; what a check's name may not hold becomes an underscore.
    """
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", type_.rpartition(".")[2]).lower()
    return "__".join([words, *(re.sub(r"[^A-Za-z0-9_]", "_", column) for column in named_columns(arguments))])


def in_words(type_: str, arguments: Mapping[str, Any]) -> str:
    """`expect_column_mean_to_be_between on distance (min_value=900, max_value=1200)`."""
    columns = ", ".join(named_columns(arguments)) or "table"
    wanted = ", ".join(f"{key}={value}" for key, value in arguments.items() if key not in COLUMN_ARGUMENTS)
    return f"{type_} on {columns}" + (f" ({wanted})" if wanted else "")
