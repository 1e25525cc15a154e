"""The local web server answers as the feed's own does, so the skip of an unchanged feed is real."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from support.patience import PATIENCE

from examples.server import serve


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """The address of a file on a running server."""
    (tmp_path / "version.txt").write_text("1001\n")
    with serve(tmp_path) as base:
        yield f"{base}/version.txt"


def get(url: str, **headers: str) -> requests.Response:
    """Ask for the file, with header names given in words joined by `_`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.get(url, headers=named, timeout=PATIENCE)


def test_first_request_gets_the_file_with_both_validators(url: str) -> None:
    """The content, an ETag and a Last-Modified."""
    answer = get(url)
    assert (answer.status_code, answer.text) == (200, "1001\n")
    assert {"ETag", "Last-Modified"} <= answer.headers.keys()


def test_known_etag_is_answered_304(url: str) -> None:
    """Nothing is sent again where the content is the same."""
    answer = get(url, If_None_Match=get(url).headers["ETag"])
    assert (answer.status_code, answer.content) == (304, b"")


def test_known_date_is_answered_304(url: str) -> None:
    """So it is by date."""
    answer = get(url, If_Modified_Since=get(url).headers["Last-Modified"])
    assert answer.status_code == 304


def test_changed_file_is_sent_in_full(url: str, tmp_path: Path) -> None:
    """An ETag of an older content is no match."""
    old = get(url).headers["ETag"]
    (tmp_path / "version.txt").write_text("1002\n")
    answer = get(url, If_None_Match=old)
    assert (answer.status_code, answer.text) == (200, "1002\n")


def test_missing_file_is_answered_404(url: str) -> None:
    """A digest that is not there is absent, not an error of the server."""
    assert get(f"{url}.md5").status_code == 404
