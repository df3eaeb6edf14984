"""The library of an estimator is one of those on which its model depends."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from installed_package import ESTIMATOR, NAME, install

from platform_assets.learning.declaration import ModelDeclaration
from platform_assets.learning.libraries import library_versions
from platform_assets.learning.training import train_candidate
from platform_assets.learning.training_set import TrainingSet
from platform_assets.learning.tuning import TrialRecords


def test_a_model_tells_the_version_of_its_estimators_library(
    declare: Callable[..., ModelDeclaration],
    make_set: Callable[..., TrainingSet],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    install(tmp_path, "1.0")
    monkeypatch.syspath_prepend(str(tmp_path))
    declaration, training_set = declare(estimator=ESTIMATOR), make_set()

    def search() -> str:
        return TrialRecords(tmp_path / "searches", declaration, training_set, "a").name

    try:
        candidate = train_candidate(declaration, training_set)
    finally:
        for module in ("fine_trees", "fine_trees.forest"):
            sys.modules.pop(module, None)

    assert candidate.model.metadata.libraries[NAME] == "1.0"
    searched = search()
    install(tmp_path, "1.1")
    assert library_versions(ESTIMATOR)[NAME] == "1.1"
    assert search() != searched


def test_scikit_learn_and_code_that_is_not_installed_add_nothing() -> None:
    known = library_versions("sklearn.linear_model.LogisticRegression")

    assert {"python", "scikit-learn", "numpy"} <= set(known)
    assert library_versions("platform_assets.learning.model.FittedModel") == known
    assert library_versions("nowhere.Trees") == known
