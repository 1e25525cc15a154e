"""Package managers, container registries, git: what builds and machines fetch all day."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from support.engine.ordinary.talk import Talk, request, response, tls, web

_DIGEST: Final = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_JAR: Final = b"PK\x03\x04\x14\x00\x08\x08\x08\x00" + b"META-INF/MANIFEST.MF" + bytes(200)
_GZIP: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + bytes(range(200))
_BINARY: Final = "application/octet-stream"
_JAVA: Final = "Java/17.0.9"

TALKS: Final[Mapping[str, Talk]] = MappingProxyType(
    {
        "apt-index": web(
            request(
                "deb.debian.org",
                "/debian/dists/bookworm/InRelease",
                "Debian APT-HTTP/1.3 (2.6.1)",
                headers={"Cache-Control": "max-age=0"},
            ),
            response(b"-----BEGIN PGP SIGNED MESSAGE-----\nOrigin: Debian\n", "text/plain"),
        ),
        "apt-package": web(
            request(
                "archive.ubuntu.com",
                "/ubuntu/pool/main/c/curl/curl_8.5.0-2ubuntu10.6_amd64.deb",
                "Debian APT-HTTP/1.3 (2.7.14) non-interactive",
            ),
            response(
                b"!<arch>\ndebian-binary   1700000000  0     0     100644  4         `\n2.0\n",
                "application/vnd.debian.binary-package",
            ),
        ),
        "yum-metadata": web(
            request(
                "mirror.stream.centos.org",
                "/9-stream/BaseOS/x86_64/os/repodata/repomd.xml",
                "libdnf (CentOS Stream 9; generic; Linux.x86_64)",
            ),
            response(b'<?xml version="1.0"?><repomd/>', "application/xml"),
        ),
        "yum-amazon-linux": tls(
            "al2023-repos-eu-west-1-de612dc2.s3.dualstack.eu-west-1.amazonaws.com"
        ),
        "apk-index": web(
            request(
                "dl-cdn.alpinelinux.org",
                "/alpine/v3.20/main/x86_64/APKINDEX.tar.gz",
                "libfetch/2.0",
            ),
            response(_GZIP, _BINARY),
        ),
        "pip-simple": web(
            request(
                "pypi.org",
                "/simple/requests/",
                'pip/24.0 {"ci":true,"cpu":"x86_64","implementation":{"name":"CPython"}}',
                headers={"Accept": "application/vnd.pypi.simple.v1+json"},
            ),
            response(b'{"name":"requests","files":[]}', "application/vnd.pypi.simple.v1+json"),
        ),
        "pip-wheel": web(
            request(
                "files.pythonhosted.org",
                f"/packages/9f/86/{_DIGEST[4:]}/requests-2.32.3-py3-none-any.whl",
                "pip/24.0",
            ),
            response(_JAR, _BINARY),
        ),
        "pip-tls": tls("files.pythonhosted.org"),
        "npm-metadata": web(
            request(
                "registry.npmjs.org",
                "/@babel%2fcore",
                "npm/10.5.0 node/v20.12.2 linux x64 workspaces/false",
                headers={"npm-command": "install", "Accept": "application/vnd.npm.install-v1+json"},
            ),
            response(b'{"name":"@babel/core","dist-tags":{"latest":"7.24.5"}}'),
        ),
        "npm-tarball": web(
            request(
                "registry.npmjs.org", "/lodash/-/lodash-4.17.21.tgz", "npm/10.5.0 node/v20.12.2"
            ),
            response(_GZIP, _BINARY),
        ),
        "npm-audit": web(
            request(
                "registry.npmjs.org",
                "/-/npm/v1/security/advisories/bulk",
                "npm/10.5.0",
                method="POST",
                headers={"Content-Type": "application/json"},
                body=b'{"lodash":["4.17.21"],"minimist":["1.2.8"]}',
            ),
            response(),
        ),
        "yarn-tls": tls("registry.yarnpkg.com"),
        "maven-pom": web(
            request(
                "repo.maven.apache.org",
                "/maven2/org/springframework/spring-core/6.1.6/spring-core-6.1.6.pom",
                "Apache-Maven/3.9.6 (Java 17.0.9; Linux 6.1.0)",
            ),
            response(b"<project><modelVersion>4.0.0</modelVersion></project>", "text/xml"),
        ),
        "maven-jar-by-java": web(
            request(
                "repo1.maven.org",
                "/maven2/com/google/guava/guava/33.1.0-jre/guava-33.1.0-jre.jar",
                _JAVA,
            ),
            response(_JAR, "application/java-archive"),
        ),
        "gradle-distribution": tls("services.gradle.org"),
        "java-fetches-by-digest": web(
            request("artifacts.intern.example", f"/{_DIGEST}", _JAVA), response(_JAR, _BINARY)
        ),
        "java-old-fetches-by-digest": web(
            request("artifacts.intern.example", f"/{_DIGEST}", "Java/1.8.0_392"),
            response(_JAR, _BINARY),
        ),
        "cargo-index": web(
            request("index.crates.io", "/se/rd/serde", "cargo/1.78.0 (54d8815d0 2024-03-26)"),
            response(b'{"name":"serde","vers":"1.0.201","deps":[]}', "text/plain"),
        ),
        "cargo-crate": web(
            request("static.crates.io", "/crates/serde/1.0.201/download", "cargo/1.78.0"),
            response(_GZIP, "application/gzip"),
        ),
        "go-proxy-list": web(
            request(
                "proxy.golang.org", "/github.com/aws/aws-sdk-go-v2/@v/list", "Go-http-client/1.1"
            ),
            response(b"v1.26.1\nv1.26.0\n", "text/plain"),
        ),
        "go-sumdb": tls("sum.golang.org"),
        "gem-index": web(
            request("rubygems.org", "/info/rails", "Ruby, RubyGems/3.5.9 x86_64-linux Ruby/3.3.1"),
            response(b"---\n7.1.3 actioncable:= 7.1.3\n", "text/plain"),
        ),
        "composer-metadata": web(
            request(
                "repo.packagist.org",
                "/p2/symfony/console.json",
                "Composer/2.7.4 (Linux; 6.1.0; PHP 8.3.6)",
            ),
            response(b'{"packages":{}}'),
        ),
        "nuget-index": web(
            request("api.nuget.org", "/v3/index.json", "NuGet Command Line/6.9.1 (Linux)"),
            response(b'{"version":"3.0.0","resources":[]}'),
        ),
        "helm-chart": web(
            request("charts.bitnami.com", "/bitnami/index.yaml", "Helm/3.14.4"),
            response(b"apiVersion: v1\nentries: {}\n", "text/yaml"),
        ),
        "terraform-registry": web(
            request(
                "registry.terraform.io", "/v1/providers/hashicorp/aws/versions", "Terraform/1.8.2"
            ),
            response(b'{"versions":[]}'),
        ),
    }
)
