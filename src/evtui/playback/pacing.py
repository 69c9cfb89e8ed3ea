"""Pacing: when the next frame may be sent, told from how the link carried the ones before.

A program behind ssh can write far more than the link carries: ssh and TCP keep megabytes, and
whatever a key changes comes after all of it.  So each frame ends with a question that the terminal
answers once it has drawn the frame (see ``evtui.tui.probes``), and from the answers we know what is
still on its way, how fast the link is, and how long an answer takes on an idle link.

The rule: send when nothing is in flight, or when the link, at the highest rate lately measured,
will have carried within 50 ms all that is.  So the link never idles, and a frame never waits for
longer than that before it is carried.  The estimate is held to what the answers say: but for the
oldest frame, what is in flight stays under what the link carries in a base round trip and 50 ms.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

Mode = Literal["link", "queue", "limited", "off"]
"""What decides: the terminal's answers; our own writer's queue, where nobody answers; a byte-rate
limit besides; nothing."""

SLACK_S = 0.05
"""What may wait in front of the link, in seconds of its work.  It is also the shortest time a rate
is measured over, so that answers that come in a bunch do not look fast."""

SILENCE_S = 3.0
"""After this long without an answer, what is in flight is forgotten."""

RATES_KEPT = 12
FEWEST_BASES = 3
BASES_OVER_S = 30.0
"""The base round trip is the least measured over this time, and the least of three at least: one
that waited behind other bytes, such as another screen's, does not count then."""

PROBE_EVERY_S = 2.0
"""How often a probe goes out where frames leave the link idle in between."""

DRAIN_EVERY_S = 10.0
"""After this long without a probe, frames wait until the link is idle."""

QUEUE_POLL_S = 0.01
SHOWN_OVER_S = 1.0

SWITCH = "EVTUI_PACING"
"""The environment variable that turns pacing off: ``EVTUI_PACING=off``."""

MULTIPLEXERS = ("TMUX", "STY", "ZELLIJ")
MAX_RATE_BEHIND_MULTIPLEXER = 100_000
"""Bytes/s: a little under 1 Mbit/s, the slowest link on which keys are promised to answer."""


def default_max_rate(environment: Mapping[str, str]) -> int | None:
    """The limit in bytes/s where the link cannot be seen: in a terminal multiplexer, over ssh.

    tmux, screen and zellij answer for the terminal, in under a millisecond, whatever the link.
    """
    inside = any(environment.get(name) for name in MULTIPLEXERS)
    return MAX_RATE_BEHIND_MULTIPLEXER if inside and environment.get("SSH_CONNECTION") else None


def pacing_wanted(environment: Mapping[str, str]) -> bool:
    """False where ``SWITCH`` says ``off``."""
    return environment.get(SWITCH, "").strip().lower() != "off"


@dataclass(frozen=True, slots=True)
class LinkState:
    """What the pacer knows of the link, to be shown."""

    mode: Mode
    bytes_per_second: float
    """Carried during the last second; written, where nobody answers."""
    round_trip: float | None
    """Seconds from a question to its answer on the idle link; None before the first answer."""
    delay: float | None
    """Seconds from sending to answer, of the last frame answered."""
    in_flight: int
    """Bytes sent and not yet answered."""


@dataclass(slots=True)
class _Request:
    """A question on its way: at the end of a frame, or bare."""

    id: int
    size: int
    """Bytes of its frame; 0 for a bare probe."""
    sent_at: float
    carried_before: int
    """Bytes known to be carried when it was sent, …"""
    busy_from: float
    """… and when the link went on from there."""
    forgotten: bool = False


