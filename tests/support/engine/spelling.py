"""Rules in every spelling that could be read in two ways, by chance and the same for one seed.

Most of a rule is plain, so that the engine loads many; what is odd stands around quotes,
semicolons, backslashes, white space, names, numbers and the ends of the line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random


_HEADS: Final = (
    *("alert tcp", "alert http", "drop tcp", "pass tcp", "reject tcp", "Alert TCP"),
    *("ALERT\ttcp", "alert  tcp", "alert \t tcp", "alert tcp-pkt", "alert ip", "alert udp"),
)
_ENDS: Final = (
    *("any any -> any any", "$HOME_NET any -> $EXTERNAL_NET $HTTP_PORTS", "any any <> any 80"),
    *(
        "[10.0.0.0/8, !10.1.0.0/16] any -> any [80, 443]",
        "any  any ->  any any",
        "ANY Any -> any any",
    ),
    *(
        "10.1.1.1 1024: -> any any",
        "any any -> any any ",
        "any \tany -> any any",
        "![10.0.0.0/8] any -> any any",
    ),
)
_WORDS: Final = (
    *(
        "a",
        "b c",
        "GET /x",
        "5",
        "é",
        "中",
        "x-y_z",
        "$HOME_NET",
        "[a, b]",
        "(",
        ")",
        "#",
        "!",
        ",",
        ".",
    ),
    *("|3b|", "|41 42|", r"\;", r"\"", r"\\", r"\:", ":", "|22|", "  ", "\N{NO-BREAK SPACE}", "\t"),
)
_ODD: Final = (
    *(
        '"',
        ";",
        '";',
        "; ",
        "\\",
        "\\\\;",
        '\\"',
        '\\";',
        "; noalert",
        "; noalert; ",
        '"; noalert; ',
    ),
    *('; flowbits:set,odd; msg:"', "; sid:4; ", '";noalert;content:"', "/* */", "\x7f", "\x0b"),
)
_QUOTED: Final = ("msg", "content", "pcre", "replace", "uricontent")
_UNQUOTED: Final = ("metadata", "reference", "flowvar", "pktvar", "target", "classtype")
_FORMS: Final = {
    "pcre": "/{}/",
    "metadata": "key {}",
    "reference": "url,{}",
    "flowvar": "name,{}",
    "pktvar": "name,{}",
}
_PLAIN: Final = (
    *(
        "noalert",
        "NOALERT",
        "noalert:",
        "noalert: ",
        " noalert ",
        "noalert\t",
        "NoAlert ",
        "alert",
        "ALERT",
    ),
    *(
        "flowbits:noalert",
        "flowbits: noalert",
        "flowbits:noalert ",
        "FLOWBITS:noalert",
        "flowbits:\tnoalert",
    ),
    *(
        "flowbits:noalert,",
        "flowbits:noalert x",
        "flowbits:Noalert",
        "flowbits:noalert,x",
        'flowbits:"noalert"',
    ),
    *(
        "flowbits:set,a",
        "flowbits: set , a",
        "flowbits:set, a ",
        "flowbits:isset,a|b",
        "flowbits:isset, a | c",
    ),
    *(
        "flowbits:isnotset,b",
        "flowbits:unset,a",
        "flowbits:toggle,c",
        "flowbits:set,a;flowbits:isset,b",
    ),
    *(
        "flowbits:set,a\tb",
        "flowbits:set,\N{NO-BREAK SPACE}a",
        "flowbits:set,noalert",
        "flowbits:SET,a",
        "flowbits:set",
    ),
    *(
        "flowbits:isset,|a",
        "flowbits:isset,a|",
        "flowbits:set,a:b",
        "flowbits:set,a.b-c",
        "flowbits:isset,a,b",
        "flowbits:isset,a&b",
        "flowbits:set,a|b",
        "flowbits:set,a&b",
        "flowbits:isset,c|a & b",
        "flowbits:isset,c|a&b",
    ),
    *(
        "xbits:noalert",
        "xbits: noalert ",
        "xbits:,noalert",
        "xbits:noalert,track ip_src",
        "xbits:set,a,track ip_src",
    ),
    *(
        "hostbits:noalert",
        "hostbits: noalert",
        "hostbits:noalert ,",
        "hostbits:set,a",
        "flowint:a,+,1",
    ),
    *(
        "priority:1",
        "priority: 2 ",
        'priority:"3"',
        "gid:1",
        "gid:7",
        "gid: 9 ",
        "GID:3",
        "nocase",
        "fast_pattern",
    ),
    *(
        "classtype:misc-attack",
        "classtype: bad-unknown ",
        "flow:established",
        "flow:to_server,established",
    ),
    *(
        "http.uri",
        "http.method",
        "file_data",
        "pkt_data",
        "depth:20",
        "offset:1",
        "threshold:type limit,track by_src,count 1,seconds 60",
    ),
    *(
        "rawbytes",
        "bypass",
        "target:src_ip",
        "requires:version >= 7.0",
        "metadata:",
        "msg",
        "",
        " ",
        "unknown:x",
    ),
)
_REVS: Final = (
    "1",
    "2",
    " 3 ",
    "+4",
    "007",
    "4294967294",
    "4294967295",
    "0",
    "-1",
    "1x",
    "\t5",
    "1\N{NO-BREAK SPACE}",
)
_SIDS: Final = (
    *("{}",) * 60,
    " {}",
    "{} ",
    "+{}",
    "000{}",
    "0000000000{}",
    "\t{}\t",
    "{}x",
    '"{}"',
    "-{}",
    "{}\N{NO-BREAK SPACE}",
)
_BETWEEN: Final = (*("; ",) * 60, ";", " ; ", ";\t", ";  ", ";;", "\\; ", ";\N{NO-BREAK SPACE}")
_OPENS: Final = (*(" (",) * 60, " ( ", " ((", "  (", " \t(", "(", "\t(", " (\t")
_CLOSES: Final = (*(";)",) * 60, "; )", ";\t)", ")", ";))", ";", "; ) )", ";) ", ";) x", ";);")
_CUTS: Final = '"\\;:!|() \t,\N{NO-BREAK SPACE}[]'


def spelled(chance: Random, number: int) -> str:
    """A rule whose sid is, if it can be read at all, the number."""
    options = [_option(chance) for _ in range(chance.randrange(6))]
    options.insert(
        chance.randint(0, len(options)), _named(chance, "sid", _pick(chance, _SIDS).format(number))
    )
    if chance.random() < 0.7:
        options.insert(
            chance.randint(0, len(options)), _named(chance, "rev", _rare(chance, "1", _REVS))
        )
    if chance.random() < 0.7:
        options.insert(chance.randint(0, len(options)), 'content:"plain"')
    body = options[0] + "".join(_pick(chance, _BETWEEN) + one for one in options[1:])
    head = f"{_rare(chance, 'alert tcp', _HEADS)} {_rare(chance, 'any any -> any any', _ENDS)}"
    text = head + _pick(chance, _OPENS) + body + _pick(chance, _CLOSES)
    return damaged(chance, text) if chance.random() < 0.2 else text


def respelled(chance: Random, text: str, number: int, sid: int) -> str:
    """A good rule with another sid and up to three options of ours among its own, then damaged."""
    text = text.replace(f"sid:{sid};", f"sid:{number};")
    for _ in range(chance.randrange(4)):
        ends = [place + 1 for place, letter in enumerate(text) if letter in ";("]
        at = chance.choice(ends)
        text = f"{text[:at]} {_option(chance)};{text[at:]}"
    return damaged(chance, text) if chance.random() < 0.6 else text


def damaged(chance: Random, text: str) -> str:
    """A text with one or two characters less, more, or others."""
    for _ in range(chance.randint(1, 2)):
        at = chance.randrange(len(text))
        gone = chance.choice((0, 0, 1))
        text = text[:at] + chance.choice(("", *_CUTS)) + text[at + gone :]
    return text


def filled(chance: Random, number: int) -> str:
    """A rule about as long as one may be, in letters of one byte or several, and one behind it."""
    letter = chance.choice(("a", "é", "中", "🙈"))
    start, end = 'alert tcp any any -> any any (msg:"', f'"; content:"x"; sid:{number}; rev:1;)'
    most = chance.randint(8_150, 8_260) - len(start) - len(end)
    behind = chance.choice(("", "drop ip any any -> any any (sid:77\\;)"))
    letters = max(0, most - len(behind)) // len(letter.encode())
    return start + letter * letters + behind + end


def _option(chance: Random) -> str:
    if chance.random() < 0.5:
        return _pick(chance, _PLAIN)
    quoted = chance.random() < 0.6
    name = _pick(chance, _QUOTED if quoted else _UNQUOTED)
    value = "".join(
        _pick(chance, _ODD if chance.random() < 0.12 else _WORDS)
        for _ in range(chance.randint(1, 4))
    )
    value = _FORMS.get(name, "{}").replace("{}", value)
    return _named(chance, name, _between_quotes(chance, value, quoted=quoted))


def _between_quotes(chance: Random, value: str, *, quoted: bool) -> str:
    if chance.random() < 0.8:
        return f'"{value}"' if quoted else value
    forms = (
        '"{}"',
        '!"{}"',
        ' "{}" ',
        '! "{}"',
        "{}",
        '"{}',
        '{}"',
        '!"{}',
        "'{}'",
        '"{}" "',
        ' ! {}"',
    )
    return _pick(chance, forms).replace("{}", value)


def _named(chance: Random, name: str, value: str) -> str:
    name = _rare(chance, name, (name.upper(), name.title(), f"{name} ", f" {name}", f"{name}\t"))
    return name + _rare(chance, ":", (": ", " :", ":\t", " : ", "::")) + value


def _rare(chance: Random, usual: str, others: Sequence[str]) -> str:
    return _pick(chance, others) if chance.random() < 0.15 else usual


def _pick(chance: Random, words: Sequence[str]) -> str:
    return chance.choice(words)
