"""`rulesync push`: an allowlist, and people's own rules, checked, planned and uploaded."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from rules_lib.aws.store import Store
from rules_lib.bucket import ALLOW_SHRINK, ALLOWLIST, LOCAL, own_key
from rules_lib.errors import RefusedError
from rules_lib.feed.naming import SUFFIX
from rules_lib.own.files import own_file_name
from rules_lib.sync.gather import Draft
from rules_lib.text import counted, visible
from rulesync_cli.account import world
from rulesync_cli.check_draft import beside
from rulesync_cli.commands.plan import plan_document
from rulesync_cli.common import (
    FILE,
    FOLDER,
    account_options,
    epilog,
    is_attended,
    json_option,
    print_json,
    shrink_option,
)
from rulesync_cli.edits import LocalEdit
from rulesync_cli.engine_check import EngineCheck, ask_engine, engine_option, tell_engine_check
from rulesync_cli.preview import Preview
from rulesync_cli.show.console import stdout
from rulesync_cli.show.plans import render_preview
from rulesync_cli.show.progress import waiting

_LEAVE: Final = "To leave what the engine refuses to the service: --yes, or --no-engine"
_NAMES_ALL: Final = "`rulesync plan --config FILE --full`"


@click.command(
    epilog=epilog(
        "rulesync push edited.yaml",
        "rulesync push edited.yaml --local rules/",
        "rulesync push edited.yaml --yes --json | jq .uploaded",
    )
)
@click.argument("file", type=FILE)
@click.option("--local", "own", type=FOLDER, metavar="DIR",
              help="Make the bucket's local/ like this folder: its .rules files are uploaded too, "
              "and those that it does not have are deleted there.")  # fmt: skip
@click.option("--yes", is_flag=True, help="Do not ask; without a terminal nobody is asked.")
@engine_option
@shrink_option
@json_option
@account_options
def push(  # noqa: PLR0913 - an argument for each option
    file: Path,
    *,
    bucket: str,
    policies: tuple[str, ...],
    own: Path | None,
    yes: bool,
    without_engine: bool,
    allow_shrink: bool,
    as_json: bool,
) -> None:
    """Check an allowlist FILE, show its plan, and upload it.

    Reads what `plan` reads. Writes config/categories.yaml, and with --local what is below local/;
    that starts the build function, which changes the rule groups. A file with errors, one whose
    plan a sync would refuse, and a folder with rules that would be discarded, are not uploaded; nor
    is, unless you say --yes, one with rules that a Suricata does not load where one is installed.
    """
    edit = LocalEdit.read(file, own, bucket, allow_shrink=allow_shrink)
    with waiting() as watch:
        here = world(bucket, policies, watch)
        found = edit.preview(here, allow_shrink=allow_shrink)
        watch("asking the engine about your own rules")
        said = ask_engine(found.foreseen.built, edit.folder, without_engine=without_engine)
    if not as_json:
        render_preview(found, stdout(), remarks=edit.remarks(found), names_all=_NAMES_ALL)
        tell_engine_check(said)
    _refuse(edit, found, said, yes=yes)
    if not yes and is_attended() and not click.confirm(f"upload it to s3://{bucket}?", err=True):
        raise click.ClickException("not confirmed; nothing was uploaded")
    uploaded, deleted = _upload(edit, here.store)
    if as_json:
        print_json(
            {
                "uploaded": uploaded,
                "deleted": deleted,
                "plan": plan_document(found),
                "engine": said.document,
            }
        )
    for what, addresses in (("uploaded", uploaded), ("deleted", deleted)):
        for address in addresses:
            click.echo(f"{what} {visible(address)}", err=True)
    click.echo(_next(found), err=True)


def _refuse(edit: LocalEdit, found: Preview, said: EngineCheck, *, yes: bool) -> None:
    """Upload nothing that would not be taken as it is meant.

    What only the engine of this machine refuses is left to the service where people say yes: it
    judges each rule for itself, and what it refuses costs no other rule.

    Raises:
        RefusedError: says what is wrong.
    """
    if found.foreseen.refusal:
        raise found.foreseen.refusal
    if edit.own is None:
        return
    engine = beside(edit.odd(found), said.faults)
    for fault in engine if yes else ():
        click.echo(f"warning: {visible(str(fault))}", err=True)
    faults = (*edit.faults(found), *(() if yes else engine))
    if faults:
        rules = counted(len(faults), "rule")
        lines = "\n".join(f"  {fault}" for fault in faults)
        left = f"{lines}\n{_LEAVE}" if engine and not yes else lines
        raise RefusedError(f"{rules} of your own would be discarded or refused", left)


def _upload(edit: LocalEdit, store: Store) -> tuple[list[str], list[str]]:
    """Upload what the edit has, the allowlist after the files that it names.

    Returns:
        Addresses of what was uploaded, and of what was deleted.
    """
    keys = list[str]()
    files = {_key(one.category): one.data for one in edit.own.files} if edit.own else {}
    there = _own_keys(store) if edit.own else ()
    for key, data in files.items():
        if key not in there or store.get(key) != data:
            store.put(key, data)
            keys.append(key)
    if edit.draft:
        _upload_allowlist(edit.draft, store)
        keys.append(ALLOWLIST)
    gone = [key for key in there if key not in files]
    for key in gone:
        store.delete(key)
    return [f"s3://{store.bucket}/{key}" for key in keys], [
        f"s3://{store.bucket}/{key}" for key in gone
    ]


def _own_keys(store: Store) -> tuple[str, ...]:
    """Keys of people's own files in the bucket, of such too as cannot both be read."""
    keys = (entry.key for entry in store.entries(LOCAL))
    return tuple(key for key in keys if key.endswith(SUFFIX) and key.count("/") == 1)


def _upload_allowlist(draft: Draft, store: Store) -> None:
    meant = {ALLOW_SHRINK: "true"} if draft.allow_shrink else {}
    store.put(ALLOWLIST, draft.text, metadata=meant)


def _key(category: str) -> str:
    return own_key(own_file_name(category))


def _next(found: Preview) -> str:
    if found.held:
        return f"held at build {found.held.build}: it takes effect after `rulesync resume`"
    return "the build function starts now; `rulesync status` names its build once it is applied"
