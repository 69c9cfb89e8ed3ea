"""Enter → first frame on screen, in a real pseudo-terminal, beside ``evlib.load_events``.

    python benchmarks/opening.py [--runs 20] [--columns 120] [--rows 40] [FILE]

The file's page cache is dropped before each Enter.  Two ways in:

* ``highlighted``: the dataset was highlighted a while, so its preview has it open already;
* ``at once``: the cursor moves to it and Enter follows in the same write, so nothing is prepared.

A frame counts as shown when the status line and the first blocks of the picture have arrived.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from common import drop_from_page_cache, evlib_load_seconds, large_recording, milliseconds
from support.terminal import Terminal, evtui


def first_frame(terminal: Terminal, keys: str) -> float:
    """Seconds from the keys to the first drawn frame."""
    mark = len(terminal.output)
    began = terminal.send(keys)
    deadline = time.perf_counter() + 20
    while time.perf_counter() < deadline:
        terminal.read(0.05, model=False)
        new = bytes(terminal.output[mark:]).decode(errors="ignore")
        if "00:00:0" in new and "window" in new and new.count("▀") + new.count("▄") > 20:
            return terminal.arrivals[-1][0] - began
    raise SystemExit(f"no frame after 20 s; the screen was:\n{terminal.text}")


def measure(recording: Path, runs: int, columns: int, rows: int, prepared: bool) -> list[float]:
    """The times of some runs, each in a program of its own."""
    times = []
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "a_small.h5"
        other = Path(folder) / "b_large.h5"
        make_small(small)
        other.symlink_to(recording)
        home = {"XDG_CACHE_HOME": folder + "/.cache", "XDG_CONFIG_HOME": folder + "/.config"}
        for _ in range(runs):
            with Terminal(evtui(folder), columns, rows, home) as terminal:
                terminal.wait_for("b_large")
                terminal.wait_for("26.0 M")
                settle(terminal, 1.5)
                if prepared:
                    terminal.send("j")
                    settle(terminal, 1.0)
                drop_from_page_cache(recording)
                times.append(first_frame(terminal, "\r" if prepared else "j\r"))
                terminal.send("q")
                terminal.wait_for_exit()
    return times


def settle(terminal: Terminal, seconds: float) -> None:
    """Read until nothing came for a while, so that imports and previews are over."""
    deadline = time.perf_counter() + seconds
    while time.perf_counter() < deadline:
        terminal.read(0.05)


def make_small(path: Path) -> None:
    """A small recording that the cursor rests on first."""
    import h5py

    with h5py.File(path, "w") as file:
        for name in "txyp":
            file[f"events/{name}"] = list(range(100)) if name == "t" else [0] * 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--columns", type=int, default=120)
    parser.add_argument("--rows", type=int, default=40)
    chosen = parser.parse_args()
    recording = chosen.file or large_recording()
    print(f"{recording.name}: {recording.stat().st_size / 1e6:.0f} MB, page cache dropped")
    for name, prepared in (("highlighted", True), ("at once", False)):
        times = measure(recording, chosen.runs, chosen.columns, chosen.rows, prepared)
        print(f"evtui, {name:<12} Enter → first frame   {milliseconds(times)}")
    drop_from_page_cache(recording)
    seconds = evlib_load_seconds(recording)
    print(f"evlib.load_events     before any frame      {seconds * 1000:12.1f} ms")


if __name__ == "__main__":
    main()
