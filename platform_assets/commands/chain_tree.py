"""The chain behind a prediction as a tree for people."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from platform_assets.commands.shown import WIDE

if TYPE_CHECKING:
    from rich.text import Text
    from rich.tree import Tree

    from platform_assets.pipeline.explain import Link

_CONTRIBUTIONS_SHOWN = 10
_DIGEST_SHOWN = 12


def print_chain(link: Link) -> None:
    """Print a chain, then how many of its links are resolved."""
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else WIDE, highlight=False)
    console.print(_tree(link))
    links, problems = list(link.walk()), link.problems
    console.print(f"\n{len(links) - len(problems)} of {len(links)} links resolved.")


def _tree(link: Link, parent: Tree | None = None) -> Tree:
    from rich.tree import Tree

    head = _head(link)
    branch = Tree(head) if parent is None else parent.add(head)
    for line in _lines(link):
        branch.add(line)
    for behind in link.links:
        _tree(behind, branch)
    return branch


def _head(link: Link) -> Text:
    from rich.text import Text

    text = Text.assemble((link.kind, "bold"), f" {link.name}")
    if link.problem:
        text.append(f"\ncannot be resolved: {link.problem}", "yellow")
    return text


def _lines(link: Link) -> Iterator[Text]:
    from rich.text import Text

    if link.kind == "feature contributions" and link.facts:
        yield from (Text(line) for line in _contributions(link.facts))
        return
    short = {name: value for name, value in link.facts.items() if not _is_nested(value) and value not in (None, [], "")}
    shown = "; ".join(f"{name}: {_value(value)}" for name, value in short.items() if str(value) != link.name)
    if shown:
        yield Text(shown, "dim")
    for name, value in link.facts.items():
        yield from (Text(line, "dim") for line in _nested(name, value))


def _is_nested(value: Any) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, list) and any(isinstance(one, Mapping) for one in value))


def _nested(name: str, value: Any) -> Iterator[str]:
    """A line for a mapping with something in it, and for each row of a list of rows."""
    if isinstance(value, Mapping) and value:
        yield f"{name}: {_values(value)}"
    elif name == "rows" and value == []:
        yield "row: none has these values"
    elif _is_nested(value) and not isinstance(value, Mapping):
        yield from (f"row: {_values(row)}" for row in value)


def _contributions(facts: Mapping[str, Any]) -> Iterator[str]:
    found = facts["features"]
    yield f"log-odds {facts['expected']:+.3f} on average of {facts['background rows']} {facts['background']}"
    width = max(len(one["feature"]) for one in found)
    for one in found[:_CONTRIBUTIONS_SHOWN]:
        yield f"{one['log_odds']:+.3f} ± {one['error']:.3f}  {one['feature']:<{width}}  = {_value(one['value'])}"
    rest = found[_CONTRIBUTIONS_SHOWN:]
    if rest:
        yield f"{sum(one['log_odds'] for one in rest):+.3f}          {len(rest)} other features together"
    yield f"log-odds {facts['predicted']:+.3f} of this row: probability {facts['probability now']:.4f}"


def _values(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={_value(value)}" for name, value in values.items())


def _value(value: Any) -> str:
    if value is None:
        return "missing"
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes").replace("+00:00", "Z")
    if isinstance(value, float):
        return f"{value:.6g}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
