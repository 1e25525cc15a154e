"""Monitoring, logs, clocks, remote shells, telephones, tunnels: what keeps a network going."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from scapy.asn1.asn1 import ASN1_OID
from scapy.layers.snmp import SNMP, SNMPget, SNMPvarbind

from support.engine.ordinary.talk import Talk, answer, request, response, tls, web


def _snmp(*oids: str, community: str = "m0nitor") -> bytes:
    asked = [SNMPvarbind(oid=ASN1_OID(oid)) for oid in oids]
    return bytes(SNMP(community=community, PDU=SNMPget(varbindlist=asked)))


def _datagrams(
    port: int, *said: bytes | tuple[str, bytes], inside: bool = True, inbound: bool = False
) -> Talk:
    return Talk(said, port, datagrams=True, inside=inside, inbound=inbound)


TALKS: Final[Mapping[str, Talk]] = MappingProxyType(
    {
        "snmp-interfaces": _datagrams(
            161, _snmp("1.3.6.1.2.1.2.2.1.10.1", "1.3.6.1.2.1.2.2.1.16.1")
        ),
        "snmp-system": _datagrams(
            161, _snmp("1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.3.0"), inside=False
        ),
        "prometheus-node-exporter": web(
            request(
                "10.30.1.9:9100",
                "/metrics",
                "Prometheus/2.51.2",
                headers={"X-Prometheus-Scrape-Timeout-Seconds": "10"},
            ),
            response(
                b"# HELP node_load1 1m load average.\nnode_load1 0.21\n",
                "text/plain; version=0.0.4",
            ),
            port=9100,
            inside=True,
        ),
        "prometheus-remote-write": web(
            request(
                "prometheus.vendor.example",
                "/api/v1/push",
                "Prometheus/2.51.2",
                method="POST",
                headers={"Content-Encoding": "snappy", "Content-Type": "application/x-protobuf"},
                body=bytes(range(120)),
            ),
            response(b"", status="204 No Content"),
        ),
        "grafana-query": web(
            request(
                "grafana.corp.example",
                "/api/ds/query",
                "Grafana/10.4.2",
                method="POST",
                headers={"Content-Type": "application/json"},
                body=b'{"queries":[{"expr":"up"}]}',
            ),
            response(b'{"results":{}}'),
            port=3000,
            inside=True,
        ),
        "nagios-http-check": web(
            request("www.vendor.example", "/", "check_http/v2.4.9 (nagios-plugins 2.4.9)"),
            response(b"ok", "text/html"),
        ),
        "zabbix-agent": Talk(
            (
                b"ZBXD\x01\x0b\x00\x00\x00\x00\x00\x00\x00agent.ping\n",
                answer(b"ZBXD\x01\x01\x00\x00\x00\x00\x00\x00\x001"),
            ),
            10050,
            inside=True,
        ),
        "statsd": _datagrams(8125, b"app.requests:1|c|#env:prod", b"app.latency:12|ms"),
        "syslog-udp": _datagrams(
            514,
            b"<34>Jan  1 10:00:00 web-1 sshd[4721]: Accepted publickey for ann "
            b"from 10.20.0.8 port 51022 ssh2",
        ),
        "syslog-failed-login": _datagrams(
            514,
            b"<38>Jan  1 10:00:01 web-1 sshd[4722]: Failed password for invalid "
            b"user admin from 203.0.113.9 port 40022 ssh2",
        ),
        "syslog-tls": tls("logs.vendor.example", 6514),
        "netflow": _datagrams(
            2055, struct.pack("!HHIIIIBBH", 5, 1, 1000, 1_767_261_600, 0, 1, 0, 0, 0) + bytes(48)
        ),
        "mqtt": Talk(
            (
                b"\x10\x13\x00\x04MQTT\x04\x02\x00\x3c\x00\x07sensor1",
                answer(b"\x20\x02\x00\x00"),
                b"\x30\x0c\x00\x06temp/121.5C",
            ),
            1883,
            inside=True,
        ),
        "jenkins": web(
            request(
                "jenkins.corp.example",
                "/job/app/build?delay=0sec",
                "python-requests/2.32.3",
                method="POST",
                body=b"json=%7B%7D",
            ),
            response(b"", status="201 Created", server="Jetty(10.0.20)"),
            port=8080,
            inside=True,
        ),
        "kubernetes-api": web(
            request(
                "10.30.0.1",
                "/api/v1/namespaces/default/pods?watch=true",
                "kubectl/v1.30.0 (linux/amd64) kubernetes/7c48c2b",
            ),
            response(b'{"kind":"PodList"}'),
            port=8001,
            inside=True,
        ),
        "consul": web(
            request("127.0.0.1:8500", "/v1/health/service/web?passing", "Consul/1.18.1"),
            response(b"[]"),
            port=8500,
            inside=True,
        ),
        "vault": web(
            request(
                "vault.corp.example:8200",
                "/v1/secret/data/app",
                "Go-http-client/1.1",
                headers={"X-Vault-Token": "hvs.example"},
            ),
            response(b'{"data":{}}'),
            port=8200,
            inside=True,
        ),
        "proxy-connect": Talk(
            (
                (
                    b"CONNECT www.example.com:443 HTTP/1.1\r\n"
                    b"Host: www.example.com:443\r\nUser-Agent: curl/8.5.0\r\n\r\n"
                ),
                answer(b"HTTP/1.1 200 Connection established\r\n\r\n"),
            ),
            3128,
            inside=True,
        ),
    }
)
