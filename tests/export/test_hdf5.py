import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import h5py
import hdf5plugin  # noqa: F401  (registers Blosc with h5py)
import numpy as np
import pytest

from evtui.errors import ExportError
from evtui.events import Events
from evtui.export.hdf5 import CHUNK_EVENTS, Hdf5Writer

MakeEvents = Callable[[int], Events]


def read(path: Path) -> Events:
    with h5py.File(path) as file:
        return Events(*(file["events"][name][:] for name in "txyp"))


def write(path: Path, events: Events, piece: int = 1_000_000, fast: bool = False) -> None:
    with Hdf5Writer(path, 640, 480, fast=fast) as writer:
        for start in range(0, len(events), piece):
            writer.append(events[start : start + piece])


@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize(
    ("count", "piece"),
    [
        (0, 1),
        (1, 1),
        (CHUNK_EVENTS, CHUNK_EVENTS),
        (CHUNK_EVENTS + 1, 777),
        (10 * CHUNK_EVENTS + 5, 5_000),
        (20 * CHUNK_EVENTS + 5, 20 * CHUNK_EVENTS),
    ],
)
def test_events_come_back_in_order(
    tmp_path: Path, make_events: MakeEvents, count: int, piece: int, fast: bool
) -> None:
    events = make_events(count)
    write(tmp_path / "out.h5", events, piece, fast)
    assert read(tmp_path / "out.h5").equals(events)


def test_events_are_whole_while_they_wait(tmp_path: Path, make_events: MakeEvents) -> None:
    parts = [make_events(count) for count in (0, 3, 0, 9 * CHUNK_EVENTS, 1, 8 * CHUNK_EVENTS, 0)]
    with Hdf5Writer(tmp_path / "out.h5", 640, 480) as writer:
        for part in parts:
            writer.append(part)
    assert read(tmp_path / "out.h5").equals(Events.concatenate(parts))


@pytest.mark.parametrize(("fast", "filter_name"), [(False, "gzip"), (True, "32001")])
def test_layout(tmp_path: Path, make_events: MakeEvents, fast: bool, filter_name: str) -> None:
    write(tmp_path / "out.h5", make_events(10), fast=fast)
    with h5py.File(tmp_path / "out.h5") as file:
        group = file["events"]
        assert {name: group[name].dtype.str for name in group} == {
            "t": "<i8",
            "x": "<u2",
            "y": "<u2",
            "p": "|u1",
        }
        for name in "txyp":
            assert group[name].chunks == (CHUNK_EVENTS,)
            assert filter_name in group[name]._filters
        assert ("shuffle" in group["t"]._filters) is not fast


def test_attributes(tmp_path: Path, make_events: MakeEvents) -> None:
    own = {"description": "a fän", "seed": 7, "speed": 1.5, "hot": [1, 2], "names": ["a", "b"]}
    with Hdf5Writer(tmp_path / "out.h5", 640, 480, attributes=own) as writer:
        writer.append(make_events(3))
    with h5py.File(tmp_path / "out.h5") as file:
        assert (file.attrs["width"], file.attrs["height"]) == (640, 480)
        assert (file["events"].attrs["width"], file["events"].attrs["height"]) == (640, 480)
        assert (file.attrs["format"], file.attrs["format_version"]) == (b"evtui events", 1)
        assert file["events/t"].attrs["unit"] == b"us"
        assert file.attrs["description"].decode() == "a fän"
        assert (file.attrs["seed"], file.attrs["speed"]) == (7, 1.5)
        assert file.attrs["hot"].tolist() == [1, 2]
        assert file.attrs["names"].tolist() == ["a", "b"]


def test_times_are_put_on_the_sensors_clock(tmp_path: Path, make_events: MakeEvents) -> None:
    events = make_events(1_000)
    first = 1_605_537_493_718_345
    with Hdf5Writer(tmp_path / "out.h5", 640, 480, t_first_us=first) as writer:
        writer.append(events)
    assert np.array_equal(read(tmp_path / "out.h5").t, events.t + first)


EVLIB = """
import logging, sys
logging.getLogger("evlib").setLevel(logging.ERROR)
import evlib, numpy as np
frame = evlib.load_events(sys.argv[1]).collect()
np.savez(sys.argv[2], t=frame["t"].dt.total_microseconds(), x=frame["x"], y=frame["y"],
         p=frame["polarity"])
"""


