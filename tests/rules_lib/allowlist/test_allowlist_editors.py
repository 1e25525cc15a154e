"""The JSON Schema by which editors check the allowlist takes what the reader takes."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from support.allowlist import FILES, WRONG, problems_after_version, read

from rulesync_cli import main
from rulesync_cli.editors import json_schema

ROOT: Final = Path(__file__).parents[3]
CHECKED_IN: Final = ROOT / "config" / "categories.schema.json"
FILES_OF_OURS: Final = (
    "config/categories.yaml",
    "config/categories-beside-aws-managed.yaml",
    "config/categories-strict.yaml",
    "examples/categories.yaml",
)
SCHEMA: Final = json_schema()
VALIDATOR: Final = Draft202012Validator(SCHEMA)
TIES: Final = (
    *("is listed under", "exceed the last priority", "is less than firewall.capacity"),
    *(
        "is not a condition here",
        "is not a metadata key of ET's rules",
        '"2019-02-30" is not a day',
    ),
)
"""What the reader says where one key does not go with another, and no schema can."""


def _is_tied(why: str) -> bool:
    return any(words in why for words in TIES)


class Yaml12(yaml.SafeLoader):
    """YAML 1.2, as most editors read it: `off` is a word."""


Yaml12.yaml_implicit_resolvers = {}
for kind, form in {
    "bool": "true|True|TRUE|false|False|FALSE",
    "int": "[-+]?[0-9]+",
    "float": r"[-+]?([.][0-9]+|[0-9]+([.][0-9]*)?)([eE][-+]?[0-9]+)?|[.]nan|[.]inf",
    "null": "null|Null|NULL|~|",
}.items():
    Yaml12.add_implicit_resolver(f"tag:yaml.org,2002:{kind}", re.compile(f"^({form})$"), None)


def edited(text: str) -> Any:
    """The file as an editor with YAML 1.2 has it."""
    return yaml.load(text, Yaml12)  # noqa: S506  # a safe loader


def edited_before(text: str) -> Any:
    """The file as one with YAML 1.1 has it, for which `off` is false and a day no text."""
    return _named(yaml.safe_load(text))


def _named(tree: Any) -> Any:
    if isinstance(tree, dict):
        words = {False: "off", True: "on"}
        return {words.get(key, str(key)): _named(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_named(item) for item in tree]
    return str(tree) if isinstance(tree, date) else tree


def quoted(tree: Any) -> Any:
    """Every number as text, which the reader takes as well."""
    if isinstance(tree, dict):
        return {key: quoted(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [quoted(value) for value in tree]
    return str(tree) if isinstance(tree, int | float) else tree


def test_schema_is_one() -> None:
    """Of the draft that it names."""
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == Draft202012Validator.META_SCHEMA["$id"]


def test_checked_in_file_is_current() -> None:
    """If not: rulesync schema > config/categories.schema.json."""
    assert json.loads(CHECKED_IN.read_bytes()) == SCHEMA


def test_command_prints_what_is_checked_in() -> None:
    """To the byte, so that it can be saved beside a file."""
    result = CliRunner().invoke(main, ["schema"])
    assert result.output.encode() == CHECKED_IN.read_bytes()


@pytest.mark.parametrize("name", FILES_OF_OURS)
@pytest.mark.parametrize("parse", [edited, edited_before])
def test_files_of_ours_are_valid(name: str, parse: Any) -> None:
    """Whichever YAML the editor speaks."""
    assert list(VALIDATOR.iter_errors(parse((ROOT / name).read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize("name", FILES_OF_OURS)
def test_files_of_ours_name_their_schema(name: str) -> None:
    """In the line that editors look for, by a path from the file."""
    first = (ROOT / name).read_text(encoding="utf-8").splitlines()[0]
    (path,) = re.findall(r"^# yaml-language-server: [$]schema=(\S+)$", first)
    assert ((ROOT / name).parent / path).resolve() == CHECKED_IN


@given(FILES, st.booleans())
def test_what_the_reader_takes_the_schema_takes(file: dict[str, Any], quote: bool) -> None:
    """No editor marks a valid file."""
    text = yaml.safe_dump(quoted(file) if quote else file, sort_keys=False)
    read(text)
    assert list(VALIDATOR.iter_errors(edited(text))) == []
    assert list(VALIDATOR.iter_errors(edited_before(text))) == []


@pytest.mark.parametrize(
    "text",
    [
        "categories:",
        "rules:",
        "variables:",
        "firewall:",
        "rules: {off: , on: [1]}",
        "categories: {tor: {mode: drop, drop_when: {confidence: [high, MEDIUM]}}}",
        "categories: {tor: {mode: drop, drop_when: {confidence: [High], signature_severity: ~}}}",
        "categories: {tor: {mode: drop, drop_when: {deployment: [a], house_key: [1, b]}}}",
        "categories: {tor: {mode: drop, drop_when: {not_msg: [A b, 1]}}}",
        "categories: {tor: {mode: drop, drop_when: {updated_after: 2019-01-31}}}",
        "categories: {tor: {mode: drop, drop_when: {cve: [a], missing: {cve: drop}}}}",
        "categories: {tor: off, local-mine: alert, brand-new: drop}",
        "variables: {HOME_NET: ['10.0.0.0/8', '!10.1.0.0/16'], EXTERNAL_NET: any, P: '1024:'}",
        "variables: {A: '!$HOME_NET', B: $A, C: ['!80', ':1023', 443], D: '2001:db8::/32'}",
    ],
)
def test_less_usual_valid_text_is_taken(text: str) -> None:
    """Keys left empty, words in any case, values of every kind."""
    file = f"version: 1\n{text}\n"
    read(file)
    assert list(VALIDATOR.iter_errors(edited(file))) == []


@pytest.mark.parametrize("text", [text for text, why in WRONG if not _is_tied(why)])
def test_what_is_wrong_alone_the_schema_refuses(text: str) -> None:
    """Every wrong value that the reader's own tests have."""
    assert not VALIDATOR.is_valid(edited(f"version: 1\n{text}\n"))


