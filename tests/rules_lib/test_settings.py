"""Settings: read from the environment, every fault named at once."""

from __future__ import annotations

import pytest

from rules_lib.address import Address
from rules_lib.errors import SettingsError
from rules_lib.settings import BuildSettings, FetchSettings, HitsSettings

LEAST = {"RULESYNC_BUCKET": "feeds"}


def test_only_the_bucket_must_be_set() -> None:
    """Everything else has a default that works."""
    settings = FetchSettings.from_environment(LEAST)
    assert settings == FetchSettings(
        bucket="feeds",
        feed_url=None,
        connect_timeout=10,
        read_timeout=30,
        download_timeout=180,
        attempts=4,
        max_download_bytes=64 * 2**20,
        max_unpacked_bytes=512 * 2**20,
    )
    assert BuildSettings.from_environment(LEAST) == BuildSettings(bucket="feeds")


def test_variables_win_over_the_defaults() -> None:
    """Spaces around a value do not count; an empty one counts as not set."""
    settings = FetchSettings.from_environment(
        {
            "RULESYNC_BUCKET": " my-feeds ",
            "RULESYNC_FEED_URL": "",
            "RULESYNC_CONNECT_TIMEOUT": "0.5",
            "RULESYNC_READ_TIMEOUT": "7",
            "RULESYNC_DOWNLOAD_TIMEOUT": "900",
            "RULESYNC_ATTEMPTS": "10",
            "RULESYNC_MAX_DOWNLOAD_BYTES": "1",
            "RULESYNC_MAX_UNPACKED_BYTES": "2147483648",
            "OTHER": "x",
        }
    )
    assert settings == FetchSettings(
        bucket="my-feeds",
        connect_timeout=0.5,
        read_timeout=7,
        download_timeout=900,
        attempts=10,
        max_download_bytes=1,
        max_unpacked_bytes=2**31,
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://feeds.example/a.tar.gz?key=1",
        "HTTP://127.0.0.1:8080/a.tar.gz",
        "s3://bucket/a.tar.gz",
        "file:///d/a.tar.gz",
        "/d/a.tar.gz",
        "a b.tar.gz",
    ],
)
def test_feed_may_be_an_url_or_a_path(url: str) -> None:
    """Of http, https, file or s3."""
    assert FetchSettings.from_environment(LEAST | {"RULESYNC_FEED_URL": url}).feed_url == Address(
        url
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BUCKET", "My_Bucket"),
        ("BUCKET", "s3://feeds"),
        ("FEED_URL", "ftp://feeds.example/a.tar.gz"),
        ("FEED_URL", "https://feeds.example"),
        ("FEED_URL", "https:///a.tar.gz"),
        ("FEED_URL", "https://feeds.example:0/a.tar.gz"),
        ("FEED_URL", "s3://bucket/"),
        ("FEED_URL", "file:///"),
        ("CONNECT_TIMEOUT", "0"),
        ("READ_TIMEOUT", "-1"),
        ("READ_TIMEOUT", "nan"),
        ("READ_TIMEOUT", "inf"),
        ("DOWNLOAD_TIMEOUT", "901"),
        ("DOWNLOAD_TIMEOUT", "ten"),
        ("ATTEMPTS", "0"),
        ("ATTEMPTS", "11"),
        ("ATTEMPTS", "1.5"),
        ("ATTEMPTS", "9" * 5000),
        ("MAX_DOWNLOAD_BYTES", "64M"),
        ("MAX_UNPACKED_BYTES", "2147483649"),
    ],
)
def test_wrong_value_is_named_with_what_is_expected(name: str, value: str) -> None:
    """The variable, its value, and what it should be."""
    with pytest.raises(SettingsError) as caught:
        FetchSettings.from_environment(LEAST | {f"RULESYNC_{name}": value})
    assert f"RULESYNC_{name} is {value!r}; expected: " in str(caught.value)


def test_every_fault_is_named_at_once() -> None:
    """A missing variable too; those that are right are not."""
    environment = {"RULESYNC_ATTEMPTS": "no", "RULESYNC_READ_TIMEOUT": "no"}
    with pytest.raises(SettingsError) as caught:
        FetchSettings.from_environment(environment)
    named = [line.split()[0] for line in str(caught.value).splitlines()[1:]]
    assert named == ["RULESYNC_BUCKET", "RULESYNC_READ_TIMEOUT", "RULESYNC_ATTEMPTS"]
    assert "RULESYNC_BUCKET is not set" in str(caught.value)
    with pytest.raises(SettingsError, match="RULESYNC_BUCKET is not set"):
        BuildSettings.from_environment({})


