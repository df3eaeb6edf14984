"""The vault's tables, and how its database is opened."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from platform_assets.quality.personal.errors import VaultUnavailable

# Writers of one SQLite file wait for each other this long.
BUSY_SECONDS = 60

_METADATA = sa.MetaData()

TOKENS = sa.Table(
    "tokens",
    _METADATA,
    sa.Column("token", sa.String(64), primary_key=True),
    sa.Column("domain", sa.String(255), nullable=False),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Column("created_at", sa.String(32), nullable=False),
    sa.UniqueConstraint("domain", "fingerprint"),
)
LOOKS = sa.Table(
    "looks",
    _METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", sa.String(32), nullable=False),
    sa.Column("who", sa.String(255), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("token", sa.Text, nullable=False),
    sa.Column("known", sa.Boolean, nullable=False),
)
# One row: a known text, sealed with the key with which the vault was made.
PROOF = sa.Table(
    "proof", _METADATA, sa.Column("name", sa.String(16), primary_key=True), sa.Column("sealed", sa.LargeBinary)
)

_INSERTS = {
    TOKENS.name: (
        "INSERT INTO tokens (token, domain, fingerprint, sealed, created_at) "
        "VALUES (:token, :domain, :fingerprint, :sealed, :created_at) ON CONFLICT DO NOTHING"
    ),
    PROOF.name: "INSERT INTO proof (name, sealed) VALUES (:name, :sealed) ON CONFLICT DO NOTHING",
}


def insert_unless_there(table: sa.Table) -> sa.TextClause:
    """An insert that leaves rows of others alone; SQLite and PostgreSQL understand the same words."""
    return sa.text(_INSERTS[table.name])


def open_engine(address: str) -> sa.Engine:
    """The database at an address, with its tables; a new SQLite file is readable for its owner alone.

    Raises:
        VaultUnavailable: it cannot be opened.
    """
    shown = sa.make_url(address).render_as_string(hide_password=True)
    with answering(shown):
        url = sa.make_url(address)
        options: dict[str, Any] = {}
        if url.get_backend_name() == "sqlite" and url.database:
            _create_private(Path(url.database))
            options["connect_args"] = {"timeout": BUSY_SECONDS}
        # A message of a failed statement must not show its values.
        engine = sa.create_engine(url, hide_parameters=True, pool_pre_ping=True, **options)
        _create_tables(engine)
        return engine


@contextlib.contextmanager
def answering(shown: str) -> Iterator[None]:
    """Tell failures of the database as such, in their first line."""
    try:
        yield
    except (sa.exc.SQLAlchemyError, OSError, ImportError) as error:
        raise VaultUnavailable(shown, str(error).splitlines()[0].rstrip(".")) from None


def _create_tables(engine: sa.Engine) -> None:
    """Create what is missing, again if another process creates the same tables between the look and the leap."""
    for _ in range(len(_METADATA.tables)):
        with contextlib.suppress(sa.exc.DBAPIError):
            return _METADATA.create_all(engine)
    return _METADATA.create_all(engine)


def _create_private(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
