"""AWS's configuration on this machine: its profiles, the regions, and one profile held."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import boto3
from botocore.session import Session


def known_profiles() -> tuple[str, ...]:
    """The profiles of AWS's configuration files."""
    return tuple(Session().available_profiles)


@cache
def known_regions() -> tuple[str, ...]:
    """The regions, of all partitions, that have Network Firewall as far as botocore knows."""
    session = Session()
    found = (
        session.get_available_regions("network-firewall", partition)
        for partition in session.get_available_partitions()
    )
    return tuple(sorted(region for regions in found for region in regions))


@contextmanager
def profile_held(profile: str) -> Iterator[None]:
    """Make clients with a profile, which goes before keys in the environment as in AWS's CLI."""
    before = boto3.DEFAULT_SESSION
    boto3.setup_default_session(profile_name=profile)
    try:
        yield
    finally:
        boto3.DEFAULT_SESSION = before
