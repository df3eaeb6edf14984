"""From a prediction back to its source files: two champions, a corrected delivery, and links that are gone."""

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.explain import Counts, check
from platform_assets.commands.chain_tree import print_chain
from platform_assets.compute.engines import Engine
from platform_assets.lake.errors import LakeError
from platform_assets.lake.policy import RetentionPolicy
from platform_assets.learning.errors import RegistryError
from platform_assets.pipeline import Product, Workspace
from platform_assets.pipeline.dataset import materialise_dataset
from platform_assets.pipeline.expired_versions import expired_versions
from platform_assets.pipeline.explain import Link, NotExplained, by_id, by_key, explain
from platform_assets.pipeline.explain.identity import PredictionId, as_text, prediction_id
from platform_assets.pipeline.feature_set import materialise_features
from platform_assets.pipeline.predictions import materialise_predictions
from platform_assets.pipeline.promotion import promote_newest
from platform_assets.pipeline.reproduce import CannotReproduce, reproduce
from platform_assets.pipeline.retention import run_retention
from platform_assets.pipeline.training import train_model

MODEL, PREDICTIONS = "flight_delay", "flight_delay.flight_delay_predictions"
JANUARY, FEBRUARY, MARCH, APRIL = "2013-01", "2013-02", "2013-03", "2013-04"
MONTHS = (JANUARY, FEBRUARY, MARCH, APRIL)
KEYS = ("time_hour", "carrier", "flight", "origin")
pytestmark = pytest.mark.slow

SMALL = {"max_iter": 20, "max_leaf_nodes": 8, "min_samples_leaf": 20, "early_stopping": False}


@dataclass(frozen=True)
class Story:
    """Predictions of February to April by two champions; then January's last flights were delivered anew.

    Attributes:
        row: a prediction of the first evening of February, which looks back on the flights that were corrected.
        before: what was explained of it before the correction.
        counts: what explaining a hundred predictions found before the correction.
        time: a moment between the correction and the first predictions.
    """

    workspace: Workspace
    product: Product
    row: dict[str, Any]
    before: Link
    counts: dict[int, Counts]
    snapshot: int
    time: datetime


@pytest.fixture(scope="module")
def story(
    tmp_path_factory: pytest.TempPathFactory,
    workspace_at: Callable[[Path, Engine], Workspace],
    embedded: Engine,
    product: Product,
    deliver_some: Callable[..., list[Path]],
) -> Story:
    space = workspace_at(tmp_path_factory.mktemp("explained"), embedded).for_run("story")
    declared = product.models[MODEL]
    small = declared.model_copy(update={"parameters": SMALL, "gates": [], "search": type(declared.search)()})
    quick = replace(product, models={MODEL: small})
    for month in MONTHS:
        deliver_some(space.landing, month, rows=600)
    for name in ("planes", "airports"):
        materialise_dataset(space, quick, name, None)
    for month in MONTHS:
        for name in ("flights", "weather"):
            materialise_dataset(space, quick, name, month)
        materialise_features(space, quick, "flight_features", month)
    for as_of, months in ((FEBRUARY, (FEBRUARY, MARCH)), (MARCH, (APRIL,))):
        train_model(space, quick, MODEL, as_of, f"trained for {as_of}")
        promote_newest(space, quick, MODEL)
        for month in months:
            materialise_predictions(space, quick, MODEL, month)
    row = first_of(space, FEBRUARY)
    before = explain(space, quick, MODEL, by_key(FEBRUARY, written(row)))
    counts = check(space, quick, MODEL, 100, seed=1)
    snapshot, time = space.lake.versions(PREDICTIONS).current, datetime.now(UTC)
    correct(space.landing / "flights" / f"{JANUARY}.csv")
    materialise_dataset(space, quick, "flights", JANUARY)
    materialise_features(space, quick, "flight_features", FEBRUARY)
    materialise_predictions(space, quick, MODEL, FEBRUARY)
    return Story(space, quick, row, before, counts, snapshot, time)


def first_of(space: Workspace, month: str) -> dict[str, Any]:
    versions = space.lake.versions(PREDICTIONS)
    rows = space.lake.read(PREDICTIONS, versions.scope(month)).to_pylist()
    return min(rows, key=lambda row: tuple(row[key] for key in KEYS))


