"""The long run: one reader against coverage-guided fuzzing, for as long as is asked for.

    make fuzz SECONDS=600
    .venv/bin/python tests/hostile/fuzz.py archive 600

What breaks a promise of `support.hostile.harness` is stored under `out/fuzz/` and ends the run with
an error; give such a file to the harness to see it again:

    .venv/bin/python tests/hostile/fuzz.py archive out/fuzz/archive/crash-…
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import atheris

ROOT: Final = Path(__file__).parents[2]

with atheris.instrument_imports(include=["rules_lib", "yaml", "tarfile", "gzip", "zipfile"]):
    from support.hostile.harness import HARNESSES
    from support.hostile.seeds import SEEDS, WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable

OUT: Final = ROOT / "out" / "fuzz"
LONGEST: Final = 8_192
"""Bytes of an input; longer ones are tried for time and memory in `test_hostile_growth.py`."""


def _folder(name: str, seeds: Iterable[bytes]) -> Path:
    """The corpus of a harness; what an earlier run found worth keeping is tried again."""
    folder = OUT / name / "corpus"
    folder.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        (folder / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    return folder


def _dictionary(name: str, words: Iterable[bytes]) -> Path:
    path = OUT / name / "words"
    escaped = ("".join(f"\\x{byte:02x}" for byte in word) for word in words)
    path.write_text("".join(f'"{word}"\n' for word in escaped))
    return path


def main(name: str, what: str) -> None:
    """Fuzz for so many seconds, or try one file."""
    harness = HARNESSES[name]
    if not what.isdecimal():
        harness(Path(what).read_bytes())
        return
    corpus = _folder(name, SEEDS[name]())
    options = {
        "max_total_time": what,
        "max_len": LONGEST,
        "timeout": 20,  # seconds for one input: a hang
        "rss_limit_mb": 2_048,
        "dict": _dictionary(name, WORDS[name]),
        "artifact_prefix": f"{OUT / name}/",
        "print_final_stats": 1,
        "verbosity": 0,
    }
    atheris.enabled_hooks.add("str")
    atheris.Setup([sys.argv[0], *(f"-{k}={v}" for k, v in options.items()), str(corpus)], harness)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
