"""What is set aside is kept whole, with its reason, outside every table."""

import json
from pathlib import Path

from platform_assets.lake import Lake


def test_files_and_folders_are_kept_with_the_reason(lake: Lake, tmp_path: Path) -> None:
    delivered = tmp_path / "2013-02.csv"
    delivered.write_bytes(b"a,b\n1\n")
    staged = tmp_path / "staged"
    staged.mkdir()
    (staged / "part-0.parquet").write_bytes(b"rows")

    folder = lake.set_aside(
        "shop.events", "2013-02", {"problems": ["too short"], "path": delivered}, [delivered, staged]
    )

    assert (folder / "2013-02.csv").read_bytes() == delivered.read_bytes() == b"a,b\n1\n"
    assert (folder / "staged" / "part-0.parquet").read_bytes() == b"rows"
    assert json.loads((folder / "reason.json").read_text()) == {"problems": ["too short"], "path": str(delivered)}
    assert folder.is_relative_to(lake.warehouse / "quarantine" / "shop.events" / "2013-02")
    assert not lake.exists("shop.events")


def test_a_second_refusal_does_not_overwrite_the_first(lake: Lake, tmp_path: Path) -> None:
    file = tmp_path / "whole.csv"
    folders = []
    for content in ("first", "second"):
        file.write_text(content)
        folders.append(lake.set_aside("shop.whole", None, {}, [file]))

    assert [(folder / "whole.csv").read_text() for folder in folders] == ["first", "second"]
    assert folders[0] != folders[1]


def test_files_of_the_same_name_are_all_kept(lake: Lake, tmp_path: Path) -> None:
    files = []
    for folder in ("accepted", "refused"):
        (tmp_path / folder).mkdir()
        files.append(tmp_path / folder / "part-0.parquet")
        files[-1].write_text(folder)

    kept = lake.set_aside("shop.events", "2013-02", {}, files)

    assert sorted(path.read_text() for path in kept.rglob("*.parquet")) == ["accepted", "refused"]
