"""A plan as a comment of a pull request, in GitHub's Markdown."""

from rulesync_cli.comment.document import PlanTold, plan_markdown

__all__ = ["PlanTold", "plan_markdown"]
