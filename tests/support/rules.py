"""Short ways to write rules, feeds and allowlists, and hypothesis strategies for them."""

from __future__ import annotations

import json
from itertools import permutations, product
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from rules_lib.allowlist import Allowlist, load_allowlist
from rules_lib.groups.rule_group import Deployed
from rules_lib.model import NO_FEED, AnyRule, FeedFile, FeedOrigin, Malformed, Mode, Rule
from rules_lib.outcome import Candidate, Converted, GivenMode
from rules_lib.packing.fit import Fitted, fit
from rules_lib.reading.lines import Line
from rules_lib.reading.parser import parse
from rules_lib.reading.ruleset import Ruleset, read_rules
from rules_lib.stages.convert import convert
from rules_lib.stages.link import link
from rules_lib.stages.order import Ordered, order
from rules_lib.stages.screen import screen
from rules_lib.stages.select import select
from rules_lib.why import ActionCause, ModeKey, Why
from support.inputs import DAY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ENDS: Final = "any any -> any any"
FROM_FEED: Final = ("emerging-dns", "emerging-malware", "emerging-web", "aside-web")
FIRST_FEED: Final = FeedOrigin(0, "et/open")
SECOND_FEED: Final = FeedOrigin(1, "aside")
"""Behind the first, though its categories begin with its name, which sorts before."""
OWN: Final = ("local-house", "local-mine", "local-other")
CATEGORIES: Final = (*FROM_FEED, *OWN)


def text(
    sid: int | str, options: str = "", *, head: str = "alert tcp", ends: str = ENDS, rev: int = 1
) -> str:
    """Write a rule that the service takes, unless the arguments say otherwise."""
    return f'{head} {ends} (msg:"rule {sid}"; content:"x"; {options}sid:{sid}; rev:{rev};)'


def line(source: str, category: str = "emerging-web", number: int = 1) -> AnyRule:
    """Parse one logical line."""
    return parse(category, Line(number, source))


def rule(source: str, category: str = "emerging-web", number: int = 1) -> Rule:
    """Parse one line that is a rule."""
    parsed = line(source, category, number)
    assert isinstance(parsed, Rule), parsed
    return parsed


def problem(source: str) -> str:
    """What is wrong with a line that is no rule."""
    parsed = line(source)
    assert isinstance(parsed, Malformed), parsed
    return parsed.problem


def allow(**settings: Any) -> Allowlist:
    """Load an allowlist in which everything alerts, with settings of its own."""
    document = {"version": 1, "default": "alert", **settings}
    known = (*CATEGORIES, *settings.get("categories", ()))
    return load_allowlist(json.dumps(document), source="test", known=known)


def feed(files: Mapping[str, Sequence[str]]) -> tuple[FeedFile, ...]:
    """Write the files of feeds, people's own first, then by feed and name, as readers do."""
    names = sorted(files, key=lambda name: (not name.startswith("local-"), origin(name), name))
    return tuple(FeedFile(name, "\n".join(files[name]).encode(), origin(name)) for name in names)


def origin(category: str) -> FeedOrigin:
    """Which feed a category is of: the second feed has a prefix, as every feed but ET's has."""
    if category.startswith("local-"):
        return NO_FEED
    return SECOND_FEED if category.startswith(f"{SECOND_FEED.name}-") else FIRST_FEED


def ruleset(files: Mapping[str, Sequence[str]], *wake: int) -> Ruleset:
    """Read a feed."""
    return read_rules(feed(files), wake)


def candidate(
    source: str, mode: Mode = Mode.ALERT, *, action: str = "", setter: bool = False
) -> Candidate:
    """Ask for a rule, in a mode."""
    return asked(rule(source), mode, action=action, setter=setter)


def asked(
    source: Rule, mode: Mode = Mode.ALERT, *, action: str = "", setter: bool = False
) -> Candidate:
    """Ask for a rule whose action is to be this one, as its category alone would."""
    given = GivenMode(Mode.OFF if setter else mode, ModeKey.CATEGORY)
    return Candidate(source, given, ActionCause(_CAUSES[action], action))


_CAUSES: Final = {"": Why.ALERT_MODE, "alert": Why.BROUGHT_IN, "drop": Why.DROP_MODE}
"""What has an action turned into this one."""


def published(
    *sources: str, category: str = "emerging-web", setter: bool = False, **settings: Any
) -> tuple[Converted, ...]:
    """Convert rules that stand in a category, one a line."""
    rules = (rule(source, category, number) for number, source in enumerate(sources, start=1))
    wanted = [asked(one, action="alert" if setter else "", setter=setter) for one in rules]
    return convert(wanted, allow(**settings), {}, DAY).rules


