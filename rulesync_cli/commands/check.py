"""`rulesync check`: an allowlist and people's own rules, before they are uploaded."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from rules_lib.text import counted, visible, visible_lines
from rulesync_cli.account import policies_of, store_of
from rulesync_cli.chosen import aws_options
from rulesync_cli.common import (
    FEED,
    FILE,
    FOLDER,
    engine_option,
    epilog,
    format_option,
    json_option,
    policy_option,
    print_json,
)
from rulesync_cli.show.progress import waiting

if TYPE_CHECKING:
    from rules_lib.address import Address
    from rules_lib.allowlist import FirewallSettings
    from rules_lib.aws.store import Store
    from rules_lib.groups.rule_group import Deployed
    from rules_lib.own.files import OwnFiles
    from rules_lib.sync.gather import Draft
    from rulesync_cli.annotations import Annotation
    from rulesync_cli.check_draft import DraftContext, Examined, OwnFault
    from rulesync_cli.engine_check import EngineCheck
    from rulesync_cli.feed_list import CheckedList

_STDIN: Final = "<stdin>"
"""The name of what has none."""


@click.command(
    epilog=epilog(
        "rulesync check config/categories.yaml",
        "rulesync check mine.yaml --local rules/ --feed emerging.rules.tar.gz",
        "rulesync check mine.yaml --bucket my-bucket",
        "rulesync check --feeds feeds.yaml",
        "git show HEAD:categories.yaml | rulesync check -",
        "rulesync check mine.yaml --format sarif > rulesync.sarif",
        "rulesync check mine.yaml --json | jq '.errors[] | [.file, .line, .message]'",
        codes="0 valid; 1 errors, on stderr; 2 wrong usage",
    )
)
@click.argument("file", required=False,
                type=click.Path(exists=True, dir_okay=False, allow_dash=True))  # fmt: skip
@click.option("--feeds", type=FILE, metavar="FILE",
              help="A list of feeds to check too, or alone.")  # fmt: skip
@click.option("--local", "own", type=FOLDER, metavar="DIR",
              help="Folder with your own .rules files, to check too.")  # fmt: skip
@click.option("--feed", type=FEED, metavar="PATH_OR_URL",
              help="The feed's archive, to know its categories and its rules.")  # fmt: skip
@click.option("--bucket", envvar="RULESYNC_BUCKET", show_envvar=True,
              help="Take from the bucket what you do not give.")  # fmt: skip
@policy_option
@aws_options
@engine_option
@format_option("sarif", "github")
@json_option
def check(  # noqa: PLR0913 - an argument for each option
    file: str | None,
    *,
    feeds: Path | None,
    own: Path | None,
    feed: Address | None,
    bucket: str | None,
    policies: tuple[str, ...],
    without_engine: bool,
    form: str,
    as_json: bool,
) -> None:
    """Check an allowlist FILE, your own rules, and a list of feeds.

    FILE can be -, for standard input. Reports every error at once, with file, line, value and the
    nearest valid name. A rule of your own is an error if it would be discarded, or if an installed
    Suricata does not load it. With --policy, shows what the policy has left and whether the rule
    groups fit. Changes nothing.

    `--format github` prints commands of a GitHub workflow, which show findings beside the lines of
    a pull request. `--format sarif` prints SARIF 2.1.0.
    """
    from rulesync_cli.annotations import annotations_of, annotations_of_list
    from rulesync_cli.check_draft import beside, check_draft
    from rulesync_cli.engine_check import ask_engine
    from rulesync_cli.feed_list import CheckedList, list_document, tell_list

    listed = CheckedList.read(feeds) if feeds else None
    if file is None:
        if listed is None:
            raise click.UsageError("Missing argument 'FILE', or option '--feeds'.")
        raise SystemExit(_check_list(listed, form="json" if as_json else form))
    with waiting("checking"):
        store = store_of(bucket) if bucket else None
        draft = _draft(file)
        files = _own(own, store)
        evidence = replace(_evidence(feed, store), deployed=_deployed(policies_of(policies)))
        if listed:
            evidence = _with_list(evidence, listed)
        found = check_draft(draft, files, evidence)
        said = ask_engine(found.built, files.folder, without_engine=without_engine)
    faults = (*found.faults, *beside(found.odd, said.faults))
    if as_json or form == "json":
        document = _document(draft.source, found, faults, said)
        print_json(document | ({"feeds": list_document(listed)} if listed else {}))
    elif form == "text":
        _tell(draft.source, found, faults, said)
        if listed:
            tell_list(listed)
    else:
        of_list = annotations_of_list(listed) if listed else ()
        _tell_github(form, (*annotations_of(draft.source, found, faults, said), *of_list))
    wrong = found.error or found.refusal or faults or (listed and listed.error)
    raise SystemExit(1 if wrong else 0)


def _check_list(listed: CheckedList, form: str) -> int:
    """Check a list of feeds alone; give the exit code."""
    from rulesync_cli.annotations import annotations_of_list
    from rulesync_cli.feed_list import list_document, tell_list

    if form == "json":
        print_json(list_document(listed))
    elif form == "text":
        tell_list(listed)
    else:
        _tell_github(form, tuple(annotations_of_list(listed)))
    return 1 if listed.error else 0


def _with_list(evidence: DraftContext, listed: CheckedList) -> DraftContext:
    """A category may be one of a feed of the list too."""
    known = evidence.may_come
    return replace(evidence, may_come=lambda name: known(name) or listed.may_bring(name))


def _draft(file: str) -> Draft:
    """The allowlist, by the name under which people know it."""
    from rules_lib.sync.gather import Draft

    if file == "-":
        return Draft(sys.stdin.buffer.read() if sys.stdin else b"", _STDIN)
    return Draft(Path(file).read_bytes(), file)


def _own(folder: Path | None, store: Store | None) -> OwnFiles:
    """People's own rules, where they are at hand."""
    from rules_lib.own.files import OwnFiles, own_in_bucket, own_in_folder

    if folder:
        return own_in_folder(folder)
    return own_in_bucket(store) if store else OwnFiles()


