"""What is compared with what: declared references, never another one, and never a window with itself."""

from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from platform_assets.lake import Lake
from platform_assets.lake.partitions import Values
from platform_assets.pipeline.cross_references import broken_references
from platform_assets.pipeline.drift_windows import drift_windows
from platform_assets.pipeline.product import DEFS_FOLDER
from platform_assets.quality.drift.compare import compare_profiles
from platform_assets.quality.drift.declaration import DriftDeclaration
from platform_assets.quality.drift.thresholds import DriftThresholds
from platform_assets.quality.drift.windows import OverlappingWindows, compare_windows
from platform_assets.quality.errors import MissingProfile
from platform_assets.quality.profile import profile_batches
from platform_assets.quality.profile_table import PROFILES, profile_table_rows

MODEL = "flight_delay"
FEATURES, PREDICTIONS, LABELS = (
    f"flight_delay.{name}" for name in ("flight_features", f"{MODEL}_predictions", "flights")
)
WITH_DATA = ["2012-04", "2013-01", "2013-02", "2013-03", "2013-04"]


def store(lake, table, months, columns):
    """Profiles of some months, as publishing leaves them; each month's values differ."""
    for month in months:
        rng = np.random.default_rng(int(month.replace("-", "")))
        rows = pa.table({name: rng.normal(size=400) for name in columns})
        profile = profile_batches(rows.to_batches())
        scope = Values((("table", table), ("partition", month)))
        lake.publish_rows(PROFILES, scope, profile_table_rows(profile, table, month, 1, "run"), {})


@pytest.fixture(scope="module")
def lake(tmp_path_factory, product):
    made = Lake(tmp_path_factory.mktemp("lake"))
    store(made, FEATURES, WITH_DATA, product.feature_sets["flight_features"].feature_columns)
    store(made, PREDICTIONS, ["2013-03", "2013-04"], ["probability"])
    store(made, LABELS, WITH_DATA, ["arr_delay"])
    return made


@pytest.fixture
def windows(lake, product):
    """Makes the windows of a partition, for a champion that was trained as of a month, under a declared drift."""

    def make(partition, trained_as_of, **declared):
        version = SimpleNamespace(version=1, as_of=trained_as_of)
        registry = SimpleNamespace(champion_in_charge=lambda partition: 1, versions=lambda: [version])
        workspace = SimpleNamespace(lake=lake, registry=lambda name: registry)
        model = product.models[MODEL].model_copy(update={"drift": DriftDeclaration(**declared)})
        return drift_windows(workspace, product, model, partition)

    return make


@pytest.mark.parametrize(
    ("reference", "months"),
    [("training", ["2013-01", "2013-02"]), ("previous", ["2013-03"]), ("season", ["2012-04"])],
)
def test_features_are_compared_with_the_declared_reference(windows, lake, reference, months):
    found = windows("2013-04", "2013-03", reference=reference)
    assert found.compared_with == months
    assert found.reference.columns["hour"].count == 400 * len(months)
    assert compare_profiles(found.reference, found.current, columns=found.columns).verdict == "stable"


def test_a_reference_that_was_never_published_is_never_replaced_by_another(windows):
    found = windows("2013-03", "2013-02", reference="season")
    assert (found.reference, found.compared_with) == (None, ["2012-03"])
    assert compare_profiles(found.reference, found.current, columns=found.columns).verdict == "no_reference"


def test_predictions_without_a_reference_of_their_own_are_no_schema_change_and_no_pass(windows):
    found = windows("2013-03", "2013-02")
    assert found.unreferenced == ["probability"]
    result = compare_profiles(found.reference, found.current, columns=found.columns, unreferenced=found.unreferenced)
    assert (result.verdict, bool(result.schema_change)) == ("stable", False)
    assert [column.column for column in result.named("no_reference")] == ["probability"]


def test_the_newest_known_labels_are_compared_with_those_of_the_training(windows):
    found = windows("2013-04", "2013-02")
    assert "label: arr_delay" in found.columns
    assert found.labels == "arr_delay of 2013-03, compared with 2013-01"
    assert found.current.columns["label: arr_delay"].count == 400


def test_labels_that_were_trained_on_are_not_compared_with_themselves(windows):
    found = windows("2013-03", "2013-03")
    assert "label: arr_delay" not in found.columns
    assert found.labels == "none newer than those of the training"


def test_a_partition_that_the_champion_was_trained_on_is_refused(windows, product):
    with pytest.raises(OverlappingWindows, match=r"2013-02 would be compared .* Declare drift.reference"):
        windows("2013-02", "2013-03")


def test_any_two_windows_of_a_table_are_compared_unless_they_overlap(lake):
    result = compare_windows(lake, FEATURES, WITH_DATA[:2], WITH_DATA[2:], columns=["hour", "temp"])
    assert (result.verdict, result.reference_rows, result.current_rows) == ("stable", 800, 1_200)
    assert compare_windows(lake, FEATURES, ["1999-01"], ["2013-01"]).verdict == "no_reference"
    with pytest.raises(OverlappingWindows, match="2013-01, 2013-02 would be compared"):
        compare_windows(lake, FEATURES, WITH_DATA[:3], WITH_DATA[1:])
    with pytest.raises(MissingProfile, match="1999-01"):
        compare_windows(lake, FEATURES, ["2013-01"], ["1999-01"])


def test_importance_weighs_columns_and_names_only_what_is_watched(product):
    rng = np.random.default_rng(1)
    before = pa.table({name: rng.normal(size=2_000) for name in "abcd"})
    now = before.set_column(0, "a", pa.array(rng.normal(3, 1, 2_000)))
    pair = [profile_batches(table.to_batches()) for table in (before, now)]
    limits = DriftThresholds(min_share_of_columns=0.5)
    assert compare_profiles(*pair, thresholds=limits).verdict == "stable"
    assert compare_profiles(*pair, thresholds=limits, importance={"a": 3}).verdict == "drift"
    shown = compare_profiles(*pair, thresholds=DriftThresholds(min_columns=1), importance={"a": 0})
    assert (shown.verdict, shown.columns[0].verdict, shown.columns[0].importance) == ("stable", "drift", 0.0)
    wrong = product.models[MODEL].model_copy(update={"drift": DriftDeclaration(importance={"tempp": 2})})
    broken = SimpleNamespace(**{**vars(product), "models": {MODEL: wrong}})
    (problem,) = broken_references(broken, DEFS_FOLDER / "flight_delay")
    assert "drift.importance" in problem
    assert "temp" in problem


def test_the_declaration_refuses_what_it_does_not_know():
    with pytest.raises(ValueError, match="reference"):
        DriftDeclaration(reference="yesterday")
    with pytest.raises(ValueError, match="greater than or equal to 0"):
        DriftDeclaration(importance={"a": -1})