def fitted(
    files: Mapping[str, Sequence[str]],
    allowlist: Allowlist,
    deployed: Deployed | None = None,
    fired: frozenset[int] = frozenset(),
) -> tuple[Ordered, Fitted]:
    """Take a feed to its rule groups; say too what came into the last stage."""
    ordered = ordered_from(files, allowlist)
    return ordered, fit(ordered, allowlist, deployed or Deployed(), fired)


def ordered_from(files: Mapping[str, Sequence[str]], allowlist: Allowlist) -> Ordered:
    """Take a feed through all stages but the last."""
    selected = select(ruleset(files, *allowlist.rules.on).rules, allowlist)
    wanted, standby = (
        convert(screen(rules, allowlist).rules, allowlist, {}, DAY).rules
        for rules in (selected.wanted, selected.standby)
    )
    return order(link(wanted, standby).clusters, allowlist.last)


ENGINE_TAKES: Final = (
    text(1),
    'alert tcp any any -> any any (msg:"abc\\"; sid:2;)',
    'alert tcp any any -> any any (content:"a\\\\"; content:"b\\"c"; content:"d\\;e"; sid:3;)',
    'alert tcp any any -> any any (content:"x"; pcre:"/a"b\\"c/"; sid:4;)',
    "alert tcp any any -> any any (reference:url,a\\\\;b; sid:5;)",
    'alert tcp any any -> any any (content  :  "a" ; nocase ; SID : +6 ;)',
    "alert tcp any any -> any any ( sid:7; )",
    "ALERT TCP ANY Any -> any any (sid:8;)",
    "alert\ttcp any any -> any any (sid:9;)",
    "alert  tcp  \tany any  -> any any \t(sid:10;)",
    "alert tcp [10.0.0.0/8, ![10.1.0.0/16,10.2.0.0/16]] [80, 81] <> any :1024 (sid:11;)",
    "alert tcp any any -> any any (classtype:misc-attack; classtype:misc-attack; sid:12;)",
    "alert tcp any any -> any any (priority:1; priority:2; gid:1; gid:2; sid:13;)",
    "alert tcp any any -> any any (flowbits: isset, a | b; flowbits:set,c ; sid:4294967294;)",
    'alert tcp any any -> any any (content:!  "a"; reference:url,"b"; metadata:c "d; sid:15;)',
)
"""What Suricata 7.0.10 loads; a rule that it loads must never be lost to our reading."""

ENGINE_REFUSES: Final = (
    "alert tcp any any -> any any(sid:1;)",
    "alert tcp any any -> any any\t(sid:1;)",
    "alert tcp\tany any -> any any (sid:1;)",
    "alert tcp any any\t-> any any (sid:1;)",
    "alert tcp any any <- any any (sid:1;)",
    "alert tcp any -> any any (sid:1;)",
    "alert tcp [10.0.0.0/8 any -> any any (sid:1;)",
    "alert tcp !any any -> any any (sid:1;)",
    "alert tcp any [80,!any] -> any any (sid:1;)",
    "alert tcp any ![any] -> any any (sid:1;)",
    "alert tcp any any -> any any (sid:1;) x",
    "alert tcp any any -> any any (sid:1)",
    "alert tcp any any -> any any (sid:1; ;)",
    'alert tcp any any -> any any (msg:"a"b; sid:1;)',
    'alert tcp any any -> any any (msg:"a; sid:1;)',
    'alert tcp any any -> any any (msg:"a";\N{NO-BREAK SPACE}sid:1;)',
    "alert tcp any any -> any any (sid:0;)",
    "alert tcp any any -> any any (sid:4294967296;)",
    "alert tcp any any -> any any (sid:_1;)",
    "alert tcp any any -> any any (sid:1; sid:2;)",
    "alert tcp any any -> any any (rev:0; sid:1;)",
    "alert tcp any any -> any any (rev:1; rev:2; sid:1;)",
    'alert tcp any any -> any any (msg:"a"; msg:"b"; sid:1;)',
    "alert tcp any any -> any any (metadata: ; sid:1;)",
    "alert tcp any any -> any any (flowbits:isset,; sid:1;)",
    "alert tcp any any -> any any (flowbits:setx,a; sid:1;)",
    "alert tcp any any -> any any (flowbits:noalert,a; sid:1;)",
    "alert tcp any any -> any any (flowbits:SET,a; sid:1;)",
)

