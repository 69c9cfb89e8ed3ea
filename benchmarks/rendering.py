"""CPU and bytes of a frame: ours beside plain Textual segments, timg, chafa and mpv.

    python benchmarks/rendering.py [--frames 100] [--sizes 80x24 120x40 200x50 300x80] [FILE …]

Without files: the demo's fan in windows of 10 ms and, where ``EVTUI_REAL_RECORDINGS`` names their
folder, a DAVIS240 and a Gen3 recording.  Every way shows the same frames.  Ours and the segments
run in the same app, which writes to nowhere; CPU is that of the whole process, from events to
bytes.  The peers get the frames as pictures at the sensor's resolution and write to a
pseudo-terminal; CPU is that of their process, start included.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import pty
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from rich.color import Color, ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.drivers.headless_driver import HeadlessDriver
from textual.strip import Strip
from textual.widget import Widget

import evtui
from common import fan, real_recordings
from evtui.events import Events
from evtui.region import Region
from evtui.rendering.frame import Look, draw_cells, draw_picture
from evtui.rendering.palettes import PALETTES
from evtui.settings import Settings
from evtui.tui.widgets.event_view import EventView

PALETTE = "classic"
FPS = 30


class CountingDriver(HeadlessDriver):
    """Counts what a terminal would be sent."""

    written = 0

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        self.written += len(data.encode())


@dataclass(frozen=True)
class RecordingFacts:
    """What the views need to know of a recording."""

    width: int
    height: int


def settings_of(look: Look) -> Settings:
    return Settings(view=look.view, glyphs=look.glyphs, palette=PALETTE)


class Segments(Widget):
    """The ordinary way: a run of equal cells is a segment, in truecolor."""

    def __init__(self) -> None:
        super().__init__()
        self._cells: Any = None
        self._look: Look | None = None

    def begin(self, facts: RecordingFacts, settings: Settings) -> None:
        region = Region(0, 0, facts.width, facts.height)
        self._look = Look(settings.view, settings.glyphs, region)

    def show(self, events: Events) -> None:
        assert self._look is not None
        self._cells = draw_cells(events, self._look, *self.size)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        if self._cells is None or y >= self._cells.rows:
            return Strip.blank(self.size.width)
        colours = PALETTES[PALETTE]
        segments = [
            Segment(text, Style.from_color(_rich(colours[front]), _rich(colours[back])))
            for text, front, back in self._cells.runs(y)
        ]
        return Strip(segments).adjust_cell_length(self.size.width)


def _rich(rgb: tuple[int, int, int]) -> Color:
    return Color.from_rgb(*rgb)


class Stage(App[None]):
    """One widget over the whole terminal."""

    def __init__(self, make: Callable[[], Widget]) -> None:
        super().__init__()
        self.make = make
        self.driver_class = CountingDriver
        self.console._color_system = ColorSystem.TRUECOLOR

    def compose(self) -> ComposeResult:
        yield self.make()


async def in_textual(
    kind: type[Any], frames: Sequence[Events], look: Look, size: tuple[int, int]
) -> tuple[float, float]:
    """CPU ms and KB a frame; the first few frames are left out."""
    app = Stage(kind)
    async with app.run_test(headless=False, size=size) as pilot:
        view = app.query_one(kind)
        view.begin(RecordingFacts(look.region.width, look.region.height), settings_of(look))
        driver = app._driver
        assert isinstance(driver, CountingDriver)
        cpu, sent = [], []
        for frame in frames:
            before, began = driver.written, time.process_time()
            view.show(frame)
            while driver.written == before:
                await asyncio.sleep(0)
                app.screen._on_timer_update()
            cpu.append(time.process_time() - began)
            sent.append(driver.written - before)
        await pilot.pause()
    return statistics.median(cpu[5:]) * 1e3, statistics.mean(sent[5:]) / 1e3


def as_pictures(frames: Sequence[Events], look: Look, folder: Path) -> list[Path]:
    """The frames at the sensor's resolution, without loss: a GIF of all, then a PNG of each."""
    colours = np.array(PALETTES[PALETTE], np.uint8)
    pictures = [
        Image.fromarray(draw_picture(frame, look, PALETTE)).quantize(len(colours))
        for frame in frames
    ]
    target = folder / "frames.gif"
    pictures[0].save(
        target, save_all=True, append_images=pictures[1:], duration=1000 // FPS, disposal=1
    )
    stills = [folder / f"{number:03}.png" for number in range(len(pictures))]
    for still, picture in zip(stills, pictures, strict=True):
        picture.save(still)
    return [target, *stills]


