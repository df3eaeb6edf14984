"""How numbers, text and arrays are written: varints, length-prefixed bytes, arrays in the narrowest width."""

import numpy as np
import numpy.typing as npt

from platform_assets.quality.profile.errors import ProfileError
from platform_assets.quality.profile.keys import Unsigned
from platform_assets.quality.profile.moments import Moments


class Writer:
    """Appends values to a byte string."""

    def __init__(self) -> None:
        """Start empty."""
        self.data = bytearray()

    def uint(self, value: int) -> None:
        """A non-negative integer of any size, 7 bits a byte."""
        while value > 0x7F:
            self.data.append((value & 0x7F) | 0x80)
            value >>= 7
        self.data.append(value)

    def blob(self, value: bytes) -> None:
        """Bytes with their length in front."""
        self.uint(len(value))
        self.data += value

    def integer(self, value: int) -> None:
        """A signed integer of any size: trailing zero bits, then two's complement."""
        zeros = (value & -value).bit_length() - 1 if value else 0
        odd = value >> zeros
        self.uint(zeros)
        self.blob(odd.to_bytes(odd.bit_length() // 8 + 1, "little", signed=True))

    def text(self, value: str | None) -> None:
        """Text or None."""
        self.blob(b"" if value is None else b"+" + value.encode())

    def array(self, values: npt.NDArray[np.uint64]) -> None:
        """Unsigned integers in the narrowest of 1, 2, 4 or 8 bytes."""
        largest = int(values.max()) if len(values) else 0
        width = next(w for w in (1, 2, 4, 8) if largest < 1 << (8 * w))
        self.uint(width)
        self.blob(values.astype(f"<u{width}").tobytes())

    def ascending(self, values: npt.NDArray[np.uint64]) -> None:
        """Sorted integers as the first and the differences (modulo 2**64)."""
        self.uint(int(values[0]) if len(values) else 0)
        self.array(values[1:] - values[:-1] if len(values) else values)

    def moments(self, value: Moments) -> None:
        """Number and exact sums."""
        self.uint(value.n)
        self.integer(value.total)
        self.integer(value.squares)


class Reader:
    """Reads what `Writer` wrote, in the same order."""

    def __init__(self, data: bytes) -> None:
        """Start at the first byte."""
        self.data, self.at = data, 0

    def take(self, size: int) -> bytes:
        """The next `size` bytes; `ProfileError` if there are fewer."""
        piece = self.data[self.at : self.at + size]
        if len(piece) < size:
            raise ProfileError(f"profile bytes end at {len(self.data)}, more were announced; profile the data again.")
        self.at += size
        return piece

    def uint(self) -> int:
        """Inverse of `Writer.uint`."""
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def blob(self) -> bytes:
        """Inverse of `Writer.blob`."""
        return self.take(self.uint())

    def integer(self) -> int:
        """Inverse of `Writer.integer`."""
        zeros = self.uint()
        return int.from_bytes(self.blob(), "little", signed=True) << zeros

    def text(self) -> str | None:
        """Inverse of `Writer.text`."""
        value = self.blob()
        return value[1:].decode() if value else None

    def array(self) -> Unsigned:
        """Inverse of `Writer.array`."""
        width = self.uint()
        return np.frombuffer(self.blob(), dtype=f"<u{width}").astype(np.uint64)

    def ascending(self, size: int) -> Unsigned:
        """Inverse of `Writer.ascending` for `size` values."""
        first = np.array([self.uint()], dtype=np.uint64)
        return np.cumsum(np.concatenate([first, self.array()]), dtype=np.uint64)[:size]

    def moments(self) -> Moments:
        """Inverse of `Writer.moments`."""
        return Moments(self.uint(), self.integer(), self.integer())
