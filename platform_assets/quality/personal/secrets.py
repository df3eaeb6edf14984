"""The keys that protections need, as a deployment holds them; they are never part of a job, a log or a message."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from platform_assets.quality.personal.errors import KeyMissing, KeyUnfit

HASH_KEY = "PLATFORM_HASH_KEY"
VAULT = "PLATFORM_VAULT"
VAULT_KEY = "PLATFORM_VAULT_KEY"
# As long as SHA-256's output, see RFC 2104, section 3: a shorter key weakens the hash.
SHORTEST_KEY = 32


@dataclass(frozen=True)
class VaultAccess:
    """What opens a vault: a SQLAlchemy address, and the key of its values."""

    address: str
    key: str = field(repr=False)

    @property
    def file(self) -> Path | None:
        """The vault's file; None if it is a database elsewhere."""
        kind, _, path = self.address.partition(":///")
        return Path(path) if kind.startswith("sqlite") and path else None


@dataclass(frozen=True)
class Secrets:
    """Keys of a deployment; those that no declared protection needs may be missing.

    Attributes:
        hash_key: key of hashed columns (``PLATFORM_HASH_KEY``).
        vault: where tokens are kept, a file or a SQLAlchemy address (``PLATFORM_VAULT``).
        vault_key: key of the vault's values (``PLATFORM_VAULT_KEY``).
    """

    hash_key: str | None = field(default=None, repr=False)
    vault: str | None = None
    vault_key: str | None = field(default=None, repr=False)

    def require_hash_key(self, what: str) -> bytes:
        """The key as bytes.

        Args:
            what: who needs it, for the message.

        Raises:
            KeyMissing: it is not set.
            KeyUnfit: it is shorter than 32 bytes.
        """
        if not self.hash_key:
            raise KeyMissing(what, HASH_KEY, "the key of hashed columns")
        key = self.hash_key.encode()
        if len(key) < SHORTEST_KEY:
            raise KeyUnfit(HASH_KEY, f"has {len(key)} bytes, and a key needs {SHORTEST_KEY} at least")
        return key

    def require_vault(self, what: str) -> VaultAccess:
        """What opens the vault; raises KeyMissing if place or key are not set."""
        if not self.vault:
            raise KeyMissing(what, VAULT, "the place of the vault")
        if not self.vault_key:
            raise KeyMissing(what, VAULT_KEY, "the key of the vault")
        address = self.vault if "://" in self.vault else f"sqlite:///{self.vault}"
        return VaultAccess(address, self.vault_key)
