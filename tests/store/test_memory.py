import mmap

import psutil

from evtui.store.memory import read_memory

BALLAST = 50 << 20


def test_a_reading_is_of_this_process_and_this_machine():
    reading = read_memory()
    total = psutil.virtual_memory().total
    assert 0 < reading.process < total
    assert 0 < reading.available <= total
    # Pages of their own: what is allocated otherwise may lie where something was freed before.
    with mmap.mmap(-1, BALLAST) as ballast:
        ballast.write(b"\1" * BALLAST)
        assert read_memory().process >= reading.process + BALLAST // 2
