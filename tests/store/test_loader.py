"""The loading process, for real: a child of this process in every test."""

import asyncio
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest

from evtui.errors import LoadFailed, NotEnoughMemory
from evtui.store.loader import Decoded, load_in_child
from evtui.store.messages import LoadProgress, Stage
from evtui.store.plan import Plan, make_plan
from support.loads import silence, write_ecf
from support.small import columns, write_h5

RECORDINGS = os.environ.get("EVTUI_REAL_RECORDINGS")
real = pytest.mark.skipif(RECORDINGS is None, reason="EVTUI_REAL_RECORDINGS is not set")
linux = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's part in it is Linux's")


class Heard:
    """Keeps what a load says, and tells when a stage is reached."""

    def __init__(self) -> None:
        self.all: list[LoadProgress] = []
        self._reached = {stage: asyncio.Event() for stage in Stage}

    def __call__(self, progress: LoadProgress) -> None:
        self.all.append(progress)
        self._reached[progress.stage].set()

    async def reached(self, stage: Stage) -> None:
        async with asyncio.timeout(30):
            await self._reached[stage].wait()

    @property
    def stages(self) -> list[Stage]:
        return list(dict.fromkeys(progress.stage for progress in self.all))


async def load(path: Path, preference: str = "auto", limit: int | None = None) -> Decoded:
    return await load_in_child(make_plan(path, preference), limit, None, lambda _: None)


def workers() -> list[psutil.Process]:
    """The loading processes of this process."""
    return [
        child for child in psutil.Process().children() if "evtui.store.worker" in child.cmdline()
    ]


@real
@pytest.mark.parametrize("preference", ["auto", "evlib"])
@pytest.mark.parametrize(
    ("name", "events", "first", "last", "on", "size"),
    [
        ("walker_evt3_640x480.raw", 343_474, 7_139_845, 9_218_023, 125_183, (640, 480)),
        ("gen41_evt3.raw", 219_596, 11_718_656, 11_727_457, 115_532, (1280, 720)),
        ("gen3_evt2.raw", 539_481, 1_317_888, 1_367_888, 367_855, (600, 476)),
        (
            "davis240_aedat4.aedat4",
            111_954,
            1_605_537_493_718_345,
            1_605_537_494_308_262,
            55_023,
            (320, 240),
        ),
    ],
)
async def test_real_recordings_are_decoded_to_the_last_event(
    preference, name, events, first, last, on, size
):
    plan = make_plan(Path(str(RECORDINGS)) / name, preference)
    result = await load_in_child(plan, None, None, lambda _: None)
    assert len(result.columns) == result.written.rows == events
    assert (result.columns.t[0], result.columns.t[-1]) == (first, last)
    assert np.count_nonzero(result.columns.polarity == 1) == result.written.on == on
    assert np.count_nonzero(result.columns.polarity == -1) == events - on
    assert (result.written.width, result.written.height) == size
    assert (result.columns.x.max() + 1, result.columns.y.max() + 1) == size
    by_evlib = ["decoded_by_evlib"] if plan.loader == "evlib" else []
    assert [found.code for found in result.findings] == by_evlib


@pytest.mark.parametrize("preference", ["auto", "evlib"])
async def test_both_loaders_hand_over_the_same_events_as_in_the_file(tmp_path, preference):
    path = write_h5(tmp_path / "a.h5", count=5_000)
    result = await load(path, preference)
    made = columns(5_000)
    for name in ("t", "x", "y", "polarity"):
        seen, true = getattr(result.columns, name), getattr(made, name)
        assert seen.dtype == true.dtype
        assert np.array_equal(seen, true)
    assert 0 < result.reading_s < result.elapsed_s
    assert workers() == []


async def test_a_name_that_is_no_utf8_is_loaded_too(tmp_path):
    path = write_h5(tmp_path / "a.h5", count=10)
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\n.h5"))
    path.rename(odd)
    assert len((await load(odd)).columns) == 10


