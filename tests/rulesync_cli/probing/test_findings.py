"""What an answer means, when asking stops, and what is kept and sent on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from rules_lib.errors import SettingsError
from rules_lib.watching import unwatched
from rulesync_cli.probing.findings import QUOTA, Finding, Silence, State, ask_all
from rulesync_cli.probing.places import MissingPlaceError, Places
from rulesync_cli.probing.record import Answers, ProbeRun, in_file, informed, recorded, shipped
from rulesync_cli.probing.values import ACCEPTED, ANY_CODE, Probe, ServiceAnswer, echo, template

if TYPE_CHECKING:
    from pathlib import Path

PLACES = Places("eu-west-1", "rulesync-probe-1", ["arn:s0", "arn:s1"], ["arn:d0"])
ASKED = ProbeRun(on=date(2026, 11, 28), region="eu-west-1", botocore="1.44.8")
WORDS = ServiceAnswer("no such thing")


def asked(name: str, expected: ServiceAnswer = ACCEPTED, *, known: bool = True) -> Probe:
    """A probe of one action."""
    return Probe(name, f"{name} is taken", expected, "somebody", known, "CreateRuleGroup")


@pytest.mark.parametrize(
    ("probe", "given", "state"),
    [
        (asked("a"), ACCEPTED, State.AGREES),
        (asked("a"), WORDS, State.DIFFERS),
        (asked("a", WORDS), WORDS, State.AGREES),
        (asked("a", WORDS), ServiceAnswer("no such thing, really"), State.DIFFERS),
        (asked("a", WORDS), ServiceAnswer("no such thing", code="Other"), State.DIFFERS),
        (asked("a", ServiceAnswer("such", whole=False)), WORDS, State.AGREES),
        (
            asked("a", ServiceAnswer("", whole=False, code=ANY_CODE)),
            ServiceAnswer("x", code="Other"),
            State.AGREES,
        ),
        (asked("a", ServiceAnswer("", whole=False)), WORDS, State.AGREES),
        (asked("a", ServiceAnswer("", whole=False)), ACCEPTED, State.DIFFERS),
        (asked("a", ServiceAnswer(value="1")), ServiceAnswer(value="2"), State.DIFFERS),
        (asked("a", known=False), WORDS, State.LEARNED),
        (asked("a", known=False), Silence("busy"), State.UNANSWERED),
        (asked("a"), Silence("busy"), State.UNANSWERED),
        (asked("a"), Silence("cannot", tried=False), State.UNASKABLE),
    ],
)
def test_answer_agrees_differs_or_is_news(
    probe: Probe, given: ServiceAnswer | Silence, state: State
) -> None:
    """Code and words count, as far as they are known."""
    assert Finding(probe, given).state is state


def test_action_without_answers_is_asked_no_more() -> None:
    """Three in a row say that it is not the question; other actions are asked on."""
    other = Probe("z", "z", action="CreateFirewallPolicy")
    probes = [*(asked(f"p{number}") for number in range(6)), other]
    made = list[str]()

    def ask(probe: Probe) -> ServiceAnswer | Silence:
        made.append(probe.id)
        return ACCEPTED if probe.id in {"p0", "z"} else Silence("ThrottlingException: slow down")

    waits = list[int]()
    found = list(ask_all(probes, ask, lambda: waits.append(1), unwatched))
    assert made == ["p0", "p1", "p2", "p3", "z"]
    assert len(waits) == 4
    assert [one.state for one in found[1:-1]] == [State.UNANSWERED] * 5
    assert "3 calls of CreateRuleGroup in a row" in str(found[5].given)


def test_calls_are_apart_whatever_is_between_them() -> None:
    """What cannot be asked makes no call, and two calls around it are still apart."""
    said = list[str]()
    unaskable = Probe("u", "u", unaskable="it takes traffic")

    def ask(probe: Probe) -> ServiceAnswer:
        said.append(probe.id)
        return ACCEPTED

    found = list(ask_all([unaskable, asked("a"), unaskable, asked("b")], ask,
                      lambda: said.append("wait"), unwatched))  # fmt: skip
    assert said == ["a", "wait", "b"]
    assert found[0].state is State.UNASKABLE


def test_refusal_says_nothing_where_the_plain_request_is_refused_too() -> None:
    """Then it is not what was asked about; nor is it asked at all."""
    one, other = asked("a"), replace(asked("b", WORDS), plain="a")
    made = list[str]()

    def run(given: ServiceAnswer | Silence) -> State:
        def ask(probe: Probe) -> ServiceAnswer | Silence:
            made.append(probe.id)
            return given if probe is one else WORDS

        *_, last = ask_all([one, other], ask, lambda: None, unwatched)
        return last.state

    assert run(ACCEPTED) is State.AGREES
    assert run(WORDS) is State.UNANSWERED
    assert run(Silence("busy")) is State.UNANSWERED
    assert run(Silence("unknown", tried=False)) is State.UNASKABLE
    assert made == ["a", "b", "a", "a", "a"]


def test_used_up_quota_is_no_answer_of_a_plain_request() -> None:
    """An account with as many groups as it may have answers every question so."""
    full = ServiceAnswer("limit exceeded", code=QUOTA)
    (found,) = ask_all([asked("a", known=False)], lambda _: full, lambda: None, unwatched)
    assert found.given == Silence("LimitExceededException: limit exceeded")
    on_top = replace(asked("b"), plain="a")
    answers = {"a": ACCEPTED, "b": full}
    *_, last = ask_all([asked("a"), on_top], lambda one: answers[one.id], lambda: None, unwatched)
    assert last.state is State.DIFFERS


def test_request_is_filled_with_what_the_account_has() -> None:
    """Whatever is not there makes the probe one that cannot be asked."""
    request = {"a": ["<managed-strict-1>", {"b": "x <region>"}], "c": 5, "d": "1 <> 2"}
    assert PLACES.fill(request) == {"a": ["arn:s1", {"b": "x eu-west-1"}], "c": 5, "d": "1 <> 2"}
    for missing in ("<managed-strict-2>", "<managed-default-1>", "<own-strict>"):
        with pytest.raises(MissingPlaceError, match="the account has not"):
            PLACES.fill({"a": missing})


def test_answer_tells_nothing_of_the_account() -> None:
    """No number, no name, no region; the table's own example stays."""
    own = Places("eu-west-1", "rulesync-probe-1", own="arn:aws:x:eu-west-1:999988887777:g/secret")
    words = (
        "arn:aws:x:eu-west-1:999988887777:g/secret "
        "arn:aws-cn:network-firewall:cn-north-1:999988887777:stateful-rulegroup/rulesync-probe-1 "
        "999988887777 arn:aws:ec2:eu-west-1:111122223333:prefix-list/pl-0"
    )
    assert own.strip(words) == (
        "<own-strict> arn:aws:network-firewall:<region>:<account>:stateful-rulegroup/<name> "
        "<account> arn:aws:ec2:eu-west-1:111122223333:prefix-list/pl-0"
    )


