"""Portable, vectorised mappings from values to 64-bit integers: order-preserving keys and well-mixed hashes.

Everything here is plain integer arithmetic, so every machine and engine computes the same numbers.
"""

import hashlib

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ints = npt.NDArray[np.int64]
Unsigned = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]

_MAGNITUDE = np.int64(0x7FFF_FFFF_FFFF_FFFF)
_FNV_OFFSET = np.uint64(0xCBF2_9CE4_8422_2325)
_FNV_PRIME = np.uint64(0x0000_0100_0000_01B3)
_LONG_TEXT_BYTES = 256
_INVERSE_FIRST = pow(0xBF58_476D_1CE4_E5B9, -1, 1 << 64)
_INVERSE_SECOND = pow(0x94D0_49BB_1331_11EB, -1, 1 << 64)


def keys_of_floats(values: Floats) -> Ints:
    """Order-preserving int64 of finite doubles: `a < b` exactly when `key(a) < key(b)`; -0.0 equals 0.0.

    A non-negative IEEE 754 double already sorts like its bits; for a negative one the magnitude bits are flipped.
    """
    bits = (values + 0.0).view(np.int64)
    return np.where(bits >= 0, bits, bits ^ _MAGNITUDE)


def floats_of_keys(keys: Ints) -> Floats:
    """Inverse of `keys_of_floats`."""
    return np.where(keys >= 0, keys, keys ^ _MAGNITUDE).view(np.float64)


def mix(keys: Unsigned) -> Unsigned:
    """Hash of 64-bit integers: the finaliser of SplitMix64 (Steele, Lea, Flood 2014), a bijection."""
    with np.errstate(over="ignore"):
        mixed = keys + np.uint64(0x9E37_79B9_7F4A_7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58_476D_1CE4_E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D0_49BB_1331_11EB)
        return np.asarray(mixed ^ (mixed >> np.uint64(31)), dtype=np.uint64)


def unmix(hashes: Unsigned) -> Unsigned:
    """Inverse of `mix`: the integers with these hashes."""
    with np.errstate(over="ignore"):
        mixed = _unshifted(_unshifted(hashes, 31) * np.uint64(_INVERSE_SECOND), 27) * np.uint64(_INVERSE_FIRST)
        return np.asarray(_unshifted(mixed, 30) - np.uint64(0x9E37_79B9_7F4A_7C15), dtype=np.uint64)


def _unshifted(values: Unsigned, bits: int) -> Unsigned:
    """Inverse of `x ^ (x >> bits)` for `bits` above 21: three terms of the alternating series reach all 64 bits."""
    return np.asarray(values ^ (values >> np.uint64(bits)) ^ (values >> np.uint64(2 * bits)))


def hashes_of_text(values: pa.LargeStringArray) -> Unsigned:
    """64-bit hash of each string's UTF-8 bytes: FNV-1a, then `mix`; BLAKE2b above 256 bytes. No nulls expected.

    FNV-1a runs over byte positions, not over strings, which NumPy does for all strings at once.
    """
    if len(values) == 0:
        return np.empty(0, dtype=np.uint64)
    _, offset_buffer, data_buffer = values.buffers()
    offsets = np.frombuffer(offset_buffer, dtype=np.int64)[values.offset : values.offset + len(values) + 1]
    data = np.frombuffer(data_buffer or b"", dtype=np.uint8)
    lengths = np.diff(offsets)
    hashes = mix(_fnv1a(data, offsets[:-1], np.where(lengths > _LONG_TEXT_BYTES, 0, lengths)))
    for row in np.flatnonzero(lengths > _LONG_TEXT_BYTES):
        digest = hashlib.blake2b(data[offsets[row] : offsets[row + 1]].tobytes(), digest_size=8).digest()
        hashes[row] = int.from_bytes(digest, "little")
    return hashes


def _fnv1a(data: npt.NDArray[np.uint8], starts: Ints, lengths: Ints) -> Unsigned:
    """FNV-1a of many byte strings; longest first, so that those still running are always a leading slice."""
    order = np.argsort(-lengths, kind="stable")
    starts, lengths = starts[order], lengths[order]
    state = np.full(len(starts), _FNV_OFFSET, dtype=np.uint64)
    running = np.searchsorted(-lengths, -np.arange(int(lengths[0]), dtype=np.int64), side="left")
    with np.errstate(over="ignore"):
        for position, count in enumerate(running.tolist()):
            state[:count] = (state[:count] ^ data[starts[:count] + position]) * _FNV_PRIME
    hashes = np.empty_like(state)
    hashes[order] = state
    return hashes
