"""Formats and packings of a delivered file: what an engine gets to read, and what is refused before."""

import csv
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from damage import gzipped, zipped

from platform_assets.quality.dataset import DatasetDeclaration
from platform_assets.quality.errors import DeliveryRefused
from platform_assets.quality.inspection import inspected

Declare = Callable[..., DatasetDeclaration]
Delivered = Callable[..., Path]

ROW = {
    "number": 1,
    "sold": "2013-02-03T10:00:00Z",
    "kind": "tea",
    "price": 2.5,
    "pieces": None,
    "gift": True,
    "due": None,
    "rating": 4,
}


@pytest.fixture
def declare(sales: Callable[..., dict[str, Any]]) -> Declare:
    """The dataset with another arrival: ``declare("jsonl.gz", complete="manifest")``."""

    def build(ending: str, **arrival: Any) -> DatasetDeclaration:
        written = {"file": f"{{partition}}.{ending}", "format": ending.split(".")[0], "null_values": "NA", **arrival}
        return DatasetDeclaration.model_validate(sales(arrival=written))

    return build


def written(folder: Path, declaration: DatasetDeclaration, content: bytes) -> Path:
    path = folder / declaration.landing_file("2013-02")
    path.write_bytes(content)
    return path


def refusal(declaration: DatasetDeclaration, path: Path) -> str:
    with pytest.raises(DeliveryRefused) as error, inspected(declaration, "2013-02", path):
        pass
    return f"{error.value.rule}. {error.value.remedy}"


def json_lines(*changes: dict[str, Any]) -> bytes:
    return "".join(json.dumps({**ROW, **change}) + "\n" for change in changes).encode()


@pytest.mark.parametrize(("ending", "pack"), [("csv.gz", gzipped), ("csv.zip", zipped)])
def test_a_packed_file_is_unpacked_for_the_engine_and_deleted_afterwards(
    declare: Declare, delivered: Delivered, tmp_path: Path, ending: str, pack: Callable[[bytes], bytes]
) -> None:
    declaration, plain = declare(ending), delivered({}, {}).read_bytes()
    path = written(tmp_path, declaration, pack(plain))

    with inspected(declaration, "2013-02", path) as found:
        assert found.readable.read_bytes() == plain
        assert found.digest == hashlib.sha256(path.read_bytes()).hexdigest()
        assert (found.path, found.bytes) == (path, path.stat().st_size)

    assert not found.readable.parent.exists()


@pytest.mark.parametrize(
    ("ending", "content", "said"),
    [
        ("csv.gz", b"number,sold\n1,2\n", "it cannot be unpacked (Not a gzipped file"),
        ("csv.gz", gzipped(b"a,b\n" * 1000)[:-9], "it cannot be unpacked (Compressed file ended before"),
        ("csv.gz", gzipped(b""), "the file within it is empty (0 bytes)"),
        ("csv.zip", b"PK", "it cannot be unpacked (File is not a zip file)"),
        ("csv.zip", zipped(b"a\n", b"b\n"), "the archive holds 2 files instead of one. Deliver an archive of one"),
        ("csv.zip", zipped(), "the archive holds 0 files instead of one"),
        ("csv.zip", zipped(zipped(b"a\n")), "its last line has no line end"),
    ],
)
def test_an_archive_that_is_damaged_or_holds_not_one_file_is_refused(
    declare: Declare, tmp_path: Path, ending: str, content: bytes, said: str
) -> None:
    declaration = declare(ending)

    assert said in refusal(declaration, written(tmp_path, declaration, content))


@pytest.mark.parametrize(("ending", "pack"), [("csv.gz", gzipped), ("csv.zip", zipped), ("jsonl.gz", gzipped)])
@pytest.mark.parametrize(
    ("limits", "rule"),
    [({}, "arrival.unpacked_ratio (100 times"), ({"unpacked_megabytes": 0.5}, "arrival.unpacked_megabytes (0.5)")],
)
def test_a_zip_bomb_is_refused_before_it_fills_the_disk(
    declare: Declare,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    ending: str,
    pack: Callable[[bytes], bytes],
    limits: dict[str, float],
    rule: str,
) -> None:
    declaration = declare(ending, **limits)
    sizes: list[int] = []
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    monkeypatch.setattr(
        "tempfile.TemporaryDirectory.cleanup", lambda self: sizes.extend(p.stat().st_size for p in scratch.rglob("*.*"))
    )

    said = refusal(declaration, written(tmp_path, declaration, pack(bytes(50_000_000))))

    assert "it unpacks to more than" in said
    assert rule in said
    assert sum(sizes) <= 10_000_000


def test_parquet_that_unpacks_to_more_than_declared_is_refused(declare: Declare, tmp_path: Path) -> None:
    declaration = declare("parquet", unpacked_megabytes=1)
    path = tmp_path / "2013-02.parquet"
    pq.write_table(pa.table({"number": pa.array([7] * 2_000_000, pa.int64())}), path)

    assert path.stat().st_size < 100_000
    assert "its 2,000,000 rows unpack to 2 MB or more" in refusal(declaration, path)


