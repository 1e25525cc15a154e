"""The words of a rule that the service has beyond Suricata, and what it rules out about them.

[guide] the AWS developer guide, November 2026: rule-groups-url-filtering, rule-groups-geo-ip-
filtering, route53-resolved-ip-validation-rules. [measured] observed at the service.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

CATEGORY_PROTOCOLS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "aws_url_category": frozenset({"http"}),
        "aws_domain_category": frozenset({"http", "tls"}),
    }
)
"""The keywords that match by a site's category -> the protocols that they are for [guide].

None of them stands beside `geoip` in a rule [guide].
"""

RESOLVED_DOMAIN: Final = "aws_route_53_resolved_domain"
"""Matches by what the resolver answered; the firewall policy must have it looked at [guide]."""

OF_AWS: Final = "aws_"
"""Begin of the service's keywords; those that nobody told us of too, as it gets more of them."""

KEYWORDS: Final = CATEGORY_PROTOCOLS.keys() | {RESOLVED_DOMAIN}
"""What no Suricata knows [guide]."""

GEOIP: Final = "geoip"
"""A keyword of Suricata's that needs a database; the service has it, a plain Suricata has none."""

GEOIP_MOST: Final = 64
"""Countries in one `geoip`; Suricata refuses the 65th: too many arguments for geoip keyword (8.0.8,
and GEOOPTION_MAXLOCATIONS of the source of 8.0.3)."""

_GEOIP_SIDES: Final = frozenset({"src", "dst", "both", "any"})


@cache
def countries() -> frozenset[str]:
    """The country codes of `geoip`: ISO 3166-1 alpha-2 [guide]."""
    text = files("rules_lib.facts").joinpath("data/countries.txt").read_text()
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(word for line in lines for word in line.split())


def wrong_countries(value: str) -> tuple[str, ...]:
    """What stands for a country in a value of `geoip` and is no code: `dst,RU`, `src,!US`, `DE`.

    Of more codes than there may be their number, such as `#65`.
    """
    side, *rest = value.split(",")
    codes = rest if side.strip() in _GEOIP_SIDES else [side, *rest]
    if len(codes) > GEOIP_MOST:
        return (f"#{len(codes)}",)
    bare = (code.strip().removeprefix("!").strip() for code in codes)
    return tuple(code for code in bare if code not in countries()) if codes else ("",)
