"""The real program, with a home of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from support.small import write_h5
from support.terminal import Start, Terminal, evtui


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """A folder with two recordings, a broken one, and one whose name would like to be obeyed."""
    folder = tmp_path / "recordings"
    folder.mkdir()
    write_h5(folder / "fan.h5", count=20_000, span_us=2_000_000)
    write_h5(folder / "[bold]odd\x1b]0;owned\x07.h5", count=500)
    (folder / "broken.h5").write_bytes(b"\x89HDF\r\n\x1a\n and no more")
    return folder


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts ``evtui`` in a pseudo-terminal; what still runs is killed afterwards."""
    home = {
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "HOME": str(tmp_path),
    }
    with ExitStack() as stack:

        def run(*arguments: str, columns: int = 80, rows: int = 24) -> Terminal:
            return stack.enter_context(Terminal(evtui(*arguments), columns, rows, home, tmp_path))

        yield run
