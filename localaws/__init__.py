"""An embedded AWS for tests and local runs: moto 5.2, with Network Firewall's rule groups.

moto has firewalls only. This package adds rule groups, firewall policies and tags, and refuses what
the service refuses, in the service's own words where they are known. It is never deployed and knows
nothing of the rest of the project.

    with embedded_aws() as aws:
        boto3.client("network-firewall").create_rule_group(...)
        aws.calls        # what was asked
        aws.inject(...)  # what the next call is answered with

`python -m localaws` runs the same as a server, for `AWS_ENDPOINT_URL`.
"""

from localaws.embedded import EmbeddedAws, embedded_aws
from localaws.faults import Call, Fault
from localaws.quotas import Quotas
from localaws.terms import Refusal, Strictness

__all__ = [
    "Call",
    "EmbeddedAws",
    "Fault",
    "Quotas",
    "Refusal",
    "Strictness",
    "embedded_aws",
]
