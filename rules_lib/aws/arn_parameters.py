"""The ARN of each rule group in force, in an SSM parameter whose name stays.

Templates of others refer to the parameter, as the rule group's own name changes with each
replacement.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, Protocol

from rules_lib.aws.calls import as_firewall_error

_AT_ONCE: Final = 10
"""Names in one call of GetParameters or DeleteParameters [api]."""


class ArnParameterClient(Protocol):
    """The calls to SSM that this project makes."""

    def get_parameters(self, *, Names: Sequence[str]) -> Any:  # noqa: N803 - boto3's names
        """Read parameters; those that do not exist are left out."""

    def put_parameter(
        self,
        *,
        Name: str,  # noqa: N803
        Value: str,  # noqa: N803
        Type: str,  # noqa: N803
        Overwrite: bool,  # noqa: N803
    ) -> Any:
        """Write one."""

    def delete_parameters(self, *, Names: Sequence[str]) -> Any:  # noqa: N803
        """Delete parameters; those that do not exist are passed over."""


class ArnParameters:
    """The parameters of one account and region."""

    def __init__(self, client: ArnParameterClient) -> None:
        self._client = client

    def point(self, wanted: Mapping[str, str]) -> None:
        """Write the ARNs that are not there yet, by the names of their parameters.

        Raises:
            FirewallError: a call failed; says which.
        """
        found = self._read(wanted)
        for name, arn in wanted.items():
            if found.get(name) != arn:
                with as_firewall_error("PutParameter", name):
                    self._client.put_parameter(Name=name, Value=arn, Type="String", Overwrite=True)

    def remove(self, gone: Mapping[str, str]) -> None:
        """Delete parameters of rule groups that are gone, but none that points at another group.

        Args:
            gone: name of the parameter -> ARN of the rule group.

        Raises:
            FirewallError: a call failed; says which.
        """
        found = self._read(gone)
        for names in _batches([name for name, arn in gone.items() if found.get(name) == arn]):
            with as_firewall_error("DeleteParameters", names[0]):
                self._client.delete_parameters(Names=names)

    def _read(self, names: Collection[str]) -> Mapping[str, str]:
        """Name -> value of those that exist."""
        found = dict[str, str]()
        for some in _batches(names):
            with as_firewall_error("GetParameters", some[0]):
                answer = self._client.get_parameters(Names=some)
            found |= {one["Name"]: one["Value"] for one in answer["Parameters"]}
        return found


def _batches(names: Collection[str]) -> Iterator[list[str]]:
    remaining = iter(names)
    while some := list(islice(remaining, _AT_ONCE)):
        yield some
