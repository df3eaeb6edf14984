"""An incident: a rule of an asset that is broken, from the first news of it until all of it is mended."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from platform_assets.alerts.news import Kind, News


class Incident(BaseModel):
    """What stands.

    Attributes:
        key: asset and rule.
        title: of its first news.
        times: how often it was seen broken.
        standing: subjects (partitions, runs) that are not mended yet.
        threads: by sink, the delivery that began the thread.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    kind: Kind
    asset: str
    rule: str
    owner: str
    title: str
    opened_at: datetime
    times: int
    standing: frozenset[str]
    threads: dict[str, str] = {}


def opened(news: News) -> Incident:
    """The incident that news begin."""
    return Incident(
        key=news.key,
        kind=news.kind,
        asset=news.asset,
        rule=news.rule,
        owner=news.owner,
        title=news.title,
        opened_at=news.at,
        times=1,
        standing=frozenset({news.subject}),
    )


def seen_again(incident: Incident, news: News) -> Incident:
    """The incident with one more sighting."""
    return incident.model_copy(update={"times": incident.times + 1, "standing": incident.standing | {news.subject}})


def mended(incident: Incident, news: News) -> Incident:
    """The incident without the subject that is well again; nothing stands any more once all are."""
    return incident.model_copy(update={"standing": incident.standing - {news.subject}})
