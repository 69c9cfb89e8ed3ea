"""``evtui DIR`` → table on screen with 1,000 recordings, in a pseudo-terminal.

    python benchmarks/startup.py [--count 1000] [--runs 10]

Beside it, what any Textual program with a table of as many rows takes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from common import milliseconds
from support.small import write_h5
from support.terminal import Terminal, evtui

DA1, DA1_ANSWER = b"\x1b[c", b"\x1b[?62;c"
"""What every terminal is asked, and answers at once."""

BARE = """
import sys
from textual.app import App
from textual.widgets import DataTable
class Bare(App):
    def compose(self):
        yield DataTable()
    def on_mount(self):
        table = self.query_one(DataTable)
        table.add_columns("Name", "Size")
        table.add_rows((f"recording_{row:05}.h5", "20 kB") for row in range(int(sys.argv[1])))
Bare().run()
"""


def until_shown(command: list[str], home: dict[str, str]) -> float:
    """Seconds from the start of a program to the first rows on the screen."""
    began = time.perf_counter()
    with Terminal(command, 120, 40, home) as terminal:
        asked = False
        while b"recording_00009" not in terminal.output:
            terminal.read(0.05, model=False)
            if not asked and DA1 in terminal.output:
                asked = True
                terminal.send(DA1_ANSWER)
            if time.perf_counter() - began > 30:
                raise SystemExit("no table after 30 s")
        return terminal.arrivals[-1][0] - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--runs", type=int, default=10)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(chosen.count):
            write_h5(Path(folder) / f"recording_{number:05}.h5", count=10)
        home = {"XDG_CACHE_HOME": folder + "/.cache", "XDG_CONFIG_HOME": folder + "/.config"}
        bare = [sys.executable, "-c", BARE, str(chosen.count)]
        ours, theirs = [], []
        for _ in range(chosen.runs):
            ours.append(until_shown(evtui(folder), home))
            theirs.append(until_shown(bare, home))
    print(f"evtui, {chosen.count} recordings       {milliseconds(ours)}")
    print(f"bare Textual, {chosen.count} rows      {milliseconds(theirs)}")


if __name__ == "__main__":
    main()
