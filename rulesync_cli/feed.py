"""A feed as the option `--feed` names it, looked at and stored nowhere."""

from __future__ import annotations

import os

import click

from rules_lib.address import Address
from rules_lib.errors import FeedError
from rules_lib.feed.fetch import checked_files
from rules_lib.feed.request import FeedRequest
from rules_lib.feed.source import Download, download_if_new
from rules_lib.feedlist import usual_feeds
from rules_lib.model import FeedFile
from rules_lib.settings import FetchSettings
from rules_lib.sources.reader import reader_for
from rules_lib.text import visible_lines


def read_feed(feed: Address) -> tuple[FeedFile, ...]:
    """Read a feed as a fetch does, its checksum compared; warnings go to stderr.

    Raises:
        FeedError: it cannot be had, or is not what it should be.
        SettingsError: it is no address of a feed.
    """
    named = {"RULESYNC_FEED_URL": feed.reveal(), "RULESYNC_BUCKET": "none-is-used"}
    settings = FetchSettings.from_environment({**os.environ, **named})
    request = FeedRequest.of(usual_feeds().first, feed, settings)
    answer = download_if_new(request, reader_for(feed, settings), None)
    if not isinstance(answer, Download):
        raise FeedError(f"{feed}: {answer.why}")
    files = checked_files(answer, request)
    for warning in answer.warnings:
        click.echo(f"warning: {visible_lines(warning)}", err=True)
    return files
