"""The profile of one column of a stream of rows: counted chunk by chunk, and made of the counts as rarely as may be."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from platform_assets.quality.profile.arrow_values import is_text, plain
from platform_assets.quality.profile.column import ColumnProfile
from platform_assets.quality.profile.keys import Ints, floats_of_keys
from platform_assets.quality.profile.lengths import lengths_of_text
from platform_assets.quality.profile.merging import merge_columns
from platform_assets.quality.profile.moments import moments_of_floats, moments_of_ints
from platform_assets.quality.profile.ordered import sketch_of_keys
from platform_assets.quality.profile.patterns import patterns_of_text
from platform_assets.quality.profile.tally import Tally, merge_tallies
from platform_assets.quality.profile.tally_column import tally_column
from platform_assets.quality.profile.text import MAX_CHARACTERS, sketch_of_text

_SLICE_BYTES = 1 << 24
_WAITING_BYTES = 1 << 18
_PENDING = 16


class ColumnScan:
    """Collects the rows of one column. Up to 256 KB of counts wait: far cheaper than a profile of every chunk."""

    def __init__(self, name: str) -> None:
        """Start without rows."""
        self._name = name
        self._waiting: list[Tally] = []
        self._waiting_bytes = 0
        self._done: list[ColumnProfile] = []

    def add(self, column: pa.ChunkedArray, weights: Ints | None = None) -> None:
        """Add rows; row `i` stands `weights[i]` times (once by default).

        Huge texts are counted in slices of about 16 MB, so that no more than one slice is ever copied.
        """
        for values, repeats in _pieces(column, weights):
            tally = tally_column(self._name, values, repeats)
            if self._waiting and tally.kind != self._waiting[0].kind:
                self._settle()
            self._waiting.append(tally)
            self._waiting_bytes += tally.size
            if self._waiting_bytes > _WAITING_BYTES:
                self._condense()

    def profile(self) -> ColumnProfile:
        """Profile of all rows added, at least one chunk."""
        if self._waiting:
            self._settle()
        return self._done[0] if len(self._done) == 1 else merge_columns(self._name, self._done)

    def _condense(self) -> None:
        """Merge the waiting counts; make a profile of them if they are too many even so."""
        self._waiting = [merge_tallies(self._waiting)]
        self._waiting_bytes = self._waiting[0].size
        if self._waiting_bytes > _WAITING_BYTES // 2:
            self._settle()

    def _settle(self) -> None:
        self._done.append(_profile_of(merge_tallies(self._waiting)))
        self._waiting, self._waiting_bytes = [], 0
        if len(self._done) == _PENDING:
            self._done = [merge_columns(self._name, self._done)]


def _pieces(column: pa.ChunkedArray, weights: Ints | None) -> Iterator[tuple[pa.Array, Ints | None]]:
    if not is_text(column.type) or pa.types.is_dictionary(column.type) or column.nbytes <= _SLICE_BYTES:
        yield plain(column), weights
        return
    rows = max(len(column) * _SLICE_BYTES // column.nbytes, 1)
    for start in range(0, len(column), rows):
        yield plain(column.slice(start, rows)), None if weights is None else weights[start : start + rows]


def _profile_of(tally: Tally) -> ColumnProfile:
    if tally.kind == "text" and len(tally.values):
        return _text_profile(tally)
    rows = tally.rows
    if tally.kind == "numeric":
        moments = moments_of_floats(floats_of_keys(tally.values), rows)
    else:
        moments = moments_of_ints(tally.values, rows)
    return ColumnProfile(
        tally.kind,
        tally.count,
        tally.nulls,
        tally.nan,
        tally.positive_infinities,
        tally.negative_infinities,
        moments,
        sketch_of_keys(tally.values, rows),
    )


def _text_profile(tally: Tally) -> ColumnProfile:
    texts, rows = tally.values, tally.rows
    heads = pc.min_max(pc.utf8_slice_codeunits(texts, 0, MAX_CHARACTERS)).as_py()
    return ColumnProfile(
        "text",
        tally.count,
        tally.nulls,
        text=sketch_of_text(texts, rows),
        first_text=heads["min"],
        last_text=heads["max"],
        text_bytes=int(pc.binary_length(texts).to_numpy() @ rows),
        lengths=lengths_of_text(texts, rows),
        patterns=patterns_of_text(texts, rows),
    )
