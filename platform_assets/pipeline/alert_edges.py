"""Which alerts begin and end with what rules found: one a breach, none for a breach that stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from platform_assets.learning.partitions import distance
from platform_assets.quality.alert import Alert, Sighting, Watch, new_alert


def follow(watch: Watch, newest: Alert | None, sightings: Sequence[Sighting]) -> list[Alert]:
    """The alerts of a rule that are new or changed, oldest first.

    A breach begins an alert, unless one stands already; a partition as expected, or released, ends it. A breach that
    begins again within the cool-down takes up the alert that had ended. A rule that cannot tell changes nothing, and
    neither does an older partition than the alert is about: history that is made again says nothing of now. Seeing the
    same twice changes nothing either.

    Args:
        newest: the rule's newest alert until now, if it ever had one.
        sightings: in the order in which they were found.
    """
    changed: dict[str, Alert] = {}
    for seen in sightings:
        step = _step(watch, newest, seen)
        if step is not None and step != newest:
            newest = changed[step.alert_id] = step
    return list(changed.values())


def _step(watch: Watch, newest: Alert | None, seen: Sighting) -> Alert | None:
    if seen.breached is None or (newest is not None and seen.partition < _reaches(newest)):
        return newest
    if seen.breached:
        return _begun(watch, newest, seen)
    if newest is None or not newest.is_open:
        return newest
    ended = {"resolved_partition": seen.partition, "resolved_at": seen.seen, "resolution": seen.message}
    return newest.model_copy(update=ended)


def _begun(watch: Watch, newest: Alert | None, seen: Sighting) -> Alert:
    if newest is None or seen.seen <= newest.first_seen:
        return newest or new_alert(watch, seen)
    ended = newest.resolved_partition
    if ended is not None and (newest.resolved_at is None or seen.seen <= newest.resolved_at):
        return newest
    if ended is not None and distance(ended, seen.partition) > watch.cool_down_partitions:
        return new_alert(watch, seen)
    standing = {"resolved_partition": None, "resolved_at": None, "resolution": None}
    return newest.model_copy(update={**standing, "last_partition": seen.partition})


def _reaches(alert: Alert) -> str:
    return max(alert.last_partition, alert.resolved_partition or "")


def newest_by_rule(alerts: Iterable[Alert]) -> dict[tuple[str, str], Alert]:
    """The newest alert of every rule, by asset and rule."""
    return {(alert.asset, alert.rule): alert for alert in sorted(alerts, key=lambda alert: alert.first_seen)}
