"""The viewer's HTTP server: named files only, to this machine only.

There is no folder behind it: a table made at start says which URL is which file, and a request is
looked up in it as it stands, without decoding. So ``..``, encoded or not, leads nowhere.
"""

from __future__ import annotations

import re
import secrets
import socketserver
import sys
import time
from collections.abc import Iterable, Mapping
from email.message import Message
from hmac import compare_digest
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

from gtrack.core.errors import InputError
from gtrack.publish.viewer.byte_ranges import NotSatisfiableError, byte_range
from gtrack.publish.viewer.packing import Packs, is_packable, takes_gzip
from gtrack.publish.viewer.served import Entry, Opened, WithheldError, content_type

ADDRESS = "127.0.0.1"
"""Nothing outside this machine can connect; its other users can."""


def content_policy(hosts: Iterable[str] = ()) -> str:
    """Return the Content-Security-Policy of a page that may ask this server, and `hosts`."""
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            " ".join(["connect-src 'self' data: blob:", *hosts]),
            "worker-src 'self' blob:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ]
    )


POLICY = content_policy()
"""Of every answer, unless hosts are opened: a name that is markup can load and run nothing."""

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
# Any port: through an SSH tunnel it is another one. Other names are a foreign page's (rebinding).
_HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
_METHODS = ("GET", "HEAD")
_FIELD = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