@pytest.mark.parametrize("fast", [False, True])
def test_evlib_loads_the_same_events(tmp_path: Path, make_events: MakeEvents, fast: bool) -> None:
    if subprocess.run([sys.executable, "-c", "import evlib"], capture_output=True).returncode:
        pytest.skip("evlib cannot be imported here")
    events = make_events(3 * CHUNK_EVENTS + 5)
    write(tmp_path / "out.h5", events, fast=fast)
    command = [sys.executable, "-c", EVLIB, tmp_path / "out.h5", tmp_path / "loaded.npz"]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    with np.load(tmp_path / "loaded.npz") as loaded:
        found = Events(loaded["t"], loaded["x"], loaded["y"], (loaded["p"] > 0).astype(np.uint8))
    assert in_full_order(found).equals(in_full_order(events))


def in_full_order(events: Events) -> Events:
    """Sorted by t, then by the rest: evlib's own sort swaps events of one µs."""
    order = np.lexsort((events.p, events.y, events.x, events.t))
    return Events(events.t[order], events.x[order], events.y[order], events.p[order])


@pytest.mark.parametrize("error", [ValueError("wrong"), KeyboardInterrupt()])
@pytest.mark.parametrize("count", [10, 20 * CHUNK_EVENTS])
def test_after_an_exception_all_is_as_before(
    tmp_path: Path, make_events: MakeEvents, error: BaseException, count: int
) -> None:
    target = tmp_path / "out.h5"
    target.write_bytes(b"old")
    with pytest.raises(type(error)), Hdf5Writer(target, 640, 480) as writer:
        writer.append(make_events(count))
        raise error
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_missing_folder_is_told_at_once(tmp_path: Path) -> None:
    target = tmp_path / "missing" / "out.h5"
    with pytest.raises(ExportError, match="folder does not exist"), Hdf5Writer(target, 1, 1):
        pytest.fail("the body ran")


def test_an_attribute_beyond_hdf5s_limit_is_an_export_error(tmp_path: Path) -> None:
    attributes = {"far too long": list(range(20_000))}
    writer = Hdf5Writer(tmp_path / "out.h5", 1, 1, attributes=attributes)
    with pytest.raises(ExportError, match="too large"), writer:
        pytest.fail("the body ran")
    assert list(tmp_path.iterdir()) == []


WRITE_A_LOT = """
import json, resource, sys
from pathlib import Path
import numpy as np
from evtui.errors import ExportError
from evtui.events import Events
from evtui.export.hdf5 import Hdf5Writer

path, limits, blocks = Path(sys.argv[1]), json.loads(sys.argv[2]), int(sys.argv[3])
rng = np.random.default_rng(1)
count = 300_000
events = Events(
    np.sort(rng.integers(0, 10**6, count)),
    *(rng.integers(0, 480, (2, count)).astype(np.uint16)),
    rng.integers(0, 2, count).astype(np.uint8),
)
_, most = resource.getrlimit(resource.RLIMIT_FSIZE)
for fast, limit in limits:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, most))
    try:
        with Hdf5Writer(path, 640, 480, fast=fast) as writer:
            for block in range(blocks):
                writer.append(events)
                print("block", flush=True)
    except ExportError as error:
        print("error", error, flush=True)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
"""


def test_a_full_disk_is_an_export_error_and_leaves_nothing(tmp_path: Path) -> None:
    # In a child, because the limit holds for the whole process; the HDF5 library by itself would
    # crash here, wherever the disk fills up: in its first block, in the events, at closing.
    limits = [(fast, size) for fast in (False, True) for size in (0, 90, 1_000, 3_000, 1_500_000)]
    limits.append((False, 3_000_000))
    command = [sys.executable, "-c", WRITE_A_LOT, tmp_path / "out.h5", json.dumps(limits), "3"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    errors = [line for line in done.stdout.splitlines() if line.startswith("error")]
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert len(errors) == len(limits)
    for error in errors:
        assert "out.h5: cannot be written: the file grew over the largest size" in error
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_while_hdf5_is_at_work_leaves_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITE_A_LOT, tmp_path / "out.h5", "[[false, -1]]", "1000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for _block in range(3):
            assert child.stdout.readline() == "block\n"
        child.send_signal(signal.SIGINT)
        said = child.stdout.read().splitlines()
    assert child.returncode == 0
    assert said[-1] == "interrupted"
    assert list(tmp_path.iterdir()) == []
