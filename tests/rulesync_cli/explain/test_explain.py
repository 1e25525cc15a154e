"""One rule's story: where it stands, what is asked, what becomes of it, and what brings it back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from support.groups import in_force
from support.inputs import inputs
from support.rules import FEEDS, allowlists, feed, line, ruleset, text
from support.stories import evidence, explained, story

from rules_lib.allowlist import Allowlist, load_allowlist
from rules_lib.allowlist.reader import read_document
from rules_lib.build import build
from rules_lib.model import Change, Malformed, Mode, Reason
from rules_lib.stages.convert import fingerprint
from rules_lib.ties import MarkKind
from rulesync_cli.explain import Evidence, explain
from rulesync_cli.explain.story import Fate, LeftOut, Relative

WEB = "emerging-web"
DROP = {"categories": {WEB: "drop"}}
SEVERE = {"mode": "drop", "drop_when": {"signature_severity": ["Major"], "confidence": ["High"]}}


def left_out(sid: int, *lines: str, **settings: Any) -> LeftOut:
    """What is said of a rule that is not kept."""
    found = story(sid, *lines, **settings).left_out
    assert found is not None
    return found


def test_kept_rule_has_its_line_and_its_seat() -> None:
    """The second of two in the category's group."""
    told = story(2, "# words", text(1), text(2, rev=7))
    assert (told.origin.category, told.origin.line, told.origin.rev) == (WEB, 3, 7)
    assert (told.origin.enabled, told.origin.woken, told.fate) == (True, False, Fate.KEPT)
    assert told.seat is not None
    assert (told.seat.group, told.seat.priority) == ("et-emerging-web", 1000)
    assert (told.seat.position, told.seat.rules) == (2, 2)
    assert told.left_out is None


MODES = """\
version: 1
default: alert
categories:
  emerging-web: drop
  emerging-dns: off
rules:
  alert: [1]
  drop: [2]
  off:
    - 3
  on: [4]
"""


@pytest.mark.parametrize(
    ("sid", "category", "mode", "key", "at"),
    [
        (1, WEB, Mode.ALERT, "rules.alert", 7),
        (2, WEB, Mode.DROP, "rules.drop", 8),
        (3, WEB, Mode.OFF, "rules.off", 10),
        (4, "emerging-dns", Mode.ALERT, "rules.on", 11),
        (5, WEB, Mode.DROP, "categories.emerging-web", 4),
        (6, "emerging-dns", Mode.OFF, "categories.emerging-dns", 5),
        (7, "emerging-malware", Mode.ALERT, "default", 2),
    ],
)
def test_mode_names_the_line_that_gives_it(
    sid: int, category: str, mode: Mode, key: str, at: int
) -> None:
    """The sid's own setting, else the category's line, else the default."""
    (told,) = explain(sid, evidence({category: [text(sid)]}, MODES)).stories
    assert (told.asked.mode, told.asked.key, told.asked.line) == (mode, key, at)


def test_default_that_the_file_leaves_out_has_no_line() -> None:
    """It holds all the same."""
    (told,) = explain(1, evidence({WEB: [text(1)]}, "version: 1\n")).stories
    assert (told.asked.mode, told.asked.key, told.asked.line) == (Mode.OFF, "default", None)


@pytest.mark.parametrize(
    ("options", "settings", "action", "why"),
    [
        ("", {}, "alert", "alert mode"),
        ("", DROP, "drop", "drop mode turns alert into drop"),
        ("noalert; ", DROP, "alert", "noalert"),
        ("flowbits:noalert; ", DROP, "alert", "noalert"),
        (
            "metadata:signature_severity Minor, confidence High; ",
            {"categories": {WEB: SEVERE}},
            "alert",
            "`drop_when` does not hold: signature_severity is Minor, wanted: Major",
        ),
        (
            "metadata:signature_severity Major; ",
            {"categories": {WEB: SEVERE}},
            "alert",
            "`drop_when` does not hold: confidence is not given (`missing: alert`)",
        ),
        (
            "metadata:signature_severity Major, confidence High; ",
            {"categories": {WEB: SEVERE}},
            "drop",
            "`drop_when` holds",
        ),
        (
            "",
            {"categories": {WEB: SEVERE}, "rules": {"drop": [1]}},
            "drop",
            "its sid is listed",
        ),
    ],
)
def test_action_has_its_why(options: str, settings: dict[str, Any], action: str, why: str) -> None:
    """Also why an alert stays one in drop mode, and which field keeps it there."""
    published = story(1, text(1, options), **settings).published
    assert published is not None
    assert published.action == action
    assert why in published.why


