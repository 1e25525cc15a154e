"""What moto's resources leave out when a template makes or changes them."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import uuid4

from moto.athena.models import athena_backends
from moto.awslambda.models import LambdaFunction
from moto.awslambda.utils import get_backend
from moto.cloudformation.custom_model import CustomModel
from moto.cloudformation.models import cloudformation_backends
from moto.cloudformation.parsing import (
    ResourceMap,
    clean_json,
    get_model_map,
    parse_and_update_resource,
)
from moto.core.common_models import CloudFormationModel
from moto.glue.models import glue_backends
from moto.networkfirewall.models import networkfirewall_backends
from moto.s3.models import FakeBucket, s3_backends
from moto.utilities.utils import get_partition

Make = Callable[..., Any]
Keep = Callable[[str, dict[str, Any], str, str], str]
"""Makes a resource of its name, its properties, an account and a region; answers with its id."""

make_bucket: Make = FakeBucket.create_from_cloudformation_json
make_function: Make = LambdaFunction.create_from_cloudformation_json


def _held(kind: str, keep: Keep, named_by: str = "") -> type[CloudFormationModel]:
    """A type of resource that moto's CloudFormation does not know.

    moto looks for types among the direct subclasses of its model, so no class of ours is between.

    Args:
        kind: the type in templates.
        keep: makes one.
        named_by: the property that names it; empty where none of its own does.
    """

    class Held(CloudFormationModel):
        def __init__(self, physical_id: str) -> None:
            self.physical_resource_id = physical_id

        @staticmethod
        def cloudformation_name_type() -> str:
            return named_by

        @staticmethod
        def cloudformation_type() -> str:
            return kind

        @classmethod
        def create_from_cloudformation_json(
            cls,
            resource_name: str,
            cloudformation_json: dict[str, Any],
            account_id: str,
            region_name: str,
            **kwargs: Any,
        ) -> Held:
            del kwargs
            properties = cloudformation_json["Properties"]
            return cls(keep(resource_name, properties, account_id, region_name))

    return Held


def _keep_policy(name: str, properties: dict[str, Any], account: str, region: str) -> str:
    backend: Any = networkfirewall_backends[account][region]
    answer = backend.create_firewall_policy({"FirewallPolicyName": name, **properties})
    return str(answer["FirewallPolicyResponse"]["FirewallPolicyArn"])


def _keep_database(_: str, properties: dict[str, Any], account: str, region: str) -> str:
    given = properties["DatabaseInput"]
    glue_backends[account][region].create_database(given["Name"], given)
    return str(given["Name"])


def _keep_table(_: str, properties: dict[str, Any], account: str, region: str) -> str:
    given = properties["TableInput"]
    glue_backends[account][region].create_table(properties["DatabaseName"], given["Name"], given)
    return str(given["Name"])


def _keep_workgroup(name: str, properties: dict[str, Any], account: str, region: str) -> str:
    athena_backends[account][region].create_work_group(
        name=name,
        configuration=dict(properties.get("WorkGroupConfiguration", {})),
        description=properties.get("Description", ""),
        tags=[],
    )
    return name


HELD: Final = (
    _held("AWS::NetworkFirewall::FirewallPolicy", _keep_policy, named_by="FirewallPolicyName"),
    _held("AWS::Glue::Database", _keep_database),
    _held("AWS::Glue::Table", _keep_table),
    _held("AWS::Athena::WorkGroup", _keep_workgroup, named_by="Name"),
)
"""Referred to here: Python lets a subclass go that nobody refers to, and moto then finds none."""


class Unheld(CloudFormationModel):
    """A resource of a type that is not held here: it has a name and an ARN, and does nothing."""

    def __init__(self, name: str) -> None:
        self.physical_resource_id = name

    @staticmethod
    def cloudformation_name_type() -> str:
        """No property names it."""
        return ""

    @staticmethod
    def cloudformation_type() -> str:
        """No type is this one's own."""
        return "Local::Unheld"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """Any attribute may be asked for."""
        del attr
        return True

    def get_cfn_attribute(self, attribute_name: str) -> str:
        """Something that can be told from others."""
        return f"arn:aws:unheld:::{self.physical_resource_id}/{attribute_name}"

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
        **kwargs: Any,
    ) -> Unheld:
        """Take note of the name."""
        del cloudformation_json, account_id, region_name, kwargs
        return cls(resource_name)


