"""Damaged and hostile files in a process of their own: events or an error of ours, and soon."""

import json
import random
import select
import subprocess
import sys
from pathlib import Path

import h5py
import hdf5plugin
import numpy as np
import pytest

from contract.truths import made_events
from support.hdf5_files import write_array, write_columns, write_records

PATIENCE_S = 30.0
CASES = 40
COLUMNS = {"t": "i8", "x": "u2", "y": "u2", "p": "u1"}

READER = """
import json, os, resource, sys
from contextlib import closing
from pathlib import Path
limit = 2 << 30
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
told = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # some filters print
import hdf5plugin
from evtui.errors import RecordingError
from evtui.recordings.base import never_cancelled, no_progress
from evtui.recordings.hdf5.reader import open_hdf5
for line in sys.stdin:
    try:
        with closing(open_hdf5(Path(line.strip()))) as recording:
            recording.window(0, 2_000)
            recording.timeline(20)
            recording.index(no_progress, never_cancelled)
            recording.window(-(10**15), 10**15)
            recording.findings()
        said = "events"
    except RecordingError as error:
        said = "error" if error.reason.isprintable() else "unprintable"
    except BaseException as error:
        said = repr(error)
    status = Path("/proc/self/status").read_text()
    peak = int(status.split("VmHWM:")[1].split()[0])  # ru_maxrss begins with the parent's
    print(json.dumps([said, peak]), file=told, flush=True)
"""


class Reader:
    """A process that opens and reads files, one after the other."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", READER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def read(self, path: Path) -> tuple[str, int]:
        """What came of it, and the most memory that the process ever held, kB."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(f"{path}\n")
        self._process.stdin.flush()
        if not select.select([self._process.stdout], [], [], PATIENCE_S)[0]:
            return "hangs", 0
        line = self._process.stdout.readline()
        if not line:
            return f"ended with {self._process.wait()}", 0
        said, peak = json.loads(line)
        return said, peak

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def reader():
    reader = Reader()
    yield reader
    reader.close()


def packed(**options):
    storage = {"chunks": (400,), **options}
    return lambda path, events: write_columns(path, events, storage=storage)


def with_texts(path, events):
    write_columns(path, events)
    with h5py.File(path, "a") as file:
        file["events"].attrs["unit"] = "us"
        file.attrs["format"] = "evtui events"
    return path


LAYOUTS = {
    "contiguous": write_columns,
    "gzip": packed(compression="gzip", shuffle=True),
    "lzf": packed(compression="lzf"),
    "blosc": packed(**hdf5plugin.Blosc(cname="zstd", shuffle=2)),
    "blosc2": packed(**hdf5plugin.Blosc2()),
    "zstd": packed(**hdf5plugin.Zstd()),
    "lz4": packed(**hdf5plugin.LZ4()),
    "bitshuffle": packed(**hdf5plugin.Bitshuffle()),
    "bzip2": packed(**hdf5plugin.BZip2()),
    "records": write_records,
    "array": write_array,
    "texts": with_texts,
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_flipped_bytes_give_events_or_an_error_of_ours(reader, tmp_path, layout):
    sound = LAYOUTS[layout](tmp_path / "sound.h5", made_events(1_200)).read_bytes()
    chance = random.Random(layout)
    for number in range(CASES):
        changed = bytearray(sound)
        for _ in range(chance.choice((1, 1, 2, 8))):
            head = min(len(changed), 8_192) if chance.random() < 0.6 else len(changed)
            changed[chance.randrange(head)] ^= 1 << chance.randrange(8)
        path = tmp_path / f"{number}.h5"
        path.write_bytes(changed)
        said, _peak = reader.read(path)
        assert said in ("events", "error"), path


def claim(rows, **options):
    def write(file):
        for name, dtype in COLUMNS.items():
            file.create_dataset(f"events/{name}", (rows,), dtype, **options)

    return write


def first_chunk_only(file):
    claim(10**12, chunks=(1 << 20,), compression="gzip")(file)
    for name in COLUMNS:
        file[f"events/{name}"][:5] = np.arange(5)


def zeros(file):
    for name, dtype in COLUMNS.items():
        rows = np.zeros(15_000_000, dtype)
        file.create_dataset(
            f"events/{name}", data=rows, chunks=rows.shape, **hdf5plugin.Zstd(clevel=19)
        )


def deep(file):
    group = file
    for _ in range(2_000):
        group = group.create_group("g")


def circles(file):
    file["a/b"] = file["/"]
    file["one"], file["two"] = h5py.SoftLink("/two"), h5py.SoftLink("/one")
    file["events"] = h5py.SoftLink("/events/events")


def not_numbers(file):
    file["events/t"] = np.full(100, np.nan)
    for name in "xyp":
        file[f"events/{name}"] = np.zeros(100, "u1")


def scalars(file):
    for name in COLUMNS:
        file[f"events/{name}"] = 1


def texts(file):
    for name in COLUMNS:
        file[f"events/{name}"] = np.array([b"1", b"2"])


def references(file):
    for name in COLUMNS:
        file[f"events/{name}"] = np.array([file.ref] * 3, dtype=h5py.ref_dtype)


def of_no_size(file):
    file["events"] = np.zeros((10, 0))
    file["data"] = np.zeros((0, 4))


def itself(file):
    claim(100)(file)
    del file["events/t"]
    layout = h5py.VirtualLayout((100,), "i8")
    layout[:] = h5py.VirtualSource(".", "events/t", (100,))
    file.create_virtual_dataset("events/t", layout)


def thousands_of_groups(file):
    for number in range(6_000):
        file.create_group(f"a{number % 40}/b{number}")


HOSTILE = {
    "chunked": claim(10**12, chunks=(1 << 20,)),
    "a chunk a row": claim(10**12, chunks=(1,)),
    "contiguous": claim(10**12),
    "all there is": claim(2**62, chunks=(100,), maxshape=(None,)),
    "one chunk written": first_chunk_only,
    "zeros in a few kB": zeros,
    "deep": deep,
    "circles": circles,
    "not numbers": not_numbers,
    "scalars": scalars,
    "texts": texts,
    "references": references,
    "of no size": of_no_size,
    "itself": itself,
    "thousands of groups": thousands_of_groups,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_within_300_mb(reader, tmp_path, name):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        HOSTILE[name](file)
    said, peak = reader.read(path)
    assert said in ("error", "events")
    assert peak * 1024 < 300e6
