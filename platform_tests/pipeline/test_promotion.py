"""Who becomes champion, by whose decision, and from when on: gates, a person at the command line, and Dagster."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa
import pytest
from click.testing import CliRunner, Result

from platform_assets.cli import platform
from platform_assets.compute.engines import Engine
from platform_assets.lake import month_window
from platform_assets.learning.declaration import GateDeclaration
from platform_assets.learning.errors import RegistryError
from platform_assets.pipeline import Product, Workspace
from platform_assets.pipeline.dataset import materialise_dataset
from platform_assets.pipeline.feature_set import materialise_features
from platform_assets.pipeline.materialisation import Provenance
from platform_assets.pipeline.model_card import write_model_card
from platform_assets.pipeline.predictions import materialise_predictions
from platform_assets.pipeline.promotion import AwaitsSignOff, promote_newest
from platform_assets.pipeline.publishing import publish_rows
from platform_assets.pipeline.training import Training, label_rows, train_model
from platform_assets.settings import load_settings

MODEL = "flight_delay"
JANUARY, FEBRUARY, MARCH = "2013-01", "2013-02", "2013-03"
POISONS = [
    {"name": "features_vary", "constant_features": {}},
    {"name": "no_leak", "leaked_label": {"auc_at_most": 0.9}},
    {"name": "labels_belong", "shuffled_labels": {"auc_at_least": 0.65}},
]
PERFECT = {"name": "perfect", "metric": "auc", "at_least": 0.999}

Run = Callable[..., Result]


@dataclass(frozen=True)
class Deployed:
    """A deployment with three months of data, features of all, and no model yet."""

    folder: Path
    workspace: Workspace
    product: Product

    def with_model(self, **changes: Any) -> Product:
        model = self.product.models[MODEL]
        quick = {
            "parameters": {"max_iter": 20, "max_leaf_nodes": 8, "min_samples_leaf": 20, "early_stopping": False},
            "search": type(model.search)(),
        }
        changes["gates"] = [GateDeclaration.model_validate(gate) for gate in changes.get("gates", [])]
        return replace(self.product, models={MODEL: model.model_copy(update={**quick, **changes})})

    def train(self, as_of: str, **changes: Any) -> Training:
        return train_model(self.workspace, self.with_model(**changes), MODEL, as_of, "a test")


@pytest.fixture(scope="module")
def deployed(
    tmp_path_factory: pytest.TempPathFactory,
    workspace_at: Callable[[Path, Engine], Workspace],
    embedded: Engine,
    product: Product,
    deliver_some: Callable[..., list[Path]],
) -> Deployed:
    folder = tmp_path_factory.mktemp("deployed")
    space = workspace_at(folder, embedded).for_run("promotions")
    for month in (JANUARY, FEBRUARY, MARCH):
        deliver_some(space.landing, month, rows=1000)
    for name in ("planes", "airports"):
        materialise_dataset(space, product, name, None)
    for month in (JANUARY, FEBRUARY, MARCH):
        for name in ("flights", "weather"):
            materialise_dataset(space, product, name, month)
        materialise_features(space, product, "flight_features", month)
    return Deployed(folder, space, product)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Dagster instance of its own for the test's commands."""
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def run(deployed: Deployed, home: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs ``platform model ...`` in the deployment."""
    monkeypatch.setenv("PLATFORM_DATA", str(deployed.folder))
    return lambda *arguments: CliRunner().invoke(platform, ["model", *arguments])


def said(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


def refused(training: Training) -> dict[str, str]:
    return {gate.name: gate.message for gate in training.candidate.gates if not gate.passed}


@contextmanager
def features_with(deployed: Deployed, column: str, values: Callable[[str, pa.Table], pa.Array]) -> Iterator[None]:
    """The published features with another column, as a broken feature function would have made it."""
    contract, lake = deployed.product.feature_sets["flight_features"], deployed.workspace.lake
    table = deployed.product.table(contract.name)
    good = {month: lake.read(table, month_window(month, "time_hour")) for month in (JANUARY, FEBRUARY)}

    def publish(month: str, rows: pa.Table) -> None:
        publish_rows(deployed.workspace, deployed.product.name, contract, month, rows, Provenance({}))

    for month, rows in good.items():
        position = rows.column_names.index(column)
        bad = values(month, rows).cast(rows.schema.field(column).type)
        publish(month, rows.set_column(position, column, bad))
    try:
        yield
    finally:
        for month, rows in good.items():
            publish(month, rows)


def the_answer(deployed: Deployed) -> Callable[[str, pa.Table], pa.Array]:
    """Whether the flight was late, in the order of the features; missing if nobody knows."""
    product, space = deployed.product, deployed.workspace

    def of(month: str, rows: pa.Table) -> pa.Array:
        snapshot = space.lake.snapshot_id("flight_delay.flights")
        assert snapshot is not None
        labels = label_rows(space, product, product.models[MODEL], month, month, snapshot)
        keys = product.feature_sets["flight_features"].keys
        known = {tuple(row[key] for key in keys): row["late"] for row in labels.to_pylist()}
        return pa.array([known.get(tuple(row[key] for key in keys)) for row in rows.select(keys).to_pylist()])

    return of


def test_a_sound_training_set_passes_the_gates_on_poison(deployed: Deployed) -> None:
    assert refused(deployed.train(MARCH, gates=POISONS)) == {}


def test_a_constant_feature_is_named_and_nothing_is_promoted(deployed: Deployed) -> None:
    before = deployed.workspace.registry(MODEL).champion()
    with features_with(deployed, "distance", lambda _, rows: pa.array([7] * rows.num_rows)):
        told = refused(deployed.train(MARCH, gates=POISONS))
    assert list(told) == ["features_vary"]
    assert "Constant feature: distance is 7 in all" in told["features_vary"]
    not_promoted(deployed, before)


def test_a_leaked_label_is_named_and_nothing_is_promoted(deployed: Deployed) -> None:
    before = deployed.workspace.registry(MODEL).champion()
    with features_with(deployed, "plane_age", the_answer(deployed)):
        told = refused(deployed.train(MARCH, gates=POISONS))
    assert list(told) == ["no_leak"]
    assert "Leaked label: plane_age (auc 1.0000) alone ranks the label" in told["no_leak"]
    not_promoted(deployed, before)


def test_shuffled_labels_are_told_and_nothing_is_promoted(deployed: Deployed) -> None:
    before = deployed.workspace.registry(MODEL).champion()
    poisoned = replace(deployed.with_model(gates=POISONS), module="poisoned")
    told = refused(train_model(deployed.workspace, poisoned, MODEL, MARCH, "a test"))
    assert list(told) == ["labels_belong"]
    assert "Shuffled labels: in 2013-01 (auc 0." in told["labels_belong"]
    not_promoted(deployed, before)


def not_promoted(deployed: Deployed, champion: int | None) -> None:
    with pytest.raises(RegistryError, match="was refused by its gates"):
        promote_newest(deployed.workspace, deployed.product, MODEL)
    registry = deployed.workspace.registry(MODEL)
    assert registry.champion() == champion
    assert registry.challenger() != registry.candidate()


def test_a_person_may_promote_what_gates_refused_and_roll_it_back(deployed: Deployed, run: Run, home: Path) -> None:
    registry, lake = deployed.workspace.registry(MODEL), deployed.workspace.lake
    first = deployed.train(FEBRUARY).version
    promote_newest(deployed.workspace, deployed.with_model(), MODEL)
    predictions = [materialise_predictions(deployed.workspace, deployed.with_model(), MODEL, FEBRUARY)]
    assert predictions[0].facts["model version"] == first
    second = deployed.train(MARCH, gates=[PERFECT]).version
    materialise_predictions(deployed.workspace, deployed.with_model(), MODEL, MARCH)

    recorded = json.loads(run("compare", MODEL, str(first), str(second), "--json").output)
    assert f"on which version {second} was judged before it was fitted on them too" in recorded["words"]
    assert recorded["on_same_rows"]["gains"]["champion"]["auc"]["low"] is not None

    told = said(run("promote", MODEL, str(second), "--who", "Ann", "--reason", "the rule is too strict"))

    assert f"Version {second} of {MODEL} is champion, although gates had refused it." in told
    assert "It predicts from 2013-04 on" in told
    assert registry.champion() == second
    assert [registry.champion_in_charge(month) for month in (FEBRUARY, MARCH, "2013-04")] == [first, first, second]
    rows = {row["model_version"]: row for row in lake.read("flight_delay.flight_delay_champion").to_pylist()}
    assert (rows[first]["decided_by"], rows[first]["override"]) == ("gates", False)
    assert (rows[second]["decided_by"], rows[second]["override"]) == ("Ann", True)
    assert (rows[second]["reason"], rows[second]["predicts_from"]) == ("the rule is too strict", "2013-04")
    with dg.DagsterInstance.from_config(str(home)) as instance:
        event = instance.get_latest_materialization_event(dg.AssetKey("flight_delay_champion"))
    assert event is not None
    assert event.asset_materialization is not None
    assert event.asset_materialization.description == (
        f"Version {second} was made champion, although gates had refused it, by Ann: the rule is too strict"
    )
    assert event.asset_materialization.metadata["override"].value is True

    card = write_model_card(deployed.workspace, deployed.product, MODEL, second).markdown
    assert "A gate had refused it; Ann made it champion all the same: the rule is too strict" in card

    again = run("promote", MODEL, str(second), "--who", "Ann", "--reason", "once more")
    assert again.exit_code == 1
    assert "is the champion already" in again.output
    nameless = run("promote", MODEL, str(first), "--who", " ", "--reason", "because")
    assert nameless.exit_code == 1
    assert "does not say who makes it" in nameless.output

    back = said(run("rollback", MODEL, "--who", "Bob", "--reason", "worse at night"))

    assert f"Version {first} of {MODEL} is champion again. It predicts from 2013-04 on" in back
    assert [registry.champion_in_charge(month) for month in (FEBRUARY, MARCH, "2013-04")] == [first] * 3
    (row,) = (r for r in lake.read("flight_delay.flight_delay_champion").to_pylist() if r["model_version"] == first)
    assert (row["decided_by"], row["reason"]) == ("Bob", f"rolled back from version {second}: worse at night")
    undone = deployed.train(MARCH).version
    promote_newest(deployed.workspace, deployed.with_model(), MODEL)
    said(run("rollback", MODEL, "--who", "Bob", "--reason", "worse by day"))
    with pytest.raises(RegistryError, match=f"version {undone} .* gave way to version {first}, decided by Bob: rolled"):
        promote_newest(deployed.workspace, deployed.with_model(), MODEL)
    over = run("rollback", MODEL, "--who", "Bob", "--reason", "and further")
    assert over.exit_code == 1
    assert "has no champion before the present one" in over.output

    listed = {row["version"]: row for row in json.loads(run("list", MODEL, "--json").output)}
    assert "champion" in listed[first]["aliases"]
    assert listed[second]["gates"] == "refused: perfect"
    assert listed[second]["who"] == "Ann (override)"
    assert listed[first]["why"] == f"rolled back from version {undone}: worse by day"
    assert "Ann (override)" in run("list", MODEL).output


def test_versions_are_compared_on_rows_that_neither_was_trained_on(deployed: Deployed, run: Run) -> None:
    first = deployed.train(FEBRUARY).version
    second = deployed.train(FEBRUARY, parameters={"max_iter": 5}).version

    found = json.loads(run("compare", MODEL, str(first), "candidate", "--json").output)

    assert (found["first"]["version"], found["second"]["version"]) == (first, second)
    evaluation = found["on_same_rows"]
    assert evaluation["first"][:7] == evaluation["last"][:7] == FEBRUARY
    assert found["words"].startswith(f"{evaluation['rows']:,} labelled rows from 2013-02-01")
    gain = evaluation["gains"]["champion"]["auc"]
    figures = [evaluation[name]["metrics"]["auc"] for name in ("champion", "candidate")]
    assert gain["value"] == pytest.approx(figures[1] - figures[0])
    assert gain["low"] < gain["value"] < gain["high"]
    shown = run("compare", MODEL, str(first), str(second))
    assert shown.exit_code == 0
    assert f"gain of version {second}" in shown.output
    assert "parameters.max_iter" in shown.output
    assert "differs" in shown.output


def test_versions_without_later_labels_are_shown_with_their_own_figures(deployed: Deployed, run: Run) -> None:
    first, second = deployed.train(FEBRUARY).version, deployed.train(MARCH).version

    found = json.loads(run("compare", MODEL, str(first), str(second), "--json").output)

    assert found["on_same_rows"] is None
    assert "each on its own validation rows" in found["words"]
    assert found["first"]["own"]["intervals"]["auc"]["low"] is not None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("list", "nothing"), "no product declares a model 'nothing'. Choose one of: flight_delay"),
        (("compare", MODEL, "1", "queen"), "has no version 'queen'. Choose one of: "),
        (("promote", MODEL, "999", "--who", "Ann", "--reason", "why"), "has no version 999"),
        (("promote", MODEL, "1", "--reason", "why"), "Missing option '--who'"),
        (("rollback", MODEL, "--who", "Ann"), "Missing option '--reason'"),
    ],
)
def test_a_mistake_is_told_with_its_remedy(
    deployed: Deployed, run: Run, arguments: tuple[str, ...], words: str
) -> None:
    result = run(*arguments)

    assert result.exit_code != 0
    assert words in " ".join(result.output.split())
    assert "Traceback" not in result.output


def test_with_sign_off_a_person_has_the_last_word(deployed: Deployed, run: Run, home: Path) -> None:
    from platform_assets.components.champion_asset import champion_asset
    from platform_assets.components.resources import WorkspaceResource

    declared = deployed.with_model(promotion="sign_off")
    before = deployed.workspace.registry(MODEL).champion()
    version = deployed.train(MARCH).version
    with pytest.raises(AwaitsSignOff, match=f"platform model promote flight_delay {version} --who NAME --reason TEXT"):
        promote_newest(deployed.workspace, declared, MODEL)
    asset = champion_asset(declared, declared.models[MODEL])
    settings = load_settings({"PLATFORM_DATA": str(deployed.folder)})

    def materialise() -> dg.ExecuteInProcessResult:
        resources = {"workspace": WorkspaceResource.from_settings(settings)}
        with dg.DagsterInstance.from_config(str(home)) as instance:
            return dg.materialize([asset], resources=resources, instance=instance)

    waiting = materialise()

    assert waiting.success
    assert waiting.asset_materializations_for_node("flight_delay_champion") == []
    checks = {check.check_name: check for check in waiting.get_asset_check_evaluations()}
    assert [name for name, each in checks.items() if not each.passed] == ["signed_off"]
    check = checks["signed_off"]
    assert check.severity == dg.AssetCheckSeverity.WARN
    assert f"platform model promote flight_delay {version}" in (check.description or "")
    registry = deployed.workspace.registry(MODEL)
    assert (registry.champion(), registry.challenger()) == (before, version)

    assert "although gates" not in said(run("promote", MODEL, "challenger", "--who", "Ann", "--reason", "looks right"))

    assert (registry.champion(), registry.challenger()) == (version, None)
    again = materialise()
    assert len(again.asset_materializations_for_node("flight_delay_champion")) == 1
    assert {check.check_name: check.passed for check in again.get_asset_check_evaluations()}["signed_off"]