def in_a_pty(
    command: Sequence[str], size: tuple[int, int], cell: tuple[int, int] = (0, 0)
) -> tuple[float, float]:
    """CPU seconds and bytes of a command that writes to a terminal of this size.

    ``cell`` is a cell's size in pixels, where the terminal tells it.
    """
    import fcntl
    import struct
    import termios

    ours, theirs = pty.openpty()
    window = struct.pack("HHHH", size[1], size[0], size[0] * cell[0], size[1] * cell[1])
    fcntl.ioctl(ours, termios.TIOCSWINSZ, window)
    total = 0

    def drain() -> None:
        nonlocal total
        try:
            while data := os.read(ours, 1 << 16):
                total += len(data)
        except OSError:
            return

    process = subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
        start_new_session=True,
    )
    os.close(theirs)
    reader = threading.Thread(target=drain)
    reader.start()
    _, _, usage = os.wait4(process.pid, 0)
    reader.join()
    os.close(ours)
    return usage.ru_utime + usage.ru_stime, total


def peers(columns: int, rows: int) -> dict[str, list[str]]:
    """Command lines by name; the GIF's path comes last, those of the PNGs for chafa.

    chafa plays a GIF for ever, so it is given the frames one by one, in one process.
    """
    cells = f"{columns}x{rows}"
    mpv = ["mpv", "--really-quiet", "--no-audio", "--untimed", "--vo=tct", "--no-config"]
    mpv += [f"--vo-tct-width={columns}", f"--vo-tct-height={rows}", "--loop-file=no"]
    chafa = ["chafa", "--size", cells, "--symbols", "half", "--animate=off", "--format=symbols"]
    return {
        "timg -ph": ["timg", "-ph", "--loops=1", f"-g{cells}"],
        "timg -ph --color8": ["timg", "-ph", "--color8", "--loops=1", f"-g{cells}"],
        "chafa half, full": [*chafa, "--colors", "full"],
        "chafa half, 16": [*chafa, "--colors", "16"],
        "mpv tct, truecolor": mpv,
        "mpv tct, 256": [*mpv, "--vo-tct-256=yes"],
    }


def measure(name: str, frames: Sequence[Events], sensor: Region, sizes: Sequence[str]) -> None:
    events = statistics.mean(len(frame) for frame in frames)
    print(f"\n{name}: {len(frames)} frames of {events:,.0f} events")
    print(f"{'':<24}" + "".join(f"{size:>20}" for size in sizes))
    print(f"{'':<24}" + f"{'CPU ms':>10}{'KB':>10}" * len(sizes))
    ways: dict[str, list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        gif, *stills = as_pictures(frames, Look("polarity", "half", sensor), Path(folder))
        for size in sizes:
            columns, rows = map(int, size.split("x"))
            for glyphs in ("half", "quadrant", "braille"):
                look = Look("polarity", glyphs, sensor)
                figures = asyncio.run(in_textual(EventView, frames, look, (columns, rows)))
                ways.setdefault(f"evtui {glyphs}, 16", []).append(figures)
            look = Look("polarity", "half", sensor)
            figures = asyncio.run(in_textual(Segments, frames, look, (columns, rows)))
            ways.setdefault("Textual segments", []).append(figures)
            for peer, command in peers(columns, rows).items():
                if shutil.which(command[0]):
                    shown = stills if command[0] == "chafa" else [gif]
                    seconds, size_bytes = in_a_pty([*command, *map(str, shown)], (columns, rows))
                    figures = seconds / len(frames) * 1e3, size_bytes / len(frames) / 1e3
                    ways.setdefault(peer, []).append(figures)
    for way, figures_of in ways.items():
        print(f"{way:<24}" + "".join(f"{cpu:>10.2f}{kb:>10.1f}" for cpu, kb in figures_of))
    missing = sorted(
        {command[0] for command in peers(80, 24).values() if not shutil.which(command[0])}
    )
    if missing:
        print(f"left out, as they are not installed: {', '.join(missing)}")


def frames_of(path: Path, count: int) -> tuple[list[Events], Region]:
    """Windows one after the other: 10 ms each, less where the recording is short."""
    recording = evtui.open_recording(path)
    info = recording.info
    step = min(10_000, info.duration_us // count)
    frames = [recording.window(at * step, (at + 1) * step) for at in range(count)]
    recording.close()
    return frames, Region(0, 0, info.width, info.height)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--frames", type=int, default=100)
    parser.add_argument("--sizes", nargs="*", default=["80x24", "120x40", "200x50", "300x80"])
    chosen = parser.parse_args()
    for path in chosen.files or [fan(), *real_recordings()]:
        measure(path.name, *frames_of(path, chosen.frames), chosen.sizes)


if __name__ == "__main__":
    main()
