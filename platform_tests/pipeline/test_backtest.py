"""A backtest under the declared policy is what production did, and nothing of production is touched by one."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from installed_package import ESTIMATOR, NAME, install

from platform_assets.compute.engines import Engine
from platform_assets.learning import partitions
from platform_assets.learning.candidate import Candidate
from platform_assets.learning.declaration import GateDeclaration, RetrainingDeclaration
from platform_assets.learning.libraries import library_versions
from platform_assets.learning.policy import RetrainingDecision
from platform_assets.learning.training import train_candidate
from platform_assets.pipeline import Product, Workspace
from platform_assets.pipeline.backtest.errors import NoHistory, UnknownModel
from platform_assets.pipeline.backtest.publish import publish_backtest
from platform_assets.pipeline.backtest.run import Backtest, chosen_model, compared_policies, run_backtest
from platform_assets.pipeline.backtest.training_key import training_key
from platform_assets.pipeline.backtest.trainings import NEWEST_KEPT, keep_from_production, kept_folder
from platform_assets.pipeline.dataset import materialise_dataset
from platform_assets.pipeline.drift_report import materialise_drift_report
from platform_assets.pipeline.feature_set import materialise_features
from platform_assets.pipeline.performance import materialise_performance
from platform_assets.pipeline.predictions import materialise_predictions
from platform_assets.pipeline.promotion import promote_newest, roll_back_champion
from platform_assets.pipeline.quarantine import Decision
from platform_assets.pipeline.reproduce.errors import CannotReproduce
from platform_assets.pipeline.reproduce.same_code import require_same_libraries
from platform_assets.pipeline.retraining import decide_by_policy
from platform_assets.pipeline.training import train_model, training_rows
from platform_assets.quality.rate_of_change.rule import RateOfChange

MODEL = "flight_delay"
FIRST, LAST = "2013-01", "2013-05"
POLICIES = "never,monthly,drift:psi=0.02,as_declared"


@dataclass(frozen=True)
class Production:
    """Five months as production makes it, step by step, with the decision of each month."""

    workspace: Workspace
    product: Product
    decisions: dict[str, RetrainingDecision]


@pytest.fixture(scope="module")
def quick(product: Product) -> Product:
    """A model that trains in a moment, whose gates refuse some candidates, and which is renewed for many reasons."""
    model = product.models[MODEL]
    changed = model.model_copy(
        update={
            "search": type(model.search)(),
            "parameters": {"max_iter": 20, "max_leaf_nodes": 8, "min_samples_leaf": 20, "early_stopping": False},
            "gates": [
                GateDeclaration(name="better_than_champion", metric="auc", better_than="champion", margin=0.5),
                GateDeclaration(name="better_than_baseline", metric="auc", better_than="baseline", margin=-0.2),
            ],
            "retraining": RetrainingDeclaration(every_partitions=3, on_drift=True, on_decay=0.02),
            "rate_of_change": [
                RateOfChange.model_validate(
                    {
                        "name": "calm",
                        "description": "Hardly any change is tolerated.",
                        "metric": "probability.mean",
                        "strategy": {"kind": "relative_change", "at_least": 0.97, "at_most": 1.03},
                        "before": "pass",
                        "on_breach": "retrain",
                    }
                )
            ],
        }
    )
    return replace(product, models={MODEL: changed})


@pytest.fixture(scope="module")
def production(
    tmp_path_factory: pytest.TempPathFactory,
    workspace_at: Callable[[Path, Engine], Workspace],
    embedded: Engine,
    quick: Product,
    deliver_some: Callable[..., list[Path]],
) -> Production:
    space = workspace_at(tmp_path_factory.mktemp("production"), embedded).for_run("production")
    done = Production(space, quick, {})
    for month in partitions.between(FIRST, LAST):
        deliver_some(space.landing, month, rows=1500)
        if month == FIRST:
            for name in ("planes", "airports"):
                materialise_dataset(space, quick, name, None)
        for name in ("flights", "weather"):
            materialise_dataset(space, quick, name, month)
        materialise_features(space, quick, "flight_features", month)
        _live_through(done, month)
    return done


def _live_through(done: Production, month: str) -> None:
    """As the sensors and conditions order it; the first champion also predicts its own month."""
    space, product = done.workspace, done.product
    champion = space.registry(MODEL).champion()
    if champion is not None:
        materialise_performance(space, product, MODEL, partitions.previous_partition(month))
        materialise_predictions(space, product, MODEL, month)
        materialise_drift_report(space, product, MODEL, month)
    if month == FIRST:
        return
    decided = decide_by_policy(space, product, MODEL, month)
    decision = done.decisions[month] = decided.retraining
    if decided.rollback is not None:
        roll_back_champion(space, product, MODEL, Decision("policy", decision.reason))
    if not decision.retrain:
        return
    if train_model(space, product, MODEL, month, decision.reason).candidate.accepted:
        promote_newest(space, product, MODEL)
        if champion is None:
            materialise_predictions(space, product, MODEL, month)
            materialise_drift_report(space, product, MODEL, month)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("backtests")


@pytest.fixture(scope="module")
def backtest(production: Production, folder: Path) -> Backtest:
    return backtested(production, folder, POLICIES)


def backtested(production: Production, folder: Path, policies: str, until: str | None = None) -> Backtest:
    model = chosen_model(production.product, None)
    compared = compared_policies(model, policies)
    return run_backtest(production.workspace, production.product, model, compared, folder, until)


def rows(production: Production, kind: str) -> dict[str, dict[str, object]]:
    found = production.workspace.lake.read(f"flight_delay.{MODEL}_{kind}").to_pylist()
    return {partitions.partition_of(row["month"]): row for row in found}


def test_the_declared_policy_decides_as_production_did(production: Production, backtest: Backtest) -> None:
    (declared,) = [run for run in backtest.runs if run.policy.name == "as_declared"]

    decided = {step.partition: step.decision for step in declared.steps}

    assert decided == production.decisions
    codes = [decision.code for decision in decided.values()]
    assert {"first_model", "rate_of_change"} <= set(codes), codes


def test_the_declared_policy_has_the_champions_of_production(production: Production, backtest: Backtest) -> None:
    (declared,) = [run for run in backtest.runs if run.policy.name == "as_declared"]
    trainings = rows(production, "model")

    assert declared.champions == sorted(rows(production, "champion"))
    assert [training.as_of for training in declared.trainings] == sorted(trainings)
    gates = {step.partition: json.dumps([vars(gate) for gate in step.gates]) for step in declared.steps if step.gates}
    assert gates == {month: row["gates"] for month, row in trainings.items()}
    assert {row["accepted"] for row in trainings.values()} == {True, False}


def test_the_declared_policy_has_the_figures_and_verdicts_of_production(
    production: Production, backtest: Backtest
) -> None:
    (declared,) = [run for run in backtest.runs if run.policy.name == "as_declared"]
    performance, drift = rows(production, "performance"), rows(production, "drift_report")

    measured = {step.partition: step.figures for step in declared.steps if step.figures}

    assert {month: (figures.auc, figures.brier) for month, figures in measured.items()} == {
        month: (row["auc"], row["brier"]) for month, row in performance.items()
    }
    assert {step.partition: step.drift for step in declared.steps if step.drift} == {
        month: row["partition_verdict"] for month, row in drift.items()
    }


def test_shared_trainings_are_done_once_and_count_for_every_policy(backtest: Backtest) -> None:
    monthly = next(outcome for outcome in backtest.outcomes if outcome.name == "monthly")

    asked = sum(outcome.trainings for outcome in backtest.outcomes)

    assert backtest.asked["trainings"] == asked
    assert backtest.done["trainings"] == monthly.trainings == 4
    assert asked > 4
    by_month = [
        {month.partition: month.cpu_seconds for month in outcome.months if month.trained}
        for outcome in backtest.outcomes
    ]
    assert all(seconds > 0 for months in by_month for seconds in months.values())
    assert len({frozenset(months.items()) for months in by_month}) > 1
    assert all(months.items() <= by_month[1].items() for months in by_month)


def test_a_second_backtest_trains_nothing_and_comes_to_the_same(
    production: Production, backtest: Backtest, folder: Path
) -> None:
    again = backtested(production, folder, POLICIES)

    assert again.reused == again.done["trainings"]
    assert again.outcomes == backtest.outcomes


def test_trainings_of_production_are_not_repeated_and_come_to_the_same(
    production: Production, backtest: Backtest
) -> None:
    trained = set(rows(production, "model"))

    shared = backtested(production, production.workspace.backtests, POLICIES)

    assert shared.reused == len(trained)
    assert shared.done == backtest.done
    for found, alone in zip(shared.outcomes, backtest.outcomes, strict=True):
        assert [replace(month, cpu_seconds=0) for month in found.months] == [
            replace(month, cpu_seconds=0) for month in alone.months
        ]
    assert all(month.cpu_seconds > 0 for each in shared.outcomes for month in each.months if month.trained)


@pytest.fixture(scope="module")
def candidate(production: Production) -> Candidate:
    model = production.product.models[MODEL]
    return train_candidate(model, training_rows(production.workspace, production.product, model, LAST))


def kept_in(folder: Path, production: Production, candidate: Candidate) -> Path:
    """Keep a training below another folder than production's; returns where."""
    model = production.product.models[MODEL]
    space = replace(production.workspace, artifacts=folder / "artifacts")
    keep_from_production(space, production.product, model, candidate, 1.0)
    return kept_folder(space.backtests, production.product, model)


