"""10,000 recordings in 500 nested folders: how soon they show, and the screen's longest pause.

    python benchmarks/many.py [--count 10000] [--folders 500] [--size 200x50]

The files are small, of several formats, and among them are text, CSV and NumPy files that are no
recordings; they are made in a temporary folder and deleted afterwards.  The app runs without a
terminal (Textual's own test driver).  A ticker inside it wakes every millisecond, as in pauses.py:
the longest time between two ticks is the longest time in which no key was answered.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
from textual.pilot import Pilot
from textual.widgets import Input

from common import milliseconds
from evtui.library.catalogue import Catalogue
from evtui.settings import Settings
from evtui.store.memory import read_memory
from evtui.store.store import Store
from evtui.tui.app import EvtuiApp
from evtui.tui.columns import COLUMNS
from evtui.tui.services import Services, policy_of
from evtui.tui.widgets.dataset_table import DatasetTable
from pauses import tick
from support.dat_files import write_dat
from support.evt2_files import evt2_words, write_words
from support.small import in_memory, write_h5

_EVERY = {7: ".raw", 13: ".dat", 17: ".npy", 19: ".csv"}
"""One file of so many has another ending than ``.h5``."""
_NO_RECORDINGS = {".txt": b"what these recordings are\n", ".csv": b"name,weight\nfan,3\n"}


class Measurements:
    """Prints a line for each thing measured."""

    def __init__(self) -> None:
        self.worst = 0.0

    @contextlib.asynccontextmanager
    async def of(self, what: str) -> AsyncIterator[None]:
        """Measure what is done meanwhile: how long it takes, and the pauses in it."""
        pauses: list[float] = []
        ticker = asyncio.create_task(tick(pauses))
        await asyncio.sleep(0.01)
        began = time.perf_counter()
        yield
        seconds = time.perf_counter() - began
        await asyncio.sleep(0.2)
        ticker.cancel()
        ordered = sorted(pauses)
        p99 = ordered[int(0.99 * (len(ordered) - 1))] * 1000
        self.worst = max(self.worst, ordered[-1])
        print(f"{what:<34}{seconds:7.2f} s   {milliseconds(pauses)}   p99 {p99:5.1f} ms")


def make_files(top: Path, count: int, folders: int) -> None:
    """The files, each folder in one of five others."""
    events = in_memory(200).window(0, 100_000)
    templates = {
        ".h5": write_h5(top.with_suffix(".h5"), count=200).read_bytes(),
        ".dat": write_dat(top.with_suffix(".dat"), events).read_bytes(),
        ".raw": write_words(
            top.with_suffix(".raw"), b"% evt 2.0\n% geometry 64x48\n% end\n", evt2_words(events)
        ).read_bytes(),
        ".csv": b"t,x,y,p\n" + b"".join(b"%d,%d,3,1\n" % (i * 10, i % 64) for i in range(200)),
    }
    numbers = np.stack([events.t, events.x, events.y, events.p], axis=1).astype(np.int64)
    np.save(top.with_suffix(".npy"), numbers)
    templates[".npy"] = top.with_suffix(".npy").read_bytes()
    np.save(top.with_suffix(".npy"), np.zeros((3, 3, 3)))
    others = {**_NO_RECORDINGS, ".npy": top.with_suffix(".npy").read_bytes()}
    made = [top]
    for number in range(1, folders):
        made.append(made[number // 5] / f"session_{number:03}")
    for folder in made:
        folder.mkdir(exist_ok=True)
    for number in range(count):
        ending = next((end for every, end in _EVERY.items() if number % every == 0), ".h5")
        place = made[number * 31 % folders] / f"recording_{number:05}{ending}"
        place.write_bytes(templates[ending])
    for number in range(count // 10):
        for ending, content in others.items():
            (made[number % folders] / f"other_{number:04}{ending}").write_bytes(content)


async def until(ready: Callable[[], bool]) -> None:
    """Let the program run until something is true."""
    while not ready():  # noqa: ASYNC110 -- nothing tells of it
        await asyncio.sleep(0.002)


def learned(table: DatasetTable, count: int) -> bool:
    """Whether every row is complete."""
    rows = [table.row(path) for path in table.paths]
    return len(rows) >= count and all(row is not None and row.summary for row in rows)


async def come_and_learn(app: EvtuiApp, count: int, told: Measurements, run: str) -> None:
    """Measure from the start of the app until everything is known."""
    async with told.of(f"{run}: first rows"):
        await until(lambda: bool(app.browser.query(DatasetTable)))
        table = app.browser.query_one(DatasetTable)
        await until(lambda: table.row_count > 0)
    async with told.of(f"{run}: all rows"):
        await until(lambda: len(table.paths) >= count)
    async with told.of(f"{run}: all learned"):
        while not learned(table, count):  # noqa: ASYNC110 -- nothing tells of it
            await asyncio.sleep(0.1)


async def use(app: EvtuiApp, pilot: Pilot[None], told: Measurements) -> None:
    """What a user does with a full table."""
    table = app.browser.query_one(DatasetTable)
    shown = [column.key for column in COLUMNS]
    for key in shown:
        async with told.of(f"sort by {key}"):
            table.sort_by(key)
    async with told.of("reverse"):
        await pilot.press("S")
    for what, keys in (
        ("to the end and back", "GgGgGg"),
        ("down and up", "jjjjjkkkkk"),
    ):
        async with told.of(what):
            await pilot.press(*keys)
    async with told.of("page down and up"):
        await pilot.press(*["pagedown"] * 10, *["pageup"] * 10)
    await pilot.press("slash")
    box = app.browser.query_one("#filter", Input)
    async with told.of("filter, letter by letter"):
        for letter in "recording_0 dat":
            await pilot.press("space" if letter == " " else letter)
    async with told.of("clear the filter"):
        box.value = ""
        await pilot.pause()
    await pilot.press("escape")
    for width, height in ((80, 24), (200, 50), (120, 40)):
        async with told.of(f"resize to {width}×{height}"):
            await pilot.resize_terminal(width, height)
    async with told.of("loads go on (100 store messages)"):
        for number in range(100):
            table.mark_cached(dict.fromkeys(table.paths[number : number + 8], "…"))
            await asyncio.sleep(0.005)
    table.sort_by("name")


async def rescan(app: EvtuiApp, top: Path, told: Measurements) -> None:
    """Look again: at what is as it was, and with 100 files come and 100 gone."""
    table = app.browser.query_one(DatasetTable)
    async with told.of("rescan, nothing changed"):
        app.browser.action_rescan()
        await until(lambda: app.browser.is_settled)
    template = top.with_suffix(".h5").read_bytes()
    for number in range(100):
        (top / f"new_{number:03}.h5").write_bytes(template)
    for path in [path for path in table.paths if path.suffix == ".raw"][:100]:
        path.unlink()
    async with told.of("rescan, 100 came and 100 went"):
        app.browser.action_rescan()
        await until(lambda: app.browser.is_settled)


async def measure(top: Path, count: int, size: tuple[int, int]) -> None:
    told = Measurements()
    catalogue_file = top.with_suffix(".sqlite")
    for run in ("first run", "second run"):
        settings = Settings()
        store = Store(policy_of(settings), "auto", read_memory)
        config = top.with_suffix(".toml")
        services = Services(
            settings, Catalogue(catalogue_file), store, read_memory, config_file=config
        )
        app = EvtuiApp([top], services)
        async with app.run_test(size=size) as pilot:
            await come_and_learn(app, count, told, run)
            if run == "second run":
                gc.collect()
                await use(app, pilot, told)
                await rescan(app, top, told)
    print(f"the longest pause of all: {told.worst * 1000:.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--folders", type=int, default=500)
    parser.add_argument("--size", default="200x50", help="of the screen, in cells")
    chosen = parser.parse_args()
    width, height = map(int, chosen.size.split("x"))
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder) / "many"
        top.mkdir()
        make_files(top, chosen.count, chosen.folders)
        asyncio.run(measure(top, chosen.count, (width, height)))


if __name__ == "__main__":
    main()
