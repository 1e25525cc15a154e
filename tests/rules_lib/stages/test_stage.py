"""New rules alert before they drop: which, from when on, and what each of them is known by."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

import pytest
from support.rules import allow, rule, text

from rules_lib.groups.content import GroupText
from rules_lib.groups.rule_group import Deployed, DeployedGroup, GroupVariables, Slot
from rules_lib.outcome import Candidate
from rules_lib.stages.select import select
from rules_lib.stages.stage import StagedRules, stage
from rules_lib.stages.tenure import Tenure
from rules_lib.staging_record import Departure, StagingRecord
from rules_lib.why import Exemption, Why

DAY: Final = date(2026, 11, 28)
WEEK: Final = {"days": 7}
OLD: Final = "metadata:created_at 2019_01_31; "
CRITICAL: Final = "metadata:signature_severity Critical, confidence High; "
ADDRESSES: Final = (
    "alert ip [192.0.2.1,198.51.100.0/24] any -> $HOME_NET any "
    '(msg:"list"; threshold:type limit, track by_src, count 1, seconds 60; '
    "flowbits:set,seen; sid:1; rev:1;)"
)
CATEGORY: Final = "emerging-web"


def ago(days: int) -> date:
    """A day before that of the build."""
    return DAY - timedelta(days=days)


def known(**what: Any) -> StagingRecord:
    """What builds before left, of which there was one."""
    return StagingRecord(**{"first": False, **what})


def deployed(*texts: str) -> Deployed:
    """One group in force."""
    group = DeployedGroup(
        name="et-web",
        arn="arn",
        slot=Slot(CATEGORY),
        capacity=100,
        content=GroupText("".join(f"{one}\n" for one in texts)),
        variables=GroupVariables(),
        strict=True,
        associations=1,
        token="",
    )
    return Deployed(groups=(group,))


def staged(
    source: str,
    *in_force: str,
    record: StagingRecord | None = None,
    fired: dict[int, date] | None = None,
    blind: bool = False,
    category: str = CATEGORY,
    **settings: Any,
) -> StagedRules:
    """What becomes of one rule of a category that drops, on an account that had builds."""
    allowlist = allow(**{"default": "drop", "staging": WEEK, **settings})
    wanted = select([rule(source, category)], allowlist).wanted
    tenure = Tenure.of(deployed(*in_force), record or known(), fired or {}, DAY, blind=blind)
    return stage(wanted, allowlist, tenure)


def one(found: StagedRules) -> Candidate:
    """The only rule."""
    (candidate,) = found.rules
    return candidate


def turns(source: str, *in_force: str, **more: Any) -> date | None:
    """The day from which a rule drops; None where it is not staged, as it drops now."""
    cause = one(staged(source, *in_force, **more)).cause
    assert (cause.action == "drop") is (cause.stage is None)
    return cause.stage.until if cause.stage else None


def test_new_rule_alerts_first_and_the_cause_says_until_when() -> None:
    """Its time begins with the first build that has it."""
    found = one(staged(text(1)))
    assert (found.cause.action, found.cause.why) == ("", Why.STAGED)
    assert str(found.cause) == (
        "it is staged: it alerts since 2026-11-28, and drops from 2026-12-05 on"
    )


@pytest.mark.parametrize(("days", "turned"), [(6, False), (7, True), (8, True)])
def test_rule_drops_once_its_days_are_over(days: int, turned: bool) -> None:
    """Counted from the day that was recorded."""
    record = known(since={1: ago(days)})
    until = turns(text(1), text(1), record=record)
    assert until == (None if turned else ago(days - 7))


def test_days_are_those_of_the_category_where_it_has_its_own() -> None:
    """Else those of all."""
    longer = {CATEGORY: {"mode": "drop", "staging": 14}}
    assert turns(text(1), categories=longer) == DAY + timedelta(days=14)
    never = {CATEGORY: {"mode": "drop", "staging": 0}}
    assert turns(text(1), categories=never) is None
    assert turns(text(1), staging={"days": 0}, categories=longer) == DAY + timedelta(days=14)


def test_nothing_is_staged_unless_it_is_asked_for() -> None:
    """So an allowlist of before means what it meant."""
    assert turns(text(1), staging={"days": 0}) is None
    assert turns(text(1), staging=None) is None


def test_what_drops_goes_on_dropping() -> None:
    """Also where a version that knew no staging had put it in force, and with a new text."""
    dropping = text(1, head="drop tcp")
    assert turns(text(1), dropping) is None
    assert turns(text(1, "nocase; ", rev=2), dropping) is None
    lost = known(intact=False)
    assert turns(text(1), dropping, record=lost) is None


def test_what_alerts_and_is_not_staged_drops_at_once() -> None:
    """People turned its category to drop: they have seen what it does."""
    assert turns(text(1), text(1)) is None


def test_what_alerts_is_staged_again_where_the_record_is_lost() -> None:
    """Nobody knows whether it was staged, so it is late rather than early."""
    assert turns(text(1), text(1), record=known(intact=False)) == DAY + timedelta(days=7)


def test_rule_that_was_brought_in_for_its_mark_is_new() -> None:
    """It said nothing, so nobody has seen what it would have blocked."""
    for silence in ("noalert; ", "flowbits:noalert; "):
        silent = text(1, f"flowbits:set,a; {silence}")
        assert turns(text(1, "flowbits:set,a; "), silent) == DAY + timedelta(days=7)
    speaking = 'alert tcp any any -> any any (msg:"a\\; noalert\\; b"; sid:1; rev:1;)'
    assert turns(speaking, speaking) is None


@pytest.mark.parametrize(
    ("created", "until"),
    [
        ("metadata:created_at 2026_11_25; ", date(2026, 12, 2)),
        ("metadata:created_at 2026_11_21; ", None),
        (OLD, None),
        ("metadata:created_at 2031_01_31; ", DAY + timedelta(days=7)),
        ("metadata:created_at 2026_13_31; ", DAY + timedelta(days=7)),
        ("", DAY + timedelta(days=7)),
    ],
)
def test_first_build_goes_by_the_day_on_which_a_rule_was_written(
    created: str, until: date | None
) -> None:
    """What is old drops at once on a new account; what does not say its day is new."""
    assert turns(text(1, created), record=StagingRecord()) == until


def test_later_builds_do_not_go_by_that_day() -> None:
    """A category that was off and drops now is new here, however old its rules are."""
    assert turns(text(1, OLD)) == DAY + timedelta(days=7)


def test_recorded_rule_that_is_not_in_force_begins_its_time_today() -> None:
    """Its build failed before the rule was put in force."""
    assert turns(text(1), record=known(since={1: ago(30)})) == DAY + timedelta(days=7)


def test_day_in_the_future_is_today() -> None:
    """A damaged record, or a clock that was wrong, must not stage a rule for years."""
    record = known(since={1: date(2999, 1, 1)})
    assert turns(text(1), text(1), record=record) == DAY + timedelta(days=7)


def test_rule_that_comes_back_goes_on_where_it_was() -> None:
    """With the same rev, within a month: a budget that swings must not stage it for ever."""
    gone = {1: Departure(ago(3), 1)}
    assert turns(text(1), record=known(left=gone)) is None
    began = known(left=gone, since={1: ago(5)})
    assert turns(text(1), record=began) == DAY + timedelta(days=2)


@pytest.mark.parametrize(
    "gone", [Departure(ago(3), 2), Departure(ago(30), 1)], ids=["other rev", "long ago"]
)
def test_rule_that_comes_back_as_another_one_is_new(gone: Departure) -> None:
    """The feed took it back and mended it, or it was away for long."""
    assert turns(text(1), record=known(left={1: gone})) == DAY + timedelta(days=7)


def test_lists_of_addresses_drop_at_once() -> None:
    """They say exactly what they block, and change daily; the cause says so."""
    found = one(staged(ADDRESSES))
    assert (found.cause.action, found.cause.exemption) == ("drop", Exemption.ADDRESSES)
    assert str(found.cause).endswith(
        "not staged: it is a list of addresses, which says exactly what it blocks"
    )


@pytest.mark.parametrize(
    "source",
    [
        ADDRESSES.replace("threshold", 'content:"x"; threshold'),
        ADDRESSES.replace("set,seen", "isset,seen"),
        ADDRESSES.replace("[192.0.2.1,198.51.100.0/24]", "![192.0.2.1,198.51.100.0/24]"),
        ADDRESSES.replace("[192.0.2.1,198.51.100.0/24]", "!192.0.2.1"),
        ADDRESSES.replace("[192.0.2.1,198.51.100.0/24]", "[any,!192.0.2.1]"),
        ADDRESSES.replace("[192.0.2.1,198.51.100.0/24]", "$EXTERNAL_NET"),
    ],
)
def test_what_asks_for_more_or_names_no_address_is_no_list(source: str) -> None:
    """What all but an address matches is nearly everything."""
    assert turns(source) == DAY + timedelta(days=7)


def test_excepted_metadata_drop_at_once_if_all_keys_hold() -> None:
    """As `staging: except:` names them."""
    staging = {**WEEK, "except": {"signature_severity": ["critical"], "confidence": ["High"]}}
    found = one(staged(text(1, CRITICAL), staging=staging))
    assert (found.cause.action, found.cause.exemption) == ("drop", Exemption.EXCEPTED)
    half = "metadata:signature_severity Critical; "
    assert turns(text(1, half), staging=staging) == DAY + timedelta(days=7)


def test_named_rule_drops_at_once() -> None:
    """People decided; so it is with their own rules, and with what a feed ships as drop."""
    assert turns(text(1), rules={"drop": [1]}) is None
    assert turns(text(1), category="local-mine") is None
    shipped = one(staged(text(1, head="drop tcp"))).cause
    assert (shipped.why, shipped.stage) == (Why.AS_SHIPPED, None)


def test_rule_that_fired_alerts_until_people_decide() -> None:
    """Also when its days are long over, and when the hit is no longer known."""
    record = known(since={1: ago(20)})
    found = staged(text(1), text(1), record=record, fired={1: ago(2)})
    assert one(found).cause.why is Why.STAGED_AND_FIRED
    assert "fired on 2026-11-26" in str(one(found).cause)
    again = staged(text(1), text(1), record=known(since=found.since, fired=found.fired))
    assert one(again).cause.why is Why.STAGED_AND_FIRED
    named = staged(text(1), text(1), record=record, fired={1: DAY}, rules={"drop": [1]})
    assert one(named).cause.action == "drop"


def test_rule_waits_while_it_is_unknown_what_fired() -> None:
    """It might have; the next build that knows lets it drop."""
    record = known(since={1: ago(8)})
    found = staged(text(1), text(1), record=record, blind=True)
    assert one(found).cause.why is Why.STAGED
    assert (found.since, found.fired) == ({1: ago(8)}, {})
    assert turns(text(1), text(1), record=record) is None
    enforced = {"days": 7, "on_hit": "enforce"}
    assert turns(text(1), text(1), record=record, blind=True, staging=enforced) is None


@pytest.mark.parametrize(("days", "waits"), [(13, True), (14, False), (400, False)])
def test_rule_waits_for_as_many_days_again_at_most(days: int, waits: bool) -> None:
    """Alert logs that are gone for good stage nothing for ever."""
    until = turns(text(1), text(1), record=known(since={1: ago(days)}), blind=True)
    assert until == (DAY + timedelta(days=1) if waits else None)


def test_rule_that_drops_goes_on_where_it_is_unknown_what_fired() -> None:
    """Nothing is taken back for it."""
    blocking = text(1).replace("alert", "drop", 1)
    assert turns(text(1), blocking, record=known(since={1: ago(8)}), blind=True) is None


def test_rule_that_fired_drops_on_its_day_if_so_wanted() -> None:
    """`on_hit: enforce`."""
    staging = {**WEEK, "on_hit": "enforce"}
    fired = {1: ago(1)}
    early = staged(text(1), text(1), record=known(since={1: ago(3)}), fired=fired, staging=staging)
    assert (one(early).cause.why, early.fired) == (Why.STAGED, fired)
    record = known(since={1: ago(7)})
    assert turns(text(1), text(1), record=record, fired=fired, staging=staging) is None


def test_hit_of_before_its_time_does_not_count() -> None:
    """It was another rule then, or no staged one."""
    record = known(since={1: ago(7)})
    assert turns(text(1), text(1), record=record, fired={1: ago(8)}) is None
    assert turns(text(1), text(1), fired={1: DAY}) is None


def test_time_runs_on_while_a_category_alerts() -> None:
    """Turned to alert for a day and back, a staged rule neither drops early nor begins again."""
    alerting = staged(
        text(1), text(1), record=known(since={1: ago(3)}), categories={CATEGORY: "alert"}
    )
    assert (one(alerting).cause.why, alerting.since) == (Why.ALERT_MODE, {1: ago(3)})
    back = known(since=alerting.since)
    assert turns(text(1), text(1), record=back) == DAY + timedelta(days=4)


STAGE: Final = {**WEEK, "changed": "stage"}


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (text(1, rev=2), None),
        (text(1, "metadata:updated_at 2026_11_28; reference:url,a; ", rev=2), None),
        (text(1, "priority:1; classtype:misc-attack; "), None),
        (text(1, "nocase; "), DAY + timedelta(days=7)),
        (text(1, ends="any any -> any 80"), DAY + timedelta(days=7)),
        (text(1, ends="$ALL any -> any any"), None),
        (text(1, "nocase; " + CRITICAL), None),
    ],
)
def test_changed_text_alerts_first_if_so_wanted(now: str, until: date | None) -> None:
    """What says nothing of what a rule matches, and what a build does to it, is no change."""
    staging = {**STAGE, "except": {"signature_severity": ["Critical"]}}
    dropping = text(1, head="drop tcp")
    settings = {"staging": staging, "variables": {"ALL": "any"}}
    assert turns(now, dropping, **settings) == until
    assert turns(now, dropping, variables={"ALL": "any"}) is None


def test_header_that_people_edited_is_no_changed_text() -> None:
    """Another value of a variable, or an exception, is no new rule."""
    before, now = text(1, head="drop tcp", ends="$HOME_NET any -> any any"), text(1)
    assert turns(now, before, staging=STAGE, record=known(edited=True)) is None
    host = [{"sid": 1, "not_from": "10.0.0.1"}]
    assert turns(now, before, staging=STAGE, exceptions=host) is None


def test_rule_that_somebody_wrote_by_hand_counts_as_changed() -> None:
    """It cannot be read as one of ours."""
    by_hand = 'drop tcp any any -> any any (msg:"a; sid:1; rev:1;)'
    assert turns(text(1), by_hand, staging=STAGE) == DAY + timedelta(days=7)
