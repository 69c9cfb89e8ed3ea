import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from evtui import open_recording
from evtui.errors import CannotRead, LoadCancelled, LoadFailed
from evtui.recordings.memory import MemoryRecording
from evtui.store.opening import open_or_load
from support.loads import write_text
from support.small import columns, write_h5


def test_what_can_be_read_in_place_is_not_loaded(tmp_path):
    recording = open_recording(write_h5(tmp_path / "a.h5"))
    assert not isinstance(recording, MemoryRecording)
    assert recording.info.events == len(columns())
    recording.close()


def test_what_cannot_is_loaded_whole(tmp_path):
    path = write_text(tmp_path / "a.txt")
    recording = open_or_load(path)
    assert isinstance(recording, MemoryRecording)
    assert (recording.info.events, recording.info.t_first_us) == (3, 100)
    assert recording.info.duration_us == 1_499_900
    assert recording.window(0, 1_000).x.tolist() == [3, 5]
    assert {found.code for found in recording.findings()} >= {"columns_guessed", "size_guessed"}


def test_how_far_a_load_is_is_told(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("t,x,y,p\n" + "".join(f"{t},1,2,{t % 2}\n" for t in range(600_000)))
    shares: list[float] = []
    assert open_or_load(path, shares.append).info.events == 600_000
    assert 0 < shares[0] < 1
    assert shares == sorted(shares)


def test_a_load_ends_when_it_is_no_longer_wanted(tmp_path):
    asked = []
    before = psutil.Process().children()

    def cancelled():
        asked.append(True)
        return len(asked) > 1

    with pytest.raises(LoadCancelled, match=r"a\.txt: the load was cancelled"):
        open_or_load(write_text(tmp_path / "a.txt"), cancelled=cancelled)
    assert psutil.Process().children() == before


async def test_loading_works_where_an_event_loop_runs(tmp_path):
    path = write_text(tmp_path / "a.txt")
    assert open_or_load(path).info.events == 3


def test_faults_of_the_file_come_through(tmp_path):
    with pytest.raises(CannotRead):
        open_or_load(tmp_path / "absent.h5")
    cut = tmp_path / "a.aedat4"
    cut.write_bytes(b"#!AER-DAT4.0\r\n")
    with pytest.raises(LoadFailed):
        open_or_load(cut)


def test_the_store_is_imported_without_what_is_slow_to_import():
    listing = "import sys, evtui.store.store, evtui.store.opening; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", listing], capture_output=True, text=True, check=True
    )
    imported = set(run.stdout.split())
    assert "evtui.store.store" in imported
    assert imported & {"polars", "evlib", "h5py", "hdf5plugin", "psutil", "textual"} == set()


def test_the_current_folder_is_no_place_to_import_from(tmp_path, monkeypatch):
    (tmp_path / "numpy.py").write_text("raise SystemExit('imported')")
    write_text(tmp_path / "a.txt")
    monkeypatch.chdir(tmp_path)
    assert open_or_load(Path("a.txt")).info.events == 3
