"""`python -m rules_lib.cli` is `rulesync`."""

from rules_lib.cli import main

main(prog_name="rulesync")
