"""The vault: which token stands for which value, encrypted, with a log of everyone who looked.

It is a database of its own, apart from the lake: a SQLite file, or a PostgreSQL database that several machines share.
Equal values are found again by a keyed fingerprint, so that giving out a token needs no decryption.
"""

from __future__ import annotations

import functools
import os
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from platform_assets.quality.personal.errors import UnknownToken, WrongVaultKey
from platform_assets.quality.personal.sealing import Seal
from platform_assets.quality.personal.secrets import VaultAccess
from platform_assets.quality.personal.vault_tables import (
    LOOKS,
    PROOF,
    TOKENS,
    answering,
    insert_unless_there,
    open_engine,
)

PREFIX = "tok_"
TOKEN_BYTES = 16
# SQLite takes 32,766 variables in a statement, older ones 999.
CHUNK = 500
# Fingerprints of a domain that are kept in memory, about 200 bytes each.
REMEMBERED = 500_000
_PROOF = "platform vault"


@dataclass(frozen=True)
class Look:
    """Who asked for the value of which token, when (UTC) and why; ``known`` is false if there was no such token."""

    at: str
    who: str
    reason: str
    token: str
    known: bool


class Vault:
    """A vault that is open with its key; safe for many threads and processes at once.

    Raises:
        VaultUnavailable: the database cannot be used.
        WrongVaultKey: the vault was made with another key.
    """

    def __init__(self, access: VaultAccess) -> None:
        self._seal = Seal(access.key)
        self.place = sa.make_url(access.address).render_as_string(hide_password=True)
        self._engine = open_engine(access.address)
        # Tokens never change; an engine asks for those of a few thousand rows at a time.
        self._seen: dict[str, dict[str, str]] = {}
        with answering(self.place), self._engine.begin() as connection:
            proof = {"name": "key", "sealed": self._seal.sealed(_PROOF, _PROOF)}
            connection.execute(insert_unless_there(PROOF), proof)
            kept = connection.execute(sa.select(PROOF.c.sealed)).scalar_one()
        if self._seal.opened(kept, _PROOF) != _PROOF:
            raise WrongVaultKey(self.place)

    def tokens(self, domain: str, values: Sequence[str]) -> dict[str, str]:
        """The token of each value in a domain; a value that has none gets a random one.

        Processes that ask at once for the same new value get the same token: the first insert wins, and all read again.
        """
        prints = {self._seal.fingerprint(domain, value): value for value in values}
        found = self._seen_before(domain, list(prints))
        found |= self._known(domain, [mark for mark in prints if mark not in found])
        missing = {mark: value for mark, value in prints.items() if mark not in found}
        if missing:
            self._create(domain, missing)
            found |= self._known(domain, list(missing))
        self._remember(domain, found)
        return {value: found[mark] for mark, value in prints.items()}

    def reveal(self, token: str, who: str, reason: str) -> str:
        """The value that a token stands for; that someone looked is on record before they see it.

        Raises:
            UnknownToken: there is no such token.
        """
        with answering(self.place), self._engine.begin() as connection:
            row = connection.execute(sa.select(TOKENS.c.domain, TOKENS.c.sealed).where(TOKENS.c.token == token)).first()
            look = {"at": _now(), "who": who, "reason": reason, "token": token, "known": row is not None}
            connection.execute(LOOKS.insert(), look)
        if row is None:
            raise UnknownToken(self.place, token)
        value = self._seal.opened(row.sealed, _context(row.domain, token))
        if value is None:
            raise WrongVaultKey(self.place)
        return value

    def looks(self) -> list[Look]:
        """Everyone who looked, the latest first."""
        columns = (LOOKS.c.at, LOOKS.c.who, LOOKS.c.reason, LOOKS.c.token, LOOKS.c.known)
        with answering(self.place), self._engine.connect() as connection:
            rows = connection.execute(sa.select(*columns).order_by(LOOKS.c.number.desc())).all()
        return [Look(*row) for row in rows]

    def _seen_before(self, domain: str, prints: list[str]) -> dict[str, str]:
        # Another thread may clear it meanwhile.
        pairs = ((mark, self._seen.get(domain, {}).get(mark)) for mark in prints)
        return {mark: token for mark, token in pairs if token is not None}

    def _remember(self, domain: str, found: dict[str, str]) -> None:
        seen = self._seen.setdefault(domain, {})
        if len(seen) > REMEMBERED:
            seen.clear()
        seen.update(found)

    def _known(self, domain: str, prints: list[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        with answering(self.place), self._engine.connect() as connection:
            for chunk in _chunks(prints):
                query = sa.select(TOKENS.c.fingerprint, TOKENS.c.token).where(
                    TOKENS.c.domain == domain, TOKENS.c.fingerprint.in_(chunk)
                )
                found |= {row.fingerprint: row.token for row in connection.execute(query)}
        return found

    def _create(self, domain: str, missing: dict[str, str]) -> None:
        # In one order everywhere: two transactions that insert the same rows otherwise could wait for each other.
        rows = [self._row(domain, mark, value) for mark, value in sorted(missing.items())]
        with answering(self.place), self._engine.begin() as connection:
            connection.execute(insert_unless_there(TOKENS), rows)

    def _row(self, domain: str, mark: str, value: str) -> dict[str, str | bytes]:
        token = PREFIX + secrets.token_hex(TOKEN_BYTES)
        sealed = self._seal.sealed(value, _context(domain, token))
        return {"token": token, "domain": domain, "fingerprint": mark, "sealed": sealed, "created_at": _now()}


def opened(access: VaultAccess) -> Vault:
    """This process's vault at that address; a forked child opens its own."""
    return _opened(access, os.getpid())


@functools.cache
def _opened(access: VaultAccess, process: int) -> Vault:
    return Vault(access)


def _context(domain: str, token: str) -> str:
    # A sealed value that is copied to another token or domain does not open there.
    return f"{domain}\0{token}"


def _chunks(items: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
