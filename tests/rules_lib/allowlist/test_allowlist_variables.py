"""The category allowlist: which variables are written into rules, and which are declared."""

from __future__ import annotations

import pytest
from support.allowlist import problems_after_version, read

from rules_lib.allowlist import AllowlistVariables


def variables(*lines: str) -> AllowlistVariables:
    """What the lines of one `variables:` section say."""
    return read("\n  ".join(["version: 1\nvariables:", *lines])).variables


def problems(*lines: str) -> tuple[str, ...]:
    """What is wrong with one `variables:` section whose first line is line 3 of the file."""
    return problems_after_version("\n  ".join(["variables:", *lines]))


def test_reference_is_written_and_the_rest_declared() -> None:
    """The service takes addresses and ports, one or a list, and nothing else."""
    found = variables(
        "HTTP_SERVERS: $HOME_NET",
        'NOT_OURS: "!$HOME_NET"',
        "DNS_SERVERS: 10.0.0.53",
        'SMTP_SERVERS: [10.0.0.0/24, "!10.0.0.7", "2001:db8::/32"]',
        "HTTP_PORTS: [80, 8000:8080, '9000:', ':79']",
        'SHELLCODE_PORTS: "!80"',
    )
    assert found.written == {"HTTP_SERVERS": "$HOME_NET", "NOT_OURS": "!$HOME_NET"}
    assert found.declared == {
        "DNS_SERVERS": ("10.0.0.53",),
        "SMTP_SERVERS": ("10.0.0.0/24", "!10.0.0.7", "2001:db8::/32"),
        "HTTP_PORTS": ("80", "8000:8080", "9000:", ":79"),
        "SHELLCODE_PORTS": ("!80",),
    }
    assert found.kinds == {
        "DNS_SERVERS": "ip",
        "SMTP_SERVERS": "ip",
        "HTTP_PORTS": "port",
        "SHELLCODE_PORTS": "port",
    }


def test_ports_that_yaml_takes_for_base_60_stay_ports() -> None:
    """YAML 1.1 reads `22:23` as 1343 and `0080` as a number in base 8."""
    assert variables("A: 22:23", "B: 0080").declared == {"A": ("22:23",), "B": ("0080",)}


def test_chain_is_followed_to_its_end() -> None:
    """A rule gets a name that the service knows, wherever in the file the links stand."""
    found = variables("A: $B", "B: $C", "C: $HOME_NET", "D: $E", "E: [80]", "F: $EXTERNAL_NET")
    assert found.written == {
        "A": "$HOME_NET",
        "B": "$HOME_NET",
        "C": "$HOME_NET",
        "D": "$E",
        "F": "$EXTERNAL_NET",
    }


def test_two_negations_cancel_each_other() -> None:
    """`!!` is nothing that a rule may say."""
    found = variables('A: "!$B"', 'B: "!$C"', 'C: "!$HOME_NET"')
    assert found.written == {"A": "!$HOME_NET", "B": "$HOME_NET", "C": "!$HOME_NET"}


def test_any_is_written() -> None:
    """The service cannot be told `any`, and a chain may end there."""
    found = variables("A: any", "B: $A", "EXTERNAL_NET: any", "C: $EXTERNAL_NET")
    assert found.written == {"A": "any", "B": "any", "EXTERNAL_NET": "any", "C": "any"}
    assert not found.declared


@pytest.mark.parametrize(
    ("home", "external"),
    [
        ("10.0.0.0/8", ("!10.0.0.0/8",)),
        ("[10.0.0.0/8, 'fd00::/8']", ("!10.0.0.0/8", "!fd00::/8")),
        ("['!10.0.0.0/8', '!fd00::/8']", ("10.0.0.0/8", "fd00::/8")),
    ],
)
@pytest.mark.parametrize("given", [(), ('EXTERNAL_NET: "!$HOME_NET"',)])
def test_external_net_is_the_negation_of_home_net(
    home: str, external: tuple[str, ...], given: tuple[str, ...]
) -> None:
    """Left out, or given as just that; the service asks for both."""
    found = variables(f"HOME_NET: {home}", *given, "A: $EXTERNAL_NET")
    assert found.declared["EXTERNAL_NET"] == external
    assert found.written == {"A": "$EXTERNAL_NET"}
    assert found.kinds == {"HOME_NET": "ip", "EXTERNAL_NET": "ip"}


def test_external_net_may_be_given() -> None:
    """As addresses, with HOME_NET or without."""
    assert variables("EXTERNAL_NET: 0.0.0.0/0").declared == {"EXTERNAL_NET": ("0.0.0.0/0",)}
    found = variables("HOME_NET: 10.0.0.0/8", "EXTERNAL_NET: 192.0.2.0/24")
    assert found.declared == {"HOME_NET": ("10.0.0.0/8",), "EXTERNAL_NET": ("192.0.2.0/24",)}


def test_external_net_any_is_written_and_declared_beside_home_net() -> None:
    """The service asks for EXTERNAL_NET though no rule uses it any more."""
    found = variables("HOME_NET: [0.0.0.0/0]", "EXTERNAL_NET: any")
    assert found.written == {"EXTERNAL_NET": "any"}
    assert found.declared == {
        "HOME_NET": ("0.0.0.0/0",),
        "EXTERNAL_NET": ("0.0.0.0/0", "::/0"),
    }