def _evidence(feed: Address | None, store: Store | None) -> DraftContext:
    """The feed that was given, else the bucket's newest; from the bucket what was seen before."""
    from rules_lib.feed.in_use import feeds_in_use, files_in_use
    from rules_lib.feed.newest import has_release
    from rules_lib.state.latest import Latest
    from rules_lib.state.refusals import Refusals
    from rulesync_cli.check_draft import DraftContext
    from rulesync_cli.feed import read_feed

    files, day = read_feed(feed) if feed else (), datetime.now(UTC).date()
    if store is None:
        return DraftContext(day, files)
    feeds = feeds_in_use(store) if has_release(store) else None
    latest, refusals = Latest.find(store), Refusals.find(store)
    seen = latest.categories_seen if latest else ()
    return DraftContext(
        day=day,
        feed=files or tuple(files_in_use(store, feeds) if feeds else ()),
        known=(*seen, *(feeds.categories if feeds else ())),
        may_come=feeds.may_bring if feeds else lambda _: False,
        refusals=refusals.words if refusals else {},
    )


def _deployed(policies: tuple[str, ...]) -> Callable[[FirewallSettings], Deployed]:
    """What the account has; it is asked only where a policy is named."""
    from rules_lib.aws import clients
    from rules_lib.aws.firewall import Firewall
    from rules_lib.groups.rule_group import Deployed

    def read(asked: FirewallSettings) -> Deployed:
        if not policies:
            return Deployed()
        client = clients.network_firewall()
        return Firewall(client, asked.prefix, policies, target=asked.target).deployed()

    return read


def _tell(source: str, found: Examined, faults: tuple[OwnFault, ...], said: EngineCheck) -> None:
    from rulesync_cli.engine_check import tell_engine_check

    if found.error:
        click.echo(f"Error: {visible_lines(str(found.error))}", err=True)
    for fault in faults:
        click.echo(f"Error: {visible(str(fault))}", err=True)
    if found.refusal:
        click.echo(f"Error: {visible_lines(str(found.refusal))}", err=True)
    for warning in found.warnings:
        click.echo(f"warning: {visible(warning)}", err=True)
    tell_engine_check(said)
    if found.allowlist:
        click.echo(
            f"{visible(source)}: valid, {counted(len(found.allowlist.categories), 'category')}"
        )
    for left in found.left:
        click.echo(f"policy {visible(left.policy)}: {left.words}")
    if found.own and not faults:
        engine = f"; {said.words}" if said.version else ""
        click.echo(f"your own rules: {counted(found.own, 'rule')}, none discarded{engine}")


def _tell_github(form: str, findings: Sequence[Annotation]) -> None:
    """What GitHub reads; the only line of it that is not is of our own words."""
    from rulesync_cli.annotations import sarif_document, workflow_commands

    if form == "sarif":
        print_json(sarif_document(findings))
        return
    for line in workflow_commands(findings):
        click.echo(line)
    errors = sum(one.level == "error" for one in findings)
    warnings = counted(len(findings) - errors, "warning")
    click.echo(f"rulesync check: {counted(errors, 'error')}, {warnings}")


def _document(
    source: str, found: Examined, faults: tuple[OwnFault, ...], said: EngineCheck
) -> dict[str, Any]:
    records = found.error.records if found.error else ()
    errors = [{"file": source, **record} for record in records]
    own = [
        {**asdict(fault), "value": fault.rule, "message": fault.message, "nearest": None}
        for fault in faults
    ]
    return {
        "file": source,
        "valid": not errors and not own and not found.refusal,
        "categories": len(found.allowlist.categories) if found.allowlist else None,
        "own_rules": found.own,
        "errors": [*errors, *own],
        "warnings": [*found.warnings, *said.warnings],
        "engine": said.document,
        "left": [left.record for left in found.left],
        "refused": str(found.refusal) if found.refusal else None,
    }
