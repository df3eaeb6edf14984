"""The guides tell the truth: every command in them runs, block after block, on a short replay."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from platform_assets.notebook import open_workspace
from platform_assets.pipeline.dataset import materialise_dataset
from platform_assets.pipeline.product import DEFS_FOLDER, load_product
from platform_assets.settings import load_settings

if TYPE_CHECKING:
    from conftest import Deployment

ROOT = Path(__file__).parents[2]
GUIDES = sorted((ROOT / "docs" / "guides").glob("*.md"))
BLOCK = re.compile(
    r"(?:<!-- (?P<note>[^>]*) -->\n)?^```(?P<language>bash|yaml|csv)\n(?P<text>.*?)^```", re.DOTALL | re.MULTILINE
)
RUN_ELSEWHERE = re.compile(r"run by (?P<test>platform_tests/\S+\.py): (?P<words>.+)")

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Block:
    """A fenced block of a guide with the comment right before it."""

    note: str
    language: str
    text: str


def blocks(guide: Path, language: str) -> list[Block]:
    found = (
        Block(match["note"] or "", match["language"], match["text"]) for match in BLOCK.finditer(guide.read_text())
    )
    return [block for block in found if block.language == language]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_every_command_of_a_guide_runs(guide: Path, replayed: "Deployment") -> None:
    commands = blocks(guide, "bash")
    for block in commands:
        elsewhere = RUN_ELSEWHERE.search(block.note)
        # What needs a server of its own is run by the test that has it, with the very same words.
        if elsewhere:
            assert elsewhere["words"].strip() in (ROOT / elsewhere["test"]).read_text()
    here = [block.text for block in commands if not RUN_ELSEWHERE.search(block.note)]

    # One shell for all of them, as for a reader: a block may use what an earlier one set.
    done = run("\n".join(f"echo '### block {number}'\n{text}" for number, text in enumerate(here, start=1)), replayed)

    assert done.returncode == 0, f"{guide.name}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


def test_the_dataset_that_the_guide_adds_is_read_by_the_platform(tmp_path: Path) -> None:
    guide = ROOT / "docs" / "guides" / "data.md"
    folder = tmp_path / "flight_delay"
    shutil.copytree(DEFS_FOLDER / "flight_delay", folder)
    with (folder / "defs.yaml").open("a") as declarations:
        declarations.write("---\n" + blocks(guide, "yaml")[0].text)
    product = load_product("flight_delay", tmp_path)
    workspace = open_workspace(load_settings({"PLATFORM_DATA": str(tmp_path / "data")}))
    workspace.landing.mkdir(parents=True)
    (workspace.landing / "holidays.csv").write_text(blocks(guide, "csv")[0].text)

    published = materialise_dataset(workspace, product, "holidays", None)

    assert published.publication.rows == 2
    assert workspace.lake.read("flight_delay.holidays").column_names == ["date", "name"]


def run(script: str, deployment: "Deployment") -> subprocess.CompletedProcess[str]:
    """Run a guide's commands as its reader would, in the checkout."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=ROOT,
        env={
            **deployment.environment,
            "PATH": path,
            "VIRTUAL_ENV": str(Path(sys.executable).parents[1]),
            "PLATFORM_VAULT": str(deployment.folder / "vault" / "vault.db"),
        },
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
