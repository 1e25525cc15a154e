"""The command, whose embedded AWS takes the short way: `python -m support.quick WORDS…`."""

from rulesync_cli import main
from support.quick import quicken

quicken()
main(prog_name="rulesync")
