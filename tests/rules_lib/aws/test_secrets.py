"""The codes of feeds, read where they are kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from localaws import embedded_aws
from rules_lib.aws.secrets import Secrets
from rules_lib.errors import SecretError, Trouble

CODE = "1234567890123456"
MANAGED = "arn:aws:secretsmanager:us-east-1:123456789012:secret:code-AbCdEf"


@pytest.fixture(autouse=True)
def _account() -> Iterator[None]:
    with embedded_aws():
        yield


class Refusing:
    """A keeper that answers everybody with one error."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def get_parameter(self, **_: Any) -> Any:
        """Refuse."""
        raise self.error

    def get_secret_value(self, **_: Any) -> Any:
        """Refuse."""
        raise self.error


def managed(text: str) -> str:
    """Store a secret in Secrets Manager; give its ARN."""
    made = boto3.client("secretsmanager").create_secret(Name="code", SecretString=text)
    return str(made["ARN"])


@pytest.mark.parametrize("name", ["/rulesync/code", "/code"])
def test_parameter_is_read_decrypted(name: str) -> None:
    """By its name, and without the line end that a shell adds."""
    boto3.client("ssm").put_parameter(Name=name, Value=f"{CODE}\n", Type="SecureString")
    assert Secrets().read(name) == CODE


@pytest.mark.parametrize("text", [CODE, f"{CODE}\n", f'{{"code": "{CODE}"}}', '"quoted"'])
def test_managed_secret_is_a_text_or_json_with_one_value(text: str) -> None:
    """As people and the console store it."""
    assert Secrets().read(managed(text)) in {CODE, '"quoted"'}


@pytest.mark.parametrize(
    "text",
    ['{"a": "one", "b": "two"}', "{}", '{"a": 1}', '{"a": {"b": "c"}}', "with a space", "a\tb"],
)
def test_what_is_no_code_is_an_error(text: str) -> None:
    """Which does not repeat it."""
    with pytest.raises(SecretError, match="store the code alone") as caught:
        Secrets().read(managed(text))
    assert text not in str(caught.value)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_missing_parameter_and_secret_are_named() -> None:
    """By what the list calls them."""
    with pytest.raises(SecretError, match="secret /none: SSM answers ParameterNotFound"):
        Secrets().read("/none")
    with pytest.raises(SecretError, match="Secrets Manager answers ResourceNotFoundException"):
        Secrets().read(MANAGED)


@pytest.mark.parametrize("name", ["/code", MANAGED])
def test_refusal_says_what_to_allow(name: str) -> None:
    """The stack names what the fetch may read."""
    refusal = ClientError({"Error": {"Code": "AccessDeniedException"}}, "Get")
    secrets = Secrets(lambda: Refusing(refusal), lambda: Refusing(refusal))
    with pytest.raises(SecretError, match="FeedSecrets must name its ARN") as caught:
        secrets.read(name)
    assert caught.value.troubles == {Trouble.DENIED}
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_keeper_that_is_not_reached_is_told_with_advice() -> None:
    """As in a VPC without an endpoint."""
    away = EndpointConnectionError(endpoint_url="https://ssm.example")
    with pytest.raises(SecretError, match="check the network"):
        Secrets(lambda: Refusing(away), lambda: Refusing(away)).read("/code")
