"""A sink that cannot be reached, or is busy, is left alone for longer each time, and not for ever."""

from __future__ import annotations

from datetime import datetime, timedelta

from platform_assets.alerts.errors import SinkFailed
from platform_assets.alerts.refusals import not_tried_again
from platform_assets.alerts.state import AlertState

_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)


def paused(state: AlertState, sink: str, now: datetime, error: SinkFailed, give_up_after: timedelta) -> AlertState:
    """The state after a failure that may pass: pauses double up to an hour, or last as long as the sink asks for.

    What waits for the sink since ``give_up_after`` or longer is not tried again.
    """
    failures = state.sink(sink).failures + 1
    pause = min(_FIRST_PAUSE * 2 ** min(failures - 1, 10), _LONGEST_PAUSE)
    if error.retry_after is not None:
        pause = timedelta(seconds=error.retry_after)
    state = state.with_sink(sink, failures=failures, paused_until=now + pause, problem=str(error))
    for each in [each for each in state.outbox if each.sink == sink]:
        tried = each.model_copy(update={"since": each.since or now})
        if tried.since is not None and now - tried.since >= give_up_after:
            hours = give_up_after // timedelta(hours=1)
            why = f"{error} It waited for {hours} hours, as long as give_up_after_hours of the sink says."
            state = not_tried_again(state, tried, now, why)
        else:
            state = state.with_delivery(tried)
    return state
