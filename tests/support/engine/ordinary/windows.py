"""Windows: updates, scanners' updates, directory, file shares, remote desktops."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from support.engine.ordinary.talk import Talk, request, response, tls, web

_BITS: Final = "Microsoft BITS/7.8"
_DELIVERY: Final = "Microsoft-Delivery-Optimization/10.1"
_CAB: Final = b"MSCF\x00\x00\x00\x00" + bytes(120)
_ZERO_MINUTES: Final = b"<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body><SyncUpdates/></s:Body></s:Envelope>"

TALKS: Final[Mapping[str, Talk]] = MappingProxyType(
    {
        "update-sync": web(
            request(
                "fe2.update.microsoft.com",
                "/v6/ClientWebService/client.asmx",
                "Windows-Update-Agent/10.0.10011.16384 Client-Protocol/2.71",
                method="POST",
                headers={"Content-Type": "application/soap+xml"},
                body=_ZERO_MINUTES,
            ),
            response(b"<s:Envelope/>", "application/soap+xml", server="Microsoft-IIS/10.0"),
        ),
        "update-cab": web(
            request(
                "ctldl.windowsupdate.com",
                "/msdownload/update/v3/static/trustedr/en/authrootstl.cab",
                "Microsoft-CryptoAPI/10.0",
            ),
            response(_CAB, "application/vnd.ms-cab-compressed"),
        ),
        "update-download": web(
            request(
                "11.tlu.dl.delivery.mp.microsoft.com",
                "/filestreamingservice/files/9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d?P1=1767261600&P2=404",
                _DELIVERY,
                headers={"Range": "bytes=0-1048575"},
            ),
            response(_CAB, "application/octet-stream", "206 Partial Content"),
        ),
        "update-executable": web(
            request(
                "download.windowsupdate.com",
                "/d/msdownload/update/software/secu/2026/01/windows10.0-kb5034441-x64.exe",
                _BITS,
            ),
            response(b"MZ\x90\x00" + bytes(200), "application/octet-stream"),
        ),
        "update-tls": tls("slscr.update.microsoft.com"),
        "defender-definitions": tls("definitionupdates.microsoft.com"),
        "defender-cloud": tls("winatp-gw-weu.microsoft.com"),
        "clamav": web(
            request(
                "database.clamav.net",
                "/daily.cvd",
                "ClamAV/1.3.0 (OS: Linux, ARCH: x86_64, CPU: x86_64)",
            ),
            response(b"ClamAV-VDB:01 Jan 2026 10-00 +0000:27300", "application/octet-stream"),
        ),
        "mcafee": web(
            request("update.nai.com", "/products/commonupdater/catalog.z", "McAfee Agent"),
            response(_CAB, "application/octet-stream"),
        ),
        "sophos": tls("d1.sophosupd.com"),
        "crowdstrike": tls("ts01-b.cloudsink.net"),
        "chrome-update": web(
            request(
                "update.googleapis.com",
                "/service/update2/json",
                "Google Update/1.3.36.372;winhttp",
                method="POST",
                headers={"Content-Type": "application/json"},
                body=b'{"request":{"protocol":"3.1"}}',
            ),
            response(b")]}'\n{}"),
        ),
        "firefox-update": tls("aus5.mozilla.org"),
        "office-telemetry": tls("self.events.data.microsoft.com"),
        "connectivity-test": web(
            request("www.msftconnecttest.com", "/connecttest.txt", "Microsoft NCSI"),
            response(b"Microsoft Connect Test", "text/plain"),
        ),
        "wsus": web(
            request(
                "wsus.corp.example:8530",
                "/ClientWebService/client.asmx",
                "Windows-Update-Agent/10.0.10011.16384 Client-Protocol/2.71",
                method="POST",
                headers={"Content-Type": "text/xml"},
                body=_ZERO_MINUTES,
            ),
            response(b"<s:Envelope/>", "text/xml"),
            port=8530,
            inside=True,
        ),
        "teams": tls("teams.microsoft.com"),
    }
)
