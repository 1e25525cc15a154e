"""Names of rule groups: what the service takes, and none twice."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules_lib.groups.naming import group_name
from rules_lib.groups.rule_group import Slot

CATEGORIES = st.from_regex(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}", fullmatch=True)
PREFIXES = st.sampled_from(["et", "X1", "my-et", "a" * 32])


@pytest.mark.parametrize(
    ("slot", "name"),
    [
        (Slot("emerging-malware"), "et-emerging-malware"),
        (Slot("emerging-malware", 2), "et-emerging-malware-2"),
        (Slot("botcc.portgrouped"), "et-botcc-portgrouped"),
        (Slot("emerging-exploit_kit"), "et-emerging-exploit-kit"),
        (Slot("threatview_CS_c2"), "et-threatview-CS-c2"),
        (Slot("shared/alert"), "et-shared-alert"),
    ],
)
def test_name_says_what_the_group_holds(slot: Slot, name: str) -> None:
    """Other characters than letters and digits become hyphens."""
    assert group_name(slot, "et", ()) == name


def test_taken_name_gets_a_letter() -> None:
    """A group that is replaced stands beside the new one for a while."""
    slot = Slot("tor")
    assert group_name(slot, "et", {"et-tor"}) == "et-tor-b"
    assert group_name(slot, "et", {"et-tor", "et-tor-b"}) == "et-tor-c"
    assert group_name(slot, "et", {"et-tor-b"}) == "et-tor"


@given(CATEGORIES, st.integers(1, 9), PREFIXES, st.integers(0, 40))
def test_name_is_one_that_the_service_takes(
    category: str, part: int, prefix: str, others: int
) -> None:
    """At most 128 letters, digits and hyphens, and free, however many are taken."""
    taken: set[str] = set()
    for _ in range(others + 1):
        name = group_name(Slot(category, part), prefix, taken)
        assert re.fullmatch(r"[a-zA-Z0-9-]{1,128}", name)
        assert name.startswith(prefix)
        assert name not in taken
        taken.add(name)


def test_long_names_that_differ_at_their_end_stay_apart() -> None:
    """A digest takes the place of what is cut."""
    names = {group_name(Slot("a" * 127 + end), "et", ()) for end in "bcd"}
    assert len(names) == 3
