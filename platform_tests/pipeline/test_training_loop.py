"""From delivered files to a drift report, as a notebook would do it: plain functions, no orchestration."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow.compute as pc
import pytest
from mlflow import MlflowClient

from platform_assets.compute.engines import Engine
from platform_assets.lake import Lake, month_window
from platform_assets.lake.errors import PartitionNotFound, TableNotFound
from platform_assets.learning.declaration import GateDeclaration, RollbackDeclaration
from platform_assets.learning.errors import RegistryError, TrackingError, TrainingError
from platform_assets.learning.model import METADATA_FILE
from platform_assets.learning.policy import RetrainingDecision
from platform_assets.pipeline import Product, Workspace
from platform_assets.pipeline.alerts import read_alerts
from platform_assets.pipeline.champion_rollback import promote_by_gates, roll_back_by_policy
from platform_assets.pipeline.dataset import materialise_dataset
from platform_assets.pipeline.drift_report import DriftReport, materialise_drift_report
from platform_assets.pipeline.drift_rows import with_multivariate
from platform_assets.pipeline.drift_windows import drift_windows
from platform_assets.pipeline.feature_set import materialise_features
from platform_assets.pipeline.materialisation import Materialisation
from platform_assets.pipeline.model_card import write_model_card
from platform_assets.pipeline.performance import materialise_performance
from platform_assets.pipeline.performance_estimate import materialise_estimate
from platform_assets.pipeline.predictions import materialise_predictions
from platform_assets.pipeline.promotion import NoChampion, Promotion, promote_newest
from platform_assets.pipeline.retraining import decide_by_policy, decide_retraining
from platform_assets.pipeline.training import Training, train_model
from platform_assets.quality.drift.compare import compare_profiles
from platform_assets.quality.drift.declaration import DriftDeclaration, MultivariateDeclaration
from platform_assets.quality.drift.result import DriftResult
from platform_assets.quality.errors import MissingProfile

MODEL = "flight_delay"
JANUARY, FEBRUARY, MARCH, APRIL = "2013-01", "2013-02", "2013-03", "2013-04"
ROWS = 1000

WITHOUT_GATES = {
    "parameters": {"max_iter": 20, "max_leaf_nodes": 8, "min_samples_leaf": 20, "early_stopping": False},
    "gates": [],
}


@dataclass(frozen=True)
class Story:
    """What three months of a model's life left behind; a fourth month is delivered but has no features."""

    workspace: Workspace
    product: Product
    decided_first: RetrainingDecision
    training: Training
    promotion: Promotion
    predictions: dict[str, Materialisation]
    performance: Materialisation
    drift: DriftReport
    decided_later: RetrainingDecision


@pytest.fixture(scope="module")
def quick(product: Product) -> Product:
    """The product with a model that trains in a moment: few trees, no search, and nothing that could refuse it."""
    return with_model(product, **WITHOUT_GATES)


def with_model(product: Product, **changes: object) -> Product:
    model = product.models[MODEL]
    small = model.model_copy(update={"search": type(model.search)(), **changes})
    return replace(product, models={MODEL: small})


@pytest.fixture(scope="module")
def story(
    tmp_path_factory: pytest.TempPathFactory,
    workspace_at: Callable[[Path, Engine], Workspace],
    embedded: Engine,
    quick: Product,
    deliver_some: Callable[..., list[Path]],
) -> Story:
    space = workspace_at(tmp_path_factory.mktemp("story"), embedded).for_run("story")
    for month in (JANUARY, FEBRUARY, MARCH, APRIL):
        deliver_some(space.landing, month, rows=ROWS)
    for name in ("planes", "airports"):
        materialise_dataset(space, quick, name, None)
    for month in (JANUARY, FEBRUARY, MARCH, APRIL):
        for name in ("flights", "weather"):
            materialise_dataset(space, quick, name, month)
    for month in (JANUARY, FEBRUARY, MARCH):
        materialise_features(space, quick, "flight_features", month)
    decided_first = decide_retraining(space, quick, MODEL, FEBRUARY)
    training = train_model(space, quick, MODEL, FEBRUARY, decided_first.reason)
    promotion = promote_newest(space, quick, MODEL)
    predictions = {month: materialise_predictions(space, quick, MODEL, month) for month in (FEBRUARY, MARCH)}
    performance = materialise_performance(space, quick, MODEL, FEBRUARY)
    drift = materialise_drift_report(space, quick, MODEL, MARCH)
    decided_later = decide_retraining(space, quick, MODEL, MARCH)
    return Story(space, quick, decided_first, training, promotion, predictions, performance, drift, decided_later)


