"""Playing and seeking: even frame times, CPU, and random seek → frame on a large recording.

    python benchmarks/playing.py [--seconds 10] [--seeks 60] [--events 100000000] [FILE]

Frame times: the real program plays the demo's fan and, where ``EVTUI_REAL_RECORDINGS`` names their
folder, real recordings at 60 frames/s in a pseudo-terminal of 200×50, and what arrives there is
timed; CPU is that of its process.  Seeks: in the app without a terminal,
from a random seek to the frame in cells, from the file and, where it fits, from memory.  Beside it
is the bare read of the same window, so that what the program adds can be seen.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import psutil

from common import fan, large_recording, milliseconds, real_recordings
from evtui.library.catalogue import Catalogue
from evtui.settings import Settings
from evtui.store.memory import read_memory
from evtui.store.store import Store
from evtui.tui.app import EvtuiApp
from evtui.tui.services import Services, policy_of
from support.terminal import Terminal, evtui

UPPER_HALF = "▀".encode()
"""Occurs in frames, and in nothing else on the screen."""
SAME_FRAME_S = 0.004
"""A frame may arrive in pieces."""
FPS = 60


def play(path: Path, seconds: float) -> None:
    """Time the frames that arrive at the terminal."""
    with tempfile.TemporaryDirectory() as home:
        environment = {"HOME": home, "XDG_CACHE_HOME": home, "XDG_CONFIG_HOME": home}
        environment |= {"EVTUI_FPS": str(FPS), "EVTUI_PACING": "off"}
        with Terminal(evtui(str(path)), 200, 50, environment) as terminal:
            begun = time.perf_counter()
            while time.perf_counter() < begun + 3:  # opening, index pass
                terminal.read(0.05, model=False)
            process = psutil.Process(terminal.process.pid)
            before = process.cpu_times()
            begun, arrivals = time.perf_counter(), []
            while (now := time.perf_counter()) < begun + seconds:
                arrived = UPPER_HALF in terminal.read(0.05, model=False)
                if arrived and (not arrivals or now - arrivals[-1] > SAME_FRAME_S):
                    arrivals.append(now)
            after = process.cpu_times()
    used = after.user + after.system - before.user - before.system
    gaps = [b - a for a, b in pairwise(arrivals)]
    print(f"frame intervals at {FPS} frames/s, 200×50, {path.name}: {milliseconds(gaps)}")
    print(f"  CPU: {used / seconds:.0%} of a core")


async def seek(path: Path, count: int, *, from_memory: bool) -> None:
    """Time random seeks inside the app."""
    settings = Settings(cache=from_memory, cache_floor=0, cache_largest=64 * 10**9)
    store = Store(policy_of(settings), "auto", read_memory)
    with tempfile.TemporaryDirectory() as home:
        os.environ["XDG_DATA_HOME"] = home
        services = Services(
            settings, Catalogue(None), store, read_memory, config_file=Path(home) / "config.toml"
        )
        app = EvtuiApp([path], services)
        async with app.run_test(size=(200, 50)) as pilot:
            if from_memory:
                await store.load(path, keep=True)
            while app.player.session is None or (from_memory and not app.player.in_memory):
                await pilot.pause(0.05)
            session, player = app.player.session, app.player
            session.transport.playing = False
            await pilot.pause(0.5)
            times, reads = [], []
            places = random.Random(1)
            for _ in range(count):
                before, begun = player.view.cells, time.perf_counter()
                session.transport.seek(places.uniform(0, session.transport.last_us))
                player.moved()
                while player.view.cells is before:  # noqa: ASYNC110 - what tells is a frame
                    await asyncio.sleep(0)
                times.append(time.perf_counter() - begun)
                reads.append(player.frame.read_seconds)
    where = "memory" if from_memory else "file"
    print(f"seek → frame, {path.name}, from {where}: {milliseconds(times)}")
    print(f"  of which reading: {statistics.median(reads) * 1000:.1f} ms (median)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--seeks", type=int, default=60)
    parser.add_argument("--events", type=int, default=100_000_000)
    chosen = parser.parse_args()
    for path in (fan(), *real_recordings()):
        play(path, chosen.seconds)
    path = chosen.file or large_recording(chosen.events)
    for from_memory in (False, True):
        asyncio.run(seek(path, chosen.seeks, from_memory=from_memory))


if __name__ == "__main__":
    main()
