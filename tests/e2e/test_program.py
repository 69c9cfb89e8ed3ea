from __future__ import annotations

import signal
import subprocess
import tomllib
from pathlib import Path

import pytest

from evtui.settings import KEYS
from support.small import write_h5
from support.terminal import Start, Terminal, evtui


def assert_left_clean(terminal: Terminal) -> None:
    """Line settings as before; alternate screen, mouse and hidden cursor taken back."""
    assert terminal.settings == terminal.settings_before
    tail = bytes(terminal.output)
    for on, off in ((b"?1049h", b"?1049l"), (b"?1000h", b"?1000l"), (b"?25l", b"?25h")):
        assert tail.rfind(off) > tail.rfind(on), f"{on!r} was not taken back"


def open_the_fan(terminal: Terminal) -> None:
    terminal.wait_for("fan.h5")
    terminal.wait_for("2.00 s")
    terminal.send("G\r")
    terminal.wait_for("window 10.0 ms")


def test_open_play_pause_back_quit(start: Start, recordings: Path) -> None:
    terminal = start(str(recordings))
    open_the_fan(terminal)
    terminal.wait_for("▶")
    terminal.send(" ")
    terminal.wait_for("‖")
    terminal.send("5")
    terminal.wait_for("00:00:00.995000")
    assert any(block in terminal.text for block in "▀▄█")
    terminal.send("\x1b")
    terminal.wait_for("broken.h5")
    terminal.send("q")
    terminal.assert_ends_well()
    assert_left_clean(terminal)


@pytest.mark.parametrize("key", ["\x11", "\x03"], ids=["ctrl+q", "ctrl+c"])
def test_quits_from_the_player(start: Start, recordings: Path, key: str) -> None:
    terminal = start(str(recordings / "fan.h5"))
    terminal.wait_for("window 10.0 ms")
    terminal.send(key)
    terminal.assert_ends_well()
    assert_left_clean(terminal)


def test_a_name_is_never_obeyed(start: Start, recordings: Path) -> None:
    terminal = start(str(recordings))
    terminal.wait_for("[bold]odd�]0;owned�.h5"[:14])
    terminal.send("q")
    terminal.wait_for_exit()
    assert b"\x1b]0;owned" not in terminal.output


def test_a_broken_recording_leaves_the_others_playing(start: Start, recordings: Path) -> None:
    terminal = start(str(recordings))
    terminal.wait_for("✗")
    terminal.send("g/broken\r")
    terminal.wait_for("1 of 3")
    terminal.send("\r")
    terminal.wait_for("broken.h5: ")
    terminal.send("\x1b")
    terminal.wait_for("3 recordings")
    open_the_fan(terminal)
    terminal.send("q")
    terminal.assert_ends_well()


def test_a_resize_is_followed(start: Start, recordings: Path) -> None:
    terminal = start(str(recordings / "fan.h5"))
    terminal.wait_for("window 10.0 ms")
    terminal.send(" ")
    terminal.wait_for("‖")
    terminal.resize(120, 40)
    terminal.wait_for(lambda _: "‖" in terminal.screen.display[38])
    terminal.send("q")
    terminal.assert_ends_well()


def test_the_settings_screen_writes_the_file(
    start: Start, recordings: Path, tmp_path: Path
) -> None:
    terminal = start(str(recordings))
    terminal.wait_for("fan.h5")
    terminal.send(",")
    terminal.wait_for("Settings")
    for _ in range(KEYS.index("glyphs")):
        terminal.send("j")
    terminal.send("l")
    terminal.wait_for("‹ quadrant ›")
    terminal.send("\x11")
    terminal.assert_ends_well()
    written = tomllib.loads((tmp_path / "config" / "evtui" / "config.toml").read_text())
    assert written == {"glyphs": "quadrant"}


def test_an_empty_folder(start: Start, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    terminal = start(str(tmp_path / "empty"))
    terminal.wait_for("no recordings in")
    terminal.send("q")
    terminal.assert_ends_well()


def test_no_such_folder_is_an_error_on_stderr(tmp_path: Path) -> None:
    done = subprocess.run(evtui(str(tmp_path / "none")), capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "none: no such file or folder" in done.stderr


def test_without_a_terminal_it_says_so(recordings: Path) -> None:
    done = subprocess.run(
        evtui(str(recordings)), capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 2
    assert "needs a terminal" in done.stderr


def test_a_wrong_setting_is_named(start: Start, recordings: Path, tmp_path: Path) -> None:
    config = tmp_path / "config" / "evtui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('glyphs = "crayon"\n')
    terminal = start(str(recordings))
    assert terminal.wait_for_exit() == 1
    assert "glyphs is one of half, quadrant" in terminal.text.replace("\n", "")


def test_nothing_heavy_is_imported_before_the_first_paint(recordings: Path) -> None:
    """polars, evlib, h5py and hdf5plugin come after the table is on the screen."""
    code = """
import os
import sys
import asyncio
from pathlib import Path
from evtui.settings import Settings
from evtui.settings import KEYS
from evtui.timing import Log
from evtui.tui.app import EvtuiApp
from evtui.tui.screens.browser.screen import BrowserScreen
from evtui.tui.services import Services

heavy = {"polars", "evlib", "h5py", "hdf5plugin"}
painted = []
begin = BrowserScreen.after_first_paint
def watch(screen):
    painted.append(heavy & set(sys.modules))
    begin(screen)
BrowserScreen.after_first_paint = watch

async def run():
    app = EvtuiApp([Path(sys.argv[1])], Services.make(Settings(), Log()))
    async with app.run_test() as pilot:
        while not painted:
            await pilot.pause(0.01)
asyncio.run(run())
print("at first paint:", sorted(painted[0]), flush=True)
# As the program itself ends: a thread that reads a file may hold a lock the interpreter waits for.
os._exit(0)
"""
    done = subprocess.run(
        [*evtui()[:1], "-c", code, str(recordings)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "at first paint: []\n"


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_ended_from_outside_an_export_leaves_nothing(
    start: Start, recordings: Path, number: signal.Signals
) -> None:
    write_h5(recordings / "zz long.h5", count=20_000_000, span_us=60_000_000)
    before = sorted(recordings.iterdir())
    terminal = start(str(recordings))
    terminal.wait_for("zz long.h5")
    terminal.send("Ge")
    terminal.wait_for("Enter exports")
    terminal.wait_for("zz long-2.h5")
    terminal.send("\r")
    terminal.wait_for("export writing")
    terminal.process.send_signal(number)
    assert terminal.wait_for_exit() == (0 if number == signal.SIGTERM else 128 + number)
    assert sorted(recordings.iterdir()) == before
    if number == signal.SIGTERM:
        assert_left_clean(terminal)
