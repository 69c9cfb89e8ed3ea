"""The table alone: 10,000 rows in memory, and the cursor that stays on its dataset."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.geometry import Offset

from evtui.library.discovery import Dataset
from evtui.library.summary import Summary
from evtui.tui.columns import COLUMNS, Row
from evtui.tui.widgets.dataset_table import DatasetTable


def dataset(number: int, size: int = 1) -> Dataset:
    return Dataset(Path(f"/data/recording_{number:05}.h5"), f"folder_{number % 7}", size, 0)


def summary(number: int) -> Summary:
    return Summary(format="HDF5", width=64, height=48, events=number * 37 % 1_000)


class Alone(App[None]):
    """Nothing but the table."""

    CSS = "DatasetTable { height: 100%; }"

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count
        self.highlighted: list[str | None] = []
        self.chosen = 0

    def compose(self) -> ComposeResult:
        yield DatasetTable()

    def on_mount(self) -> None:
        self.table.add((dataset(number), summary(number)) for number in range(self.count))
        self.table.focus()

    @property
    def table(self) -> DatasetTable:
        return self.query_one(DatasetTable)

    def on_dataset_table_highlighted(self, message: DatasetTable.Highlighted) -> None:
        self.highlighted.append(message.row.dataset.name if message.row else None)

    def on_row_list_row_selected(self) -> None:
        self.chosen += 1

    @property
    def lines(self) -> list[str]:
        """The table as it is drawn."""
        table = self.table
        return [strip.text.rstrip() for strip in table.render_lines(table.size.region)]

    @property
    def current(self) -> str | None:
        row = self.table.current
        return row.dataset.name if row else None


@pytest.fixture
def cells(monkeypatch: pytest.MonkeyPatch) -> list[Row]:
    """The rows whose names are made into cells."""
    made: list[Row] = []
    name = COLUMNS[0]
    show = name.show

    def note(row: Row) -> object:
        made.append(row)
        return show(row)

    object.__setattr__(name, "show", note)
    yield made
    object.__setattr__(name, "show", show)


async def test_of_10_000_rows_only_those_in_sight_are_made(cells: list[Row]) -> None:
    app = Alone(10_000)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        assert app.table.row_count == 10_000
        assert 29 <= len({id(row) for row in cells}) < 60
        cells.clear()
        await pilot.press("ctrl+end")
        assert app.current == "recording_09999.h5"
        assert app.lines[-1].startswith(" recording_09999")
        app.table.sort_by("events")
        app.table.filter("folder_3")
        app.table.filter("")
        app.table.mark_cached({dataset(5).path: "…"})
        await pilot.pause()
        assert len({id(row) for row in cells}) < 200


async def test_a_row_is_drawn_again_only_where_it_changed(cells: list[Row]) -> None:
    app = Alone(100)
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.pause()
        cells.clear()
        app.table.learn(dataset(3), Summary(format="EVT3"))
        app.table.learn(dataset(4), summary(4))
        app.table.learn(dataset(90), Summary(format="EVT3"))
        await pilot.pause()
        assert {row.dataset.name for row in cells} == {"recording_00003.h5"}
        assert "EVT3" in app.lines[4]


async def test_keys_move_by_rows_pages_and_to_the_ends() -> None:
    app = Alone(100)
    async with app.run_test(size=(100, 21)) as pilot:
        places = []
        for key in (
            "down",
            "down",
            "up",
            "pagedown",
            "pagedown",
            "pageup",
            "ctrl+end",
            "ctrl+home",
        ):
            await pilot.press(key)
            places.append(app.table.cursor_row)
            assert app.table.cursor_row in app.table.rows_in_sight
        assert places == [1, 2, 1, 21, 41, 21, 99, 0]
        await pilot.press("up", "pageup")
        assert app.table.cursor_row == 0


async def test_a_click_highlights_and_one_on_the_highlighted_chooses() -> None:
    app = Alone(100)
    async with app.run_test(size=(100, 21)) as pilot:
        await pilot.press("ctrl+end")
        await pilot.click(DatasetTable, Offset(3, 1))
        assert app.current == "recording_00080.h5"
        assert app.chosen == 0
        await pilot.click(DatasetTable, Offset(30, 1))
        assert app.chosen == 1
        assert app.current == "recording_00080.h5"


async def test_a_click_below_the_last_row_does_nothing() -> None:
    app = Alone(3)
    async with app.run_test(size=(100, 21)) as pilot:
        await pilot.click(DatasetTable, Offset(3, 10))
        assert (app.current, app.chosen) == ("recording_00000.h5", 0)


async def test_a_click_on_a_title_sorts_and_another_reverses() -> None:
    app = Alone(50)
    async with app.run_test(size=(100, 21)) as pilot:
        at = app.lines[0].index("Events")
        await pilot.click(DatasetTable, Offset(at, 0))
        assert app.table.order == "events ↑"
        await pilot.click(DatasetTable, Offset(at, 0))
        assert app.table.order == "events ↓"
        assert app.current == "recording_00000.h5"
        await pilot.click(DatasetTable, Offset(1, 0))
        assert app.table.order == "name ↑"


async def test_the_row_under_the_mouse_shows() -> None:
    app = Alone(5)
    async with app.run_test(size=(100, 21)) as pilot:

        def background(line: int) -> object:
            (strip,) = app.table.render_lines(app.table.size.region)[line : line + 1]
            return next(iter(strip)).style.bgcolor

        plain = background(3)
        await pilot.hover(DatasetTable, Offset(3, 3))
        assert background(3) != plain
        await pilot.hover(DatasetTable, Offset(3, 15))
        assert background(3) == plain


async def test_columns_stand_below_their_titles() -> None:
    app = Alone(2_000)
    async with app.run_test(size=(140, 10)) as pilot:
        header, *rows = app.lines
        for title, text in (("Folder", "folder_1"), ("Format", "HDF5"), ("Sensor", "64×48")):
            assert rows[1].index(text) == header.index(title)
        assert rows[1].index("37") + 2 == header.index("Events") + 8, "to the right"
        await pilot.resize_terminal(50, 10)
        assert "Folder" not in app.lines[0]
        assert app.lines[1].startswith(" recording_00000")


async def test_a_long_name_is_cut_and_keeps_its_column() -> None:
    app = Alone(0)
    async with app.run_test(size=(60, 10)) as pilot:
        long = Dataset(Path("/data") / ("録画" * 40 + ".h5"), "", 1, 0)
        app.table.add([(long, summary(1)), (dataset(1), summary(1))])
        await pilot.pause()
        strips = app.table.render_lines(app.table.size.region)
        assert "…" in strips[1].text
        assert {strip.cell_length for strip in strips} == {app.table.size.width}


async def test_the_cursor_stays_on_its_dataset_and_its_line() -> None:
    app = Alone(1_000)
    async with app.run_test(size=(100, 21)) as pilot:
        app.table.move_cursor(row=500)
        line = app.table.cursor_row - app.table.rows_in_sight.start
        app.table.sort_by("events")
        app.table.reverse()
        app.table.filter("folder_3")
        assert app.current == "recording_00500.h5"
        app.table.filter("")
        assert app.table.cursor_row - app.table.rows_in_sight.start == line
        await pilot.pause()
        assert app.highlighted == ["recording_00000.h5", "recording_00500.h5"]


async def test_where_the_filter_leaves_none_the_cursor_comes_back() -> None:
    app = Alone(10)
    async with app.run_test(size=(100, 21)) as pilot:
        app.table.move_cursor(row=4)
        app.table.filter("nothing")
        await pilot.pause()
        assert app.highlighted[-1] is None
        app.table.filter("")
        await pilot.pause()
        assert app.highlighted[-1] == "recording_00004.h5"


async def test_where_its_dataset_is_gone_the_cursor_stays_in_its_place() -> None:
    app = Alone(10)
    async with app.run_test(size=(100, 21)):
        app.table.move_cursor(row=4)
        app.table.keep_only(dataset(number).path for number in range(10) if number != 4)
        assert app.current == "recording_00005.h5"
        app.table.keep_only(dataset(number).path for number in range(2))
        assert app.current == "recording_00001.h5"


async def test_a_rescan_that_finds_the_same_draws_nothing(cells: list[Row]) -> None:
    app = Alone(100)
    async with app.run_test(size=(100, 21)) as pilot:
        app.table.move_cursor(row=40)
        await pilot.pause()
        cells.clear()
        app.table.add((dataset(number), summary(number)) for number in range(100))
        app.table.add((dataset(number), None) for number in range(100))
        app.table.keep_only(dataset(number).path for number in range(100))
        await pilot.pause()
        assert not cells
        assert app.current == "recording_00040.h5"


async def test_a_file_that_changed_is_no_longer_known() -> None:
    app = Alone(3)
    async with app.run_test(size=(120, 21)):
        app.table.change(dataset(1, size=5_000_000))
        row = app.table.row(dataset(1).path)
        assert row is not None and row.summary is None
        assert "5.00 MB" in app.lines[2]
        app.table.learn(dataset(1), summary(1))
        assert row.summary is None, "what an older file told"


async def test_a_file_that_is_missing_is_marked_until_it_is_back() -> None:
    app = Alone(3)
    async with app.run_test(size=(120, 21)):
        app.table.miss(dataset(1).path, "the file is no longer there")
        assert app.lines[2].endswith("✗")
        assert all(cell.style and "dim" in str(cell.style) for cell in app.table.cells(1))
        app.table.miss(dataset(1).path, "")
        assert app.lines[2].endswith("✓")


async def test_what_was_learned_moves_rows_only_when_asked() -> None:
    app = Alone(0)
    async with app.run_test(size=(120, 21)):
        app.table.add((dataset(number), None) for number in range(3))
        app.table.sort_by("events")
        for number, events in enumerate((30, 20, 10)):
            app.table.learn(dataset(number), Summary(format="HDF5", events=events))
        assert app.table.get_row_index(str(dataset(0).path)) == 0
        app.table.rearrange()
        assert app.table.get_row_index(str(dataset(0).path)) == 2


STEPS = st.one_of(
    st.tuples(
        st.just("filter"), st.sampled_from(["", "f", "folder_3", "folder_3 000", "x", "000"])
    ),
    st.tuples(st.just("sort_by"), st.sampled_from([column.key for column in COLUMNS])),
    st.tuples(st.just("reverse"), st.none()),
    st.tuples(st.just("sort_by_next"), st.none()),
)


@settings(max_examples=15)
@given(steps=st.lists(STEPS, max_size=8), at=st.integers(0, 39))
async def test_whatever_is_done_the_rows_are_those_that_pass_in_order(
    steps: list[tuple[str, str | None]], at: int
) -> None:
    app = Alone(40)
    async with app.run_test(size=(140, 21)):
        table = app.table
        table.move_cursor(row=at)
        wanted = app.current
        words: list[str] = []
        for step, value in steps:
            getattr(table, step)(*([] if value is None else [value]))
            if step == "filter" and value is not None:
                words = value.split()
            shown = [str(table.get_row_at(index)[0]) for index in range(table.row_count)]
            rows = [row for row in map(table.row, table.paths) if row is not None]
            passing = [row for row in rows if all(word in row.text for word in words)]
            assert sorted(shown) == sorted(row.dataset.name for row in passing)
            if wanted in shown:
                assert app.current == wanted
            wanted = app.current or wanted
            if table.order:
                title, arrow = table.order.split()
                column = next(column for column in COLUMNS if column.title.lower() == title)
                keys = [column.order(table._shown[index]) for index in range(table.row_count)]
                assert keys == sorted(keys, reverse=arrow == "↓")  # type: ignore[type-var]
