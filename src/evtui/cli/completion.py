"""``evtui completion``: what makes a shell complete evtui's commands, options and paths."""

from __future__ import annotations

import click

SHELLS = ("bash", "zsh", "fish")


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def show_completion(ctx: click.Context, shell: str) -> None:
    """Print the script that completes evtui's commands in a shell.

    \b
    Examples:
      evtui completion bash >> ~/.bashrc
      evtui completion zsh > ~/.zfunc/_evtui
      evtui completion fish > ~/.config/fish/completions/evtui.fish
    """
    from click.shell_completion import get_completion_class

    completion = get_completion_class(shell)
    assert completion is not None
    made = completion(ctx.find_root().command, {}, "evtui", "_EVTUI_COMPLETE")
    click.echo(made.source_template % made.source_vars())
