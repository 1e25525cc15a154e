"""Mail as it is sent and read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from support.engine.ordinary.talk import Said, Talk, answer, tls

_LETTER: Final = (
    b"From: Ann <ann@corp.example>\r\nTo: bob@vendor.example\r\nSubject: Invoice 4711\r\n"
    b"Date: Thu, 01 Jan 2026 10:00:00 +0000\r\nMessage-ID: <1@corp.example>\r\n"
    b"MIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n'
    b"Dear Bob, please find the invoice. See https://corp.example/i/4711\r\n--b\r\n"
    b'Content-Type: application/pdf; name="invoice.pdf"\r\nContent-Transfer-Encoding: base64\r\n'
    b'Content-Disposition: attachment; filename="invoice.pdf"\r\n\r\n'
    b"JVBERi0xLjcKMSAwIG9iago8PD4+\r\n"
    b"--b--\r\n.\r\n"
)
_SMTP: Final[tuple[Said, ...]] = (
    answer(b"220 mx.vendor.example ESMTP Postfix\r\n"),
    b"EHLO mail.corp.example\r\n",
    answer(b"250-mx.vendor.example\r\n250-SIZE 52428800\r\n250 8BITMIME\r\n"),
    b"MAIL FROM:<ann@corp.example>\r\n",
    answer(b"250 2.1.0 Ok\r\n"),
    b"RCPT TO:<bob@vendor.example>\r\n",
    answer(b"250 2.1.5 Ok\r\n"),
    b"DATA\r\n",
    answer(b"354 End data with <CR><LF>.<CR><LF>\r\n"),
    _LETTER,
    answer(b"250 2.0.0 Ok: queued as 4F1A2\r\n"),
    b"QUIT\r\n",
    answer(b"221 2.0.0 Bye\r\n"),
)

TALKS: Final[Mapping[str, Talk]] = MappingProxyType(
    {
        "smtp-out": Talk(_SMTP, 25),
        "smtp-in": Talk(_SMTP, 25, inbound=True),
        "smtp-starttls": Talk(
            (
                *_SMTP[:2],
                answer(b"250-mx.vendor.example\r\n250 STARTTLS\r\n"),
                b"STARTTLS\r\n",
                answer(b"220 2.0.0 Ready to start TLS\r\n"),
            ),
            587,
        ),
        "smtp-rejected": Talk(
            (
                *_SMTP[:4],
                answer(b"250 2.1.0 Ok\r\n"),
                b"RCPT TO:<nobody@vendor.example>\r\n",
                answer(b"550 5.1.1 User unknown\r\n"),
                b"QUIT\r\n",
                answer(b"221 Bye\r\n"),
            ),
            25,
        ),
        "smtps": tls("smtp.gmail.com", 465),
        "imap": Talk(
            (
                answer(b"* OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR] Dovecot ready.\r\n"),
                b"a1 LOGIN ann@corp.example S3cret\r\n",
                answer(b"a1 OK Logged in\r\n"),
                b"a2 SELECT INBOX\r\n",
                answer(b"* 3 EXISTS\r\n* 0 RECENT\r\na2 OK [READ-WRITE] Select completed.\r\n"),
                b"a3 FETCH 1:3 (FLAGS BODY.PEEK[HEADER.FIELDS (FROM SUBJECT)])\r\n",
                answer(
                    b"* 1 FETCH (FLAGS (\\Seen) BODY[HEADER.FIELDS (FROM SUBJECT)] {14}\r\n"
                    b"Subject: Hi\r\n\r\n)\r\na3 OK Done\r\n"
                ),
                b"a4 LOGOUT\r\n",
                answer(b"* BYE\r\na4 OK\r\n"),
            ),
            143,
        ),
        "imaps": tls("outlook.office365.com", 993),
        "pop3": Talk(
            (
                answer(b"+OK POP3 ready\r\n"),
                b"USER ann\r\n",
                answer(b"+OK\r\n"),
                b"PASS S3cret\r\n",
                answer(b"+OK Logged in.\r\n"),
                b"STAT\r\n",
                answer(b"+OK 1 320\r\n"),
                b"RETR 1\r\n",
                answer(b"+OK 320 octets\r\n" + _LETTER),
                b"QUIT\r\n",
                answer(b"+OK Bye\r\n"),
            ),
            110,
        ),
        "pop3s": tls("pop.gmx.net", 995),
        "sendgrid": tls("api.sendgrid.com"),
        "ses": tls("email-smtp.eu-west-1.amazonaws.com", 465),
    }
)
