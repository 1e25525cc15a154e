"""The story of a rule on a deployed stack, from its first day to its drop: what people look at."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from rules_lib.bucket import BUILDS, PLAN, SUMMARY, build_key, hits_key
from rules_lib.hits.stored import pack_day
from support.clock import today
from support.deploy import ALLOWLIST
from support.hits import hits_of_day

if TYPE_CHECKING:
    from support.deploy import Stack

HOST: Final = "10.0.0.5"
STAGED: Final = "emerging-policy"
"""A category that is turned on, so that its rules are new."""


def turn_on(stack: Stack, category: str) -> None:
    """Have a category drop that was off, and wait for its rules, which alert first."""
    text = (stack.read(ALLOWLIST) or b"").decode()
    edited = text.replace(f"{category}: off", f"{category}: drop")
    edited = re.sub(r"capacity: \d+", "capacity: 5000", edited)  # so that room is no question
    edited = re.sub(r"rule_groups: \d+", "rule_groups: 20", edited)
    before = stack.latest()["build"]
    stack.write(ALLOWLIST, edited.encode())
    stack.until("the staged rules", lambda: stack.latest()["build"] != before)


def staged_rule(stack: Stack) -> tuple[int, str]:
    """A rule of that category that is staged, and its rule group."""
    staged = json.loads(stack.rulesync("rules", "--staged", "--json"))["rules"]
    one = next(one for one in staged if one["category"] == STAGED)
    return int(one["sid"]), str(one["group"])


def summary_of(stack: Stack) -> dict[str, Any]:
    """Of the build in force."""
    return dict(json.loads(stack.read(build_key(stack.latest()["build"], SUMMARY)) or b"{}"))


def actions_of(stack: Stack) -> dict[int, str]:
    """With which action each rule is deployed, by its sid."""
    lines = "\n".join(stack.groups().values()).splitlines()
    found = ((re.search(r"(?i)\bsid:(\d+);", line), line.split()) for line in lines)
    return {int(sid[1]): words[0] for sid, words in found if sid}


def hits_of(stack: Stack, *words: str) -> list[dict[str, Any]]:
    """What the command says of hits."""
    return list(json.loads(stack.rulesync("hits", *words, "--json"))["hits"])


def let_a_month_pass(stack: Stack) -> None:
    """Have the bucket look as if all that is in force had been there, quiet, for a month."""
    client, bucket = stack.client("s3"), stack.outputs["BucketName"]
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=BUILDS)
    keys = [one["Key"] for page in pages for one in page["Contents"]]
    for key in keys:
        if key.endswith(f"/{PLAN}"):
            plan = json.loads(stack.read(key) or b"{}")
            stack.write(key, json.dumps(plan | {"steps": _moved_back(plan)}).encode())
    this = today()
    began = f"{this - timedelta(days=40):%Y%m%d}T060000Z-00000000"
    stack.write(build_key(began, PLAN), json.dumps({"steps": []}).encode())
    for ago in range(1, 31):
        day = this - timedelta(days=ago)
        stack.write(hits_key(day.isoformat()), pack_day(hits_of_day(day=day)))


def _moved_back(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """The steps of a plan, but that the rules which came with it were there before.

    Those of the category that was turned on came today, and that stays.
    """
    return [
        step if STAGED in step["name"] else step | {"added": [], "changed": []}
        for step in plan["steps"]
    ]