def test_each_condition_is_told_with_whether_it_holds() -> None:
    """Those that hold too, so that an edit can be thought through."""
    options = "metadata:signature_severity Unknown, confidence High; "
    published = story(1, text(1, options), categories={WEB: SEVERE}).published
    assert published is not None
    assert [(one.key, one.holds, one.says) for one in published.conditions] == [
        ("signature_severity", False, "signature_severity is Unknown, wanted: Major"),
        ("confidence", True, "confidence is High"),
    ]


@pytest.mark.parametrize(
    "settings", [{}, DROP, {"categories": {WEB: SEVERE}, "rules": {"alert": [1]}}]
)
def test_where_drop_when_is_not_asked_there_are_no_conditions(settings: dict[str, object]) -> None:
    """In alert mode, without a `drop_when`, or where the sid has its own line."""
    published = story(1, text(1), **settings).published  # type: ignore[arg-type]  # as above
    assert published is not None
    assert published.conditions == ()


def test_action_of_the_feed_stays() -> None:
    """A pass is no drop, whatever the mode."""
    asked: dict[str, Any] = {"categories": {WEB: "drop"}, "feed_pass": "keep"}
    published = story(1, text(1, head="pass tcp"), **asked).published
    assert published is not None
    assert (published.action, "ships it as pass" in published.why) == ("pass", True)


def test_each_change_is_told_and_shown() -> None:
    """What was taken out and put in, token by token."""
    published = story(1, text(1, "classtype:x; "), categories={WEB: "drop"}).published
    assert published is not None
    changes = [edit.change for edit in published.edits]
    assert changes == [Change.ALERT_TO_DROP, Change.CLASSTYPE_REMOVED]
    marked = [(piece.kind, piece.text.strip()) for piece in published.pieces]
    assert ("removed", "alert") in marked
    assert ("added", "drop") in marked
    assert ("removed", "classtype:x;") in marked


TO_DROP, TO_ALERT, TO_OFF = (f"`rules: {name}: [1]`" for name in ("drop", "alert", "off"))


@pytest.mark.parametrize(
    ("options", "settings", "ways"),
    [
        ("", {}, [f"{TO_DROP}: it drops", f"{TO_OFF}: it is left out"]),
        (
            "",
            {"categories": {WEB: "drop"}},
            [f"{TO_ALERT}: it alerts", f"{TO_OFF}: it is left out"],
        ),
        ("", {"categories": {WEB: SEVERE}}, [f"{TO_DROP}: it drops", f"{TO_OFF}: it is left out"]),
        (
            "",
            {"rules": {"drop": [1]}},
            [
                f"{TO_ALERT} in place of `rules: drop:`: it alerts",
                f"{TO_OFF} in place of `rules: drop:`: it is left out",
            ],
        ),
        ("flowbits:set,a; noalert; ", {}, [f"{TO_OFF}: it is left out"]),
    ],
)
def test_kept_rule_says_what_would_change_its_action(
    options: str, settings: dict[str, Any], ways: list[str]
) -> None:
    """Only what does: a rule that says nothing is not made to drop."""
    published = story(1, text(1, options), **settings).published
    assert published is not None
    assert list(published.to_change) == ways


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"categories": {WEB: "drop"}},
        {"categories": {WEB: "off"}},
        {"rules": {"drop": [1]}},
        {"rules": {"off": [1]}},
        {"rules": {"on": [1]}},
    ],
)
@pytest.mark.parametrize(
    "source",
    [
        text(1),
        f"# {text(1)}",
        text(1, "lua:x; "),
        text(1, "flowbits:isset,a; "),
        text(1, ends="any any -> $NOPE any"),
        text(1).replace("alert tcp", "reject icmp"),
        text(1).replace("any any ->", "any ->"),
    ],
)
def test_no_story_is_a_dead_end(source: str, settings: dict[str, Any]) -> None:
    """Whatever became of a rule, the story says what would change that."""
    told = story(1, source, text(2), **settings)
    if told.published:
        assert told.published.to_change
    else:
        assert told.left_out is not None
        assert told.left_out.way_back


