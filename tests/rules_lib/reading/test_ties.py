"""Options that tie rules together are read as the engine reads them."""

from __future__ import annotations

import pytest
from support.rules import problem, rule, text

from rules_lib.groups.rule_group import GroupVariables
from rules_lib.ties import Mark, MarkKind, Tie
from rulesync_cli.verify.load import Loading, load_group
from rulesync_cli.verify.loadable import Loadable
from rulesync_cli.verify.suricata import Suricata


def _tie(command: str, kind: MarkKind, *names: str) -> Tie:
    return Tie(command, tuple(Mark(kind, name) for name in names))


def _ties(option: str) -> tuple[Tie, ...]:
    return rule(text(1, f"{option}; ")).ties


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("set,a", _tie("set", MarkKind.FLOWBIT, "a")),
        (" set, a ", _tie("set", MarkKind.FLOWBIT, "a")),
        ("isset,a|b", _tie("isset", MarkKind.FLOWBIT, "a", "b")),
        ("isset, a | b", _tie("isset", MarkKind.FLOWBIT, "a", "b")),
        ("isset,a&b", _tie("isset", MarkKind.FLOWBIT, "a&b")),
        ("isnotset,a.b-c", _tie("isnotset", MarkKind.FLOWBIT, "a.b-c")),
        ("unset,a", _tie("unset", MarkKind.FLOWBIT, "a")),
        ("toggle,a", _tie("toggle", MarkKind.FLOWBIT, "a")),
    ],
)
def test_flowbits(value: str, expected: Tie) -> None:
    """Spaces around names do not matter; `|` parts names, and nothing else does."""
    assert _ties(f"flowbits:{value}") == (expected,)


@pytest.mark.parametrize("command", ["set", "unset", "toggle"])
def test_of_several_flowbits_none_is_set(command: str) -> None:
    """The engine takes the option, and does nothing to either bit."""
    assert _ties(f"flowbits:{command},a|b") == ()


@pytest.mark.parametrize(
    ("value", "command"),
    [
        *(
            ("ab,=,1", "="),
            ("ab,+,1", "+"),
            (" ab\t, +, 1 ", "+"),
            ("ab,+ 1", "+"),
            ("ab,-,5", "-"),
        ),
        *(("ab,<,5", "<"), ("ab,<=,5", "<="), ("ab,==5", "=="), ("ab,!=,5", "!=")),
        *(
            ("ab,>=,5", ">="),
            ("ab,>,4294967295", ">"),
            ("ab,isset", "isset"),
            ("ab,isset,9", "isset"),
        ),
        *(("ab,issetcd", "isset"), ("ab,notset", "isnotset"), ("ab,isnotset", "isnotset")),
    ],
)
def test_flowint(value: str, command: str) -> None:
    """A comma before the value may be left out; `notset` has two spellings."""
    assert _ties(f"flowint:{value}") == (_tie(command, MarkKind.FLOWINT, "ab"),)


@pytest.mark.parametrize("command", ["=", "+", "-", "<", "=="])
def test_flowint_that_another_is_compared_with_is_read(command: str) -> None:
    """As is one that another is set to."""
    own = _tie(command, MarkKind.FLOWINT, "a.b/c")
    assert _ties(f"flowint:a.b/c,{command},cd") == (own, _tie("read", MarkKind.FLOWINT, "cd"))


@pytest.mark.parametrize(
    ("option", "kind"),
    [
        ("xbits:set,a,track ip_src", MarkKind.HOST),
        ("xbits:set,a,track ip_dst,expire 10", MarkKind.HOST),
        ("xbits: set, a,\ttrack  ip_pair, expire 10 ", MarkKind.PAIR),
        ("xbits:set ,a ,expire 10,track ip_pair", MarkKind.PAIR),
        ("XBITS:,set,,a,track ip_src,other 5,", MarkKind.HOST),
        ("xbits:set,a,track tx", MarkKind.TRANSACTION),
        ("hostbits:set,a", MarkKind.HOST),
        ("hostbits: set , a , dst ", MarkKind.HOST),
    ],
)
def test_bits_beyond_a_flow(option: str, kind: MarkKind) -> None:
    """What is tracked is where the bit is kept; both ends of a flow are hosts."""
    assert _ties(option) == (_tie("set", kind, "a"),)


@pytest.mark.parametrize("option", ["xbits:set,a", "xbits:unset,a", "xbits:set"])
def test_xbits_without_track_set_nothing(option: str) -> None:
    """Suricata 8 takes them all the same."""
    assert _ties(option) == ()


