"""Keyed hashes of Arrow columns.

``HMAC-SHA256(key, domain || 0x00 || value)``, RFC 2104, over UTF-8 texts, written as 64 lower-case hexadecimal digits.
A domain has no zero byte, so that no two pairs of domain and value give the same message.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable

import pyarrow as pa


def hash_text(key: bytes, domain: str, value: str) -> str:
    """The keyed hash of one value; anyone who holds the key can compute it with any library."""
    return hmac.digest(key, f"{domain}\0{value}".encode(), "sha256").hex()


def hash_texts(key: bytes, domain: str, values: pa.Array) -> pa.Array:
    """The keyed hashes of a text column; each different value is hashed once, a missing one stays missing."""
    encoded = values.dictionary_encode()
    hashes = [hash_text(key, domain, value) for value in encoded.dictionary.to_pylist()]
    return pa.array(hashes, pa.string()).take(encoded.indices)


def hasher(key: bytes, domain: str) -> Callable[[pa.Array], pa.Array]:
    """The keyed hash as a function of one column, for an engine."""

    def hashed(values: pa.Array) -> pa.Array:
        return hash_texts(key, domain, values)

    return hashed