async def test_progress_goes_through_the_stages(tmp_path):
    heard = Heard()
    plan = make_plan(write_h5(tmp_path / "a.h5"), "evlib")
    await load_in_child(plan, None, None, heard)
    assert heard.stages == [Stage.STARTING, Stage.READING, Stage.HANDING_OVER]
    assert all(progress.share is None or progress.share < 1 for progress in heard.all)


async def test_the_loading_process_is_named_while_there_is_one(tmp_path):
    seen: list[tuple[int | None, list[int]]] = []
    plan = make_plan(write_h5(tmp_path / "a.h5"), "evlib")
    await load_in_child(
        plan, None, None, lambda told: seen.append((told.pid, [child.pid for child in workers()]))
    )
    named = {pid for pid, _ in seen if pid is not None}
    assert seen[0][0] is seen[-1][0] is None
    assert len(named) == 1
    assert any(pid in running for pid, running in seen)


async def test_events_out_of_order_are_put_in_order(tmp_path):
    import h5py

    path = write_h5(tmp_path / "a.h5", count=1_000)
    with h5py.File(path, "r+") as file:
        t = file["events/t"][:]
        t[500] = t[0]
        file["events/t"][:] = t
    result = await load(path, "evlib")
    order = np.argsort(t, kind="stable")
    assert result.written.steps_back == 1
    assert np.array_equal(result.columns.t, t[order])
    assert np.array_equal(result.columns.x, columns(1_000).x[order])


async def test_a_polarity_that_evlib_gets_wrong_is_found(tmp_path):
    import h5py

    path = write_h5(tmp_path / "a.h5", count=1_000)
    with h5py.File(path, "r+") as file:
        del file["events/p"]
        file["events/p"] = columns(1_000).polarity
    result = await load(path, "evlib")
    assert result.written.on == 1_000
    assert [found.code for found in result.findings] == ["decoded_by_evlib", "loader_differs"]
    assert (await load(path, "auto")).written.on < 600


async def test_what_evlib_refuses_is_a_failure_with_its_reason(tmp_path):
    import h5py

    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["nothing"] = [1, 2, 3]
    with pytest.raises(LoadFailed, match=r"a\.h5: evlib: .*[Ff]ailed"):
        await load(path, "evlib")


async def test_what_our_reader_refuses_is_a_failure_with_its_reason(tmp_path):
    path = write_h5(tmp_path / "a.h5")
    plan = make_plan(path)
    path.unlink()
    with pytest.raises(LoadFailed, match=r"a\.h5: no such file"):
        await load_in_child(plan, None, None, lambda _: None)


def claim_events(path: Path) -> Path:
    """A small file with 400 M events, all zeros."""
    import h5py

    with h5py.File(path, "w") as file:
        for name, dtype in (("t", "i8"), ("x", "u2"), ("y", "u2"), ("p", "u1")):
            file.create_dataset(f"events/{name}", (400_000_000,), dtype, chunks=(1 << 20,))
    return path


@linux
async def test_a_limit_that_the_user_set_for_all_processes_is_the_one_that_is_told(tmp_path):
    """In a process of its own, for such a limit cannot be lifted again."""
    code = (
        "import asyncio, resource; from pathlib import Path\n"
        "from evtui.errors import NotEnoughMemory\n"
        "from evtui.store.loader import load_in_child; from evtui.store.plan import Plan\n"
        "resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))\n"
        "path = Path('a.h5')\n"
        "plan = Plan(path, 'HDF5', 'evlib', path.stat().st_size, 0)\n"
        "try: asyncio.run(load_in_child(plan, 1 << 40, None, lambda _: None))\n"
        "except NotEnoughMemory as error: print(error)"
    )
    claim_events(tmp_path / "a.h5")
    done = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, cwd=tmp_path, stdout=subprocess.PIPE
    )
    told, _ = await done.communicate()
    assert told.decode() == "a.h5: decoding it takes more memory than the 3.22 GB it may take\n"


