import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from platform_assets.learning.declaration import ModelDeclaration
from platform_assets.learning.errors import TrainingError
from platform_assets.learning.training_set import TrainingSet, split_chronologically
from platform_assets.learning.tuning import Trial, TrialRecords, best_trial, tune
from platform_assets.learning.tuning.search import _Search

Declare = Callable[..., ModelDeclaration]
MakeSet = Callable[..., TrainingSet]
SEARCH = {
    "trials": 5,
    "sample_rows": 800,
    "pruner": "median",
    "space": {
        "learning_rate": {"low": 0.02, "high": 0.3, "log": True},
        "max_leaf_nodes": {"choices": [4, 8, 31]},
        # The estimator refuses a negative one, so that some trials fail.
        "l2_regularization": {"choices": [0.0, -1.0, 2.0]},
    },
}
FOLDS = {"folds": 3, "share": 0.2}
RUN = _Search._run


class _Killed(Exception):
    pass


def _tune(declaration: ModelDeclaration, training_set: TrainingSet, **more: Any) -> tuple[dict[str, Any], list[Trial]]:
    return tune(declaration, training_set, *split_chronologically(training_set, declaration.validation), **more)


def _outcome(trials: list[Trial]) -> list[tuple[Any, ...]]:
    return [(t.number, t.parameters, t.value, t.state, t.reason, t.fold_values) for t in trials]


@pytest.fixture(scope="module")
def declaration(declare: Declare) -> ModelDeclaration:
    return declare(search=SEARCH, validation=FOLDS)


@pytest.fixture(scope="module")
def found(declaration: ModelDeclaration, make_set: MakeSet) -> tuple[dict[str, Any], list[Trial]]:
    return _tune(declaration, make_set())


def test_trials_are_judged_on_every_fold_unless_pruned_or_failed(found: tuple[dict[str, Any], list[Trial]]) -> None:
    parameters, trials = found
    states = {trial.state: trial for trial in trials}
    assert set(states) == {"complete", "pruned", "failed"}
    declared = trials[0]
    assert (declared.parameters, declared.state) == ({"max_iter": 20, "max_leaf_nodes": 8}, "complete")
    assert len(declared.fold_values) == 3
    assert declared.value == pytest.approx(sum(value or 0 for value in declared.fold_values) / 3)
    assert 0 < len(states["pruned"].fold_values) < 3
    assert "median of earlier trials" in states["pruned"].reason
    assert "l2_regularization" in states["failed"].reason
    assert parameters == best_trial(trials, "auc").parameters


@pytest.mark.parametrize("after", range(6))
def test_a_killed_search_resumes_and_ends_as_if_nothing_had_happened(
    declaration: ModelDeclaration,
    make_set: MakeSet,
    found: tuple[dict[str, Any], list[Trial]],
    tmp_path: Path,
    after: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    training_set, seen = make_set(), []

    def killed(trial: Trial) -> None:
        seen.append(trial)
        if trial.number == after:
            raise _Killed

    with pytest.raises(_Killed):
        _tune(declaration, training_set, records=_records(tmp_path, declaration, training_set), on_trial=killed)
    fitted = _watched(monkeypatch)
    records, told = _records(tmp_path, declaration, training_set), []
    parameters, trials = _tune(declaration, training_set, records=records, on_trial=told.append)
    # Trials are fitted in pairs, and told when both have ended.
    assert sorted(fitted) == list(range(after // 2 * 2 + 2, 6))
    assert told == trials
    assert trials[: after + 1] == seen
    assert (parameters, _outcome(trials)) == (found[0], _outcome(found[1]))


def _watched(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The trials that are fitted from now on, by number."""
    fitted: list[int] = []

    def run(search: _Search, drawn: Any, *more: Any) -> Trial:
        fitted.append(drawn.number)
        return RUN(search, drawn, *more)

    monkeypatch.setattr(_Search, "_run", run)
    return fitted


@pytest.mark.parametrize(("slow", "quick"), [(2, 3), (3, 2)])
def test_a_kill_while_one_of_a_pair_is_fitted_does_not_lose_the_other(
    declaration: ModelDeclaration,
    make_set: MakeSet,
    found: tuple[dict[str, Any], list[Trial]],
    tmp_path: Path,
    slow: int,
    quick: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    training_set = make_set()

    def run(search: _Search, drawn: Any, *more: Any) -> Trial:
        if drawn.number != slow:
            return RUN(search, drawn, *more)
        seen, patience = _records(tmp_path, declaration, training_set), time.monotonic() + 30
        while quick not in seen.finished():
            assert time.monotonic() < patience, "The other trial is not recorded while this one runs."
            time.sleep(0.02)
        raise _Killed

    monkeypatch.setattr(_Search, "_run", run)
    with pytest.raises(_Killed):
        _tune(declaration, training_set, records=_records(tmp_path, declaration, training_set))
    fitted = _watched(monkeypatch)
    parameters, trials = _tune(declaration, training_set, records=_records(tmp_path, declaration, training_set))

    assert sorted(fitted) == [slow, 4, 5]
    assert (parameters, _outcome(trials)) == (found[0], _outcome(found[1]))


def _records(folder: Path, declaration: ModelDeclaration, training_set: TrainingSet, code: str = "a") -> TrialRecords:
    return TrialRecords(folder, declaration, training_set, code)


def test_records_are_of_one_search_and_can_be_forgotten(declare: Declare, make_set: MakeSet, tmp_path: Path) -> None:
    import optuna

    declaration = declare(search={**SEARCH, "trials": 1}, validation=FOLDS)
    training_set = make_set()
    records = _records(tmp_path, declaration, training_set)
    _tune(declaration, training_set, records=records)
    study = optuna.load_study(study_name=records.name, storage=f"sqlite:///{tmp_path}/late.db")
    assert len(study.trials) == 2
    others = [
        _records(tmp_path, declaration, training_set, code="b"),
        _records(tmp_path, declare(search={**SEARCH, "trials": 2}, validation=FOLDS), training_set),
        _records(tmp_path, declaration, make_set("2013-05")),
    ]
    assert [other.finished() for other in others] == [{}, {}, {}]
    records.forget()
    assert _records(tmp_path, declaration, training_set).finished() == {}


def test_the_budget_ends_a_search_but_never_before_the_declared_parameters(declare: Declare, make_set: MakeSet) -> None:
    declaration = declare(search={**SEARCH, "timeout_seconds": 1e-9}, validation=FOLDS)
    parameters, trials = _tune(declaration, make_set())
    assert [trial.number for trial in trials] == [0, 1]
    assert parameters == best_trial(trials, "auc").parameters


def test_declared_parameters_that_fail_are_an_error(declare: Declare, make_set: MakeSet) -> None:
    declaration = declare(search=SEARCH, validation=FOLDS, parameters={"l2_regularization": -1.0})
    with pytest.raises(TrainingError, match=r"cannot be fitted with the declared parameters.*Correct 'parameters'"):
        _tune(declaration, make_set())
