"""The engines of a deployment, and which of them a step was asked to use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args

from platform_assets.compute.engines.base import Engine
from platform_assets.compute.engines.choice import Wanted
from platform_assets.compute.engines.ladder import EMBEDDED_ONLY, EngineName, EngineWanted, Ladder
from platform_assets.compute.errors import EngineNotKnown

# A run with this tag uses its value instead of what is declared.
ENGINE_TAG = "platform/engine"


@dataclass(frozen=True)
class Engines:
    """Where jobs may run.

    Attributes:
        open: gives an engine by its name.
        default: for what declares none.
        asked: the value of the run's tag; None without one.
        ladder: what 'auto' chooses from.
    """

    open: Callable[[EngineName], Engine]
    default: EngineWanted = "embedded"
    asked: str | None = None
    ladder: Ladder = EMBEDDED_ONLY

    def wanted(self, declared: EngineWanted | None) -> Wanted:
        """The engine that was asked for: by the run, else by the declaration, else by the deployment.

        Raises:
            EngineNotKnown: the run asks for something else.
        """
        if self.asked is not None:
            return Wanted(_known(self.asked), f"asked for by the run's tag {ENGINE_TAG}")
        if declared is not None:
            return Wanted(declared, "as declared")
        return Wanted(self.default, "the deployment's engine (PLATFORM_ENGINE)")

    def at_hand(self) -> Engine:
        """An engine of this machine, for what no step asked of a particular one."""
        return self.open(self.default if self.default in ("embedded", "spark") else "embedded")


def _known(name: Any) -> EngineWanted:
    if name not in get_args(EngineWanted):
        raise EngineNotKnown(f"tag {ENGINE_TAG} of the run", name, get_args(EngineWanted))
    wanted: EngineWanted = name
    return wanted