def test_the_first_model_is_wanted_as_soon_as_labels_are_known(story: Story) -> None:
    assert (story.decided_first.retrain, story.decided_first.code) == (True, "first_model")
    assert story.decided_first.evidence["labelled_partitions"] == 1
    assert not decide_retraining(story.workspace, story.product, MODEL, JANUARY).retrain


def test_a_training_uses_exactly_the_labelled_months_and_records_what_it_read(story: Story) -> None:
    lake = story.workspace.lake
    january = lake.read("flight_delay.flights", month_window(JANUARY, "time_hour"))

    (row,) = lake.read("flight_delay.flight_delay_model").to_pylist()

    assert row["rows"] == january.num_rows - january["arr_delay"].null_count
    assert row["trained_from"][:7] == row["trained_to"][:7] == JANUARY
    assert (row["model_version"], row["accepted"], row["reason"]) == (1, True, story.decided_first.reason)
    assert row["digest"] == story.training.candidate.digest
    recorded = lake.provenance("flight_delay.flight_delay_model")
    snapshots = story.training.candidate.model.metadata.snapshots
    assert json.loads(recorded["inputs"]) == snapshots
    assert set(snapshots) == {"flight_delay.flights", "flight_delay.flight_features"}
    assert recorded["run-id"] == "story"


def test_the_registered_version_carries_reason_commit_and_run(story: Story) -> None:
    (version,) = [info for info in story.workspace.registry(MODEL).versions() if info.version == 1]

    assert (version.as_of, version.reason) == (FEBRUARY, story.decided_first.reason)
    assert version.tags["dagster_run_id"] == "story"
    assert len(version.tags["code_commit"]) >= 7
    assert "champion" in version.aliases


def test_the_same_training_gives_the_same_model(story: Story) -> None:
    from platform_assets.learning.training import train_candidate
    from platform_assets.pipeline.training import training_rows

    model = story.product.models[MODEL]
    rows = training_rows(story.workspace, story.product, model, FEBRUARY)

    assert train_candidate(model, rows).digest == story.training.candidate.digest


def test_more_rows_than_memory_are_sampled_month_by_month(story: Story) -> None:
    from platform_assets.learning.declaration import TrainingDeclaration
    from platform_assets.pipeline.training import training_rows

    model = story.product.models[MODEL]
    everything = training_rows(story.workspace, story.product, model, MARCH).rows
    few = model.model_copy(update={"training": TrainingDeclaration(max_rows=300)})

    sampled = training_rows(story.workspace, story.product, few, MARCH)

    keys = story.product.feature_sets[model.feature_set].keys
    assert sampled.size_words == f"trained on 300 of {everything.num_rows} rows"
    assert sampled.rows.join(everything, keys=keys, join_type="left semi").num_rows == 300
    months = pc.strftime(sampled.rows["time_hour"], "%Y-%m").value_counts().to_pylist()
    assert {month["values"] for month in months} == {JANUARY, FEBRUARY}
    assert all(110 < month["counts"] < 190 for month in months)


