"""``evtui manual``: the manual page, made from the command line's own help.

The page is in the language of man(7).  click-man was looked at: it passes over examples, epilogs
and commands that are imported when needed.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import click

from evtui import __version__

_VERBATIM = "\b"
"""The mark with which click keeps a paragraph's lines as they are."""


@click.command("manual")
@click.pass_context
def show_manual(ctx: click.Context) -> None:
    """Print the manual page.

    \b
    Examples:
      evtui manual | man -l -
      evtui manual > ~/.local/share/man/man1/evtui.1
    """
    group = ctx.find_root().command
    assert isinstance(group, click.Group)
    click.echo(manual_page(group), nl=False)


def manual_page(group: click.Group) -> str:
    """The page of a group and all its commands."""
    ctx = click.Context(group, info_name="evtui")
    return "\n".join(_page(group, ctx)) + "\n"


def _page(group: click.Group, ctx: click.Context) -> Iterator[str]:
    yield f'.TH EVTUI 1 "" "evtui {_text(__version__)}" "User Commands"'
    yield from (".SH NAME", f"evtui \\- {_text(_first_line(group))}", ".SH SYNOPSIS")
    for words in ("[PATH…] [OPTIONS]", "COMMAND …"):
        yield from (f".B evtui\n{_text(words)}", ".br")
    yield ".SH DESCRIPTION"
    yield from _prose(inspect.cleandoc(group.epilog or ""))
    yield ".SH COMMANDS"
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        if command is not None:
            yield from _command(command, click.Context(command, ctx, info_name=name))
    yield ".SH KEYS"
    yield from _keys()
    yield ".SH EXIT STATUS"
    yield from _prose(_exit_codes())
    yield ".SH ENVIRONMENT"
    yield from _environment()
    yield from (
        ".SH FILES",
        r"\fBevtui paths\fR prints where settings, cache, bookmarks and log are.",
    )


def _command(command: click.Command, ctx: click.Context) -> Iterator[str]:
    yield f".SS {_text(ctx.command_path)} {_text(' '.join(command.collect_usage_pieces(ctx)))}"
    yield from _prose(inspect.cleandoc(command.help or ""))
    for parameter in command.get_params(ctx):
        record = parameter.get_help_record(ctx)
        if record is not None and record[1] and "--help" not in parameter.opts:
            yield from (".TP", rf"\fB{_text(record[0])}\fR", _text(record[1]))


def _prose(text: str) -> Iterator[str]:
    """Paragraphs, of which those that are marked keep their lines."""
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        lines = paragraph.splitlines()
        if lines and lines[0] == _VERBATIM:
            yield from (".PP", ".nf", *map(_text, lines[1:]), ".fi")
        else:
            yield from (".PP", _text(" ".join(line.strip() for line in lines)))


def _keys() -> Iterator[str]:
    """The registry of actions: what the help screen shows."""
    from evtui.tui.actions import Place, rows

    for place in (Place.BROWSER, Place.PLAYER, Place.EVERYWHERE):
        yield f".SS {place.value}"
        for keys, meaning in rows(place):
            yield from (".TP", rf"\fB{_text(keys)}\fR", _text(meaning))


def _exit_codes() -> str:
    """What the package says of them, so that they are said in one place."""
    import evtui.cli

    said = inspect.cleandoc(evtui.cli.__doc__ or "")
    return said[said.index("Exit codes:") :].removeprefix("Exit codes:")


def _environment() -> Iterator[str]:
    from evtui.settings import environment_names

    for variable, label in environment_names():
        yield from (".TP", rf"\fB{_text(variable)}\fR", _text(label))
    yield from (".TP", r"\fBNO_COLOR\fR", "Not empty: no colours.")


def _first_line(command: click.Command) -> str:
    return inspect.cleandoc(command.help or "").partition("\n")[0].rstrip(".")


def _text(text: str) -> str:
    """Text in which nothing is taken for roff's own: escapes, hyphens, a point at the start."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped
