"""What the Serverless Application Repository is told, against what it takes.

Names, lengths and patterns: AWS SAM's guide, "AWS SAM template Metadata section properties", and
the model of `CreateApplication` in boto3 1.44.8, both read in November 2026.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any, Final

import pytest
from moto.cloudformation.models import Stack
from support.template import ROOT, source

TAKEN: Final = {
    "Name": (r"[a-zA-Z0-9\-]+", 140),
    "Description": (r"(?s).+", 256),
    "Author": (r"[a-z0-9](([a-z0-9]|-(?!-))*[a-z0-9])?", 127),
    "SemanticVersion": (r"\d+\.\d+\.\d+", 127),
}
LABEL: Final = r"[a-zA-Z0-9+\-_:/@]{1,127}"


@pytest.fixture
def told() -> dict[str, Any]:
    """The section that `sam publish` reads."""
    return dict(Stack.parse_template(source())["Metadata"]["AWS::ServerlessRepo::Application"])


@pytest.fixture
def project() -> dict[str, Any]:
    """What pyproject.toml says of the project."""
    return dict(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"])


@pytest.mark.parametrize("name", TAKEN)
def test_repository_takes_what_it_is_told(told: dict[str, Any], name: str) -> None:
    """`sam publish` finds out only when it calls the service."""
    pattern, longest = TAKEN[name]
    assert re.fullmatch(pattern, told[name])
    assert len(told[name]) <= longest


def test_labels_are_few_and_plain(told: dict[str, Any]) -> None:
    """Ten at most."""
    assert 1 <= len(told["Labels"]) <= 10
    assert [label for label in told["Labels"] if not re.fullmatch(LABEL, label)] == []


def test_version_name_and_licence_are_those_of_the_package(
    told: dict[str, Any], project: dict[str, Any]
) -> None:
    """One release has one number, wherever it is read."""
    assert told["SemanticVersion"] == project["version"]
    assert told["Name"] == project["name"]
    assert told["SpdxLicenseId"] == project["license"]


def test_files_that_are_published_with_it_exist(told: dict[str, Any]) -> None:
    """`sam package` uploads both, which must not be above 5 MB."""
    for name in ("LicenseUrl", "ReadmeUrl"):
        assert 0 < (ROOT / told[name]).stat().st_size < 5_000_000
