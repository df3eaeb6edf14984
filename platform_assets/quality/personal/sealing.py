"""How the vault encrypts values and finds them again.

Two keys are derived from the vault's key by HKDF-SHA256 (RFC 5869), so that neither use weakens the other: one seals
values with AES-256-GCM under a random 96-bit nonce (NIST SP 800-38D), the other makes keyed fingerprints.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from platform_assets.quality.personal.errors import KeyUnfit
from platform_assets.quality.personal.secrets import VAULT_KEY

KEY_BYTES = 32
NONCE_BYTES = 12


def new_key() -> str:
    """A random key of 256 bits as URL-safe base64, for the vault or for hashes."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()


class Seal:
    """Encrypts and fingerprints under one key.

    Args:
        key: 32 bytes as URL-safe base64.

    Raises:
        KeyUnfit: the key has another form.
    """

    def __init__(self, key: str) -> None:
        self._key = _decoded(key)
        self._cipher = AESGCM(self._derived(b"platform vault seal"))
        self._fingerprint_key = self._derived(b"platform vault fingerprint")

    def fingerprint(self, domain: str, value: str) -> str:
        """Which value of a domain this is, for those who have the key: HMAC-SHA256 in hexadecimal."""
        return hmac.digest(self._fingerprint_key, f"{domain}\0{value}".encode(), "sha256").hex()

    def sealed(self, value: str, context: str) -> bytes:
        """Nonce and encrypted value; opens only together with the same ``context``."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, value.encode(), context.encode())

    def opened(self, sealed: bytes, context: str) -> str | None:
        """The value that was sealed; None if key or context are other ones, or the bytes were changed."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context.encode()).decode()
        except InvalidTag:
            return None

    def _derived(self, use: bytes) -> bytes:
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=use).derive(self._key)


def _decoded(key: str) -> bytes:
    try:
        decoded = base64.b64decode(key, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise KeyUnfit(VAULT_KEY, "is not URL-safe base64") from None
    if len(decoded) != KEY_BYTES:
        raise KeyUnfit(VAULT_KEY, f"stands for {len(decoded)} bytes, and the key must have exactly {KEY_BYTES}")
    return decoded
