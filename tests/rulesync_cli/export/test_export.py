"""`rulesync export`: a build's rule groups for other tools, to the byte."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hcl2
import jsonschema
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from support.account import account, call, run
from support.deploy import SAM_PYTHON
from support.feeds import allowlist, feed, rule
from support.lza import NETWORK_FIREWALL, rules_string
from support.results import Results

from rulesync_cli.export.hcl import hcl_string

ODD = rule(5, r'content:"${x} %{y} $${z} \" {{a}}"; pcre:"/\\d+\"/"; ').replace("rule 5", "ümläut")
REFERENCE = "arn:aws:ec2:eu-west-1:111122223333:prefix-list/pl-0123456789abcdef0"
CONFIG: dict[str, Any] = {
    "categories": {"emerging-malware": "drop"},
    "variables": {
        "HOME_NET": ["10.0.0.0/8", "!10.9.0.0/16"],
        "EXTERNAL_NET": "any",
        "HTTP_PORTS": ["80", "8080"],
    },
}


@dataclass(frozen=True)
class Built:
    """Results of a sync: the folder, and the text of each rule group by priority."""

    folder: Path
    texts: dict[str, str]
    groups: list[dict[str, Any]]


def built(tmp_path: Path, config: dict[str, Any] = CONFIG, **rules: list[str]) -> Built:
    """Sync a feed, with own rules under `local`."""
    own, ours = tmp_path / "own", rules.pop("local", [])
    own.mkdir(exist_ok=True)
    if ours:
        (own / "ours.rules").write_text("".join(f"{one}\n" for one in ours))
        config = {**config, "categories": {"local-ours": "as-written", **config["categories"]}}
    archive = feed(tmp_path / "feed", {f"emerging-{name}": some for name, some in rules.items()})
    path = tmp_path / "categories.yaml"
    path.write_text(allowlist(**config))
    words = ("local", "--feed", archive, "--config", path, "--local", own)
    done = run(*words, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.stderr
    return read(tmp_path / "out" / "1")


def read(folder: Path) -> Built:
    """Results as they lie in a folder."""
    groups = json.loads((folder / "groups.json").read_text())["groups"]
    names = [group["name"] for group in sorted(groups, key=lambda one: one["priority"])]
    files = {name: folder / "rule-groups" / f"{name}.rules" for name in names}
    texts = {name: path.read_bytes().decode() for name, path in files.items()}
    return Built(folder, texts, sorted(groups, key=lambda one: one["priority"]))


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A small build with variables, odd signs, own rules, and a mark."""
    mark = [
        rule(7, "flowbits:set,x; noalert; "),
        rule(8, "flowbits:isset,x; ", addresses="$HOME_NET any -> any $HTTP_PORTS"),
    ]
    return built(
        tmp_path_factory.mktemp("export"),
        local=[rule(900, action="pass"), rule(901, action="drop")],
        malware=[*map(rule, range(1, 5)), ODD, *mark],
        info=[rule(50)],
    )


def exported(results: Built, folder: Path, form: str, *words: object) -> Path:
    """Export, and give the folder."""
    done = run("export", results.folder, "--format", form, "--out", folder, *words)
    assert done.exit_code == 0, done.stderr
    return folder


