"""What people are told, and the numbers of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.report import FEEDS, summary

from rules_lib.errors import (
    AllowlistError,
    ArchiveError,
    ChecksumError,
    ContendedError,
    DownloadError,
    FeedListError,
    FeedsError,
    FirewallError,
    HitsError,
    RefusedError,
    RulesyncError,
    SecretError,
    SettingsError,
    ShrinkError,
    StaleError,
    StoreError,
    SyncError,
    Trouble,
    UnfinishedError,
    root_of,
)
from rules_lib.notify.next_steps import STEPS
from rules_lib.notify.notice import SUBJECT_CHARACTERS, Notice, notice_of_build, notice_of_failure
from rules_lib.report.changes import CategoryChange, Changes, FirstRules
from rules_lib.report.measures import measures_of_build, measures_of_change
from rules_lib.report.place import StackPlace
from rules_lib.report.summary import Summary

HERE = StackPlace("the-bucket", "eu-central-1", "rulesync-build")


def told(of: Summary | None = None) -> Notice:
    """The notice of a build that changed something."""
    notice = notice_of_build(of or summary(), HERE)
    assert notice is not None
    return notice


def failed(error: RulesyncError, place: StackPlace = HERE, service: str = "build") -> Notice:
    """The notice of a build that broke off."""
    return notice_of_failure(service, error, place)


def broken(cause: RulesyncError) -> SyncError:
    """A build's own error, raised from another."""
    error = SyncError("20260311T041209Z-7f3a", str(cause))
    error.__cause__ = cause
    return error


def test_subject_counts_what_changed() -> None:
    """Whoever reads no further knows how large the change is."""
    assert told().subject == "rulesync: 2 rules added, 1 removed, 1 changed; 2 newly drop"


def test_what_protects_less_comes_first() -> None:
    """A subject may be cut at its end, and these are what must be seen."""
    turns = Changes(unblocks=FirstRules(80, {7: "seventh"}), passes=FirstRules(1, {8: "eighth"}))
    notice = told(replace(summary(), changes=turns))
    assert notice.subject.startswith(
        "rulesync: 80 rules no longer block; 1 rule newly passes; 0 ru"
    )
    assert "\n\nNo longer block: 80 rules\n  7: seventh\n  and 79 more rules\n" in notice.text
    assert "\n\nNewly pass traffic: 1 rule\n  8: eighth\n" in notice.text


def test_notice_is_short_and_whole() -> None:
    """Everything that people want to know, and the way to the rest."""
    assert told().text == (
        "Feed 10789 is in force: 2 rules added, 1 removed, 1 changed.\n"
        "\n"
        "Changed, by category (+ added, - removed, ~ other text):\n"
        "  web: +2 ~1\n"
        "  no longer enabled: -1\n"
        "\n"
        "Newly block: 2 rules\n"
        "  1: first\n"
        "  2: second, \u00e4\u00f6\n"
        "\n"
        "Discarded: 3 rules\n"
        "  over-budget: 1 (+1)\n"
        "  too-long: 0 (-2)\n"
        "Capacity: 3 of 30,000 used by rules (0%), 30 reserved, in 2 rule groups\n"
        "\n"
        "Warnings:\n"
        "  HOME_NET is left to the policy\n"
        "\n"
        "Everything:\n"
        "https://eu-central-1.console.aws.amazon.com/s3/object/the-bucket"
        "?region=eu-central-1&prefix=builds/20260311T041209Z-7f3a/report.html\n"
        "s3://the-bucket/builds/20260311T041209Z-7f3a/report.html\n"
        "\n"
        "To look further, or to restore an earlier build:\n"
        "  rulesync discarded --bucket the-bucket\n"
        "  rulesync explain SID --bucket the-bucket\n"
        "  rulesync rollback BUILD --bucket the-bucket\n"
    )


def test_build_that_wrote_nothing_is_no_news() -> None:
    """Every six hours it would be."""
    assert notice_of_build(replace(summary(), calls={}), HERE) is None


def test_policy_alone_is_news() -> None:
    """A switched policy changes what protects, though no rule group changed."""
    text = told(replace(summary(), changes=Changes())).text
    assert "0 rules added, 0 removed, 0 changed" in text
    assert "by category" not in text
    assert "Newly block" not in text


