"""The screen's longest pause while evlib loads 26 M events in the real app.

    python benchmarks/pauses.py [--loader auto|evlib] [FILE]

The app runs without a terminal (Textual's own test driver).  A ticker inside it wakes every
millisecond; the longest time between two ticks is the longest time in which no key was answered.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import tempfile
import time
from pathlib import Path

from common import large_recording, milliseconds
from evtui.library.catalogue import Catalogue
from evtui.settings import Settings
from evtui.store.memory import read_memory
from evtui.store.store import Store
from evtui.tui.app import EvtuiApp
from evtui.tui.services import Services, policy_of


async def tick(pauses: list[float]) -> None:
    """Note every time between two ticks, until cancelled."""
    last = time.perf_counter()
    while True:
        await asyncio.sleep(0.001)
        now = time.perf_counter()
        pauses.append(now - last)
        last = now


async def measure(path: Path, loader: str) -> None:
    settings = dataclasses.replace(Settings(), cache=True, cache_floor=0, loader=loader)
    store = Store(policy_of(settings), loader, read_memory)
    with tempfile.TemporaryDirectory() as folder:
        services = Services(
            settings, Catalogue(None), store, read_memory, config_file=Path(folder) / "config.toml"
        )
        app = EvtuiApp([path.parent], services)
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause(2.0)
            pauses: list[float] = []
            ticker = asyncio.create_task(tick(pauses))
            began = time.perf_counter()
            await store.load(path, keep=True)
            seconds = time.perf_counter() - began
            await pilot.pause(0.2)
            ticker.cancel()
    print(
        f"{loader:<6} loads {path.name} in {seconds:5.1f} s; between ticks: {milliseconds(pauses)}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--loader", choices=["auto", "evlib"], default="evlib")
    chosen = parser.parse_args()
    asyncio.run(measure(chosen.file or large_recording(), chosen.loader))


if __name__ == "__main__":
    main()