def test_disabled_rule_says_how_it_is_woken() -> None:
    """And in which mode it would be."""
    told = story(1, f"#{text(1)}", text(2), categories={WEB: "drop"})
    assert (told.fate, told.origin.enabled, told.origin.line) == (Fate.DISABLED, False, 1)
    assert told.left_out is not None
    assert told.left_out.way_back == "`rules: on: [1]` enables it, in drop mode."


def test_woken_rule_is_told_as_woken() -> None:
    """The feed ships it disabled, and it is kept."""
    told = story(1, f"# {text(1)}", rules={"on": [1]})
    assert (told.fate, told.origin.enabled, told.origin.woken) == (Fate.KEPT, False, True)


def test_disabled_rule_that_cannot_be_used_says_so() -> None:
    """Waking it would bring nothing."""
    (note,) = left_out(1, "#" + text(1, "lua:x; ")).notes
    assert note.startswith("even then it would be discarded as unsupported-keyword")


def test_off_rule_names_the_line_that_would_turn_it_on() -> None:
    """The category's."""
    told = left_out(1, text(1), default="off")
    assert "`emerging-web: alert` under `categories:`" in told.way_back
    assert told.reason is None


def test_sid_under_off_is_to_be_taken_off_that_list() -> None:
    """No other edit helps."""
    assert "out of `rules: off:`" in left_out(1, text(1), rules={"off": [1]}).way_back


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (text(1, head="log tcp"), Reason.UNSUPPORTED_ACTION),
        (text(1, head="reject udp"), Reason.UNSUPPORTED_REJECT),
        (text(1, head="alert sctp"), Reason.UNSUPPORTED_PROTOCOL),
        (text(1, "dataset:set,x; "), Reason.UNSUPPORTED_KEYWORD),
        (text(1, "flowbits:isset,a; "), Reason.FLOWBIT_NEVER_SET),
        ("alert tcp any any (sid:1;)", Reason.UNPARSEABLE),
    ],
)
def test_discarded_rule_has_reason_detail_and_remedy(source: str, reason: Reason) -> None:
    """The reason's own remedy, and the detail of this very rule."""
    told = left_out(1, source)
    assert told.reason is reason
    assert told.detail
    assert told.way_back


@pytest.mark.parametrize(
    ("options", "settings", "way_back"),
    [
        ("filesize:>5; ", {}, "`documented_unsupported: keep` in"),
        ("threshold:type limit; ", {"threshold": "discard"}, "`threshold: keep` in"),
        (
            "filesize:>5; threshold:type limit; ",
            {"threshold": "discard"},
            "`documented_unsupported: keep` and `threshold: keep` in",
        ),
        ("lua:x; ", {}, "Nothing: no setting"),
        ("lua:x; filesize:>5; ", {}, "Nothing: no setting"),
    ],
)
def test_way_back_of_a_keyword_names_the_setting_that_keeps_this_rule(
    options: str, settings: dict[str, object], way_back: str
) -> None:
    """Or says that there is none, rather than to list what may hold for others."""
    assert left_out(1, text(1, options), **settings).way_back.startswith(way_back)


def test_undefined_variable_names_the_key_that_wants_a_value() -> None:
    """And a reference set its own."""
    told = left_out(1, text(1, ends="any any -> $NOPE any"))
    assert told.way_back == "Give a value to `variables: NOPE:` in the allowlist."
    told = left_out(1, text(1, ends="any any -> @NOPE any"))
    assert told.way_back == "Give a value to `references: NOPE:` in the allowlist."


@pytest.mark.parametrize(
    ("setter", "settings", "note"),
    [
        ("", {"rules": {"off": [1]}}, "off, sets a: take 1 out of `rules: off:`"),
        ("lua:x; ", {}, "1 sets a and is discarded too: `rulesync explain 1`"),
    ],
)
def test_checker_names_the_setter_that_is_left_out(
    setter: str, settings: dict[str, Any], note: str
) -> None:
    """With what brings that one back."""
    lines = (text(1, f"flowbits:set,a; {setter}"), text(2, "flowbits:isset,a; "))
    assert left_out(2, *lines, **settings).notes == (note,)


def test_undefined_variable_says_how_many_rules_wait_for_it() -> None:
    """So that people see what the one line is worth."""
    ends = "$NOPE any -> any any"
    told = left_out(1, text(1, ends=ends), text(2, ends=ends))
    assert told.notes == ("give `variables: NOPE:` a value, and 2 rules can come back",)
    alone = left_out(1, text(1, ends=ends))
    assert alone.notes == ("give `variables: NOPE:` a value, and 1 rule can come back",)