class ViewServer(ThreadingHTTPServer):
    """Serve a table of files on the loopback address.

    Parameters
    ----------
    table : mapping of str to Entry
        By the path of the URL, exactly as a browser sends it.
    port : int
        0 for one that is free.
    token : str, optional
        A secret without which nothing is served.
    hosts : iterable of str
        What the page may ask beside this server, as ``https://host``.

    Raises
    ------
    InputError
        When the port cannot be had.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self,
        table: Mapping[str, Entry],
        port: int = 0,
        token: str | None = None,
        hosts: Iterable[str] = (),
    ) -> None:
        self.table, self.token, self.packs = dict(table), token, Packs()
        self.policy = content_policy(hosts)
        # Browsers keep cookies by host, not by port: two servers must not share a name.
        self.cookie = f"gtrack-{secrets.token_hex(4)}"
        try:
            super().__init__((ADDRESS, port), _Handler)
        except OSError as error:
            raise InputError(
                f"--port {port}: {error.strerror}; give another, or leave --port out to get a "
                "free one"
            ) from error

    def server_bind(self) -> None:
        """Bind, without HTTPServer's look-up of this machine's name, which can take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = ADDRESS, self.server_address[1]

    @property
    def url(self) -> str:
        """What to open."""
        query = "" if self.token is None else f"?token={self.token}"
        return f"http://{ADDRESS}:{self.server_port}/{query}"

    def get_request(self) -> tuple[Any, Any]:
        """Accept a connection; where no file is left for one, rest: select would call at once."""
        try:
            return super().get_request()
        except OSError:
            time.sleep(0.05)
            raise

    def pack_ahead(self, paths: Iterable[str]) -> Thread:
        """Pack texts in a thread of its own: a browser takes longer to start than igv.js to pack.

        Parameters
        ----------
        paths : iterable of str
            Of the table.
        """

        def pack() -> None:
            for path in paths:
                try:
                    opened = self.table[path].open()
                except OSError:  # it is said to those who ask for it
                    continue
                with opened.handle:
                    self.packs.packed(path, opened)

        thread = Thread(target=pack, daemon=True)
        thread.start()
        return thread

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that went away."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60  # seconds without a byte, in either direction
    disable_nagle_algorithm = True  # else headers and body are 40 ms apart
    server: ViewServer

    def version_string(self) -> str:
        return "gtrack"

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse what the standard library refuses (it would send HTML)."""
        self.close_connection = True
        self._refuse(code, message or HTTPStatus(code).phrase)

    def parse_request(self) -> bool:
        """Parse a request, and refuse those that no path makes good."""
        if not super().parse_request():
            return False
        if "Content-Length" in self.headers or "Transfer-Encoding" in self.headers:
            self.close_connection = True  # a body, which nobody reads
        hosts = self.headers.get_all("Host", [])
        if self.headers.defects or not all(map(_FIELD.fullmatch, self.headers)):
            self.close_connection = True  # "Content-Length : 9" hides a body from the parser
            self._refuse(400, "a header is malformed")
        elif self.command not in _METHODS:
            self._refuse(405, "only GET and HEAD", {"Allow": ", ".join(_METHODS)})
        elif len(hosts) != 1:
            self._refuse(400, "one Host header is needed")
        elif not _HOST.fullmatch(hosts[0].strip(" \t")):
            self._refuse(403, "this server answers to 127.0.0.1 and localhost only")
        else:
            return True
        return False

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        given = parse_qs(query).get("token", [""])[0]
        if not self._may_enter(given):
            self._refuse(403, "a token is needed: open the URL that gtrack view printed")
        elif path not in self.server.table:
            self._refuse(404, "no file of this viewer")
        elif self.server.token is not None and given:
            cookie = f"{self.server.cookie}={given}; Path=/; HttpOnly; SameSite=Strict"
            self._refuse(303, "come in", {"Location": path, "Set-Cookie": cookie})
        else:
            self._serve(path)

    do_HEAD = do_GET  # noqa: N815

    def _may_enter(self, given: str) -> bool:
        """Whether the secret is in the URL or in the cookie, or none is wanted."""
        token = self.server.token
        if token is None:
            return True
        cookies = ";".join(self.headers.get_all("Cookie", [])).split(";")
        named = (cookie.strip().partition("=") for cookie in cookies)
        values = [given, *(value for name, _, value in named if name == self.server.cookie)]
        return any([compare_digest(value.encode(), token.encode()) for value in values])

    def _serve(self, path: str) -> None:
        try:
            opened = self.server.table[path].open()
        except OSError as error:
            gone = isinstance(error, WithheldError)
            self._refuse(410 if gone else 404, f"{path[1:]}: {error.strerror}")
            return
        with opened.handle:
            opened, coding = self._packed(path, opened)
            try:
                status, start, end = _answer(self.headers, self.command, opened)
            except NotSatisfiableError:
                size = {"Content-Range": f"bytes */{opened.size}", "ETag": opened.tag}
                self._refuse(416, f"{path[1:]} has {opened.size} bytes", size)
                return
            headers = {"ETag": opened.tag, **coding}
            if status != HTTPStatus.NOT_MODIFIED:
                headers |= {"Content-Type": content_type(path), "Accept-Ranges": "bytes"}
                headers["Content-Length"] = str(end - start)
            if status == HTTPStatus.PARTIAL_CONTENT:
                headers["Content-Range"] = f"bytes {start}-{end - 1}/{opened.size}"
            self._begin(status, headers)
            if start < end and self.command == "GET" and status != HTTPStatus.NOT_MODIFIED:
                sent = self.connection.sendfile(opened.handle, start, end - start)
                if sent < end - start:  # the file was cut: all that is left is to hang up
                    self.close_connection = True

    def _packed(self, path: str, opened: Opened) -> tuple[Opened, dict[str, str]]:
        """Choose between a text as it is and as gzip; ranges are of the text as it is."""
        if not is_packable(path):
            return opened, {}
        coding = {"Vary": "Accept-Encoding"}
        wanted = takes_gzip(",".join(self.headers.get_all("Accept-Encoding", [])))
        packed = None
        if wanted and "Range" not in self.headers:
            packed = self.server.packs.packed(path, opened)
        if packed is None:
            return opened, coding
        return packed, {**coding, "Content-Encoding": "gzip"}

    def _refuse(self, status: int, why: str, headers: Mapping[str, str] | None = None) -> None:
        body = f"{why}\n".encode(errors="replace")
        plain = {"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(body))}
        self._begin(status, plain | dict(headers or {}))
        if self.command != "HEAD":
            self.wfile.write(body)

    def _begin(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        policy = {"Content-Security-Policy": self.server.policy}
        for name, value in (policy | _HEADERS | dict(headers)).items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()


def _answer(headers: Message, method: str, opened: Opened) -> tuple[int, int, int]:
    """Return the status and the stretch to send, by RFC 9110, section 13.2.2.

    `If-Range` holds for an entity tag only: no date is ever sent that a client could give back.
    """
    known = headers.get("If-None-Match", "")
    tags = [tag.strip(" \t").removeprefix("W/") for tag in known.split(",")]
    if opened.tag in tags or tags == ["*"]:
        return HTTPStatus.NOT_MODIFIED, 0, opened.size
    asked = headers.get_all("Range", [])
    fresh = headers.get("If-Range", opened.tag).strip(" \t") == opened.tag
    if method == "GET" and len(asked) == 1 and fresh:
        span = byte_range(asked[0], opened.size)
        if span is not None:
            return HTTPStatus.PARTIAL_CONTENT, *span
    return HTTPStatus.OK, 0, opened.size
