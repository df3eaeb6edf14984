import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pyarrow as pa
import pytest

from platform_assets.learning.candidate import Candidate
from platform_assets.learning.declaration import ModelDeclaration
from platform_assets.learning.errors import ScoringError, TrainingError
from platform_assets.learning.model import FittedModel
from platform_assets.learning.plots import plots
from platform_assets.learning.training import train_candidate
from platform_assets.learning.training_set import TrainingSet

Declare = Callable[..., ModelDeclaration]
MakeSet = Callable[..., TrainingSet]
SEARCH = {
    "trials": 3,
    "sample_rows": 800,
    "space": {
        "learning_rate": {"low": 0.02, "high": 0.3, "log": True},
        "max_leaf_nodes": {"low": 4, "high": 31, "integer": True},
    },
}


@pytest.fixture(scope="module")
def candidate(declare: Declare, make_set: MakeSet) -> Candidate:
    return train_candidate(declare(search=SEARCH), make_set())


def test_a_signal_is_learned_and_passes_the_gates(candidate: Candidate) -> None:
    assert candidate.metrics.auc is not None
    assert candidate.metrics.auc > 0.7
    assert candidate.accepted
    assert [gate.name for gate in candidate.gates] == ["ranks", "beats_baseline", "beats_champion"]
    assert candidate.champion_metrics is None
    assert candidate.train_window[0].startswith("2013-01-0")
    assert candidate.train_window[1].startswith("2013-03-28")


def test_training_again_gives_the_same_model(candidate: Candidate, declare: Declare, make_set: MakeSet) -> None:
    shuffled = make_set()
    order = pa.array(np.random.default_rng(0).permutation(shuffled.rows.num_rows))
    rows = shuffled.rows.take(order).sort_by([("time_hour", "ascending"), ("flight", "ascending")])
    again = train_candidate(declare(search=SEARCH), replace(shuffled, rows=rows))
    assert again.digest == candidate.digest
    assert [(t.parameters, t.value) for t in again.trials] == [(t.parameters, t.value) for t in candidate.trials]


def test_other_data_gives_another_digest(candidate: Candidate, declare: Declare, make_set: MakeSet) -> None:
    assert train_candidate(declare(), make_set(seed=2)).digest != candidate.digest


def test_the_tuned_model_is_at_least_as_good_as_the_declared_one(candidate: Candidate) -> None:
    values = [trial.value for trial in candidate.trials if trial.value is not None]
    best = candidate.trials[int(np.argmax(values))]
    assert len(values) == 4
    assert candidate.trials[0].parameters == {"max_iter": 20, "max_leaf_nodes": 8}
    assert candidate.parameters == best.parameters
    assert len({str(trial.parameters) for trial in candidate.trials}) == 4


def test_what_tuning_gained_is_recorded_on_the_same_rows(candidate: Candidate) -> None:
    known = candidate.model.metadata
    values = [trial.value for trial in candidate.trials if trial.value is not None]
    assert (known.search_metric, known.untuned_value, known.tuned_value) == ("auc", values[0], max(values))
    assert candidate.tuning_words == (
        f"auc {max(values):.4f} tuned, {values[0]:.4f} as declared, on the same rows (4 trials)"
    )
    assert candidate.size_words == "trained on 1800 of 1800 rows"


def test_the_pictures_show_what_was_learned(candidate: Candidate, declare: Declare, make_set: MakeSet) -> None:
    shown = candidate.diagnostics
    assert shown is not None
    assert sum(rows for *_, rows in shown.calibration) == candidate.metrics.rows
    gaps = sum(rows * abs(predicted - observed) for predicted, observed, rows in shown.calibration)
    assert gaps / candidate.metrics.rows == pytest.approx(candidate.metrics.calibration_error, abs=0.01)
    first, *_, last = shown.learning_curve
    assert (shown.curve_over, first[0], last[0]) == ("iterations", 1, 20)
    assert first[1] > last[1]
    linear = train_candidate(declare(estimator="sklearn.linear_model.LogisticRegression", parameters={}), make_set())
    assert linear.diagnostics is not None
    assert linear.diagnostics.curve_over == "rows"
    assert [step for step, *_ in linear.diagnostics.learning_curve] == [85, 169, 337, 674, 1348]
    for picture in plots(shown, candidate.model.metadata.importance).values():
        ElementTree.fromstring(picture)


