"""Times that services write are read as botocore reads them."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.utils import parse_timestamp
from hypothesis import example, given
from hypothesis import strategies as st

from rules_lib.aws.models import begin_default_session
from rules_lib.aws.timestamps import read_timestamp

if TYPE_CHECKING:
    from collections.abc import Callable


def short_year(moment: datetime) -> str:
    """As HTTP had it before: 70 may be a hundred years later."""
    return moment.strftime("%A, %d-%b-%y %H:%M:%S GMT")


FORMS: tuple[Callable[[datetime], object], ...] = (
    short_year,
    lambda moment: moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    lambda moment: moment.isoformat(timespec="seconds").replace("+00:00", "Z"),
    lambda moment: format_datetime(moment, usegmt=True),
    datetime.isoformat,
    datetime.timestamp,
    lambda moment: str(int(moment.timestamp())),
)

moments = st.integers(10**8, 3 * 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(moments, st.sampled_from(FORMS))
@example(datetime(1973, 11, 30, tzinfo=UTC), short_year)
def test_times_are_those_of_botocore(moment: datetime, form: Callable[[datetime], object]) -> None:
    """In every form that AWS uses, and in older ones of HTTP."""
    written = form(moment)
    found, theirs = read_timestamp(written), parse_timestamp(written)  # type: ignore[arg-type]
    assert (found, found.utcoffset()) == (theirs, theirs.utcoffset())


@pytest.mark.parametrize("text", ["", "Z", "soon GMT", "2026-13-01T00:00:00Z"])
def test_what_is_no_time_is_refused(text: str) -> None:
    """As by botocore."""
    with pytest.raises(ValueError, match="timestamp"):
        read_timestamp(text)


def test_clients_read_times_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the session that the functions begin."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    begin_default_session()
    session = boto3._get_default_session()._session  # noqa: SLF001 - boto3 has no other way to it
    parser = session.get_component("response_parser_factory").create_parser("json")
    assert parser._timestamp_parser is read_timestamp  # noqa: SLF001 - nor botocore
