"""What tells a rule that is one entry of a list: one address, domain, URL, certificate or hash.

Names of keywords are those of Suricata 8.0.3 [source, and `suricata-8-keywords.txt`]; what the
service takes in their place is in the developer guide [guide].
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from rules_lib.facts.suricata import DESCRIPTIVE


class IndicatorKind(StrEnum):
    """What a rule of a list names."""

    ADDRESS = "address"
    DOMAIN = "domain"
    URL = "URL"
    CERTIFICATE = "certificate"
    FINGERPRINT = "TLS fingerprint"


BUFFERS: Final[Mapping[str, IndicatorKind]] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                *("dns.query", "dns_query", "tls.sni", "tls_sni", "quic.sni"),
                *("http.host", "http_host", "http.host.raw", "http_raw_host"),
            ),
            IndicatorKind.DOMAIN,
        ),
        **dict.fromkeys(
            ("http.uri", "http_uri", "http.uri.raw", "http_raw_uri", "http.request_line"),
            IndicatorKind.URL,
        ),
        **dict.fromkeys(
            (
                *("tls.cert_fingerprint", "tls_cert_fingerprint", "tls.fingerprint"),
                *("tls.cert_serial", "tls_cert_serial"),
            ),
            IndicatorKind.CERTIFICATE,
        ),
        **dict.fromkeys(
            ("ja3.hash", "ja3_hash", "ja3s.hash", "ja4.hash", "ja4_hash"),
            IndicatorKind.FINGERPRINT,
        ),
    }
)
"""The parts of traffic in which such a rule looks, and what it then names [source]."""

BESIDE: Final = DESCRIPTIVE | {
    *("content", "nocase", "depth", "offset", "startswith", "endswith", "bsize", "isdataat"),
    *("dotprefix", "fast_pattern", "flow", "threshold", "http.method", "http_method", "urilen"),
}
"""What else may stand in such a rule: it places one value, or counts hits [source]."""

VALUES: Final[Mapping[IndicatorKind, int]] = MappingProxyType(
    {
        IndicatorKind.DOMAIN: 1,
        IndicatorKind.URL: 3,  # the method, the host, the path
        IndicatorKind.CERTIFICATE: 1,
        IndicatorKind.FINGERPRINT: 1,
    }
)
"""How many `content` make up one value."""

ELSEWHERE: Final[Mapping[IndicatorKind, str]] = MappingProxyType(
    {
        IndicatorKind.DOMAIN: "Route 53 Resolver DNS Firewall takes lists of domains",
    }
)
"""What of AWS takes a list of a kind that no rule takes [guide: resolver-dns-firewall]."""