def test_of_old_trainings_only_the_newest_are_kept(
    production: Production, candidate: Candidate, tmp_path: Path
) -> None:
    folder = kept_in(tmp_path, production, candidate)
    [newest] = folder.iterdir()
    older = [folder / name for name in ("killed.1.partial", *(f"{number:02d}" for number in range(NEWEST_KEPT)))]
    for moment, each in enumerate(older):
        each.mkdir()
        (each / "training.json").touch()
        os.utime(each, (moment, moment))

    kept_in(tmp_path, production, candidate)

    assert set(folder.iterdir()) == {newest, *older[2:]}


def test_a_training_that_cannot_be_kept_for_backtests_is_told_in_the_log(
    production: Production, candidate: Candidate, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "backtest").write_text("a file where a folder should be")

    kept_in(tmp_path, production, candidate)

    assert "The training of flight_delay is not kept for backtests" in caplog.text


def test_another_declaration_trains_anew(production: Production, backtest: Backtest, folder: Path) -> None:
    model = production.product.models[MODEL].model_copy(update={"seed": 14})
    other = replace(production, product=replace(production.product, models={MODEL: model}))

    assert backtested(other, folder, "never").reused == 0


def test_another_version_of_the_estimators_library_trains_anew_and_cannot_rebuild(
    quick: Product, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    model = quick.models[MODEL].model_copy(update={"estimator": ESTIMATOR})
    install(tmp_path, "1.0")
    key, libraries = training_key(quick, model, LAST, {}), library_versions(ESTIMATOR)
    assert training_key(quick, model, LAST, {}) == key
    assert f"{NAME} 1.0" in require_same_libraries("flight_delay@7", libraries)

    install(tmp_path, "1.1")

    assert training_key(quick, model, LAST, {}) != key
    with pytest.raises(CannotReproduce, match=r"fine-trees is 1\.1, it was trained with 1\.0"):
        require_same_libraries("flight_delay@7", libraries)


def test_history_can_end_earlier_and_labels_of_later_months_are_unknown_then(
    production: Production, backtest: Backtest, folder: Path
) -> None:
    short = backtested(production, folder, POLICIES, until="2013-03")

    assert short.last == "2013-03"
    for full, cut in zip(backtest.outcomes, short.outcomes, strict=True):
        assert cut.months[0] == full.months[0]
        assert [month.auc is None for month in cut.months] == [False, True]


def test_nothing_of_production_is_touched(production: Production, backtest: Backtest, tmp_path: Path) -> None:
    lake, registry = production.workspace.lake, production.workspace.registry(MODEL)
    tables = [name for name in lake.tables() if lake.exists(name)]
    before = {name: lake.snapshot_id(name) for name in tables}, registry.versions()

    publish_backtest(backtested(production, tmp_path, "never,monthly"), tmp_path / "reports")

    assert ({name: lake.snapshot_id(name) for name in lake.tables()}, registry.versions()) == before


def test_page_picture_and_json_are_written(backtest: Backtest, tmp_path: Path) -> None:
    files = publish_backtest(backtest, tmp_path)

    written = json.loads(files.json.read_text())
    assert [policy["name"] for policy in written["policies"]] == POLICIES.split(",")
    assert written["shared"]["trainings"] == {"asked": backtest.asked["trainings"], "done": 4}
    assert "Which retraining policy is worth it?" in files.html.read_text()
    assert files.svg.read_text().startswith("<svg")


def test_without_features_it_says_what_to_run(
    tmp_path: Path, workspace_at: Callable[[Path, Engine], Workspace], embedded: Engine, quick: Product
) -> None:
    empty = Production(workspace_at(tmp_path, embedded), quick, {})

    with pytest.raises(NoHistory, match=r"published are: none\. Run 'platform replay'"):
        backtested(empty, tmp_path, "never")


def test_an_unknown_model_is_told_with_those_that_exist(quick: Product) -> None:
    with pytest.raises(UnknownModel, match=r"no model 'delay'. Name one with --model; it declares: flight_delay"):
        chosen_model(quick, "delay")
