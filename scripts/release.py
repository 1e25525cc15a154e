"""Build what is released, out of the last commit alone, into `dist/`: `make release`.

Wheel, source distribution, SBOM (CycloneDX) and SHA256SUMS. One commit gives the same bytes with
one Python: files come from git, times from the commit, tools from requirements-release.lock. The
wheel is tried in an empty environment before `dist/` is touched.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import shorten
from typing import Final
from zipfile import ZipFile

PACKAGES: Final = ("functions", "localaws", "rules_lib", "rulesync_cli")
UNRELEASED: Final = "unreleased"


def output(*command: str, cwd: Path) -> str:
    """What a command prints."""
    done = subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    return done.stdout.strip()


def version_of(root: Path) -> str:
    """The version that pyproject.toml has."""
    return str(tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"])


def date_of(root: Path, version: str) -> str | None:
    """What the changelog says of a version's date; None where it has no section for it."""
    text = (root / "CHANGELOG.md").read_text("utf-8")
    found = re.search(rf"(?m)^## {re.escape(version)}, (.+)$", text)
    return found[1].strip() if found else None


def refusals(root: Path, version: str) -> Iterator[str]:
    """What speaks against a release, each with what to do."""
    changed = output("git", "status", "--porcelain", cwd=root).splitlines()
    if changed:
        names = shorten(", ".join(line[2:].strip() for line in changed), 200, placeholder=" …")
        yield f"not committed: {names}; commit or remove them"
    date = date_of(root, version)
    if date is None:
        yield f"CHANGELOG.md has no section '## {version}, DATE': write it"
    tags = output("git", "tag", "--points-at", "HEAD", "v*", cwd=root).splitlines()
    if tags and f"v{version}" not in tags:
        yield f"this commit is tagged {tags[0]}, and pyproject.toml has {version}: move one of them"
    elif tags and date == UNRELEASED:
        yield f"this commit is tagged v{version}, and CHANGELOG.md calls it {UNRELEASED}: date it"
    elif not tags and output("git", "tag", "--list", f"v{version}", cwd=root):
        yield f"v{version} is another commit: raise the version, or check out the tag"


def export(root: Path, target: Path) -> Path:
    """Lay out the last commit's files, whatever the umask."""
    command = ["git", "-c", "tar.umask=0022", "archive", "HEAD"]
    packed = subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE).stdout  # noqa: S603
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(target, filter="data")
    return target


def build(tree: Path, out: Path) -> None:
    """Build the source distribution, and from it the wheel."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(tree)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our words


def settle(sdist: Path, epoch: int) -> None:
    """Pack a source distribution anew: sorted, of nobody, of one time."""
    packed = io.BytesIO()
    with (
        tarfile.open(sdist) as old,
        gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=epoch) as zipped,
        tarfile.open(mode="w", fileobj=zipped, format=tarfile.PAX_FORMAT) as new,
    ):
        for entry in sorted(old.getmembers(), key=lambda entry: entry.name):
            plain = tarfile.TarInfo(entry.name)
            plain.type, plain.size, plain.mtime = entry.type, entry.size, epoch
            plain.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
            new.addfile(plain, old.extractfile(entry) if entry.isfile() else None)
    sdist.write_bytes(packed.getvalue())


def missing(tree: Path, wheel: Path) -> list[str]:
    """The packages' files that the wheel lacks."""
    with ZipFile(wheel) as archive:
        names = set(archive.namelist())
    files = (path for package in PACKAGES for path in (tree / package).rglob("*"))
    wanted = {path.relative_to(tree).as_posix() for path in files if path.is_file()}
    return sorted(wanted - names)


def list_packages(tree: Path, target: Path) -> None:
    """Write the SBOM: the locked packages that the wheel needs, their ties and licences."""
    tools, empty = Path(sys.executable).parent, tree.with_name("locked")
    output(sys.executable, "-m", "venv", "--without-pip", str(empty), cwd=tree)
    python = str(empty / "bin" / "python")
    settings = ("--quiet", "--no-deps", "--require-hashes", "--requirement", "requirements.lock")
    output(str(tools / "pip"), "--python", python, "install", *settings, cwd=tree)
    settings = (
        "--pyproject",
        "pyproject.toml",
        "--output-reproducible",
        "--output-file",
        str(target),
    )
    output(str(tools / "cyclonedx-py"), "environment", *settings, python, cwd=tree)


def checksums(folder: Path) -> str:
    """What `sha256sum --check` reads."""
    files = sorted(path for path in folder.iterdir() if path.name != "SHA256SUMS")
    return "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files
    )


def make(root: Path, scratch: Path, version: str) -> Path:
    """Make everything, and give the folder where it is."""
    tree, out = export(root, scratch / "tree"), scratch / "dist"
    list_packages(tree, scratch / "sbom.json")
    build(tree, out)
    [wheel], [sdist] = out.glob("*.whl"), out.glob("*.tar.gz")
    settle(sdist, int(os.environ["SOURCE_DATE_EPOCH"]))
    if lost := missing(tree, wheel):
        sys.exit(
            f"release: {wheel.name} lacks {', '.join(lost)}: see package-data in pyproject.toml"
        )
    shutil.move(scratch / "sbom.json", out / f"rulesync-{version}.cdx.json")
    (out / "SHA256SUMS").write_text(checksums(out), encoding="utf-8")
    subprocess.run([str(root / "scripts" / "try-wheel"), str(wheel)], check=True)  # noqa: S603 - our script
    return out


def main() -> int:
    """Refuse, or build and say what was built."""
    root = Path.cwd()
    version = version_of(root)
    if refused := list(refusals(root, version)):
        sys.exit("\n".join(f"release: {why}" for why in refused))
    os.umask(0o022)
    os.environ.setdefault("PYTHON", sys.executable)
    os.environ["SOURCE_DATE_EPOCH"] = output("git", "log", "-1", "--format=%ct", cwd=root)
    with TemporaryDirectory() as scratch:
        made = make(root, Path(scratch), version)
        shutil.rmtree(root / "dist", ignore_errors=True)
        shutil.copytree(made, root / "dist")
    sys.stdout.write((root / "dist" / "SHA256SUMS").read_text("utf-8"))
    if date_of(root, version) == UNRELEASED:
        sys.stderr.write(f"release: a rehearsal, since CHANGELOG.md calls {version} {UNRELEASED}\n")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as error:
        sys.exit(f"release: nothing was released, since {error}")
