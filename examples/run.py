"""Two feeds through both Lambda functions on an embedded AWS: ``make run``.

The first is our own feed in two releases, the second one plain file.
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from examples.feed import build_feed
from examples.server import serve

HERE = Path(__file__).parent
OUT = Path("out")

WHERE_TO_LOOK = f"""
The results of the first release are in {OUT}/1, those of the second in {OUT}/2. In each:
  report.html                  the whole sync on one page
  rule-groups/                 the rules exactly as published
  discarded.csv, changed.jsonl every rule that was discarded or changed, and why
  LICENCES.txt                 the feeds, and the licence of each
  plan.json, summary.json      what was done, for programs
To see what an edit does, edit examples/categories.yaml and run it again."""

SECOND = "  tunnels: alert                # the second feed, examples/tunnels.rules\n"
"""The category of the second feed, which the allowlist for the first alone cannot have."""

BEFORE = "  emerging-info: off"
"""The category before which it stands."""


def releases(folder: Path) -> tuple[str, str]:
    """Build the feed's two releases into ``folder`` and return their paths below it."""
    layers = (HERE / "feed", HERE / "feed-next")
    first = build_feed(layers[:1], folder / "1", version="1001")
    second = build_feed(layers, folder / "2", version="1002")
    return (first.relative_to(folder).as_posix(), second.relative_to(folder).as_posix())


def allowlist(folder: Path) -> Path:
    """Write the allowlist for both feeds into ``folder`` and return its path."""
    text = (HERE / "categories.yaml").read_text(encoding="utf-8")
    path = folder / "categories.yaml"
    path.write_text(text.replace(BEFORE, SECOND + BEFORE, 1), encoding="utf-8")
    return path


def command(urls: tuple[str, ...], config: Path) -> list[str]:
    """Give the command line that syncs the first feed at ``urls`` in turn, beside the second."""
    feeds = [word for url in urls for word in ("--feed", url)]
    settings = ["--config", str(config), "--out", str(OUT)]
    listed = ["--feeds", str(HERE / "feeds.yaml")]
    return [sys.executable, "-m", "rulesync_cli", "local", *feeds, *listed, *settings]


def main() -> int:
    """Run the example and return the command's exit code."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        paths = releases(folder)
        with serve(folder) as base:
            urls = tuple(f"{base}/{path}" for path in paths)
            words = command(urls, allowlist(folder))
            code = subprocess.run(words, check=False).returncode  # noqa: S603 - our words
    if code == 0:
        sys.stderr.write(f"{WHERE_TO_LOOK.lstrip()}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
