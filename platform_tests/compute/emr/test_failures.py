import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from platform_assets.compute.emr.failures import REMEDIES, Ending, RemoteException, failure_of, of_error
from platform_assets.compute.emr.retry import Escalation, next_attempt
from platform_assets.compute.emr.view import ClusterView, StepView

DONE, FAILED = StepView("s-1", "COMPLETED"), StepView("s-1", "FAILED", "Unknown Error.")
CLEAN = ClusterView("TERMINATED", "ALL_STEPS_COMPLETED", steps=(DONE,))
BROKEN = ClusterView("TERMINATED_WITH_ERRORS", "STEP_FAILURE", steps=(FAILED,))
USER = RemoteException("ZeroDivisionError", "division by zero", "JobFailed: x\nZeroDivisionError: division by zero")


def errors(code: str, *details: str) -> ClusterView:
    return ClusterView("TERMINATED_WITH_ERRORS", code, "words that nobody documents", details)


@pytest.mark.parametrize(
    ("ending", "kind"),
    [
        (Ending(CLEAN, closed=True), None),
        (Ending(CLEAN, closed=True, lost_spot=2), None),
        (Ending(CLEAN, closed=False), "no_report"),
        (Ending(CLEAN, closed=True, exception=USER), "user_code"),
        (Ending(BROKEN, closed=True, exception=USER), "user_code"),
        (Ending(BROKEN, closed=True, exception=USER, lost_spot=1), "user_code"),
        (Ending(BROKEN, lost_spot=1), "spot_loss"),
        (
            Ending(BROKEN, 1, closed=True, exception=RemoteException("Py4JJavaError", "o1", "x ExecutorLostFailure y")),
            "spot_loss",
        ),
        (
            Ending(BROKEN, closed=True, exception=RemoteException("AnalysisException", "no", "[PATH_NOT_FOUND] s3://")),
            "data",
        ),
        (
            Ending(BROKEN, closed=True, exception=RemoteException("ClientError", "no", "ClientError: AccessDenied")),
            "permission",
        ),
        (Ending(BROKEN), "no_report"),
        # A failed step that may go on leaves a cluster that looks clean.
        (Ending(ClusterView("TERMINATED", "ALL_STEPS_COMPLETED", steps=(FAILED,)), closed=True), "no_report"),
        (Ending(errors("BOOTSTRAP_FAILURE", "BOOTSTRAP_FAILURE_PRIMARY_WITH_NON_ZERO_CODE")), "bootstrap"),
        (Ending(errors("INSTANCE_FLEET_TIMEOUT")), "capacity"),
        (Ending(errors("INTERNAL_ERROR", "INTERNAL_ERROR_EC2_INSUFFICIENT_CAPACITY_AZ")), "capacity"),
        (Ending(errors("VALIDATION_ERROR", "VALIDATION_ERROR_VCPU_LIMIT_EXCEEDED")), "quota"),
        (
            Ending(errors("INTERNAL_ERROR", "INTERNAL_ERROR_EC2 RequestLimitExceeded: Request limit exceeded.")),
            "service",
        ),
        (Ending(errors("INSTANCE_FAILURE"), lost_spot=3), "spot_loss"),
        (Ending(errors("VALIDATION_ERROR", "VALIDATION_ERROR_INVALID_SUBNET")), "request"),
        (Ending(errors("INTERNAL_ERROR")), "service"),
        (
            Ending(ClusterView("TERMINATED", "USER_REQUEST", steps=(StepView("s", "CANCELLED"),)), overdue="step"),
            "timeout",
        ),
        (Ending(ClusterView("TERMINATED", "USER_REQUEST"), overdue="provisioning"), "capacity"),
        (Ending(ClusterView("TERMINATED", "USER_REQUEST", steps=(StepView("s", "CANCELLED"),))), "cancelled"),
    ],
)
def test_kind_of_failure(ending, kind):
    failure = failure_of(ending)
    assert (failure.kind if failure else None) == kind


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("AccessDeniedException", "permission"),
        ("ExpiredTokenException", "permission"),
        ("InsufficientInstanceCapacity", "capacity"),
        ("RequestLimitExceeded", "service"),
        ("ThrottlingException", "service"),
        ("VcpuLimitExceeded", "quota"),
        ("MaxSpotInstanceCountExceeded", "quota"),
        ("ValidationException", "request"),
        ("NoSuchBucket", "permission"),
        ("InternalServerException", "service"),
    ],
)
def test_kind_of_a_refused_call(code, kind):
    error = ClientError({"Error": {"Code": code, "Message": "no"}}, "RunJobFlow")
    assert of_error(error).kind == kind


def test_every_kind_says_what_to_do():
    assert all(remedy and not remedy.endswith(".") for remedy in REMEDIES.values())


@given(
    kinds=st.lists(st.sampled_from(sorted(REMEDIES)), min_size=1, max_size=12),
    most=st.integers(1, 10),
)
def test_attempts_end_and_only_what_can_heal_is_tried_again(kinds, most):
    taught, tried = Escalation(), 0
    for number, kind in enumerate(kinds, start=1):
        tried = number
        again = next_attempt(_failure(kind), taught, number, most, frozenset({f"t{number}"}), "us-east-1a")
        if again is None:
            assert number >= most or kind not in ("spot_loss", "capacity", "service")
            break
        assert kind in ("spot_loss", "capacity", "service")
        assert again.losses == taught.losses + (kind == "spot_loss")
        assert again.without >= taught.without
        assert (f"t{number}" in again.without) == (kind == "capacity")
        taught = again
    assert tried <= most


def _failure(kind):
    from platform_assets.compute.emr.failures import Failure

    return Failure(kind, "words")