@pytest.mark.parametrize("command", ["isset", "isnotset"])
def test_xbits_without_track_never_match(command: str) -> None:
    """Either way: it is as good as to ask for what nobody sets."""
    assert _ties(f"xbits:{command},a,expire 9") == (_tie("isset", MarkKind.NOWHERE, "a"),)


FLOWBITS = ["isset,", "isset", "foo,a", "SET,a", "noalert,a", "set,|"]
FLOWINTS = [
    *("a,+,1", "9b,+,1", "a-b,+,1", "ab,+", "ab,+,", "ab,+,-1", "ab,=,c", "ab,=>,5", "ab,ISSET"),
    *("ab,>,4294967296", "ab,+,1.5", "ab,+,1,2", '"ab,+,1"', "ab + 1", "ab|cd,isset", "noalert"),
]
XBITS = [
    *("SET,a,track ip_src", "set,a b,track ip_src", "set,a,track IP_SRC", "set,a,track"),
    *("notset,a,track ip_src", "set,a,track ip_src,track ip_dst", "set,a,track ip_both"),
    *("set,a,track ip_src,expire 0", "set,a,track ip_src,expire 4294967296", "noalert,a"),
    *("set,a,track ip_src,expire 5,other 6", "set,a,track ip_src ,expire 10", "unset,a,track tx"),
    *("noalert x", '"set,a,track ip_src"', "set,a,track ip_src,expire x"),
]
HOSTBITS = [
    *("set", "set,", "set a", "set,a,both", "set,a,src,60", "set,a,src 60", "set,a b", "SET,a"),
    *("noalert,a", "noalert x", "set1,a", "set,a,", "set,a,src,"),
]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("flowbits", value) for value in FLOWBITS),
        *(("flowint", value) for value in FLOWINTS),
        *(("xbits", value) for value in XBITS),
        *(("hostbits", value) for value in HOSTBITS),
    ],
)
def test_option_that_suricata_refuses_makes_no_rule(name: str, value: str) -> None:
    """The problem names the option and its value."""
    assert problem(text(1, f"{name}:{value}; ")).startswith(f"{name}:{value[:40]} is ")


@pytest.mark.parametrize("name", ["flowbits", "flowint", "xbits", "hostbits"])
def test_option_without_a_value_makes_no_rule(name: str) -> None:
    """Nor with nothing but a space."""
    assert problem(text(1, f"{name}; ")) == f"its {name} has no value"
    assert problem(text(1, f"{name}: ; ")) == f"its {name} has no value"


TAKEN = (
    *("flowbits:set, a ", "flowint: ab\t, +, 1 ", "flowint:ab,+ 1", "flowint:ab,issetcd"),
    *("flowint:a.b/c,==,cd", "flowint:ab,isset,9", "flowint:ab,notset", "hostbits: set , a , dst "),
    *("hostbits:isset,a", "hostbits:noalert", "xbits: set, a,\ttrack  ip_pair, expire 10 "),
    *("xbits:set,a,track ip_src,other 5,", "xbits:unset,a,track ip_dst"),
)
TAKEN_BY_8 = (
    *("xbits:set ,a ,expire 10,track ip_pair", "XBITS:,set,,a,track ip_src,other 5,"),
    *(
        "xbits:set,a",
        "xbits:set",
        "xbits:isset,a,expire 9",
        "xbits:noalert",
        "xbits:set,a,track tx",
    ),
)


def _loaded(engine: Suricata, *options: str) -> Loading:
    rules = tuple(text(sid, f"{option}; ") for sid, option in enumerate(options, start=1))
    return load_group(engine, Loadable("ties", 1000, rules, GroupVariables()))


@pytest.mark.engine
def test_engine_takes_what_is_read(engine: Suricata) -> None:
    """Each of these is a rule to us too; 7.0 asks for more of xbits."""
    forms = TAKEN if engine.line == "7.0" else (*TAKEN, *TAKEN_BY_8)
    assert _loaded(engine, *forms).refusals == ()
    assert all(rule(text(1, f"{form}; ")) for form in forms)


@pytest.mark.engine
def test_engine_refuses_what_is_not_read(engine: Suricata) -> None:
    """Of xbits the service's version decides: 7.0 takes some more."""
    options = [
        *(f"flowbits:{value}" for value in FLOWBITS),
        *(f"flowint:{value}" for value in FLOWINTS),
        *(f"hostbits:{value}" for value in HOSTBITS),
        *(f"xbits:{value}" for value in XBITS if engine.line != "7.0"),
    ]
    assert len(_loaded(engine, *options).refusals) == len(options)
