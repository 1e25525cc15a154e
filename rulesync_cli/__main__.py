"""`python -m rulesync_cli` is `rulesync`."""

from rulesync_cli import main

main(prog_name="rulesync")
