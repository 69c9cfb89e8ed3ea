"""One direction of a link, as a model without a clock of its own."""

from __future__ import annotations

from collections import deque

PIECE = 1_024
"""Bytes that travel together; about a packet."""


class Pipe:
    """A bounded buffer that is emptied at a rate, and then a latency: ssh over a slow link."""

    def __init__(
        self, rate: float | None, latency: float, capacity: int = 4_000_000, piece: int = PIECE
    ) -> None:
        """An empty pipe.

        Args:
            rate: bytes/s, None for no limit; may be changed later.
            latency: seconds from leaving the buffer to arriving.
            capacity: bytes the buffer holds.
            piece: bytes that travel together.
        """
        self.rate = rate
        self.latency = latency
        self._capacity = capacity
        self._piece = piece
        self._waiting: deque[tuple[float, bytes]] = deque()
        self._travelling: deque[tuple[float, bytes]] = deque()
        self._buffered = 0
        self._free_at = 0.0

    def room(self, now: float) -> int:
        """Bytes the buffer still takes."""
        self._send_off(now)
        return self._capacity - self._buffered

    @property
    def empty(self) -> bool:
        """Whether all that was put has arrived and was taken."""
        return not self._waiting and not self._travelling

    def put(self, data: bytes, now: float) -> None:
        """Put bytes into the buffer.

        Raises:
            BufferError: there is no room for them.
        """
        if len(data) > self.room(now):
            raise BufferError(f"{len(data)} bytes into a buffer with room for {self.room(now)}")
        for start in range(0, len(data), self._piece):
            self._waiting.append((now, data[start : start + self._piece]))
        self._buffered += len(data)

    def take(self, now: float) -> list[tuple[float, bytes]]:
        """What has arrived since the last call, each piece with its time."""
        self._send_off(now)
        taken = []
        while self._travelling and self._travelling[0][0] <= now:
            taken.append(self._travelling.popleft())
        return taken

    def next_arrival(self, now: float) -> float | None:
        """When the next piece arrives; None while the pipe is empty."""
        self._send_off(now)
        if self._travelling:
            return self._travelling[0][0]
        return self._leaves_at() + self.latency if self._waiting else None

    def _leaves_at(self) -> float:
        """When the first waiting piece has left the buffer."""
        put_at, piece = self._waiting[0]
        return max(self._free_at, put_at) + (len(piece) / self.rate if self.rate else 0.0)

    def _send_off(self, now: float) -> None:
        while self._waiting and (left_at := self._leaves_at()) <= now:
            _, piece = self._waiting.popleft()
            self._free_at = left_at
            self._buffered -= len(piece)
            self._travelling.append((left_at + self.latency, piece))
