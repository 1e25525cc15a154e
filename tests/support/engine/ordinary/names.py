"""DNS of all kinds: types, lengths, top-level domains, names of honest people that look odd."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from scapy.layers.dns import DNS, DNSQR, DNSRR

from support.engine.ordinary.talk import Talk, answer, request, response, tls, web

_PORT: Final = 53


def _asked(number: int, name: str, kind: str) -> bytes:
    return bytes(DNS(id=number, rd=1, qd=DNSQR(qname=name, qtype=kind)))


def _told(number: int, name: str, kind: str, data: Any) -> tuple[str, bytes]:
    records = [] if data is None else [DNSRR(rrname=name, type=kind, ttl=300, rdata=data)]
    rcode = 3 if data is None else 0
    question = DNSQR(qname=name, qtype=kind)
    return answer(bytes(DNS(id=number, qr=1, rd=1, ra=1, rcode=rcode, qd=question, an=records)))


def _dns(*questions: tuple[str, str, Any]) -> Talk:
    """Questions of a client, each with its answer; None: there is no such name."""
    said = [
        one
        for number, (name, kind, data) in enumerate(questions, start=1)
        for one in (_asked(number, name, kind), _told(number, name, kind, data))
    ]
    return Talk(tuple(said), _PORT, datagrams=True)


def _addresses(*names: str) -> Talk:
    return _dns(*((name, "A", "192.0.2.80") for name in names))


TALKS: Final[Mapping[str, Talk]] = MappingProxyType(
    {
        "a": _addresses("www.example.com", "example.org"),
        "aaaa": _dns(("www.example.com", "AAAA", "2001:db8::80")),
        "mx": _dns(("example.com", "TXT", [b"v=spf1 include:_spf.google.com ~all"])),
        "cname": _dns(("www.corp.example", "CNAME", "d111111abcdef8.cloudfront.net.")),
        "ns": _dns(("example.com", "NS", "a.iana-servers.net.")),
        "ptr": _dns(("7.100.51.198.in-addr.arpa", "PTR", "host.example.net.")),
        "txt-spf": _dns(("example.com", "TXT", [b"v=spf1 ip4:192.0.2.0/24 -all"])),
        "txt-dkim": _dns(
            (
                "s1._domainkey.example.com",
                "TXT",
                [b"v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC7v3hX0Zl9yq3JwZ5"],
            )
        ),
        "txt-acme": _dns(
            (
                "_acme-challenge.www.example.com",
                "TXT",
                [b"gfj9Xq2Rg85nM0ZqZ3v0kq7u8WfN6C9q1i0lY4vQk2E"],
            )
        ),
        "txt-verification": _dns(
            (
                "example.com",
                "TXT",
                [b"google-site-verification=rXOxyZounnZasA8Z7oaD3c14JdjS9aKSWvsR1EbUSIQ"],
            )
        ),
        "srv-ldap": _dns(("_ldap._tcp.dc._msdcs.corp.example", "A", "10.20.0.2")),
        "long-name": _addresses(
            "a1b2c3d4e5f60718293a4b5c6d7e8f90.a1b2c3d4e5f60718293a4b5c6d7e8f90.metrics.agent.monitoring.vendor.example.com"
        ),
        "hash-name-of-a-cdn": _addresses(
            "e6858.dscx.akamaiedge.net", "d3a7b2c9f0e1.cloudfront.net"
        ),
        "antivirus-lookup-by-hash": _dns(
            ("4z9p5tjmcbnblehp4557z1d136.avqs.mcafee.com", "A", "127.161.0.128")
        ),
        "blocklist-lookup": _dns(("7.100.51.198.zen.spamhaus.org", "A", None)),
        "resolver-discovery": _dns(
            ("_dns.resolver.arpa", "A", None), ("ipv4only.arpa", "A", "192.0.0.170")
        ),
        "punycode": _addresses("xn--mnchen-3ya.example", "xn--80ak6aa92e.example"),
        "dynamic-dns-of-a-colleague": _addresses(
            "annas-home.duckdns.org", "office-cam.ddns.net", "nas.myds.me"
        ),
        "dynamic-dns-of-a-vendor": _addresses("site-17.dyndns.org", "gw.no-ip.biz"),
        "shorteners": _addresses("bit.ly", "t.co", "tinyurl.com"),
        "tunnel-of-a-developer": _addresses("demo.ngrok-free.app", "demo.trycloudflare.com"),
        "top-level-domains": _addresses(
            *(
                f"www.vendor.{tld}"
                for tld in (
                    "com",
                    "net",
                    "org",
                    "io",
                    "dev",
                    "app",
                    "info",
                    "biz",
                    "cloud",
                    "ru",
                    "cn",
                    "tk",
                    "shop",
                )
            )
        ),
        "top-level-domains-new": _addresses(
            *(
                f"shop.boutique.{tld}"
                for tld in (
                    "xyz",
                    "top",
                    "site",
                    "online",
                    "club",
                    "store",
                    "live",
                    "icu",
                    "pw",
                    "cc",
                    "ws",
                    "su",
                )
            )
        ),
        "nxdomain-burst": _dns(
            *((f"host{number}.corp.example", "A", None) for number in range(40))
        ),
        "nxdomain-random-of-a-browser": _dns(
            *((name, "A", None) for name in ("xkqjzvhwpy", "mbtrlqfdoz", "wnyhgcvjsx"))
        ),
        "search-list": _dns(
            *(
                (f"db.{suffix}", "A", None)
                for suffix in ("eu-west-1.compute.internal", "corp.example", "example")
            )
        ),
        "kubernetes": _dns(
            ("api.default.svc.cluster.local", "A", None), ("api.default.svc", "A", None)
        ),
        "windows-isatap-wpad": _dns(
            ("wpad.corp.example", "A", None), ("isatap.corp.example", "A", None)
        ),
        "ntp-pool": _addresses("0.pool.ntp.org", "time.windows.com", "time.google.com"),
        "github": _addresses(
            "github.com", "api.github.com", "raw.githubusercontent.com", "gist.github.com"
        ),
        "mail-services": _addresses(
            "smtp.sendgrid.net", "email-smtp.eu-west-1.amazonaws.com", "aspmx.l.google.com"
        ),
        "ip-checkers": _addresses("checkip.amazonaws.com", "ifconfig.me", "api.ipify.org"),
        "doh-cloudflare": tls("cloudflare-dns.com"),
        "doh-google": tls("dns.google"),
        "doh-get": web(
            request(
                "dns.google",
                "/dns-query?dns=AAABAAABAAAAAAAAA3d3dwdleGFtcGxlA2NvbQAAAQAB",
                "curl/8.5.0",
                headers={"Accept": "application/dns-message"},
            ),
            response(_asked(0, "www.example.com", "A"), "application/dns-message"),
        ),
        "dot-quad9": tls("dns.quad9.net", 853),
        "over-tcp": Talk(
            (
                len(_asked(1, "example.com", "A")).to_bytes(2, "big")
                + _asked(1, "example.com", "A"),
                answer(
                    len(_told(1, "example.com", "A", "192.0.2.80")[1]).to_bytes(2, "big")
                    + _told(1, "example.com", "A", "192.0.2.80")[1]
                ),
            ),
            _PORT,
        ),
    }
)
