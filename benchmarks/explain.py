"""Explain random predictions of every model version, read their source rows back, and rebuild every champion.

Of the lake that PLATFORM_DATA names, after a replay:

    platform replay && python benchmarks/explain.py --predictions 100

Rows are read back from the delivered files with Python's own csv module, so that nothing of the platform's reading is
taken on trust: a row counts if the file has the recorded SHA-256 and every column of the row has the value in it.
"""

from __future__ import annotations

import argparse
import csv
import functools
import hashlib
import random
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

from platform_assets.pipeline import Product, Workspace  # noqa: E402
from platform_assets.pipeline.explain import Link, by_key, explain_all  # noqa: E402
from platform_assets.pipeline.explain.identity import as_text  # noqa: E402
from platform_assets.quality.contract import Contract  # noqa: E402


@dataclass
class Counts:
    """What was looked at, and what was wrong."""

    predictions: int = 0
    links: int = 0
    rows: int = 0
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)


def check(workspace: Workspace, product: Product, model: str, predictions: int, seed: int) -> dict[int, Counts]:
    """Explain about ``predictions`` random predictions, evenly over model versions; counts by version."""
    counts: dict[int, Counts] = {}
    drawn = list(_drawn(workspace, product, model, predictions, seed))
    chains = explain_all(workspace, product, model, (by_key(*_named(product, model, row)) for row in drawn))
    for row in drawn:
        counted = counts.setdefault(row["model_version"], Counts())
        started = time.process_time()
        chain = next(chains)
        counted.seconds += time.process_time() - started
        counted.predictions += 1
        counted.links += len(list(chain.walk()))
        counted.problems += chain.problems
        for found, problem in _read_back(workspace, product, chain):
            counted.rows += found
            counted.problems += [problem] if problem else []
    return counts


def _drawn(workspace: Workspace, product: Product, model: str, predictions: int, seed: int) -> Iterator[dict[str, Any]]:
    import pyarrow.compute as pc

    rows = workspace.lake.read(product.table(f"{model}_predictions"))
    versions = sorted(pc.unique(rows["model_version"]).to_pylist())
    chosen = random.Random(seed)
    for version in versions:
        own = rows.filter(pc.equal(rows["model_version"], version))
        places = chosen.sample(range(own.num_rows), min(own.num_rows, -(-predictions // len(versions))))
        yield from own.take(sorted(places)).to_pylist()


def _named(product: Product, model: str, row: Mapping[str, Any]) -> tuple[str, str]:
    features = product.feature_sets[product.models[model].feature_set]
    time_column = features.partitions.column if features.partitions else ""
    key = ",".join(f"{name}={as_text(row[name])}" for name in features.keys)
    return f"{row[time_column]:%Y-%m}", key


def _read_back(workspace: Workspace, product: Product, chain: Link) -> Iterator[tuple[int, str | None]]:
    """For each row that the chain shows of a dataset: 1 if its file holds it, else 0 and what is wrong."""
    for link in chain.of_kind("dataset snapshot"):
        dataset = product.datasets[link.name.removeprefix(f"{product.name}.")]
        files = [workspace.landing / file.name for file in link.links if _is_as_read(workspace, file)]
        null = dataset.arrival.null_values
        for row in link.facts.get("rows", []):
            key = tuple(as_text(row[name]) for name in dataset.keys)
            text = next((rows[key] for file in files if key in (rows := _rows(file, tuple(dataset.keys)))), None)
            wrong = ["no file has it"] if text is None else _differences(dataset, row, text, null)
            yield (0, f"{link.name} {key}: {', '.join(wrong)}") if wrong else (1, None)


def _is_as_read(workspace: Workspace, file: Link) -> bool:
    return _sha256(workspace.landing / file.name) == file.facts.get("sha256")


@functools.cache
def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else "deleted"


@functools.cache
def _rows(file: Path, keys: tuple[str, ...]) -> dict[tuple[str, ...], dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as lines:
        return {tuple(row[key] for key in keys): row for row in csv.DictReader(lines)}


def _differences(contract: Contract, row: Mapping[str, Any], text: Mapping[str, str], null: str) -> list[str]:
    return [
        f"{column.name} is {text[column.name]} in the file, {row[column.name]!r} in the lake"
        for column in contract.columns
        if _value(column.type, text[column.name], null) != row[column.name]
    ]


def _value(kind: str, text: str, null: str) -> Any:
    if text == null:
        return None
    read: dict[str, Any] = {"int": int, "long": int, "double": float, "timestamp": datetime.fromisoformat}
    return read.get(kind, str)(text)


def rebuild_champions(workspace: Workspace, product: Product, model: str) -> dict[int, tuple[bool, str]]:
    """Every version that ever was champion: whether its rebuild is the same model, and the digest or what differs."""
    from platform_assets.pipeline.reproduce import CannotReproduce, reproduce

    rebuilt = {}
    for info in workspace.registry(model).versions():
        if info.promoted_at is not None:
            try:
                done = reproduce(workspace, product, model, info.version)
            except CannotReproduce as error:
                rebuilt[info.version] = (False, str(error))
                continue
            different = [f"{one.what}: {one.recorded}, now {one.now}" for one in done.comparisons if not one.same]
            rebuilt[info.version] = (done.same, "; ".join(different) or info.tags["digest"])
    return rebuilt


def main() -> None:
    """Check, print the counts, and exit with 1 if anything does not resolve or is not the same."""
    from platform_assets.notebook import open_workspace
    from platform_assets.pipeline import load_product

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--predictions", type=int, default=100, help="How many are explained.")
    parser.add_argument("--seed", type=int, default=0, help="Which they are.")
    parser.add_argument("--product", default="flight_delay")
    parser.add_argument("--model", default="flight_delay")
    chosen = parser.parse_args()
    workspace, product = open_workspace(), load_product(chosen.product)
    counts = check(workspace, product, chosen.model, chosen.predictions, chosen.seed)
    for version, one in counts.items():
        print(
            f"version {version}: {one.predictions} predictions, {one.links} links, {one.rows} source rows read back, "
            f"{len(one.problems)} problems, {one.seconds / one.predictions:.2f} CPU seconds each",
            flush=True,
        )
        print("".join(f"  {problem}\n" for problem in one.problems), end="")
    rebuilt = rebuild_champions(workspace, product, chosen.model)
    for version, (same, words) in rebuilt.items():
        print(f"{chosen.model}@{version}: {'same digest' if same else 'NOT THE SAME'}, {words}")
    good = not any(one.problems for one in counts.values()) and all(same for same, _ in rebuilt.values())
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
