"""What the page's tables show, as lines."""

from __future__ import annotations

from support.page import SINCE
from support.report import DISCARDED, GROUPS, hostile, rule

from rules_lib.deploy.rulewise import RuleChange
from rules_lib.model import Malformed, Reason
from rules_lib.outcome import Discarded
from rules_lib.report.rows import LISTED, change_rows, discard_rows, place_rows


def test_discarded_rule_is_one_line() -> None:
    """With its reason, and whether it is new; unseen characters are escapes."""
    rows = [line.split("\t") for line in discard_rows(DISCARDED, {10})]
    assert [row[:4] for row in rows] == [
        ["10", "3", "web", "undefined-variable"],
        ["11", "3", "info", "over-budget"],
        ["", "", "local-own", "unparseable"],
    ]
    assert [row[7] for row in rows] == ["new", "", ""]
    assert rows[2][6] == r"alert \x1b[31m\u2028\u202e broken"


def test_tab_in_a_rule_parts_nothing() -> None:
    """It is shown as an escape, as line ends are."""
    item = Discarded(hostile(1, "a\tb", "x\ty", "t\n\tu"), Reason.NO_SID, "d\r\te")
    (line,) = discard_rows([item], ())
    assert line.split("\t")[2:7] == ["x\\ty", "no-sid", "d\\r\\te", "a\\tb", "t\\n\\tu"]


def test_change_has_both_texts() -> None:
    """What is new has none before, what is gone none after."""
    rows = [line.split("\t") for line in change_rows(SINCE.rules)]
    assert [row[1] for row in rows] == ["action", "removed", "added"]
    assert [bool(row[6]) for row in rows] == [True, True, False]
    assert [bool(row[7]) for row in rows] == [True, False, True]


def test_of_each_kind_so_many_are_listed() -> None:
    """Thousands of revised lists must not hide the one rule that now drops."""
    many = [
        RuleChange(kind, sid, "c", "g", "", "", "b", "a")
        for kind in ("action", "revised")
        for sid in range(LISTED + 10)
    ]
    rows = [line.split("\t")[:2] for line in change_rows(many)]
    assert len(rows) == 2 * LISTED
    assert rows[0] == ["0", "action"]
    assert rows[-1] == [str(LISTED - 1), "revised"]


def test_every_sid_has_its_place() -> None:
    """Between spaces, so that 12 is not found in 123."""
    groups = [line.group for line in GROUPS if line.group]
    off = (rule(7, category="a"), Malformed("a", 2, "?", "no"), rule(8, category="b"))
    assert list(place_rows(groups, off)) == [
        "kept\tet-info\t 3 ",
        "kept\tet-web-b\t 1 2 ",
        "off\ta\t 7 ",
        "off\tb\t 8 ",
    ]
