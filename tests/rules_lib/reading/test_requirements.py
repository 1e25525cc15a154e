"""What a rule requires is judged as the engine judges it."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.rules import problem, rule, text

from rules_lib.facts import suricata as known
from rules_lib.groups.rule_group import GroupVariables
from rules_lib.reading.requirements import unmet
from rulesync_cli.verify.load import judge
from rulesync_cli.verify.suricata import Suricata, write_run_files

MET = (
    *("version >= 8", "version>=8.0.0", "version >=8.0.3", "version <= 8.0.3", "version < 9"),
    *("version > 7.0.10", "version >= 7.0.3 < 8 | >= 8.0.3", "version >= 99 | >= 7 | >= 99"),
    *("version >= 7 garbage", "version >= 7 | garbage", "version >= 7 | >= x", "version >= 7 < x"),
    *("version >= +7", "version >= 007", "version >= 7.0.3-dev", "version >= 7.0.3.4"),
    *(
        "version\t>= 7",
        "version >\t7",
        "version >= 7 <\t9",
        "version >= 7,",
        "version >= 7 | | < 9",
    ),
    *("feature ja3", "feature  ja4 ", "feature ja3, feature ja4,version >= 7"),
    *("keyword content", "keyword dns.query, keyword flowbits", "version >=6 <9-"),
)
UNMET = (
    *("version < 8", "version <= 8", "version > 8.0.8", "version >= 99", "version >= 8.0.255"),
    *("version >= 7.0.3 < 8 | >= 9", "version >= 7 >= 99", "version >= 99 | >= x"),
    *("version >= 99 garbage | >= 7", "feature geoip", "feature output::file-store"),
    *("feature JA3", "feature", "feature ja3 ja4", "feature ja3, feature nope", "Version >= 7"),
    *("keyword nosuch", "keyword Content", "keyword tls_sni", "keyword", "foo bar", "feature_x"),
    *("foo bar, version >= 7", ",version >= 7", ",,", ", version >= 7", "version >= 7, < 9"),
    *("!version >= 7", "-", "vérsion >= 7"),
)
BROKEN = (
    *("version", "version 7", "version = 7", "version => 7", "version >> 7", "version >== 7"),
    *("version >= 7.", "version >= 7.x", "version >= 7-x", "version >= 7.0-x", "version >= 300"),
    *("version >= 7.0.3<8", "version >= 7\t< 9", "version >= 7, version >= 8", "version !>= 7"),
    *("version >=7.0.10|<6", "version: >= 7", "version | >= 7", "version >= 99|>= 7"),
)


def _rule(value: str, sid: int = 1) -> str:
    return text(sid, f"requires:{value}; ")


def _missing(*values: str) -> str:
    return unmet(rule(text(1, "".join(f"requires:{value}; " for value in values))).keywords)


@pytest.mark.parametrize("value", MET)
def test_requirement_that_the_service_meets(value: str) -> None:
    """By its version, its features and its keywords."""
    assert _missing(value) == ""


@pytest.mark.parametrize("value", UNMET)
def test_requirement_that_the_service_does_not_meet(value: str) -> None:
    """Anything that the engine does not understand is one of these."""
    assert _missing(value)


@pytest.mark.parametrize("value", BROKEN)
def test_requirement_that_cannot_be_read_makes_no_rule(value: str) -> None:
    """The engine refuses it aloud."""
    said = f"requires:{value[:40]} has no version, or two of them"
    assert problem(_rule(value)) == said


def test_requirement_in_quotes_makes_no_rule() -> None:
    """Inside the value they are nothing that the engine knows."""
    assert problem(_rule('"version >= 7"')) == (
        'requires:"version >= 7" is quoted, which the engine refuses'
    )
    assert _missing('feature "ja3"') == 'feature "ja3"'


def test_requirement_without_value_makes_no_rule() -> None:
    """As in the engine."""
    assert problem(text(1, "requires; ")) == "its requires has no value"


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        (("version >= 7, version_x 8",), "version_x 8"),
        (("version >= 7 , feature nope, keyword nosuch",), "feature nope"),
        (("keyword nosuch",), "keyword nosuch"),
        (("version >= 99 |>= 100",), "version >= 99 |>= 100"),
        (("version >= 7", "version >= 99"), "version >= 99"),
        (("version >= 99", "version >= 7"), "version >= 99"),
        ((",",), "nothing"),
        ((), ""),
    ],
)
def test_what_is_missing_is_told_as_written(values: tuple[str, ...], missing: str) -> None:
    """All options of a rule must be met."""
    assert _missing(*values) == missing


def test_rule_that_requires_nothing_is_met() -> None:
    """As nearly all."""
    assert unmet(frozenset({"content", "sid"})) == ""


_NETS = {"HOME_NET": ("10.0.0.0/8",), "EXTERNAL_NET": ("!$HOME_NET",)}


def _loaded(engine: Suricata, folder: Path, values: tuple[str, ...]) -> tuple[int, int]:
    """How many are loaded, and how many refused; nobody searches for those passed over."""
    rules = tuple(_rule(value, sid) for sid, value in enumerate(values, start=1))
    write_run_files(folder, rules, GroupVariables(_NETS))
    log = judge(rules, *engine.test(folder))
    return log.loaded, len(log.refusals)


def _judged(engine: Suricata, value: str) -> bool:
    """Whether that version meets it; 7.0 knows no keywords by name, and calls that unknown."""
    major, minor, patch = map(int, engine.version.split("."))
    names = rule(_rule(value)).keywords
    if engine.line == "7.0" and "keyword" in value:
        return False
    return not unmet(names, (major, minor, patch))


@pytest.mark.engine
def test_rule_that_is_met_is_loaded_and_any_other_passed_over(
    engine: Suricata, tmp_path: Path
) -> None:
    """In silence, by 7.0 and 8.0 alike; what cannot be read is refused."""
    values = (*MET, *UNMET)
    met = tuple(value for value in values if _judged(engine, value))
    passed_over = tuple(value for value in values if value not in met)
    assert _loaded(engine, tmp_path, met) == (len(met), 0)
    assert _loaded(engine, tmp_path, passed_over) == (0, 0)
    broken = (*BROKEN, '"version >= 7"')
    assert _loaded(engine, tmp_path, broken) == (0, len(broken))


@pytest.mark.engine
def test_keyword_is_known_to_the_engine_by_its_own_name_alone(
    engine: Suricata, tmp_path: Path
) -> None:
    """Of every keyword and every alias of the lists."""
    if engine.line == "7.0":
        pytest.skip("7.0 cannot be asked for keywords")
    names = sorted(known.keywords() - known.aliases())
    assert len(names) > 200
    wanted = tuple(f"keyword {name}" for name in names)
    assert _loaded(engine, tmp_path, wanted) == (len(names), 0)
    aliases = tuple(f"keyword {name}" for name in sorted(known.aliases()))
    assert (_loaded(engine, tmp_path, aliases), len(aliases)) == ((0, 0), 43)
