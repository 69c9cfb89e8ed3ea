"""The command line: ``evtui [PATH…]`` opens the browser; commands do the rest without a screen.

Data goes to stdout, narration to stderr.  Exit codes: 0 done; 1 something failed, or ``check``
found something; 2 wrong use, a recording that cannot be read, or output that cannot be written;
130 interrupted.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import os
import sys
from typing import Any, cast

import click
from click.shell_completion import CompletionItem

from evtui import __version__

BROWSE = "browse"

COMMANDS: dict[str, str] = {
    BROWSE: "evtui.cli.browse:browse",
    "demo": "evtui.cli.browse:demo",
    "info": "evtui.cli.info:info",
    "check": "evtui.cli.check:check",
    "frame": "evtui.cli.frame:frame",
    "export": "evtui.cli.export:export",
    "convert": "evtui.cli.convert:convert",
    "bench": "evtui.cli.bench:bench",
    "paths": "evtui.cli.places:show_paths",
    "cache": "evtui.cli.caching:show_cache",
    "completion": "evtui.cli.completion:show_completion",
    "manual": "evtui.cli.manual:show_manual",
}
"""Every command, as ``module:function``: a module is imported when its command is first needed."""

_UNWRITABLE = 2
_INTERRUPTED = 130
_EPILOG = f"""
Run without a command, evtui browses PATH: folders, or recordings; one recording opens in the
player; no path means the current folder.  A folder that is called like a command is written with a
dot: evtui ./{BROWSE}
"""


class _Commands(click.Group):
    """A group whose first argument may also be a path: then it browses."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, function = COMMANDS[cmd_name].partition(":")
        return cast(click.Command, getattr(importlib.import_module(module), function))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {"--help", "--version", "-h"}
        is_asked_to_complete_a_first_word = ctx.resilient_parsing and not args
        named = bool(args) and (args[0] in COMMANDS or args[0] in own)
        if not (named or is_asked_to_complete_a_first_word):
            args = [BROWSE, *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Commands; what begins like none of them is a path or an option of the browser's."""
        found = super().shell_complete(ctx, incomplete)
        if incomplete.startswith("-"):
            browse = self.get_command(ctx, BROWSE)
            assert browse is not None
            known = {item.value for item in found}
            options = browse.shell_complete(click.Context(browse, ctx), incomplete)
            found += [item for item in options if item.value not in known]
        return found or [CompletionItem(incomplete, type="file")]

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("evtui: interrupted", err=True)
            sys.exit(_INTERRUPTED)
        except OSError as error:
            # A closed pipe is click's business, and an error about a file none of the output's.
            if error.errno == errno.EPIPE or error.filename is not None:
                raise
            _give_up_output(error)
            sys.exit(_UNWRITABLE)


def _give_up_output(error: OSError) -> None:
    """Say that what was printed is not all there, and keep Python from trying once more."""
    with contextlib.suppress(OSError):
        click.echo(f"evtui: the output cannot be written: {error.strerror}", err=True)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=_EPILOG,
    subcommand_metavar="[PATH… | COMMAND …]",
)
@click.version_option(__version__, prog_name="evtui")
def main() -> None:
    """Browse event-camera recordings and play them in the terminal."""