def correct(file: Path) -> None:
    """Flights of January's last week arrived two hours later than was said at first."""
    with file.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    for row in rows:
        if row["time_hour"] >= "2013-01-25" and row["arr_delay"] != "NA":
            row["arr_delay"] = str(int(row["arr_delay"]) + 120)
    with file.open("w", newline="") as lines:
        writer = csv.DictWriter(lines, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def written(row: dict[str, Any]) -> str:
    return ",".join(f"{key}={as_text(row[key])}" for key in KEYS)


def ask(story: Story, **named: Any) -> Link:
    return explain(story.workspace, story.product, MODEL, by_key(FEBRUARY, written(story.row), **named))


def one(chain: Link, kind: str, name: str) -> Link:
    (found,) = [link for link in chain.of_kind(kind) if link.name == name]
    return found


def test_every_link_of_a_hundred_predictions_resolves_and_their_rows_stand_in_the_files(story: Story) -> None:
    counts = story.counts

    assert {version: counted.predictions for version, counted in counts.items()} == {1: 50, 2: 50}
    assert {version: counted.problems for version, counted in counts.items()} == {1: [], 2: []}
    # Own flight and airport of nearly every row, most often its weather and aircraft.
    assert all(counted.rows > 3 * counted.predictions for counted in counts.values())


def test_the_chain_names_what_was_recorded(story: Story) -> None:
    chain, lake = story.before, story.workspace.lake

    assert chain.problems == []
    assert chain.facts["probability"] == story.row["probability"]
    version = one(chain, "model version", "flight_delay@1")
    assert version.facts["trained as of"] == FEBRUARY
    assert version.facts["promoted because"] == f"trained for {FEBRUARY}"
    (run,) = chain.of_kind("training run")
    assert run.facts["status"] == "FINISHED"
    trained = {link.name: link for link in chain.of_kind("training-set snapshot")}
    assert trained.keys() == {"flight_delay.flights", "flight_delay.flight_features"}
    assert all("flight_delay-v1" in link.facts["tags"] for link in trained.values())
    features = one(chain, "feature snapshot", "flight_delay.flight_features")
    assert features.facts["snapshot"] == str(story.row["feature_snapshot"])
    inputs = json.loads(lake.provenance("flight_delay.flight_features", story.row["feature_snapshot"])["inputs"])
    datasets = {link.name: link for link in chain.of_kind("dataset snapshot")}
    assert {link.name for link in features.links if link.kind == "dataset snapshot"} == set(inputs)
    weather = datasets["flight_delay.weather"].facts["rows"]
    assert [row["time_hour"] for row in weather] == [story.row["time_hour"] - timedelta(hours=2)]
    assert {link.name for link in datasets["flight_delay.flights"].links} == {
        f"flights/{JANUARY}.csv",
        f"flights/{FEBRUARY}.csv",
    }
    assert all(link.facts["commit"] for link in chain.of_kind("code"))
    contracts = {link.name for link in chain.of_kind("contract")}
    assert contracts >= {f"{name} version 1" for name in (*datasets, PREDICTIONS)}


def test_the_tree_for_people_has_every_link_and_ends_with_their_number(
    story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    print_chain(story.before)

    told = " ".join(capsys.readouterr().out.split())
    assert all(link.kind in told and link.name.split()[0] in told for link in story.before.walk())
    links = len(list(story.before.walk()))
    assert told.endswith(f"{links} of {links} links resolved.")
    assert "cannot be resolved" not in told
    assert json.loads(json.dumps(story.before.as_json(), default=str))["links"][0]["kind"] == "feature contributions"


def test_contributions_lead_to_the_very_probability_that_was_predicted(story: Story) -> None:
    (found,) = story.before.of_kind("feature contributions")

    total = found.facts["expected"] + sum(one["log_odds"] for one in found.facts["features"])
    assert total == pytest.approx(found.facts["predicted"], abs=1e-9)
    assert found.facts["probability now"] == story.row["probability"]


def test_an_old_prediction_is_explained_from_what_was_known_then(story: Story) -> None:
    identifier = story.before.name
    asked = {
        "snapshot": ask(story, as_of=story.snapshot),
        "time": ask(story, as_of=story.time),
        "id": explain(story.workspace, story.product, MODEL, by_id(identifier)),
    }

    old_file = one(story.before, "dataset snapshot", "flight_delay.flights").links[0]
    for how, chain in asked.items():
        assert chain.name == identifier, how
        assert chain.facts["probability"] == story.row["probability"], how
        features = one(chain, "feature snapshot", "flight_delay.flight_features")
        assert features.facts == one(story.before, "feature snapshot", "flight_delay.flight_features").facts, how
        file = one(chain, "dataset snapshot", "flight_delay.flights").links[0]
        assert (file.name, file.facts) == (old_file.name, old_file.facts), how
        # The one thing that cannot be had any more is the file itself; its rows can.
        assert {problem.split(":")[0] for problem in chain.problems} == {f"source file flights/{JANUARY}.csv"}, how
        assert "another file was delivered in its place since" in str(file.problem), how
        assert "platform data read flight_delay.flights --as-of" in str(file.problem), how


def test_the_prediction_after_the_correction_is_another_one_with_other_sources(story: Story) -> None:
    now = ask(story)

    assert now.name != story.before.name
    (old, new) = (one(chain, "dataset snapshot", "flight_delay.flights") for chain in (story.before, now))
    assert old.facts["snapshot"] != new.facts["snapshot"]
    assert old.links[0].facts["sha256"] != new.links[0].facts["sha256"]
    assert (new.links[0].problem, new.links[1].facts) == (None, old.links[1].facts)
    rates = {
        name: one(chain, "feature snapshot", "flight_delay.flight_features").facts["row"]["carrier_origin_late_rate_7d"]
        for name, chain in {"old": story.before, "new": now}.items()
    }
    assert rates["new"] > rates["old"]
    # Its model was trained on the file that was replaced.
    assert {problem.split(":")[0] for problem in now.problems} == {f"source file flights/{JANUARY}.csv"}


def test_a_file_that_was_deleted_and_snapshots_that_expired_are_told_in_words(story: Story) -> None:
    landing, lake = story.workspace.landing, story.workspace.lake
    weather = landing / "weather" / f"{FEBRUARY}.csv"
    kept = weather.read_bytes()
    weather.unlink()
    at_once = RetentionPolicy(history=timedelta(0))
    names = ("flights", "weather", "planes", "airports", "flight_features")
    policies = {f"flight_delay.{name}": at_once for name in names}
    run_retention(lake, policies, datetime.now(UTC) + timedelta(seconds=1), "retention", [*policies])

    chain = explain(story.workspace, story.product, MODEL, by_id(story.before.name))
    march = explain(story.workspace, story.product, MODEL, by_key(MARCH, written(first_of(story.workspace, MARCH))))
    weather.write_bytes(kept)

    told = {(link.kind, link.name): str(link.problem) for link in chain.walk() if link.problem}
    flights = told["dataset snapshot", "flight_delay.flights"]
    assert "has no snapshot" in flights
    assert "it has expired" in flights
    assert "The rows that it had were replaced since" in flights
    assert "it was deleted where files are delivered" in told["source file", f"weather/{FEBRUARY}.csv"]
    # A training tags what it reads, and so the second one has kept the features.
    assert one(chain, "feature contributions", "flight_delay@1").problem is None
    assert one(chain, "training-set snapshot", "flight_delay.flights").problem is None
    # March was never replaced: its rows are those of the snapshots that expired, and their origin was noted.
    expired = {int(link.facts["snapshot"]) for link in march.of_kind("dataset snapshot")}
    assert expired & expired_versions(lake, "flight_delay.flights").keys()
    gone = {f"source file flights/{JANUARY}.csv", f"source file weather/{FEBRUARY}.csv"}
    assert {problem.split(":")[0] for problem in march.problems} <= gone


def test_a_model_whose_files_are_gone_is_told_in_words(story: Story) -> None:
    # Models are kept in memory by the address of their store; under this one nothing is yet.
    elsewhere = replace(story.workspace, tracking_uri=f"{story.workspace.tracking_uri}?timeout=60")
    files = story.workspace.artifacts.rename(story.workspace.artifacts.with_name("moved"))

    chain = explain(elsewhere, story.product, MODEL, by_id(story.before.name))
    files.rename(story.workspace.artifacts)

    told = {link.kind: str(link.problem) for link in chain.walk() if link.problem}
    for kind in ("model version", "feature contributions"):
        assert "the files of model version flight_delay@1 cannot be read" in told[kind]
        assert "Restore it from a backup of MLflow's store and files" in told[kind]
    assert chain.facts["probability"] == story.row["probability"]


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("carrier", "'carrier' in the key is not written as column=value"),
        ("carrier=UA", "time_hour, flight, origin is missing"),
        ("time_hour=2013-02-01T00:00Z,carrier=UA,flight=1,origin=EWR,dest=IAH", "dest is no key"),
        ("time_hour=noon,carrier=UA,flight=1,origin=EWR", "time_hour=noon is not of type timestamp"),
        ("time_hour=2013-02-01T00:00Z,carrier=UA,flight=one,origin=EWR", "flight=one is not of type int"),
        ("time_hour=2013-02-01T00:00Z,carrier=UA,flight=0,origin=EWR", "has no prediction of time_hour=2013-02-01"),
    ],
)
def test_a_key_that_names_no_prediction_is_told_what_is_wrong(story: Story, key: str, message: str) -> None:
    with pytest.raises(NotExplained, match=message):
        explain(story.workspace, story.product, MODEL, by_key(FEBRUARY, key))


