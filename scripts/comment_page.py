"""Show the comment of a pull request as GitHub does: python -m scripts.comment_page PAGE.html.

The edit is of the example: a category that alerted drops. What is drawn is the Markdown that the
command prints.
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from markdown_it import MarkdownIt

from examples.feed import build_feed

EXAMPLES = Path(__file__).parents[1] / "examples"
BEFORE, AFTER = "emerging-phishing: alert", "emerging-phishing: drop"
STYLE = """
body { font: 15px/1.5 "DejaVu Sans", sans-serif; color: #1f2328; background: #f6f8fa; margin: 0 }
main { max-width: 860px; margin: 20px auto; background: #fff; border: 1px solid #d1d9e0;
  border-radius: 6px; overflow: hidden }
header { background: #f6f8fa; border-bottom: 1px solid #d1d9e0; padding: 8px 16px; color: #59636e }
header b { color: #1f2328 }
article { padding: 4px 16px 16px }
h3 { font-size: 20px } h4 { margin: 18px 0 6px }
code { font: 12.5px/1.4 "DejaVu Sans Mono", monospace; background: #eff1f3; border-radius: 6px;
  padding: 2px 5px }
table { border-collapse: collapse } td, th { border: 1px solid #d1d9e0; padding: 4px 12px }
th { background: #f6f8fa } summary { cursor: pointer; padding: 2px 0 } ul { padding-left: 26px }
"""


def comment() -> str:
    """The Markdown of a plan by which a category turns to drop."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        feed = build_feed([EXAMPLES / "feed"], folder, version="1001")
        before = EXAMPLES / "categories.yaml"
        text = before.read_text(encoding="utf-8")
        if BEFORE not in text:
            raise SystemExit(f"{before} no longer has the line {BEFORE!r}")
        after = folder / "categories.yaml"
        after.write_text(text.replace(BEFORE, AFTER), encoding="utf-8")
        command = [sys.executable, "-m", "rulesync_cli", "plan", "--format", "markdown"]
        options = ["--feed", feed, "--before", before, "--config", after.name]
        done = subprocess.run(  # noqa: S603 - ours
            [*command, *map(str, options)],
            cwd=folder,
            env={"PYTHONPATH": str(EXAMPLES.parent)},
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
    if done.returncode != 2:  # noqa: PLR2004 - there are changes
        raise SystemExit("the plan of the example failed")
    return done.stdout


def page(markdown: str) -> str:
    """The comment as HTML, the first folded list open."""
    body = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(markdown)
    opened = body.replace("<details>", "<details open>", 1)
    return (
        f"<!doctype html><meta charset=utf-8><title>comment</title><style>{STYLE}</style>"
        "<main><header><b>github-actions</b> bot commented</header>"
        f"<article>{opened}</article></main>\n"
    )


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page(comment()), encoding="utf-8")
