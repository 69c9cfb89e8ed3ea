import asyncio
import threading

import pytest

from evtui.store.beside import beside


async def test_a_call_runs_in_a_daemon_thread_and_gives_its_result():
    thread = await beside(threading.current_thread)
    assert thread is not threading.current_thread()
    assert thread.daemon


async def test_what_a_call_raises_is_raised_where_it_is_waited_for():
    with pytest.raises(ValueError, match="invalid literal"):
        await beside(int, "no number")


class Hang:
    """A call that hangs until it is let go."""

    def __init__(self) -> None:
        self.begun, self.go = threading.Event(), threading.Event()

    def __call__(self) -> None:
        self.thread = threading.current_thread()
        self.begun.set()
        self.go.wait()

    async def give_up(self) -> None:
        """Call it, and stop waiting for it."""
        waiting = asyncio.create_task(beside(self))
        await beside(self.begun.wait)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    def end(self) -> None:
        self.go.set()
        self.thread.join(10)
        assert not self.thread.is_alive()


async def test_a_call_that_hangs_can_be_given_up_and_its_end_is_passed_over():
    hang = Hang()
    await hang.give_up()
    hang.end()
    assert await beside(int) == 0


def test_a_call_that_ends_after_its_event_loop_is_forgotten():
    hang = Hang()
    asyncio.run(hang.give_up())
    hang.end()
