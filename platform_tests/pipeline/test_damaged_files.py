"""Damaged deliveries: whatever happens to a real file, it is accepted or refused with a rule and a remedy."""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest
from damage import Damage, binary_damages, gzipped, text_damages, zipped
from hypothesis import HealthCheck, given, settings

from platform_assets.compute.engines import Engine
from platform_assets.pipeline import Product, Workspace
from platform_assets.pipeline.dataset import materialise_dataset
from platform_assets.pipeline.materialisation import Refused
from platform_assets.quality.dataset import DatasetDeclaration
from platform_assets.quality.errors import DeliveryRefused

MONTH = "2013-02"
TABLE = "flight_delay.flights"
LONGEST_MESSAGE = 6_000

# One example costs a publish or a refusal on a real engine; `slow` looks much longer.
FEW, MANY = 8, 300


def examples(count: int) -> settings:
    return settings(
        max_examples=count, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )


@dataclass(frozen=True)
class Bench:
    """A workspace with January published, and February's file to be damaged."""

    workspace: Workspace = field(repr=False)
    product: Product = field(repr=False)
    january: pa.Table = field(repr=False)
    lines: bytes = field(repr=False)

    def as_format(self, **arrival: Any) -> Bench:
        """The same product whose flights arrive in another way."""
        declared = self.product.datasets["flights"].model_dump()
        declared = {**declared, "arrival": {**declared["arrival"], **arrival}, "source": None}
        datasets = {**self.product.datasets, "flights": DatasetDeclaration.model_validate(declared)}
        return dataclasses.replace(self, product=dataclasses.replace(self.product, datasets=datasets))

    def deliver(self, content: bytes) -> str | None:
        """Deliver February; returns why it was refused, or None. Whatever else happens fails the test."""
        path = self.workspace.landing / self.product.datasets["flights"].landing_file(MONTH)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        lake, before = self.workspace.lake, self.workspace.lake.snapshot_id(TABLE)
        try:
            done = materialise_dataset(self.workspace, self.product, "flights", MONTH)
        except (DeliveryRefused, Refused) as error:
            assert lake.snapshot_id(TABLE) == before
            return _well_told(str(error))
        assert lake.read(TABLE).num_rows == self.january.num_rows + done.publication.rows
        assert done.publication.rows > 0
        return None


def _well_told(message: str) -> str:
    assert message.startswith("flights 2013-02")
    assert " was refused: " in message
    assert any(
        f" {verb} " in message for verb in ("Deliver", "Correct", "Check", "Remove", "Declare", "Put", "End", "Write")
    )
    assert "Nothing was published" in message
    assert len(message) < LONGEST_MESSAGE
    assert message.isprintable(), ascii(message)
    return message


@pytest.fixture(scope="module")
def bench(
    tmp_path_factory: pytest.TempPathFactory,
    workspace_at: Callable[[Path, Engine], Workspace],
    embedded: Engine,
    product: Product,
    deliver_some: Callable[..., list[Path]],
) -> Bench:
    workspace = workspace_at(tmp_path_factory.mktemp("damaged"), embedded)
    for month in ("2013-01", MONTH):
        deliver_some(workspace.landing, month, rows=60)
    materialise_dataset(workspace, product, "flights", "2013-01")
    lines = (workspace.landing / "flights" / f"{MONTH}.csv").read_bytes()
    return Bench(workspace, product, workspace.lake.read(TABLE), lines)


def as_parquet(lines: bytes, declaration: DatasetDeclaration) -> bytes:
    kinds = {"int": pa.int32(), "string": pa.string(), "timestamp": pa.timestamp("us", tz="UTC")}
    types = {column.name: kinds[column.type] for column in declaration.columns}
    options = pc.ConvertOptions(column_types=types, null_values=["NA"], strings_can_be_null=True)
    written = io.BytesIO()
    pq.write_table(pc.read_csv(io.BytesIO(lines), convert_options=options), written)
    return written.getvalue()


def as_json_lines(lines: bytes) -> bytes:
    header, *rows = (line.split(",") for line in lines.decode().splitlines())
    records = [
        {
            name: None if value == "NA" else int(value) if value.lstrip("-").isdigit() else value
            for name, value in zip(header, row, strict=True)
        }
        for row in rows
    ]
    return "".join(json.dumps(record) + "\n" for record in records).encode()


@given(damage=text_damages())
@examples(FEW)
def test_damaged_csv(bench: Bench, damage: Damage) -> None:
    bench.deliver(damage(bench.lines))


@given(damage=binary_damages())
@examples(FEW)
def test_damaged_parquet(bench: Bench, damage: Damage) -> None:
    packed = bench.as_format(file="flights/{partition}.parquet", format="parquet")
    bench_file = as_parquet(bench.lines, packed.product.datasets["flights"])
    packed.deliver(damage(bench_file))


@given(damage=text_damages())
@examples(FEW)
def test_damaged_json_lines(bench: Bench, damage: Damage) -> None:
    bench.as_format(file="flights/{partition}.jsonl", format="jsonl").deliver(damage(as_json_lines(bench.lines)))


@given(inner=text_damages(), damage=binary_damages())
@examples(FEW)
@pytest.mark.parametrize("ending", ["csv.gz", "csv.zip", "jsonl.gz"])
def test_damaged_archives(bench: Bench, ending: str, inner: Damage, damage: Damage) -> None:
    pack = zipped if ending.endswith("zip") else gzipped
    text = as_json_lines(bench.lines) if ending.startswith("jsonl") else bench.lines
    packed = bench.as_format(file=f"flights/{{partition}}.{ending}", format=ending.split(".")[0])

    packed.deliver(pack(inner(text)))
    packed.deliver(damage(pack(text)))


@given(damage=text_damages())
@examples(MANY)
@pytest.mark.slow
def test_damaged_csv_at_length(bench: Bench, damage: Damage) -> None:
    bench.deliver(damage(bench.lines))


@given(damage=binary_damages())
@examples(MANY)
@pytest.mark.slow
def test_damaged_parquet_at_length(bench: Bench, damage: Damage) -> None:
    packed = bench.as_format(file="flights/{partition}.parquet", format="parquet")
    packed.deliver(damage(as_parquet(bench.lines, packed.product.datasets["flights"])))


def test_a_parquet_footer_that_only_the_engine_cannot_read_is_refused(bench: Bench) -> None:
    packed = bench.as_format(file="flights/{partition}.parquet", format="parquet")
    content = as_parquet(bench.lines, packed.product.datasets["flights"])
    assert content.count(b"parquet-cpp-arrow") == 1

    # Who wrote the file, in bytes that are no UTF-8.
    refused = packed.deliver(content.replace(b"parquet-cpp-arrow", b"parquet-cpp-\xff\xfe\xfd\xfc\xfb"))

    assert refused is not None
    assert "the engine cannot read it (" in refused


@pytest.mark.parametrize("columns", [100, 10_000])
def test_a_file_of_many_unknown_columns_is_refused_in_few_words(bench: Bench, columns: int) -> None:
    header, *rows = bench.lines.decode().splitlines()
    wide = [header + "".join(f",c{number}" for number in range(columns)), *(row + ",1" * columns for row in rows)]

    refused = bench.deliver("".join(f"{line}\n" for line in wide).encode())

    assert refused is not None
    assert f"and {columns - 20:,} more" in refused
    assert len(refused) < 1_000
