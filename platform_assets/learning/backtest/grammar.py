"""How a policy is written: reasons joined by '+', each with its settings after colons.

never    monthly    schedule:every=3    drift    drift:psi=0.1    drift:psi=0.1:cool_down=2+decay:auc=0.05
"""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from platform_assets.learning.errors import LearningError

NEVER, AS_DECLARED, MONTHLY, SCHEDULE = "never", "as_declared", "monthly", "schedule"
DRIFT, DECAY, RATE_OF_CHANGE = "drift", "decay", "rate_of_change"
COOL_DOWN = "cool_down"
DRIFT_LIMITS = ("psi", "min_share_of_columns", "min_columns")
_WHOLE = ("every", "min_columns", COOL_DOWN)
_SHARES = ("auc", "min_share_of_columns")

# Reasons with their settings; those that are a policy of their own stand alone.
CANDIDATES: dict[str, tuple[str, ...]] = {
    NEVER: (),
    AS_DECLARED: (),
    MONTHLY: (),
    SCHEDULE: ("every", COOL_DOWN),
    DRIFT: (*DRIFT_LIMITS, COOL_DOWN),
    DECAY: ("auc", COOL_DOWN),
    RATE_OF_CHANGE: (COOL_DOWN,),
}
ALONE = (NEVER, AS_DECLARED)


class PolicyError(LearningError):
    """A policy that cannot be read; the message says what is wrong and what exists."""


@dataclass(frozen=True)
class Reason:
    """A reason to retrain and its settings by name."""

    name: str
    settings: Mapping[str, float]


def parse_policies(text: str, declared: Mapping[str, str]) -> dict[str, list[Reason]]:
    """Policies by the way they are written, from a list separated by commas; `declared` are policies by name.

    Raises `PolicyError` if the list is empty, names a policy twice, or one of them cannot be read.
    """
    written = [part.strip() for part in text.split(",") if part.strip()]
    if not written:
        raise PolicyError(f"No policy is named. Write some of: {_known(declared)}; separate them by commas.")
    for name in written:
        if written.count(name) > 1:
            raise PolicyError(f"Policy '{name}' stands twice in '{text}'. Name each once.")
    return {name: parse_policy(name, declared) for name in written}


def parse_policy(text: str, declared: Mapping[str, str]) -> list[Reason]:
    """The reasons of one policy; raises `PolicyError` for what does not exist or does not go together."""
    if text in declared:
        return parse_policy(declared[text], {})
    reasons = [_reason(part.strip(), declared) for part in text.split("+")]
    names = [reason.name for reason in reasons]
    for name in names:
        if names.count(name) > 1:
            raise PolicyError(f"Policy '{text}': '{name}' stands twice. Name each reason once.")
        if name in ALONE and len(names) > 1:
            raise PolicyError(f"Policy '{text}': '{name}' is a policy of its own. Write it without '+'.")
    if {MONTHLY, SCHEDULE} <= set(names):
        raise PolicyError(f"Policy '{text}': monthly is schedule:every=1. Keep one of them.")
    if len({reason.settings[COOL_DOWN] for reason in reasons if COOL_DOWN in reason.settings}) > 1:
        raise PolicyError(f"Policy '{text}' has two cool-downs, but it holds for all its reasons. Keep one.")
    return reasons


def _reason(text: str, declared: Mapping[str, str]) -> Reason:
    name, *parts = (part.strip() for part in text.split(":"))
    if name not in CANDIDATES:
        near = difflib.get_close_matches(name, [*CANDIDATES, *declared], n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise PolicyError(f"There is no policy '{name}'.{hint} There are: {_known(declared)}.")
    settings: dict[str, float] = {}
    for part in parts:
        key, value = _setting(name, part)
        if key in settings:
            raise PolicyError(f"'{text}': {key} stands twice. Keep one.")
        settings[key] = value
    return Reason(name, settings)


def _setting(name: str, text: str) -> tuple[str, float]:
    key, _, written = (part.strip() for part in text.partition("="))
    known = CANDIDATES[name]
    if key not in known:
        exist = f"it has {', '.join(known)}" if known else "it has none"
        raise PolicyError(f"'{name}' has no setting '{key}'; {exist}. Write it as in drift:psi=0.1.")
    try:
        value = float(written)
    except ValueError as error:
        raise PolicyError(f"'{name}:{text}': {key} must be a number, not '{written}', as in {key}=1.") from error
    problem = _problem(key, value)
    if problem:
        raise PolicyError(f"'{name}:{text}': {key} must be {problem}. Correct the number.")
    return key, value


def _problem(key: str, value: float) -> str | None:
    if key in _WHOLE:
        least = 0 if key == COOL_DOWN else 1
        return None if value.is_integer() and value >= least else f"a whole number of at least {least}"
    if key in _SHARES:
        return None if 0 < value < 1 else "between 0 and 1"
    return None if 0 < value < float("inf") else "above 0"


def _known(declared: Iterable[str]) -> str:
    built_in = [f"{name} ({', '.join(settings)})" if settings else name for name, settings in CANDIDATES.items()]
    return ", ".join([*built_in, *(f"{name} (declared)" for name in declared)])
