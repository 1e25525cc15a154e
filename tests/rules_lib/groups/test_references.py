"""Reference sets: told apart by their ARNs, within what one rule group may refer to."""

from __future__ import annotations

import pytest
from support.allowlist import problems_after_version
from support.inputs import DAY
from support.rules import allow, candidate, fitted, rule, text

from rules_lib.allowlist import Allowlist
from rules_lib.facts.references import ReferenceKind, reference_kind
from rules_lib.groups.references import go_together
from rules_lib.groups.variables import declared_by
from rules_lib.model import Reason
from rules_lib.outcome import Converted
from rules_lib.stages.convert import convert
from rules_lib.stages.header_names import missing_variables
from rules_lib.stages.screen import screen

_OWNER = "eu-west-1:111122223333"


def prefix_list(number: int) -> str:
    """The ARN of a prefix list."""
    return f"arn:aws:ec2:{_OWNER}:prefix-list/pl-{number:017x}"


def containers(number: int) -> str:
    """The ARN of a container association."""
    return f"arn:aws:network-firewall:{_OWNER}:container-association/pods-{number}"


def converted(source: str, allowlist: Allowlist) -> Converted:
    """A rule as it is published."""
    [found] = convert([candidate(source)], allowlist, {}, DAY).rules
    return found


GROUP = f"arn:aws:resource-groups:{_OWNER}:group/web-servers"
SIX = {f"SET_{n}": prefix_list(n) for n in range(6)}


@pytest.mark.parametrize(
    ("arn", "kind"),
    [
        (prefix_list(1), ReferenceKind.PREFIX_LIST),
        (
            "arn:aws-cn:ec2:cn-north-1:aws:prefix-list/pl-0123456789abcdef0",
            ReferenceKind.PREFIX_LIST,
        ),
        ("arn:aws:ec2:eu-west-1:aws:prefix-list/pl-6da54004", ReferenceKind.PREFIX_LIST),
        (GROUP, ReferenceKind.RESOURCE_GROUP),
        (containers(1), ReferenceKind.CONTAINERS),
        ("arn:aws:s3:::bucket", None),
        ("arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-1", None),
        (prefix_list(1) + " ", None),
        ("", None),
    ],
)
def test_kind_is_told_by_the_arn(arn: str, kind: ReferenceKind | None) -> None:
    """Those of AWS itself too; anything else is none."""
    assert reference_kind(arn) is kind


@pytest.mark.parametrize(
    ("arns", "together"),
    [
        ([], True),
        ([GROUP, *map(prefix_list, range(4))], True),
        (list(map(prefix_list, range(6))), False),
        (list(map(containers, range(30))), True),
        (list(map(containers, range(31))), False),
        ([containers(1), prefix_list(1)], False),
    ],
)
def test_what_one_group_may_refer_to(arns: list[str], together: bool) -> None:
    """Five, or thirty container associations only."""
    assert go_together(arns) is together


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("references: {A: pl-1}", '"pl-1" is not the ARN of one of these: prefix list'),
        ("references: {A: [x]}", "is not an ARN"),
        (f'references: {{"@A": "{GROUP}"}}', '"@A" is a reference; write the name without'),
        (f'references: {{a-b: "{GROUP}"}}', '"a-b" is not a valid name'),
        (f'references: {{A: "{GROUP}", B: "{GROUP}"}}', "already has the name A"),
        ("references: [A]", "is not a mapping"),
        (
            f'references: {{OURS: "{GROUP}"}}\nvariables: {{HOME_NET: [10.0.0.0/8, "@OUR"]}}',
            '"@OUR" has no ARN; declare "OUR" under references; nearest: OURS',
        ),
        ('variables: {A: "@"}', "is neither an address"),
        ('variables: {A: ["@X", 80]}', "mixes addresses and ports"),
    ],
)
def test_wrong_reference_is_an_error_of_the_file(lines: str, told: str) -> None:
    """With what is wrong, and what to do."""
    assert any(told in one for one in problems_after_version(lines)), problems_after_version(lines)


