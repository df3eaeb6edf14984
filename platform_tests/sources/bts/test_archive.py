"""Archives that are damaged, too large or not what they should be are refused with a rule and a remedy."""

import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from platform_assets.sources.archive import ArchiveLimits, open_csv, verify_archive
from platform_assets.sources.errors import ArchiveRefused

LIMITS = ArchiveLimits(unpacked_bytes=100_000, members=5)
LINES = b"a,b\n" + b"1,2\n" * 2000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "month.zip.part"


def refusal(path: Path, content: bytes, limits: ArchiveLimits = LIMITS) -> str:
    path.write_bytes(content)
    with pytest.raises(ArchiveRefused) as refused:
        verify_archive(path, limits)
    assert "Fetch it again later" in str(refused.value)
    assert "Nothing was delivered" in str(refused.value)
    return str(refused.value)


def test_the_csv_file_is_read_and_what_else_is_there_is_not(bts: Any, path: Path) -> None:
    path.write_bytes(bts.archive({"readme.html": b"<html>", "A.CSV": LINES}))

    verify_archive(path, LIMITS)
    with open_csv(path, LIMITS) as content:
        assert content.read() == LINES


def test_a_page_in_place_of_an_archive_is_shown(path: Path) -> None:
    said = refusal(path, b"<!DOCTYPE html><html>We are sorry</html>")

    assert said.startswith("month.zip was refused: it is no whole zip archive (File is not a zip file; it begins with")
    assert "<!DOCTYPE html>" in said


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_a_truncated_archive_is_refused(bts: Any, path: Path, share: float) -> None:
    content = bts.archive({"a.csv": LINES})

    assert "no whole zip archive" in refusal(path, content[: int(len(content) * share)])


def test_a_byte_that_changed_within_the_data_is_noticed(bts: Any, path: Path) -> None:
    stored = bytearray(bts.archive({"a.csv": LINES}))
    stored[40] ^= 0xFF

    assert "no whole zip archive" in refusal(path, bytes(stored))


@pytest.mark.parametrize(
    ("members", "rule"),
    [
        ({"a.csv": LINES, "b.csv": LINES}, r"it holds 2 CSV files instead of one (a.csv, b.csv)"),
        ({"readme.html": b""}, "it holds 0 CSV files instead of one (readme.html)"),
        ({}, "it holds 0 CSV files instead of one (nothing)"),
        ({f"{number}.html": b"" for number in range(6)}, "it holds 6 files, the limit is 5"),
    ],
)
def test_exactly_one_csv_file_is_expected(bts: Any, path: Path, members: dict[str, bytes], rule: str) -> None:
    assert rule in refusal(path, bts.archive(members))


def test_a_zip_bomb_is_not_unpacked(bts: Any, path: Path) -> None:
    bomb = bts.archive({"a.csv": b"\0" * 50_000_000})

    assert len(bomb) < 100_000
    assert "a.csv unpacks to 50,000,000 bytes, the limit is 100,000" in refusal(path, bomb)


def test_a_zip_bomb_that_lies_about_its_size_is_not_unpacked_either(bts: Any, path: Path) -> None:
    bomb = bytearray(bts.archive({"a.csv": b"\0" * 50_000_000}))
    directory = bomb.rindex(b"PK\x01\x02")
    struct.pack_into("<L", bomb, directory + 24, 1000)
    path.write_bytes(bomb)
    with open_csv(path, LIMITS) as content, pytest.raises(zipfile.BadZipFile):
        assert len(content.read()) <= 1000

    assert "Bad CRC-32" in refusal(path, bytes(bomb))


def test_an_encrypted_archive_is_refused(bts: Any, path: Path) -> None:
    content = bytearray(bts.archive({"a.csv": LINES}))
    content[content.rindex(b"PK\x01\x02") + 8] |= 1

    assert "a.csv is encrypted or compressed in an unusual way" in refusal(path, bytes(content))


def test_an_unknown_compression_is_refused(bts: Any, path: Path) -> None:
    content = bytearray(bts.archive({"a.csv": LINES}))
    content[content.rindex(b"PK\x01\x02") + 10] = 99

    assert "a.csv is encrypted or compressed in an unusual way" in refusal(path, bytes(content))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damage_is_refused_or_harmless(bts: Any, path: Path, data: st.DataObject) -> None:
    content = bytearray(bts.archive({"a.csv": LINES, "readme.html": b"<html>"}))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))] if data.draw(st.booleans()) else content)

    try:
        with open_csv(path, LIMITS) as found:
            assert found.read() == LINES
    except ArchiveRefused:
        pass