def test_many_categories_and_warnings_are_counted() -> None:
    """The report has them all."""
    many = Changes(
        categories={f"category-{number}": CategoryChange(added=1) for number in range(70)},
        drops=FirstRules(9_000, {1: "first"}),
    )
    text = told(replace(summary(), changes=many, warnings=("a warning " * 99,) * 70)).text
    assert "  and 55 more categories\n" in text
    assert "  and 8,999 more rules\n" in text
    assert "  and 55 more warnings\n" in text
    assert len(text) < 8_000


@given(st.text(), st.text())
def test_text_of_a_feed_cannot_act_in_a_notice(msg: str, warning: str) -> None:
    """Whatever stands in it, the subject is one that SNS takes, and no line is forged."""
    changes = Changes(drops=FirstRules(1, {1: msg}), unblocks=FirstRules(1, {2: msg}))
    notice = told(replace(summary(), changes=changes, warnings=(f"bad \x1b{warning}",)))
    assert "\x1b" not in notice.text
    assert notice.text.count("\n") == told(replace(summary(), changes=replace(changes))).text.count(
        "\n"
    )
    subject = failed(DownloadError(f"{msg}\n{warning}")).subject
    assert len(subject) <= SUBJECT_CHARACTERS
    assert subject.isascii()
    assert subject.isprintable()


def test_failed_fetch_is_told_with_its_cause() -> None:
    """Lines of the cause stay lines, and the first one is the subject's."""
    notice = failed(DownloadError("one\ntwo \x1b"), service="fetch")
    assert notice.subject == "rulesync: the fetch failed: one"
    assert "\none\ntwo \\x1b\n" in notice.text
    assert "What was in force stays in force: nothing was changed." in notice.text


def test_failed_build_links_its_summary() -> None:
    """It says more, such as which groups were written."""
    text = failed(SyncError("b1", "et-web: UpdateRuleGroup et-web: X: no")).text
    assert "&prefix=builds/b1/summary.json" in text
    assert "What was in force stays in force, except for what was already written." in text


def test_build_that_a_bad_file_ends_changed_nothing() -> None:
    """It ends before any rule group is written, and says so."""
    text = failed(broken(AllowlistError("categories.yaml", ("line 1: no",)))).text
    assert text.startswith("What was in force stays in force: nothing was changed.\n")


def test_build_that_broke_off_after_a_write_does_not_say_that_nothing_was_changed() -> None:
    """Even where what ended it was a refusal."""
    refused = RefusedError("priority 1000 is taken")
    text = failed(broken(UnfinishedError.after(refused))).text
    assert text.startswith(
        "What was in force stays in force, except for what was already written.\n"
    )
    assert "nothing was changed" not in text


def test_refused_shrink_gives_the_very_command_that_allows_it() -> None:
    """By the function, with its role; where none ran, by the command."""
    refused = broken(ShrinkError("max_shrink: this would remove 202 of 214 rules in force"))
    assert (
        "  aws lambda invoke --function-name rulesync-build --cli-binary-format "
        """raw-in-base64-out --payload '{"allow_shrink": true}' /dev/stdout\n"""
    ) in failed(refused).text
    local = failed(refused, StackPlace("the-bucket")).text
    assert "  rulesync apply --bucket the-bucket --allow-shrink\n" in local
    assert "console" not in local


CASES = {
    "the allowlist": (AllowlistError("categories.yaml", ("line 1: no",)), "rulesync push"),
    "the list of feeds": (FeedListError("feeds.yaml", ("line 1: no",)), "rulesync check --feeds"),
    "a feed's code": (SecretError("/a: AccessDeniedException", "AccessDenied"), "FeedSecrets"),
    "shrink": (ShrinkError("max_shrink: this would remove 2 of 3"), "allow_shrink"),
    "another refusal": (RefusedError("priority 1000 is taken"), "The message above says why"),
    "quota": (FirewallError("CreateRuleGroup", "et", "LimitExceededException", "x"), "Quotas"),
    "quota of some groups": (SyncError("b", "et: x", {Trouble.QUOTA}), "Quotas"),
    "throttled": (FirewallError("Create", "et", "ThrottlingException", "x"), "AWS was busy"),
    "another writer": (StaleError("UpdateRuleGroup", "et"), "at the same time"),
    "permission": (FirewallError("Create", "et", "AccessDeniedException", "x"), "role may not"),
    "checksum": (ChecksumError("md5 differs"), ".md5 by hand"),
    "archive": (ArchiveError("truncated"), "FeedUrl"),
    "source": (DownloadError("no answer"), "check FeedUrl"),
    "settings": (SettingsError("RULESYNC_BUCKET is not set"), "deploy again"),
    "service": (FirewallError("Create", "et", "InvalidRequestException", "x"), "tries again"),
    "other writers": (ContendedError("somebody else keeps changing"), "at the same time"),
    "half done": (UnfinishedError("s3://b/latest.json: x"), "partly new"),
    "half done, as AWS was busy": (UnfinishedError("x", {Trouble.BUSY}), "AWS was busy"),
    "bucket that may not be written": (StoreError("s3://b/x", "AccessDenied"), "role may not"),
    "some groups": (SyncError("b", "et: InvalidRequestException: x"), "The next build tries"),
    "hits": (HitsError("the query failed"), "docs/hits.md"),
    "bucket": (StoreError("s3://b/raw/ has no feed yet"), "what is missing"),
}


