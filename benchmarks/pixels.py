"""CPU and bytes of a frame as pixels: ours, libraries where they are installed, timg and chafa.

    python benchmarks/pixels.py [--frames 100] FILE …

Every way shows the same windows of 10 ms (less where a recording is short) at the sensor's own
resolution, in cells of 10 × 20 pixels.  Encoders get the shades and are run in turn on each frame;
CPU is the median.  Then the event view in Textual, from events to bytes, in a terminal of 200 × 50
cells.  timg and chafa get a GIF or PNGs and write to a pseudo-terminal; CPU is that of their
process over all frames, start and decoding included.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from textual.app import App, ComposeResult
from textual.widgets import Static

import evtui
from evtui.events import Events
from evtui.recordings.base import RecordingInfo
from evtui.rendering import kitty, sixel
from evtui.rendering.frame import Look, draw_pixels
from evtui.rendering.grid import Region
from evtui.rendering.palettes import PALETTES
from evtui.rendering.pixels import Graphics, GraphicsProtocol
from evtui.settings import Settings
from evtui.tui.widgets.event_view import EventView
from rendering import CountingDriver, as_pictures, in_a_pty

PALETTE = PALETTES["classic"]
COLOURS = np.array(PALETTE, np.uint8)
CELL = (10, 20)
TERMINAL = (200, 51)

Encode = Callable[[np.ndarray], str]


def paletted(shades: np.ndarray) -> Image.Image:
    picture = Image.fromarray(shades)
    picture.putpalette(COLOURS.tobytes())
    return picture


def by_textual_image() -> dict[str, Encode]:
    encoder = importlib.import_module("textual_image._sixel").image_to_sixels
    pixel_data = importlib.import_module("textual_image._pixeldata").PixelData

    def as_kitty(picture: Image.Image) -> str:
        data = pixel_data(picture).to_base64()
        pieces = [data[at : at + 4096] for at in range(0, len(data), 4096)]
        return "".join(f"\x1b_Gi=1,m=1,f=100,q=2;{piece}\x1b\\" for piece in pieces)

    return {
        "textual-image, kitty, RGB": lambda shades: as_kitty(Image.fromarray(COLOURS[shades])),
        "textual-image, kitty, palette": lambda shades: as_kitty(paletted(shades)),
        "textual-image, sixel, RGB": lambda shades: encoder(Image.fromarray(COLOURS[shades])),
        "textual-image, sixel, palette": lambda shades: encoder(paletted(shades)),
    }


def by_term_image() -> dict[str, Encode]:
    library = importlib.import_module("term_image.image.kitty")

    def as_kitty(shades: np.ndarray) -> str:
        height, width = shades.shape
        keys = library.ControlData(f=24, s=width, v=height, c=width // 10, r=height // 20)
        text = library.Transmission(keys, COLOURS[shades].tobytes(), 4).get_chunked()
        return str(text)

    return {"term-image, kitty": as_kitty}


def encoders(cells: tuple[int, int]) -> dict[str, Encode]:
    """Every encoder that is installed."""
    ways: dict[str, Encode] = {
        "evtui, kitty": lambda shades: kitty.show(shades, PALETTE, 1, cells),
        "evtui, sixel": lambda shades: sixel.encode(shades, PALETTE),
    }
    for library in (by_textual_image, by_term_image):
        try:
            ways |= library()
        except ImportError as error:
            print(f"left out: {error}")
    return ways


def in_turn(pictures: Sequence[np.ndarray], cells: tuple[int, int]) -> None:
    ways = encoders(cells)
    cpu: dict[str, list[float]] = {way: [] for way in ways}
    sizes: dict[str, list[int]] = {way: [] for way in ways}
    for picture in (pictures[0], *pictures):
        for way, encode in ways.items():
            began = time.process_time()
            text = encode(picture)
            cpu[way].append(time.process_time() - began)
            sizes[way].append(len(text))
    for way in ways:
        tell(way, statistics.median(cpu[way][1:]) * 1e3, statistics.mean(sizes[way][1:]) / 1e3)


def tell(way: str, cpu_ms: float, kb: float) -> None:
    print(f"{way:<32}{cpu_ms:>10.2f}{kb:>10.1f}")


class Stage(App[None]):
    """The event view over a line of text."""

    def __init__(self, graphics: Graphics | None) -> None:
        super().__init__()
        self.graphics = graphics
        self.driver_class = CountingDriver

    def compose(self) -> ComposeResult:
        yield EventView(measure=lambda: self.graphics)
        yield Static("one line", classes="line")

    CSS = "EventView { height: 1fr } .line { height: 1 }"


async def in_textual(
    graphics: Graphics | None, frames: Sequence[Events], info: RecordingInfo
) -> tuple[float, float]:
    """CPU ms and KB a frame; the first few frames are left out."""
    app = Stage(graphics)
    async with app.run_test(headless=False, size=TERMINAL):
        view, driver = app.query_one(EventView), app._driver
        assert isinstance(driver, CountingDriver)
        view.begin(info, Settings(glyphs="pixels" if graphics else "half"))
        cpu, sent = [], []
        for frame in frames:
            before, began = driver.written, time.process_time()
            view.show(frame)
            while driver.written == before:
                await asyncio.sleep(0)
                app.screen._on_timer_update()
            cpu.append(time.process_time() - began)
            sent.append(driver.written - before)
        assert view.shows_pixels is (graphics is not None)
    return statistics.median(cpu[5:]) * 1e3, statistics.mean(sent[5:]) / 1e3


def by_peers(frames: Sequence[Events], sensor: Region, cells: tuple[int, int]) -> None:
    block = f"{cells[0]}x{cells[1]}"
    commands: dict[str, list[str]] = {
        "timg -pk": ["timg", "-pk", "--loops=1", f"-g{block}"],
        "timg -ps": ["timg", "-ps", "--loops=1", f"-g{block}"],
        "chafa kitty": ["chafa", "--format=kitty", "--animate=off", f"--size={block}"],
        "chafa sixel": ["chafa", "--format=sixels", "--animate=off", f"--size={block}"],
    }
    with tempfile.TemporaryDirectory() as folder:
        gif, *stills = as_pictures(frames, Look("polarity", "half", sensor), Path(folder))
        for way, command in commands.items():
            if not shutil.which(command[0]):
                print(f"left out: {command[0]} is not installed")
                continue
            shown = stills if command[0] == "chafa" else [gif]
            seconds, size = in_a_pty([*command, *map(str, shown)], TERMINAL, CELL)
            tell(way, seconds / len(frames) * 1e3, size / len(frames) / 1e3)


def measure(path: Path, count: int) -> None:
    recording = evtui.open_recording(path)
    info = recording.info
    step = min(10_000, info.duration_us // count)
    frames = [recording.window(at * step, (at + 1) * step) for at in range(count)]
    recording.close()
    sensor = Region(0, 0, info.width, info.height)
    cells = info.width // CELL[0], info.height // CELL[1]
    look = Look("polarity", "half", sensor)
    pictures = [draw_pixels(frame, look, *cells, CELL).shades for frame in frames]
    lit = statistics.mean(float((picture > 0).mean()) for picture in pictures)
    events = statistics.mean(len(frame) for frame in frames)
    print(f"\n{path.name}: {info.width}×{info.height}, {events:,.0f} events, {lit:.1%} lit")
    print(f"{'':<32}{'CPU ms':>10}{'KB':>10}")
    in_turn(pictures, cells)
    for protocol in (*GraphicsProtocol, None):
        graphics = Graphics(protocol, CELL) if protocol else None
        figures = asyncio.run(in_textual(graphics, frames, info))
        tell(f"event view, {protocol or 'half-blocks'}", *figures)
    by_peers(frames, sensor, cells)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--frames", type=int, default=100)
    chosen = parser.parse_args()
    for path in chosen.files:
        measure(path, chosen.frames)


if __name__ == "__main__":
    main()