class Pacer:
    """Decides when the next frame may be sent.

    A plain state machine: every call is told the time, ``now``, in seconds of a monotonic clock.
    Before each frame the caller asks ``may_send``, sends a bare probe if ``probe`` gives one, then
    the frame with the id from ``sent``; it tells ``answered`` of each answer, and asks again then
    or at ``next_chance``.
    """

    def __init__(
        self,
        columns: int,
        max_rate: float | None = None,
        enabled: bool = True,
        queued: Callable[[], int] = lambda: 0,
    ) -> None:
        """Begin, knowing nothing of the link.

        Args:
            columns: the terminal's width.
            max_rate: bytes/s never to exceed for long; None for no limit.
            enabled: False lets every frame through and asks the terminal nothing.
            queued: how many writes of our own wait to be written; asked where nobody answers.
        """
        self._columns = columns
        self.max_rate = max_rate
        """Bytes/s never to exceed for long; None for no limit."""
        self._enabled = enabled
        self._queued = queued
        self._last_id = 0
        self._requests: deque[_Request] = deque()
        self._rates: deque[float] = deque(maxlen=RATES_KEPT)
        self._bases: deque[tuple[float, float]] = deque()
        """When a base round trip was measured, and what it was, in seconds."""
        self._first_asked: float | None = None
        self._last_probe = 0.0
        self._answer_at: float | None = None
        self._delay: float | None = None
        self._carried = 0
        self._busy_from = 0.0
        """When the link began with what is in flight: when that was sent, or when what was before
        it had left, a base round trip before its answer; the later of the two."""
        self._paid_off_at = 0.0
        self._recent: deque[tuple[float, int]] = deque(maxlen=256)

    # What the caller tells and asks

    def next_chance(self, now: float) -> float:
        """When a frame may be sent if no answer comes before; not after ``now`` for at once."""
        if not self._enabled:
            return now
        if self._unanswered(now):
            chance = now if self._queued() == 0 else now + QUEUE_POLL_S
        else:
            chance = self._link_chance(now)
        return chance if self.max_rate is None else max(chance, self._paid_off_at)

    def may_send(self, now: float) -> bool:
        """Whether a frame may be sent now."""
        return self.next_chance(now) <= now

    def probe(self, now: float) -> int | None:
        """The id of a bare probe to send ahead of the next frame, or alone; None for no probe.

        A probe goes out only where nothing waits in front of the link: three at the start, and no
        second frame before they are answered; then now and again.  It must not be written behind
        bytes of a frame, or it measures them.
        """
        due = self._probe_due(now, PROBE_EVERY_S)
        if not self._enabled or not due or self._free_at(self._counted(now), now) > now:
            return None
        self._last_probe = now
        return self._ask(0, now)

    def sent(self, size: int, now: float) -> int | None:
        """Note that a frame is being sent; one that answers a key may go without ``may_send``.

        Args:
            size: its bytes, and those of whatever else was written since the frame before.

        Returns:
            The id of the question that goes with it, from 1 up to the terminal's width less one;
            None for no question.
        """
        if not self._enabled or self._unanswered(now):
            self._recent.append((now, size))
        if not self._enabled:
            return None
        if self.max_rate is not None:
            self._paid_off_at = max(self._paid_off_at, now - SLACK_S) + size / self.max_rate
        return self._ask(size, now)

    def answered(self, id: int, now: float) -> None:
        """Note an answer.  It speaks for all that was sent before it, too.

        Answers that were given before, or to nothing that was asked, mean nothing.
        """
        if all(request.id != id for request in self._requests):
            return
        drawn = self._requests.popleft()
        frames = drawn.size
        while drawn.id != id:
            drawn = self._requests.popleft()
            frames += drawn.size
        self._carried += frames
        self._recent.append((now, frames))
        self._note_round_trip(drawn, now)
        if drawn.size:
            self._delay = now - drawn.sent_at
            self._note_rate(drawn, now)
        self._answer_at = now
        self._busy_from = now - (self.base_round_trip or 0.0)
        if self._requests:
            self._busy_from = max(self._busy_from, self._requests[0].sent_at)

    def resized(self, columns: int) -> None:
        """The terminal has another width: questions it can no longer answer are dropped."""
        self._columns = columns
        self._requests = deque(each for each in self._requests if each.id <= self._ids)

    def settled(self, now: float) -> bool:
        """Whether no answer is on its way; one that comes after we quit is typed into the shell."""
        return self._unanswered(now) or not self._counted(now)

    def settles_at(self, now: float) -> float:
        """When the last answer that is on its way should be here; not after ``now`` for none."""
        if self.settled(now):
            return now
        return self._free_at(self._counted(now), now) + (self.base_round_trip or 0.0)

    def state(self, now: float) -> LinkState:
        """What to show of the link."""
        moved = sum(size for moment, size in self._recent if moment > now - SHOWN_OVER_S)
        in_flight = sum(request.size for request in self._counted(now))
        return LinkState(
            self.mode(now), moved / SHOWN_OVER_S, self.base_round_trip, self._delay, in_flight
        )

    # What is known of the link

    @property
    def base_round_trip(self) -> float | None:
        """Seconds an answer takes on the idle link; None before the first answer."""
        return min((took for _, took in self._bases), default=None)

    @property
    def rate(self) -> float | None:
        """Bytes/s the link can carry: the highest of the last measured; None until it is known."""
        return max(self._rates, default=None)

    @property
    def allowance(self) -> float:
        """Bytes that may be in flight when another frame is sent; 0 until the link is known."""
        if self.rate is None or self.base_round_trip is None:
            return 0.0
        return self.rate * (self.base_round_trip + SLACK_S)

    @property
    def _ids(self) -> int:
        """The highest id.

        The last column is none: a terminal that became narrower meanwhile answers its last column
        for every id that lies beyond.
        """
        return max(1, self._columns - 1)

    def mode(self, now: float) -> Mode:
        """What decides now when frames are sent."""
        if not self._enabled:
            return "off"
        if self.max_rate is not None:
            return "limited"
        return "queue" if self._unanswered(now) else "link"

    def _unanswered(self, now: float) -> bool:
        """Whether this terminal does not answer at all."""
        asked = self._first_asked
        return self._answer_at is None and asked is not None and now >= asked + SILENCE_S

    def _counted(self, now: float) -> list[_Request]:
        """The requests in flight, oldest first; none after a long silence."""
        counted = [request for request in self._requests if not request.forgotten]
        return counted if counted and now < self._silent_until(counted) else []

    def _silent_until(self, counted: list[_Request]) -> float:
        """When requests are forgotten unless an answer comes; later for more than 1.5 s of work."""
        work = 0.0
        if self.rate is not None and self.base_round_trip is not None:
            work = self.base_round_trip + sum(each.size for each in counted) / self.rate
        since = counted[0].sent_at
        if self._answer_at is not None:
            since = max(since, self._answer_at)
        return since + max(SILENCE_S, 2 * work)

    def _probe_due(self, now: float, every_s: float) -> bool:
        """Whether no probe is on its way, and the last one is too old or one of too few."""
        if any(not each.size and not each.forgotten for each in self._requests):
            return False
        return len(self._bases) < FEWEST_BASES or now >= self._last_probe + every_s

    # The rule

    def _link_chance(self, now: float) -> float:
        """When the link has room for a frame, if no answer comes before."""
        counted = self._counted(now)
        frames = [request.size for request in counted if request.size]
        if not frames:
            return now
        silent_until = self._silent_until(counted)
        after_the_oldest = sum(frames[1:])
        if (
            self.rate is None
            or after_the_oldest >= self.allowance
            or len(counted) >= self._ids
            or self._probe_due(now, DRAIN_EVERY_S)
        ):
            return silent_until
        return min(silent_until, self._free_at(counted, now) - SLACK_S)

    def _free_at(self, counted: list[_Request], now: float) -> float:
        """When the link will have carried all that is in flight, at the rate measured."""
        in_flight = sum(request.size for request in counted)
        if not in_flight:
            return now
        if self.rate is None:
            return self._silent_until(counted)
        return self._busy_from + in_flight / self.rate

    def _ask(self, size: int, now: float) -> int:
        counted = self._counted(now)
        if not counted:
            for request in self._requests:
                request.forgotten = True
        if not any(request.size for request in counted):
            self._busy_from = now
        self._last_id = self._last_id % self._ids + 1
        while any(request.id == self._last_id for request in self._requests):
            self._requests.popleft()
        self._requests.append(_Request(self._last_id, size, now, self._carried, self._busy_from))
        if self._first_asked is None:
            self._first_asked = now
        return self._last_id

    def _note_round_trip(self, drawn: _Request, now: float) -> None:
        """A bare probe tells the base round trip; so does a frame that was faster."""
        took, base = now - drawn.sent_at, self.base_round_trip
        if not drawn.size or (base is not None and took < base):
            self._bases.append((now, took))
        while len(self._bases) > FEWEST_BASES and self._bases[0][0] < now - BASES_OVER_S:
            self._bases.popleft()

    def _note_rate(self, drawn: _Request, now: float) -> None:
        """Bytes carried since the frame was sent, over the time they took.

        A base round trip that is too long, since the probe waited behind other bytes, would make
        the link look too fast: so not before the probes of the start are all answered, and
        never more than half of the time is taken for the way there and back.
        """
        base = self.base_round_trip
        if base is not None and len(self._bases) >= FEWEST_BASES:
            total = now - drawn.busy_from
            took = max(SLACK_S, total / 2, total - base)
            self._rates.append((self._carried - drawn.carried_before) / took)
