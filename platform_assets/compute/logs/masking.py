"""Secrets that a log may hold, made unreadable before lines of it are sent to people."""

from __future__ import annotations

import re

MASK = "***"
_VALUE = r"[^\s\"'&,;}]+"
_SECRETS = (
    # Amazon's key ids, and tokens of Slack and GitHub, by their own form.
    re.compile(r"(?P<kept>)\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    re.compile(r"(?P<kept>)\b(?:xox[abeprs]-[\w-]{8,}|gh[pousr]_\w{20,})"),
    # A name that says so, and its value.
    re.compile(
        r"(?P<kept>(?i:password|passwd|secret|token|api_?key|access_?key|credential|signature)[\w.-]*[\"']?\s*[=:]\s*[\"']?)"
        + _VALUE
    ),
    re.compile(r"(?P<kept>(?i:authorization:\s*(?:bearer|basic))\s+)\S+"),
    # user:password@ of an address.
    re.compile(r"(?P<kept>\b[a-z][a-z0-9+.-]*://[^\s/:@]*:)[^\s/@]+(?=@)"),
)


def masked(text: str) -> str:
    """The text without what looks like a secret."""
    for secret in _SECRETS:
        text = secret.sub(rf"\g<kept>{MASK}", text)
    return text