@pytest.mark.parametrize(
    "url",
    [
        "ftp://me:hush@feeds.example/a?key=hush",
        "https://me:hush@feeds.example",
        "https://me:hush@feeds.example:port/a",
        "https://me:hu/sh@feeds.example/a",
        "http:/me:hush@feeds.example/a",
        "https://me:hush@[/a.tar.gz",
        "s3://me:hush@feeds.example",
    ],
)
def test_password_in_a_wrong_url_is_not_shown(url: str) -> None:
    """Errors end up in logs."""
    with pytest.raises(SettingsError, match="RULESYNC_FEED_URL is ") as caught:
        FetchSettings.from_environment(LEAST | {"RULESYNC_FEED_URL": url})
    assert "hu" not in str(caught.value).replace("http", "")
    assert caught.value.__context__ is None


CLASSIC = "arn:aws:network-firewall:eu-west-1:111122223333:firewall-policy/prod"


@pytest.mark.parametrize(
    "name",
    [
        *("prod", CLASSIC, CLASSIC.replace("arn:aws:", "arn:aws-us-gov:"), "a-1"),
        *(
            CLASSIC.replace("firewall-policy/", f"{kind}/")
            for kind in ("firewall-policy-v2", "firewallpolicyv2", "ngfw-policy", "policy")
        ),
        CLASSIC.replace("firewall-policy/", "firewall-policy/v2/"),
    ],
)
def test_policy_may_be_named(name: str) -> None:
    """By its name or its ARN; how AWS writes the ARN of the newer kind is not known."""
    found = BuildSettings.from_environment({**LEAST, "RULESYNC_POLICIES": f"{name}, {name}"})
    assert found.policies == (name,)


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("stateful-rulegroup", "is the ARN of a stateful-rulegroup"),
        ("firewall", "is the ARN of a firewall"),
    ],
)
def test_arn_of_something_else_is_refused_in_plain_words(kind: str, told: str) -> None:
    """It says itself that it is no policy."""
    arn = CLASSIC.replace("firewall-policy/", f"{kind}/")
    with pytest.raises(SettingsError) as caught:
        BuildSettings.from_environment({**LEAST, "RULESYNC_POLICIES": f"prod,{arn}"})
    assert f"{arn} {told}, not of a firewall policy" in str(caught.value)


@pytest.mark.parametrize("name", ["a_b", "arn:aws:s3:::x", f"{CLASSIC}/x_y", "a b", f"{CLASSIC}:1"])
def test_what_is_no_policy_is_named(name: str) -> None:
    """With what is expected."""
    with pytest.raises(SettingsError, match="is neither the name nor the ARN") as caught:
        BuildSettings.from_environment({**LEAST, "RULESYNC_POLICIES": name})
    assert "expected: names of firewall policies, or ARNs such as" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (
            "s3://logs/fw/AWSLogs/111122223333/network-firewall/alert/eu-west-1/",
            "s3://logs/fw/AWSLogs/111122223333/network-firewall/alert/eu-west-1/",
        ),
        (
            "s3://logs/AWSLogs/111122223333/network-firewall/alert/eu-west-1",
            "s3://logs/AWSLogs/111122223333/network-firewall/alert/eu-west-1/",
        ),
        ("/aws/network-firewall/alert", "log group /aws/network-firewall/alert"),
        (
            "arn:aws:logs:eu-west-1:111122223333:log-group:/a/b:*",
            "log group arn:aws:logs:eu-west-1:111122223333:log-group:/a/b",
        ),
    ],
)
def test_alert_logs_are_a_folder_or_a_log_group(text: str, place: str) -> None:
    """As people find them in the console."""
    settings = HitsSettings.from_environment(
        {"RULESYNC_BUCKET": "bucket", "RULESYNC_ALERT_LOGS": text}
    )
    assert str(settings.alert_logs) == place


@pytest.mark.parametrize(
    "text",
    [
        "s3://logs/fw/",
        "s3://logs/AWSLogs/1/network-firewall/alert/eu-west-1/",
        "s3://logs/AWSLogs/111122223333/network-firewall/flow/eu-west-1/",
        "s3://logs/a'b;/../AWSLogs/111122223333/network-firewall/alert/eu'west/",
        "a group",
        "arn:aws:s3:::logs",
    ],
)
def test_place_that_has_no_alert_logs_is_an_error(text: str) -> None:
    """Which says what is expected."""
    with pytest.raises(SettingsError, match=r"RULESYNC_ALERT_LOGS is .*expected: s3://BUCKET"):
        HitsSettings.from_environment({"RULESYNC_BUCKET": "bucket", "RULESYNC_ALERT_LOGS": text})
