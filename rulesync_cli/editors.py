"""The allowlist's JSON Schema, by which editors complete and check the file while it is written.

Made from the value classes: their fields, limits and choices, and the descriptions of their
docstrings. It takes every file that the reader takes. The reader goes by the text of a value, so
numbers may stand in quotes, and `off` is also taken from parsers for which it is a boolean. What
ties one key to another, and names of categories, only the reader checks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from inspect import getdoc
from typing import TYPE_CHECKING, Any, Final

from rules_lib.allowlist.drop_when import DropWhen
from rules_lib.allowlist.drop_when_checks import KEY_PATTERN
from rules_lib.allowlist.endpoints import PORT_MAX
from rules_lib.allowlist.names import known_categories
from rules_lib.allowlist.rule_exception import RuleException
from rules_lib.allowlist.staging import StagingExempt, StagingSettings
from rules_lib.allowlist.values import Allowlist, CategorySetting, FirewallSettings, RuleOverrides
from rules_lib.facts import metadata
from rules_lib.facts.feeds import known_feeds
from rules_lib.facts.limits import REFERENCE_ARN_CHARACTERS, VARIABLE_NAME_PATTERN
from rules_lib.feedlist.values import FeedList, ListedFeed
from rules_lib.model import Mode

if TYPE_CHECKING:
    from pydantic import BaseModel

Schema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_MODELS: Final = (
    *(CategorySetting, DropWhen, FirewallSettings, RuleOverrides),
    *(RuleException, StagingExempt, StagingSettings),
)
_MAY_BE_EMPTY: Final = (
    *("categories", "rules", "variables", "references", "firewall"),
    *("staging", "exceptions"),
)
_OFFERED: Final = "Only rules whose metadata have one of these values for this key."
_VALUE: Final = {"type": ["string", "integer"], "pattern": "[A-Za-z0-9]"}
_DIGITS: Final = "^[0-9]{1,18}$"
_DECIMAL: Final = r"^([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_ENDPOINT: Final = "!?[0-9A-Fa-f.:]+(/[0-9]{1,3})?"
_HOST: Final = "^[0-9A-Fa-f.:]+(/[0-9]{1,3})?$"
_SET: Final = "!?@[A-Za-z][A-Za-z0-9_]{0,31}"
_REFERENCE: Final = r"!?\$[A-Za-z0-9_]{1,32}"


def json_schema() -> Schema:
    """The schema of the whole file, draft 2020-12."""
    made = Allowlist.model_json_schema()
    definitions: Schema = made.pop("$defs")
    models = {model.__name__: model for model in _MODELS}
    shared = {name: _object(definitions[name], model) for name, model in models.items()}
    shared["Mode"] = _loosened(definitions["Mode"])
    shared["Target"] = _loosened(definitions["Target"])
    shared["DropWhen"] = _drop_when(shared["DropWhen"])
    shared["StagingExempt"] = _of_metadata(shared["StagingExempt"]) | {
        "not": {"additionalProperties": {"type": "null"}}
    }
    shared["RuleException"] = _exception(shared["RuleException"])
    shared["Values"] = _or_empty({"type": "array", "items": _VALUE, "minItems": 1})
    shared["FeedSetting"] = _setting(_of_a_feed(shared["CategorySetting"]))
    shared["CategorySetting"] = _setting(shared["CategorySetting"])
    root = _object(made, Allowlist)
    root["properties"]["variables"] |= _variables()
    root["properties"]["variables"].pop("$ref")
    root["properties"]["references"] |= _references()
    root["properties"]["categories"] |= _categories()
    for name in _MAY_BE_EMPTY:
        root["properties"][name] = _or_empty(root["properties"][name])
    title = {"$schema": DIALECT, "title": "The allowlist of rulesync"}
    return title | root | {"$defs": shared}


def feeds_schema() -> Schema:
    """The schema of the list of feeds, draft 2020-12; names of known feeds are offered."""
    made = FeedList.model_json_schema()
    definitions: Schema = made.pop("$defs")
    entry = _object(definitions["ListedFeed"], ListedFeed)
    entry["properties"]["name"]["examples"] = [one.name for one in known_feeds().values()]
    entry["properties"]["checksum"] |= _or_empty({"type": ["boolean", "string"]})
    root = _object(made, FeedList)
    root["properties"]["feeds"] |= {
        "type": "array",
        "items": {"$ref": "#/$defs/ListedFeed"},
        "minItems": 1,
    }
    title = {"$schema": DIALECT, "title": "The list of feeds of rulesync"}
    return title | root | {"$defs": {"ListedFeed": entry}}


def _object(node: Schema, model: type[BaseModel]) -> Schema:
    """One mapping of the file, its keys described by the docstring of their class."""
    texts = dict(_descriptions(model))
    properties = {
        key: {"description": texts[key]} | _loosened(value)
        for key, value in node["properties"].items()
    }
    required = {"required": node["required"]} if "required" in node else {}
    return {
        "description": _plain((getdoc(model) or "").partition("\n\n")[0]),
        "type": "object",
        "properties": properties,
        **required,
        "additionalProperties": False,
    }


def _descriptions(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """The `Attributes` of a docstring: each name with its text.

    pydantic's `use_attribute_docstrings` would read them for us, from the sources, whenever the
    classes are made: 6 to 11 ms of each cold start, for texts that no function shows.
    """
    _, _, section = (getdoc(model) or "").partition("Attributes:\n")
    for name, text in re.findall(r"(?m)^    (\w+): (.*(?:\n {8}.*)*)", section):
        plain = _plain(text)
        yield name, plain[0].upper() + plain[1:]


def _plain(text: str) -> str:
    return " ".join(text.split())


def _loosened(node: Schema) -> Schema:
    """What pydantic says of a value, as wide as the reader, which goes by its text."""
    match node:
        case {"anyOf": [inner, {"type": "null"}]}:
            return _or_empty(_loosened(inner)) if "type" in inner else _loosened(inner)
        case {"const": only}:
            return {"enum": [only, str(only)]}
        case {"enum": choices}:
            return _choice(choices) | _default(node)
        case {"type": "integer" | "number"}:
            return _number(node) | _default(node)
        case {"type": "array", "items": items}:
            return _list(node, items)
    kept = ("type", "pattern", "$ref", "additionalProperties")
    return {key: node[key] for key in kept if key in node} | _default(node)


def _choice(choices: list[str]) -> Schema:
    """A word of a few; the metadata's words in any case, and `off` as a boolean too."""
    if "off" in choices:
        return {"enum": [*choices, False]}
    if not all(choice.istitle() for choice in choices):
        return {"enum": choices}
    letters = ("".join(f"[{c.upper()}{c.lower()}]" for c in choice) for choice in choices)
    any_case = {"type": "string", "pattern": f"^({'|'.join(letters)})$"}
    return {"anyOf": [{"enum": choices}, any_case]}


