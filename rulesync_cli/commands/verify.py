"""`rulesync verify`: the groups in a real Suricata, alone, and all of them on captured traffic."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from ipaddress import ip_network
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from rules_lib.errors import StoreError
from rules_lib.text import counted
from rulesync_cli.account import world
from rulesync_cli.common import FOLDER, epilog, json_option, print_json
from rulesync_cli.show.console import stdout, wide_option
from rulesync_cli.show.progress import waiting

_SECONDS: Final = 10
"""Between two lines of what is being done where stderr is no terminal."""

if TYPE_CHECKING:
    from rulesync_cli.verify.captures import Capture
    from rulesync_cli.verify.load import Loading
    from rulesync_cli.verify.loadable import Loadable
    from rulesync_cli.verify.suricata import Suricata
    from rulesync_cli.verify.traffic import Replay

    Watch = Callable[[str], None]


def _networks(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return tuple(str(ip_network(value)) for value in values)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command(
    epilog=epilog(
        "rulesync verify out",
        "rulesync verify out --pcap captures --home-net 10.20.0.0/16",
        "rulesync verify --bucket my-bucket --json | jq '.groups[].refusals'",
        codes="0 every rule is loaded; 1 a rule is refused, or an error; 2 wrong usage",
    )
)
@click.argument("results", type=FOLDER, required=False)
@click.option("--bucket", envvar="RULESYNC_BUCKET", show_envvar=True,
              help="Without RESULTS: the stack's bucket, to verify the rule groups in force."
              )  # fmt: skip
@click.option("--policy", "policies", multiple=True, envvar="RULESYNC_POLICIES", metavar="NAME",
              help="With --bucket: firewall policy whose priorities count.  "
              "[env var: RULESYNC_POLICIES]")  # fmt: skip
@click.option("--build", metavar="ID", help="With --bucket: the rule groups of this build.")
@click.option("--pcap", "places", multiple=True, metavar="PATH",
              type=click.Path(exists=True, path_type=Path),
              help="A capture, or a folder of captures, to replay through all rule groups. "
                   "Repeat it for more.")  # fmt: skip
@click.option("--home-net", multiple=True, metavar="CIDR", callback=_networks,
              help="HOME_NET of the firewall policy, for rule groups that declare none. Repeat "
                   "it for more. Default: private addresses.")  # fmt: skip
@click.option("--suricata", "program", metavar="PATH",
              help="The Suricata to use, 8.0 or 7.0. Default: the installed 8.0, otherwise 7.0."
              )  # fmt: skip
@json_option
@wide_option
def verify(  # noqa: PLR0913 - an argument for each option
    *,
    results: Path | None,
    bucket: str | None,
    policies: tuple[str, ...],
    build: str | None,
    places: tuple[Path, ...],
    home_net: tuple[str, ...],
    program: str | None,
    as_json: bool,
) -> None:
    """Load the rule groups into a real Suricata.

    Uses Suricata 8.0, as the service does, or 7.0. Loads each rule group alone, with its own
    variables. RESULTS is a results folder of `rulesync local`; without it, the rule groups in force
    are used. With --pcap, shows what all rule groups together would log and drop of captured
    traffic. Changes nothing.
    """
    from rulesync_cli.show.verdicts import Verified, render_verdicts, verify_document
    from rulesync_cli.verify.captures import captures_in
    from rulesync_cli.verify.loadable import HOME_NET
    from rulesync_cli.verify.suricata import find_engine

    engine = find_engine(program)
    captures = tuple(chain.from_iterable(captures_in(place) for place in places))
    if places and not captures:
        raise click.UsageError(f"there is no file in {', '.join(map(str, places))}")
    home_net = home_net or HOME_NET
    with waiting("reading the groups", every=_SECONDS) as watch:
        groups = _groups(results, bucket, policies, build)
        loadings = _load(engine, groups, home_net, watch)
        remarks, replays = (
            _replay(engine, _replayable(groups, loadings), home_net, captures, watch)
            if captures
            else ((), ())
        )
    remarks = (*_unseen(loadings), *remarks) if captures else ()
    verified = Verified(
        engine.version, home_net, groups, loadings, captures != (), remarks, replays
    )
    if as_json:
        print_json(verify_document(verified))
    else:
        render_verdicts(verified, stdout())
    raise SystemExit(0 if verified.ok else 1)


def _groups(
    results: Path | None, bucket: str | None, policies: tuple[str, ...], build: str | None
) -> tuple[Loadable, ...]:
    from rulesync_cli.verify.sources import in_account, in_folder, of_build

    if results:
        found = in_folder(results)
    elif bucket:
        here = world(bucket, policies)
        found = of_build(here.store, build) if build else in_account(here)
    else:
        raise click.UsageError("give a results folder, or the stack's bucket with --bucket")
    if not found:
        raise StoreError("there is no rule group to verify")
    return found


def _load(
    engine: Suricata, groups: Sequence[Loadable], home_net: tuple[str, ...], watch: Watch
) -> tuple[Loading, ...]:
    from rulesync_cli.verify.load import Loading, load_group

    loadings = list[Loading]()
    for number, group in enumerate(groups, start=1):
        watch(f"loading {group.name}, {number} of {len(groups)}")
        loadings.append(load_group(engine, group, home_net))
    return tuple(loadings)


def _replayable(groups: Sequence[Loadable], loadings: Sequence[Loading]) -> tuple[Loadable, ...]:
    """The groups without the rules that were not loaded, each as one and as a whole."""
    return tuple(
        group.without(loading.left_out) for group, loading in zip(groups, loadings, strict=True)
    )


def _unseen(loadings: Sequence[Loading]) -> Iterator[str]:
    if rules := sum(len(loading.unasked) for loading in loadings):
        yield f"not replayed: {counted(rules, 'rule')} that only the service can judge"


def _replay(
    engine: Suricata,
    groups: Sequence[Loadable],
    home_net: tuple[str, ...],
    captures: Sequence[Capture],
    watch: Watch,
) -> tuple[tuple[str, ...], tuple[Replay, ...]]:
    from rulesync_cli.verify.traffic import Replay, replayer

    watch("loading all rule groups together")
    with replayer(engine, groups, home_net, captures) as running:
        replays = list[Replay]()
        for number, capture in enumerate(captures, start=1):
            watch(f"replaying {capture.name}, {number} of {len(captures)}")
            replays += running.replay([capture])
        return running.combined.remarks, tuple(replays)
