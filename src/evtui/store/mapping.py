"""Files mapped into memory, which give it back beside whoever held them last."""

from __future__ import annotations

import mmap
import sys
import threading

_AT_ONCE = 16 << 20
"""Bytes that are given back in a few milliseconds, and not worth a thread."""


class Mapping(mmap.mmap):
    """A mapping of a whole file, to be read.

    The system takes back a gigabyte in a quarter of a second.  An ``mmap`` that nobody holds any
    more keeps the interpreter's lock for as long, its ``close`` does not.
    """

    def __new__(cls, fd: int) -> Mapping:
        """Map a file that is not empty.

        Args:
            fd: open on the file; may be closed afterwards.

        Raises:
            OSError: it cannot be mapped.
            ValueError: it is empty.
        """
        return super().__new__(cls, fd, 0, access=mmap.ACCESS_READ)

    def __del__(self) -> None:
        never_mapped = self.closed
        if not never_mapped and len(self) > _AT_ONCE and not sys.is_finalizing():
            threading.Thread(target=self.close, name="give back", daemon=True).start()
