from hypothesis import given
from hypothesis import strategies as st

from platform_assets.compute.emr.poll import decide, gave_up
from platform_assets.compute.emr.settings import Timeouts
from platform_assets.compute.emr.view import ALIVE, ENDED, ClusterView, StepView, view_of

TIMEOUTS = Timeouts(provisioning=1, bootstrap=2, step=3, termination=4)
COMPLETED = (StepView("s-1", "COMPLETED"),)


@given(state=st.sampled_from(ALIVE), seconds=st.floats(0, 1e6), asked=st.booleans())
def test_a_living_cluster_is_awaited_or_ended_once(state, seconds, asked):
    view = ClusterView(state)
    decision = decide(view, seconds, TIMEOUTS, asked)
    late = seconds > TIMEOUTS.seconds(view.phase)
    assert decision.action == ("terminate" if late and not asked else "wait")
    assert decision.overdue == (view.phase if late and not asked else None)


@given(state=st.sampled_from(ENDED), seconds=st.floats(0, 1e6), asked=st.booleans())
def test_an_ended_cluster_is_left_alone_however_late(state, seconds, asked):
    assert decide(ClusterView(state), seconds, TIMEOUTS, asked).action == "ended"


def test_a_cluster_whose_steps_have_ended_is_on_its_way_out():
    assert ClusterView("RUNNING", steps=COMPLETED).phase == "termination"
    assert ClusterView("RUNNING", steps=(*COMPLETED, StepView("s-2", "RUNNING"))).phase == "step"
    assert ClusterView("RUNNING").phase == "step"


def test_a_termination_is_not_awaited_for_ever():
    assert not gave_up(240, TIMEOUTS)
    assert gave_up(241, TIMEOUTS)


def test_a_view_holds_what_emr_says_of_the_reason():
    cluster = {
        "Status": {
            "State": "TERMINATED_WITH_ERRORS",
            "StateChangeReason": {"Code": "STEP_FAILURE", "Message": "Shut down as step failed"},
            "ErrorDetails": [{"ErrorCode": "X_Y", "ErrorMessage": "words"}],
        },
        "Ec2InstanceAttributes": {"Ec2AvailabilityZone": "us-east-1b"},
    }
    steps = [{"Id": "s-1", "Status": {"State": "FAILED", "FailureDetails": {"Reason": "Unknown Error."}}}]
    assert view_of(cluster, steps) == ClusterView(
        state="TERMINATED_WITH_ERRORS",
        code="STEP_FAILURE",
        message="Shut down as step failed",
        details=("X_Y words",),
        steps=(StepView("s-1", "FAILED", "Unknown Error."),),
        zone="us-east-1b",
    )
