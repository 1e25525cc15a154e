"""Whether a rule may drop by what it says of itself."""

from __future__ import annotations

from typing import Any

import pytest
from support.rules import allow, ruleset, text

from rules_lib.allowlist import DropWhen
from rules_lib.model import Rule
from rules_lib.reading.metadata import metadata_values
from rules_lib.stages.conditions import conditions_of, traits_of

WEB = "emerging-web"


def judged(metadata: str, asked: dict[str, Any], msg: str = "words") -> list[tuple[bool, str]]:
    """Each condition with whether it holds, for a rule with these metadata."""
    options = f"metadata:{metadata}; " if metadata else ""
    source = text(1, options).replace('msg:"', f'msg:"{msg} ')
    (rule,) = ruleset({WEB: [source]}).rules
    assert isinstance(rule, Rule)
    drop_when = allow(categories={WEB: {"mode": "drop", "drop_when": asked}}).setting_of(WEB)
    assert drop_when.drop_when is not None
    traits = traits_of(rule, drop_when.drop_when)
    return [(one.holds, str(one)) for one in conditions_of(traits, drop_when.drop_when)]


def holds(metadata: str, asked: dict[str, Any], msg: str = "words") -> bool:
    """Whether all conditions hold."""
    return all(one for one, _ in judged(metadata, asked, msg))


SEVERE = {"signature_severity": ["Major", "Critical"], "confidence": ["High"]}


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ("signature_severity Major, confidence High", True),
        ("signature_severity major, confidence HIGH", True),
        ("signature_severity Minor, confidence High", False),
        ("signature_severity Major, confidence Low", False),
        ("confidence High", False),
        ("signature_severity Major", False),
        ("", False),
    ],
)
def test_every_key_that_is_asked_for_must_fit(metadata: str, *, expected: bool) -> None:
    """In whatever letter case the feed has it."""
    assert holds(metadata, SEVERE) is expected


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ("", True),
        ("signature_severity Major", True),
        ("signature_severity Minor", False),
        ("signature_severity Unknown", False),
        ("signature_severity Minor, confidence High", False),
    ],
)
def test_missing_drop_lets_only_a_missing_key_pass(metadata: str, *, expected: bool) -> None:
    """It says nothing of a key that is there and does not fit, even by a word of no scale."""
    assert holds(metadata, SEVERE | {"missing": "drop"}) is expected


def test_each_key_may_have_its_own_word_for_a_rule_that_lacks_it() -> None:
    """A key without one alerts."""
    asked = SEVERE | {"missing": {"confidence": "drop"}}
    assert holds("signature_severity Major", asked)
    assert not holds("confidence High", asked)


def test_key_that_is_not_asked_for_does_not_count() -> None:
    """With confidence alone, the severity may be anything."""
    assert holds("confidence High", {"confidence": ["High"]})
    assert holds("signature_severity Informational, confidence High", {"confidence": ["High"]})
    assert not holds("signature_severity Critical, confidence Low", {"confidence": ["High"]})


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ("deployment Perimeter", True),
        ("deployment Datacenter, deployment perimeter", True),
        ("tag deployment, attack_target Perimeter", False),
        ("deployment Perimeter_Only", False),
        ("deployment Datacenter", False),
        ("my_deployment Perimeter", False),
    ],
)
def test_any_key_may_be_asked_for_and_one_of_its_values_is_enough(
    metadata: str, *, expected: bool
) -> None:
    """A rule is meant for several places as often as not."""
    assert holds(metadata, {"deployment": ["Perimeter", "Internal"]}) is expected


@pytest.mark.parametrize("wanted", ["CVE-2021-44228", "cve_2021_44228", "CVE_2021_44228"])
def test_values_are_compared_as_people_write_them(wanted: str) -> None:
    """ET has underscores where others have hyphens."""
    assert holds("cve CVE_2021_44228", {"cve": [wanted]})
    assert not holds("cve CVE_2021_44229", {"cve": [wanted]})


@pytest.mark.parametrize(
    ("metadata", "missing", "expected"),
    [
        ("updated_at 2019_02_01", "alert", True),
        ("updated_at 2019_01_31", "drop", False),
        ("updated_at 2010_01_01, updated_at 2024_01_01", "alert", True),
        ("created_at 2024_01_01", "alert", False),
        ("created_at 2024_01_01", "drop", True),
    ],
)
def test_rule_must_have_been_updated_after_the_day(
    metadata: str, missing: str, *, expected: bool
) -> None:
    """On the day itself is not after it."""
    assert holds(metadata, {"updated_after": "2019-01-31", "missing": missing}) is expected


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ("created_at 2019_02_01", True),
        ("created_at 2019_01_31, updated_at 2024_01_01", False),
        ("created_at 2024_01_01, created_at 2018_01_01", False),
        ("updated_at 2024_01_01", False),
        ("created_at soon", False),
    ],
)
def test_rule_must_have_been_written_after_the_day(metadata: str, *, expected: bool) -> None:
    """A later update of an old rule does not count, nor a word that is no day."""
    assert holds(metadata, {"created_after": "2019-01-31"}) is expected


@pytest.mark.parametrize(
    ("msg", "expected"),
    [
        ("ET MALWARE Possible Beacon", False),
        ("ET MALWARE (possible) Beacon", False),
        ("ET MALWARE Impossible Beacon", True),
        ("ET MALWARE Possibly Beacon", True),
        ("ET MALWARE Beacon, most likely hostile", False),
        ("ET MALWARE Likely Beacon", True),
    ],
)
def test_words_in_msg_keep_a_rule_from_dropping(msg: str, *, expected: bool) -> None:
    """Whole words, or several in a row, in any letter case."""
    assert holds("", {"not_msg": ["Possible", "Likely Hostile"]}, msg) is expected


def test_what_is_so_with_a_rule_is_told_key_by_key() -> None:
    """Also of what holds, and of a word that is on no scale."""
    asked = {
        "signature_severity": ["Major"],
        "confidence": ["High"],
        "deployment": ["Perimeter"],
        "updated_after": "2019-01-31",
        "not_msg": ["Possible"],
    }
    metadata = "signature_severity Unknown, deployment Perimeter, updated_at 2018_03_04"
    assert judged(metadata, asked, "Possible") == [
        (False, "signature_severity is Unknown, wanted: Major"),
        (False, "confidence is not given (`missing: alert`)"),
        (True, "deployment is Perimeter"),
        (False, "not updated after 2019-01-31"),
        (False, "msg says Possible"),
    ]
    assert judged("updated_at 2024_03_04", {"updated_after": "2019-01-31", "not_msg": ["A"]}) == [
        (True, "updated after 2019-01-31"),
        (True, "msg says none of A"),
    ]


def test_a_value_is_read_from_metadata_alone() -> None:
    """And not from a content or a msg that has the same letters."""
    source = text(1, 'content:"deployment Perimeter"; metadata:a b; metadata: c d , deployment e;')
    assert metadata_values(source, "deployment") == ("e",)
    assert metadata_values(source, "c") == ("d",)
    assert metadata_values(source, "nothing") == ()


def test_drop_when_without_any_key_is_no_condition() -> None:
    """The reader refuses it; the value itself asks for nothing."""
    assert DropWhen().values == {}
