"""The end of the full-screen program without its terminal; how it runs is tested in tests/e2e."""

from __future__ import annotations

import os
import queue
import signal
import threading
from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from evtui.cli import browse as module

STATUS = 128 + signal.SIGHUP


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> queue.SimpleQueue[int]:
    """The exit codes with which the program would have ended."""
    codes: queue.SimpleQueue[int] = queue.SimpleQueue()
    monkeypatch.setattr(os, "_exit", codes.put)
    return codes


def services(stop: Mock) -> SimpleNamespace:
    return SimpleNamespace(exports=Mock(stop=stop), kept=Mock(), catalogue=Mock())


def test_all_is_tidied_before_the_end(ends):
    ending = services(Mock())
    module._end_without_terminal(ending)
    assert ends.get(timeout=10) == STATUS
    ending.exports.stop.assert_called_once()
    ending.kept.stop.assert_called_once()
    ending.catalogue.close.assert_called_once()


def test_what_goes_wrong_meanwhile_does_not_keep_the_program(ends):
    with pytest.raises(OSError, match="lost"):
        module._end_without_terminal(services(Mock(side_effect=OSError("lost"))))
    assert ends.get(timeout=10) == STATUS


def test_a_disk_that_hangs_does_not_keep_the_program(ends, monkeypatch):
    monkeypatch.setattr(module, "_PATIENCE_S", 0.0)
    back = threading.Event()
    ending = threading.Thread(
        target=module._end_without_terminal, args=(services(Mock(side_effect=back.wait)),)
    )
    ending.start()
    assert ends.get(timeout=10) == STATUS
    assert ending.is_alive()
    back.set()
    ending.join(10)
