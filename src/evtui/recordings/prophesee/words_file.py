"""Files of words that all have one size, read at places with ``os.pread``.

No file is mapped into memory: one that is cut short, or lies on a mount that fails, would kill the
process.  ``pread`` gives fewer bytes or an error, and both become a ``RecordingError``.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from evtui.errors import CannotRead, DamagedRecording
from evtui.recordings.prophesee.raw_header import RawHeader, read_header

Words: TypeAlias = NDArray[Any]
"""Words as the file holds them, shape (N,), of the dtype of their format."""


class RawFile:
    """An open file with a Prophesee header, and its bytes.  Any thread may read or close it."""

    def __init__(self, path: Path) -> None:
        """Open the file and read its header.

        Raises:
            CannotRead: the operating system refuses.
            DamagedRecording: the header does not end.
        """
        self.path = path
        self._lock = threading.Lock()
        try:
            # Without O_NONBLOCK, opening a pipe waits for somebody to write into it.
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError as error:
            raise CannotRead.because(path, error) from error
        self._descriptor: int | None = descriptor
        self.bytes = os.fstat(descriptor).st_size
        """Size of the file when it was opened."""
        try:
            self.header: RawHeader = read_header(path, descriptor)
        except BaseException:
            self.close()
            raise

    def read(self, offset: int, length: int) -> bytes:
        """Bytes of the file, all of which were there when it was opened.

        Raises:
            CannotRead: the operating system refuses, or the file was closed.
            DamagedRecording: it has become shorter.
        """
        parts: list[bytes] = []
        with self._reading() as descriptor:
            while length:
                # One call may give less than it was asked for.
                parts.append(os.pread(descriptor, length, offset))
                offset += len(parts[-1])
                length -= len(parts[-1])
                if not parts[-1]:
                    raise self._cut_short()
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def will_read(self, offset: int, length: int) -> None:
        """Let the system fetch some bytes ahead, where it can.

        Many small places all over a file come far sooner if they are all asked for first.

        Raises:
            CannotRead: the file was closed.
        """
        if hasattr(os, "posix_fadvise"):
            with self._reading() as descriptor, suppress(OSError):  # it is only a hint
                os.posix_fadvise(descriptor, offset, length, os.POSIX_FADV_WILLNEED)

    def require_whole(self) -> None:
        """Make sure that the file is open and as long as it was.

        Raises:
            CannotRead: the operating system refuses, or the file was closed.
            DamagedRecording: it has become shorter.
        """
        with self._reading() as descriptor:
            if os.fstat(descriptor).st_size < self.bytes:
                raise self._cut_short()

    def close(self) -> None:
        """Let go of the file; a second call does nothing."""
        with self._lock:
            if self._descriptor is not None:
                os.close(self._descriptor)
            self._descriptor = None

    @contextmanager
    def _reading(self) -> Iterator[int]:
        """The descriptor, which nobody closes meanwhile."""
        with self._lock:
            if self._descriptor is None:
                raise CannotRead(self.path, "was closed")
            try:
                yield self._descriptor
            except OSError as error:
                raise CannotRead.because(self.path, error) from error

    def _cut_short(self) -> DamagedRecording:
        return DamagedRecording(self.path, "was cut short while it was open")


@contextmanager
def raw_file(path: Path) -> Iterator[RawFile]:
    """An open file, which is closed again if it turns out not to be what it was opened for.

    Raises:
        CannotRead: the operating system refuses.
        DamagedRecording: its header does not end.
    """
    file = RawFile(path)
    try:
        yield file
    except BaseException:
        file.close()
        raise


class WordFile:
    """The words of an open file, from ``offset`` to its end."""

    def __init__(
        self, file: RawFile, offset: int, dtype: np.dtype[Any], big_endian: bool = False
    ) -> None:
        """Find the words.

        Args:
            file: is read when words are.
            offset: of the first word, in bytes.
            dtype: of a word as it is given out, little-endian.
            big_endian: whether the file has the most significant byte of each number first.
        """
        self._file = file
        self._offset = offset
        self._dtype = dtype
        self._stored = dtype.newbyteorder(">") if big_endian else dtype
        self.count, self.left_over = divmod(max(0, file.bytes - offset), dtype.itemsize)
        """Whole words, and the bytes of one more that is cut off."""

    def read(self, start: int, stop: int) -> Words:
        """Words start to stop, both within the file; raises as ``RawFile.read`` does."""
        size = self._dtype.itemsize
        data = self._file.read(self._offset + start * size, (stop - start) * size)
        return np.frombuffer(data, self._stored).astype(self._dtype, copy=False)

    def will_read(self, start: int, stop: int) -> None:
        """Let the system fetch words start to stop ahead; raises as ``RawFile.will_read`` does."""
        size = self._dtype.itemsize
        self._file.will_read(self._offset + start * size, (stop - start) * size)

    def blocks(self, start: int, stop: int, length: int) -> Iterator[tuple[int, Words]]:
        """Words start to stop in blocks of ``length``, each with the place of its first word."""
        for place in range(start, stop, length):
            yield place, self.read(place, min(place + length, stop))
