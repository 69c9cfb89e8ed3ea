"""The export dialog, from both screens, and what comes of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from PIL import Image
from textual.widgets import Button, Checkbox, Input, Select

from evtui.export import selection
from evtui.recordings.formats import open_in_place
from evtui.region import Region
from evtui.tui.screens.export import ExportScreen
from evtui.tui.widgets.loading_panel import LoadingPanel
from evtui.units import format_bytes
from support.loads import write_text
from support.small import write_h5


def field(app, name: str) -> Input:
    return app.screen.query_one(f"#export-{name}", Input)


def hint(app) -> str:
    return str(app.screen.query_one("#export-hint").render())


async def highlight(app, pilot, until, name: str) -> Path:
    """Put the cursor on a recording; its path."""
    table = app.browser._table
    await until(pilot, lambda: any(path.name == name for path in table.paths))
    await until(pilot, lambda: table.row_count == len(table.paths))
    path = next(path for path in table.paths if path.name == name)
    table.move_cursor(row=table.get_row_index(str(path)))
    await until(pilot, lambda: table.current is not None and table.current.dataset.path == path)
    await until(pilot, lambda: table.current.summary is not None)
    return path


async def open_dialog(app, pilot, until) -> None:
    await pilot.press("e")
    await until(pilot, lambda: isinstance(app.screen, ExportScreen))
    await until(pilot, lambda: field(app, "file").value != "")


def all_events(path: Path):
    recording = open_in_place(path)
    events = recording.window(0, recording.info.duration_us + 1)
    recording.close()
    return events


async def test_from_the_browser_all_of_a_recording_is_written(app, until):
    async with app.run_test(size=(80, 24)) as pilot:
        source = await highlight(app, pilot, until, "fan.h5")
        await open_dialog(app, pilot, until)
        assert field(app, "file").value == str(source.with_name("fan-2.h5"))
        app.screen.query_one(Select).value = "evt3"
        await pilot.pause()
        target = source.with_suffix(".raw")
        assert field(app, "file").value == str(target)
        field(app, "file").focus()
        await pilot.press("enter")
        await until(pilot, lambda: target.exists() and not app.services.exports.under_way)
    assert all_events(target).equals(all_events(source))


async def test_from_the_player_marks_and_region_are_filled_in(app, until):
    async with app.run_test(size=(80, 24)) as pilot:
        source = await highlight(app, pilot, until, "fan.h5")
        await pilot.press("enter")
        await until(pilot, lambda: app.player.session is not None)
        transport = app.player.session.transport
        transport.playing = False
        transport.seek(100_000)
        transport.set_a()
        transport.seek(200_000)
        transport.set_b()
        app.player.view.roi = Region(10, 20, 300, 200)
        await pilot.press("p")  # ON alone
        await open_dialog(app, pilot, until)
        assert field(app, "from").value == "00:00:00.100000"
        assert field(app, "region").value == "10,20,300,200"
        assert app.screen.query_one("#export-filters", Checkbox).value
        target = source.with_name("cut.csv")
        app.screen.query_one(Select).value = "csv"
        await pilot.pause()
        field(app, "file").value = str(target)
        field(app, "file").focus()
        await pilot.press("enter")
        await until(pilot, lambda: target.exists() and not app.services.exports.under_way)
        end = transport.mark_b
    events = all_events(source)
    wanted = events.between(100_000, end)
    inside = Region(10, 20, 300, 200).holds(wanted.x, wanted.y) & (wanted.p == 1)
    table = pl.read_csv(target)
    assert table["x"].to_list() == wanted.x[inside].tolist()
    assert set(table["p"].to_list()) == {1}


async def test_a_clip_is_drawn_as_the_player_shows_it(app, until):
    async with app.run_test(size=(80, 24)) as pilot:
        source = await highlight(app, pilot, until, "fan.h5")
        await pilot.press("enter")
        await until(pilot, lambda: app.player.session is not None)
        app.player.session.transport.playing = False
        await pilot.press("v")  # the next view
        await open_dialog(app, pilot, until)
        app.screen.query_one(Select).value = "gif"
        await pilot.pause()
        field(app, "to").value = "100ms"
        field(app, "file").focus()
        await pilot.press("enter")
        target = source.with_suffix(".gif")
        await until(pilot, lambda: target.exists() and not app.services.exports.under_way)
        drawing = app.player.drawing()
    assert (drawing.view, drawing.palette) == ("on", "classic")
    with Image.open(target) as clip:
        assert clip.size == (64, 48)
        assert clip.n_frames > 1


async def test_what_cannot_be_taken_is_said_and_stays(app, until):
    async with app.run_test(size=(80, 24)) as pilot:
        source = await highlight(app, pilot, until, "fan.h5")
        await open_dialog(app, pilot, until)
        good = field(app, "file").value
        for name, value, said in (
            ("file", "", "File: name one"),
            ("file", str(source), "File: is the recording itself"),
            ("file", str(source.parent), "is a folder"),
            ("file", "nowhere/x.h5", "there is no folder nowhere"),
            ("file", "x.csv", "File: hdf5 ends in .h5"),
            ("from", "soon", "From: 'soon' is not a time"),
            ("from", "1h", "From:"),
            ("from", "9", "From: is after the end"),
            ("to", "0", "To: is not after From"),
            ("region", "1,2,3", "Region: '1,2,3' is not a region"),
            ("region", "64,0,1,1", "Region: lies outside the sensor"),
        ):
            before = field(app, name).value
            field(app, name).value = value
            field(app, name).focus()
            await pilot.press("enter")
            await until(pilot, lambda said=said: said in hint(app))
            assert field(app, name).has_focus
            field(app, name).value = before
        assert field(app, "file").value == good
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.browser)
    assert list(source.parent.glob("fan-*")) == []


async def test_a_file_that_is_there_is_replaced_only_when_asked_twice(app, until):
    async with app.run_test(size=(80, 24)) as pilot:
        source = await highlight(app, pilot, until, "fan.h5")
        target = source.with_name("old.h5")
        target.write_bytes(b"old")
        await open_dialog(app, pilot, until)
        field(app, "file").value = str(target)
        await pilot.press("enter")
        await until(pilot, lambda: "old.h5 is there already" in hint(app))
        assert str(app.screen.query_one("#export-go", Button).label) == "Replace"
        assert target.read_bytes() == b"old"
        await pilot.press("enter")
        await until(pilot, lambda: target.stat().st_size > 3 and not app.services.exports.under_way)
    assert all_events(target).equals(all_events(source))


async def test_an_export_that_fails_is_told(app, until):
    async with app.run_test(size=(80, 24)) as pilot:
        source = await highlight(app, pilot, until, "broken.h5")
        await open_dialog(app, pilot, until)
        await pilot.press("enter")
        await until(pilot, lambda: bool(app._notifications))
        told = next(iter(app._notifications))
        assert told.title == "Export failed"
        assert "broken.h5" in told.message
    assert not source.with_name("broken-2.h5").exists()


@pytest.fixture
def gate(monkeypatch) -> Iterator[threading.Event]:
    """Exports wait for it after their first piece."""
    opened = threading.Event()
    slices = selection.slices

    def waiting(*arguments):
        for window in slices(*arguments):
            yield window
            opened.wait(10)

    monkeypatch.setattr(selection, "slices", waiting)
    yield opened
    opened.set()


def panel(app) -> str:
    return str(app.browser.query_one(LoadingPanel).render())


def files_like_the_fan(source: Path) -> list[str]:
    """Also those that are written beside and have no name yet."""
    return sorted(path.name for path in source.parent.iterdir() if path.suffix in (".h5", ".part"))


async def begin_export(app, pilot, until) -> None:
    await open_dialog(app, pilot, until)
    await pilot.press("enter")
    await until(pilot, lambda: app.screen is not None and not isinstance(app.screen, ExportScreen))


async def test_an_export_under_way_has_a_line_and_is_cancelled_by_x(app, until, gate):
    async with app.run_test(size=(120, 40)) as pilot:
        source = await highlight(app, pilot, until, "fan.h5")
        before = files_like_the_fan(source)
        await begin_export(app, pilot, until)
        await until(pilot, lambda: "export writing" in panel(app))
        assert "fan-2.h5" in panel(app)
        await pilot.press("x")
        gate.set()
        await until(pilot, lambda: panel(app) == "fan-2.h5: cancelled")
    assert files_like_the_fan(source) == before


async def test_a_click_cancels_one_that_waits_at_once(app, until, gate):
    async with app.run_test(size=(120, 40)) as pilot:
        source = await highlight(app, pilot, until, "fan.h5")
        await begin_export(app, pilot, until)
        await until(pilot, lambda: "export writing" in panel(app))
        await begin_export(app, pilot, until)
        await until(pilot, lambda: "export queued" in panel(app))
        first, second = panel(app).splitlines()
        assert ("fan-2.h5" in first, "fan-3.h5" in second) == (True, True), "a name of its own"
        await pilot.click(LoadingPanel, offset=(0, 1))
        await until(pilot, lambda: panel(app).splitlines() == [first])
        gate.set()
        await until(pilot, lambda: not app.services.exports.under_way)
    assert files_like_the_fan(source) == ["broken.h5", "fan-2.h5", "fan.h5"]


async def test_a_file_that_an_export_writes_already_is_refused(app, until, gate):
    async with app.run_test(size=(120, 40)) as pilot:
        source = await highlight(app, pilot, until, "fan.h5")
        await begin_export(app, pilot, until)
        await open_dialog(app, pilot, until)
        field(app, "file").value = str(source.with_name("fan-2.h5"))
        await pilot.press("enter")
        await until(pilot, lambda: "an export under way writes it" in hint(app))
        gate.set()


async def test_leaving_the_program_cancels_and_leaves_nothing(app, until, gate, monkeypatch):
    async with app.run_test(size=(120, 40)) as pilot:
        source = await highlight(app, pilot, until, "fan.h5")
        before = files_like_the_fan(source)
        await begin_export(app, pilot, until)
        await begin_export(app, pilot, until)
        await until(pilot, lambda: "export writing" in panel(app))
        assert len(files_like_the_fan(source)) == len(before) + 1
        stop = app.services.exports._queue.cancel

        def cancel(number: int) -> None:
            stop(number)
            if number == 2:
                gate.set()

        monkeypatch.setattr(app.services.exports._queue, "cancel", cancel)
        await pilot.press("q")
    assert files_like_the_fan(source) == before
    assert app.services.exports.under_way == []


async def test_what_is_decoded_whole_is_exported_too(app, until, folder):
    source = write_text(folder / "few.txt")
    async with app.run_test(size=(120, 40)) as pilot:
        await highlight(app, pilot, until, "few.txt")
        await begin_export(app, pilot, until)
        target = source.with_suffix(".h5")
        await until(pilot, lambda: target.exists() and not app.services.exports.under_way)
    assert all_events(target).x.tolist() == [3, 5, 7]


async def test_a_name_that_would_like_to_be_obeyed_is_exported(app, until, folder):
    source = write_h5(folder / "[red]odd\x1b]0;owned\x07.h5", count=50)
    async with app.run_test(size=(120, 40)) as pilot:
        await highlight(app, pilot, until, source.name)
        await begin_export(app, pilot, until)
        target = folder / "[red]odd_]0;owned_.h5"
        await until(pilot, lambda: bool(app._notifications))
        (told,) = app._notifications
        assert told.message == f"{target}: 50 events, {format_bytes(target.stat().st_size)}"
        assert not told.markup


async def test_in_the_player_it_says_that_it_began(app, until):
    async with app.run_test(size=(80, 24)) as pilot:
        source = await highlight(app, pilot, until, "fan.h5")
        await pilot.press("enter")
        await until(pilot, lambda: app.player.session is not None)
        await begin_export(app, pilot, until)
        await until(pilot, lambda: not app.services.exports.under_way)
        await until(pilot, lambda: len(app._notifications) == 2)
        assert [told.title for told in app._notifications] == ["Exporting", "Exported"]
        assert app.player.session is not None, "it plays on"
    assert all_events(source.with_name("fan-2.h5")).equals(all_events(source))


async def test_keys_alone_choose_format_and_part(app, until):
    async with app.run_test(size=(80, 24)) as pilot:
        source = await highlight(app, pilot, until, "fan.h5")
        app.browser.action_export()
        app.browser.action_export()  # a key that was pressed again before the dialog came
        await until(pilot, lambda: isinstance(app.screen, ExportScreen))
        await until(pilot, lambda: field(app, "file").value != "")
        await pilot.press("tab", "enter", "down", "down", "down", "enter")
        target = source.with_suffix(".csv")
        await until(pilot, lambda: field(app, "file").value == str(target))
        await pilot.press("tab", *"10ms", "tab", *"20ms", "tab", *"0,0,32,24", "tab", "space")
        assert app.screen.query_one("#export-relative", Checkbox).value
        await pilot.press("tab", "enter")
        await until(pilot, lambda: target.exists() and not app.services.exports.under_way)
        assert app.screen is app.browser, "one dialog, not two"
    events = all_events(source).between(10_000, 20_000)
    inside = Region(0, 0, 32, 24).holds(events.x, events.y)
    table = pl.read_csv(target)
    assert table["t"].to_list() == events.t[inside].tolist()
