"""One release of our own feed, brought into a bucket as the stack's fetch function does it.

    python -m examples.release 1

For the tutorial, on an embedded AWS: it makes the bucket that RULESYNC_BUCKET names where it is
missing, and refuses to work without AWS_ENDPOINT_URL, so that no account is touched.
"""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import click

from examples.run import releases
from rules_lib.aws import clients

_NEEDED = ("AWS_ENDPOINT_URL", "RULESYNC_BUCKET")
_QUIET = {"POWERTOOLS_LOG_LEVEL": "CRITICAL"}


@click.command()
@click.argument("number", type=click.IntRange(1, 2))
def main(number: int) -> None:
    """Fetch release NUMBER, 1 or 2, into the bucket of the embedded AWS."""
    missing = [name for name in _NEEDED if not os.environ.get(name)]
    if missing:
        raise click.ClickException(f"set {' and '.join(missing)} first; docs/tutorial.md says how")
    clients.s3().create_bucket(Bucket=os.environ["RULESYNC_BUCKET"])  # one that is there stays
    with TemporaryDirectory() as name:
        feed = Path(name) / releases(Path(name))[number - 1]
        with mock.patch.dict(os.environ, _QUIET | {"RULESYNC_FEED_URL": str(feed)}):
            from functions.fetch import app  # noqa: PLC0415 - it reads the log level when imported

            fetched = app.handler({"source": "aws.scheduler"}, None)
    click.echo(f"{fetched['status']} feed {fetched['version']}: {fetched['enabled']} enabled rules")


if __name__ == "__main__":
    main()
