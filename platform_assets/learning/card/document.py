"""A card as a document of sections, from which each format is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Table:
    """Rows of texts under their headings; `numeric` columns are set to the right."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Plot:
    """A drawing without letters of its own colours, see `plot.calibration_plot`, and what it shows in words."""

    svg: str
    caption: str


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it, in this order."""

    title: str
    sentences: Sequence[str] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    points: Sequence[str] = ()
    tables: Sequence[Table] = ()
    plots: Sequence[Plot] = ()


@dataclass(frozen=True)
class Card:
    """The whole card; `stage` is one word, `standing` says in a sentence what that means for who reads it."""

    title: str
    stage: str
    standing: str
    sections: Sequence[Section]
