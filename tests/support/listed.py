"""Files in the form of lists of indicators, as abuse.ch and others publish them; all made up."""

from __future__ import annotations

from collections.abc import Iterator

HEADER = "#\n# a list in the form of a publisher's, made up\n#\n"


def addresses(number: int, *, ports: int = 1, first: int = 90_000_000) -> Iterator[str]:
    """One address and port a rule, as in lists of command servers."""
    for n in range(number):
        address, port = _address(n), 443 + n % ports
        yield (
            f"alert tcp $HOME_NET any -> [{address}] {port} "
            f'(msg:"LIST command server (port {port}, confidence 100%)"; '
            "threshold: type limit, track by_src, seconds 3600, count 1; target:src_ip; "
            f"reference:url,list.example/ioc/{n}; metadata:confidence_level 100, first_seen "
            f"2026_01_02; classtype:trojan-activity; sid:{first + n}; rev:1;)"
        )


def domains(number: int, *, first: int = 91_000_000) -> Iterator[str]:
    """One domain a rule, in DNS and TLS by turns."""
    for n in range(number):
        head, buffer = ("dns", "dns_query") if n % 2 else ("tls", "tls_sni")
        name = f"host{n}.bad.example"
        yield (
            f'alert {head} $HOME_NET any -> any any (msg:"LIST domain {n}"; {buffer}; '
            f'content:"{name}"; depth:{len(name)}; fast_pattern; isdataat:!1,relative; nocase; '
            f"reference:url,list.example/ioc/{n}; classtype:trojan-activity; sid:{first + n}; "
            "rev:1;)"
        )


def urls(number: int, *, first: int = 83_000_000) -> Iterator[str]:
    """One URL a rule."""
    for n in range(number):
        path = f"/payload/{n}.sh"
        yield (
            'alert http $HOME_NET any -> $EXTERNAL_NET any (msg:"LIST malware download '
            f'({n})"; flow:established,from_client; http.method; content:"GET"; http.uri; '
            f'content:"{path}"; depth:{len(path)}; endswith; nocase; http.host; '
            f'content:"{_address(n)}"; depth:{len(_address(n))}; isdataat:!1,relative; '
            f"metadata:created_at 2026_01_02; reference:url,list.example/url/{n}; "
            f"classtype:trojan-activity; sid:{first + n}; rev:1;)"
        )


def certificates(number: int, *, first: int = 902_200_000) -> Iterator[str]:
    """One certificate a rule."""
    for n in range(number):
        digest = ":".join(f"{byte:02x}" for byte in n.to_bytes(20, "big"))
        yield (
            'alert tls $EXTERNAL_NET any -> $HOME_NET any (msg:"LIST malicious certificate"; '
            f'tls.fingerprint:"{digest}"; reference:url, list.example/sha1/{n}; sid:{first + n}; '
            "rev:1;)"
        )


def fingerprints(number: int, *, first: int = 906_200_000) -> Iterator[str]:
    """One JA3 fingerprint a rule."""
    for n in range(number):
        yield (
            'alert tls any any -> any any (msg:"LIST malicious JA3"; ja3_hash; '
            f'content:"{n:032x}"; reference:url, list.example/ja3/{n}; sid:{first + n}; rev:1;)'
        )


def _address(number: int) -> str:
    """Of the networks that are kept for examples, and behind them."""
    return f"198.{18 + number // 65536}.{number // 256 % 256}.{number % 256}"


def file_of(rules: Iterator[str]) -> bytes:
    """A file of them, as it is published."""
    return (HEADER + "\n".join(rules) + "\n# END\n").encode()
