"""The one SQL: what may be put into it."""

from __future__ import annotations

from datetime import date

import pytest

from rules_lib.hits.query import Partitions, count_query

FOLDERS = Partitions(("prod", "test-1"), "2026/11/28/00", "2026/11/30/23")


def test_days_and_folders_stand_in_the_query() -> None:
    """Athena reads those folders alone."""
    text = count_query(
        "rulesync.alerts",
        first=date(2026, 11, 28),
        last=date(2026, 11, 29),
        partitions=FOLDERS,
    )
    assert "FROM rulesync.alerts\n" in text
    assert (
        "WHERE firewall IN ('prod', 'test-1') AND hour BETWEEN '2026/11/28/00' AND '2026/11/30/23'"
    ) in text
    assert "day BETWEEN DATE '2026-11-28' AND DATE '2026-11-29'" in text


def test_addresses_are_asked_for_only_where_they_are_wanted() -> None:
    """Their numbers always are."""
    assert "|| source" in count_query("lines")
    assert "|| source" not in count_query("lines", addresses=False)
    assert "|| destination" not in count_query("lines", addresses=False)


@pytest.mark.parametrize("table", ["", "a b", "a;b", 'a"b', "a.b'", "1a", "a..b"])
def test_name_that_is_no_table_is_refused(table: str) -> None:
    """Nothing that is given becomes SQL."""
    with pytest.raises(ValueError, match="no name of a table"):
        count_query(table)


@pytest.mark.parametrize("name", ["", "a'b", "a b", "a;--", "é", "a\nb"])
def test_name_that_could_end_a_text_is_refused(name: str) -> None:
    """A folder in a bucket may be called anything."""
    with pytest.raises(ValueError, match="cannot stand in a query"):
        count_query("lines", partitions=Partitions((name,), "2026/11/28/00", "2026/11/28/23"))