def of_terraform(folder: Path) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Priority, rules and the rest of each rule group that Terraform would make."""
    document = hcl2.loads((folder / "rulesync.tf").read_text())
    resources = {
        bare(name): content
        for block in document["resource"]
        for kind, named in block.items()
        if bare(kind) == "aws_networkfirewall_rule_group"
        for name, content in named.items()
    }
    for one in plain(document["locals"][0]["stateful_rule_groups"]):
        name = re.findall(r"aws_networkfirewall_rule_group\.([\w-]+)\.arn", one["resource_arn"])[0]
        content = plain(resources[name])
        [source] = content["rule_group"][0]["rules_source"]
        path = re.findall(r'file\("\$\{path\.module\}/([^"]+)"\)', source["rules_string"])[0]
        yield int(one["priority"]), (folder / path).read_bytes().decode(), content


def bare(text: str) -> str:
    """A label without its quotes."""
    return text.strip('"')


def plain(value: Any) -> Any:
    """What python-hcl2 reads, with string literals as the strings that they mean."""
    if isinstance(value, dict):
        return {bare(name): plain(one) for name, one in value.items() if name != "__is_block__"}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, str) and value.startswith('"') and value.endswith('"'):
        assert not re.search(r"[$%]\{", value)  # it would be a template
        return json.loads(value)
    return value


def of_cloudformation(folder: Path) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """The same of CloudFormation, by the policy's parameters."""
    policy = json.loads((folder / "policy.json").read_text())
    content = policy["Resources"]["Policy"]["Properties"]["FirewallPolicy"]
    files = {path.stem: json.loads(path.read_bytes()) for path in folder.glob("groups/*")}
    for one in content["StatefulRuleGroupReferences"]:
        parameter = policy["Parameters"][one["ResourceArn"]["Ref"]]["Default"]
        template = files[parameter.split("/")[2]]
        assert template["Resources"]["Arn"]["Properties"]["Name"] == parameter
        properties = template["Resources"]["RuleGroup"]["Properties"]
        rules = properties["RuleGroup"]["RulesSource"]["RulesString"]
        yield one["Priority"], rules, properties


def of_lza(folder: Path) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """The same of the accelerator, as it reads rule files."""
    document = yaml.safe_load((folder / "network-config.yaml").read_text())
    firewall = document["centralNetworkServices"]["networkFirewall"]
    jsonschema.validate(firewall, NETWORK_FIREWALL)
    rules = {one["name"]: one for one in firewall["rules"]}
    [policy] = firewall["policies"]
    for one in policy["firewallPolicy"]["statefulRuleGroups"]:
        group = rules[one["name"]]
        text = (folder / group["ruleGroup"]["rulesSource"]["rulesFile"]).read_bytes().decode()
        assert rules_string(text) == text.rstrip("\n")
        yield one["priority"], text, group


READERS = {
    "terraform": (of_terraform, ()),
    "cloudformation": (of_cloudformation, ()),
    "lza": (of_lza, ("--lza-region", "eu-west-1", "--lza-region", "us-east-1")),
}


@pytest.mark.parametrize("form", READERS)
def test_rules_come_back_to_the_byte(form: str, results: Built, tmp_path: Path) -> None:
    """In the order of the priorities, with the capacities of the build."""
    reader, words = READERS[form]
    found = list(reader(exported(results, tmp_path, form, *words)))
    assert [text for _, text, _ in found] == list(results.texts.values())
    assert [place for place, _, _ in found] == [group["priority"] for group in results.groups]
    capacities = [int(one.get("capacity") or one["Capacity"]) for _, _, one in found]
    assert capacities == [group["capacity"] for group in results.groups]
    assert ODD.partition(" ")[2] in "".join(text for _, text, _ in found)


def test_terraform_declares_variables(results: Built, tmp_path: Path) -> None:
    """As the build does, each set under its key."""
    found = list(of_terraform(exported(results, tmp_path, "terraform")))
    content = found[-1][2] if "$HOME_NET" in found[-1][1] else found[1][2]
    [declared] = content["rule_group"][0]["rule_variables"]
    sets = {one["key"]: one["ip_set"][0]["definition"] for one in declared["ip_sets"]}
    ports = {one["key"]: one["port_set"][0]["definition"] for one in declared["port_sets"]}
    assert sets["HOME_NET"] == ["10.0.0.0/8", "!10.9.0.0/16"]
    assert ports == {"HTTP_PORTS": ["80", "8080"]}
    assert content["lifecycle"][0]["create_before_destroy"]
    options = content["rule_group"][0]["stateful_rule_options"]
    assert options == [{"rule_order": "STRICT_ORDER"}]


