"""All sources of news, each on its own: one that cannot be read silences no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from platform_assets.alerts.news import News

if TYPE_CHECKING:
    from platform_assets.automation.news.place import Place
    from platform_assets.lake import Lake


@dataclass(frozen=True)
class Gathered:
    """What the sources told.

    Attributes:
        news: in the order in which it happened.
        sources: how far each was read, in its own form; one that was not read is where it was.
        failures: why sources could not be read, by name.
    """

    news: list[News]
    sources: dict[str, Any]
    failures: dict[str, Exception]


def gather(
    place: Place, seen: dict[str, Any], models: Iterable[str], lake: Lake, has_time: Callable[[], bool]
) -> Gathered:
    """News since ``seen``; what there is no time for is read from the same place at the next look."""
    from platform_assets.automation.news.champions import champion_news
    from platform_assets.automation.news.freshness import freshness_news
    from platform_assets.automation.news.levels import level_news
    from platform_assets.automation.news.runs import run_news
    from platform_assets.automation.news.table import table_news

    known = list(models)
    # The lake comes last: a catalog that hangs takes time from nobody.
    readers: dict[str, Callable[[Any], tuple[list[News], Any]]] = {
        "runs": lambda since: run_news(place, since, lake.store.s3, has_time),
        "champions": lambda since: champion_news(place, since, known),
        "levels": lambda since: level_news(place, since, known),
        "freshness": lambda since: freshness_news(place, since),
        "table": lambda since: table_news(place, since, lake),
    }
    news: list[News] = []
    sources, failures = dict(seen), dict[str, Exception]()
    for name, read in readers.items():
        if not has_time():
            break
        try:
            found, sources[name] = read(seen.get(name))
        except Exception as error:  # noqa: BLE001 - whatever a source met, the others are told; it is raised later
            failures[name] = error
        else:
            news += found
    return Gathered(sorted(news, key=lambda each: each.at), sources, failures)
