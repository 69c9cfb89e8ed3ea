"""What the gauge and the memory screen cost the screen's thread, twice a second each.

    python benchmarks/gauge.py [--times 200]

The app runs without a terminal (Textual's own test driver), on a folder of small recordings that
are loaded into the cache: none of them, then 100.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import common  # noqa: F401 -- lets the tests' support be imported
from evtui.library.catalogue import Catalogue
from evtui.settings import Settings
from evtui.store.memory import read_memory
from evtui.store.store import Store
from evtui.tui.app import EvtuiApp
from evtui.tui.screens.memory import MemoryScreen
from evtui.tui.services import Services, policy_of
from support.loads import HeldLoader
from support.small import write_h5

ENTRIES = 100


def tell(name: str, update: Callable[[], object], times: int) -> None:
    """Time an update so many times, and what it leaves allocated at most."""
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        update()
        spent.append(time.perf_counter() - began)
    tracemalloc.start()
    update()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    ordered = sorted(spent)
    median, at_95, worst = (1_000 * ordered[int(at * (times - 1))] for at in (0.5, 0.95, 1))
    print(
        f"  {name:<14} median {median:6.2f} ms   p95 {at_95:6.2f} ms   worst {worst:6.2f} ms"
        f"   n={times}   {peak / 1_000:.1f} kB allocated at most"
    )


async def measure(entries: int, times: int) -> None:
    settings = dataclasses.replace(Settings(), cache=True, cache_floor=0)
    store = Store(policy_of(settings), "auto", read_memory, decode=HeldLoader(held=False))
    with tempfile.TemporaryDirectory() as folder:
        paths = [write_h5(Path(folder) / f"{number}.h5", count=100) for number in range(ENTRIES)]
        services = Services(
            settings, Catalogue(None), store, read_memory, config_file=Path(folder) / "config.toml"
        )
        app = EvtuiApp([Path(folder)], services)
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause(1.0)
            for path in paths[:entries]:
                await store.load(path, keep=True)
            print(f"{len(store.held)} entries in the cache")
            tell("gauge", app.browser._read_memory, times)
            for _ in range(1_200):
                app.browser._read_memory()
            app.browser.action_memory()
            await pilot.pause(0.5)
            assert isinstance(app.screen, MemoryScreen)
            tell("memory screen", app.screen.show, times)
            plot = app.screen.query_one("#memory-plot")
            tell("its plot", plot.render, times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=200)
    times = parser.parse_args().times
    for entries in (0, ENTRIES):
        asyncio.run(measure(entries, times))


if __name__ == "__main__":
    main()