CUT_IN_TWO_WAYS: Final = (
    'alert tcp any any -> any any (msg:"; noalert; content:"x"; sid:1;)',
    'alert tcp any any -> any any (msg:" ; flowbits:set,a; content:"x"; sid:1;)',
    'alert tcp any any -> any any (metadata:!"x; noalert; content:"x"; sid:1;)',
    'alert tcp any any -> any any (metadata: ! "x; flowbits:isset,a; content:"x"; sid:1;)',
    'alert tcp any any -> any any (metadata:a "b; noalert; content:"x"; sid:1;)',
    'alert tcp any any -> any any (reference:url,"a; noalert; content:"x"; sid:1;)',
    'alert tcp any any -> any any (flowvar:a,"b; noalert; content:"x"; sid:1;)',
    'alert tcp any any -> any any (pktvar:a,"b; noalert; content:"x"; sid:1;)',
    'alert tcp any any -> any any (flowbits:set,"a; noalert; content:"x"; sid:1;)',
    'alert tcp any any -> any any (target:src_ip; xbits:set,"a,track ip_src; content:"x"; sid:1;)',
    'alert tcp any any -> any any (msg:"a\\"; noalert; content:"x"; sid:1;)',
    'alert tcp any any -> any any (content:"a\\"; noalert; content:"x"; sid:1;)',
    'alert tcp any any -> any any (content:"x"; replace:"; noalert; msg:"a"; sid:1;)',
)
"""Rules that mean another thing to Suricata, which loads nearly all, than to who minds quotes."""

SPACES = st.sampled_from(["", "", "", " ", "  ", "\t"])
_WORDS: Final = (
    *(r"\;", r"\"", r"\\", r"\:", "|3b|", '"', "(", ")", "$HOME_NET", "[a, b]", "a b", "é"),
    *("sid:9", "priority:1", "classtype:x", "gid:1"),
)
_QUOTED = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=5).map("".join)
QUOTED = _QUOTED.filter(lambda value: not value.endswith("\\"))
"""Texts between quotes: with escapes, quotes and what looks like an option, but for a bare `;`."""

OPTIONS = st.one_of(
    st.tuples(st.sampled_from(["content", "pcre", "Content"]), QUOTED).map(
        lambda pair: f'{pair[0]}:"{pair[1]}"'
    ),
    st.sampled_from(["nocase", "fast_pattern", "noalert", "http.uri", "file_data"]),
    st.sampled_from(
        [
            "classtype:trojan-activity",
            "CLASSTYPE:misc-attack",
            "priority:1",
            "priority: 2",
            "gid:1",
            r"reference:url,a.example/\;b",
            "flow:established,to_server",
            'content:!"x"',
            "metadata:signature_severity Major, confidence High, updated_at 2024_01_02",
            "flowbits:isset,a|b",
            "flowbits: set, c",
        ]
    ),
)
"""Single options, without the semicolon that ends them."""

HEADERS = st.tuples(
    st.sampled_from(["alert", "alert", "drop", "pass", "ALERT", "reject"]),
    st.sampled_from(["tcp", "http", "tls", "TCP"]),
    st.sampled_from(
        ["any", "$HOME_NET", "!$HOME_NET", "[10.0.0.0/8, ![10.1.0.0/16, 10.2.0.0/16]]"]
    ),
    st.sampled_from(["any", "80", "[80, 81]", "!80", "1024:"]),
    st.sampled_from(["->", "<>"]),
    st.sampled_from(["any", "$EXTERNAL_NET", "[$HOME_NET,10.0.0.1]", "[ 10.0.0.1 , 10.0.0.2 ]"]),
    st.sampled_from(["any", "[80,443]", "$WEB_PORTS"]),
).map(" ".join)


@st.composite
def rule_texts(draw: st.DrawFn) -> str:
    """Valid rules, oddly written."""
    options = draw(st.lists(OPTIONS, max_size=8))
    at = draw(st.integers(0, len(options)))
    number = draw(st.integers(1, 2**32 - 2))
    options[at:at] = [f'msg:"{draw(QUOTED)}"', f"sid:{number}", f"rev:{draw(st.integers(1, 99))}"]
    body = "".join(f"{draw(SPACES)}{option}{draw(SPACES)};" for option in options)
    return f"{draw(HEADERS)} ({body}{draw(SPACES)})"


