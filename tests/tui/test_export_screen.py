"""The export dialog, from both screens, and what comes of it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from PIL import Image
from textual.widgets import Checkbox, Input, Select

from evtui.recordings.formats import open_in_place
from evtui.region import Region
from evtui.tui.screens.export import ExportScreen
from evtui.tui.widgets.loading_panel import LoadingPanel


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
        ):
            before = field(app, name).value
            field(app, name).value = value
            field(app, name).focus()
            await pilot.press("enter")
            await pilot.pause()
            assert said in hint(app), (name, value)
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
        await pilot.pause()
        assert "old.h5 is there already" in hint(app)
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


async def test_an_export_under_way_has_a_line_and_is_cancelled_by_x(app, until, monkeypatch):
    import threading

    from evtui.export import selection

    gate = threading.Event()
    slices = selection.slices

    def waiting(*arguments):
        for window in slices(*arguments):
            yield window
            gate.wait(10)

    monkeypatch.setattr(selection, "slices", waiting)
    async with app.run_test(size=(120, 40)) as pilot:
        source = await highlight(app, pilot, until, "fan.h5")
        await open_dialog(app, pilot, until)
        await pilot.press("enter")
        panel = app.browser.query_one(LoadingPanel)
        await until(pilot, lambda: "export writing" in str(panel.render()))
        assert "fan-2.h5" in str(panel.render())
        await pilot.press("x")
        gate.set()
        await until(pilot, lambda: not app.services.exports.under_way)
    assert [path.name for path in source.parent.iterdir() if "fan" in path.name] == ["fan.h5"]
