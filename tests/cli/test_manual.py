"""The manual page."""

from __future__ import annotations

import re
import shutil
import subprocess

import click
import pytest

from evtui.cli import COMMANDS, main
from evtui.cli.manual import manual_page
from evtui.settings import environment_names
from evtui.tui.actions import Place, at


def test_every_command_option_key_and_variable_is_in_it(run) -> None:
    page = run("manual").stdout
    for name in COMMANDS:
        assert f".SS evtui {name}" in page
    command = main.get_command(click.Context(main), "info")
    assert command is not None
    assert all(rf"\fB{option}" in page for option in (r"\-\-exact", r"\-\-json"))
    assert all(f"\n{action.help}\n".replace("-", "\\-") in page for action in at(Place.BROWSER))
    assert all(variable in page for variable, _ in environment_names())


def test_examples_keep_their_lines() -> None:
    @click.group(epilog="More.")
    def group() -> None:
        """Do things."""

    @group.command()
    def one() -> None:
        """Do one thing,
        on two lines.

        \b
        Examples:
          evtui one  .x
          .leading-dot \\ 'quoted'
        """

    page = manual_page(group)
    assert "Do one thing, on two lines." in page
    assert ".nf\nExamples:\n  evtui one  .x\n  .leading" in page.replace("\\-", "-")


def test_nothing_in_a_text_is_taken_for_an_order() -> None:
    @click.group()
    def group() -> None:
        """.SH evil"""

    assert "evtui \\- \\&.SH evil" in manual_page(group)


def test_troff_has_nothing_to_say_against_it() -> None:
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed")
    done = subprocess.run(
        ["groff", "-man", "-Kutf8", "-ww", "-Tutf8"],
        input=manual_page(main),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    # Bold is each letter twice, with a step back between.
    assert "EXIT STATUS" in re.sub(".\b", "", done.stdout)
