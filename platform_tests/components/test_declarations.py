"""A wrong declaration fails at load: file, field, rule and remedy, in Dagster, in `dg` and in plain Python."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from platform_assets.pipeline.product import DEFS_FOLDER, DeclarationError, load_product

ROOT = DEFS_FOLDER.parents[1]
PRODUCT = "flight_delay"

CARRIER_OF_FLIGHTS = "    - {name: carrier, type: string, nullable: false, description: Two-letter carrier code.}\n"


@dataclass(frozen=True)
class Mistake:
    """An edit of the first place where ``old`` stands in defs.yaml, and what the message must say of it."""

    old: str
    new: str
    field: str
    rule: str
    remedy: str


MISTAKES = {
    "misspelt field": Mistake(
        "  freshness_days: 40",
        "  freshnes_days: 40",
        "flights.freshnes_days",
        "no such field",
        "Did you mean 'freshness_days'?",
    ),
    "unknown type": Mistake(
        "type: string, nullable: false, description: Two",
        "type: text, nullable: false, description: Two",
        "flights.columns.carrier.type",
        "should be 'int', 'long', 'double', 'string'",
        "not 'text'. Correct",
    ),
    "key that is no column": Mistake(
        "keys: [time_hour, carrier, flight, origin]",
        "keys: [time_hour, carier, flight, origin]",
        "flights.keys",
        "'carier' is not one of the columns",
        "Did you mean 'carrier'?",
    ),
    "column declared twice": Mistake(
        CARRIER_OF_FLIGHTS,
        2 * CARRIER_OF_FLIGHTS,
        "flights.columns",
        "carrier declared twice",
        "Keep one of each",
    ),
    "partition column that is no timestamp": Mistake(
        "{every: month, column: time_hour, start",
        "{every: month, column: carrier, start",
        "flights.partitions.column",
        "must be a timestamp",
        "Declare its type as timestamp",
    ),
    "arrival file without partition": Mistake(
        "flights/{partition}.csv",
        "flights.csv",
        "flights.arrival.file",
        "must contain {partition}",
        "Add or remove the placeholder",
    ),
    "allowed values of a number": Mistake(
        "name: month, type: int, nullable: false, minimum: 1, maximum: 12",
        "name: month, type: int, nullable: false, allowed: ['1']",
        "flights.columns.month",
        "'allowed' needs type string",
        "Use minimum/maximum",
    ),
    "input that is not declared": Mistake(
        "{dataset: planes,",
        "{dataset: aeroplanes,",
        "flight_features.inputs",
        "no dataset 'aeroplanes'",
        "Declare it, or choose one of: flights",
    ),
    "feature set that is not declared": Mistake(
        "feature_set: flight_features",
        "feature_set: features",
        "flight_delay.feature_set",
        "no feature set 'features'",
        "choose one of: flight_features",
    ),
    "gate with two rules": Mistake(
        "metric: auc, at_least: 0.62}",
        "metric: auc, at_least: 0.62, better_than: champion}",
        "flight_delay.gates.good_enough",
        "exactly one of",
        "Keep one",
    ),
    "feature function that is not there": Mistake(
        "function: features.flight_features",
        "function: features.flight_featurs",
        "flight_features.function",
        "no function in flight_delay/features.py 'flight_featurs'",
        "Did you mean 'flight_features'?",
    ),
    "label function that is not there": Mistake(
        "function: features.flight_labels",
        "function: labels.flight_labels",
        "flight_delay.label.function",
        "no function in flight_delay/labels.py",
        "Declare it",
    ),
}


@pytest.fixture
def product_with(tmp_path: Path) -> Callable[[Mistake], Path]:
    """A copy of all declarations with one mistake; gives the folder of products."""

    def write(mistake: Mistake) -> Path:
        folder = tmp_path / "defs"
        shutil.copytree(DEFS_FOLDER, folder)
        break_declaration(folder / PRODUCT / "defs.yaml", mistake)
        return folder

    return write


def break_declaration(file: Path, mistake: Mistake) -> None:
    text = file.read_text(encoding="utf-8")
    assert mistake.old in text, f"defs.yaml changed: there is no {mistake.old!r} to break"
    file.write_text(text.replace(mistake.old, mistake.new, 1), encoding="utf-8")


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_told_with_file_field_rule_and_remedy(
    product_with: Callable[[Mistake], Path], mistake: Mistake
) -> None:
    with pytest.raises(DeclarationError) as raised:
        load_product(PRODUCT, product_with(mistake))

    message = str(raised.value)
    assert message.startswith(f"{PRODUCT}/defs.yaml: {mistake.field}")
    assert mistake.rule in message
    assert mistake.remedy in message
    assert "\n" not in message


def test_a_product_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(DeclarationError, match=r"no product 'flight_delays'. Products here: flight_delay"):
        load_product("flight_delays")


def test_yaml_that_cannot_be_read_is_told_with_its_line(tmp_path: Path) -> None:
    folder = tmp_path / "defs"
    shutil.copytree(DEFS_FOLDER, folder)
    file = folder / PRODUCT / "defs.yaml"
    file.write_text("type: platform_assets.components.Dataset\nattributes: {name: [}\n", encoding="utf-8")

    with pytest.raises(DeclarationError, match=r"flight_delay/defs.yaml: it is no valid YAML. .*(?s:.*)line 2"):
        load_product(PRODUCT, folder)


# The same through Dagster's own commands, in a copy of the project.


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copytree(ROOT / "platform_assets", folder / "platform_assets")
    return folder


def command(folder: Path, name: str, *arguments: str) -> tuple[int, str]:
    """Exit code and everything printed by a command of this environment, without colours."""
    scripts = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(folder),
        "PYTHONWARNINGS": "ignore",
        "DAGSTER_HOME": "",
        "COLUMNS": "200",
    }
    done = subprocess.run(
        [str(scripts / name), *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)


@pytest.mark.slow
def test_the_product_passes_dg_check_yaml() -> None:
    code, printed = command(ROOT, "dg", "check", "yaml")

    assert code == 0, printed
    assert "All component YAML validated successfully." in printed


@pytest.mark.slow
def test_the_product_passes_dg_check_defs() -> None:
    code, printed = command(ROOT, "dg", "check", "defs")

    assert code == 0, printed
    assert "All definitions loaded successfully." in printed


@pytest.mark.slow
def test_dg_check_yaml_points_at_the_mistake_in_the_file(project: Path) -> None:
    file = project / "platform_assets" / "defs" / PRODUCT / "defs.yaml"
    # In the last Dataset of the file: this command looks at one document per component type, `dg check defs` at all.
    declared = "{name: name, type: string, nullable: false, description: Name of the carrier.}"
    break_declaration(file, Mistake(declared, declared.replace("string", "text"), "", "", ""))
    line = next(n for n, text in enumerate(file.read_text().splitlines(), 1) if "type: text" in text)

    code, printed = command(project, "dg", "check", "yaml")

    assert code == 1
    assert f"{file}:{line}" in printed
    assert "'text' is not one of ['int', 'long', 'double', 'string', 'boolean', 'date', 'timestamp']" in printed


@pytest.mark.slow
def test_dg_check_defs_points_at_the_mistake_in_the_file(project: Path) -> None:
    file = project / "platform_assets" / "defs" / PRODUCT / "defs.yaml"
    break_declaration(file, MISTAKES["unknown type"])
    line = next(n for n, text in enumerate(file.read_text().splitlines(), 1) if "type: text" in text)

    code, printed = command(project, "dg", "check", "defs")

    assert code != 0
    assert f"{file}:{line}" in printed
    assert "attributes.columns.9.type" in printed
    assert "Input should be 'int', 'long', 'double', 'string'" in printed


@pytest.mark.slow
@pytest.mark.parametrize("name", ["input that is not declared", "feature function that is not there"])
def test_the_code_location_does_not_load_with_a_mistake(project: Path, name: str) -> None:
    mistake = MISTAKES[name]
    break_declaration(project / "platform_assets" / "defs" / PRODUCT / "defs.yaml", mistake)

    code, printed = command(project, "dagster", "definitions", "validate", "-m", "platform_assets.definitions")

    assert code == 1
    for told in (f"{PRODUCT}/defs.yaml", mistake.field, mistake.rule, mistake.remedy):
        assert told in printed


@pytest.mark.slow
def test_a_replay_does_not_begin_with_a_mistake(project: Path) -> None:
    mistake = MISTAKES["input that is not declared"]
    break_declaration(project / "platform_assets" / "defs" / PRODUCT / "defs.yaml", mistake)
    shutil.copy(ROOT / "dagster.yaml", project)

    code, printed = command(project, "python", "-m", "platform_assets.cli", "replay", "--until", "2013-01")

    assert code == 1
    assert "Error: platform_assets.definitions does not load" in printed
    for told in (f"{PRODUCT}/defs.yaml", mistake.field, mistake.rule, mistake.remedy):
        assert told in printed
    assert "Traceback" not in printed
    assert not (project / "data" / "landing").exists()
