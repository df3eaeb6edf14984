"""Where alerting keeps what it remembers: as one value in the instance's own storage, replaced as a whole."""

from __future__ import annotations

import dagster as dg

from platform_assets.alerts.state import AlertState

_KEY = "platform/alerts/state"


def read_state(instance: dg.DagsterInstance) -> AlertState:
    """What was kept last; empty at first."""
    text = instance.daemon_cursor_storage.get_cursor_values({_KEY}).get(_KEY)
    return AlertState.model_validate_json(text) if text else AlertState()


def keep_state(instance: dg.DagsterInstance, state: AlertState) -> None:
    """Replace what was kept."""
    instance.daemon_cursor_storage.set_cursor_values({_KEY: state.model_dump_json()})
