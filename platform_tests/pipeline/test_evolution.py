"""A dataset's contract changes between two months: both months are read by everything downstream, and what would break
them is refused in the run, on the command line and at the table, which stays as it was."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa
import pytest
from click.testing import CliRunner

from platform_assets.commands.contracts import contracts
from platform_assets.components.dataset import dataset_asset
from platform_assets.components.resources import WorkspaceResource
from platform_assets.compute.engines import Engine
from platform_assets.lake import month_window
from platform_assets.pipeline import Product, Workspace, load_product
from platform_assets.pipeline.contracts import contract_history, contract_states, recorded_contract
from platform_assets.pipeline.dataset import materialise_dataset
from platform_assets.pipeline.feature_set import materialise_features
from platform_assets.pipeline.product import DEFS_FOLDER
from platform_assets.quality.errors import ContractRefused, DeliveryRefused
from platform_assets.quality.profile_table import read_profile
from platform_assets.settings import load_settings

FLIGHTS, FEATURES = "flight_delay.flights", "flight_delay.flight_features"
JANUARY, FEBRUARY, MARCH = "2013-01", "2013-02", "2013-03"
FLIGHT = "    - {name: flight, type: int, nullable: false, minimum: 1, description: Flight number.}\n"
LONG_FLIGHT = FLIGHT.replace("type: int", "type: long")
GATE = '    - {name: gate, type: string, since: 2013-02, description: "Gate of departure; missing before February."}\n'
OWNER = "  owner: team:flight-operations\n"
SECOND = f"""{OWNER}  version: 2
  notify: [team:data-science]
  changelog: [{{version: 2, date: 2013-02-20, change: Gates are delivered; flight numbers became longer.}}]
"""
THIRD = f"""{OWNER}  version: 3
  changelog: [{{version: 3, date: 2013-03-20, change: The schedule went.}}]
