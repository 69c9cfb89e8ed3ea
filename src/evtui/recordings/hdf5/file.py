"""The bytes of an HDF5 file as its library gets them: read by us, and looked at on the way.

The library reads zeros beyond the end of a file that was cut short meanwhile, and goes round in a
heap of texts for ever where one size in it is 0.  Neither gets past this.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from evtui.errors import CannotRead, DamagedRecording

_HEAP = b"GCOL\x01"
_HEAP_HEAD = 16
_OBJECT_HEAD = 16
_WRITING = 0b101
"""Open for writing, and so that others may read meanwhile."""


class GuardedFile:
    """An open file, as ``h5py.File`` takes it in place of a path; it cannot be written to.

    h5py calls it under a lock of its own, so no two calls come at once.
    """

    def __init__(self, path: Path, *, expendable: bool = False) -> None:
        """Open the file.

        Args:
            path: the file.
            expendable: whether this process may be lost, so that filters which damage can crash
                are let loose on it, and large chunks unpacked.

        Raises:
            OSError: the operating system refuses.
        """
        self.path = path
        self.expendable = expendable
        # Without O_NONBLOCK, opening a pipe waits for somebody to write into it.
        self._descriptor: int | None = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        self.bytes = os.fstat(self._descriptor).st_size
        """Size of the file when it was opened."""
        self.length_bytes = 8
        """Bytes of a length in this file, as its superblock states them."""
        self._place = 0

    def require_whole(self) -> None:
        """Make sure that the file is open and as long as it was.

        Raises:
            CannotRead: it was closed.
            DamagedRecording: it has become shorter.
        """
        if self._descriptor is None:
            raise CannotRead(self.path, "was closed")
        if os.fstat(self._descriptor).st_size < self.bytes:
            raise DamagedRecording(self.path, "was cut short while it was open")

    def require_closed(self) -> None:
        """Make sure that nobody had the file open for writing when it was last written.

        From version 3 on, byte 11 of the superblock says so (HDF5 File Format Specification,
        II.A); the library asks only where it reads the file by itself.

        Raises:
            DamagedRecording: somebody had, and may still have.
        """
        superblock = self.bytes_at(0, 12)
        if len(superblock) == 12 and superblock[8] >= 3 and superblock[11] & _WRITING:
            raise DamagedRecording(
                self.path,
                "was not closed by the program that wrote it",
                "h5clear -s on a copy may help",
            )

    def bytes_at(self, offset: int, length: int) -> bytes:
        """Some bytes, as far as the file has them."""
        assert self._descriptor is not None
        return os.pread(self._descriptor, length, offset)

    def close(self) -> None:
        """Let go of the file; a second call does nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
        self._descriptor = None

    # What h5py asks for

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self.bytes}[whence]
        self._place = base + offset
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer from where ``seek`` went.

        Raises:
            EOFError: the file has become shorter.
            ValueError: a heap is damaged such that the library would not come back from it.
        """
        assert self._descriptor is not None
        view = memoryview(buffer).cast("B")
        done = 0
        while done < len(view):
            # One call may give less than it was asked for.
            count = os.preadv(self._descriptor, [view[done:]], self._place + done)
            if not count:
                raise EOFError("truncated file")
            done += count
        self._place += done
        if view[: len(_HEAP)] == _HEAP:
            self._check_heap(view)
        return done

    def read(self, length: int) -> bytes:
        data = self.bytes_at(self._place, length)
        self._place += len(data)
        return data

    def _check_heap(self, heap: memoryview) -> None:
        """Follow the objects of a global heap, as the library does to fill its table of them.

        Each begins with its number (2 bytes), a count (2), 4 unused bytes and its size, which for
        number 0, the free space, includes this head (HDF5 File Format Specification, III.E).
        """
        size = self._length(heap, 8)
        if not _HEAP_HEAD <= size <= self.bytes:
            raise ValueError("a heap of texts is damaged")
        if size > len(heap):
            return  # the library looks at the size only, and comes again for all of it
        place = _HEAP_HEAD
        while place + _OBJECT_HEAD <= size:
            number = int.from_bytes(heap[place : place + 2], "little")
            length = self._length(heap, place + 8)
            need = _OBJECT_HEAD + -(-length // 8) * 8 if number else length
            if not _OBJECT_HEAD <= need <= size - place:
                raise ValueError("a heap of texts is damaged")
            place += need

    def _length(self, data: memoryview, place: int) -> int:
        return int.from_bytes(data[place : place + self.length_bytes], "little")
