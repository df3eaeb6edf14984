"""Look at a delivered file before any engine reads it: is it there, whole, and does it have the declared columns?"""

from __future__ import annotations

import contextlib
import csv
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from platform_assets.quality.dataset import DatasetDeclaration
from platform_assets.quality.errors import DeliveryMissing, DeliveryRefused
from platform_assets.quality.json_lines import first_fields, write_csv
from platform_assets.quality.manifest import file_digest as file_digest
from platform_assets.quality.manifest import require_manifest
from platform_assets.quality.parquet_file import damage as damage
from platform_assets.quality.parquet_file import parquet_header
from platform_assets.quality.personal.views import has_personal_columns
from platform_assets.quality.since import may_lack
from platform_assets.quality.text_file import first_malformed_line as first_malformed_line
from platform_assets.quality.text_file import require_quotes, require_text, require_whole_lines
from platform_assets.quality.unpacking import unpack

LONGEST_HEADER = 1 << 20
NAMED, LONGEST_NAME = 20, 60


@dataclass(frozen=True)
class Delivery:
    """A file that passed inspection.

    Attributes:
        path: the file as it was delivered.
        readable: the file that an engine reads: the delivered one, or plain CSV in a scratch folder.
        header: column names in the file's order.
        digest: SHA-256 of the delivered content, in hexadecimal; equal content has an equal digest.
        bytes: size of the delivered file.
    """

    path: Path
    readable: Path
    header: tuple[str, ...]
    digest: str
    bytes: int


@contextlib.contextmanager
def inspected(declaration: DatasetDeclaration, partition: str | None, path: Path) -> Iterator[Delivery]:
    """An inspected delivery; what was unpacked of it is deleted when the block ends. Raises as inspect_delivery."""
    with tempfile.TemporaryDirectory(prefix="delivery-") as scratch:
        yield inspect_delivery(declaration, partition, path, Path(scratch))


def inspect_delivery(declaration: DatasetDeclaration, partition: str | None, path: Path, scratch: Path) -> Delivery:
    """Check a delivered file against its contract, without judging the rows.

    Args:
        scratch: an empty folder for what an engine cannot read as it was delivered.

    Raises:
        DeliveryMissing: there is no such file.
        DeliveryRefused: the file is empty, cut off, unreadable, too large, or its columns differ from the contract.
    """
    if not path.is_file():
        raise DeliveryMissing(declaration.name, partition, str(path))
    what = f"{declaration.name}{f' {partition}' if partition else ''} ({path.name})"
    if path.stat().st_size == 0:
        raise DeliveryRefused(what, "the file is empty (0 bytes)", "Deliver the file again.")
    digest = file_digest(path)
    if declaration.arrival.complete == "manifest":
        require_manifest(path, digest, what)
    content = unpack(declaration.arrival, path, scratch, what)
    look = {"csv": _csv, "parquet": _parquet, "jsonl": _json_lines}[declaration.arrival.format]
    readable, header = look(_with_columns_of(declaration, partition), content, scratch, what)
    return Delivery(path, readable, tuple(header), digest, path.stat().st_size)


def _csv(declaration: DatasetDeclaration, path: Path, scratch: Path, what: str) -> tuple[Path, list[str]]:
    require_whole_lines(path, what)
    require_text(path, what)
    with path.open("rb") as file:
        first = file.readline(LONGEST_HEADER)
    if len(first) == path.stat().st_size:
        raise DeliveryRefused(what, "it has a header but no rows", "Deliver the complete file again.")
    # A line cut at the longest header may end within a character.
    header = next(csv.reader([first.decode("utf-8-sig", errors="replace")]))
    _require_columns(declaration, header, what)
    require_quotes(path, what)
    return path, header


def _parquet(declaration: DatasetDeclaration, path: Path, scratch: Path, what: str) -> tuple[Path, list[str]]:
    header = parquet_header(declaration, path, what)
    _require_columns(declaration, header, what)
    return path, header


def _json_lines(declaration: DatasetDeclaration, path: Path, scratch: Path, what: str) -> tuple[Path, list[str]]:
    require_text(path, what)
    header = first_fields(path, what)
    _require_columns(declaration, header, what)
    readable = scratch / "rows.csv"
    write_csv(path, header, readable, what)
    return readable, header


def _with_columns_of(declaration: DatasetDeclaration, partition: str | None) -> DatasetDeclaration:
    """The declaration for a file of one partition: ``since`` stays on the columns that the file may lack."""
    lacking = may_lack(declaration, partition)
    columns = [c if c.name in lacking else c.model_copy(update={"since": None}) for c in declaration.columns]
    return declaration.model_copy(update={"columns": columns})


def _require_columns(declaration: DatasetDeclaration, header: list[str], what: str) -> None:
    declared = [column.name for column in declaration.columns]
    missing = [column.name for column in declaration.columns if column.name not in header and column.since is None]
    unknown = [name for name in header if name not in declared]
    if missing or unknown or len(set(header)) != len(header):
        parts = [f"missing {_named(missing)}"] if missing else []
        parts += [_undeclared(declaration, unknown)] if unknown else []
        parts += ["a column name stands twice"] if len(set(header)) != len(header) else []
        raise DeliveryRefused(
            what,
            f"its columns differ from contract version {declaration.version}: {'; '.join(parts)}",
            "Correct the file, or change the contract's columns and raise its version.",
        )


def _undeclared(declaration: DatasetDeclaration, unknown: list[str]) -> str:
    if has_personal_columns(declaration):
        # A file without its header line has a person's values there.
        return f"{len(unknown)} not declared (not named here, as the dataset has personal columns)"
    return f"not declared {_named(unknown)}"


def _named(names: Sequence[str]) -> str:
    """Names for a message: it stays short, whatever stands in a file."""
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(name[:LONGEST_NAME] for name in names[:NAMED]) + more