"""
SCHEDULED = "Scheduled arrival, local time at the destination as HHMM."
ARRIVAL = (
    "    - {name: sched_arr_time, type: int, nullable: false, minimum: 0, maximum: 2400, "
    f'description: "{SCHEDULED}"}}\n'
)
Edits = list[tuple[str, str]]
EVOLVED: Edits = [(FLIGHT, GATE + LONG_FLIGHT), (OWNER, SECOND)]
UNCOMPARED = ("sched_arr_time, arr_delay, carrier", "arr_delay, carrier")
DROPPED: Edits = [(FLIGHT, GATE + LONG_FLIGHT), (OWNER, THIRD), (ARRIVAL, ""), UNCOMPARED]
Deliver = Callable[..., list[Path]]
Declared = Callable[[str, Edits], Product]


@pytest.fixture(scope="module")
def declared(tmp_path_factory: pytest.TempPathFactory) -> Declared:
    """The product with the first place of some texts of defs.yaml replaced."""

    def load(name: str, edits: Edits) -> Product:
        folder = tmp_path_factory.mktemp(name)
        shutil.copytree(DEFS_FOLDER / "flight_delay", folder / "flight_delay")
        file = folder / "flight_delay" / "defs.yaml"
        text = file.read_text(encoding="utf-8")
        for old, new in edits:
            assert old in text
            text = text.replace(old, new, 1)
        file.write_text(text, encoding="utf-8")
        return load_product("flight_delay", folder)

    return load


@pytest.fixture(scope="module")
def second(declared: Declared) -> Product:
    return declared("second", EVOLVED)


@pytest.fixture(scope="module")
def evolved(
    tmp_path_factory: pytest.TempPathFactory,
    workspace_at: Callable[[Path, Engine], Workspace],
    embedded: Engine,
    deliver_some: Deliver,
    product: Product,
    second: Product,
) -> Workspace:
    """January under the first contract of flights, February under the second."""
    workspace = workspace_at(tmp_path_factory.mktemp("evolved"), embedded)
    _materialise(workspace, product, deliver_some, JANUARY)
    _materialise(workspace, second, deliver_some, FEBRUARY)
    return workspace


def _materialise(workspace: Workspace, product: Product, deliver_some: Deliver, month: str) -> None:
    deliver_some(workspace.landing, month)
    if any(column.name == "gate" for column in product.datasets["flights"].columns):
        _with_gates(workspace.landing / "flights" / f"{month}.csv")
    for name in ("flights", "weather"):
        materialise_dataset(workspace, product, name, month)
    for name in ("planes", "airports"):
        materialise_dataset(workspace, product, name, None)


def _with_gates(file: Path) -> None:
    header, *lines = file.read_text(encoding="utf-8").splitlines()
    rows = [f"{line},B{number % 9}" for number, line in enumerate(lines)]
    file.write_text("\n".join([f"{header},gate", *rows]) + "\n", encoding="utf-8")


def read(workspace: Workspace, table: str, month: str) -> pa.Table:
    return workspace.lake.read(table, month_window(month, "time_hour"))


def state(workspace: Workspace) -> tuple[Any, ...]:
    lake = workspace.lake
    return lake.snapshot_id(FLIGHTS), lake.terms(FLIGHTS), lake.read(FLIGHTS).schema, lake.read(FLIGHTS).num_rows


def test_both_months_are_read_with_the_columns_of_today(evolved: Workspace) -> None:
    january, february = (read(evolved, FLIGHTS, month) for month in (JANUARY, FEBRUARY))

    assert january["gate"].null_count == january.num_rows > 0
    assert february["gate"].null_count == 0
    assert january["flight"].null_count == 0
    assert [table.schema.field("flight").type for table in (january, february)] == [pa.int64()] * 2


def test_the_first_snapshot_reads_as_it_was(evolved: Workspace) -> None:
    from platform_assets.quality.recorded_contract import read_history

    first, last = read_history(evolved.lake.terms(FLIGHTS))
    assert (first.version, first.changes) == (1, ())
    assert (last.version, last.changes) == (
        2,
        (
            "columns.flight was widened from int to long.",
            "columns.gate was added (string, missing in older partitions).",
            "notify changed.",
        ),
    )
    assert evolved.lake.provenance(FLIGHTS)["contract-version"] == "2"


def test_profiles_of_both_months_merge(evolved: Workspace) -> None:
    merged = read_profile(evolved.lake, FLIGHTS, [JANUARY, FEBRUARY])

    assert merged is not None
    assert merged.columns["flight"].count == evolved.lake.read(FLIGHTS).num_rows
    assert merged.columns["gate"].count == read(evolved, FLIGHTS, FEBRUARY).num_rows


def test_features_over_files_of_both_contracts_are_those_of_one_contract(
    evolved: Workspace,
    workspace: Workspace,
    deliver_some: Deliver,
    product: Product,
    second: Product,
) -> None:
    for month in (JANUARY, FEBRUARY):
        _materialise(workspace, product, deliver_some, month)
    materialise_features(workspace, product, "flight_features", FEBRUARY)

    materialise_features(evolved, second, "flight_features", FEBRUARY)

    order = [(name, "ascending") for name in product.feature_sets["flight_features"].keys]
    theirs, ours = (read(each, FEATURES, FEBRUARY).sort_by(order) for each in (workspace, evolved))
    assert ours.num_rows > 200
    assert ours.equals(theirs)


def test_features_of_an_older_month_can_be_made_before_the_new_column_was_published(
    workspace: Workspace, deliver_some: Deliver, product: Product, second: Product
) -> None:
    _materialise(workspace, product, deliver_some, JANUARY)

    done = materialise_features(workspace, second, "flight_features", JANUARY)

    assert done.publication.rows == read(workspace, FLIGHTS, JANUARY).num_rows


def test_an_older_month_that_is_delivered_again_may_lack_the_new_column(
    workspace: Workspace, deliver_some: Deliver, product: Product, second: Product
) -> None:
    _materialise(workspace, product, deliver_some, JANUARY)
    before = read(workspace, FLIGHTS, JANUARY)

    materialise_dataset(workspace, second, "flights", JANUARY)

    after = read(workspace, FLIGHTS, JANUARY)
    assert after["gate"].null_count == after.num_rows
    assert after.drop_columns(["gate"]).cast(before.schema).equals(before)


def test_a_month_from_which_on_it_is_delivered_may_not(
    workspace: Workspace, deliver_some: Deliver, second: Product
) -> None:
    deliver_some(workspace.landing, FEBRUARY)

    with pytest.raises(DeliveryRefused, match="its columns differ from contract version 2: missing gate"):
        materialise_dataset(workspace, second, "flights", FEBRUARY)


def test_a_dropped_column_is_refused_in_the_run_and_changes_nothing(
    evolved: Workspace, declared: Declared, deliver_some: Deliver
) -> None:
    third = declared("third", DROPPED)
    deliver_some(evolved.landing, MARCH)
    before, set_aside = state(evolved), evolved.lake.read("platform.quarantine").num_rows
    settings = load_settings({"PLATFORM_DATA": str(evolved.landing.parent)})

    result = dg.materialize(
        [dataset_asset(third, third.datasets["flights"])],
        partition_key=MARCH,
        resources={"workspace": WorkspaceResource.from_settings(settings)},
        raise_on_error=False,
    )

    assert not result.success
    (step,) = [event for event in result.all_events if event.event_type == dg.DagsterEventType.STEP_FAILURE]
    description = step.step_failure_data.user_failure_data.description
    assert description.startswith(
        "The declared contract of flights was refused: columns.sched_arr_time was dropped. Keep"
    )
    assert "Nothing was published" in description
    assert result.get_asset_materialization_events() == []
    assert state(evolved) == before
    assert (evolved.landing / "flights" / f"{MARCH}.csv").exists()
    assert evolved.lake.read("platform.quarantine").num_rows == set_aside


def test_code_of_before_cannot_publish_under_its_older_contract(
    evolved: Workspace, product: Product, deliver_some: Deliver
) -> None:
    deliver_some(evolved.landing, MARCH)
    before = state(evolved)

    with pytest.raises(ContractRefused, match="version is 1, but version 2 was published already"):
        materialise_dataset(evolved, product, "flights", MARCH)

    assert state(evolved) == before


def test_every_contract_of_the_product_is_compared(evolved: Workspace, second: Product) -> None:
    states = {state.declared.name: state for state in contract_states(evolved.lake, second)}

    assert states.keys() == {
        *second.datasets,
        *second.feature_sets,
        *(f"flight_delay_{what}" for what in ("model", "champion", "predictions", "drift_report")),
        *(f"flight_delay_performance{what}" for what in ("", "_by_segment", "_estimate")),
    }
    assert all(not state.changes for state in states.values())
    assert states["airlines"].recorded is None
    assert recorded_contract(evolved.lake, "flight_delay.nothing") is None


Platform = Callable[..., Any]


@pytest.fixture
def platform(evolved: Workspace, monkeypatch: pytest.MonkeyPatch) -> Platform:
    """`platform contracts ...` on that data, as if some product was the declared one."""
    monkeypatch.setenv("PLATFORM_DATA", str(evolved.landing.parent))

    def run(*arguments: str, product: Product | None = None) -> Any:
        if product is not None:
            monkeypatch.setattr("platform_assets.pipeline.product.all_products", lambda: [product])
        return CliRunner().invoke(contracts, list(arguments))

    return run


def test_the_check_passes_for_what_is_published(platform: Platform, second: Product) -> None:
    done = platform("check", product=second)

    assert done.exit_code == 0, done.output
    assert "contracts: 0 changed, " in done.output


def test_the_check_fails_before_a_refused_declaration_is_deployed(platform: Platform, declared: Declared) -> None:
    done = platform("check", product=declared("third", DROPPED))

    assert done.exit_code == 1
    assert "flight_delay.flights (version 2 to 3)" in done.output
    assert "  REFUSED: columns.sched_arr_time was dropped. Keep 'sched_arr_time', marked deprecated; " in done.output
    assert "  to be told: team:flight-operations" in done.output
    assert "nothing can be published to flight_delay.flights until that is corrected." in done.output


def test_the_history_says_what_each_version_changed(platform: Platform, evolved: Workspace) -> None:
    done = platform("history", FLIGHTS)

    first, last = contract_history(evolved.lake, FLIGHTS)
    assert done.exit_code == 0, done.output
    assert f"version 1, first published {first.recorded_at} by run interactive: first version" in done.output
    assert f"version 2, first published {last.recorded_at} by run interactive: Gates are delivered;" in done.output
    assert "  columns.gate was added (string, missing in older partitions)." in done.output


def test_the_recorded_contract_is_shown(platform: Platform) -> None:
    done = platform("show", FLIGHTS)

    assert done.exit_code == 0, done.output
    assert f"{FLIGHTS}, contract version 2: One scheduled departure" in done.output
    assert "told of changes: team:data-science" in done.output
    assert "  gate            string: Gate of departure; missing before February." in done.output
    assert '"version": 2' in platform("show", FLIGHTS, "--json").output


@pytest.mark.parametrize("command", ["show", "history"])
def test_an_unknown_table_is_told_with_the_remedy(platform: Platform, command: str) -> None:
    done = platform(command, "flights")

    assert done.exit_code == 1
    assert "no contract is recorded for 'flights'" in done.output
    assert "write the name as product.table" in done.output
