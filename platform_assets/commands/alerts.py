"""``platform alerts``: what stands, who is told, and whether a sink works."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from platform_assets.commands.shown import print_json, print_rows, told

if TYPE_CHECKING:
    from dagster import DagsterInstance

    from platform_assets.alerts.declaration import Alerting
    from platform_assets.alerts.state import AlertState

# What an incident keeps for its messages.
_FOR_SINKS = {"threads", "message", "links", "reminded", "retold"}
_NOT_DECLARED = "No sink is declared: set PLATFORM_ALERTS to a file such as docs/guides/alerts.md shows."


@click.group()
def alerts() -> None:
    """Incidents that stand, breaches on record, and the sinks that people are told through."""


@alerts.command("list")
@click.option("--all", "everything", is_flag=True, help="Also breaches of rules that are over.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
@told
def list_(everything: bool, as_json: bool) -> None:
    """What stands: incidents that people were told of, and breaches of rules in platform.alerts."""
    from platform_assets.automation.alert_state import read_state
    from platform_assets.notebook import open_lake
    from platform_assets.pipeline.alerts import read_alerts

    with _instance() as instance:
        state = read_state(instance)
    incidents = [incident.model_dump(mode="json", exclude=_FOR_SINKS) for incident in state.incidents.values()]
    breaches = [each.model_dump(mode="json") for each in read_alerts(open_lake()) if everything or each.is_open]
    waiting, refused = _waiting(state), _set_aside(state)
    if as_json:
        print_json({"incidents": incidents, "breaches": breaches, "waiting": waiting, "set_aside": refused})
        return
    tables = {
        "Incidents": incidents,
        "Breaches of rules": breaches,
        "Messages that wait": waiting,
        "Messages that their sink refused": refused,
    }
    for title, rows in tables.items():
        if rows:
            print_rows(title, rows)
    if not any(tables.values()):
        click.echo("Nothing stands.")


@alerts.command()
@click.argument("asset")
@click.argument("rule")
@click.option("--who", required=True, help="Who decides it.")
@click.option("--reason", required=True, help="Why nothing of it stands any more.")
@told
def close(asset: str, rule: str, who: str, reason: str) -> None:
    """End the incident of ASSET and RULE, as `platform alerts list` names them, by a person's word."""
    from datetime import UTC, datetime

    from platform_assets.automation.alert_closing import close_by_hand
    from platform_assets.automation.alert_state import read_state

    with _instance() as instance:
        incidents = read_state(instance).incidents
        incident = incidents.get(f"{asset}/{rule}")
        if incident is None:
            standing = ", ".join(f"{each.asset} {each.rule}" for each in incidents.values()) or "none"
            raise click.ClickException(f"No incident of '{asset}' and '{rule}' stands. These do: {standing}.")
        close_by_hand(instance, incident, who, reason, datetime.now(UTC))
    click.echo(f"{asset} {rule}: closed; those who were told of it are told so at the sensor's next look.")


@alerts.command()
@click.option("--sink", "name", metavar="NAME", help="Only this sink of the file; by default all of them.")
@told
def test(name: str | None) -> None:
    """Send a message with an attachment to the declared sinks, and say whether they took it."""
    from platform_assets.alerts.errors import AlertingError
    from platform_assets.automation.alert_sinks import open_declared_sink, send_a_test

    failed = []
    try:
        alerting = _alerting()
        names = [alerting.sink_named(name)] if name else list(alerting.sinks)
    except AlertingError as error:
        raise click.ClickException(str(error)) from error
    for each in names:
        try:
            send_a_test(open_declared_sink(alerting, each))
        except AlertingError as error:
            failed.append(str(error))
        else:
            click.echo(f"{each}: took a message")
    if failed:
        raise click.ClickException("\n".join(failed))


def _instance() -> DagsterInstance:
    import dagster as dg

    from platform_assets.settings import dagster_home

    home = dagster_home()
    if not home.is_dir():
        raise click.ClickException(
            f"DAGSTER_HOME is {home}, which is no folder. Set it to the folder of the daemon's instance."
        )
    return dg.DagsterInstance.from_config(str(home))


def _alerting() -> Alerting:
    from platform_assets.alerts.declaration import load_alerting
    from platform_assets.settings import load_settings

    declared = load_settings().alerts
    if declared is None:
        raise click.ClickException(_NOT_DECLARED)
    return load_alerting(declared)


def _waiting(state: AlertState) -> list[dict[str, str]]:
    held = [(each, "held back: too many within an hour") for sink in state.sinks.values() for each in sink.held]
    queued = [(each, state.sink(each.sink).problem or "on its way") for each in state.outbox]
    return [{"sink": each.sink, "message": each.message.title, "why": why} for each, why in [*queued, *held]]


def _set_aside(state: AlertState) -> list[dict[str, str]]:
    refused = [(name, each) for name, sink in state.sinks.items() for each in sink.set_aside]
    return [
        {"sink": name, "message": each.title, "at": each.at.isoformat(timespec="minutes"), "why": each.why}
        for name, each in refused
    ]