def test_cloudformation_declares_variables(results: Built, tmp_path: Path) -> None:
    """And strict order, for the groups and for the policy."""
    folder = exported(results, tmp_path, "cloudformation")
    groups = {one["RuleGroupName"]: one["RuleGroup"] for _, _, one in of_cloudformation(folder)}
    declared = groups["et-emerging-malware"]["RuleVariables"]
    assert declared["IPSets"]["HOME_NET"] == {"Definition": ["10.0.0.0/8", "!10.9.0.0/16"]}
    assert declared["PortSets"] == {"HTTP_PORTS": {"Definition": ["80", "8080"]}}
    assert {one["StatefulRuleOptions"]["RuleOrder"] for one in groups.values()} == {"STRICT_ORDER"}


def test_accelerator_gets_regions_and_both_kinds_of_sets(results: Built, tmp_path: Path) -> None:
    """Its schema asks for both where it asks for one."""
    folder = exported(results, tmp_path, "lza", *READERS["lza"][1])
    groups = {one["name"]: one for _, _, one in of_lza(folder)}
    assert groups["et-emerging-malware"]["regions"] == ["eu-west-1", "us-east-1"]
    declared = groups["et-emerging-malware"]["ruleGroup"]["ruleVariables"]
    assert [one["name"] for one in declared["portSets"]] == ["HTTP_PORTS"]
    assert run("export", results.folder, "--format", "lza", "--out", tmp_path).exit_code == 2


@pytest.mark.sam
def test_templates_pass_cfn_lint(results: Built, tmp_path: Path) -> None:
    """Whole and split, with variables and reference sets; it knows each property."""
    folder = exported(results, tmp_path, "cloudformation")
    lint(folder)


def lint(folder: Path, *only: str) -> None:
    """Have cfn-lint look at all templates, or at some."""
    files = only or sorted(str(path) for path in folder.rglob("*.json"))
    command = [str(SAM_PYTHON.with_name("cfn-lint")), "--regions", "us-east-1", "--template"]
    done = subprocess.run([*command, *files], capture_output=True, text=True, check=False)  # noqa: S603 - ours
    assert (done.returncode, done.stdout) == (0, "")


def test_reference_sets_are_declared_or_refused(tmp_path: Path) -> None:
    """The accelerator has none, and a rule without its list is another rule."""
    config = {"references": {"OURS": REFERENCE}, "categories": {}}
    own = [rule(900, addresses="@OURS any -> any any", action="drop")]
    found = built(tmp_path, config, local=own, malware=[rule(1)])
    terraform = next(of_terraform(exported(found, tmp_path / "t", "terraform")))[2]
    [declared] = terraform["rule_group"][0]["reference_sets"]
    [one] = declared["ip_set_references"]
    assert (one["key"], one["ip_set_reference"]) == ("OURS", [{"reference_arn": REFERENCE}])
    template = next(of_cloudformation(exported(found, tmp_path / "c", "cloudformation")))[2]
    sets = template["RuleGroup"]["ReferenceSets"]
    assert sets == {"IPSetReferences": {"OURS": {"ReferenceArn": REFERENCE}}}
    words = ("--format", "lza", "--lza-region", "eu-west-1", "--out", tmp_path / "l")
    done = run("export", found.folder, *words)
    assert done.exit_code == 1
    assert "refers to @OURS" in done.stderr
    assert not (tmp_path / "l").exists()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (rule(900, 'content:"{{resolve:ssm:x}}"; '), "CloudFormation would replace"),
        (rule(900, action="Alert"), "does not begin with its action in small letters"),
        (rule(900).replace("alert tcp", "alert\ttcp"), "does not begin with its action"),
    ],
)
def test_rule_that_would_become_another_is_refused(text: str, told: str, tmp_path: Path) -> None:
    """CloudFormation replaces, and the accelerator leaves out without a word."""
    found = built(tmp_path, local=[text], malware=[rule(1)])
    words = ("--format", "lza", "--lza-region", "eu-west-1", "--out", tmp_path / "l")
    done = run("export", found.folder, *words)
    assert done.exit_code == 1
    assert told in done.stderr
    assert "sid 900" in done.stderr


