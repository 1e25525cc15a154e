"""A build's rule groups as files of other tools: Terraform, CloudFormation, AWS's accelerator."""

from rulesync_cli.export.exported import ExportedGroup, exported_groups
from rulesync_cli.export.formats import FORMATS, ExportFormat, remarks_on

__all__ = ["FORMATS", "ExportFormat", "ExportedGroup", "exported_groups", "remarks_on"]