def kind_of(resource_type: str) -> type[CloudFormationModel]:
    """Find what keeps a type of resource: moto, this module, or nothing."""
    if resource_type.startswith("Custom::"):
        return CustomModel
    return get_model_map().get(resource_type, Unheld)


def bucket(
    resource_name: str, document: dict[str, Any], account: str, region: str, **kwargs: Any
) -> FakeBucket:
    """Make a bucket with its versioning and notifications."""
    made: FakeBucket = make_bucket(resource_name, document, account, region, **kwargs)
    properties: Mapping[str, Any] = document.get("Properties", {})
    backend = s3_backends[account][get_partition(region)]
    if versioning := properties.get("VersioningConfiguration"):
        backend.put_bucket_versioning(resource_name, versioning["Status"])
    notifications = properties.get("NotificationConfiguration", {})
    if "EventBridgeConfiguration" in notifications:
        backend.put_bucket_notification_configuration(
            resource_name, {"EventBridgeConfiguration": {}}
        )
    return made


def function(
    resource_name: str, document: dict[str, Any], account: str, region: str, **kwargs: Any
) -> LambdaFunction:
    """Make a function with its layers."""
    made: LambdaFunction = make_function(resource_name, document, account, region, **kwargs)
    made.update_configuration({"Layers": document["Properties"].get("Layers", [])})
    return made


def custom(
    resource_name: str, document: dict[str, Any], account: str, region: str, **kwargs: Any
) -> CustomModel:
    """Make a custom resource: its function is asked, and answers to this server."""
    resource = CustomModel(  # type: ignore[abstract]  # moto makes it so too
        region, str(uuid4()), kwargs["LogicalId"], resource_name
    )
    stack = cloudformation_backends[account][region].get_stack(kwargs["StackId"])
    stack.add_custom_resource(resource)
    _ask(resource, "Create", document, account, kwargs["StackId"])
    return resource


def cleaned(document: Any, resources: ResourceMap) -> Any:
    """Resolve references, and leave `AWS::NoValue` out of lists too, as CloudFormation does."""
    result = clean_json(document, resources)
    return [item for item in result if item is not None] if isinstance(result, list) else result


def updated(
    name: str, document: dict[str, Any], resources: ResourceMap, account_id: str, region_name: str
) -> Any:
    """Change a resource; one of a kind that moto cannot change stays as it is."""
    original: Any = resources[name]
    if not isinstance(original, CustomModel):
        changed: Any = parse_and_update_resource(name, document, resources, account_id, region_name)
        return changed or original
    original._finished = False  # noqa: SLF001  # it is to answer anew
    _ask(original, "Update", cleaned(document, resources), account_id, resources.stack_id)
    return original


def _ask(
    resource: CustomModel, request: str, document: Mapping[str, Any], account: str, stack: str
) -> None:
    properties = document["Properties"]
    place = f"http://127.0.0.1:{os.environ['MOTO_PORT']}/cloudformation_{resource.region_name}"
    event = {
        "RequestType": request,
        "ServiceToken": properties["ServiceToken"],
        "ResponseURL": f"{place}/cfnresponse?stack={stack}",
        "StackId": stack,
        "RequestId": resource.request_id,
        "LogicalResourceId": resource.logical_id,
        "ResourceType": document["Type"],
        "ResourceProperties": properties,
    }
    asked = get_backend(account, resource.region_name).get_function(properties["ServiceToken"])
    threading.Thread(target=asked.invoke, args=(json.dumps(event), {}, {}), daemon=True).start()