def test_large_group_is_split_and_the_order_stays(tmp_path: Path) -> None:
    """Rules that share a mark stay together; parts follow each other by priority."""
    many = [rule(sid, f'content:"{"y" * 400}"; ') for sid in range(1, 200)]
    many[3] = rule(4, "flowbits:set,x; noalert; ")
    many[190] = rule(191, "flowbits:isset,x; ")
    found = built(tmp_path, local=[rule(900, action="pass")], malware=many, info=[rule(950)])
    whole = "".join(found.texts.values())
    folder = exported(found, tmp_path / "c", "cloudformation", "--max-bytes", 30_000)
    parts = list(of_cloudformation(folder))
    assert max(path.stat().st_size for path in folder.rglob("*.json")) <= 30_000
    assert sorted(whole.splitlines()) == sorted("".join(t for _, t, _ in parts).splitlines())
    places = [place for place, _, _ in parts]
    assert places == list(range(places[0], places[0] + len(parts)))
    assert "sid:900;" in parts[0][1]
    [tied] = [text for _, text, _ in parts if "flowbits:set,x" in text]
    assert tied.index("flowbits:set,x") < tied.index("flowbits:isset,x")
    names = [one["RuleGroupName"] for _, _, one in parts]
    split = [name for name in names if name.startswith("et-emerging-malware-p")]
    assert split == [f"et-emerging-malware-p{n}-100" for n in range(1, len(split) + 1)]
    assert len(split) > 3
    for _, text, one in parts:
        assert one["Capacity"] >= len(text.splitlines())


def test_group_that_passes_is_cut_between_rules_alone(tmp_path: Path) -> None:
    """What stands before a pass decides about traffic, so no rule leaves its place."""
    many = [rule(sid, f'content:"{"y" * 400}"; ', action="drop") for sid in range(1, 150)]
    many[100] = rule(101, action="pass")
    config = {"categories": {"local-ours": "alert"}}
    found = built(tmp_path, config, local=many, malware=[rule(1_000)])
    folder = exported(found, tmp_path / "t", "terraform", "--max-bytes", 25_000)
    texts = [text for _, text, _ in of_terraform(folder)]
    assert len(texts) > 3
    assert "".join(texts) == "".join(found.texts.values())


def test_rules_that_belong_together_are_not_torn_apart(tmp_path: Path) -> None:
    """It is refused, with the number that would do, and nothing is written."""
    own = [rule(sid, f'content:"{"y" * 900}"; ') for sid in range(900, 930)]
    found = built(tmp_path, local=own, malware=[rule(1)])
    words = ("--format", "terraform", "--max-bytes", 20_000, "--out", tmp_path / "t")
    done = run("export", found.folder, *words)
    assert done.exit_code == 1
    assert "et-local-ours: 30 rules with sid 900 take" in done.stderr
    assert "--max-bytes allows 20,000" in done.stderr
    assert not (tmp_path / "t").exists()


def test_more_groups_than_a_policy_takes_is_a_warning(tmp_path: Path) -> None:
    """AWS may have raised the quota."""
    many = [rule(sid, f'content:"{"y" * 700}"; ') for sid in range(1, 700)]
    found = built(tmp_path, malware=many)
    words = ("--format", "terraform", "--max-bytes", 20_000, "--out", tmp_path / "t")
    done = run("export", found.folder, *words, "--json")
    document = json.loads(done.stdout)
    assert done.exit_code == 0
    assert "a firewall policy takes 20" in document["warnings"][0]
    assert "a firewall policy takes 20" in " ".join(done.stderr.split())
    assert len(document["rule_groups"]) > 20
    assert sum(one["rules"] for one in document["rule_groups"]) == 699


