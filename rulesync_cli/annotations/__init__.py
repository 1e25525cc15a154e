"""What `rulesync check` finds, with its place, in the forms that GitHub reads."""

from rulesync_cli.annotations.annotation import (
    Annotation,
    annotations_of,
    annotations_of_list,
)
from rulesync_cli.annotations.sarif import sarif_document
from rulesync_cli.annotations.workflow import workflow_commands

__all__ = [
    "Annotation",
    "annotations_of",
    "annotations_of_list",
    "sarif_document",
    "workflow_commands",
]
