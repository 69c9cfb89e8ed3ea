"""What the benchmarks share: a large recording, cold files, medians, and the terminal driver."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

COUNT = 26_000_000
DURATION_US = 9_500_000
CHUNK = 100_000


def scratch() -> Path:
    """Where the large files go; kept between runs, so that they are made once."""
    folder = Path(tempfile.gettempdir()) / "evtui-benchmarks"
    folder.mkdir(exist_ok=True)
    return folder


def large_recording(count: int = COUNT) -> Path:
    """A recording as the old launcher kept them: ``events/{t,x,y,p}``, gzip 1, 100 k chunks.

    A bar that turns at 20 turns/s over noise, at about 2.7 Mev/s, so that windows look like
    something and compress like it.
    """
    target = scratch() / f"bar_{count}.h5"
    if target.exists():
        return target
    print(f"making {target.name} ({count:,} events) …", file=sys.stderr)
    beside = target.with_suffix(".part")
    random = np.random.default_rng(1)
    span = DURATION_US * count // COUNT
    with h5py.File(beside, "w") as file:
        group = file.create_group("events")
        kinds = {"t": np.int64, "x": np.uint16, "y": np.uint16, "p": np.uint8}
        columns = {
            name: group.create_dataset(
                name, (count,), kind, chunks=(CHUNK,), compression="gzip", compression_opts=1
            )
            for name, kind in kinds.items()
        }
        for start in range(0, count, 1_000_000):
            rows = min(1_000_000, count - start)
            t = np.sort(
                random.integers(start * span // count, (start + rows) * span // count, rows)
            )
            angle = 2 * np.pi * 20 * t / 1e6 + np.pi * random.integers(0, 2, rows)
            radius = 300 * np.sqrt(random.random(rows))
            noise = random.random(rows) < 0.05
            x = 640 + radius * np.cos(angle) + random.normal(0, 3, rows)
            y = 360 + radius * np.sin(angle) + random.normal(0, 3, rows)
            x = np.where(noise, random.integers(0, 1280, rows), x)
            y = np.where(noise, random.integers(0, 720, rows), y)
            columns["t"][start : start + rows] = t + 5_000_000
            columns["x"][start : start + rows] = np.clip(x, 0, 1279)
            columns["y"][start : start + rows] = np.clip(y, 0, 719)
            columns["p"][start : start + rows] = random.integers(0, 2, rows)
    beside.rename(target)
    return target


def fan() -> Path:
    """The demo's fan, made once."""
    from evtui.demo.make import make_demo
    from evtui.demo.scenes import SCENES

    return make_demo(scratch() / "demo", lambda name, share: None, SCENES[:1])[0]


def real_recordings() -> list[Path]:
    """A DAVIS240 and a Gen3 recording, where ``EVTUI_REAL_RECORDINGS`` names their folder."""
    folder = os.environ.get("EVTUI_REAL_RECORDINGS")
    names = ("davis240_aedat4.aedat4", "gen3_evt2.raw")
    return [Path(folder) / name for name in names] if folder else []


def drop_from_page_cache(path: Path) -> None:
    """Make the next read of a file come from the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def evlib_load_seconds(path: Path) -> float:
    """Seconds of ``evlib.load_events(path).collect()`` in a fresh interpreter, import left out."""
    code = (
        "import logging, sys, time; logging.getLogger('evlib').setLevel('ERROR'); import evlib\n"
        "began = time.perf_counter(); evlib.load_events(sys.argv[1]).collect()\n"
        "print(time.perf_counter() - began)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    return float(done.stdout.split()[-1])


def milliseconds(seconds: Sequence[float]) -> str:
    """Median, 95th percentile and worst of some times."""
    ordered = sorted(seconds)
    at_95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return (
        f"median {statistics.median(ordered) * 1000:7.1f} ms   "
        f"p95 {at_95 * 1000:7.1f} ms   worst {ordered[-1] * 1000:7.1f} ms   n={len(ordered)}"
    )