def test_mlflow_out_of_reach_is_named(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    away = replace(story.workspace, tracking_uri="http://127.0.0.1:9")

    with pytest.raises(TrackingError, match=r"MLflow at http://127.0.0.1:9 does not answer.*Start it"):
        train_model(away, story.product, MODEL, FEBRUARY, "by hand")

    assert story.workspace.registry(MODEL).champion() == story.promotion.version


def test_promotion_is_recorded_for_the_month_as_of_which_the_model_was_trained(story: Story) -> None:
    (row,) = story.workspace.lake.read("flight_delay.flight_delay_champion").to_pylist()

    assert (story.promotion.version, story.promotion.as_of) == (1, FEBRUARY)
    assert f"{row['month']:%Y-%m}" == FEBRUARY
    assert (row["model_version"], row["validation_auc"]) == (1, story.training.candidate.metrics.auc)


def test_every_flight_is_predicted_once_with_version_and_feature_snapshot(story: Story) -> None:
    lake = story.workspace.lake
    keys = story.product.feature_sets["flight_features"].keys

    for month, done in story.predictions.items():
        window = month_window(month, "time_hour")
        predictions, features = (
            lake.read(f"flight_delay.{name}", window) for name in ("flight_delay_predictions", "flight_features")
        )

        assert {tuple(row.values()) for row in predictions.select(keys).to_pylist()} == {
            tuple(row.values()) for row in features.select(keys).to_pylist()
        }
        assert predictions.num_rows == features.num_rows == done.publication.rows
        assert set(predictions["model_version"].to_pylist()) == {1}
        assert set(predictions["model_as_of"].to_pylist()) == {FEBRUARY}
        (snapshot,) = set(predictions["feature_snapshot"].to_pylist())
        assert done.inputs == {"flight_delay.flight_features": snapshot}
        assert lake.read("flight_delay.flight_features", window, snapshot_id=snapshot).equals(features)
        assert 0 <= pc.min(predictions["probability"]).as_py() < pc.max(predictions["probability"]).as_py() <= 1


def test_performance_compares_the_predictions_with_what_came_true(story: Story) -> None:
    from sklearn.metrics import brier_score_loss, roc_auc_score

    lake, window = story.workspace.lake, month_window(FEBRUARY, "time_hour")
    keys = story.product.feature_sets["flight_features"].keys
    truth = {
        tuple(row[key] for key in keys): row["arr_delay"] > 15
        for row in lake.read("flight_delay.flights", window).to_pylist()
        if row["arr_delay"] is not None
    }
    predicted = {
        tuple(row[key] for key in keys): row["probability"]
        for row in lake.read("flight_delay.flight_delay_predictions", window).to_pylist()
    }
    late, probability = [*truth.values()], [predicted[key] for key in truth]

    (row,) = lake.read("flight_delay.flight_delay_performance").to_pylist()

    assert (row["rows"], row["labelled"], row["model_version"]) == (len(predicted), len(truth), 1)
    assert row["base_rate"] == pytest.approx(sum(late) / len(late))
    assert row["auc"] == pytest.approx(roc_auc_score(late, probability))
    assert row["brier"] == pytest.approx(brier_score_loss(late, probability))
    assert story.performance.facts["auc"] == row["auc"]


def test_performance_waits_for_the_delivery_that_makes_the_labels_known(story: Story) -> None:
    workspace = story.workspace
    with pytest.raises(PartitionNotFound, match=r"'flight_delay.flights' has no partition 2013-05"):
        materialise_performance(workspace, with_delay(story.product, 2), MODEL, MARCH)
    with pytest.raises(PartitionNotFound, match=r"'flight_delay.flight_delay_predictions' has no partition 2013-04"):
        materialise_performance(workspace, story.product, MODEL, APRIL)


def with_delay(product: Product, partitions: int) -> Product:
    label = product.models[MODEL].label.model_copy(update={"delay_partitions": partitions})
    return with_model(product, label=label)


def test_the_drift_report_has_a_verdict_for_every_watched_column_and_can_be_read_by_a_person(story: Story) -> None:
    features = story.product.feature_sets["flight_features"].feature_columns

    rows = story.workspace.lake.read("flight_delay.flight_delay_drift_report").to_pylist()

    assert {row["column"] for row in rows} == {*features, "probability", "label: arr_delay"}
    assert {row["model_version"] for row in rows} == {1}
    assert {row["partition_verdict"] for row in rows} == {story.drift.result.verdict}
    assert all(row["message"] for row in rows)
    html = story.drift.html.read_text(encoding="utf-8")
    assert f"Drift of {MODEL} in {MARCH}" in html
    assert f"{JANUARY}, on which that version was trained" in html
    assert "probability" in html
    assert story.drift.html.is_relative_to(story.workspace.reports)
    assert json.loads(story.drift.html.with_suffix(".json").read_text())["verdict"] == story.drift.result.verdict
    assert "data:image/svg+xml;base64," in story.drift.markdown


def test_the_drift_report_tells_since_when_and_whom_to_ask(story: Story) -> None:
    told = json.loads(story.drift.html.with_suffix(".json").read_text())

    assert told["partition"] == MARCH
    assert told["timelines"]["temp"]["partitions"] == [JANUARY, FEBRUARY, MARCH]
    assert told["timelines"]["temp"]["reference"] == [JANUARY]
    assert told["timelines"]["probability"]["partitions"] == [FEBRUARY, MARCH]
    assert told["timelines"]["probability"]["reference"] == [FEBRUARY]
    drifted = {column["column"] for column in told["columns"] if column["verdict"] == "drift"}
    assert set(told["since"]) == {name for name in drifted if not name.startswith("label")} != set()
    assert {since["partition"] for since in told["since"].values()} <= {FEBRUARY, MARCH}
    advice = " ".join(step for steps in told["advice"].values() for step in steps)
    assert f"ask team:flight-operations what changed, and look at weather/{MARCH}.csv (" in advice
    assert "so nothing follows by itself" in advice


def weighed_report(story: Story) -> tuple[DriftResult, str]:
    """Result and page; afterwards the report is again the one that other tests look at."""
    drift = story.product.models[MODEL].drift.model_copy(update={"weights": "importance", "importance": {"hour": 0.0}})
    weighed = materialise_drift_report(story.workspace, with_model(story.product, drift=drift), MODEL, MARCH)
    page = weighed.html.read_text(encoding="utf-8")
    materialise_drift_report(story.workspace, story.product, MODEL, MARCH)
    return weighed.result, page


def test_columns_may_weigh_what_the_training_found_them_to_matter(story: Story) -> None:
    recorded = story.training.candidate.model.metadata.importance
    average = sum(recorded.values()) / len(recorded)

    found, page = weighed_report(story)

    weights = {column.column: column.importance for column in found.columns}
    assert weights == pytest.approx(
        {
            **{name: value / average for name, value in recorded.items()},
            "hour": 0,
            "probability": 1,
            "label: arr_delay": 1,
        }
    )
    assert "the importance that the training of version 1 recorded" in found.definitions["importance"]
    assert "mean absolute change of the predicted probability" in page
    assert "of the importance" in page


def test_a_version_without_recorded_importance_is_told_in_the_report(story: Story) -> None:
    (file,) = (story.workspace.artifacts / MODEL).rglob(METADATA_FILE)
    kept = file.read_text()
    file.write_text(json.dumps({**json.loads(kept), "importance": {}}))
    try:
        found, _ = weighed_report(story)
    finally:
        file.write_text(kept)

    assert {column.importance for column in found.columns} == {0.0, 1.0}
    assert "version 1 has none on record" in found.definitions["importance"]


def test_a_declared_look_at_rows_says_whether_features_go_together_as_before(story: Story) -> None:
    found = look_at_rows(story, reference="training").multivariate
    assert found is not None
    assert (found.reference_rows, found.current_rows) == (400, 400)
    assert found.auc is not None
    assert found.verdict in ("stable", "cannot_tell")
    nothing = look_at_rows(story, reference="season")
    assert nothing.multivariate is not None
    assert (nothing.verdict, nothing.multivariate.verdict) == ("no_reference", "no_reference")
    assert story.drift.result.multivariate is None


def look_at_rows(story: Story, **declared: object) -> DriftResult:
    drift = DriftDeclaration(multivariate=MultivariateDeclaration(sample_rows=800), **declared)
    changed = with_model(story.product, drift=drift)
    windows = drift_windows(story.workspace, changed, changed.models[MODEL], MARCH)
    result = compare_profiles(windows.reference, windows.current, columns=windows.columns)
    return with_multivariate(story.workspace, changed, changed.models[MODEL], MARCH, windows, result)


def test_weather_and_season_are_seen_to_drift_but_the_schedule_is_not(story: Story) -> None:
    verdicts = {column.column: column.verdict for column in story.drift.result.columns}

    assert verdicts["temp"] != "stable"
    assert {verdicts[name] for name in ("carrier", "origin", "hour", "distance")} == {"stable"}


def test_the_next_decision_goes_by_the_champions_record(story: Story) -> None:
    evidence = story.decided_later.evidence

    assert evidence["labelled_partitions"] == 2
    assert evidence["champion_as_of"] == evidence["last_trained_as_of"] == FEBRUARY
    assert evidence["drift_verdicts"] == {MARCH: story.drift.result.verdict}
    assert evidence["aucs"] == {FEBRUARY: story.performance.facts["auc"]}
    assert evidence["validation_auc"] == story.training.candidate.metrics.auc
    assert (story.decided_later.retrain, story.decided_later.code) == (False, "cool_down")


def test_making_a_step_again_replaces_its_partition(story: Story) -> None:
    lake = story.workspace.lake
    again = {
        "flight_delay_predictions": lambda: materialise_predictions(story.workspace, story.product, MODEL, FEBRUARY),
        "flight_delay_performance": lambda: materialise_performance(story.workspace, story.product, MODEL, FEBRUARY),
        "flight_delay_drift_report": lambda: materialise_drift_report(story.workspace, story.product, MODEL, MARCH),
    }
    for name, make in again.items():
        table = f"flight_delay.{name}"
        before, old = lake.read(table), lake.snapshot_id(table)

        make()

        assert lake.snapshot_id(table) != old
        order = [(column, "ascending") for column in before.column_names]
        assert lake.read(table).sort_by(order).equals(before.sort_by(order))


def test_a_version_can_be_read_back_from_the_snapshots_that_its_training_tagged(story: Story) -> None:
    snapshots = story.training.candidate.model.metadata.snapshots

    assert tags(story.workspace.lake, "flight_features")[f"{MODEL}-v1"] == snapshots["flight_delay.flight_features"]
    assert tags(story.workspace.lake, "flights")[f"{MODEL}-v1"] == snapshots["flight_delay.flights"]


def tags(lake: Lake, name: str) -> dict[str, int]:
    from pyiceberg.table import StaticTable

    metadata = (lake.warehouse / "flight_delay" / name / "metadata").glob("*.metadata.json")
    newest = StaticTable.from_metadata(str(max(metadata, key=lambda path: path.name)))
    return {tag: ref.snapshot_id for tag, ref in newest.metadata.refs.items()}


def test_a_candidate_that_a_gate_refused_cannot_be_promoted_and_the_champion_stays(story: Story) -> None:
    impossible = GateDeclaration(name="perfect", metric="auc", at_least=0.999)
    strict = with_model(story.product, **{**WITHOUT_GATES, "gates": [impossible]})

    refused = train_model(story.workspace, strict, MODEL, MARCH, "to see it refused")

    assert not refused.candidate.accepted
    with pytest.raises(RegistryError) as error:
        promote_newest(story.workspace, strict, MODEL)
    assert str(error.value) == (
        f"version {refused.version} of model 'flight_delay' was refused by its gates and cannot be promoted. "
        "Improve the model, or change the declared gates and train again. A person who answers for it may promote it "
        f"all the same: platform model promote flight_delay {refused.version} --who NAME --reason TEXT"
    )
    registry = story.workspace.registry(MODEL)
    assert (registry.champion(), registry.challenger(), registry.candidate()) == (1, None, refused.version)
    assert registry.champion_in_charge(APRIL) == 1


def test_a_month_without_features_cannot_be_predicted_or_compared(story: Story) -> None:
    with pytest.raises(PartitionNotFound, match=r"'flight_delay.flight_features' has no partition 2013-04"):
        materialise_predictions(story.workspace, story.product, MODEL, APRIL)
    with pytest.raises(MissingProfile, match=r"'flight_delay.flight_features' has no profile of 2013-04.* Materialise"):
        materialise_drift_report(story.workspace, story.product, MODEL, APRIL)


def test_before_the_first_champion_every_step_says_what_to_do(story: Story, workspace: Workspace) -> None:
    with pytest.raises(NoChampion) as error:
        materialise_predictions(story.workspace, story.product, MODEL, JANUARY)
    assert str(error.value) == (
        "model 'flight_delay' has no champion in charge of partition 2013-01: a version trained as of an earlier "
        "partition must be promoted first. Train one, for example: materialise flight_delay_model and "
        "flight_delay_champion for an earlier partition."
    )
    with pytest.raises(NoChampion):
        materialise_drift_report(workspace, story.product, MODEL, MARCH)
    with pytest.raises(RegistryError, match=r"'flight_delay' was never trained. Materialise flight_delay_model"):
        promote_newest(workspace, story.product, MODEL)
    with pytest.raises(
        TrainingError, match=r"as of 2013-01: no partition's labels are known yet.* Train as of a later"
    ):
        train_model(story.workspace, story.product, MODEL, JANUARY, "too early")
    with pytest.raises(TableNotFound, match="Materialise its asset first"):
        train_model(workspace, story.product, MODEL, FEBRUARY, "nothing there")


def test_a_card_says_what_was_recorded(story: Story) -> None:
    card = write_model_card(story.workspace, story.product, MODEL, 1)

    page = card.html.read_text()
    assert card.html == story.workspace.reports / "flight_delay" / MODEL / "card-v1.html"
    metadata = story.training.candidate.model.metadata
    for text in (page, card.markdown):
        for said in (
            f"{metadata.rows:,}",
            metadata.digest,
            str(metadata.snapshots["flight_delay.flights"]),
            story.decided_first.reason,
            "team:data-science",
            "Planners hold gates",
            "No group has rows enough to tell",
        ):
            assert said in text
    (performance,) = story.workspace.lake.read("flight_delay.flight_delay_performance").to_pylist()
    assert f"| 2013-02 | {performance['rows']:,} | {performance['auc']:.3f} |" in card.markdown
    assert card.markdown.startswith("# flight_delay, version 1\n\n**Champion.**")
    version = next(each for each in story.workspace.registry(MODEL).versions() if each.version == 1)
    kept = MlflowClient(story.workspace.tracking_uri).list_artifacts(version.run_id)
    assert {"card.html", "card.md"} <= {file.path for file in kept}


def test_a_card_of_no_version_is_refused(story: Story) -> None:
    with pytest.raises(RegistryError, match="has no version 99"):
        write_model_card(story.workspace, story.product, MODEL, 99)


def test_what_was_expected_of_predictions_is_on_record_before_their_labels_are(story: Story) -> None:
    done = materialise_estimate(story.workspace, story.product, MODEL, MARCH)

    (row,) = story.workspace.lake.read("flight_delay.flight_delay_performance_estimate").to_pylist()
    assert (row["rows"], row["model_version"]) == (done.facts["rows"], 1)
    assert 0.4 < row["estimated_auc_low"] < row["estimated_auc"] < row["estimated_auc_high"]
    assert row["validation_auc"] == story.training.candidate.metrics.auc
    assert row["message"].startswith(f"AUC {row['estimated_auc']:.3f} (")


def test_performance_is_kept_by_segment_with_the_level_of_each(story: Story) -> None:
    lake = story.workspace.lake
    (whole,) = lake.read("flight_delay.flight_delay_performance").to_pylist()
    rows = lake.read("flight_delay.flight_delay_performance_by_segment").to_pylist()

    origins = {row["value"]: row for row in rows if row["segment"] == "origin"}
    assert origins.keys() == {"EWR", "JFK", "LGA"}
    assert {row["segment"] for row in rows} == {"origin", "carrier"}
    for segment in ("origin", "carrier"):
        assert sum(row["labelled"] for row in rows if row["segment"] == segment) == whole["labelled"]
    assert {row["verdict"] for row in rows} <= {"holds", "fell", "cannot_tell"}
    assert {row["verdict"] for row in rows if row["labelled"] < 300} == {"cannot_tell"}
    assert "of at least 300." in whole["message"] or whole["verdict"] in whole["message"]
    assert whole["validation_auc"] == story.training.candidate.metrics.auc
    assert whole["estimated_auc_low"] < whole["estimated_auc_high"]


def test_a_champion_that_is_worse_than_the_one_before_it_gives_way_once_and_with_an_alert(story: Story) -> None:
    workspace, lake, registry = story.workspace, story.workspace.lake, story.workspace.registry(MODEL)
    careless = with_model(
        story.product,
        **{**WITHOUT_GATES, "features": ["minute"], "rollback": RollbackDeclaration(margin=0.01, minimum_rows=500)},
    )
    poor = train_model(workspace, careless, MODEL, FEBRUARY, "to see it decay", evidence='{"as_of": "2013-02"}')
    promote_by_gates(workspace, careless, MODEL)
    materialise_predictions(workspace, careless, MODEL, MARCH)
    materialise_performance(workspace, careless, MODEL, MARCH)

    decided = decide_by_policy(workspace, careless, MODEL, APRIL)

    assert (decided.retraining.retrain, decided.retraining.code) == (False, "rolled_back")
    assert decided.rollback is not None
    assert decided.rollback.to_version == 1
    change = {"version": poor.version, "to_version": 1, "partition": MARCH, "reason": decided.rollback.reason}
    for _ in range(2):
        promotion = roll_back_by_policy(workspace, careless, MODEL, **change)
    assert (promotion.version, registry.champion(), registry.champion_in_charge(APRIL)) == (1, 1, 1)
    event = registry.promotions()[-1]
    assert (event.version, event.kind, event.decided_by) == (1, "rollback", "policy")
    assert decided.rollback.reason in event.reason
    (version,) = [info for info in registry.versions() if info.version == poor.version]
    assert version.tags["retraining_evidence"] == '{"as_of": "2013-02"}'
    (alert,) = [each for each in read_alerts(lake) if each.rule == "rolled_back"]
    assert (alert.asset, alert.partition, alert.is_open) == ("flight_delay_champion", MARCH, True)
    assert f"{decided.rollback.evidence['difference']:+.4f}" in alert.message

    # The same evidence says nothing of the version that came back, and the other is not promoted again by itself.
    assert decide_by_policy(workspace, careless, MODEL, APRIL).rollback is None
    with pytest.raises(
        RegistryError, match="was champion and gave way to version 1, decided by policy: rolled back from"
    ):
        promote_by_gates(workspace, careless, MODEL)
    assert registry.champion() == 1

    train_model(workspace, story.product, MODEL, MARCH, "a better one")
    better = promote_by_gates(workspace, story.product, MODEL)
    assert registry.champion() == better.version
    assert [each.is_open for each in read_alerts(lake) if each.rule == "rolled_back"] == [False]
    with pytest.raises(RegistryError, match=f"version {better.version} is champion by now"):
        roll_back_by_policy(workspace, careless, MODEL, **change)
