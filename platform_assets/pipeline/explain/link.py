"""One link of the chain behind a prediction: what it is, what is recorded of it, and the links behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from platform_assets.lake.errors import LakeError
from platform_assets.learning.errors import LearningError


@dataclass(frozen=True)
class Link:
    """A link, resolved or not.

    Attributes:
        kind: what it is, for example ``feature snapshot``.
        name: which one.
        facts: what is recorded of it, or read from it.
        problem: why it cannot be resolved, and what to do; None if it is.
        links: the links behind it.
    """

    kind: str
    name: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    problem: str | None = None
    links: tuple[Link, ...] = ()

    def walk(self) -> Iterator[Link]:
        """This link and all behind it."""
        yield self
        for link in self.links:
            yield from link.walk()

    def of_kind(self, kind: str) -> list[Link]:
        """The links of a kind, this one included."""
        return [link for link in self.walk() if link.kind == kind]

    @property
    def problems(self) -> list[str]:
        """What could not be resolved, anywhere in the chain."""
        return [f"{link.kind} {link.name}: {link.problem}" for link in self.walk() if link.problem]

    def as_json(self) -> dict[str, Any]:
        """As plain values; ``problem`` is null for a link that is resolved."""
        return {
            "kind": self.kind,
            "name": self.name,
            "facts": dict(self.facts),
            "problem": self.problem,
            "links": [link.as_json() for link in self.links],
        }


def resolved(kind: str, name: str, look: Callable[[], Link], **facts: Any) -> Link:
    """The link that ``look`` finds; one that says why if it cannot be found.

    Args:
        facts: what is known even then.
    """
    try:
        return look()
    except (LakeError, LearningError) as error:
        return Link(kind, name, facts, problem=str(error))
