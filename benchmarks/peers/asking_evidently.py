"""Evidently's verdicts on pairs of samples, found by Evidently itself in its own environment."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv

from benchmarks.peers.environment import ROOT, environment

Pair = tuple[pa.Table, pa.Table]


def evidently(pairs: Iterable[Pair]) -> Iterator[dict[str, bool]]:
    """Whether each column drifted, pair by pair and in their order, each as soon as it is known."""
    script = ROOT / "benchmarks" / "evidently_verdicts.py"
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile("w+") as complaints:
        for place, (reference, current) in enumerate(pairs):
            csv.write_csv(_plain(reference), f"{folder}/{place:06}.reference.csv")
            csv.write_csv(_plain(current), f"{folder}/{place:06}.current.csv")
        command = [str(environment("evidently")), str(script), folder]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints, text=True) as process:
            assert process.stdout is not None
            yield from (json.loads(line)["drifted"] for line in process.stdout if line.startswith('{"drifted"'))
        if process.returncode:
            complaints.seek(0)
            raise SystemExit(f"Evidently failed; its last words: {complaints.read()[-500:]}")


def _plain(table: pa.Table) -> pa.Table:
    """With numbers as doubles, so that a missing one is not taken for a text."""
    numeric = {f.name: pa.float64() for f in table.schema if pa.types.is_integer(f.type)}
    for name, kind in numeric.items():
        table = table.set_column(table.column_names.index(name), name, pc.cast(table[name], kind))
    return table
