"""`platform quarantine` on a deployment of its own: what people see, and what their decisions do."""

import json
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest
from click.testing import CliRunner, Result

from platform_assets.cli import platform
from platform_assets.pipeline import Product, Workspace
from platform_assets.pipeline.dataset import materialise_dataset
from platform_assets.pipeline.materialisation import Refused
from platform_assets.pipeline.quarantine import entries
from platform_assets.pipeline.quarantine_entry import Entry

Command = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """DAGSTER_HOME."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
    return folder


@pytest.fixture
def command(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs ``platform quarantine ...`` as a user would."""
    monkeypatch.setenv("PLATFORM_DATA", str(tmp_path))
    monkeypatch.setenv("DAGSTER_HOME", str(home))

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(platform, ["quarantine", *arguments])

    return run


@pytest.fixture
def refused(workspace: Workspace, product: Product, deliver_some: Callable[..., list[Path]]) -> Entry:
    """February, with one flight twice and one to an airport that is not allowed."""
    flights = deliver_some(workspace.landing, "2013-02")[-1]
    lines = flights.read_text().splitlines(keepends=True)
    flights.write_text("".join([*lines, lines[1], lines[2].replace(",EWR,", ",[XXX],").replace(",LGA,", ",[XXX],")]))
    with pytest.raises(Refused):
        materialise_dataset(workspace, product, "flights", "2013-02")
    return entries(workspace.lake)[-1]


def test_an_empty_quarantine_says_so(command: Command) -> None:
    assert command("list").output == "Nothing waits in quarantine.\n"
    assert command("list", "--all").output == "Nothing was ever refused.\n"
    assert json.loads(command("list", "--json").output) == []


def test_the_list_names_what_waits(command: Command, refused: Entry) -> None:
    result = command("list")

    assert result.exit_code == 0, result.output
    for word in (refused.quarantine_id, "2013-02", "quarantined"):
        assert word in result.output
    (listed,) = json.loads(command("list", "--json").output)
    assert listed["quarantine_id"] == refused.quarantine_id
    assert json.loads(command("list", "--json", "--table", "flight_delay.weather").output) == []


def test_one_entry_is_shown_with_rules_samples_and_files(command: Command, refused: Entry) -> None:
    result = command("show", refused.quarantine_id[:5])

    assert result.exit_code == 0, result.output
    for word in ("flights/2013-02.csv", "contract_keys", "staged", "delivered", str(refused.source_sha256)[:20]):
        assert word in result.output
    shown = json.loads(command("show", refused.quarantine_id, "--json").output)
    assert {rule["code"] for rule in shown["broken_rules"]} >= {"contract_keys"}


def test_a_release_publishes_tells_dagster_and_leaves_the_list(
    command: Command, refused: Entry, workspace: Workspace, home: Path
) -> None:
    result = command("release", refused.quarantine_id, "--reason", "counted twice on purpose", "--who", "ada")

    assert result.exit_code == 0, result.output
    rows = workspace.lake.read("flight_delay.flights").num_rows
    snapshot = workspace.lake.snapshot_id("flight_delay.flights")
    assert f"Released {rows:,} rows of flight_delay.flights 2013-02 as snapshot {snapshot}" in result.output
    with dg.DagsterInstance.from_config(str(home)) as instance:
        assert instance.get_materialized_partitions(dg.AssetKey("flights")) == {"2013-02"}
    assert command("list").output == "Nothing waits in quarantine.\n"
    (entry,) = json.loads(command("list", "--all", "--json").output)
    assert (entry["status"], entry["decided_by"], entry["reason"]) == ("released", "ada", "counted twice on purpose")


def test_who_decides_is_the_user_of_the_system_unless_told(
    command: Command, refused: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "grace")

    result = command("discard", refused.quarantine_id, "--reason", "a test delivery", "--json")

    assert result.exit_code == 0, result.output
    assert json.loads(result.output)["decided_by"] == "grace"


@pytest.mark.parametrize("verb", ["release", "discard"])
def test_a_decision_needs_a_reason(command: Command, refused: Entry, verb: str) -> None:
    result = command(verb, refused.quarantine_id)

    assert result.exit_code == 2
    assert "--reason" in result.output
    assert "does not say why" in command(verb, refused.quarantine_id, "--reason", " ").output


def test_a_refused_decision_is_one_line(command: Command, refused: Entry) -> None:
    command("discard", refused.quarantine_id, "--reason", "first")

    result = command("release", refused.quarantine_id, "--reason", "second")

    assert result.exit_code == 1
    assert result.output.startswith(f"Error: Quarantine {refused.quarantine_id} was already discarded")
    assert "no single quarantine entry" in command("show", "nothing").output