def test_refused_rule_has_the_words_of_the_service() -> None:
    """As it said them."""
    refusals = {fingerprint(text(1)): "stateful rule is invalid"}
    told = story(1, text(1), refusals=refusals).left_out
    assert told is not None
    assert (told.reason, told.detail) == (Reason.REJECTED_BY_SERVICE, "stateful rule is invalid")


def test_duplicate_sid_has_a_story_a_line_and_the_used_one_comes_first() -> None:
    """The other names the winner."""
    first, second = explained(1, {"emerging-dns": [text(1)], WEB: [text(1, rev=2)]}).stories
    assert (first.origin.category, first.fate) == (WEB, Fate.KEPT)
    assert second.left_out is not None
    assert second.left_out.reason is Reason.DUPLICATE_SID
    assert "emerging-web, line 1, as rev 2" in second.left_out.detail


def test_own_copy_that_is_off_comes_behind_the_rule_of_the_feed_that_is_used() -> None:
    """And says that it is off, not that it is a duplicate."""
    files = {"local-mine": [text(1)], WEB: [text(1)]}
    first, second = explained(1, files, categories={"local-mine": "off"}).stories
    assert (first.origin.category, first.fate) == (WEB, Fate.KEPT)
    assert (second.origin.category, second.fate) == ("local-mine", Fate.OFF)


def test_duplicate_of_a_rule_that_is_discarded_says_that_none_is_in_force() -> None:
    """And why the one that counts is not."""
    files = {"local-mine": [text(1, "lua:x; ")], WEB: [text(1)]}
    first, second = explained(1, files).stories
    assert first.origin.category == "local-mine"
    assert second.left_out is not None
    assert "no rule of this sid is in force" in second.left_out.detail
    [note] = second.left_out.notes
    assert note.startswith("the rule that counts is discarded as unsupported-keyword: ")


def test_sid_that_is_to_alert_says_so_where_it_is_shipped_to_drop() -> None:
    """With the change, and the line."""
    told = story(1, text(1, head="drop tcp"), rules={"alert": [1]})
    assert told.published is not None
    assert told.published.action == "alert"
    assert "shipped as drop" in told.published.why
    assert [edit.change for edit in told.published.edits] == [Change.DROP_TO_ALERT]


def test_rule_as_written_names_its_file_and_no_list() -> None:
    """A list that has no effect gives no mode."""
    files = {"local-mine": [text(1)]}
    written: dict[str, Any] = {"categories": {"local-mine": "as-written"}, "rules": {"drop": [1]}}
    (told,) = explained(1, files, **written).stories
    assert told.asked.key == "categories.local-mine"
    assert told.published is not None
    assert "published as written" in told.published.why


def test_over_budget_names_a_budget_that_keeps_it_and_what_was_worth_more() -> None:
    """With that budget it is kept, with one less it is not."""
    major = "metadata:signature_severity Major; "
    lines = [text(sid, major) for sid in range(1, 6)] + [text(6), text(7)]
    told = left_out(6, *lines, firewall={"capacity": 5, "headroom": 0})
    assert told.reason is Reason.OVER_BUDGET
    kept_with, last = told.notes
    assert "`firewall: capacity: 6`" in kept_with
    assert "5 of emerging-web (Major)" in last
    assert story(6, *lines, firewall={"capacity": 6, "headroom": 0}).fate is Fate.KEPT


def test_rule_of_peoples_own_is_explained_alike() -> None:
    """Its file is its category."""
    (told,) = explained(1, {"local-mine": [text(1)]}).stories
    assert (told.origin.category, told.fate) == ("local-mine", Fate.KEPT)
    assert told.seat is not None
    assert told.seat.group == "et-local-mine"


def test_unknown_sid_has_no_story_but_sids_one_slip_away() -> None:
    """Disabled ones too."""
    told = explained(12345, {WEB: [text(12354), "#" + text(12346), text(99)]})
    assert (told.stories, told.nearest) == ((), (12346, 12354))