def test_an_id_that_names_no_prediction_is_told_what_is_wrong(story: Story) -> None:
    known = PredictionId.parse(story.before.name)
    with pytest.raises(NotExplained, match="'42' is no prediction id"):
        by_id("42")
    with pytest.raises(NotExplained, match=r"No version of .* that is kept has the prediction"):
        explain(story.workspace, story.product, MODEL, by_id(str(replace(known, key_digest="0" * 16))))
    with pytest.raises(LakeError, match="no snapshot 7"):
        explain(story.workspace, story.product, MODEL, by_id(story.before.name, as_of=7))
    with pytest.raises(LakeError, match="'feb' is not a monthly partition"):
        explain(story.workspace, story.product, MODEL, by_key("feb", written(story.row)))
    with pytest.raises(NotExplained, match=r"has no model 'late'. Its models: flight_delay"):
        explain(story.workspace, story.product, "late", by_id(story.before.name))


@given(
    version=st.integers(1, 10_000),
    snapshot=st.integers(0, 2**63 - 1),
    flight=st.integers(),
    carrier=st.text(),
)
def test_an_id_is_written_and_read_without_loss(version: int, snapshot: int, flight: int, carrier: str) -> None:
    row = {"model_version": version, "feature_snapshot": snapshot, "flight": flight, "carrier": carrier}
    made = prediction_id("late", FEBRUARY, row, ("carrier", "flight"))

    assert PredictionId.parse(str(made)) == made
    assert prediction_id("late", FEBRUARY, dict(row), ("carrier", "flight")) == made
    assert prediction_id("late", FEBRUARY, {**row, "flight": flight + 1}, ("carrier", "flight")) != made
    assert prediction_id("other", FEBRUARY, row, ("carrier", "flight")) != made


