"""A player that sends frames through a simulated link as its pacer allows, in simulated time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from evtui.playback.pacing import Pacer
from support.pipe import Pipe


@dataclass
class Run:
    """What came of it."""

    sent: list[tuple[float, float]] = field(default_factory=list)
    """Of each frame, when it was sent and, at the far end, drawn."""
    overdrawn: list[float] = field(default_factory=list)
    """Bytes in flight over the allowance, of each frame sent while others were in flight."""
    seconds: float = 0.0
    bytes_drawn: int = 0

    def ages(self, since: float = 0.0) -> list[float]:
        """Seconds from sending to drawing, of the frames sent after a time."""
        return [drawn - sent for sent, drawn in self.sent if sent >= since]

    def frame_rate(self, since: float, until: float) -> float:
        return sum(since <= drawn < until for _, drawn in self.sent) / (until - since)


class SimulatedLink:
    """Both directions, and the terminal that answers at the far end."""

    def __init__(self, rate: float, round_trip: float, answers: bool = True) -> None:
        self.down = Pipe(rate, round_trip / 2, piece=1 << 14)
        self.up = Pipe(None, round_trip / 2)
        self.answers = answers
        self.drawn: list[tuple[float, int | None]] = []
        """When each message was drawn, and its question's id."""
        self._ends: list[tuple[int, int | None]] = []
        self._written = self._arrived = 0

    def send(self, size: int, id: int | None, now: float) -> None:
        """Write a message that ends with a question."""
        self.down.put(bytes(size), now)
        self._written += size
        self._ends.append((self._written, id))

    def take_answers(self, now: float) -> list[int]:
        """Ids of the answers that are back."""
        for arrived, piece in self.down.take(now):
            self._arrived += len(piece)
            while self._ends and self._ends[0][0] <= self._arrived:
                _, id = self._ends.pop(0)
                self.drawn.append((arrived, id))
                if id is not None and self.answers:
                    self.up.put(id.to_bytes(2), arrived)
        return [int.from_bytes(data) for _, data in self.up.take(now)]

    def next_event(self, now: float) -> float:
        """When something happens by itself."""
        times = [self.down.next_arrival(now), self.up.next_arrival(now)]
        return min((time for time in times if time is not None), default=float("inf"))


PROBE_BYTES = 20


def play(
    pacer: Pacer,
    link: SimulatedLink,
    seconds: float,
    frame_bytes: Callable[[int], int] = lambda number: 14_000,
    fps: float = 60.0,
    start: float = 100.0,
    at: dict[float, Callable[[], None]] | None = None,
) -> Run:
    """Play for some simulated seconds.

    Args:
        pacer: decides.
        link: carries.
        seconds: how long.
        frame_bytes: the size of each frame, by its number.
        fps: frames/s the player would show.
        start: the clock's first time.
        at: what else happens, by seconds from the start, such as a link that changes.
    """
    run, now, end = Run(seconds=seconds), start, start + seconds
    events = sorted((at or {}).items())
    frame_due, sent_at, sizes = start, [], {}
    while now < end:
        while events and start + events[0][0] <= now:
            events.pop(0)[1]()
        for id in link.take_answers(now):
            pacer.answered(id, now)
        if now >= frame_due and pacer.may_send(now):
            probe = pacer.probe(now)
            if probe is not None:
                link.send(PROBE_BYTES, probe, now)
            before = pacer.state(now).in_flight
            if before:
                run.overdrawn.append(before - pacer.allowance)
            size = frame_bytes(len(sent_at))
            link.send(size, pacer.sent(size, now), now)
            sizes[len(link.drawn) + len(link._ends) - 1] = (now, size)
            sent_at.append(now)
            frame_due = max(frame_due + 1 / fps, now)
        chance = max(frame_due, pacer.next_chance(now))
        assert chance > now or pacer.may_send(now)
        nexts = [chance, link.next_event(now), *(start + when for when, _ in events[:1])]
        now = max(min(nexts), now)
    for place, (drawn, _) in enumerate(link.drawn):
        if place in sizes:
            sent, size = sizes[place]
            run.sent.append((sent - start, drawn - start))
            run.bytes_drawn += size
    return run