def test_quoted_rule_is_a_mark_in_an_answer() -> None:
    """With the service's own gid, which stands before the last parenthesis."""
    text = 'alert tcp any any -> any any (msg:"a)"; sid:1;)'
    assert echo(text).endswith("sid:1; gid:1234567890;)")
    assert template(f"rule: {echo(text)}, reason: x", text) == "rule: {rule}, reason: x"
    assert echo("no rule") == "no rule"
    assert template("anything", "") == "anything"


def test_recorded_answers_count_before_the_table(tmp_path: Path) -> None:
    """They are known from then on, with the day and the region; silence is not recorded."""
    probes = [asked("a", known=False), asked("b", WORDS), asked("c")]
    given: tuple[ServiceAnswer | Silence, ...] = (WORDS, ACCEPTED, Silence("busy"))
    findings = list(map(Finding, probes, given))
    file = tmp_path / "answers.json"
    file.write_text(recorded(findings, ASKED).over(Answers()).text)
    first, second, third = informed(probes, in_file(file))
    assert first.known
    assert (first.expected, first.source) == (WORDS, "asked in eu-west-1, 2026-11-28")
    assert second.expected == ACCEPTED
    assert third is probes[2]


def test_newer_answer_is_kept_and_the_others_stay() -> None:
    """A run that asks for one fact loses no other."""
    old = recorded([Finding(asked("a"), WORDS), Finding(asked("b"), WORDS)], ASKED)
    new = recorded([Finding(asked("a"), ACCEPTED)], ASKED)
    both = new.over(old).answers
    assert both["a"].answer == ACCEPTED
    assert both["b"].answer == WORDS


def test_very_long_answer_is_kept_by_its_beginning() -> None:
    """Some answers repeat the text that was sent."""
    long = ServiceAnswer("x" * 5_000)
    kept = recorded([Finding(asked("a"), long)], ASKED).answers["a"].answer
    assert len(kept.refusal or "") == 1_000
    assert kept.agrees(long)


@pytest.mark.parametrize("text", ["", "[]", '{"version": 2}', '{"answers": {"a": {"on": "x"}}}'])
def test_file_of_another_kind_is_refused(tmp_path: Path, text: str) -> None:
    """Naming it, and what would do."""
    file = tmp_path / "answers.json"
    file.write_text(text)
    with pytest.raises(SettingsError, match=r"answers\.json: [^:].*rulesync probe --write"):
        in_file(file)


def test_file_for_which_there_is_no_folder_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    """Two minutes of answers would be lost."""
    with pytest.raises(SettingsError, match=r"answers\.json: there is no folder .*absent"):
        in_file(tmp_path / "absent" / "answers.json")


def test_shipped_answers_can_be_read() -> None:
    """And a file that is not there yet has none."""
    assert shipped().version == 1
