import json
import os
import threading
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from evtui.errors import EvtuiError
from evtui.timing import STAGES, Log, Stopwatch


def ticking(step: float):
    """A clock that moves on by one step each time it is read."""
    readings = count()
    return lambda: next(readings) * step


def lines(path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_stage_takes_the_time_between_its_begin_and_its_end():
    watch = Stopwatch(ticking(0.25))
    with watch.stage("open"):
        pass
    with watch.stage("schema"), watch.stage("metadata"):
        pass
    assert watch.stages == {"open": 0.25, "schema": 0.75, "metadata": 0.25}
    assert watch.since_start == 0.25 * 7


def test_stages_are_listed_in_the_order_of_the_table_however_they_end():
    watch = Stopwatch(ticking(1.0))
    for name in reversed(STAGES):
        watch.note(name, 1.0)
    assert list(watch.stages) == list(STAGES)


def test_a_stage_that_fails_is_timed_and_the_fault_goes_on():
    watch = Stopwatch(ticking(0.5))
    with pytest.raises(EvtuiError, match="unreadable"), watch.stage("open"):
        raise EvtuiError("unreadable")
    assert watch.stages == {"open": 0.5}


def test_a_stage_outside_the_table_is_refused():
    with pytest.raises(KeyError):
        Stopwatch().note("lunch", 1.0)


def test_the_log_is_one_json_object_a_line(tmp_path):
    path = tmp_path / "new" / "folder" / "evtui.jsonl"
    log = Log(path)
    log.write("opened", path=tmp_path / "a\nb\udce9.h5", seconds=0.5)
    log.write("closed")
    log.close()
    first, second = lines(path)
    assert first["event"] == "opened"
    assert first["path"] == str(tmp_path / "a\nb\udce9.h5")
    assert first["seconds"] == 0.5
    assert second["event"] == "closed"
    age = datetime.now(UTC) - datetime.fromisoformat(str(first["time"]))
    assert timedelta(0) <= age < timedelta(minutes=1)


def test_a_log_is_added_to_and_a_closed_one_left_alone(tmp_path):
    path = tmp_path / "evtui.jsonl"
    for run in range(2):
        log = Log(path)
        log.write("run", number=run)
        log.close()
        log.close()
        log.write("too late")
    assert [line.get("number") for line in lines(path)] == [0, 1]


def test_without_a_path_nothing_is_kept(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    log = Log()
    log.write("opened")
    log.close()
    assert list(tmp_path.iterdir()) == []


def test_lines_from_several_threads_stay_whole(tmp_path):
    path = tmp_path / "evtui.jsonl"
    log = Log(path)
    together = threading.Barrier(4)

    def writer(name: int) -> None:
        together.wait()
        for number in range(50):
            log.write("load", writer=name, number=number)

    threads = [threading.Thread(target=writer, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()
    written = [(line["writer"], line["number"]) for line in lines(path)]
    assert sorted(written) == [(name, number) for name in range(4) for number in range(50)]


def test_a_log_that_cannot_be_opened_is_an_error_that_names_it(tmp_path):
    with pytest.raises(EvtuiError, match="the log cannot be written") as caught:
        Log(tmp_path)
    assert str(tmp_path) in str(caught.value)


def test_a_log_that_fails_later_ends_and_disturbs_nothing(tmp_path):
    pipe = tmp_path / "log"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    log = Log(pipe)
    log.write("first")
    assert json.loads(os.read(reader, 1000))["event"] == "first"
    os.close(reader)
    log.write("nobody reads this")
    log.write("nor this")
    log.close()
