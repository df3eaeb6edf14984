"""Names and times as Amazon writes them."""

from __future__ import annotations

import random
import string
from datetime import UTC, datetime


def identifier(prefix: str) -> str:
    """A name such as ``j-3F0Q1X...``."""
    return f"{prefix}-{''.join(random.choices(string.ascii_uppercase + string.digits, k=13))}"


def ec2_identifier(prefix: str) -> str:
    """A name such as ``i-0a1b2c...``."""
    return f"{prefix}-{random.getrandbits(68):017x}"


def now() -> datetime:
    """The time with its zone."""
    return datetime.now(UTC)
