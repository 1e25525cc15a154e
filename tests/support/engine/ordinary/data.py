"""Databases, queues and caches."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from support.engine.ordinary.talk import Talk, answer, request, response, tls, web


def _mysql(number: int, said: bytes) -> bytes:
    return struct.pack("<I", len(said))[:3] + bytes([number]) + said


def _postgres(kind: bytes, said: bytes) -> bytes:
    return kind + struct.pack("!I", len(said) + 4) + said


def _tds(kind: int, said: bytes) -> bytes:
    return struct.pack("!BBHHBB", kind, 1, len(said) + 8, 0, 1, 0) + said


_HELLO: Final = b"\x10hello\x00\x01\x00\x00\x00\x02$db\x00\x06\x00\x00\x00admin\x00"
_BSON: Final = struct.pack("<I", len(_HELLO) + 5) + _HELLO + b"\x00"

TALKS: Final[Mapping[str, Talk]] = MappingProxyType(
    {
        "mysql": Talk(
            (
                answer(
                    _mysql(
                        0, b"\x0a8.0.36\x00" + bytes(range(1, 40)) + b"mysql_native_password\x00"
                    )
                ),
                _mysql(
                    1, b"\x85\xa6\xff\x01\x00\x00\x00\x01\x21" + bytes(23) + b"app\x00\x00shop\x00"
                ),
                answer(_mysql(2, b"\x00\x00\x00\x02\x00\x00\x00")),
                _mysql(
                    0, b"\x03SELECT id, name FROM products WHERE price < 10 ORDER BY name LIMIT 20"
                ),
                answer(_mysql(1, b"\x02")),
                _mysql(0, b"\x03INSERT INTO log(user, action) VALUES ('ann', 'login')"),
                answer(_mysql(1, b"\x00\x01\x00\x02\x00\x00\x00")),
            ),
            3306,
            inside=True,
        ),
        "postgres": Talk(
            (
                _postgres(
                    b"", struct.pack("!I", 196_608) + b"user\x00app\x00database\x00shop\x00\x00"
                ),
                answer(_postgres(b"R", struct.pack("!I", 0)) + _postgres(b"Z", b"I")),
                _postgres(b"Q", b"SELECT version(), current_user, pg_sleep(0)\x00"),
                answer(_postgres(b"C", b"SELECT 1\x00") + _postgres(b"Z", b"I")),
                _postgres(b"X", b""),
            ),
            5432,
            inside=True,
        ),
        "postgres-rds-tls": tls("shop.abcdefghij.eu-west-1.rds.amazonaws.com", 5432),
        "mssql": Talk(
            (
                _tds(0x12, bytes(26)),
                answer(_tds(4, bytes(26))),
                _tds(1, "SELECT name FROM sys.databases; EXEC sp_who2".encode("utf-16-le")),
                answer(_tds(4, b"\xfd" + bytes(12))),
            ),
            1433,
            inside=True,
        ),
        "oracle": Talk(
            (
                b"\x00\x6a\x00\x00\x01\x00\x00\x00\x01\x3a\x01\x2c\x00\x00\x20\x00\x7f\xff\xc6\x0e\x00\x00\x01\x00\x00\x30\x00\x3a"
                + bytes(30)
                + b"(DESCRIPTION=(CONNECT_DATA=(SERVICE_NAME=shop)))",
                answer(b"\x00\x20\x00\x00\x02\x00\x00\x00" + bytes(24)),
            ),
            1521,
            inside=True,
        ),
        "redis": Talk(
            (
                b"*1\r\n$4\r\nPING\r\n",
                answer(b"+PONG\r\n"),
                b"*3\r\n$3\r\nSET\r\n$5\r\nsess1\r\n$3\r\nabc\r\n",
                answer(b"+OK\r\n"),
                b"*2\r\n$4\r\nINFO\r\n$6\r\nmemory\r\n",
                answer(b"$12\r\nused_memory:\r\n\r\n"),
            ),
            6379,
            inside=True,
        ),
        "memcached": Talk(
            (
                b"get session:42\r\n",
                answer(b"VALUE session:42 0 2\r\nok\r\nEND\r\n"),
                b"stats\r\n",
                answer(b"STAT pid 1\r\nEND\r\n"),
            ),
            11211,
            inside=True,
        ),
        "mongodb": Talk(
            (struct.pack("<IIIII", 21 + len(_BSON), 1, 0, 2013, 0) + b"\x00" + _BSON,),
            27017,
            inside=True,
        ),
        "elasticsearch": web(
            request(
                "search.corp.example:9200",
                "/logs-*/_search?size=10",
                "elasticsearch-py/8.13.0 (Python/3.12.3)",
                method="POST",
                headers={"Content-Type": "application/json"},
                body=b'{"query":{"match":{"message":"error"}}}',
            ),
            response(b'{"hits":{"total":{"value":0}}}'),
            port=9200,
            inside=True,
        ),
        "kafka": Talk((struct.pack("!IHHIH", 17, 18, 0, 1, 7) + b"console",), 9092, inside=True),
        "amqp": Talk(
            (
                b"AMQP\x00\x00\x09\x01",
                answer(b"\x01\x00\x00\x00\x00\x00\x0c\x00\x0a\x00\x0a\x00\x09\x00\x00\x00\x00\xce"),
            ),
            5672,
            inside=True,
        ),
        "cassandra": Talk(
            (
                b"\x04\x00\x00\x01\x05\x00\x00\x00\x00",
                answer(b"\x84\x00\x00\x01\x06\x00\x00\x00\x02\x00\x00"),
            ),
            9042,
            inside=True,
        ),
        "influx": web(
            request(
                "influx.corp.example:8086",
                "/api/v2/write?org=ops&bucket=m",
                "Telegraf/1.30.1 Go/1.22.1",
                method="POST",
                body=b"cpu,host=a usage=1.5 1767261600000000000",
            ),
            response(b"", status="204 No Content"),
            port=8086,
            inside=True,
        ),
        "clickhouse": web(
            request(
                "ch.corp.example:8123",
                "/?query=SELECT%201%20FORMAT%20JSON&database=shop",
                "clickhouse-jdbc/0.6.0",
            ),
            response(b'{"data":[{"1":1}]}'),
            port=8123,
            inside=True,
        ),
        "snowflake": tls("corp.eu-west-1.snowflakecomputing.com"),
        "mongodb-atlas": tls("cluster0-shard-00-00.ab1cd.mongodb.net", 27017),
    }
)
