"""Jobs use nothing that Spark 3.5, which older clusters have, does not know; PySpark's docstrings say what is newer."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "platform_assets"
# Asks first whether there is such a method.
ASKS = ROOT / "compute" / "arrow.py"


@pytest.fixture(scope="module")
def newer() -> set[str]:
    """Names of functions and methods that came with Spark 4."""
    from pyspark.sql import Column, DataFrame, SparkSession, functions

    def since(owner: object, name: str) -> str:
        found = re.search(r"versionadded:: (\S+)", getattr(getattr(owner, name, None), "__doc__", None) or "")
        return found[1] if found else ""

    owners = (Column, DataFrame, SparkSession, functions)
    return {name for owner in owners for name in dir(owner) if since(owner, name).startswith("4")}


def job_files() -> Iterator[Path]:
    for room in ("compute", "quality", "defs", "pipeline", "learning"):
        yield from (path for path in (ROOT / room).rglob("*.py") if "pyspark" in path.read_text(encoding="utf-8"))


def test_no_job_calls_what_came_with_spark_4(newer: set[str]) -> None:
    assert {"toArrow", "try_cast", "transpose"} <= newer
    files = [path for path in job_files() if path != ASKS]
    assert len(files) > 10

    called = {
        f"{path.relative_to(ROOT)}:{node.lineno} {node.func.attr}"
        for path in files
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in newer
    }

    assert called == set()
