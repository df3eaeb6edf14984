"""Evidently's own verdicts by its defaults; run by the interpreter of an environment of `benchmarks/peers` that has it.

    PYTHON benchmarks/evidently_verdicts.py FOLDER

FOLDER holds pairs `NAME.reference.csv` and `NAME.current.csv`; prints a line of JSON a pair, in order of the names: for
each column whether Evidently's DataDriftPreset reports drift, with the test that it chose.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any


def drifted(reference: Any, current: Any) -> dict[str, bool]:
    """Whether each column drifted, by Evidently's defaults."""
    # By name: this environment is not the platform's, whose types are checked.
    report, preset = import_module("evidently").Report, import_module("evidently.presets").DataDriftPreset
    found: dict[str, bool] = {}
    for metric in report([preset()]).run(current, reference).dict()["metrics"]:
        settings = metric["config"]
        if "ValueDrift" not in settings["type"]:
            continue
        value, limit = float(metric["value"]), float(settings["threshold"])
        found[settings["column"]] = value < limit if "p_value" in settings["method"] else value >= limit
    return found


def main(folder: Path) -> None:
    """Print the verdicts on every pair."""
    import pandas as pd

    for path in sorted(folder.glob("*.reference.csv")):
        name = path.name.removesuffix(".reference.csv")
        found = drifted(pd.read_csv(path), pd.read_csv(folder / f"{name}.current.csv"))
        print(json.dumps({"drifted": found}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
