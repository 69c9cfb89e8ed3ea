"""The preview pane: what was read once is shown in later runs without the recording."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evtui.library import previews
from evtui.library.catalogue import Catalogue, database
from evtui.library.remembered import remembering
from evtui.library.shelf import Shelf
from evtui.recordings.base import Recording, never_cancelled, no_progress
from evtui.recordings.formats import open_in_place
from evtui.tui.app import EvtuiApp
from evtui.tui.services import Services
from evtui.tui.widgets.event_view import EventView
from evtui.tui.widgets.timeline_bar import TimelineBar
from support.small import write_h5
from tui.conftest import Until


class Opened(list[str]):
    """Opens recordings, and lists their names; where they are held, once it may."""

    def __init__(self, catalogue: Catalogue, *, held: bool = False) -> None:
        self.shelf = Shelf(opener=remembering(catalogue, self._open))
        self.may_open = threading.Event()
        if not held:
            self.may_open.set()

    def _open(self, path: Path, _stopwatch: Any) -> Recording:
        assert self.may_open.wait(20)
        self.append(path.name)
        return open_in_place(path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "catalogue.sqlite"


@pytest.fixture
def services(services: Services, file: Path) -> Services:
    """Those of one run, with a catalogue that is kept."""
    return with_catalogue(services, file)


def with_catalogue(services: Services, file: Path) -> Services:
    return Services(
        services.settings,
        Catalogue(file),
        services.store,
        services.memory,
        config_file=services.config_file,
    )


def view(app: EvtuiApp) -> EventView:
    return app.browser.query_one("#preview-view", EventView)


async def shown(app: EvtuiApp, until: Until) -> tuple[Any, Any]:
    """The events and the timeline shown of the last row, once they are there."""
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.browser._table.row_count == 3)
        await pilot.press("G")
        await until(pilot, lambda: view(app).events is not None)
        return view(app).events, app.browser.query_one("#preview-timeline", TimelineBar).timeline


async def test_a_later_run_shows_it_before_the_recording_is_open(
    folder: Path, services: Services, file: Path, until: Until
) -> None:
    first = Opened(services.catalogue)
    services.shelf = first.shelf
    events, timeline = await shown(EvtuiApp([folder], services), until)
    assert "fan.h5" in first
    services = with_catalogue(services, file)
    second = Opened(services.catalogue, held=True)
    services.shelf = second.shelf
    app = EvtuiApp([folder], services)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.browser._table.row_count == 3)
        await pilot.press("G")
        await until(pilot, lambda: view(app).events is not None)
        again = view(app).events
        timeline_again = app.browser.query_one("#preview-timeline", TimelineBar).timeline
        assert second == []
        second.may_open.set()
        await until(pilot, lambda: "fan.h5" in second)
    assert again is not None and timeline_again is not None
    assert again.equals(events)
    assert timeline_again.counts.tolist() == timeline.counts.tolist()


async def test_a_recording_that_changed_is_read_again(
    folder: Path, services: Services, file: Path, until: Until
) -> None:
    events, _ = await shown(EvtuiApp([folder], services), until)
    write_h5(folder / "fan.h5", count=2_000, span_us=400_000, seed=5)
    services = with_catalogue(services, file)
    again, _ = await shown(EvtuiApp([folder], services), until)
    assert not again.equals(events)


async def test_a_timeline_that_was_estimated_is_replaced_once_it_is_counted(
    folder: Path, services: Services, file: Path, until: Until
) -> None:
    _, timeline = await shown(EvtuiApp([folder], services), until)
    services = with_catalogue(services, file)
    recording = services.shelf.take(folder / "fan.h5")
    assert not timeline.exact and recording.counts is None
    recording.index(no_progress, never_cancelled)
    services.shelf.put_back(folder / "fan.h5")
    _, timeline = await shown(EvtuiApp([folder], services), until)
    assert timeline.exact and timeline.on is not None
    services = with_catalogue(services, file)
    opened = Opened(services.catalogue, held=True)
    services.shelf = opened.shelf
    _, timeline = await shown(EvtuiApp([folder], services), until)
    assert timeline.exact
    assert opened == []
    opened.may_open.set()


@pytest.fixture
def users(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The threads that used a catalogue's file."""
    names: list[str] = []

    def watch(name: str) -> None:
        original = getattr(database.Database, name)

        def used(self: database.Database, *arguments: Any, **options: Any) -> Any:
            names.append(threading.current_thread().name)
            return original(self, *arguments, **options)

        monkeypatch.setattr(database.Database, name, used)

    for name in ("_run", "close"):
        watch(name)
    yield names


async def test_the_screen_never_waits_for_the_catalogue(
    folder: Path, services: Services, loader: Any, users: list[str], until: Until
) -> None:
    app = EvtuiApp([folder], services)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.browser._table.row_count == 3)
        await pilot.press("G")
        await until(pilot, lambda: view(app).events is not None)
        await pilot.press("c", "l")
        await until(pilot, lambda: bool(services.store.loads))
        loader.let_go()
        await until(pilot, lambda: not services.store.loads)
        assert services.store.held
        await pilot.press("enter")
        await pilot.press("escape")
    assert {"survey", "previews", "catalogue"} <= set(users)
    assert threading.current_thread().name not in users


async def test_a_problem_that_comes_up_is_shown(
    folder: Path, services: Services, file: Path, until: Until
) -> None:
    await shown(EvtuiApp([folder], services), until)
    services = with_catalogue(services, file)
    size = file.stat().st_size
    with file.open("r+b") as spoilt:
        spoilt.seek(4_096)
        spoilt.write(b"\xff" * (size - 4_096))
    app = EvtuiApp([folder], services)
    async with app.run_test() as pilot:
        await until(pilot, lambda: bool(app._notifications))
        (message,) = [note.message for note in app._notifications]
        assert "damaged and is made anew" in message
        await until(pilot, lambda: app.browser._table.row_count == 3)


async def test_after_a_fault_that_nobody_foresaw_the_next_picture_is_shown(
    app: EvtuiApp, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path] = []
    make = previews.make_preview

    def fail_first(recording: Any) -> Any:
        made.append(recording.info.path)
        if len(made) == 1:
            raise IndexError("a fault in a reader")
        return make(recording)

    monkeypatch.setattr(previews, "make_preview", fail_first)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.browser._table.row_count == 3)
        table = app.browser._table
        for name in ("fan.h5", "deeper/drone.h5"):
            table.move_cursor(row=table.get_row_index(f"recordings/{name}"))
            await until(pilot, lambda: Path(f"recordings/{name}") in made)  # noqa: B023
        await until(pilot, lambda: view(app).events is not None)
