"""Has loaded what our commands take longest to load, and forks for each that is asked for."""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from pkgutil import walk_packages
from typing import Final

import aws_lambda_powertools
import boto3
import botocore.session
import coverage
import rich.progress
from botocore.loaders import create_loader
from moto.core.utils import get_service_model

import localaws.server
import rules_lib
import rulesync_cli
from rules_lib.report.summary import summary_form
from rules_lib.report.templates import environment
from rules_lib.sync.code_digest import code_digest
from support.warm.forks import ended, listen

PACKAGES: Final = (rules_lib, rulesync_cli)
"""The functions are not among them: they read the level of their log when they are loaded."""

SERVICES: Final = ("network-firewall", "s3")
"""What botocore and moto know of them is read once."""


def load() -> None:
    """Load all that commands would load, and work out once, for themselves."""
    assert aws_lambda_powertools
    assert localaws.server
    assert rich.progress
    for package in PACKAGES:
        for found in walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith("__main__"):
                import_module(found.name)
    botocore.session.create_loader = cache(create_loader)
    for service in SERVICES:
        boto3.Session().client(service, "us-east-1")
        get_service_model(service)
    for name in environment().list_templates():
        environment().get_template(name)
    summary_form()
    code_digest()


def measured(*words: str) -> int:
    """Run a module, and measure which lines it runs, where that is asked for."""
    measure = coverage.process_startup()
    code = ended(*words)
    if measure:
        measure.stop()
        measure.save()
    return code


if __name__ == "__main__":
    load()
    listen(sys.argv[1], measured)
