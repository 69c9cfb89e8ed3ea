"""The old launcher's two experiments: loads without a cache, and with one; ours beside evlib's.

    python benchmarks/cache.py [--events 26,92,186] [FILE …]

Each row is a process of its own, which opens the recording twice and reads a window of 10 ms from
its middle, the file's page cache dropped before the first time.  The peaks are the largest resident
memory of that process and of the loading process it started.

evlib, default     ``evlib.load_events(path).collect()`` and a filter, both times
evlib, kept        the same, the frame kept for the second time, as the old launcher did
evtui, default     the cache off: the window is read from the file
evtui, cache, …    the cache on, whole recordings loaded by our reader or by evlib
evtui, disk        a text file of a tenth of the events, which nobody can seek in: decoded, then
                   opened again by another process from the events kept on disk
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from common import drop_from_page_cache, large_recording, scratch
from evtui.recordings.formats import open_in_place
from evtui.store.kept import KeptEvents
from evtui.store.memory import read_memory
from evtui.store.opening import open_or_load
from evtui.store.policy import CachePolicy
from evtui.store.store import Store
from evtui.units import format_bytes, format_duration

WINDOW_US = 10_000
SECONDS = 50
"""How often the second load is repeated where it is fast; the 95th percentile counts."""
EVLIB_BYTES_PER_EVENT = 135
"""What evlib took at its peak with 26 M events; more than is there is not tried."""
GIGABYTE = 10**9


def timed(function: Callable[[], object]) -> float:
    began = time.perf_counter()
    function()
    return time.perf_counter() - began


def repeated(function: Callable[[], object]) -> float:
    """The 95th percentile of many calls, or of one that takes long."""
    first = timed(function)
    if first > 0.5:
        return first
    return sorted(timed(function) for _ in range(SECONDS))[int(0.95 * SECONDS)]


def evlib(path: Path, *, keep: bool) -> tuple[float, float]:
    import logging

    with closing(open_in_place(path)) as recording:
        middle = recording.info.t_first_us + recording.info.duration_us // 2

    logging.getLogger("evlib").setLevel(logging.CRITICAL)
    import polars
    from evlib import load_events

    frames = {}

    def load() -> None:
        frame = frames.get(path)
        if frame is None:
            frame = load_events(str(path)).collect().lazy()
            if keep:
                frames[path] = frame
        t = polars.col("t").dt.total_microseconds()
        assert frame.filter((t >= middle) & (t < middle + WINDOW_US)).collect().height

    return timed(load), repeated(load) if keep else timed(load)


def from_file(path: Path) -> tuple[float, float]:
    def load() -> None:
        recording = open_in_place(path)
        middle = recording.info.duration_us // 2
        assert len(recording.window(middle, middle + WINDOW_US))
        recording.close()

    return timed(load), repeated(load)


def cached(path: Path, loader: str) -> tuple[float, float]:
    return asyncio.run(_cached(path, loader))


async def _cached(path: Path, loader: str) -> tuple[float, float]:
    policy = CachePolicy(on=True, floor=0, budget=16 * GIGABYTE, largest=8 * GIGABYTE)
    store = Store(policy, loader, read_memory)
    began = time.perf_counter()
    await store.load(path, keep=True)
    first = time.perf_counter() - began

    def again() -> None:
        loaded = store.get(path)
        assert loaded is not None
        middle = loaded.recording.info.duration_us // 2
        assert len(loaded.recording.window(middle, middle + WINDOW_US))

    second = repeated(again)
    await store.close()
    return first, second


def on_disk(path: Path) -> tuple[float, float]:
    """The first opening decodes; the second is another process's, so that nothing is in memory."""
    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        kept = KeptEvents(Path(folder), 16 * GIGABYTE)
        first = timed(lambda: open_or_load(path, kept=kept))
        code = (
            "import sys, time; from pathlib import Path; from evtui.store.kept import KeptEvents\n"
            "began = time.perf_counter()\n"
            "found = KeptEvents(Path(sys.argv[1]), 1 << 40).find_any(Path(sys.argv[2]))\n"
            "middle = found.recording.info.duration_us // 2\n"
            f"assert len(found.recording.window(middle, middle + {WINDOW_US}))\n"
            "print(time.perf_counter() - began)"
        )
        command = [sys.executable, "-c", code, folder, str(path)]
        seconds = [
            float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
            for _ in range(5)
        ]
    return first, max(seconds)


MODES: dict[str, Callable[[Path], tuple[float, float]]] = {
    "evlib, default": lambda path: evlib(path, keep=False),
    "evlib, kept": lambda path: evlib(path, keep=True),
    "evtui, default": from_file,
    "evtui, cache, own": lambda path: cached(path, "auto"),
    "evtui, cache, evlib": lambda path: cached(path, "evlib"),
    "evtui, disk": on_disk,
}


def text_of(path: Path) -> Path:
    """The first tenth of a recording as text."""
    target = path.with_suffix(".csv")
    if not target.exists():
        print(f"making {target.name} …", file=sys.stderr)
        command = [sys.executable, "-m", "evtui", "export", str(path), "-o", str(target)]
        recording = open_in_place(path)
        stop = f"{recording.info.duration_us // 10}us"
        recording.close()
        subprocess.run([*command, "--from", "0", "--to", stop], check=True)
    return target


def measure(mode: str, path: Path) -> str:
    """One row, from a process of its own."""
    taken = text_of(path) if mode == "evtui, disk" else path
    recording = open_in_place(path)
    events = recording.info.events
    recording.close()
    if mode.startswith("evlib") or mode.endswith("evlib"):
        needed, available = events * EVLIB_BYTES_PER_EVENT, read_memory().available
        if needed > 0.9 * available:
            said = f"evlib takes about {format_bytes(needed)}, {format_bytes(available)} are there"
            return f"{mode:<20} not run: {said}"
    drop_from_page_cache(taken)
    command = [sys.executable, __file__, "--mode", mode, str(taken)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return f"{mode:<20} failed: {done.stderr.strip().splitlines()[-1]}"
    told = json.loads(done.stdout.splitlines()[-1])
    first, second = told["first"], told["second"]
    return (
        f"{mode:<20} {format_duration(first * 1e6):>11} {second * 1000:12.2f} ms"
        f" {first / second:10,.0f}× {format_bytes(told['program']):>10}"
        f" {format_bytes(told['worker']):>10}"
    )


def run_one(mode: str, path: Path) -> None:
    first, second = MODES[mode](path)
    # Not ru_maxrss of itself, in which the process that started it counts too.
    status = Path("/proc/self/status").read_text()
    program = int(status.split("VmHWM:")[1].split()[0]) * 1024
    worker = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    print(json.dumps({"first": first, "second": second, "program": program, "worker": worker}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--events", default="26", help="millions, made: 26,92,186")
    parser.add_argument("--mode", choices=MODES)
    chosen = parser.parse_args()
    if chosen.mode:
        run_one(chosen.mode, chosen.files[0])
        return
    counts = [int(float(count) * 1e6) for count in chosen.events.split(",")]
    for path in chosen.files or [large_recording(count) for count in counts]:
        print(f"\n{path.name}, {format_bytes(path.stat().st_size)}")
        print(
            f"{'':<20} {'first load':>11} {'second, p95':>15} {'speed-up':>11}"
            f" {'program':>10} {'worker':>10}"
        )
        for mode in MODES:
            print(measure(mode, path), flush=True)


if __name__ == "__main__":
    main()
