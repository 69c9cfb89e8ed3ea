"""Readers: random 10 ms windows, cold and warm, and the whole decode beside evlib and faery.

    python benchmarks/readers.py [--events 100_000_000] [--decode-events 20_000_000]
                                 [--faery-python PYTHON] [FORMAT …]

The files are a bar that turns over noise, written by the tests' encoders.  Windows are read from
files of ``--events``; ``cold`` drops the file's page cache before each.  The whole decode is timed
on files of ``--decode-events``, each program in a process of its own, imports left out; a peer that
is not installed or refuses the file is skipped with a word.  The programs take turns, and the
median of the rounds counts.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from common import drop_from_page_cache, milliseconds, scratch
from evtui.events import Events
from evtui.export.hdf5 import Hdf5Writer
from evtui.recordings.formats import open_in_place
from support.dat_files import HEADER as DAT_HEADER
from support.dat_files import dat_records
from support.evt2_files import EVT2_HEADER, EVT21_HEADER, evt2_words, evt21_words
from support.evt3_files import HEADER as EVT3_HEADER
from support.evt3_files import evt3_words

SLICE = 1_000_000
RATE = 5_000_000
WINDOW_US = 10_000
CLOCK_US = 3_000_000

OURS = """
import sys, time
from pathlib import Path
from evtui.recordings.formats import open_in_place
import evtui.recordings.base, numpy
warm = open_in_place(Path(sys.argv[2])); warm.window(0, 1000); warm.close()
began = time.perf_counter()
recording = open_in_place(Path(sys.argv[1]))
count, step = 0, 200_000
for start in range(0, recording.info.duration_us + 1, step):
    count += len(recording.window(start, start + step))
