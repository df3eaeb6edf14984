from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from platform_assets.learning.candidate import Candidate
from platform_assets.learning.declaration import ModelDeclaration
from platform_assets.learning.errors import TrainingError
from platform_assets.learning.training import train_candidate
from platform_assets.learning.training_set import TrainingSet

Declare = Callable[..., ModelDeclaration]
MakeSet = Callable[..., TrainingSet]
INCREMENTAL = {
    "estimator": "sklearn.linear_model.SGDClassifier",
    "parameters": {"loss": "log_loss", "alpha": 0.001},
    "training": {"update": "incremental"},
}


@pytest.fixture(scope="module")
def champion(declare: Declare, make_set: MakeSet) -> Candidate:
    return train_candidate(declare(**INCREMENTAL), make_set())


def test_the_first_training_is_full(champion: Candidate) -> None:
    assert champion.model.metadata.update == "full, because there is no champion to go on from"
    assert champion.model.metadata.continued_from is None


def test_a_later_one_goes_on_with_the_later_rows_only(champion: Candidate, declare: Declare, make_set: MakeSet) -> None:
    before = champion.model.pipeline[-1].coef_.copy()
    updated = train_candidate(declare(**INCREMENTAL), make_set("2013-06"), champion.model)
    known = updated.model.metadata
    assert known.update.startswith("incremental, from the champion trained to 2013-03-28")
    assert known.continued_from == champion.digest
    assert (updated.rows, known.trained_from[:7], known.trained_to[:7]) == (1200, "2013-04", "2013-05")
    np.testing.assert_array_equal(champion.model.pipeline[-1].coef_, before)
    assert updated.model.pipeline[-1].t_ > champion.model.pipeline[-1].t_
    assert updated.digest == train_candidate(declare(**INCREMENTAL), make_set("2013-06"), champion.model).digest
    assert updated.digest != train_candidate(declare(**INCREMENTAL), make_set("2013-06")).digest


def test_nothing_new_is_an_error(champion: Candidate, declare: Declare, make_set: MakeSet) -> None:
    with pytest.raises(TrainingError, match=r"has no row later than 2013-03-28.*update: full"):
        train_candidate(declare(**INCREMENTAL), make_set(), champion.model)


def test_a_champion_that_cannot_be_gone_on_from_is_named(
    champion: Candidate, declare: Declare, make_set: MakeSet
) -> None:
    later = make_set("2013-06")
    reduced = replace(later, features=("hour", "carrier", "wind"))
    other_features = train_candidate(declare(**INCREMENTAL), reduced, champion.model)
    assert other_features.model.metadata.update == "full, because the champion has other features"
    changed = {**INCREMENTAL, "parameters": {"loss": "modified_huber"}}
    other_parameters = train_candidate(declare(**changed), later, champion.model)
    assert other_parameters.model.metadata.update == "full, because the champion has other parameters"


def test_an_estimator_without_partial_fit_is_refused(declare: Declare, make_set: MakeSet) -> None:
    with pytest.raises(TrainingError, match=r"HistGradientBoostingClassifier' has no partial_fit.*update: full"):
        train_candidate(declare(training={"update": "incremental"}), make_set())
