"""What becomes of rules that the service could not be asked about in time."""

from __future__ import annotations

from support.rules import allow, published, text

from rules_lib.model import Change, Reason
from rules_lib.outcome import Converted
from rules_lib.stages.convert import fingerprint
from rules_lib.stages.defer import Deferred, defer, waiting_in
from rules_lib.why import Why


def deferred(new: str, earlier: str, **settings: object) -> Deferred:
    """Defer one rule of which there is an earlier text, or none."""
    rules = published(new)
    return defer(rules, {fingerprint(new): earlier}, allow(**settings))


def test_without_anything_that_waits_all_rules_pass() -> None:
    """As on most days."""
    rules = published(text(1), text(2))
    assert defer(rules, {}, allow()) == Deferred(rules)


def test_rule_that_waits_is_discarded_and_no_other() -> None:
    """It says that the next build goes on."""
    rules = published(text(1), text(2))
    found = defer(rules, {fingerprint(text(1)): ""}, allow())
    assert found.rules == rules[1:]
    (lost,) = found.discarded
    assert (lost.rule, lost.reason) == (rules[0].rule, Reason.NOT_YET_PROVEN)
    assert "next build" in lost.detail
    assert waiting_in(found.rules, found.discarded) == (0, 1)


def test_text_in_force_stays_with_its_flowbits_and_variables() -> None:
    """All that later stages look at is that of the text which is published."""
    earlier = text(1, "flowbits:set,old; ", ends="$HOME_NET any -> any any")
    found = deferred(text(1, "flowbits:set,new; ", rev=2), earlier)
    (rule,) = found.rules
    assert rule.text == earlier
    assert [str(mark) for mark in rule.rule.ties[0].marks] == ["old"]
    assert rule.variables == {"HOME_NET"}
    assert rule.changes == (Change.EARLIER_TEXT,)
    assert rule.cause.why is Why.WAITING
    assert waiting_in(found.rules, found.discarded) == (1, 0)


def test_rule_stands_for_the_feeds_own_in_the_books() -> None:
    """Its place and its text before are those of the feed."""
    (rule,) = deferred(text(1, rev=2), text(1)).rules
    (asked,) = published(text(1, rev=2))
    assert (rule.rule.place, rule.rule.text) == (asked.rule.place, text(1, rev=2))


def action_of(new: str, earlier: str) -> str | None:
    """With which action a rule is published that had another; None where it is not."""
    rules: tuple[Converted, ...] = deferred(text(1, head=new, rev=2), text(1, head=earlier)).rules
    return rules[0].action if rules else None


def test_block_that_people_take_away_does_not_stay() -> None:
    """But an alert stays until the drop in its place is proven, and so does a drop."""
    assert action_of("alert tcp", "drop tcp") is None
    assert action_of("pass tcp", "reject tcp") is None
    assert action_of("drop tcp", "alert tcp") == "alert"
    assert action_of("drop tcp", "DROP tcp") == "drop"


def test_text_in_force_has_to_meet_todays_allowlist() -> None:
    """A variable without a value would have the whole group refused."""
    earlier = text(1, ends="$GONE any -> any any")
    assert deferred(text(1, rev=2), earlier).rules == ()
    assert deferred(text(1, rev=2), earlier, variables={"GONE": "10.0.0.0/8"}).rules != ()
    assert deferred(text(1, rev=2), "no rule at all").rules == ()
