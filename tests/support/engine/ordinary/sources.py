"""Container registries, git, and what is fetched by its digest."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from support.engine.ordinary.talk import Talk, answer, request, response, tls, web

_DIGEST: Final = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_GZIP: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + bytes(range(200))
_BINARY: Final = "application/octet-stream"


def _git(line: bytes) -> bytes:
    return f"{len(line) + 4:04x}".encode() + line


TALKS: Final[Mapping[str, Talk]] = MappingProxyType(
    {
        "bazel-cache-by-digest": web(
            request("cache.intern.example", f"/cas/{_DIGEST}", "bazel/7.1.1"),
            response(_GZIP, _BINARY),
            port=8080,
            inside=True,
        ),
        "docker-manifest": web(
            request(
                "registry-1.docker.io",
                "/v2/library/nginx/manifests/1.25",
                "docker/26.1.0 go/go1.21.9 git-commit/c8af8eb kernel/6.1.0 os/linux arch/amd64",
                headers={"Accept": "application/vnd.oci.image.index.v1+json"},
            ),
            response(b'{"schemaVersion":2}', "application/vnd.oci.image.index.v1+json"),
        ),
        "docker-blob": web(
            request(
                "registry.intern.example",
                f"/v2/team/app/blobs/sha256:{_DIGEST}",
                "containerd/v1.7.16",
            ),
            response(_GZIP, _BINARY),
            port=5000,
            inside=True,
        ),
        "docker-push-upload": web(
            request(
                "registry.intern.example",
                f"/v2/team/app/blobs/uploads/9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d?digest=sha256%3A{_DIGEST}",
                "containerd/v1.7.16",
                method="PUT",
                headers={"Content-Type": _BINARY},
                body=_GZIP,
            ),
            response(b"", status="201 Created"),
            port=5000,
            inside=True,
        ),
        "container-ecr": tls("111122223333.dkr.ecr.eu-west-1.amazonaws.com"),
        "container-ghcr": tls("ghcr.io"),
        "container-quay": tls("quay.io"),
        "git-http-refs": web(
            request(
                "github.com",
                "/torvalds/linux.git/info/refs?service=git-upload-pack",
                "git/2.45.0",
                headers={"Git-Protocol": "version=2", "Pragma": "no-cache"},
            ),
            response(
                _git(b"# service=git-upload-pack\n") + b"0000" + _git(b"version 2\n") + b"0000",
                "application/x-git-upload-pack-advertisement",
            ),
        ),
        "git-http-fetch": web(
            request(
                "gitlab.com",
                "/group/project.git/git-upload-pack",
                "git/2.45.0",
                method="POST",
                headers={"Content-Type": "application/x-git-upload-pack-request"},
                body=_git(b"command=fetch")
                + b"0001"
                + _git(b"want " + _DIGEST[:40].encode() + b"\n")
                + b"0000",
            ),
            response(
                _git(b"packfile\n") + _git(b"\x01PACK" + bytes(60)),
                "application/x-git-upload-pack-result",
            ),
        ),
        "git-ssh": Talk(
            (
                answer(b"SSH-2.0-babeld-9102804c\r\n"),
                b"SSH-2.0-OpenSSH_9.7\r\n",
            ),
            22,
        ),
        "git-daemon": Talk(
            (
                _git(b"git-upload-pack /project.git\x00host=git.kernel.org\x00"),
                answer(
                    _git(_DIGEST[:40].encode() + b" HEAD\x00multi_ack agent=git/2.45.0\n") + b"0000"
                ),
                b"0000",
            ),
            9418,
        ),
        "github-release": tls("objects.githubusercontent.com"),
        "github-actions": tls("pipelines.actions.githubusercontent.com"),
    }
)
