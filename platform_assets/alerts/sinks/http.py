"""One POST with JSON, and what its failures mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from platform_assets.alerts.errors import SinkFailed

_SECONDS = 10
_BUSY = (429, 503)
# Of the answers that blame the caller, those that another message may get too: who it is, where it calls, or when.
_NOT_OF_THE_MESSAGE = (401, 403, 404, 407, 408, 410, 425, 429)


def post(sink: str, url: str, content: Mapping[str, Any], headers: Mapping[str, str], remedy: str) -> None:
    """Post JSON; raises SinkFailed unless the answer is 2xx. The address, which may be a secret, is never told."""
    import requests

    try:
        answer = requests.post(url, json=dict(content), headers=dict(headers), timeout=_SECONDS)
    except requests.ConnectTimeout:
        raise SinkFailed(sink, "nothing answers at its address", remedy) from None
    except requests.RequestException as error:
        # A connection that ended may have carried the message before.
        words = f"the connection failed with {type(error).__name__}"
        raise SinkFailed(sink, words, remedy, may_have_arrived=True) from None
    if answer.ok:
        return
    wait = retry_after(answer.headers) if answer.status_code in _BUSY else None
    permanent = 400 <= answer.status_code < 500 and answer.status_code not in _NOT_OF_THE_MESSAGE
    words = f"it answered {answer.status_code} {answer.reason}"
    raise SinkFailed(sink, words, remedy, retry_after=wait, permanent=permanent)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that an answer asks to wait; None if it does not say, or says a date."""
    text = headers.get("Retry-After", "")
    return float(text) if text.isdigit() else None
