"""An incident: a rule of an asset that is broken, from the first news of it until all of it is mended."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

from platform_assets.alerts.news import Kind, Link, News, State

#: A thread in which nobody wrote for so long is read by nobody.
FORGOTTEN_AFTER = timedelta(hours=4)


class Incident(BaseModel):
    """What stands.

    Attributes:
        key: asset and rule.
        title: of its first news.
        times: how often it was seen broken.
        standing: subjects (partitions, runs) that are not mended yet.
        seen_at: when it was seen broken last; None in what was kept before this was known.
        threads: by sink, the delivery that began the thread.
        message: what was found when it was seen broken last.
        links: where to look.
        reminded: by sink, when it was told last of what stands.
        retold: sinks that refused the beginning, and were told again.
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
    seen_at: datetime | None = None
    threads: dict[str, str] = {}
    message: str = ""
    links: tuple[Link, ...] = ()
    reminded: dict[str, datetime] = {}
    retold: frozenset[str] = frozenset()

    @property
    def last_seen(self) -> datetime:
        """When it was seen broken last."""
        return self.seen_at or self.opened_at

    def is_joined_by(self, news: News) -> bool:
        """Whether news are of something else than what people were told of, and hours after that."""
        return news.subject not in self.standing and news.at - self.last_seen >= FORGOTTEN_AFTER

    def news(self, state: State, message: str, at: datetime, links: tuple[Link, ...] = ()) -> News:
        """News of the incident as a whole."""
        return News(
            kind=self.kind,
            state=state,
            asset=self.asset,
            rule=self.rule,
            owner=self.owner,
            title=self.title,
            message=message,
            at=at,
            links=links,
        )


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
        seen_at=news.at,
        standing=frozenset({news.subject}),
        message=news.message,
        links=news.links,
    )


def seen_again(incident: Incident, news: News) -> Incident:
    """The incident with one more sighting."""
    return incident.model_copy(
        update={
            "times": incident.times + 1,
            "standing": incident.standing | {news.subject},
            "seen_at": max(incident.last_seen, news.at),
            "message": news.message,
            "links": news.links,
        }
    )


def mended(incident: Incident, news: News) -> Incident:
    """The incident without what is well again; nothing stands any more once all is, or a person closed it."""
    gone = incident.standing if news.state == "closed" else {news.subject}
    return incident.model_copy(update={"standing": incident.standing - gone})
