"""The different values of some rows of a column and the rows of each: all that a profile is made of."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from platform_assets.quality.profile.arrow_values import Kind
from platform_assets.quality.profile.counting import counted, distinct_texts
from platform_assets.quality.profile.keys import Ints

#: Roughly what the objects of a tally take besides their values.
_OWN_BYTES = 512


def _none() -> Ints:
    return np.empty(0, np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """`values`, no two of them equal, each in as many of the `rows` beside it: sorted keys, or texts in any order.

    `count` is all rows, nulls included; NaN and infinities are no values.
    """

    kind: Kind
    count: int
    nulls: int
    values: Ints | pa.LargeStringArray = field(default_factory=_none)
    rows: Ints = field(default_factory=_none)
    nan: int = 0
    positive_infinities: int = 0
    negative_infinities: int = 0

    @property
    def size(self) -> int:
        """Bytes held, roughly."""
        return int(self.values.nbytes + self.rows.nbytes) + _OWN_BYTES


def merge_tallies(parts: Sequence[Tally]) -> Tally:
    """Tally of the rows of all parts, at least one, which must be of one kind."""
    if len(parts) == 1:
        return parts[0]
    return Tally(
        parts[0].kind,
        sum(part.count for part in parts),
        sum(part.nulls for part in parts),
        *_merged([part for part in parts if len(part.values)]),
        sum(part.nan for part in parts),
        sum(part.positive_infinities for part in parts),
        sum(part.negative_infinities for part in parts),
    )


def _merged(parts: Sequence[Tally]) -> tuple[Ints | pa.LargeStringArray, Ints]:
    if len(parts) < 2:
        return (parts[0].values, parts[0].rows) if parts else (_none(), _none())
    rows = np.concatenate([part.rows for part in parts])
    if parts[0].kind == "text":
        return distinct_texts(pa.concat_arrays([part.values for part in parts]), rows)
    return counted(np.concatenate([part.values for part in parts]), rows)
