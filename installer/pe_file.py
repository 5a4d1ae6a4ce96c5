"""The outline of a 64-bit Windows file: its directories, and where an address is in it."""

from __future__ import annotations

import struct

IMPORTS, RESOURCES, DELAYED = 1, 2, 13
_DIRECTORY_OF_64 = 112
"""Where the directories begin in the optional header of a 64-bit file."""


class WindowsFile:
    """Raises ValueError or struct.error for what is no 64-bit Windows file."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        (at,) = struct.unpack_from("<I", data, 60)
        if data[:2] != b"MZ" or data[at : at + 4] != b"PE\0\0":
            raise ValueError("no Windows file")
        sections, optional_size = struct.unpack_from("<H12xH", data, at + 6)
        self._optional = at + 24
        if struct.unpack_from("<H", data, self._optional)[0] != 0x20B:
            raise ValueError("not a 64-bit Windows file")
        self._sections = [
            struct.unpack_from("<8xIIII", data, self._optional + optional_size + 40 * number)
            for number in range(sections)
        ]

    def directory(self, number: int) -> int:
        """The address of a directory; 0 when the file has none of this kind."""
        (count,) = struct.unpack_from("<I", self.data, self._optional + _DIRECTORY_OF_64 - 4)
        if number >= count:
            return 0
        entry = self._optional + _DIRECTORY_OF_64 + 8 * number
        return int(struct.unpack_from("<I", self.data, entry)[0])

    def place(self, address: int) -> int:
        """Where in the file this address is. Raises ValueError."""
        for size, start, raw_size, raw in self._sections:
            if start <= address < start + max(size, raw_size):
                return int(raw + address - start)
        raise ValueError("an address that is in no section")
