"""What the drawings of a report share: outlines of bars, the places of marks on an axis, and text that is measured."""

import math
from html import escape
from itertools import accumulate
from unicodedata import east_asian_width

from platform_assets.quality.profile.keys import Floats

_NARROW = frozenset(" !'()*,-./:;I[]`fijlrt{|}")
_WIDE = frozenset("%@MWmw")
_SLIMMEST = 0.4
_ELLIPSIS = 1.0
_STEPS = 5


def skyline(heights: Floats) -> str:
    """Path data along the top of touching bars over 0 to 100, as `outline` of 100 by 100, but not along the base."""
    slot = 100 / len(heights)
    parts, before = [], 0.0
    for place, share in enumerate(heights.tolist()):
        y = 100 * (1 - share)
        if share:
            parts.append((f"V{y:.1f}" if before else f"M{place * slot:.2f} 100V{y:.1f}") + f"H{(place + 1) * slot:.2f}")
        elif before:
            parts.append("V100")
        before = share
    return "".join(parts) + ("V100" if before else "")


def outline(heights: Floats, width: float, height: float) -> str:
    """Path data over touching bars of equal width, from the lower left to the lower right of `width` by `height`.

    `heights` are shares of `height`, from 0 to 1; y grows downwards. The path is left open along the base.
    """
    slot = width / len(heights)
    moves = "".join(f"V{height * (1 - h):.1f}H{(i + 1) * slot:.2f}" for i, h in enumerate(heights.tolist()))
    return f"M0 {height}{moves}V{height}"


def round_marks(top: float) -> list[float]:
    """Marks of an axis from 0 to `top` (above 0) or less: at most six, 1, 2 or 5 times a power of ten apart."""
    power = 10.0 ** math.floor(math.log10(top / _STEPS))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power * _STEPS >= top * (1 - 1e-9))
    return [place * step for place in range(int(top / step + 1e-9) + 1)]


def text_width(words: str) -> float:
    """Width of a text in units of its font size, rather too wide: fonts differ, and no font is at hand to ask."""
    return sum(_letter_width(letter) for letter in words)


def fitted(words: str, room: float) -> str:
    """Text that is at most `room` font sizes wide, its end given up for an ellipsis; control characters are blanks.

    XML has no way at all to write most control characters.
    """
    most = int(room / _SLIMMEST) + 2
    clean = "".join(letter if letter.isprintable() else " " for letter in words[:most])
    if text_width(clean) <= room:
        return clean
    ends = accumulate(_letter_width(letter) for letter in clean)
    return clean[: sum(end + _ELLIPSIS <= room for end in ends)] + "…"


def _letter_width(letter: str) -> float:
    if letter in _NARROW:
        return _SLIMMEST
    if letter in _WIDE or east_asian_width(letter) in "WF":
        return 1.0
    return 0.76 if letter.isupper() else 0.64


def prose(words: str) -> str:
    """Words as HTML in which a per cent sign stays with its number."""
    return escape(words).replace(" %", "\u00a0%")


def text_at(x: float, y: float, words: str, style: str) -> str:
    """An SVG text with its baseline at (x, y); `words` are escaped, `style` names CSS classes."""
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{style}">{escape(words)}</text>'


def nice_marks(low: float, high: float, most: int = 4) -> list[float]:
    """Marks of an axis from `low` to `high` (above `low`) that lie within: at most `most` plus one, all round."""
    power = 10.0 ** math.floor(math.log10((high - low) / most))
    # Halves make poor marks where values may be whole numbers.
    factors = (1, 2, 5, 10) if power == 1 else (1, 2, 2.5, 5, 10)
    step = next(factor * power for factor in factors if factor * power * most >= (high - low) * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [place * step for place in range(first, last + 1)]
