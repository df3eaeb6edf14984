"""Which files of a landing place are new, which wait, and which belong to nobody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from platform_assets.landing.base import Landed, Landing, Listing
from platform_assets.landing.names import Named, Names
from platform_assets.landing.seen import Seen
from platform_assets.quality.dataset import DatasetDeclaration
from platform_assets.quality.manifest import ENDING

IsPartition = Callable[[str, str | None], bool]


@dataclass(frozen=True)
class Arrival:
    """New content for one partition of one dataset; ``content`` is the identity of what was delivered."""

    dataset: str
    partition: str | None
    landed: Landed
    content: str


@dataclass(frozen=True)
class Stray:
    """A file that is left alone, and why; ``is_new`` the first time that it is told of.

    Attributes:
        nearest: the dataset whose file names are most like this one.
    """

    name: str
    nearest: str
    reason: str
    is_new: bool


@dataclass
class Changes:
    """The answer of one look.

    Attributes:
        new: files whose content was not taken before, by partition.
        waiting: names of files that are not complete yet.
        more: partitions that have news but were left for the next look.
        unreadable: notifications that nobody understands.
    """

    new: list[Arrival] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    strays: list[Stray] = field(default_factory=list)
    more: int = 0
    unreadable: Sequence[str] = ()


@dataclass(frozen=True)
class Interest:
    """Which files are of interest.

    Attributes:
        datasets: those that this look is for.
        everybody: names that any product declares; a file of another product is nobody's stray.
        is_partition: whether a month is a partition of a dataset.
    """

    datasets: Mapping[str, DatasetDeclaration]
    everybody: Names
    is_partition: IsPartition


def find_changes(landing: Landing, interest: Interest, seen: Seen, now: float, limit: int) -> Changes:
    """Compare a landing place with what was seen of it, and remember in ``seen`` what is answered.

    Args:
        now: the present, in epoch seconds.
        limit: most partitions with news in one answer; the rest is left as if it had not been seen.

    Raises:
        LandingError: the place cannot be read.
    """
    landing.confirm(seen.receipts)
    listing = landing.listing()
    look = _Look(landing, interest, seen, now)
    news = look.sort(listing)
    for partition in sorted(news, key=lambda name: name or ""):
        if look.partitions < limit:
            look.take(news[partition])
        else:
            look.leave(news[partition])
    look.remember(listing)
    return look.changes


class _Look:
    """One look at a landing place."""

    def __init__(self, landing: Landing, interest: Interest, seen: Seen, now: float) -> None:
        self._landing, self._interest, self._seen, self._now = landing, interest, seen, now
        self._names = Names(interest.datasets)
        self._order = {name: place for place, name in enumerate(interest.datasets)}
        # Notifications of files that must be looked at again.
        self._held: set[str] = set()
        self.changes = Changes()
        self.partitions = 0

    def sort(self, listing: Listing) -> dict[str | None, list[tuple[Named, Landed]]]:
        """Files that are complete and were written since they were seen, by partition; the others are told of."""
        manifests = {landed.name: landed.stamp for landed in listing.files if landed.name.endswith(ENDING)}
        news: dict[str | None, list[tuple[Named, Landed]]] = defaultdict(list)
        for landed in listing.files:
            named = self._names.named(landed.name)
            if named is None:
                self._foreign(landed)
            elif named.manifest:
                continue
            elif not self._interest.is_partition(named.dataset, named.partition):
                self._stray(named.dataset, landed, "its month is no partition of the dataset")
            else:
                manifest = manifests.get(landed.name + ENDING)
                stamped = replace(landed, stamp=f"{landed.stamp} {manifest}") if manifest else landed
                if self._is_news(named, stamped):
                    news[named.partition].append((named, stamped))
        return news

    def take(self, files: list[tuple[Named, Landed]]) -> None:
        """Take the files of a partition whose content is new."""
        before = len(self.changes.new)
        for named, landed in sorted(files, key=lambda entry: self._order[entry[0].dataset]):
            content = self._landing.content(landed)
            if not content:
                continue
            if self._differs_from_manifest(named, landed, content):
                # Looked at again when the file or its manifest is written.
                self._seen.left(landed.name, landed.stamp)
                self.changes.waiting.append(landed.name)
                continue
            if not self._seen.has_content(landed.name, content):
                self.changes.new.append(Arrival(named.dataset, named.partition, landed, content))
            self._seen.taken(landed.name, landed.stamp, content)
        self.partitions += len(self.changes.new) > before

    def leave(self, files: list[tuple[Named, Landed]]) -> None:
        """Leave the files of a partition for the next look."""
        self.changes.more += 1
        for _, landed in files:
            self._held.update(landed.receipts)

    def remember(self, listing: Listing) -> None:
        """Forget files that are gone and were never taken; keep the notifications that can be confirmed."""
        if listing.complete:
            there = {landed.name for landed in listing.files}
            self._seen.forget([n for n in self._seen.files if n not in there and not self._seen.was_taken(n)])
        told = {receipt for landed in listing.files for receipt in landed.receipts} | set(listing.receipts)
        self._seen.receipts = sorted(told - self._held)
        self.changes.unreadable = listing.unreadable

    def _is_news(self, named: Named, landed: Landed) -> bool:
        arrival = self._interest.datasets[named.dataset].arrival
        if self._seen.is_unchanged(landed.name, landed.stamp) and self._seen.was_taken(landed.name):
            return False
        if self._seen.is_unchanged(landed.name, landed.stamp) and arrival.complete == "manifest":
            # It differed from its manifest, and neither was written since.
            self.changes.waiting.append(landed.name)
            return False
        if self._now - landed.modified < arrival.settle_seconds:
            self.changes.waiting.append(landed.name)
            self._held.update(landed.receipts)
            return False
        return True

    def _differs_from_manifest(self, named: Named, landed: Landed, content: str) -> bool:
        declared = self._interest.datasets[named.dataset].arrival.complete == "manifest"
        return declared and self._landing.promised(landed) != content

    def _foreign(self, landed: Landed) -> None:
        if self._interest.everybody.named(landed.name) is None:
            self._stray(self._names.nearest(landed.name), landed, "no dataset declares a file of that name")

    def _stray(self, nearest: str, landed: Landed, reason: str) -> None:
        is_new = not self._seen.is_unchanged(landed.name, landed.stamp)
        self._seen.left(landed.name, landed.stamp)
        self.changes.strays.append(Stray(landed.name, nearest, reason, is_new))
