"""Secrets that a log may hold, made unreadable before lines of it are sent to people."""

from __future__ import annotations

import re
from collections.abc import Iterable

MASK = "***"
# Shorter ones would make words of other texts unreadable.
_SHORTEST_LITERAL = 4
_NAME = (
    r"(?i:password|passwd|passphrase|secret|token|api[_.-]?key|access[_.-]?key|private[_.-]?key|account[_.-]?key"
    r"|routing[_.-]?key|credential|signature)[\w.-]*"
)
_QUOTE = r"(?:\\?[\"'])"
# Up to the quote it began with, or the end of a line that was cut; without quotes up to a space, or to what ends a
# value in JSON, a query or a list of settings.
_VALUE = (
    r"(?:(?P<quote>\\?[\"'])(?:(?!(?P=quote))(?:\\.|.))*(?:(?P=quote)|$)"
    r"|(?:[^\s\"'&,;}]|,(?![\s\"']|[\w.-]+\s*[=:]))+)"
)
_SCHEME = r"(?:(?i:bearer|basic|token|aws4-hmac-sha256)\s+)"
_SECRETS = (
    # Amazon's key ids, tokens of Slack and GitHub, and tokens in three parts of Base64 (JWT), by their own form.
    re.compile(r"(?P<kept>)\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    re.compile(r"(?P<kept>)\b(?:xox[abeprs]-[\w-]{8,}|xapp-[\w-]{8,}|gh[pousr]_\w{20,}|github_pat_\w{20,})"),
    re.compile(r"(?P<kept>)\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*"),
    re.compile(r"(?P<kept>)-----BEGIN [A-Z ]*PRIVATE KEY-----(?:.|\n)*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"),
    re.compile(r"(?P<kept>\bhttps://hooks\.slack(?:-gov)?\.com/)[\w/-]+"),
    # What a request says of its caller.
    re.compile(rf"(?P<kept>(?i:authorization){_QUOTE}?\s*[=:]\s*{_QUOTE}?{_SCHEME}?)(?!\*)[^\s\"',}}\\]+"),
    re.compile(r"(?P<kept>\b(?i:bearer)\s+)(?!\*)[\w.~+/-]{8,}=*"),
    # A name that says so, and its value.
    re.compile(rf"(?P<kept>{_NAME}{_QUOTE}?\s*[=:]\s*){_VALUE}", re.MULTILINE),
    re.compile(rf"(?P<kept>(?<![\w-])--[\w-]*{_NAME}\s+){_VALUE}", re.MULTILINE),
    # user:password@ of an address; a password may have slashes, a port and a path have no @ after them.
    re.compile(r"(?P<kept>\b[a-z][a-z0-9+.-]*://[^\s/:@\"']*:)[^\s@\"'<>]+(?=@)"),
)


def masked(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without what looks like a secret.

    Args:
        secrets: values that are known to be secret.
    """
    for known in sorted((each for each in secrets if len(each) >= _SHORTEST_LITERAL), key=len, reverse=True):
        text = text.replace(known, MASK)
    for secret in _SECRETS:
        text = secret.sub(_without_value, text)
    return text


def _without_value(found: re.Match[str]) -> str:
    quote = found.groupdict().get("quote") or ""
    return f"{found['kept']}{quote}{MASK}{quote}"