@pytest.mark.parametrize("kind", CASES)
def test_every_kind_of_failure_says_what_to_do(kind: str) -> None:
    """The error itself, and a build's that was raised from it."""
    error, words = CASES[kind]
    for one in (error, broken(error)):
        _, _, steps = failed(one).text.partition("What to do:\n")
        assert words in steps.partition("\n\n")[0]


def test_failure_of_some_feeds_names_them_and_what_to_do_about_each() -> None:
    """What is the same for several is said once; the others were not held up."""
    failures = {
        "et/pro": SecretError("secret /a: SSM answers ParameterNotFound"),
        "ours": DownloadError("https://x.example/a.zip: answers 404 Not Found"),
        "mine": DownloadError("https://x.example/b.zip: answers 404 Not Found"),
    }
    notice = notice_of_failure("fetch", FeedsError(failures, 5, {}), HERE)
    assert (
        notice.subject
        == "rulesync: the fetch failed: 3 of 5 feeds were not fetched: et/pro, ours, mine"
    )
    assert "The other feeds were asked for as usual." in notice.text
    assert "  ours: https://x.example/a.zip: answers 404 Not Found\n" in notice.text
    _, _, steps = notice.text.partition("What to do:\n")
    assert steps.index("et/pro:\n") < steps.index("FeedSecrets") < steps.index("ours, mine:\n")
    assert steps.count("check FeedUrl") == 1


def test_every_step_has_its_case() -> None:
    """None of them is out of reach behind an earlier one."""
    roots = [root_of(error) for error, _ in CASES.values()]
    met = {next(step for step in STEPS if step.knows(root)) for root in roots}
    assert met == set(STEPS)


@pytest.mark.parametrize(
    ("region", "domain"),
    [
        ("cn-north-1", "cn-north-1.console.amazonaws.cn"),
        ("us-gov-west-1", "us-gov-west-1.console.amazonaws-us-gov.com"),
        ("us-east-1", "us-east-1.console.aws.amazon.com"),
    ],
)
def test_link_leads_to_the_console_of_the_partition(region: str, domain: str) -> None:
    """China and GovCloud have their own."""
    link, _ = StackPlace("b", region).links("builds/1/report.html")
    assert link.startswith(f"https://{domain}/s3/object/b?")


def test_capacity_used_is_the_share_of_the_budget() -> None:
    """Of rules that are there, not of what the groups reserve."""
    of = replace(summary(), budget=10)
    used = sum(group.rules for group in of.groups if not group.deleted)
    found = {measure.name: measure for measure in measures_of_build(of, timedelta(0))}
    assert found["CapacityUsed"].value == used * 10
    assert found["CapacityUsed"].unit == "Percent"


def test_deleted_group_is_written_and_no_longer_counted() -> None:
    """Groups in force, and groups that were touched, are two numbers."""
    of = summary()
    found = {measure.name: measure.value for measure in measures_of_build(of, timedelta(0))}
    assert found["RuleGroups"] == sum(not group.deleted for group in of.groups)
    found = {measure.name: measure.value for measure in measures_of_change(of)}
    assert found["GroupsWritten"] == sum(group.change != "keep" for group in of.groups)


def test_notice_names_the_releases_of_several_feeds() -> None:
    """With the feeds' names, and of one alone as ever."""
    first, missing = FEEDS
    second = replace(missing, version="7")
    several = told(summary(feeds=(first, second))).text.splitlines()[0]
    alone = told(summary(feeds=(first, missing))).text.splitlines()[0]

    assert several.startswith("Feeds et/open 10789, ours/hunting 7 are in force: ")
    assert alone.startswith("Feed 10789 is in force: ")
