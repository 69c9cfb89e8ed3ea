import os

import psutil

from evtui.store.memory import read_memory


def test_a_reading_is_of_this_process_and_this_machine():
    reading = read_memory()
    total = psutil.virtual_memory().total
    assert 0 < reading.process < total
    assert 0 < reading.available <= total
    ballast = os.urandom(50 << 20)
    assert read_memory().process >= reading.process + len(ballast) // 2
