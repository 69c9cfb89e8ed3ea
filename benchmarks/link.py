"""Playing over slow links: frames/s, age of frames, key → effect, quitting; paced beside unpaced.

    python benchmarks/link.py [--seconds 8] [--keys 5] [--size 200x50] [--link NAME] [FILE]

The real program plays the demo's fan in a pseudo-terminal behind a buffer of 4 MB that is emptied
at the link's rate, as ssh's and TCP's are.  Unpaced is the same program with ``EVTUI_PACING=off``.

- frames/s: how many different positions the status line showed at the far end.
- age: from the program's writing a status line to its arrival.
- key: space → the pause sign has arrived, while playing.
- quit: ctrl+q → all is written, has arrived, and the program has ended.
- strays: bytes of answers that came after the end, which a shell would take for keys.
"""

from __future__ import annotations

import argparse
import math
import re
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from common import fan
from support.terminal import evtui
from support.throttled import ThrottledTerminal

POSITION = re.compile(rb"\d\d:\d\d:\d\d\.\d{6}")
PLAYING, PAUSED = "▶".encode(), "‖".encode()
LONGEST_S = 60.0
"""How long to wait for a key's effect; one that takes longer is ``inf``, and quitting then too."""

NO_MULTIPLEXER = dict.fromkeys(("TMUX", "STY", "ZELLIJ"), "")


@dataclass(frozen=True)
class Link:
    name: str
    rate: float
    round_trip: float


LINKS = (
    Link("125 KB/s, 100 ms", 125_000, 0.1),
    Link("30 KB/s, 100 ms", 30_000, 0.1),
    Link("1.25 MB/s, 200 ms", 1_250_000, 0.2),
)


@dataclass
class Seen:
    """What was measured over one link."""

    frame_rate: float
    rate: float
    ages: list[float]
    keys: list[float]
    quit: float
    strays: int

    def __str__(self) -> str:
        ages, keys = sorted(self.ages), sorted(self.keys)
        return (
            f"{self.frame_rate:5.1f} frames/s {self.rate / 1000:6.0f} KB/s   "
            f"age {statistics.median(ages):6.2f} s, p95 {ages[int(0.95 * len(ages))]:6.2f}   "
            f"key {statistics.median(keys):6.2f} s, worst {keys[-1]:6.2f}   "
            f"quit {self.quit:6.2f} s   strays {self.strays}"
        )


def measure(
    path: Path, link: Link, paced: bool, size: tuple[int, int], seconds: float, keys: int
) -> Seen:
    """Play, pause and resume some times, and quit while playing."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **NO_MULTIPLEXER,
            "XDG_CACHE_HOME": folder,
            "XDG_CONFIG_HOME": folder,
            "EVTUI_PACING": "on" if paced else "off",
        }
        command = evtui(str(path))
        with ThrottledTerminal(command, link.rate, link.round_trip, *size, environment) as terminal:
            terminal.wait_for_bytes(PLAYING, 0, LONGEST_S)
            terminal.run_for(1.0)
            began, start = time.perf_counter(), len(terminal.output)
            terminal.run_for(seconds)
            took, stop = time.perf_counter() - began, len(terminal.output)
            try:
                effects = [pause(terminal, seconds / 4) for _ in range(keys)]
                quitting = leave(terminal)
            except TimeoutError:
                effects, quitting = [math.inf], math.inf
            frames = list(POSITION.finditer(terminal.output, start, stop))
            positions = {frame[0] for frame in frames}
            return Seen(
                frame_rate=len(positions) / took,
                rate=(stop - start) / took,
                ages=[age(terminal, frame.end()) for frame in frames],
                keys=effects,
                quit=quitting,
                strays=len(terminal.stray),
            )


def pause(terminal: ThrottledTerminal, seconds: float) -> float:
    """Seconds from space to the pause sign; then it plays again for some seconds."""
    start = len(terminal.output)
    pressed = terminal.send(" ")
    effect = terminal.wait_for_bytes(PAUSED, start, LONGEST_S) - pressed
    terminal.run_for(0.3)
    start = len(terminal.output)
    terminal.send(" ")
    terminal.wait_for_bytes(PLAYING, start, LONGEST_S)
    terminal.run_for(seconds)
    return effect


def leave(terminal: ThrottledTerminal) -> float:
    """Seconds from ctrl+q to the end, seen from the far end; then what strays has come too."""
    start, asked = len(terminal.output), terminal.send("\x11")
    terminal.wait_for_bytes(b"\x1b[?1049l", start, LONGEST_S)
    terminal.wait_for_exit(LONGEST_S)
    ended = terminal.arrived_at(len(terminal.output))
    terminal.run_for(2 * terminal.up.latency + 0.2)
    return ended - asked


def age(terminal: ThrottledTerminal, length: int) -> float:
    """Seconds that the output up to a length spent in the link."""
    return terminal.arrived_at(length) - terminal.written_at(length)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--keys", type=int, default=5)
    parser.add_argument("--size", default="200x50", help="columns and rows")
    parser.add_argument("--link", choices=[link.name for link in LINKS])
    chosen = parser.parse_args()
    columns, rows = map(int, chosen.size.split("x"))
    path = chosen.file or fan()
    for link in LINKS:
        if chosen.link in (None, link.name):
            for paced in (True, False):
                seen = measure(path, link, paced, (columns, rows), chosen.seconds, chosen.keys)
                print(f"{link.name:<18} {'paced' if paced else 'unpaced':<8} {seen}", flush=True)


if __name__ == "__main__":
    main()
