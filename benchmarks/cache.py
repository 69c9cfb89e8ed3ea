"""Cache on: first load, second load, speed-up, as the old launcher's document printed them.

    python benchmarks/cache.py [FILE …]

The store runs without a screen.  ``own`` is evtui's reader in the loading process, ``evlib`` is
``evlib.load_events`` there; below, ``evlib.load_events`` alone, which keeps nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import time
from pathlib import Path

from common import evlib_load_seconds, large_recording
from evtui.store.memory import read_memory
from evtui.store.policy import CachePolicy
from evtui.store.store import Store

SECONDS = 50


async def measure(path: Path, loader: str) -> None:
    """One line: both loads of a file through one loader."""
    policy = CachePolicy(on=True, floor=0, budget=16 * 10**9, largest=8 * 10**9)
    store = Store(policy, loader, read_memory)
    began = time.perf_counter()
    loaded = await store.load(path, keep=True)
    first = time.perf_counter() - began
    seconds = []
    for _ in range(SECONDS):
        began = time.perf_counter()
        again = store.get(path)
        assert again is not None
        again.recording.window(1_000_000, 1_010_000)
        seconds.append(time.perf_counter() - began)
    second = sorted(seconds)[int(0.95 * SECONDS)]
    frame_began = time.perf_counter()
    rows = loaded.frame.slice(0, 10).collect().height
    frame = time.perf_counter() - frame_began
    assert rows == min(10, loaded.recording.info.events)
    print(
        f"{path.name:<24} {loaded.recording.info.events:>12,} {loader:<6}"
        f" {first:9.2f} s {second * 1000:12.3f} ms {first / second:10,.0f}×"
        f" {loaded.bytes / 1e6:8.0f} MB {frame * 1000:8.1f} ms"
    )
    await store.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path)
    files = parser.parse_args().files or [large_recording()]
    print(
        f"{'dataset':<24} {'events':>12} {'loader':<6} {'first load':>11} {'second, p95':>15}"
        f" {'speed-up':>11} {'memory':>11} {'frame':>11}"
    )
    for path in files:
        for loader in ("auto", "evlib"):
            asyncio.run(measure(path, loader))
        print(f"evlib.load_events, every time: {evlib_load_seconds(path):.2f} s")
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    program = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"peak memory: largest child {children:.2f} GB, this process {program:.2f} GB")


if __name__ == "__main__":
    main()
