"""One POST with JSON, and what its failures mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from platform_assets.alerts.errors import SinkFailed

_SECONDS = 10
_BUSY = (429, 503)
# Answers that blame the caller for no more than the time of its call (RFC 9110, 6585 and 8470).
_ANOTHER_TIME = (408, 425, 429)


def post(sink: str, url: str, content: Mapping[str, Any], headers: Mapping[str, str], remedy: str) -> None:
    """Post JSON; raises SinkFailed unless the answer is 2xx. The address, which may be a secret, is never told."""
    import requests

    try:
        answer = requests.post(
            url,
            json=dict(content),
            headers=dict(headers),
            timeout=_SECONDS,
            # Followed, it would be a GET of a page, which is well and carries nothing.
            allow_redirects=False,
        )
    except requests.ConnectTimeout:
        raise SinkFailed(sink, "nothing answers at its address", remedy) from None
    except requests.RequestException as error:
        # A connection that ended may have carried the message before.
        words = f"the connection failed with {type(error).__name__}"
        raise SinkFailed(sink, words, remedy, may_have_arrived=True) from None
    if 200 <= answer.status_code < 300:
        return
    wait = retry_after(answer.headers) if answer.status_code in _BUSY else None
    words = f"it answered {answer.status_code} {answer.reason}"
    raise SinkFailed(sink, words, remedy, retry_after=wait, permanent=is_refusal(answer.status_code))


def is_refusal(status: int) -> bool:
    """Whether an answer says that the call is wrong or goes elsewhere: the same one would get the same answer."""
    return 300 <= status < 500 and status not in _ANOTHER_TIME


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that an answer asks to wait; None if it does not say, or says a date."""
    text = headers.get("Retry-After", "")
    return float(text) if text.isdigit() else None