def test_setter_that_was_brought_in_names_for_whom() -> None:
    """Its category is off, and a kept rule checks its bit."""
    files = {"emerging-dns": [text(1, "flowbits:set,a; ")], WEB: [text(2, "flowbits:isset,a; ")]}
    (setter,) = explained(1, files, categories={"emerging-dns": "off"}).stories
    assert setter.published is not None
    assert "brought in to set a mark" in setter.published.why
    assert [edit.change for edit in setter.published.edits] == [Change.SETTER_BROUGHT_IN]
    checker = Relative(2, WEB, 1, Fate.KEPT, "alert")
    assert [tie.checkers for tie in setter.ties] == [(checker,)]
    assert setter.cluster == (checker,)
    (told,) = explained(2, files, categories={"emerging-dns": "off"}).stories
    assert told.ties[0].setters == (Relative(1, "emerging-dns", 1, Fate.KEPT, "alert, brought in"),)


def test_checker_without_setter_names_the_disabled_one() -> None:
    """Which `rules: on:` would wake."""
    told = story(2, "#" + text(1, "flowbits:set,a; "), text(2, "flowbits:isset,a; "))
    assert told.ties[0].setters == (Relative(1, WEB, 1, Fate.DISABLED),)
    assert told.left_out is not None
    assert told.left_out.notes == ("disabled in the feed, sets a: `rules: on: [1]`",)


def test_checker_of_a_bit_that_nobody_sets_is_told_so() -> None:
    """Not even a disabled rule does, so nothing can be woken."""
    told = left_out(2, text(2, "flowbits:isset,a; "))
    assert told.notes == ("no rule of this feed sets a, not even a disabled one",)
    assert "rules: on" not in told.way_back
    assert "one of your own" in told.way_back


def test_every_kind_of_mark_is_told_with_who_uses_it() -> None:
    """Of a flowint also who lessens it, and what it is compared with."""
    files = {
        WEB: [
            text(1, "flowint:aa,>,bb; "),
            text(2, "flowint:aa,+,1; "),
            text(3, "flowint:aa,-,1; "),
            text(4, "flowbits:set,aa; "),
        ]
    }
    (told,) = explained(1, files).stories
    shown = [(tie.kind, tie.name, tie.commands, tie.needs) for tie in told.ties]
    assert shown == [
        (MarkKind.FLOWINT, "aa", (">",), True),
        (MarkKind.FLOWINT, "bb", ("read",), False),
    ]
    assert [one.sid for one in told.ties[0].setters] == [2]
    assert [one.sid for one in told.ties[0].changers] == [3]
    assert [one.sid for one in told.cluster] == [2, 3]


def test_cluster_of_a_file_that_is_published_as_written_is_the_whole_file() -> None:
    """Nothing may come between its rules, whatever marks tie them."""
    files = {"local-mine": [text(1), text(2), text(3)], WEB: [text(4)]}
    (told,) = explained(2, files, categories={"local-mine": "as-written"}).stories
    assert [one.sid for one in told.cluster] == [1, 3]


def test_checker_of_a_host_that_nobody_marks_names_the_disabled_one() -> None:
    """By its kind and its name; a flowbit of that name is another mark."""
    lines = ("#" + text(1, "hostbits:set,aa; "), "#" + text(3, "flowbits:set,aa; "))
    told = story(2, *lines, text(2, "xbits:isset,aa,track ip_dst; "), documented_unsupported="keep")
    assert told.left_out is not None
    assert told.left_out.notes == ("disabled in the feed, sets the host xbit aa: `rules: on: [1]`",)


def test_rule_for_another_engine_says_what_it_requires() -> None:
    """And that the feed's other copy of the sid is the one in use."""
    lines = (text(1, "requires:version >= 8; "), text(1, "requires:version < 8; ", rev=2))
    kept, spare = explained(1, {WEB: lines}).stories
    assert (kept.fate, kept.origin.rev) == (Fate.KEPT, 1)
    assert spare.left_out is not None
    assert spare.left_out.reason is Reason.DUPLICATE_SID
    alone = left_out(1, lines[1])
    assert (alone.reason, "version < 8" in alone.detail) == (Reason.UNMET_REQUIREMENT, True)


@pytest.mark.parametrize(
    ("before", "after", "doing"),
    [
        ([], [text(1)], "add"),
        ([text(1)], [], "remove"),
        ([text(1)], [text(1)], "keep"),
        ([text(1)], [text(1, rev=2)], "change"),
        ([text(2)], [text(2)], "nothing"),
    ],
)
def test_what_is_in_force_is_told_against_what_is_next(
    before: list[str], after: list[str], doing: str
) -> None:
    """By the deployed text."""
    allowlist = "version: 1\ndefault: alert\n"
    given = inputs(ruleset({WEB: before}), load_allowlist(allowlist, source="test", known=[WEB]))
    held = in_force(build(given).groups)
    told = explain(1, evidence({WEB: after}, allowlist, held)).in_force
    assert told.next == doing
    assert told.groups == (("et-emerging-web",) if text(1) in before else ())
    assert bool(told.pieces) is (doing == "change")