def test_undeclared_reference_is_named_with_its_sign() -> None:
    """Beside a variable without a value."""
    header = rule(text(1, ends="[@B,!@A,10.0.0.1] any -> $NOPE any")).header
    assert missing_variables(header, allow(references={"A": GROUP})) == ("@B", "NOPE")


@pytest.mark.parametrize(
    "ends", ["@A any -> any any", "any any -> ![@A,10.0.0.1] any", "[$HOME_NET,!@A] any -> any any"]
)
def test_declared_reference_is_kept_in_any_form(ends: str) -> None:
    """Alone, negated, in a list; the rule's text is as it was."""
    allowlist = allow(references={"A": GROUP, "UNUSED": prefix_list(1)})
    kept = converted(text(1, ends=ends), allowlist)
    assert kept.text == text(1, ends=ends)
    assert declared_by([kept], allowlist).references == {"A": GROUP}


def test_reference_among_ports_is_no_port() -> None:
    """It stands for addresses."""
    allowlist = allow(references={"A": GROUP})
    [discarded] = screen([candidate(text(1, ends="any @A -> any any"))], allowlist).discarded
    assert discarded.reason is Reason.UNDEFINED_VARIABLE
    assert discarded.detail == "it mixes up addresses and ports: @A"


def test_group_declares_what_its_variables_refer_to() -> None:
    """EXTERNAL_NET, which HOME_NET brings along, is the negation of all of it."""
    allowlist = allow(
        references={"OURS": GROUP, "OTHERS": prefix_list(1)},
        variables={"HOME_NET": ["10.0.0.0/8", "@OURS"], "PARTNERS": "@OTHERS"},
    )
    kept = converted(text(1, ends="any any -> $EXTERNAL_NET any"), allowlist)
    found = declared_by([kept], allowlist)
    assert found.references == {"OURS": GROUP}
    assert found.ip_sets["EXTERNAL_NET"] == ("!10.0.0.0/8", "!@OURS")
    partner = converted(text(1, ends="$PARTNERS any -> any any"), allowlist)
    assert declared_by([partner], allowlist).references == {"OTHERS": prefix_list(1)}


def test_no_group_gets_a_sixth_reference() -> None:
    """The rules are spread over as many groups as it takes, and none is lost."""
    rules = [text(n + 1, ends=f"@SET_{n} any -> any any") for n in range(6)]
    _, result = fitted({"local-mine": rules}, allow(references=SIX))
    declared = [len(group.variables.references) for group in result.packed.groups]
    assert (declared, result.discarded) == ([5, 1], ())


def test_containers_stand_in_a_group_of_their_own() -> None:
    """The service does not take them beside a prefix list."""
    rules = [text(1, ends="@PODS any -> @A any"), text(2, ends="@PODS any -> any any"),
             text(3, ends="@A any -> any any")]  # fmt: skip
    references = {"PODS": containers(1), "A": prefix_list(1)}
    _, result = fitted({"local-mine": rules}, allow(references=references))
    assert [sorted(group.variables.references) for group in result.packed.groups] == [
        ["PODS"],
        ["A"],
    ]
    [discarded] = result.discarded
    assert (discarded.rule.sid, discarded.reason) == (1, Reason.OVER_BUDGET)


def test_rules_that_need_six_together_are_left_out() -> None:
    """One rule, and rules that a flowbit ties together; all others are kept."""
    six = ",".join(f"@SET_{n}" for n in range(6))
    tied = [text(n + 10, "flowbits:set,tie; ", ends=f"@SET_{n} any -> any any") for n in range(6)]
    rules = [text(1, ends=f"[{six}] any -> any any"), *tied, text(2)]
    _, result = fitted({"local-mine": rules}, allow(references=SIX))
    assert [rule.sid for group in result.packed.groups for rule in group.rules] == [2]
    assert {one.rule.sid for one in result.discarded} == {1, *range(10, 16)}
    assert "it needs 6 reference sets in its rule group" in result.discarded[0].detail