def test_a_search_may_minimise(declare: Declare, make_set: MakeSet) -> None:
    found = train_candidate(declare(search={**SEARCH, "metric": "log_loss"}), make_set())
    best = min(found.trials, key=lambda trial: trial.value or np.inf)
    assert found.parameters == best.parameters


def test_poisoned_labels_are_stopped_by_a_gate(candidate: Candidate, declare: Declare, make_set: MakeSet) -> None:
    poisoned = train_candidate(declare(), make_set("2013-05", shuffled=True), candidate.model)
    assert not poisoned.accepted
    refused = {gate.name: gate.message for gate in poisoned.gates if not gate.passed}
    assert "ranks" in refused
    assert "is not at least 0.6500" in refused["ranks"]


def test_the_champion_is_judged_on_the_same_rows(candidate: Candidate, declare: Declare, make_set: MakeSet) -> None:
    challenger = train_candidate(declare(), make_set("2013-05"), candidate.model)
    assert challenger.champion_metrics is not None
    assert challenger.champion_metrics.rows == challenger.metrics.rows == challenger.baseline_metrics.rows
    assert challenger.champion_metrics != candidate.metrics


def test_a_champion_trained_on_the_rows_is_judged_by_its_own_validation(
    candidate: Candidate, declare: Declare, make_set: MakeSet
) -> None:
    again = train_candidate(declare(), make_set(), candidate.model)
    assert again.champion_metrics == candidate.metrics
    assert "on its own validation rows" in again.gates[-1].message


def test_a_champion_whose_features_are_gone_is_judged_by_its_own_validation(
    candidate: Candidate, declare: Declare, make_set: MakeSet
) -> None:
    full = make_set("2013-05")
    reduced = replace(full, rows=full.rows.drop_columns(["noise"]), features=("hour", "carrier", "wind"))
    challenger = train_candidate(declare(), reduced, candidate.model)
    assert challenger.champion_metrics == candidate.metrics


def test_a_saved_model_predicts_the_same(candidate: Candidate, make_set: MakeSet, tmp_path: Path) -> None:
    rows = make_set("2013-05").rows
    checksum = candidate.model.save(tmp_path / "model")
    loaded = FittedModel.load(tmp_path / "model", expected_checksum=checksum)
    assert loaded.metadata == candidate.model.metadata
    np.testing.assert_array_equal(loaded.predict(rows), candidate.model.predict(rows))
    np.testing.assert_array_equal(loaded.baseline_probability(rows), candidate.model.baseline_probability(rows))


def test_changed_model_files_are_not_opened(candidate: Candidate, tmp_path: Path) -> None:
    checksum = candidate.model.save(tmp_path)
    (tmp_path / "pipeline.joblib").write_bytes(b"not a model")
    with pytest.raises(ScoringError, match="checksum differs"):
        FittedModel.load(tmp_path, expected_checksum=checksum)


def test_unknown_categories_and_nulls_are_predicted(candidate: Candidate) -> None:
    rows = pa.table(
        {
            "hour": pa.array([5, None], pa.int64()),
            "carrier": pa.array(["ZZ", None], pa.string()),
            "wind": pa.array([None, None], pa.float64()),
            "noise": [0.0, 0.0],
        }
    )
    predicted = candidate.model.predict(rows)
    assert ((predicted > 0) & (predicted < 1)).all()


