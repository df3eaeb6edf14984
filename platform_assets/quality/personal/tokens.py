"""Tokens of Arrow columns, from the vault."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa

from platform_assets.quality.personal.secrets import VaultAccess
from platform_assets.quality.personal.vault import opened


def tokenise_texts(access: VaultAccess, domain: str, values: pa.Array) -> pa.Array:
    """The tokens of a text column; equal values of a domain have one token, a missing one stays missing."""
    encoded = values.dictionary_encode()
    distinct = encoded.dictionary.to_pylist()
    tokens = opened(access).tokens(domain, distinct)
    return pa.array([tokens[value] for value in distinct], pa.string()).take(encoded.indices)


def tokeniser(access: VaultAccess, domain: str) -> Callable[[pa.Array], pa.Array]:
    """The tokens as a function of one column, for an engine whose workers reach the vault."""

    def tokenised(values: pa.Array) -> pa.Array:
        return tokenise_texts(access, domain, values)

    return tokenised
