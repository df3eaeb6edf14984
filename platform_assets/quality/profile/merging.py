"""The profile of one column from those of its parts."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from platform_assets.quality.profile.column import ColumnProfile
from platform_assets.quality.profile.errors import ProfileError
from platform_assets.quality.profile.lengths import merge_lengths
from platform_assets.quality.profile.moments import Moments
from platform_assets.quality.profile.ordered import merge_ordered
from platform_assets.quality.profile.patterns import merge_patterns
from platform_assets.quality.profile.text import merge_text

Part = TypeVar("Part")


def merge_columns(name: str, parts: Sequence[ColumnProfile]) -> ColumnProfile:
    """Profile of the rows of all parts. An all-null part takes the kind of the others."""
    filled = {part.kind for part in parts if part.count > part.nulls}
    kinds = sorted(filled or {part.kind for part in parts})
    if len(filled) > 1:
        raise ProfileError(
            f"column '{name}' is {' and '.join(kinds)} in the profiles to merge; one column has one kind. "
            "Cast it to one type before profiling, or profile again the partitions that differ."
        )
    moments = Moments()
    for part in parts:
        moments = moments.plus(part.moments)
    texts = [text for part in parts for text in (part.first_text, part.last_text) if text is not None]
    return ColumnProfile(
        kind=kinds[0],
        count=sum(part.count for part in parts),
        nulls=sum(part.nulls for part in parts),
        nan=sum(part.nan for part in parts),
        positive_infinities=sum(part.positive_infinities for part in parts),
        negative_infinities=sum(part.negative_infinities for part in parts),
        moments=moments,
        ordered=merge_ordered([part.ordered for part in parts]),
        text=merge_text([part.text for part in parts]),
        first_text=min(texts, default=None),
        last_text=max(texts, default=None),
        text_bytes=_merged([part.text_bytes for part in parts if part.first_text is not None], sum),
        lengths=_merged([part.lengths for part in parts if part.first_text is not None], merge_lengths),
        patterns=_merged([part.patterns for part in parts if part.first_text is not None], merge_patterns),
    )


def _merged(parts: Sequence[Part | None], merge: Callable[[Sequence[Part]], Part]) -> Part | None:
    """What `merge` makes of the parts with values; None as soon as one of them does not know."""
    known = [part for part in parts if part is not None]
    return merge(known) if known and len(known) == len(parts) else None