def test_a_category_column_may_have_more_values_than_bins(declare: Declare, make_set: MakeSet) -> None:
    full = make_set()
    tails = pa.array([None if i % 50 == 0 else f"N{i % 400}" for i in range(full.rows.num_rows)])
    wide = replace(
        full,
        rows=full.rows.append_column("tail", tails),
        features=(*full.features, "tail"),
        categorical=(*full.categorical, "tail"),
    )
    assert train_candidate(declare(), wide).accepted
    assert train_candidate(declare(parameters={"max_bins": 16}), wide).metrics.auc is not None


@pytest.mark.parametrize(
    ("estimator", "parameters"),
    [
        ("sklearn.linear_model.LogisticRegression", {"max_iter": 300}),
        ("sklearn.ensemble.RandomForestClassifier", {"n_estimators": 20, "min_samples_leaf": 5}),
    ],
)
def test_other_estimators_fit(
    declare: Declare, make_set: MakeSet, estimator: str, parameters: dict[str, float]
) -> None:
    declaration = declare(estimator=estimator, parameters=parameters)
    first, second = (train_candidate(declaration, make_set()) for _ in range(2))
    assert first.metrics.auc is not None
    assert first.metrics.auc > 0.65
    assert first.digest == second.digest


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"estimator": "sklearn.nonsense.Model"}, "cannot be imported"),
        ({"estimator": "sklearn.linear_model.LinearRegression"}, "has no predict_proba"),
        ({"parameters": {"trees": 3}}, "refuses its parameters.*trees"),
    ],
)
def test_a_wrong_estimator_is_named(declare: Declare, make_set: MakeSet, changes: dict[str, object], says: str) -> None:
    with pytest.raises(TrainingError, match=says):
        train_candidate(declare(**changes), make_set())


def _with_label(training_set: TrainingSet, values: pa.Array) -> TrainingSet:
    rows = training_set.rows
    return replace(training_set, rows=rows.set_column(rows.column_names.index("late"), "late", values))


def test_a_set_that_teaches_nothing_is_refused(declare: Declare, make_set: MakeSet) -> None:
    full = make_set()
    count = full.rows.num_rows
    cases = {
        "is empty": replace(full, rows=full.rows.slice(0, 0)),
        "is 1 in all 1800 training set": _with_label(full, pa.array([True] * count)),
        "before the validation window": _with_label(full, pa.array([i == count - 1 for i in range(count)])),
        "other than 0 and 1": _with_label(full, pa.array([i % 3 for i in range(count)])),
        "must be boolean": _with_label(full, pa.array(["yes"] * count)),
        "column speed is not in the rows": replace(full, features=("speed",)),
        "later than partition 2013-01": replace(full, as_of="2013-02"),
    }
    for says, wrong in cases.items():
        with pytest.raises(TrainingError, match=says):
            train_candidate(declare(), wrong)


THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
_TRAIN = """
import conftest
from platform_assets.learning.training import train_candidate
months = conftest.months._get_wrapped_function()()
declare = conftest.declare._get_wrapped_function()()
make_set = conftest.make_set._get_wrapped_function()(months, declare)
rows = make_set(rows=4000)
print(train_candidate(declare(parameters={"max_iter": 30}), rows).digest)
# Linear algebra shares a sum among threads only if it is long.
rows = make_set(rows=40_000)
for estimator in ("linear_model.LogisticRegression", "linear_model.SGDClassifier"):
    parameters = {"loss": "log_loss"} if "SGD" in estimator else {}
    print(train_candidate(declare(estimator=f"sklearn.{estimator}", parameters=parameters), rows).digest)
"""


def test_processes_with_other_thread_counts_train_the_same_model() -> None:
    here = Path(__file__).parent
    path = os.pathsep.join([str(here), str(here.parents[1])])
    digests = {
        subprocess.run(
            [sys.executable, "-c", _TRAIN],
            # The folder of the process comes first on its path, and conftest must be this folder's.
            cwd=here,
            env={**os.environ, "PYTHONPATH": path, **dict.fromkeys(THREADS, threads), "PYTHONHASHSEED": threads},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for threads in ("1", "2")
    }
    assert len(digests) == 1
    assert len(set(digests.pop().split())) == 3