def test_both_versions_are_rebuilt_from_what_they_read_though_it_was_corrected(story: Story) -> None:
    for version in (1, 2):
        done = reproduce(story.workspace, story.product, MODEL, version)

        assert done.same, done.comparisons
        compared = {comparison.what: comparison for comparison in done.comparisons}
        assert compared["model digest"].recorded == compared["model digest"].now
        assert len(compared["model digest"].now) == 64
        assert any(what.endswith("validation predictions") for what in compared)


def test_a_version_that_is_not_there_cannot_be_rebuilt(story: Story) -> None:
    with pytest.raises(RegistryError, match="'flight_delay' has no version 7"):
        reproduce(story.workspace, story.product, MODEL, 7)


def test_a_rebuild_with_other_code_or_libraries_is_refused_with_what_differs(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    from platform_assets.pipeline.reproduce import same_code

    with monkeypatch.context() as changed:
        changed.setattr(same_code, "code_digest", lambda product: "another")
        with pytest.raises(CannotReproduce, match=r"flight_delay@1 cannot be rebuilt here: .*git worktree add"):
            reproduce(story.workspace, story.product, MODEL, 1)
    monkeypatch.setattr(same_code, "version", lambda library: "0.1")
    with pytest.raises(CannotReproduce, match=r"scikit-learn is 0.1, it was trained with .*pip install scikit-learn=="):
        reproduce(story.workspace, story.product, MODEL, 1)
