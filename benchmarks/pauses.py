"""The screen's longest pause while the store works: loads, evictions, kept events, a killed child.

    python benchmarks/pauses.py [--events 26]

The app runs without a terminal (Textual's own test driver).  A ticker inside it wakes every
millisecond; the longest time between two ticks is the longest time in which no key was answered.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import os
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
from textual.pilot import Pilot

from common import large_recording, milliseconds
from evtui.errors import LoadFailed
from evtui.library.catalogue import Catalogue
from evtui.settings import GB, Settings
from evtui.store.kept import KeptEvents
from evtui.store.memory import read_memory
from evtui.store.messages import Stage
from evtui.store.store import Store
from evtui.tui.app import EvtuiApp
from evtui.tui.messages import ChangeSetting, OpenRecording
from evtui.tui.services import Services, policy_of

TEXT_EVENTS = 1_000_000


async def tick(pauses: list[float]) -> None:
    """Note every time between two ticks, until cancelled."""
    last = time.perf_counter()
    while True:
        await asyncio.sleep(0.001)
        now = time.perf_counter()
        pauses.append(now - last)
        last = now


async def become_true(test: Callable[[], bool]) -> None:
    """Look now and then; what is waited for happens in another thread or process."""
    for _ in range(6_000):
        if test():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came to that")


@asynccontextmanager
async def app_on(folder: Path) -> AsyncIterator[tuple[EvtuiApp, Pilot[None]]]:
    """The app on a folder, with the cache on and a folder of kept events of its own."""
    settings = dataclasses.replace(Settings(), cache=True, cache_floor=0, cache_largest=4 * GB)
    with tempfile.TemporaryDirectory() as own:
        kept = KeptEvents(Path(own) / "events", 8 * GB)
        store = Store(policy_of(settings), "auto", read_memory, kept=kept)
        catalogue = Catalogue(Path(own) / "catalogue.sqlite")
        services = Services(
            settings, catalogue, store, read_memory, kept, config_file=Path(own) / "config.toml"
        )
        app = EvtuiApp([folder], services)
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause(2.0)
            yield app, pilot


Situation = Callable[[EvtuiApp, Pilot[None], Path, Path], Awaitable[None]]


async def load_own(app: EvtuiApp, pilot: Pilot[None], path: Path, text: Path) -> None:
    await app.services.store.load(path, keep=True)


async def load_evlib(app: EvtuiApp, pilot: Pilot[None], path: Path, text: Path) -> None:
    app.services.store.loader = "evlib"
    await app.services.store.load(path, keep=True)


async def load_while_playing(app: EvtuiApp, pilot: Pilot[None], path: Path, text: Path) -> None:
    app.post_message(OpenRecording(path, None))
    await app.services.store.load(path, keep=True)
    await pilot.pause(1.0)
    assert app.player.in_memory


async def drop_for_another(app: EvtuiApp, pilot: Pilot[None], path: Path, text: Path) -> None:
    store = app.services.store
    await store.load(path, keep=True)
    app.post_message(ChangeSetting("cache_budget", store.stats.used_bytes))
    await store.load(text, keep=True)
    assert store.stats.evictions == 1


async def turn_off(app: EvtuiApp, pilot: Pilot[None], path: Path, text: Path) -> None:
    await app.services.store.load(path, keep=True)
    app.post_message(ChangeSetting("cache", False))
    await pilot.pause(0.5)
    assert not app.services.store.stats.entries


async def keep_on_disk(app: EvtuiApp, pilot: Pilot[None], path: Path, text: Path) -> None:
    await app.services.store.load(text, keep=False)
    await become_true(lambda: bool(app.services.kept.sizes()))
    await app.services.store.load(text, keep=False)


async def kill_the_child(app: EvtuiApp, pilot: Pilot[None], path: Path, text: Path) -> None:
    store = app.services.store
    load = asyncio.create_task(store.load(path, keep=True))
    await become_true(lambda: path in store.loads and store.loads[path].stage is Stage.READING)
    for child in psutil.Process().children():
        os.kill(child.pid, signal.SIGKILL)
    try:
        await load
    except LoadFailed:
        return
    raise AssertionError("the load survived its process")


SITUATIONS: dict[str, Situation] = {
    "our reader loads": load_own,
    "evlib loads": load_evlib,
    "loads while it plays": load_while_playing,
    "drops one for another": drop_for_another,
    "the cache is turned off": turn_off,
    "decodes text, keeps it": keep_on_disk,
    "the child is killed": kill_the_child,
}


async def measure(name: str, path: Path, text: Path) -> None:
    async with app_on(path.parent) as (app, pilot):
        pauses: list[float] = []
        ticker = asyncio.create_task(tick(pauses))
        began = time.perf_counter()
        await SITUATIONS[name](app, pilot, path, text)
        seconds = time.perf_counter() - began
        await pilot.pause(0.2)
        ticker.cancel()
    print(f"{name:<24} {seconds:5.1f} s; between ticks: {milliseconds(pauses)}", flush=True)


def text_recording(folder: Path) -> Path:
    """A recording that has to be decoded whole."""
    path = folder / "text.csv"
    lines = "".join(f"{at},{at % 640},{at % 480},{at % 2}\n" for at in range(TEXT_EVENTS))
    path.write_text("t,x,y,p\n" + lines)
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=float, default=26, help="millions")
    parser.add_argument("--only", choices=SITUATIONS, help="one situation")
    chosen = parser.parse_args()
    large = large_recording(int(chosen.events * 1e6))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / large.name
        path.symlink_to(large)
        text = text_recording(Path(folder))
        for name in [chosen.only] if chosen.only else SITUATIONS:
            asyncio.run(measure(name, path, text))


if __name__ == "__main__":
    main()
