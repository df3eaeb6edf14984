"""The frame of a plot: axes whose letters are HTML, around shapes that stretch with the page and carry no letter.

Coordinates of shapes run from 0 to 100 in both directions, y downwards.
"""

import math
from collections.abc import Sequence
from html import escape

from platform_assets.quality.report.shapes import text_width

#: A place on an axis, 0 to 100, and what is written there.
Mark = tuple[float, str]
_SIZE = 13.0


def chart(
    shapes: str, alt: str, height: int, *, x_marks: Sequence[Mark], y_marks: Sequence[Mark], notes: str = ""
) -> str:
    """One plot of `height` pixels with an alternative text; `notes` are spans over it, see `note_at`."""
    lines = "".join(f"M0 {y:.1f}H100" for y, _ in y_marks)
    left = "".join(f'<span style="top:{y:.1f}%">{escape(words)}</span>' for y, words in y_marks)
    below = "".join(_below(x, words) for x, words in x_marks)
    return (
        f'<div class="chart"><div class="y" aria-hidden="true">{left}</div><div class="plot">'
        f'<svg viewBox="0 0 100 100" preserveAspectRatio="none" height="{height}" role="img" '
        f'aria-label="{escape(alt)}"><path class="grid" d="{lines}"/>{shapes}</svg>{notes}</div>'
        f'<div class="x" aria-hidden="true">{below}</div></div>'
    )


def mark_words(value: float) -> str:
    """A round value as short as it can be written."""
    return f"{value:,.6g}" if 1e-4 <= abs(value) < 1e6 or value == 0 else f"{value:.3g}"


def note_at(x: float, words: str, style: str) -> str:
    """A word at the foot of a plot, beside the place `x` on the side that has more room."""
    side = f"left:{x:.1f}%" if x < 50 else f"right:{100 - x:.1f}%"
    return f'<span class="over {style}" style="{side}">{escape(words)}</span>'


def apart(count: int, most: int) -> list[int]:
    """At most `most` of `count` places, the first and the last among them, as even as possible."""
    if count <= most:
        return list(range(count))
    return sorted({round(place * (count - 1) / (most - 1)) for place in range(most)})


def _below(x: float, words: str) -> str:
    """A label centred below its mark, but pushed inwards at the ends of the axis."""
    width = math.ceil(_SIZE * text_width(words))
    left = f"max(0px,min({x:.1f}% - {width // 2}px,100% - {width}px))"
    return f'<span style="width:{width}px;left:{left}">{escape(words)}</span>'
