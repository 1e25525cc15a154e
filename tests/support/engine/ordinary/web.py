"""Browsers, interfaces of programs, visitors of our own sites."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from support.engine.ordinary.talk import Talk, answer, request, response, tls, web

_CHROME: Final = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/124.0.0.0 Safari/537.36"
)
_FIREFOX: Final = "Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0"
_SAFARI: Final = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/17.4 Mobile/15E148 Safari/604.1"
)
_PAGE: Final = (
    b"<!DOCTYPE html><html><head><title>Order</title><script src='/static/app.js'></script></head>"
    b"<body><form method='post' action='/login'><input name='username'><input type='password' "
    b"name='password'></form></body></html>"
)
_SCRIPT: Final = (
    b"(function(){var d=document;d.getElementById('x').textContent=decodeURIComponent('a%20b')})();"
)
_PNG: Final = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(120)
_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}

TALKS: Final[Mapping[str, Talk]] = MappingProxyType(
    {
        "browser-page": web(
            request(
                "example.com",
                "/",
                _CHROME,
                headers={
                    "Accept": "text/html",
                    "Accept-Language": "en-GB,en;q=0.9",
                    "Accept-Encoding": "gzip, deflate",
                },
            ),
            response(_PAGE, "text/html; charset=utf-8"),
            request(
                "example.com", "/static/app.js", _CHROME, headers={"Referer": "http://example.com/"}
            ),
            response(_SCRIPT, "application/javascript"),
            request(
                "example.com",
                "/static/logo.png",
                _CHROME,
                headers={"Referer": "http://example.com/"},
            ),
            response(_PNG, "image/png"),
        ),
        "browser-search": web(
            request(
                "www.bing.com", "/search?q=select+from+where+union+of+sets&form=QBLH", _FIREFOX
            ),
            response(_PAGE, "text/html"),
        ),
        "browser-login": web(
            request(
                "portal.vendor.example",
                "/login",
                _CHROME,
                method="POST",
                headers=_FORM,
                body=b"username=alice%40corp.example&password=S3cret%21&next=%2Fhome",
            ),
            response(b"", status="302 Found"),
        ),
        "browser-phone": web(
            request("m.wikipedia.org", "/wiki/Suricata", _SAFARI), response(_PAGE, "text/html")
        ),
        "browser-tls-search": tls("www.google.com"),
        "browser-tls-video": tls("www.youtube.com"),
        "browser-tls-cdn": tls("cdnjs.cloudflare.com"),
        "browser-tls-fonts": tls("fonts.gstatic.com"),
        "browser-tls-shop": tls("www.boutique.shop"),
        "browser-tls-long-name": tls(
            "a-very-long-name-of-a-tenant-that-somebody-has-chosen.eu-central-1.apps.platform.example.io"
        ),
        "browser-captive-check": web(
            request("detectportal.firefox.com", "/success.txt?ipv4", _FIREFOX),
            response(b"success\n", "text/plain"),
        ),
        "browser-websocket": web(
            request(
                "chat.vendor.example",
                "/socket",
                _CHROME,
                headers={
                    "Connection": "Upgrade",
                    "Upgrade": "websocket",
                    "Sec-WebSocket-Version": "13",
                    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
                },
            ),
            answer(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
            ),
            b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58",
            answer(b"\x81\x05Hello"),
        ),
        "browser-download-pdf": web(
            request("www.vendor.example", "/docs/manual.pdf", _CHROME),
            response(b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n", "application/pdf"),
        ),
        "browser-download-installer": web(
            request("download.vendor.example", "/setup-4.2.1.exe", _CHROME),
            response(
                b"MZ\x90\x00" + bytes(60) + b"PE\x00\x00" + bytes(200), "application/x-msdownload"
            ),
        ),
        "certificate-ocsp": web(
            request(
                "ocsp.digicert.com",
                "/",
                _FIREFOX,
                method="POST",
                headers={"Content-Type": "application/ocsp-request"},
                body=b"0Q0O0M0K0I0\t\x06\x05+\x0e\x03\x02\x1a" + bytes(60),
            ),
            response(b"0\x82\x01\xd3\n\x01\x00" + bytes(100), "application/ocsp-response"),
        ),
        "certificate-crl": web(
            request("crl3.digicert.com", "/DigiCertGlobalRootG2.crl", "Microsoft-CryptoAPI/10.0"),
            response(b"0\x82\x02\x65" + bytes(200), "application/pkix-crl"),
        ),
        "api-curl": web(request("api.vendor.example", "/v1/status", "curl/8.5.0"), response()),
        "api-wget": web(
            request("www.gnu.org", "/licenses/gpl-3.0.txt", "Wget/1.21.4"),
            response(b"GNU GENERAL PUBLIC LICENSE", "text/plain"),
        ),
        "api-python": web(
            request("api.vendor.example", "/v1/items?page=2", "python-requests/2.32.3"),
            response(b'{"items":[1,2,3]}'),
        ),
        "api-powershell": web(
            request(
                "api.vendor.example",
                "/v1/items",
                "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-GB) WindowsPowerShell/5.1.20348.2400",
            ),
            response(),
        ),
        "api-soap": web(
            request(
                "erp.vendor.example",
                "/services/Stock",
                "Apache CXF 4.0.4",
                method="POST",
                headers={"Content-Type": "text/xml", "SOAPAction": '"urn:getStock"'},
                body=b"<soap:Envelope xmlns:soap='http://schemas.xmlsoap.org/soap/envelope/'><soap:Body/></soap:Envelope>",
            ),
            response(b"<soap:Envelope/>", "text/xml"),
        ),
        "api-base64-image": web(
            request("cdn.vendor.example", "/data/icons.json", _CHROME),
            response(
                b'{"icon":"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ"}'
            ),
        ),
        "api-slack": tls("hooks.slack.com"),
        "api-telegram": tls("api.telegram.org"),
        "api-stripe": tls("api.stripe.com"),
        "api-openai": tls("api.openai.com"),
        "api-pastebin": tls("pastebin.com"),
    }
)
