"""What is put in the place of moto's CloudFormation and of its state machines.

Both are slow to import: CloudFormation takes EC2 with it. So nothing but `stacks` imports this, and
only once somebody asks for one of them.
"""

from __future__ import annotations

from typing import Any, Final

from moto.awslambda.models import LambdaFunction
from moto.cloudformation import models, parsing, responses
from moto.cloudformation.custom_model import CustomModel
from moto.cloudformation.models import Stack, cloudformation_backends
from moto.s3.models import FakeBucket

from localaws.stacks import resources, state_machines, texts
from localaws.stacks.models import StacksBackend

_MADE: Final = "create_from_cloudformation_json"


def replacements(longest_wait: float) -> tuple[tuple[Any, str, Any], ...]:
    """What is put in the place of what: owner, name, replacement.

    Args:
        longest_wait: seconds that a state machine waits at most before it tries again.
    """
    return (
        (LambdaFunction, _MADE, staticmethod(resources.function)),
        (FakeBucket, _MADE, staticmethod(resources.bucket)),
        # moto takes an answer for the end of a creation; StacksBackend waits for all answers itself
        (Stack, "verify_readiness", lambda _: None),
        (CustomModel, _MADE, staticmethod(resources.custom)),
        (parsing, "clean_json", resources.cleaned),
        (parsing, "resource_class_from_type", resources.kind_of),
        (parsing, "parse_and_update_resource", resources.updated),
        (cloudformation_backends, "backend", StacksBackend),
        (models, "yaml", texts.YAML),
        (responses, "yaml", texts.YAML),
        *state_machines.replacements(longest_wait),
    )
