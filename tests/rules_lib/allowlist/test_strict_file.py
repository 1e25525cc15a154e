"""The stricter allowlist is the shipped one but for what blocks."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from rules_lib.allowlist import Allowlist, load_allowlist
from rules_lib.model import Mode

CONFIG: Final = Path(__file__).parents[3] / "config"


def loaded(name: str) -> Allowlist:
    """Read one of the files that we ship."""
    return load_allowlist((CONFIG / name).read_bytes(), source=name, known=())


def test_it_keeps_the_same_categories_in_the_same_order() -> None:
    """So that a change from one to the other takes no rule away."""
    shipped, strict = loaded("categories.yaml"), loaded("categories-strict.yaml")
    assert list(shipped.categories) == list(strict.categories)
    off = [[name for name, one in file.categories.items() if one.mode is Mode.OFF]
           for file in (shipped, strict)]  # fmt: skip
    assert off[0] == off[1]


def test_all_but_categories_is_equal() -> None:
    """Single sids, variables, budget and guards: an edit of one is made in the other too."""
    shipped, strict = loaded("categories.yaml"), loaded("categories-strict.yaml")
    assert strict.model_copy(update={"categories": shipped.categories}) == shipped


def test_what_drops_whole_in_the_shipped_file_drops_whole_in_it() -> None:
    """And what drops in part drops at least in part."""
    shipped, strict = loaded("categories.yaml"), loaded("categories-strict.yaml")
    for name, one in shipped.categories.items():
        if one.mode is Mode.DROP:
            assert strict.setting_of(name).mode is Mode.DROP
            assert one.drop_when or strict.setting_of(name).drop_when is None