def _number(node: Schema) -> Schema:
    """A number within its limits, or its text, of which only the form is looked at."""
    kind: str = node["type"]
    least, most = node.get("minimum", node.get("ge")), node.get("maximum", node.get("le"))
    pattern = _DIGITS if kind == "integer" else _DECIMAL
    return {"type": [kind, "string"], "minimum": least, "maximum": most, "pattern": pattern}


def _list(node: Schema, items: Schema) -> Schema:
    """A list; of sids each once, and the list may be left empty."""
    found: Schema = {"type": "array", "items": _loosened(items)}
    if "minItems" in node:
        return found | {"minItems": node["minItems"]}
    if "$ref" in items:
        return found
    return _or_empty(found | {"uniqueItems": True, "examples": [[2013504]]})


def _default(node: Mapping[str, Any]) -> Schema:
    """The value where the key is left out; those of mappings stand at their own keys."""
    default = node.get("default")
    return {} if default is None or isinstance(default, dict | list) else {"default": default}


def _or_empty(node: Mapping[str, Any]) -> Schema:
    """A key may stand there without a value."""
    described = {key: value for key, value in node.items() if key == "description"}
    value = {key: value for key, value in node.items() if key != "description"}
    return described | {"anyOf": [value, {"type": "null"}]}


def _drop_when(node: Schema) -> Schema:
    """What may be missing does not count where something must be asked for."""
    found = _of_metadata(node)
    return found | {
        "properties": found["properties"] | {"missing": _missing(node)},
        "not": {"properties": {"missing": {}}, "additionalProperties": {"type": "null"}},
    }


