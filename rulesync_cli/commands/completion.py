"""`rulesync completion`: the script by which a shell completes commands, options and build ids."""

from __future__ import annotations

from typing import Final

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

from rulesync_cli.common import epilog

_SHELLS: Final[dict[str, type[ShellComplete]]] = {
    "bash": BashComplete,
    "zsh": ZshComplete,
    "fish": FishComplete,
}
_NAME: Final = "rulesync"


@click.command(
    epilog=epilog(
        'eval "$(rulesync completion bash)"      # in ~/.bashrc',
        'eval "$(rulesync completion zsh)"       # in ~/.zshrc',
        "rulesync completion fish > ~/.config/fish/completions/rulesync.fish",
        codes="0 done; 2 wrong usage",
    )
)
@click.argument("shell", type=click.Choice(tuple(_SHELLS)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script for a SHELL.

    Reads and changes nothing. Build ids are completed from the bucket in RULESYNC_BUCKET.
    """
    maker = _SHELLS[shell](ctx.find_root().command, {}, _NAME, f"_{_NAME.upper()}_COMPLETE")
    click.echo(maker.source())
