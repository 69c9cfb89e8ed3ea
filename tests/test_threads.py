from __future__ import annotations

import queue
import threading

from evtui.threads import NewestOnly

SOON = 10


def test_items_are_worked_on_one_after_the_other() -> None:
    done: queue.Queue[int] = queue.Queue()
    thread: NewestOnly[int] = NewestOnly("test", done.put)
    for item in range(3):
        thread.submit(item)
        assert done.get(timeout=SOON) == item
    thread.close()
    thread.join()


def test_only_the_newest_of_those_waiting_is_begun() -> None:
    begun: queue.Queue[int] = queue.Queue()
    go_on = threading.Semaphore(0)

    def work(item: int) -> None:
        begun.put(item)
        go_on.acquire(timeout=SOON)

    thread = NewestOnly("test", work)
    thread.submit(1)
    assert begun.get(timeout=SOON) == 1
    assert not thread.superseded
    for item in (2, 3, 4):
        thread.submit(item)
    assert thread.superseded
    go_on.release(2)
    assert begun.get(timeout=SOON) == 4
    thread.close()
    thread.join()
    assert begun.empty()


def test_what_was_not_begun_when_it_closes_is_dropped() -> None:
    begun: queue.Queue[int] = queue.Queue()
    go_on = threading.Semaphore(0)

    def work(item: int) -> None:
        begun.put(item)
        go_on.acquire(timeout=SOON)

    thread = NewestOnly("test", work)
    thread.submit(1)
    begun.get(timeout=SOON)
    thread.submit(2)
    thread.close()
    assert thread.closing
    go_on.release()
    thread.join()
    assert begun.empty()
