"""What fuzzers and properties start from: good files, words, and ways to damage them."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hypothesis import settings
from hypothesis import strategies as st

from support.hostile.tar import BLOCK, END, KEYS, RULE, header, member, pax, record
from support.samples import THOROUGH

if TYPE_CHECKING:
    from collections.abc import Sequence


ROOT: Final = Path(__file__).parents[3]

_RAW, _RAW_GZIPPED, _MADE = b"\x01", b"\x09", b"\x00"
"""First bytes by which `tar.archive_of` takes the rest as it is, or makes an archive."""

RULE_WORDS: Final = (
    *(b"alert ", b"drop ", b"tcp ", b"any any -> any any (", b"sid:1;", b"rev:1;", b'msg:"', b'";'),
    *(b"flowbits:set,a;", b"flowbits:isset,a|b;", b"flowbits:isset,a&b;", b"noalert;", b"pcre:"),
    *(b"metadata:signature_severity Major, updated_at 2024_01_02;", b"classtype:x;", b"gid:1;"),
    *(b"![", b"]", b"$HOME_NET", b"!any", b"[", b",", b"(", b")", b"\\", b"\\;", b"\\\n", b"\n"),
    *(b"\r\n", b"\x00", b"\xff", b"\xef\xbb\xbf", b"#", b"# alert ", b"\t", b" " * 64, b";" * 64),
    *(b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\xae", b"\xf0\x9f\x98\x80", b"xbits:set,a,track ip;"),
    *(b"flowint:ab,+,1;", b"flowint:ab,>,cd;", b"hostbits:isset,a,src;", b"requires:version < 8;"),
    *(b"requires:feature x, keyword y | ;", b"xbits:set,a,track ip_src,expire 9;"),
    *(b"tag:host;", b"dataset:set,x;", b"priority:1;", b"<>", b"<-", b"->", b"sid : +7 ;", b"rev"),
)
YAML_WORDS: Final = (
    *(b"version: 1\n", b"default: ", b"categories:\n", b"rules: {", b"off: [", b"on: ", b"alert"),
    *(b"drop_when:", b"signature_severity: [Major]", b"missing: ", b"variables:\n", b"HOME_NET: "),
    *(b"EXTERNAL_NET: ", b"$HOME_NET", b'"!$A"', b"firewall: {", b"capacity: ", b"headroom: "),
    *(b"prefix: ", b"max_shrink: ", b"threshold: ", b"keep", b"10.0.0.0/8", b"::/0", b"80:90"),
    *(b"&a ", b"*a", b"!!python/object/apply:os.system [id]", b"!!binary ", b"<<: ", b"? ", b": "),
    *(b"- ", b"| \n", b"> \n", b"---\n", b"...\n", b"%YAML 1.1\n", b"%TAG ! x\n", b'"\\x41"'),
    *(b'"\\UFFFFFFFF"', b"\xef\xbb\xbf", b"\x85", b"\xe2\x80\xa8", b"9" * 40, b"1e999", b".nan"),
    *(b"[[[[", b"{{{{", b"\t", b"local-mine", b"emerging-malware", b"~", b"\x00"),
)


@cache
def rule_lines() -> tuple[bytes, ...]:
    """Every line of the example feed that says something."""
    files = sorted((ROOT / "examples" / "feed").glob("*.rules"))
    lines = (line for file in files for line in file.read_bytes().split(b"\n"))
    return tuple(line for line in lines if line.strip())


@cache
def allowlists() -> tuple[bytes, ...]:
    """The file that we ship, and the one of the example."""
    places = ("config/categories.yaml", "examples/categories.yaml")
    return tuple((ROOT / place).read_bytes() for place in places)


@cache
def archives() -> tuple[bytes, ...]:
    """Plain tar archives: good ones, and one for each way in which an archive is refused."""
    good = member(b"rules/good.rules")
    long_name = member(b"././@LongLink", b"deep/" * 40 + b"long.rules\x00", b"L")
    bad = (
        member(b"../x.rules"),
        member(b"/x.rules"),
        member(b"C:\\x.rules"),
        member(b"rules/local-mine.rules"),
        member(b"x.rules", b"", b"2", b"/etc/passwd"),
        member(b"x.rules", b"", b"1", b"rules/good.rules"),
        member(b"null", b"", b"3"),
        header(b"x.rules", 2**62),
        header(b"x.rules", -1),
        header(b"x.rules", 2**80, b"x"),
        header(b"x.rules", 2**63, b"L"),
        header(b"x.rules", 0, b"S", extra=b"\x01" * 250),
        good,
        pax(record(b"path", b"../x.rules")) + good,
        pax(record(b"size", b"-1024")) + good,
        pax(record(b"size", b"9" * 60)) + good,
        pax(record(b"GNU.sparse.major", b"1"), record(b"GNU.sparse.minor", b"0")) + good,
        pax(b"9" * 400 + b" a=b\n") + good,
        pax(b"0 a=b\n") + good,
        b"\xff" * BLOCK,
    )
    whole = (good + END, good + long_name + member(b"deep.rules") + END, pax() + good + END)
    return (*whole, *(good + one + END for one in bad))


def _archive_seeds() -> Iterator[bytes]:
    for tar in archives():
        yield _RAW + tar
        yield _RAW_GZIPPED + tar
        yield _RAW + gzip.compress(tar, mtime=0)
    for other in (32, 33, 40, 41):
        yield bytes([other]) + RULE
    for lies in range(0, 128, 5):
        yield bytes([96, 4, lies, len(RULE)]) + RULE + bytes([6, 0, 3]) + b"abc" * 9
    for kind in range(20):
        yield _MADE + bytes([kind, 0, len(RULE)]) + RULE + bytes([128 + kind, 5]) + b"\xff" * 12
        yield _MADE + bytes([kind, 2, 3, kind, 4]) + b"1024" + bytes([0, 0, len(RULE)]) + RULE


def _rule_seeds() -> Iterator[bytes]:
    lines = rule_lines()
    yield from (b"\n".join(lines[at : at + 4]) for at in range(0, len(lines), 4))


def _allowlist_seeds() -> Iterator[bytes]:
    for text in allowlists():
        yield text[:8_000]
        yield from (b"version: 1\n" + part for part in text.split(b"\n\n"))


SEEDS: Final[Mapping[str, Callable[[], Iterator[bytes]]]] = {
    "rules": _rule_seeds,
    "archive": _archive_seeds,
    "allowlist": _allowlist_seeds,
}
"""By harness."""

WORDS: Final[Mapping[str, tuple[bytes, ...]]] = {
    "rules": RULE_WORDS,
    "archive": tuple(key for key in KEYS if key),
    "allowlist": YAML_WORDS,
}
"""Likewise: what the fuzzer puts in."""


HOSTILE: Final = settings(max_examples=500 if THOROUGH else 100)


@st.composite
def damaged(draw: st.DrawFn, originals: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    """One of the originals, in up to four places cut, or with words or bytes put in."""
    text = draw(st.sampled_from(originals))
    pieces = st.one_of(st.sampled_from(words), st.binary(max_size=4), st.just(b""))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        end = min(len(text), at + draw(st.sampled_from([0, 0, 1, 2, 8, 64, 4_096])))
        text = text[:at] + draw(pieces) * draw(st.sampled_from([1, 1, 1, 2, 50])) + text[end:]
    return text


def joined(words: Sequence[bytes], glue: bytes = b"") -> st.SearchStrategy[bytes]:
    """Words one after the other, in any order."""
    return st.lists(st.sampled_from(words), max_size=40).map(glue.join)
