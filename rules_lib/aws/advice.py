"""What to do about an error that botocore raises before the service has answered anything."""

from __future__ import annotations

from typing import Final

from botocore.exceptions import (
    BotoCoreError,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    SSOError,
    TokenRetrievalError,
)
from botocore.exceptions import ConnectionError as NoConnectionError

_UNKNOWN: Final = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    TokenRetrievalError,
    SSOError,
)
_UNREACHED: Final = (NoConnectionError, HTTPClientError)


def explained(error: BotoCoreError) -> str:
    """The error in its own words and, where it is known, what to do."""
    if isinstance(error, _UNKNOWN):
        return (
            f"{error}; set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
            "or sign in with `aws sso login`"
        )
    if isinstance(error, _UNREACHED):
        return f"{error}; check the network, AWS_REGION and AWS_ENDPOINT_URL"
    return str(error)
