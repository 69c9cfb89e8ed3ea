import mmap
import os
import subprocess
import sys

import psutil

from evtui.store.memory import held_by, read_memory

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


def test_what_children_hold_is_added_up_by_their_ids():
    ready = "import sys; ballast = b'1' * int(sys.argv[1]); print('ready', flush=True); input()"
    command = [sys.executable, "-c", ready, str(BALLAST)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin and child.stdout
        assert child.stdout.readline() == b"ready\n"
        alone = held_by([child.pid])
        assert alone >= BALLAST
        assert held_by([child.pid, os.getpid()]) > alone
        child.stdin.close()
        child.wait()
    assert held_by([child.pid]) == 0
    assert held_by([]) == 0
