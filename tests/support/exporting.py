"""Writers of files of events, driven as the job drives them, also where the disk is full."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from evtui.events import Events
from evtui.export.kinds import Heading, kind_of_name, open_writer
from evtui.recordings.base import never_cancelled, no_progress
from evtui.recordings.formats import open_in_place

SENSOR = (640, 480)

WRITE_A_LOT = """
import json, resource, sys
from pathlib import Path
import numpy as np
from evtui.errors import ExportError
from evtui.events import Events
from evtui.export.kinds import Heading, kind_of_name, open_writer

path, kind = Path(sys.argv[1]), kind_of_name(sys.argv[2])
limits, blocks = json.loads(sys.argv[3]), int(sys.argv[4])
rng = np.random.default_rng(1)
count = 300_000
events = Events(
    np.sort(rng.integers(0, 10**6, count)),
    *(rng.integers(0, 480, (2, count)).astype(np.uint16)),
    rng.integers(0, 2, count).astype(np.uint8),
)
_, most = resource.getrlimit(resource.RLIMIT_FSIZE)
for limit in limits:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, most))
    try:
        with open_writer(path, kind, Heading(640, 480)) as writer:
            for block in range(blocks):
                later = events.t + block * 10**6
                writer.append(Events(later, events.x, events.y, events.p))
                print("block", flush=True)
    except ExportError as error:
        print("error", error, flush=True)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
"""


def make_dense(count: int, step_us: int) -> Events:
    """Events at 25 for each step of the clock, on all of the sensor."""
    rng = np.random.default_rng(1)
    x, y = rng.integers(0, SENSOR[0], count), rng.integers(0, SENSOR[1], count)
    x[:2], y[:2] = (0, SENSOR[0] - 1), (0, SENSOR[1] - 1)
    return Events(
        np.arange(count) // 25 * step_us,
        x.astype(np.uint16),
        y.astype(np.uint16),
        rng.integers(0, 2, count).astype(np.uint8),
    )


def write(
    path: Path,
    kind: str,
    events: Events,
    piece: int = 1_000_000,
    t_first_us: int = 0,
    size: tuple[int, int] = SENSOR,
) -> None:
    """Write events so many at a time."""
    heading = Heading(*size, t_first_us, {"source": "a.raw"})
    with open_writer(path, kind_of_name(kind), heading) as writer:
        for start in range(0, len(events), piece):
            writer.append(events[start : start + piece])


def read_whole(path: Path) -> tuple[Events, int]:
    """All events as our reader has them, and its clock at time 0."""
    recording = open_in_place(path)
    recording.index(no_progress, never_cancelled)
    info = recording.info
    events = recording.window(0, info.duration_us + 1)
    recording.close()
    return events, info.t_first_us


def errors_on_full_disks(path: Path, kind: str, limits: Sequence[int]) -> list[str]:
    """What is said of 900,000 events where a file may grow to so many bytes, for each limit.

    In a child, because the limit holds for the whole process.
    """
    command = [sys.executable, "-c", WRITE_A_LOT, path, kind, json.dumps(limits), "3"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return [line for line in done.stdout.splitlines() if line.startswith("error")]


def interrupt_while_writing(path: Path, kind: str) -> str:
    """What a process said last that got Ctrl-C while it wrote 300 million events."""
    command = [sys.executable, "-c", WRITE_A_LOT, path, kind, "[-1]", "1000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for _block in range(8):
            assert child.stdout.readline() == "block\n"
        child.send_signal(signal.SIGINT)
        said = child.stdout.read().splitlines()
    assert child.returncode == 0
    return said[-1]
