"""Files that come, change and go while the browser runs, and folders that cannot be read."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from evtui.library.learner import Learned
from evtui.library.survey import Finished, Survey
from evtui.tui.app import EvtuiApp
from evtui.tui.screens.browser import noticing
from evtui.tui.screens.browser.screen import BrowserScreen
from evtui.tui.services import Services
from evtui.tui.widgets.dataset_table import DatasetTable
from evtui.tui.widgets.loading_panel import LoadingPanel
from evtui.tui.widgets.preview_pane import PreviewPane
from support.small import write_h5

Until = Any

FAN = Path("recordings/fan.h5")


def table(app: EvtuiApp) -> DatasetTable:
    return app.browser.query_one(DatasetTable)


def names(app: EvtuiApp) -> list[str]:
    return [path.name for path in table(app).paths]


def events(app: EvtuiApp, path: Path) -> int | None:
    row = app.browser.row(path)
    return row.summary.events if row and row.summary else None


def facts(app: EvtuiApp) -> str:
    return str(app.browser.query_one("#preview-facts", Static).content)


async def settle(app: EvtuiApp, pilot: Pilot[Any], until: Until, path: Path = FAN) -> None:
    """Wait until everything is learned, and highlight a dataset."""
    await until(pilot, lambda: events(app, FAN) is not None and app.browser.is_settled)
    table(app).move_cursor(row=table(app).get_row_index(str(path)))
    await until(pilot, lambda: path.name in facts(app))


async def test_a_new_file_comes_by_itself_and_is_learned(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        await settle(app, pilot, until)
        new = write_h5(Path("recordings/deeper/new.h5"), count=70)
        app.browser.look()
        await until(pilot, lambda: "new.h5" in names(app))
        assert "4 recordings" in str(app.browser.query_one("#browser-title", Static).content)
        app.browser.look()
        await until(pilot, lambda: events(app, new) == 70)
        current = table(app).current
        assert current is not None and current.dataset.path == FAN


async def test_a_file_that_changed_shows_its_size_and_is_learned_once_it_rests(
    app: EvtuiApp, until: Until
) -> None:
    async with app.run_test() as pilot:
        await settle(app, pilot, until)
        write_h5(FAN, count=5_000)
        row = app.browser.row(FAN)
        assert row is not None
        app.browser.look()
        await until(pilot, lambda: row.dataset.bytes == FAN.stat().st_size)
        assert row.summary is None
        app.browser.look()
        await until(pilot, lambda: events(app, FAN) == 5_000)
        await until(pilot, lambda: "5,000" in facts(app))


async def test_a_file_that_went_is_marked_refused_and_welcomed_back(
    app: EvtuiApp, until: Until
) -> None:
    async with app.run_test() as pilot:
        await settle(app, pilot, until)
        FAN.rename("elsewhere.h5")
        app.browser.look()
        await until(pilot, lambda: "the file is no longer there; r looks again" in facts(app))
        await pilot.press("enter")
        await until(pilot, lambda: bool(app._notifications))
        (note,) = app._notifications
        assert note.message == "fan.h5: the file is no longer there; r looks again"
        assert isinstance(app.screen, BrowserScreen)
        Path("elsewhere.h5").rename(FAN)
        app.browser.look()
        await until(pilot, lambda: "no longer there" not in facts(app))
        assert events(app, FAN) == 3_000


async def test_a_file_that_went_unnoticed_is_marked_when_it_is_opened(
    app: EvtuiApp, until: Until
) -> None:
    async with app.run_test() as pilot:
        await settle(app, pilot, until)
        FAN.unlink()
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, BrowserScreen) and app._notifications)
        assert [note.message for note in app._notifications] == ["fan.h5: no such file"]
        row = app.browser.row(FAN)
        await until(pilot, lambda: row is not None and row.missing != "")


async def test_r_drops_what_went_and_keeps_the_cursor(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        await settle(app, pilot, until)
        row = table(app).current
        Path("recordings/broken.h5").unlink()
        write_h5(Path("recordings/a.h5"), count=70)
        await pilot.press("r")
        await until(pilot, lambda: names(app) == ["a.h5", "drone.h5", "fan.h5"])
        assert table(app).current is row, "the very row that was there"
        await until(pilot, lambda: events(app, Path("recordings/a.h5")) == 70)


async def test_r_opens_nothing_that_is_known(
    app: EvtuiApp, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evtui.library import learner

    Path("recordings/notes.txt").write_text("what these recordings are\n")
    opened: list[str] = []
    of_file = learner.of_file

    def note(path: Path) -> object:
        opened.append(path.name)
        return of_file(path)

    monkeypatch.setattr(learner, "of_file", note)
    async with app.run_test() as pilot:
        await settle(app, pilot, until)
        assert sorted(opened) == ["broken.h5", "drone.h5", "fan.h5"]
        opened.clear()
        await pilot.press("r")
        await until(pilot, lambda: app.browser.is_settled)
        assert opened == []


async def test_r_twice_hears_only_the_later_survey(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        await settle(app, pilot, until)
        await pilot.press("r", "r", "r")
        await until(pilot, lambda: app.browser.is_settled)
        assert sorted(names(app)) == ["broken.h5", "drone.h5", "fan.h5"]


async def test_folders_that_cannot_be_read_are_counted(
    app: EvtuiApp, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    scandir = os.scandir

    def refuse(folder: Path) -> object:
        if Path(folder).name.startswith("locked"):
            raise PermissionError(13, "Permission denied")
        return scandir(folder)

    for number in range(3):
        Path(f"recordings/locked_{number}").mkdir()
    monkeypatch.setattr(os, "scandir", refuse)
    async with app.run_test(size=(200, 50)) as pilot:
        await settle(app, pilot, until)
        said = str(app.browser.query_one(LoadingPanel).render())
        assert "recordings/locked_0: permission denied" in said
        assert said.rstrip().endswith("and 2 more like it")


async def test_a_name_of_no_characters_is_shown_and_refused(
    services: Services, folder: Path, until: Until
) -> None:
    odd = Path(os.fsdecode(b"recordings/\xff[red].h5"))
    odd.write_bytes(b"no recording")
    app = EvtuiApp([folder], services)
    async with app.run_test() as pilot:
        await settle(app, pilot, until)
        table(app).move_cursor(row=table(app).get_row_index(str(odd)))
        await pilot.press("enter")
        await until(pilot, lambda: bool(app._notifications))
        (note,) = app._notifications
        note.message.encode()
        assert "[red].h5: " in note.message


async def test_names_of_given_folders_are_data(
    services: Services, folder: Path, until: Until
) -> None:
    folder /= "[/red]"
    folder.mkdir(parents=True)
    write_h5(folder / "fan.h5", count=70)
    app = EvtuiApp([folder], services)
    async with app.run_test() as pilot:
        title = app.browser.query_one("#browser-title", Static)
        await until(pilot, lambda: "1 recording  in recordings/[/red]" in str(title.visual))


async def test_a_file_that_comes_while_files_are_looked_for_stays(
    app: EvtuiApp, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_finish = threading.Event()
    batches = Survey._batches

    def waits(survey: Survey) -> Any:
        yield from batches(survey)
        assert may_finish.wait(30)

    async with app.run_test() as pilot:
        await settle(app, pilot, until)
        monkeypatch.setattr(Survey, "_batches", waits)
        await pilot.press("r")
        await until(pilot, lambda: len(app.browser._found) == 3)
        write_h5(Path("recordings/deeper/new.h5"), count=70)
        app.browser.look()
        await until(pilot, lambda: "new.h5" in names(app))
        may_finish.set()
        await until(pilot, lambda: app.browser.is_settled)
        assert "new.h5" in names(app)


async def test_one_file_opens_and_the_screen_waits_for_no_look_at_it(
    services: Services, folder: Path, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: set[str] = set()
    is_dir = Path.is_dir

    def note(path: Path) -> bool:
        if path == FAN:
            threads.add(threading.current_thread().name)
        return is_dir(path)

    monkeypatch.setattr(Path, "is_dir", note)
    app = EvtuiApp([FAN], services)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.player.session is not None)
    assert threads
    assert threading.current_thread().name not in threads


async def test_only_many_rows_are_kept_from_the_collector_and_nothing_that_is_open(
    app: EvtuiApp, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[int] = []
    async with app.run_test() as pilot:
        await settle(app, pilot, until)
        monkeypatch.setattr(noticing, "keep_from_collector", lambda: kept.append(1))
        await pilot.press("r")
        await until(pilot, lambda: app.browser.is_settled)
        assert not kept, "three rows are looked through in no time"
        monkeypatch.setattr(noticing, "_MANY", 1)
        write_h5(Path("recordings/a.h5"), count=70)
        await pilot.press("comma")
        app.browser.action_rescan()
        await until(pilot, lambda: events(app, Path("recordings/a.h5")) == 70)
        assert not kept, "the settings are open, and would never be given back"
        await pilot.press("escape", "r")
        await until(pilot, lambda: bool(kept))


async def test_what_is_said_holds_no_control_characters(app: EvtuiApp, until: Until) -> None:
    async with app.run_test() as pilot:
        app.browser.notify("a\x1b[31mb\nc")
        await until(pilot, lambda: bool(app._notifications))
        (note,) = app._notifications
        assert note.message == "a\N{REPLACEMENT CHARACTER}[31mb\nc"


async def test_what_is_told_while_the_widgets_go_is_not_heard(
    app: EvtuiApp, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    on_unmount = PreviewPane.on_unmount

    def tell(pane: PreviewPane) -> None:
        """Its parts are gone; the screen that it is on hears on."""
        on_unmount(pane)
        browser = app.browser
        browser._take(browser.Told(learned))
        browser._take_report(browser.Surveyed(browser._number, Finished()))
        browser._read_memory()
        browser.look()
        browser.learn(*counted)
        heard.append("all")

    async with app.run_test() as pilot:
        await settle(app, pilot, until)
        row = table(app).current
        assert row is not None and row.summary is not None
        learned = Learned(((row.dataset, replace(row.summary, events=7)),), is_all=True)
        counted = row.dataset.path, row.summary
        monkeypatch.setattr(PreviewPane, "on_unmount", tell)
    assert heard