print(count, time.perf_counter() - began)
"""
EVLIB = """
import logging, sys, time
logging.getLogger("evlib").setLevel("ERROR")
import evlib
began = time.perf_counter()
count = evlib.load_events(sys.argv[1]).collect().height
print(count, time.perf_counter() - began)
"""
FAERY = """
import sys, time, faery
began = time.perf_counter()
count = sum(len(packet) for packet in faery.events_stream_from_file(sys.argv[1]))
print(count, time.perf_counter() - began)
"""


def slices(count: int) -> Iterator[Events]:
    """The scene, a million events at a time."""
    random = np.random.default_rng(1)
    for start in range(0, count, SLICE):
        rows = min(SLICE, count - start)
        span = (start * 1_000_000 // RATE, (start + rows) * 1_000_000 // RATE)
        t = np.sort(random.integers(*span, rows))
        angle = 2 * np.pi * 20 * t / 1e6 + np.pi * random.integers(0, 2, rows)
        radius = 300 * np.sqrt(random.random(rows))
        x = np.clip(640 + radius * np.cos(angle) + random.normal(0, 3, rows), 0, 1279)
        y = np.clip(360 + radius * np.sin(angle) + random.normal(0, 3, rows), 0, 719)
        p = random.integers(0, 2, rows)
        yield Events(t, x.astype(np.uint16), y.astype(np.uint16), p.astype(np.uint8))


def words(path: Path, count: int, header: bytes, encode: Callable[[Events], bytes]) -> None:
    """A file of a header and the words of each slice."""
    with path.open("wb") as file:
        file.write(header.replace(b"640", b"1280").replace(b"480", b"720"))
        for run in slices(count):
            file.write(encode(run))


def hdf5(path: Path, count: int, *, fast: bool) -> None:
    with Hdf5Writer(path, 1280, 720, t_first_us=CLOCK_US, fast=fast) as writer:
        for run in slices(count):
            writer.append(run)


WRITERS: dict[str, tuple[str, Callable[[Path, int], None]]] = {
    "hdf5": (".h5", lambda path, count: hdf5(path, count, fast=False)),
    "hdf5-fast": (".h5", lambda path, count: hdf5(path, count, fast=True)),
    "evt3": (
        ".raw",
        lambda path, count: words(
            path,
            count,
            EVT3_HEADER,
            lambda run: evt3_words(run, CLOCK_US, idle_us=16, vectors=True).tobytes(),
        ),
    ),
    "evt2": (
        ".raw",
        lambda path, count: words(
            path, count, EVT2_HEADER, lambda run: evt2_words(run, CLOCK_US).tobytes()
        ),
    ),
    "evt21": (
        ".raw",
        lambda path, count: words(
            path, count, EVT21_HEADER, lambda run: evt21_words(run, CLOCK_US).tobytes()
        ),
    ),
    "dat": (
        ".dat",
        lambda path, count: words(path, count, DAT_HEADER + b"\x0c\x08", dat_records),
    ),
}


def made(name: str, count: int) -> Path:
    """The file of a format, made once."""
    ending, write = WRITERS[name]
    path = scratch() / f"{name}_{count}{ending}"
    if not path.exists():
        print(f"making {path.name} …", file=sys.stderr)
        beside = path.with_name(f"part-{path.name}")
        write(beside, count)
        beside.rename(path)
    return path


def windows(path: Path, runs: int, *, cold: bool) -> list[float]:
    """Seconds of random windows of one open recording; the first ones are in it too."""
    random = np.random.default_rng(2)
    drop_from_page_cache(path)
    recording = open_in_place(path)
    seconds = []
    for start in random.integers(0, recording.info.duration_us - WINDOW_US, runs).tolist():
        if cold:
            drop_from_page_cache(path)
        began = time.perf_counter()
        recording.window(start, start + WINDOW_US)
        seconds.append(time.perf_counter() - began)
    recording.close()
    return seconds


def decode(python: str, code: str, *arguments: Path) -> float | str:
    """Million events a second of a whole decode in a process of its own, or why not."""
    command = [python, "-c", code, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        return f"skipped ({lines[-1][:50] if lines else done.returncode})"
    count, seconds = done.stdout.split()[-2:]
    return int(count) / float(seconds) / 1e6


def in_turns(rounds: int, programs: dict[str, Callable[[], float | str]]) -> str:
    """The median rate of each program, all of them run once a round, or why there is none."""
    rates: dict[str, list[float | str]] = {name: [] for name in programs}
    for _ in range(rounds):
        for name, run in programs.items():
            if not rates[name] or isinstance(rates[name][0], float):
                rates[name].append(run())
    return "   ".join(f"{name} {_median(found)}" for name, found in rates.items())


def _median(rates: list[float | str]) -> str:
    numbers = [rate for rate in rates if isinstance(rate, float)]
    return f"{statistics.median(numbers):6.1f} Mev/s" if numbers else str(rates[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("formats", nargs="*", choices=[[], *WRITERS], metavar="FORMAT")
    parser.add_argument("--events", type=int, default=100_000_000)
    parser.add_argument("--decode-events", type=int, default=20_000_000)
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--faery-python", default=sys.executable, metavar="PYTHON")
    chosen = parser.parse_args()
    formats = chosen.formats or list(WRITERS)
    print(f"random {WINDOW_US // 1000} ms windows of {chosen.events:,} events")
    for name in formats:
        path = made(name, chosen.events)
        for label, cold in (("cold", True), ("warm", False)):
            found = milliseconds(windows(path, chosen.runs, cold=cold))
            print(f"  {name:<10} {path.stat().st_size / 1e6:6.0f} MB  {label}  {found}")
    print(f"whole decode of {chosen.decode_events:,} events")
    for name in formats:
        path, small = made(name, chosen.decode_events), made(name, SLICE)
        programs = {
            "evtui": partial(decode, sys.executable, OURS, path, small),
            "faery": partial(decode, chosen.faery_python, FAERY, path),
            "evlib": partial(decode, sys.executable, EVLIB, path),
        }
        print(f"  {name:<10} {in_turns(chosen.rounds, programs)}")


if __name__ == "__main__":
    main()