def test_parquet_is_not_packed_once_more(declare: Declare) -> None:
    with pytest.raises(ValueError, match=r"names a compressed Parquet file.*drop the ending .gz"):
        declare("parquet.gz")


def test_json_lines_are_read_as_the_texts_that_stand_there(declare: Declare, tmp_path: Path) -> None:
    declaration = declare("jsonl")
    content = json_lines({}, {"kind": 'two\nlines, "quoted"', "price": 1}).replace(b"2.5", b"2.50")
    path = written(tmp_path, declaration, b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n").removesuffix(b"\r\n"))

    with inspected(declaration, "2013-02", path) as found, found.readable.open(newline="") as file:
        rows = list(csv.DictReader(file))

    assert found.header == tuple(ROW)
    assert rows[0] == {
        "number": "1",
        "sold": "2013-02-03T10:00:00Z",
        "kind": "tea",
        "price": "2.50",
        "pieces": "",
        "gift": "true",
        "due": "",
        "rating": "4",
    }
    assert (rows[1]["kind"], rows[1]["price"]) == ('two\nlines, "quoted"', "1")


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (b'{"number": 1', "line 2 is no JSON (Expecting"),
        (b"[1, 2]", "line 2 is no JSON object"),
        (b"7", "line 2 is no JSON object"),
        (b"[" * 100_000, "line 2 is no JSON (RecursionError)"),
        (json_lines({}).replace(b'"kind": "tea", ', b""), "line 2 has no field kind. Write every field on every line"),
        (json_lines({"color": 1}), "line 2 has a field that the first line has not"),
        (json_lines({}).replace(b'"pieces"', b'"price"'), "line 2 has a field twice"),
        (json_lines({"kind": {"a": 1}}), "line 2 has a value that is an object or a list"),
        (json_lines({"kind": ["a"]}), "line 2 has a value that is an object or a list"),
        (json_lines({"kind": "a\rb"}), "line 2 has a carriage return or NUL character within a value"),
        (json_lines({"kind": "a\0b"}), "line 2 has a carriage return or NUL character within a value"),
        (json_lines({}).replace(b"tea", b"\\ud800"), "line 2 has half of a surrogate pair"),
        (json_lines({}).replace(b"tea", b"t\xe9a"), "line 2 is not UTF-8 text"),
    ],
)
def test_a_line_that_is_no_row_is_refused_with_its_number(
    declare: Declare, tmp_path: Path, second: bytes, said: str
) -> None:
    declaration = declare("jsonl")

    assert said in refusal(declaration, written(tmp_path, declaration, json_lines({}) + second + b"\n"))


def test_fields_of_json_lines_are_held_against_the_contract(declare: Declare, tmp_path: Path) -> None:
    declaration = declare("jsonl")
    path = written(tmp_path, declaration, json_lines({}).replace(b"kind", b"sort"))

    assert "missing kind; not declared sort. Correct the file" in refusal(declaration, path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"tea", b"t\0a", "line 3 has a NUL character"),
        (b"tea", b"t\ra", "line 3 has a carriage return that ends no line. End lines with LF or CR LF"),
        (b"tea", b'"t\ra"', "line 3 has a carriage return that ends no line"),
        (b"tea", b'"tea', "the quotes up to line 3 do not pair"),
        (b"tea", b'"t"ea', "the quotes up to line 3 do not pair"),
    ],
)
def test_text_that_engines_read_differently_is_refused(
    declare: Declare, delivered: Delivered, old: bytes, new: bytes, said: str
) -> None:
    path = delivered({}, {})
    first, _, rest = path.read_bytes().partition(b"\n1,")
    path.write_bytes(first + b"\n1," + rest.replace(old, new))

    assert said in refusal(declare("csv"), path)


@pytest.mark.parametrize("position", [0, 1, 2])
def test_characters_and_line_ends_across_blocks_are_whole(
    declare: Declare, delivered: Delivered, monkeypatch: pytest.MonkeyPatch, position: int
) -> None:
    path = delivered({"kind": "é€\U0001f600" * 5})
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    monkeypatch.setattr("platform_assets.quality.text_file.BLOCK", 3 + position)

    with inspected(declare("csv"), "2013-02", path) as found:
        assert found.readable == path


def test_a_file_that_differs_from_its_manifest_is_refused(declare: Declare, delivered: Delivered) -> None:
    declaration, path = declare("csv", complete="manifest"), delivered({}, {})
    manifest = path.with_name("2013-02.csv.done")

    assert "it has no manifest 2013-02.csv.done with its SHA-256. Deliver what 'sha256sum 2013-02.csv >" in refusal(
        declaration, path
    )
    manifest.write_text(f"{hashlib.sha256(path.read_bytes()).hexdigest()} *2013-02.csv\n")
    with inspected(declaration, "2013-02", path):
        pass
    # Cut off exactly at a line end.
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    assert "its content differs from its manifest 2013-02.csv.done" in refusal(declaration, path)
