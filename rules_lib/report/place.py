"""Where the reader of a notice finds the rest: the bucket, in the console and in a shell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import quote

_CONSOLES: Final = {"cn-": "console.amazonaws.cn", "us-gov-": "console.amazonaws-us-gov.com"}
"""By the beginning of the region's name; everywhere else it is the usual one."""

_USUAL: Final = "console.aws.amazon.com"


@dataclass(frozen=True, slots=True)
class StackPlace:
    """The stack, as far as one of its functions knows it.

    Attributes:
        region: of the bucket; empty where it is not known, as outside AWS.
        function: name of the function that ran; empty where none did.
    """

    bucket: str
    region: str = ""
    function: str = ""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """Read what the stack, and Lambda itself, set."""
        return cls(
            environment.get("RULESYNC_BUCKET", ""),
            environment.get("AWS_REGION", ""),
            environment.get("AWS_LAMBDA_FUNCTION_NAME", ""),
        )

    def links(self, key: str) -> Iterator[str]:
        """The ways to an object: a page of the console, and its S3 URI."""
        if self.region:
            domain = next((d for r, d in _CONSOLES.items() if self.region.startswith(r)), _USUAL)
            yield (
                f"https://{self.region}.{domain}/s3/object/{self.bucket}"
                f"?region={self.region}&prefix={quote(key)}"
            )
        yield f"s3://{self.bucket}/{key}"

    def again(self, event: str = "{}") -> str:
        """The command that runs the function now."""
        if not self.function:
            return f"rulesync apply --bucket {self.bucket}"
        return (
            f"aws lambda invoke --function-name {self.function} --cli-binary-format "
            f"raw-in-base64-out --payload '{event}' /dev/stdout"
        )
