"""Exporting a large recording: seconds, peak memory and size by format, beside evlib and polars.

    python benchmarks/exporting.py [--events 100000000] [--peer-events 10000000] [FORMAT …]

Each export is ``evtui export`` in a process of its own, start included; so is the peer, which loads
with ``evlib.load_events`` and writes with polars, on fewer events, as it holds them all in memory.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import large_recording
from evtui.export.kinds import KINDS

PEER = """
import logging, sys
logging.getLogger("evlib").setLevel("ERROR")
import evlib, polars
events = evlib.load_events(sys.argv[1])
if sys.argv[2].endswith(".csv"):
    events = events.with_columns(polars.col("t").dt.total_microseconds())
    events.collect().write_csv(sys.argv[2])
else:
    events.collect().write_parquet(sys.argv[2])
"""


def run(command: list[str]) -> tuple[float, float]:
    """Seconds, and peak memory in MB, of a command."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)}: failed")
    return time.perf_counter() - began, usage.ru_maxrss / 1e3


def show(way: str, events: int, seconds: float, peak: float, target: Path) -> None:
    size = target.stat().st_size
    print(
        f"{way:<22}{seconds:>8.1f} s{events / seconds / 1e6:>8.1f} Mev/s"
        f"{peak:>8.0f} MB peak{size / 1e6:>9.0f} MB",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("formats", nargs="*", metavar="FORMAT")
    parser.add_argument("--events", type=int, default=100_000_000)
    parser.add_argument("--peer-events", type=int, default=10_000_000)
    chosen = parser.parse_args()
    source = large_recording(chosen.events)
    print(f"{chosen.events:,} events from {source.name}")
    with tempfile.TemporaryDirectory(dir=source.parent) as folder:
        for kind in KINDS:
            if chosen.formats and kind.name not in chosen.formats:
                continue
            target = Path(folder) / f"out{kind.ending}"
            command = [sys.executable, "-m", "evtui", "export", str(source), "-o", str(target)]
            figures = run([*command, "--format", kind.name, "--relative"])
            show(f"evtui {kind.name}", chosen.events, *figures, target)
            target.unlink()
        small = large_recording(chosen.peer_events)
        print(f"{chosen.peer_events:,} events from {small.name}")
        for ending in (".parquet", ".csv"):
            target = Path(folder) / f"out{ending}"
            command = [sys.executable, "-m", "evtui", "export", str(small), "-o", str(target)]
            show(f"evtui {ending}", chosen.peer_events, *run(command), target)
            target.unlink()
            figures = run([sys.executable, "-c", PEER, str(small), str(target)])
            show(f"evlib, polars {ending}", chosen.peer_events, *figures, target)


if __name__ == "__main__":
    main()
