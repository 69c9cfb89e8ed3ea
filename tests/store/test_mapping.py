"""A mapping gives its memory back, and not in the thread that held it last."""

from __future__ import annotations

import queue
import sys
import tempfile
import threading
from pathlib import Path

import numpy as np
import pytest

from evtui.store.mapping import Mapping


class Watched(Mapping):
    """Tells where it is closed."""

    closed_in: queue.SimpleQueue[threading.Thread] = queue.SimpleQueue()

    def close(self) -> None:
        super().close()
        self.closed_in.put(threading.current_thread())


def mapped(path: Path, size: int) -> np.ndarray:
    """A file as an array; nothing but the array holds the mapping."""
    with path.open("wb") as file:
        file.truncate(size)
    with path.open("rb") as file:
        return np.frombuffer(Watched(file.fileno()), np.uint8)


def test_a_large_one_is_given_back_in_another_thread(tmp_path):
    array = mapped(tmp_path / "a", 17 << 20)
    part = array[-1:]
    del array
    assert part.tolist() == [0], "someone still looks at it"
    assert Watched.closed_in.empty()
    del part
    thread = Watched.closed_in.get(timeout=10)
    assert thread is not threading.current_thread()
    thread.join(10)


def test_a_small_one_is_not_worth_a_thread(tmp_path):
    before = threading.active_count()
    array = mapped(tmp_path / "a", 1 << 20)
    assert len(array) == 1 << 20
    del array
    assert Watched.closed_in.empty()
    assert threading.active_count() == before


def test_an_empty_file_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="empty"):
        mapped(tmp_path / "a", 0)


def test_one_that_cannot_be_mapped_is_an_error_and_nothing_else(tmp_path, monkeypatch):
    said: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", said.append)
    with tempfile.TemporaryFile() as file:
        closed = file.fileno()
    with pytest.raises(OSError):
        Mapping(closed)
    assert said == []