def test_not_home_net_alone_is_what_holds_anyway() -> None:
    """Without HOME_NET in the file there is nothing to declare, and nothing to write."""
    assert variables('EXTERNAL_NET: "!$HOME_NET"') == AllowlistVariables()


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("$A: 80", ': "$A" is a reference; write the name without $'),
        (
            "A-B: 80",
            ': "A-B" is not a valid name: a letter, then letters, digits and _, at most 32',
        ),
        ("A: $HOM_NET", '.A: "$HOM_NET" has no value; declare "HOM_NET" here; nearest: HOME_NET'),
        ("A: $A", '.A: "$A" leads back to itself: A -> A'),
        (
            "A:",
            ".A: an empty value is neither an address nor a port; put values with : or ! in quotes",
        ),
        (
            "A: [80:]",
            ".A: a mapping is neither an address nor a port; put values with : or ! in quotes",
        ),
        ("A: []", ".A: an empty list is not a value; add one, or remove the name"),
        (
            "A: [$HOME_NET, 10.0.0.1]",
            ('.A: "$HOME_NET" mixes in a variable; use a single $NAME or !$NAME, not in a list'),
        ),
        (
            'A: "!!$HOME_NET"',
            ('.A: "!!$HOME_NET" mixes in a variable; use a single $NAME or !$NAME, not in a list'),
        ),
        ("A: [any]", '.A: "any" must be alone: no list, no !'),
        ('A: "!any"', '.A: "!any" must be alone: no list, no !'),
        (
            'A: "[10.0.0.0/8, 10.1.0.0/16]"',
            (
                '.A: "[10.0.0.0/8, 10.1.0.0/16]" is a list in quotes; write a list as '
                "[10.0.0.0/8, 192.168.0.0/16]"
            ),
        ),
        ("A: 10.0.0.1/8", '.A: "10.0.0.1/8" has bits set beyond its prefix; write 10.0.0.0/8'),
        ('A: ["!::/0"]', '.A: "!::/0" leaves no address'),
        ('A: ["!0:65535"]', '.A: "!0:65535" leaves no port'),
        (
            "A: 90:80",
            '.A: "90:80" is not a range of ports; write the lower port first, at most 65535',
        ),
        (
            "A: 65536",
            '.A: "65536" is not a range of ports; write the lower port first, at most 65535',
        ),
        ("A: [80, 10.0.0.1]", ".A: mixes addresses and ports; make it two variables"),
        ("HOME_NET: [80]", ".HOME_NET: is for addresses, but ports are given"),
        (
            "HOME_NET: any",
            '.HOME_NET: "any" is not an address; write a list such as [10.0.0.0/8, 192.168.0.0/16]',
        ),
        (
            "HOME_NET: $EXTERNAL_NET",
            (
                '.HOME_NET: "$EXTERNAL_NET" is not an address; write a list such as [10.0.0.0/8, '
                "192.168.0.0/16]"
            ),
        ),
        (
            "EXTERNAL_NET: $HOME_NET",
            '.EXTERNAL_NET: "$HOME_NET" is neither a list of addresses, nor any, nor "!$HOME_NET"',
        ),
        (
            'HOME_NET: [10.0.0.0/8, "!10.1.0.0/16"]',
            ".HOME_NET: cannot be negated as a list; set EXTERNAL_NET too, for example to any",
        ),
        (
            'HOME_NET: ["::/0"]',
            ".HOME_NET: cannot be negated as a list; set EXTERNAL_NET too, for example to any",
        ),
    ],
)
def test_wrong_variable_is_told_with_what_to_do(line: str, problem: str) -> None:
    """One error, at the line of the name."""
    assert problems(line) == (f"line 3: variables{problem}",)


@pytest.mark.parametrize(
    "value",
    [
        "foo",
        "10.0.0",
        "10.0.0.0/33",
        "10.0.0.1-10.0.0.9",
        "10.0.0.0/255.0.0.0",
        "fe80::1%eth0",
        "80-90",
        "-80",
        "8_0",
        "1:2:3",
        ":",
        "٨٠",
        "' 80'",
        "''",
    ],
)
def test_what_is_no_address_and_no_port_is_told(value: str) -> None:
    """The service would refuse the whole group."""
    (problem,) = problems(f"A: ['{value}']" if "'" not in value else f"A: [{value}]")
    assert problem.endswith(
        "is neither an address such as 10.0.0.0/8 nor a port such as 80 or 1024:65535"
    )


def test_cycle_is_told_at_each_of_its_names_and_nowhere_else() -> None:
    """What only leads into it is right once it is mended."""
    assert problems("A: $B", "B: $C", "C: $B") == (
        'line 4: variables.B: "$C" leads back to itself: B -> C -> B',
        'line 5: variables.C: "$B" leads back to itself: C -> B -> C',
    )


def test_negation_of_any_over_a_chain_is_told() -> None:
    """It would be written as `!any`."""
    assert problems("A: any", 'B: "!$A"') == (
        'line 4: variables.B: "!$A" negates any, so nothing is left',
    )


def test_chain_of_16_names_is_the_longest() -> None:
    """No configuration has that many; a hostile one may have thousands."""
    links = [f"A{number}: $A{number + 1}" for number in range(15)]
    assert variables(*links, "A15: $HOME_NET").written["A0"] == "$HOME_NET"
    assert problems(*links, "A15: $A16", "A16: $HOME_NET") == (
        'line 3: variables.A0: "$A1" leads through more than 16 names',
    )


def test_variables_must_be_a_mapping() -> None:
    """A list has no names."""
    assert problems_after_version("variables: [A]") == (
        "line 2: variables: a list is not a mapping; write one `NAME: value` per line",
    )