_NAMES: Final = ("aa", "bb", "cc", "dd")
_COMMANDS: Final = ("set", "set", "toggle", "unset", "isset", "isset", "isnotset")
_NAMED: Final = (*_NAMES * 6, *(f"{a}{by}{b}" for a, b in permutations(_NAMES, 2) for by in "|&"))
"""One name about as often as two."""
_TRACKED: Final = ("track ip_src", "track ip_dst", "track ip_pair", "expire 9")
_FLOWBITS: Final = tuple(
    f"flowbits:{command},{named}; " for command, named in product(_COMMANDS, _NAMED)
)
_FLOWINTS: Final = (
    *(
        f"flowint:{','.join(parts)}; "
        for parts in product(_NAMES, ("=", "+", "+", "-", ">", "=="), (*_NAMES, *("1",) * 4))
    ),
    *(
        f"flowint:{','.join(parts)}; "
        for parts in product(_NAMES, ("isset", "isset", "notset", "isnotset"))
        for _ in range(12)
    ),
)
_XBITS: Final = tuple(
    f"xbits:{','.join(parts)}; " for parts in product(_COMMANDS, _NAMES, _TRACKED)
)
_HOSTBITS: Final = tuple(
    f"hostbits:{command},{name}{side}; "
    for command, name, side in product(_COMMANDS, _NAMES, ("", ",src", ",dst"))
)
_TX_BITS: Final = tuple(
    f"xbits:{command},{name},track tx; " for command, name in product(("set", "isset"), _NAMES)
)
TIES = st.one_of(
    *map(
        st.sampled_from,
        (_FLOWBITS, _FLOWBITS, _FLOWBITS, _FLOWINTS, _FLOWINTS, _XBITS, _HOSTBITS, _TX_BITS),
    )
)
"""Options that tie rules together, of every kind, with the same names for all.

Each thing that is drawn costs hypothesis about what a line costs our code, so that few are: a
line's parts are drawn together.
"""
_EXTRAS: Final = (
    *("", "", "", "", "noalert; ", "flowbits:noalert; ", "hostbits:noalert; "),
    *("classtype:x; ", "priority:1; ", "gid:1; ", "dataset:set,x; "),
    *("requires:version < 8; ", "requires:version >= 8; "),
    "threshold:type limit, track by_src, count 1, seconds 9; ",
    "metadata:signature_severity Major; ",
    "metadata:confidence High, updated_at 2024_05_06; ",
)
_HEADS: Final = (
    *("alert tcp",) * 6,
    *("drop tcp", "pass tcp", "reject tls", "reject udp", "log tcp"),
)
_ENDS: Final = (ENDS, ENDS, ENDS, "$HOME_NET any -> $NOPE any")
_OTHER_LINES: Final = ("", "# words", "nonsense", "alert tcp any any (sid:7;)", "alert x \\")
_PARTS = st.sampled_from(tuple(product(_HEADS, _ENDS, _EXTRAS)))
_NUMBERS = st.sampled_from(tuple(product(range(1, 31), range(1, 4))))
_LINES = st.sampled_from((*("{}",) * 85, *("#{}",) * 10, *_OTHER_LINES))
"""How a rule stands in its line, or what stands there in its place."""
_TIED = st.lists(TIES, max_size=2)


@st.composite
def feed_lines(draw: st.DrawFn) -> str:
    """Lines of a feed: rules tied by marks, repeated sids, disabled rules, other things."""
    line = draw(_LINES)
    if line in _OTHER_LINES:
        return line
    (head, ends, extra), (sid, rev) = draw(_PARTS), draw(_NUMBERS)
    return line.format(text(sid, extra + "".join(draw(_TIED)), head=head, ends=ends, rev=rev))


FEEDS = st.dictionaries(
    st.sampled_from(CATEGORIES), st.lists(feed_lines(), max_size=12), min_size=1
)

MODES = st.sampled_from(["off", "alert", "drop"])
CONDITIONS = st.sampled_from([{"signature_severity": ["Major"]}, {"confidence": ["High"]}])
SETTINGS = MODES | CONDITIONS.map(lambda condition: {"mode": "drop", "drop_when": condition})
OWN_SETTINGS = SETTINGS | st.fixed_dictionaries(
    {"mode": MODES | st.just("as-written")}, optional={"place": st.sampled_from(["first", "last"])}
)
LISTED = st.lists(
    st.tuples(st.sampled_from(FROM_FEED), SETTINGS) | st.tuples(st.sampled_from(OWN), OWN_SETTINGS),
    max_size=len(CATEGORIES),
).map(dict)
"""What an allowlist says of categories, in an order of its own."""


_SIDS = st.lists(st.integers(1, 30), max_size=8, unique=True)
_CAPACITIES = st.integers(1, 60)
_GROUPS = st.integers(1, 6)
_HEADROOMS = st.sampled_from([0, 0.1, 0.5])
_KEEPS = st.sampled_from(["keep", "discard"])


@st.composite
def allowlists(draw: st.DrawFn) -> Allowlist:
    """Allowlists over the categories of `FEEDS`, with small budgets."""
    sids = draw(_SIDS)
    return allow(
        default=draw(MODES),
        categories=draw(LISTED),
        rules={"off": sids[:2], "alert": sids[2:4], "drop": sids[4:6], "on": sids[6:]},
        firewall={
            "capacity": draw(_CAPACITIES),
            "rule_groups": draw(_GROUPS),
            "headroom": draw(_HEADROOMS),
        },
        threshold=draw(_KEEPS),
        documented_unsupported=draw(_KEEPS),
    )
