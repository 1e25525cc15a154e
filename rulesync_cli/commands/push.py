"""`rulesync push`: an allowlist, and people's own rules, checked, planned and uploaded."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from rules_lib.bucket import FEEDS
from rules_lib.errors import RefusedError
from rules_lib.text import counted, visible
from rulesync_cli.account import world
from rulesync_cli.common import (
    FILE,
    FOLDER,
    account_options,
    engine_option,
    epilog,
    json_option,
    print_json,
    shrink_option,
)
from rulesync_cli.consent import confirm
from rulesync_cli.show.console import stdout, wide_option
from rulesync_cli.show.progress import waiting
from rulesync_cli.targeted import place_of
from rulesync_cli.words import tell

if TYPE_CHECKING:
    from rulesync_cli.copy_note import CopyNote, SeenObject
    from rulesync_cli.edits import LocalEdit
    from rulesync_cli.engine_check import EngineCheck
    from rulesync_cli.preview import Preview
    from rulesync_cli.upload import Upload

_LEAVE: Final = "To let the service decide: --yes, or --no-engine"
_MINUTES: Final = 20
"""Longer than a build may run, and than the event that starts it takes to arrive."""

_NOTHING: Final = "the bucket already has these files; nothing was uploaded"
_NAMES_ALL: Final = "`rulesync plan --config FILE --full`"


@click.command(
    epilog=epilog(
        "rulesync push edited.yaml",
        "rulesync push edited.yaml --local rules/",
        "rulesync push --feeds feeds.yaml",
        "rulesync push edited.yaml --yes --json | jq .uploaded",
        "rulesync push edited.yaml --force      # over a colleague's edit",
        "rulesync push edited.yaml --yes --wait",
        codes="0 done; 1 failed or refused, the cause is on stderr; 2 with --wait: a rollback "
        "holds; or wrong usage",
    )
)
@click.argument("file", type=FILE, required=False)
@click.option("--feeds", type=FILE, metavar="FILE",
              help="The list of feeds; uploaded as config/feeds.yaml. The allowlist may be left "
                   "out then.")  # fmt: skip
@click.option("--local", "own", type=FOLDER, metavar="DIR",
              help="Make the bucket's local/ like this folder: its .rules files are uploaded "
                   "too, and files that it lacks are deleted there.")  # fmt: skip
@click.option("--yes", is_flag=True,
              help="Do not ask, and let the service decide about rules that only Suricata here "
                   "refuses."
              )  # fmt: skip
@click.option("--force", is_flag=True,
              help="Replace what somebody else wrote to the bucket since you pulled, or what you "
              "never pulled.")  # fmt: skip
@click.option("--wait", is_flag=True,
              help="Wait until the build has ended, and report it."
              )  # fmt: skip
@click.option("--wait-minutes", "minutes", type=click.IntRange(min=1), metavar="N",
              help=f"Minutes to wait at most, by default {_MINUTES}. Implies --wait."
              )  # fmt: skip
@engine_option
@shrink_option
@json_option
@wide_option
@account_options
def push(  # noqa: PLR0913 - an argument for each option
    file: Path | None,
    *,
    bucket: str,
    policies: tuple[str, ...],
    feeds: Path | None,
    own: Path | None,
    yes: bool,
    force: bool,
    wait: bool,
    minutes: int | None,
    without_engine: bool,
    allow_shrink: bool,
    as_json: bool,
) -> None:
    """Check an allowlist FILE, show its plan, and upload it.

    Reads what `plan` reads. Shows what the file changes in the bucket and what a sync would do with
    it, and asks. Writes config/categories.yaml, and with --local the files under local/. That
    starts the build function, which changes the rule groups. Does not upload a file with errors, or
    one whose plan a sync would refuse, or rules of your own that would be discarded. Without --yes,
    it does not upload rules that an installed Suricata does not load. Without --force, it does not
    overwrite what somebody else wrote since your last `pull` or `push`, or what you never pulled
    into FILE's folder. With --feeds, it uploads the list of feeds too, and all its feeds are
    fetched before a build starts. The plan knows only releases that are in the bucket. With --wait,
    it waits until the build has ended; the exit code is 1 if the build failed or was refused.
    """
    from rulesync_cli.commands.plan import plan_document
    from rulesync_cli.copy_note import CopyNote
    from rulesync_cli.edits import LocalEdit
    from rulesync_cli.engine_check import ask_engine, tell_engine_check
    from rulesync_cli.follow import ended_record, follow, pushed_inputs, tell_end
    from rulesync_cli.history.awaited import builds_before
    from rulesync_cli.show.diffs import show_text_diff
    from rulesync_cli.show.plans import render_preview
    from rulesync_cli.upload import carry_out, seen_after, upload_of

    beside = file or feeds
    if beside is None:
        raise click.UsageError("Missing argument 'FILE', or option '--feeds'.")
    edit = LocalEdit.read(file, own, bucket, allow_shrink=allow_shrink, feeds=feeds)
    note = CopyNote.beside(beside)
    with waiting() as watch:
        here = world(bucket, policies, watch, as_is=True)
        upload = upload_of(edit, here.store, note.of(place_of(bucket)))
        found = edit.preview(here, allow_shrink=allow_shrink)
        watch("loading your own rules in Suricata")
        said = ask_engine(found.foreseen.built, edit.folder, without_engine=without_engine)
    if not as_json:
        show_text_diff(upload.diff(), stdout())
        render_preview(found, stdout(), remarks=edit.remarks(found), names_all=_NAMES_ALL)
        tell_engine_check(said)
    _refuse(edit, found, said, yes=yes)
    _tell_overtaken(upload, bucket, force=force)
    if upload.edits:
        confirm(f"upload it to s3://{place_of(bucket)}?", yes=yes)
    limit = minutes or (_MINUTES if wait else 0)
    before = builds_before(here.store) if limit else frozenset[str]()
    done = carry_out(upload, here.store)
    _note(note, beside, place_of(bucket), seen_after(upload, done))
    uploaded = [here.store.address(key) for key, seen in done.items() if seen]
    deleted = [here.store.address(key) for key, seen in done.items() if not seen]
    for what, addresses in (("uploaded", uploaded), ("deleted", deleted)):
        for address in addresses:
            tell(f"{what} {visible(address)}")
    waited = bool(done and limit)
    ended = follow(here.store, pushed_inputs(found, before), limit) if waited else None
    if as_json:
        document = {
            "uploaded": uploaded,
            "deleted": deleted,
            "diff": list(upload.diff()),
            "plan": plan_document(found),
            "engine": said.document,
        }
        print_json(document | ({"waited": ended_record(ended)} if waited else {}))
    if waited:
        tell_end(ended, limit)
    else:
        tell(_next(found, done) if done else _NOTHING)


def _note(note: CopyNote, file: Path, bucket: str, seen: Mapping[str, SeenObject | None]) -> None:
    """Note what was pushed; where that cannot be written, the upload is done all the same."""
    from rulesync_cli.copy_note import note_path

    try:
        note.write(file, bucket, seen)
    except OSError as error:
        words = (
            f"{note_path(file)}: {error.strerror}; the next push cannot tell whether somebody else "
            "changed the bucket"
        )
        tell(f"warning: {visible(words)}")


def _tell_overtaken(upload: Upload, bucket: str, *, force: bool) -> None:
    """Lose no colleague's edit; where people mean to, say loudly whose place is taken.

    Raises:
        RefusedError: somebody else wrote what would be replaced, or it was never pulled, and nobody
            said --force.
    """
    from rulesync_cli.upload import refuse_overtaken

    if not force:
        refuse_overtaken(upload, bucket)
    since = "written by somebody else since you pulled" if upload.pulled else "never pulled"
    for key in upload.overtaken:
        tell(f"warning: s3://{bucket}/{key} was {since}; --force replaces it")


def _refuse(edit: LocalEdit, found: Preview, said: EngineCheck, *, yes: bool) -> None:
    """Upload nothing that would not be taken as it is meant.

    What only the engine of this machine refuses is left to the service where people say yes: it
    judges each rule for itself, and what it refuses costs no other rule.

    Raises:
        RefusedError: says what is wrong.
    """
    from rulesync_cli.check_draft import beside

    if found.foreseen.refusal:
        raise found.foreseen.refusal
    if edit.own is None:
        return
    engine = beside(edit.odd(found), said.faults)
    for fault in engine if yes else ():
        tell(f"warning: {visible(str(fault))}")
    faults = (*edit.faults(found), *(() if yes else engine))
    if faults:
        rules = counted(len(faults), "rule")
        lines = "\n".join(f"  {fault}" for fault in faults)
        left = f"{lines}\n{_LEAVE}" if engine and not yes else lines
        raise RefusedError(f"{rules} of your own would be discarded or refused", left)


def _next(found: Preview, done: Collection[str]) -> str:
    if FEEDS in done:
        return "the fetch function starts now; once it has ended, the build function starts"
    if found.held:
        return f"held at build {found.held.build}: it takes effect after `rulesync resume`"
    return "the build function starts now; `rulesync status` shows its build once it is applied"