def test_other_files_of_a_folder_stay(results: Built, tmp_path: Path) -> None:
    """What an earlier export left goes; anything else stops it."""
    folder = exported(results, tmp_path / "x", "terraform")
    stale = folder / "rules" / "et-gone.rules"
    stale.write_text("")
    exported(results, folder, "terraform")
    assert not stale.exists()
    (folder / "mine.tf").write_text("mine")
    words = ("export", results.folder, "--format", "terraform", "--out", folder)
    done = run(*words)
    assert done.exit_code == 1
    assert "has other files, such as mine.tf" in done.stderr
    assert run(*words, "--force").exit_code == 0
    assert (folder / "mine.tf").read_text() == "mine"


def test_build_in_force_is_exported_from_the_bucket(tmp_path: Path) -> None:
    """Or another build by its id; a replaced group keeps the name that others use."""
    with account(tmp_path / "feed") as aws:
        aws.allow()
        aws.sync(malware=[rule(1)])
        first = aws.builds[-1]
        aws.sync(malware=[rule(sid) for sid in range(1, 5)])
        deployed = aws.deployed()
        done = call("export", "--format", "cloudformation", "--out", tmp_path / "now")
        old = call("export", "--format", "cloudformation", "--out", tmp_path / "old",
                   "--build", first)  # fmt: skip
    assert (done.exit_code, old.exit_code) == (0, 0)
    [(_, text, now)] = of_cloudformation(tmp_path / "now")
    [(_, _, before)] = of_cloudformation(tmp_path / "old")
    assert deployed == {now["RuleGroupName"]: text}
    assert (before["RuleGroupName"], now["RuleGroupName"]) == (
        "et-emerging-malware",
        "et-emerging-malware-b",
    )
    names = {path.name for path in (tmp_path / "now" / "groups").iterdir()}
    assert names == {"et-emerging-malware.json"}


def test_groups_of_the_newer_kind_are_refused(results: Built, tmp_path: Path) -> None:
    """No tool has them, and a classic group with their rules would be another."""
    folder = tmp_path / "out"
    shutil.copytree(results.folder, folder)
    file = json.loads((folder / "groups.json").read_text())
    (folder / "groups.json").write_text(json.dumps({**file, "target": "next-generation"}))
    done = run("export", folder, "--format", "terraform", "--out", tmp_path / "x")
    assert done.exit_code == 1
    assert "Next Generation" in done.stderr
    assert not (tmp_path / "x").exists()


def test_without_a_build_it_says_what_to_give(tmp_path: Path) -> None:
    """Neither results nor a bucket; results that are none."""
    words = ("--format", "terraform", "--out", tmp_path / "x")
    assert "give a results folder" in " ".join(run("export", *words).stderr.split())
    done = run("export", tmp_path, *words)
    assert (done.exit_code, "has no groups.json" in done.stderr) == (1, True)


@given(text=st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Zl", "Zp"])))
@example(text="${a} %{b} $${c} %%{d} $ % {")
@example(text='"\\\x00\x1b\x7f\t\r\n')
@example(text="$")
def test_any_text_is_quoted_for_terraform(text: str) -> None:
    """A reader of its language reads it back, and finds no template in it."""
    literal = hcl2.loads(f"x = {hcl_string(text)}\n")["x"]
    assert plain(literal) == text


@pytest.mark.feeds
@pytest.mark.sam
def test_real_release_comes_back_to_the_byte(
    successive: tuple[Results, ...], tmp_path: Path
) -> None:
    """All of ET Open in each format; large groups are split for CloudFormation."""
    found = read(successive[0].folder)
    whole = list(found.texts.values())
    for form in ("terraform", "lza"):
        reader, words = READERS[form]
        folder = exported(found, tmp_path / form, form, *words)
        assert [text for _, text, _ in reader(folder)] == whole
    folder = exported(found, tmp_path / "cloudformation", "cloudformation")
    parts = [text for _, text, _ in of_cloudformation(folder)]
    assert sorted("".join(parts).splitlines()) == sorted("".join(whole).splitlines())
    sizes = {path: path.stat().st_size for path in folder.rglob("*.json")}
    assert max(sizes.values()) <= 1_000_000
    lint(folder, str(max(sizes, key=lambda path: sizes[path])), str(folder / "policy.json"))
