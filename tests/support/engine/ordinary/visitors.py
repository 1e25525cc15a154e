"""Those who visit sites and interfaces of our own."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from support.engine.ordinary.talk import Talk, request, response, tls, web

_CHROME: Final = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/124.0.0.0 Safari/537.36"
)
_FIREFOX: Final = "Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0"
_PAGE: Final = (
    b"<!DOCTYPE html><html><head><title>Order</title><script src='/static/app.js'></script></head>"
    b"<body><form method='post' action='/login'><input name='username'><input type='password' "
    b"name='password'></form></body></html>"
)
_PNG: Final = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(120)
_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}
_JSON: Final = {"Content-Type": "application/json"}

TALKS: Final[Mapping[str, Talk]] = MappingProxyType(
    {
        "page": web(
            request("www.corp.example", "/products?id=42&sort=price&order=desc", _CHROME),
            response(_PAGE, "text/html"),
            inbound=True,
        ),
        "order": web(
            request(
                "www.corp.example",
                "/api/orders",
                _CHROME,
                method="POST",
                headers=_JSON,
                body=b'{"items":[{"sku":"A-1","count":2}],"note":"please don\'t ring; leave it"}',
            ),
            response(status="201 Created"),
            inbound=True,
        ),
        "upload": web(
            request(
                "www.corp.example",
                "/upload",
                _CHROME,
                method="POST",
                headers={"Content-Type": "multipart/form-data; boundary=xyz"},
                body=b"--xyz\r\n"
                b'Content-Disposition: form-data; name="file"; filename="photo.png"\r\n'
                b"Content-Type: image/png\r\n\r\n" + _PNG + b"\r\n--xyz--\r\n",
            ),
            response(),
            inbound=True,
        ),
        "editor-of-a-blog": web(
            request(
                "blog.corp.example",
                "/wp-login.php",
                _CHROME,
                method="POST",
                headers=_FORM,
                body=b"log=editor&pwd=S3cret&wp-submit=Log+In",
            ),
            response(b"", status="302 Found"),
            request(
                "blog.corp.example",
                "/wp-admin/admin-ajax.php",
                _CHROME,
                method="POST",
                headers=_FORM,
                body=b"action=heartbeat&_nonce=4f1a2b3c4d",
            ),
            response(),
            inbound=True,
        ),
        "robot": web(
            request(
                "www.corp.example",
                "/robots.txt",
                "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            ),
            response(b"User-agent: *\nDisallow:\n", "text/plain"),
            inbound=True,
        ),
        "graphql": web(
            request(
                "api.corp.example",
                "/graphql",
                "okhttp/4.12.0",
                method="POST",
                headers=_JSON,
                body=b'{"query":"{ me { id name } }"}',
            ),
            response(b'{"data":{"me":{"id":1,"name":"Ann"}}}'),
            inbound=True,
        ),
        "tls": tls("www.corp.example", inbound=True),
        "spring-form": web(
            request(
                "app.corp.example",
                "/owners/new",
                _FIREFOX,
                method="POST",
                headers=_FORM,
                body=b"firstName=Ann&class.name=7B&pattern=dots&suffix=Jr",
            ),
            response(b"", status="302 Found"),
            inbound=True,
        ),
        "metabase-settings": web(
            request("metabase.corp.example", "/api/session/properties", _CHROME),
            response(
                b'{"site-name":"Metabase","setup-token":"9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d"}'
            ),
            inbound=True,
        ),
        "moveit-guest": web(
            request(
                "files.corp.example",
                "/guestaccess.aspx",
                _CHROME,
                method="POST",
                headers=_FORM,
                body=b"Arg01=Send&Arg06=123&Arg12=signon",
            ),
            response(_PAGE, "text/html"),
            inbound=True,
        ),
        "confluence": web(
            request("wiki.corp.example", "/rest/api/content?title=Setup&expand=body.view", _CHROME),
            response(b'{"results":[]}', server="Apache-Coyote/1.1"),
            inbound=True,
        ),
        "globalprotect": web(
            request(
                "vpn.corp.example",
                "/global-protect/prelogin.esp?tmp=tmp&clientVer=4100",
                "PAN GlobalProtect/6.2.2-259",
            ),
            response(
                b"<prelogin-response><status>Success</status></prelogin-response>",
                "application/xml",
            ),
            inbound=True,
        ),
        "screenconnect": web(
            request("support.corp.example", "/Login?Reason=0", _CHROME),
            response(_PAGE, "text/html", server="ScreenConnect/23.9.10.8817"),
            inbound=True,
        ),
        "api-webhook": web(
            request(
                "hooks.corp.example",
                "/hooks/github",
                "GitHub-Hookshot/044aadd",
                method="POST",
                headers={**_JSON, "X-GitHub-Event": "push"},
                body=b'{"ref":"refs/heads/main","commits":[]}',
            ),
            response(),
            inbound=True,
        ),
    }
)
