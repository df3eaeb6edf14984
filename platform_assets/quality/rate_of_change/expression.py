"""Expressions of metrics, as in ``arr_delay.nulls / rows``: numbers, metrics, + - * /, parentheses, and nothing else.

They are parsed with Python's grammar and evaluated here, node by node; no code is ever executed.
"""

from __future__ import annotations

import ast
import difflib
import math
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_assets.quality.rate_of_change.metrics import METRICS, ROWS, Argument, Reference, known_metrics

if TYPE_CHECKING:
    from platform_assets.quality.profile import TableProfile

LONGEST = 300
_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


class ExpressionError(ValueError):
    """An expression that cannot be understood; the message says what, and what can be written."""


@dataclass(frozen=True)
class Negated:
    """The negative of a part."""

    part: Part


@dataclass(frozen=True)
class Combined:
    """Two parts and what is done with them."""

    left: Part
    with_right: Callable[[float, float], float]
    right: Part


Part = float | Reference | Negated | Combined


@dataclass(frozen=True)
class Expression:
    """A parsed expression; ``text`` as it was written."""

    text: str
    whole: Part

    def references(self) -> Iterator[Reference]:
        """Every metric that it names."""
        return _references(self.whole)

    def value(self, profile: TableProfile) -> float | None:
        """The number in a profile; None if a metric has none, a divisor is 0, or the result is beyond all numbers."""
        try:
            found = _value(self.whole, profile)
        except (ZeroDivisionError, OverflowError):
            return None
        return found if found is not None and math.isfinite(found) else None


def parse_expression(text: str) -> Expression:
    """Parse an expression.

    Raises:
        ExpressionError: it is no such expression, or names a metric that does not exist.
    """
    if len(text) > LONGEST:
        raise ExpressionError(f"it has {len(text)} characters and may have {LONGEST}. Shorten it.")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise ExpressionError(f"'{text}' is no expression. {_how_to_write()}") from None
    parsed = Expression(text, _part(tree))
    if next(parsed.references(), None) is None:
        raise ExpressionError(f"'{text}' names no metric, so it never changes. {_how_to_write()}")
    return parsed


def _how_to_write() -> str:
    return f"Write metrics and numbers with + - * / and parentheses; the metrics are: {known_metrics()}."


def _part(node: ast.expr) -> Part:
    if isinstance(node, ast.Constant):
        return _constant(node)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return Negated(_part(node.operand))
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return Combined(_part(node.left), _OPERATORS[type(node.op)], _part(node.right))
    if isinstance(node, ast.Name | ast.Attribute | ast.Call):
        return _metric(node)
    raise ExpressionError(f"'{ast.unparse(node)}' cannot be used here. {_how_to_write()}")


def _constant(node: ast.Constant) -> float:
    if isinstance(node.value, int | float) and not isinstance(node.value, bool):
        try:
            number = float(node.value)
        except OverflowError:
            number = math.inf
        if math.isfinite(number):
            return number
    raise ExpressionError(f"{ast.unparse(node)} is no number to calculate with. {_how_to_write()}")


def _metric(node: ast.Name | ast.Attribute | ast.Call) -> Reference:
    named: ast.expr = node.func if isinstance(node, ast.Call) else node
    if isinstance(named, ast.Name) and named.id == ROWS and named is node:
        return Reference(None, ROWS)
    if not (isinstance(named, ast.Attribute) and isinstance(named.value, ast.Name)):
        raise ExpressionError(f"'{ast.unparse(node)}' is no metric. {_how_to_write()}")
    column, name = named.value.id, named.attr
    if name not in METRICS:
        near = difflib.get_close_matches(name, METRICS, n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise ExpressionError(f"'{column}.{name}': there is no metric '{name}'.{hint} {_how_to_write()}")
    return Reference(column, name, _argument(node, f"{column}.{name}", METRICS[name].takes))


def _argument(node: ast.expr, written: str, takes: str | None) -> Argument:
    found = [*node.args, *node.keywords] if isinstance(node, ast.Call) else []
    if takes is None:
        if isinstance(node, ast.Call):
            raise ExpressionError(f"'{ast.unparse(node)}': nothing stands in parentheses. Write {written}.")
        return None
    value = found[0].value if len(found) == 1 and isinstance(found[0], ast.Constant) else None
    number = isinstance(value, int | float) and not isinstance(value, bool)
    fits = isinstance(value, str | bool) if takes == "a value" else number and 0 <= value <= 1  # type: ignore[operator]
    if not fits:
        example = f"{written}('UA')" if takes == "a value" else f"{written}(0.5)"
        raise ExpressionError(f"'{ast.unparse(node)}': {takes} stands in the parentheses. Write {example}.")
    return value  # type: ignore[return-value]


def _references(part: Part) -> Iterator[Reference]:
    if isinstance(part, Reference):
        yield part
    elif isinstance(part, Negated):
        yield from _references(part.part)
    elif isinstance(part, Combined):
        yield from _references(part.left)
        yield from _references(part.right)


def _value(part: Part, profile: TableProfile) -> float | None:
    if isinstance(part, Reference):
        return part.value(profile)
    if isinstance(part, Negated):
        inner = _value(part.part, profile)
        return None if inner is None else -inner
    if isinstance(part, Combined):
        left, right = _value(part.left, profile), _value(part.right, profile)
        return None if left is None or right is None else part.with_right(left, right)
    return part