@given(FEEDS, allowlists())
def test_story_agrees_with_the_build(files: dict[str, list[str]], allowlist: Allowlist) -> None:
    """Every enabled line with a sid has one story, and it is what the build made of it."""
    rules = ruleset(files, *allowlist.rules.on)
    given = inputs(rules, allowlist)
    built = build(given)
    document = read_document(allowlist.model_dump_json(exclude={"variables"}))
    known = Evidence.of(feed(files), document, given, built)
    kept = {rule.rule.place: rule for rule in built.kept}
    reasons = {item.rule.place: item.reason for item in built.discarded}
    for rule in rules.rules:
        if rule.sid is None:
            continue
        stories = explain(rule.sid, known).stories
        (told,) = (
            one
            for one in stories
            if (one.origin.category, one.origin.line) == (rule.category, rule.line)
        )
        if rule.place in kept:
            assert told.published is not None
            assert told.published.text == kept[rule.place].text
            assert told.asked.mode is kept[rule.place].given.mode
        elif rule.place in reasons:
            assert told.left_out is not None
            assert told.left_out.reason is reasons[rule.place]
        else:
            assert told.fate is Fate.OFF


def test_malformed_line_is_found_by_the_sid_that_can_be_read_in_it() -> None:
    """The story has its text, and no msg."""
    source = "alert tcp any any (sid:7;)"
    assert isinstance(line(source), Malformed)
    told = story(7, source)
    assert (told.origin.msg, told.origin.text) == (None, source)


LATE = ("flowbits:set,seen; noalert; ", "flowbits:isset,seen; ")
BY_ACTION: dict[str, Any] = {"default": "drop", "firewall": {"target": "next-generation"}}


def test_drop_that_would_be_judged_too_early_says_what_is_too_late() -> None:
    """As the cause of its action and of the change; naming its sid does not make it drop."""
    told = story(2, text(1, LATE[0]), text(2, LATE[1]), **BY_ACTION).published
    assert told is not None
    assert told.action == "alert"
    assert told.why.startswith("it alerts, as sid 1 may set seen in the same packet")
    [edit] = told.edits
    assert edit.change is Change.LATE_SETTER
    assert edit.why.endswith("a drop would miss that packet")
    assert not any(one.startswith("`rules: drop:") for one in told.to_change)
    assert any(one.startswith("`rules: off:") for one in told.to_change)


def test_drop_of_the_feed_that_alerts_for_this_is_not_said_to_be_listed() -> None:
    """`drop-to-alert` has another cause there."""
    rules = text(1, LATE[0]), text(2, LATE[1], head="drop tcp")
    told = story(2, *rules, **BY_ACTION).published
    assert told is not None
    assert [edit.change for edit in told.edits] == [Change.DROP_TO_ALERT, Change.LATE_SETTER]
    assert len({edit.why for edit in told.edits}) == 1


def test_rule_that_works_with_others_drops_if_it_is_named_and_is_in_time() -> None:
    """What it would become is tried with what sets its mark."""
    rules = text(1, "flowbits:set,seen; "), text(2, LATE[1])
    settings = {**BY_ACTION, "default": "alert", "rules": {"drop": [1]}}
    told = story(2, *rules, **settings).published
    assert told is not None
    assert "`rules: drop: [2]`: it drops" in told.to_change


def test_why_a_priority_is_removed_and_written_where_rules_are_judged_by_action() -> None:
    """No position decides there."""
    rules = (
        text(3, "flowbits:set,aa; "),
        text(2, "flowbits:isset,aa; flowbits:set,bb; "),
        text(1, "flowbits:isset,bb; flowbits:set,cc; priority:1; "),
    )
    told = story(1, *rules, **BY_ACTION).published
    assert told is not None
    why = {edit.change: edit.why for edit in told.edits}
    assert "how severe" in why[Change.PRIORITY_REMOVED]
    assert "after what sets the mark" in why[Change.PRIORITY_WRITTEN]
    assert told.text.endswith("priority:4;)")