@linux
async def test_a_loader_that_aborts_for_want_of_memory_is_told_as_that(tmp_path):
    path = claim_events(tmp_path / "a.h5")
    plan = Plan(path, "HDF5", "evlib", path.stat().st_size, 0)
    with pytest.raises(NotEnoughMemory, match=r"more memory than the 268 MB it may take"):
        await load_in_child(plan, 1 << 28, None, lambda _: None)
    assert workers() == []


async def test_a_child_that_is_killed_is_a_failure_that_names_the_signal(tmp_path):
    heard = Heard()
    plan = silence(tmp_path / "a.raw")
    loading = asyncio.create_task(load_in_child(plan, None, None, heard))
    await heard.reached(Stage.READING)
    (worker,) = workers()
    worker.send_signal(signal.SIGKILL)
    with pytest.raises(LoadFailed, match=r"a\.raw: the loader was ended by SIGKILL"):
        await loading
    assert workers() == []


async def test_progress_is_told_while_the_loader_is_silent(tmp_path):
    told = 0
    enough = asyncio.Event()

    def listen(progress: LoadProgress) -> None:
        nonlocal told
        told += progress.stage is Stage.READING and progress.estimated
        if told == 5:
            enough.set()

    plan = silence(tmp_path / "a.raw")
    load = load_in_child(plan, None, 1e9, listen, tick_s=0.01)
    loading = asyncio.create_task(load)
    async with asyncio.timeout(30):
        await enough.wait()
    loading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await loading


@pytest.mark.parametrize("stage", [Stage.STARTING, Stage.READING])
async def test_a_load_that_is_cancelled_leaves_no_process_and_no_file(tmp_path, stage):
    heard = Heard()
    before = psutil.Process().num_fds()
    plan = silence(tmp_path / "a.raw")
    loading = asyncio.create_task(load_in_child(plan, None, None, heard))
    await heard.reached(stage)
    loading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await loading
    assert workers() == []
    assert psutil.Process().num_fds() <= before


PARENT = """
import asyncio, sys
from pathlib import Path
import psutil
from evtui.store.loader import load_in_child
from evtui.store.messages import Stage
from evtui.store.plan import Plan

def listen(progress):
    if progress.stage is Stage.READING:
        (worker,) = psutil.Process().children()
        print(worker.pid, flush=True)

plan = Plan(Path(sys.argv[1]), "EVT3", "evlib", bytes=1, mtime_ns=0)
asyncio.run(load_in_child(plan, None, None, listen, tick_s=60))
"""


@linux
def test_the_child_dies_with_its_parent(tmp_path):
    plan = silence(tmp_path / "a.raw")
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, plan.path], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        worker = os.pidfd_open(int(parent.stdout.readline()))
        parent.kill()
    try:
        ended, _, _ = select.select([worker], [], [], 30)
    finally:
        os.close(worker)
    assert ended


def test_a_worker_without_a_parent_to_ask_ends_at_once():
    worker = [sys.executable, "-m", "evtui.store.worker"]
    run = subprocess.run(worker, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert (run.returncode, run.stdout) == (1, b"")


def test_a_worker_whose_orders_end_dies_although_its_parent_lives(tmp_path):
    path = silence(tmp_path / "a.raw").path
    worker = [sys.executable, "-m", "evtui.store.worker"]
    fds = [os.memfd_create("column") for _ in range(4)]
    orders = f'{{"path": "{path}", "loader": "evlib", "fds": {fds}, "memory_limit": null}}\n'
    with subprocess.Popen(
        worker, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=fds
    ) as process:
        assert process.stdin is not None
        process.stdin.write(orders.encode())
        process.stdin.close()
        assert process.wait(30) == -signal.SIGKILL
    for fd in fds:
        os.close(fd)


async def test_where_evlib_alone_could_decode_and_cannot_both_are_said(tmp_path):
    with pytest.raises(LoadFailed, match=r"packed with Prophesee's ECF.*nothing else.*evlib: "):
        await load(write_ecf(tmp_path / "a.h5"))
