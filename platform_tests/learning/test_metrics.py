import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_assets.learning.metrics import auc, brier, calibration_error, evaluate, log_loss

PAIRS = st.lists(st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0])), min_size=1, max_size=40)


@settings(deadline=None)
@given(PAIRS)
def test_auc_is_the_share_of_rightly_ordered_pairs(pairs: list[tuple[bool, float]]) -> None:
    positive, negative = [p for y, p in pairs if y], [p for y, p in pairs if not y]
    found = auc(np.array([float(y) for y, _ in pairs]), np.array([p for _, p in pairs]))
    if not positive or not negative:
        assert found is None
        return
    wins = [1.0 if a > b else 0.5 if a == b else 0.0 for a in positive for b in negative]
    assert found == pytest.approx(sum(wins) / len(wins))


@settings(deadline=None)
@given(PAIRS)
def test_metrics_do_not_depend_on_the_order_of_rows(pairs: list[tuple[bool, float]]) -> None:
    forward = evaluate(np.array([y for y, _ in pairs]), np.array([p for _, p in pairs])).to_dict()
    backward = evaluate(np.array([y for y, _ in pairs[::-1]]), np.array([p for _, p in pairs[::-1]])).to_dict()
    assert forward == pytest.approx(backward)


def test_metrics_agree_with_scikit_learn() -> None:
    from sklearn import metrics

    rng = np.random.default_rng(0)
    p = rng.random(500)
    y = (rng.random(500) < p).astype(float)
    assert auc(y, p) == pytest.approx(metrics.roc_auc_score(y, p))
    assert brier(y, p) == pytest.approx(metrics.brier_score_loss(y, p))
    assert log_loss(y, p) == pytest.approx(metrics.log_loss(y, p))


def test_calibration_error_is_the_mean_gap_of_ten_equal_bins() -> None:
    rng = np.random.default_rng(1)
    p = rng.random(1000)
    y = (rng.random(1000) < p**2).astype(float)
    order = np.argsort(p)
    gaps = [abs(p[part].mean() - y[part].mean()) for part in np.array_split(order, 10)]
    assert calibration_error(y, p) == pytest.approx(np.mean(gaps))


def test_a_constant_forecast_of_the_base_rate_is_calibrated() -> None:
    y = np.array([1.0, 1.0, 0.0, 0.0, 0.0])
    assert calibration_error(y, np.full(5, 0.4)) == pytest.approx(0.0)


def test_log_loss_of_certain_errors_is_finite() -> None:
    assert np.isfinite(log_loss(np.array([1.0, 0.0]), np.array([0.0, 1.0])))


def test_windows_without_both_classes_have_no_auc() -> None:
    assert evaluate(np.ones(3), np.array([0.2, 0.4, 0.6])).auc is None
    assert evaluate(np.array([]), np.array([])).brier is None