@pytest.mark.parametrize("text", [text for text, why in WRONG if _is_tied(why)])
def test_what_ties_keys_is_left_to_the_reader(text: str) -> None:
    """So that nobody takes a file without marks for a valid one: `rulesync check` has the word."""
    assert VALIDATOR.is_valid(edited(f"version: 1\n{text}\n"))
    assert problems_after_version(text)


@pytest.mark.parametrize(
    "text",
    [
        "variables: {$A: 80}",
        "variables: {A: []}",
        "variables: {A: [any]}",
        "variables: {A: 10.0.0.0-10.0.0.9}",
        "variables: {A: 65536}",
        "variables: [A]",
    ],
)
def test_wrong_variable_is_refused_by_both(text: str) -> None:
    """As far as its form tells."""
    assert problems_after_version(text)
    assert not VALIDATOR.is_valid(edited(f"version: 1\n{text}\n"))


@pytest.mark.parametrize("text", ["default: off", "version: 2", "version:"])
def test_version_must_be_given(text: str) -> None:
    """And be one that there is."""
    assert not VALIDATOR.is_valid(edited(text))


def _nodes(node: Any) -> Any:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from _nodes(value)
    if isinstance(node, list):
        for value in node:
            yield from _nodes(value)


def test_every_key_has_a_description() -> None:
    """An editor shows it where the key is written."""
    described = [SCHEMA, *SCHEMA["$defs"].values(), *SCHEMA["$defs"]["CategorySetting"]["anyOf"]]
    keys = {name: about for node in described for name, about in node.get("properties", {}).items()}
    assert {"version", "drop_when", "missing", "on", "headroom"} <= keys.keys()
    assert [name for name, about in keys.items() if not about.get("description")] == []


def test_unknown_keys_are_refused_everywhere() -> None:
    """But for names that are people's, and the metadata's keys, of which a feed may have more."""
    with_keys = [node for node in _nodes(SCHEMA) if node.get("type") == "object"]
    assert len(with_keys) == 13
    assert sum(node["additionalProperties"] is False for node in with_keys) == 7


def test_keys_of_metadata_are_offered() -> None:
    """Those that ET is known to have, and any other with a list."""
    offered = SCHEMA["$defs"]["DropWhen"]
    assert offered["properties"].keys() > {"deployment", "attack_target", "cve", "not_msg"}
    assert offered["additionalProperties"] == {"$ref": "#/$defs/Values"}


def test_known_categories_are_offered() -> None:
    """With the value that they take; what is people's own may have more."""
    categories = SCHEMA["properties"]["categories"]["anyOf"][0]
    assert categories["properties"]["emerging-malware"] == {"$ref": "#/$defs/FeedSetting"}
    assert categories["additionalProperties"] == {"$ref": "#/$defs/CategorySetting"}