def _of_metadata(node: Schema) -> Schema:
    """Any key of the metadata may be asked for, ET's are offered."""
    values = {"$ref": "#/$defs/Values"}
    offered = {key: {"description": _OFFERED} | values for key in sorted(metadata.KEYS)}
    return node | {
        "properties": offered | node["properties"],
        "propertyNames": {"pattern": f"^{KEY_PATTERN}$"},
        "additionalProperties": values,
    }


def _exception(node: Schema) -> Schema:
    """One address or several, at one end or both."""
    address = {"type": "string", "pattern": _HOST}
    several = {"anyOf": [address, {"type": "array", "items": address, "minItems": 1}]}
    ends = {
        end: {"description": node["properties"][end]["description"]} | _or_empty(several)
        for end in ("not_from", "not_to")
    }
    named = [{"required": [end], "properties": {end: several}} for end in ends]
    return node | {"properties": node["properties"] | ends, "anyOf": named}


def _missing(node: Schema) -> Schema:
    """One word for all keys that are asked for, or a mapping with a word for each."""
    made = node["properties"]["missing"]
    word: Schema = {"enum": [Mode.ALERT, Mode.DROP]}
    each = {"type": "object", "additionalProperties": word}
    return {"description": made["description"], "anyOf": [word, each], "default": Mode.ALERT}


def _of_a_feed(node: Schema) -> Schema:
    """What may be said of a category of a feed: less than of people's own."""
    mode = Allowlist.model_json_schema()["properties"]["default"]
    keys = {key: value for key, value in node["properties"].items() if key != "place"}
    said = node["properties"]["mode"]["description"].partition("; as-written")[0] + "."
    return node | {
        "properties": keys | {"mode": {"description": said} | _choice(mode["enum"])},
    }


def _setting(node: Schema) -> Schema:
    """A mode alone, or a mapping in which `drop_when` and `staging` go with drop."""
    with_drop = {"properties": {"mode": {"const": "drop"}}}
    alone = {"not": {"anyOf": [{"required": [key]} for key in ("drop_when", "staging")]}}
    mode = {key: value for key, value in node["properties"]["mode"].items() if key != "description"}
    return {"anyOf": [mode, node | {"anyOf": [with_drop, alone]}]}


def _categories() -> Schema:
    """Names of ET are offered; whether another is one, or one of people's own, it cannot tell."""
    setting = {"$ref": "#/$defs/FeedSetting"}
    return {"properties": dict.fromkeys(sorted(known_categories()), setting)}


def _variables() -> Schema:
    single = {
        "type": ["string", "integer"],
        "pattern": f"^(any|{_REFERENCE}|{_SET}|{_ENDPOINT})$",
        "minimum": 0,
        "maximum": PORT_MAX,
    }
    entry = single | {"pattern": f"^({_SET}|{_ENDPOINT})$"}
    several = {"type": "array", "items": entry, "minItems": 1}
    return {
        "type": "object",
        "propertyNames": {"pattern": VARIABLE_NAME_PATTERN},
        "additionalProperties": {"anyOf": [single, several]},
        "examples": [{"HOME_NET": ["10.0.0.0/8"], "HTTP_SERVERS": "$HOME_NET"}],
    }


def _references() -> Schema:
    """The reader tells the ARN of one kind from another."""
    prefix_list = "arn:aws:ec2:eu-west-1:111122223333:prefix-list/pl-0123456789abcdef0"
    return {
        "propertyNames": {"pattern": VARIABLE_NAME_PATTERN},
        "additionalProperties": {
            "type": "string",
            "pattern": "^arn:aws",
            "maxLength": REFERENCE_ARN_CHARACTERS,
        },
        "examples": [{"OUR_PREFIXES": prefix_list}],
    }
