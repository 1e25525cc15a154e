"""One sid in several feeds: which rule counts, and what people are told."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest
from support.inputs import inputs
from support.rules import FIRST_FEED, allow, text

from rules_lib.build import build
from rules_lib.model import NO_FEED, FeedFile, FeedOrigin, Reason
from rules_lib.reading.ruleset import Ruleset, read_rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rules_lib.build import Built

ET: Final = FIRST_FEED
OURS: Final = FeedOrigin(1, "ours")


class Copy(NamedTuple):
    """A rule of sid 7, somewhere."""

    category: str
    feed: FeedOrigin
    mode: str
    rev: int


def read(copies: Sequence[Copy], head: str = "alert tcp") -> Ruleset:
    """Read each copy from a file of its own."""
    return read_rules(
        FeedFile(one.category, text(7, head=head, rev=one.rev).encode(), one.feed) for one in copies
    )


def built(copies: Sequence[Copy]) -> Built:
    """Build with an allowlist that asks for each copy in its mode."""
    modes = {one.category: one.mode for one in copies}
    return build(inputs(read(copies), allow(categories=modes)))


_KINDS: Final = tuple(product(("off", "alert", "drop"), (1, 2)))


@pytest.mark.parametrize("own", [None, *_KINDS])
@pytest.mark.parametrize("second", _KINDS)
@pytest.mark.parametrize("first", _KINDS)
def test_own_then_the_first_feed_counts_whatever_the_revs_and_a_copy_that_is_off_never_does(
    first: tuple[str, int], second: tuple[str, int], own: tuple[str, int] | None
) -> None:
    """All combinations of modes and revs over two feeds and people's own."""
    copies = (
        *([Copy("local-mine", NO_FEED, *own)] if own else []),
        Copy("emerging-web", ET, *first),
        Copy("ours-web", OURS, *second),
    )

    found = built(copies)

    asked = [one for one in copies if one.mode != "off"]
    assert [(rule.rule.category, rule.rule.rev, rule.action) for rule in found.kept] == [
        (one.category, one.rev, one.mode) for one in asked[:1]
    ]
    assert [(one.rule.category, one.reason) for one in found.discarded] == [
        (one.category, Reason.DUPLICATE_SID) for one in asked[1:]
    ]
    assert [rule.category for rule in found.off] == [
        one.category for one in copies if one.mode == "off"
    ]


def test_within_one_feed_the_highest_rev_counts_before_the_other_feed() -> None:
    """The rev decides only between rules of one feed."""
    copies = (
        Copy("emerging-dns", ET, "alert", 2),
        Copy("emerging-web", ET, "alert", 3),
        Copy("ours-web", OURS, "alert", 9),
    )

    [kept] = built(copies).kept

    assert (kept.rule.category, kept.rule.rev) == ("emerging-web", 3)


def test_the_order_of_the_feeds_decides_and_not_that_of_their_names() -> None:
    """A feed whose categories sort first stands behind one that is named before it."""
    copies = (
        Copy("zz-web", FeedOrigin(0, "zz"), "alert", 1),
        Copy("aa-web", FeedOrigin(1, "aa"), "alert", 1),
    )

    [kept] = built(copies).kept

    assert kept.rule.category == "zz-web"


def test_a_duplicate_of_another_feed_is_told_with_both_feeds() -> None:
    """Who reads the review need not know which category is whose."""
    copies = (Copy("emerging-web", ET, "alert", 2), Copy("ours-web", OURS, "drop", 5))

    [lost] = built(copies).discarded

    assert lost.detail == (
        "sid 7 of feed ours is also in emerging-web, line 1 of feed et/open, as rev 2; that one is "
        "used"
    )


def test_a_duplicate_within_a_feed_or_beside_an_own_rule_names_no_feed() -> None:
    """There the category alone says it, as before there were several feeds."""
    within = (Copy("emerging-dns", ET, "alert", 2), Copy("emerging-web", ET, "alert", 1))
    beside = (Copy("local-mine", NO_FEED, "alert", 1), Copy("emerging-web", ET, "alert", 2))

    details = [built(copies).discarded[0].detail for copies in (within, beside)]

    assert details == [
        "sid 7 is also in emerging-dns, line 1, as rev 2; that one is used",
        "sid 7 is also in local-mine, line 1, as rev 1; that one is used",
    ]


def test_a_duplicate_of_a_rule_that_is_discarded_itself_says_so_with_both_feeds() -> None:
    """The first feed's rule counts though the service does not take it."""
    copies = (Copy("emerging-web", ET, "alert", 1), Copy("ours-web", OURS, "alert", 1))
    ruleset = Ruleset((*read(copies[:1], "log tcp").categories, *read(copies[1:]).categories))

    found = build(inputs(ruleset, allow()))

    assert found.kept == ()
    [detail] = (one.detail for one in found.discarded if one.rule.category == "ours-web")
    assert detail == (
        "sid 7 of feed ours is also in emerging-web, line 1 of feed et/open; that one counts, and "
        "is itself discarded (unsupported-action), so no rule of this sid is in force"
    )
