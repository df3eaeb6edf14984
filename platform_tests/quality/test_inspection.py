"""A delivered file is looked at before any engine reads it; what is wrong with it is said in one message."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from platform_assets.quality.dataset import DatasetDeclaration
from platform_assets.quality.errors import DeliveryMissing, DeliveryRefused
from platform_assets.quality.inspection import inspect_delivery
from platform_assets.quality.text_file import first_malformed_line

Delivered = Callable[..., Path]
KEPT = " Nothing was published; the file is kept in quarantine."


def refusal(declaration: DatasetDeclaration, path: Path) -> str:
    with pytest.raises(DeliveryRefused) as error:
        inspect_delivery(declaration, "2013-02", path, path.parent)
    assert str(error.value).startswith(f"sales 2013-02 ({path.name}) was refused: {error.value.rule}. ")
    assert str(error.value).endswith(error.value.remedy + KEPT)
    return f"{error.value.rule}. {error.value.remedy}"


def test_a_good_file_is_described(declaration: DatasetDeclaration, delivered: Delivered) -> None:
    path = delivered({}, {})

    found = inspect_delivery(declaration, "2013-02", path, path.parent)

    assert found.header == ("number", "sold", "kind", "price", "pieces", "gift", "due", "rating")
    assert found.digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (found.path, found.bytes) == (path, path.stat().st_size)


def test_a_missing_file_names_the_partition_the_place_and_the_remedy(
    declaration: DatasetDeclaration, tmp_path: Path
) -> None:
    path = tmp_path / "2013-02.csv"

    with pytest.raises(DeliveryMissing) as error:
        inspect_delivery(declaration, "2013-02", path, path.parent)

    assert str(error.value) == (
        f"sales 2013-02 has not been delivered: there is no file {path}. "
        "Deliver the file there (the arrival sensor picks it up), or choose a partition that was delivered."
    )


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda text: "", "the file is empty (0 bytes). Deliver the file again."),
        (
            lambda text: text.splitlines(keepends=True)[0],
            "it has a header but no rows. Deliver the complete file again.",
        ),
        (lambda text: text[:-9], "its last line has no line end, so the file was cut off. Deliver the complete file"),
        (lambda text: text[:20], "its last line has no line end, so the file was cut off. Deliver the complete file"),
        (lambda text: text.replace("price,", "", 1), "its columns differ from contract version 1: missing price."),
        (lambda text: text.replace("kind,", "kind,color,", 1), "its columns differ from contract version 1: not dec"),
        (
            lambda text: text.replace("price", "prize", 1),
            "missing price; not declared prize. Correct the file, or chang",
        ),
        (lambda text: text.replace("price", "kind", 1), "missing price; a column name stands twice. Correct the file"),
    ],
)
def test_a_file_that_is_not_whole_or_has_other_columns_is_refused(
    declaration: DatasetDeclaration, delivered: Delivered, spoil: Callable[[str], str], said: str
) -> None:
    path = delivered({}, {})
    path.write_text(spoil(path.read_text()))

    assert said in refusal(declaration, path)


@pytest.mark.parametrize(("encoding", "line"), [("latin-1", 3), ("utf-16", 1)])
def test_a_file_that_is_not_utf8_is_refused_with_the_line(
    declaration: DatasetDeclaration, delivered: Delivered, encoding: str, line: int
) -> None:
    path = delivered({}, {"kind": "té"})
    path.write_text(path.read_text(encoding="utf-8"), encoding=encoding, newline="\n")

    if encoding == "utf-16":
        path.write_bytes(path.read_bytes() + b"\n")
    assert f"line {line} is not UTF-8 text" in refusal(declaration, path)


def test_a_byte_order_mark_windows_line_ends_and_another_order_of_columns_are_fine(
    declaration: DatasetDeclaration, delivered: Delivered
) -> None:
    path = delivered({})
    header, row = (line.split(",") for line in path.read_text().splitlines())
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join([",".join(header[::-1]), ",".join(row[::-1]), ""]).encode())

    assert inspect_delivery(declaration, "2013-02", path, path.parent).header == tuple(header[::-1])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n3\n", "line 3 has 1 fields instead of 2"),
        ("a,b\n1,2,3\n", "line 2 has 3 fields instead of 2"),
        ("a,b\n1,2\n\n3,4\n", None),
        ('a,b\n1,"2\n3"\n', None),
    ],
)
def test_the_first_malformed_line_is_found(tmp_path: Path, text: str, said: str | None) -> None:
    path = tmp_path / "file.csv"
    path.write_text(text)

    assert first_malformed_line(path, 2) == said


GOOD_TYPES = {
    "number": pa.int32(),
    "sold": pa.timestamp("ms", tz="UTC"),
    "kind": pa.large_string(),
    "price": pa.float32(),
    "pieces": pa.int8(),
    "gift": pa.bool_(),
    "due": pa.date32(),
    "rating": pa.int16(),
}


@pytest.fixture
def parquet(sales: Callable[..., dict[str, Any]]) -> DatasetDeclaration:
    return DatasetDeclaration.model_validate(sales(arrival={"file": "{partition}.parquet", "format": "parquet"}))


def write_parquet(path: Path, rows: int = 1, **types: pa.DataType) -> Path:
    columns = {name: pa.array([None] * rows, kind) for name, kind in {**GOOD_TYPES, **types}.items()}
    pq.write_table(pa.table(columns), path)
    return path


def test_parquet_types_that_fit_without_loss_are_accepted(parquet: DatasetDeclaration, tmp_path: Path) -> None:
    found = inspect_delivery(parquet, "2013-02", write_parquet(tmp_path / "2013-02.parquet"), tmp_path)

    assert found.header == tuple(GOOD_TYPES)


@pytest.mark.parametrize(
    ("name", "found"),
    [("pieces", pa.int64()), ("price", pa.string()), ("number", pa.float64()), ("sold", pa.string())],
)
def test_a_parquet_column_of_another_type_is_refused(
    parquet: DatasetDeclaration, tmp_path: Path, name: str, found: pa.DataType
) -> None:
    path = write_parquet(tmp_path / "2013-02.parquet", **{name: found})

    assert refusal(parquet, path) == (
        f"column '{name}' has type {found}, the contract says {parquet.column(name).type}. "
        "Deliver the declared type, or declare a wider type with a new contract version."
    )


def test_a_parquet_file_that_was_cut_off_or_is_none_is_refused(parquet: DatasetDeclaration, tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "2013-02.parquet", rows=100)
    whole = path.read_bytes()
    for content in (whole[: len(whole) // 2], whole[:-1], b"number,sold\n1,2\n"):
        path.write_bytes(content)

        said = refusal(parquet, path)

        assert said.startswith("it is no readable Parquet file (")
        assert said.endswith(". Deliver the complete file again.")


def test_a_parquet_file_without_rows_is_refused(parquet: DatasetDeclaration, tmp_path: Path) -> None:
    said = refusal(parquet, write_parquet(tmp_path / "2013-02.parquet", rows=0))

    assert said == "it has columns but no rows. Deliver the complete file again."
