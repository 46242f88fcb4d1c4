"""Web servers for tests: a folder as hosts of all kinds hand it out, the bad ones among them."""

from __future__ import annotations

import gzip
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

WORDS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "Range",
    "Access-Control-Expose-Headers": "Content-Range, Content-Length",
}
"""Headers of a host as it should be."""


@dataclass
class Site:
    """A folder on the web.

    Parameters
    ----------
    folder : Path
    ranges : str
        ``yes``, ``no``, ``wrong`` (another piece) or ``short`` (fewer bytes).
    headers : dict of str to str
        Of every answer.
    server : str
        What the server calls itself.
    packs : str
        Names that match are sent packed; with `packs_ranges` pieces of them say so, too.
    answers : dict of str to (int, dict, bytes)
        What is answered in a file's place.
    slow : str
        Names that match have no answer; with `drip` a header that never ends.
    no_head, no_options : bool
        Whether these questions are refused.
    asked : list
        What was asked: method, name, headers.
    """

    folder: Path
    ranges: str = "yes"
    headers: dict[str, str] = field(default_factory=lambda: dict(WORDS))
    server: str = "test"
    packs: str = "$."
    packs_ranges: bool = False
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    slow: str = "$."
    no_head: bool = False
    no_options: bool = False
    drip: bool = False
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    site: Site
    stop: threading.Event

    def log_message(self, format: str, *args: object) -> None:
        pass

    def version_string(self) -> str:
        return self.site.server

    def do_GET(self) -> None:
        site, name = self.site, self.path.lstrip("/").partition("?")[0]
        site.asked.append((self.command, name, dict(self.headers)))
        if re.search(site.slow, name):
            self._wait()
            return
        if name in site.answers:
            status, headers, body = site.answers[name]
            self._send(status, headers, body)
            return
        path = site.folder / name
        if not path.is_file():
            self._send(404, {"Content-Type": "text/html"}, b"<html>no</html>")
            return
        self._file(name, path.read_bytes())

    do_HEAD = do_GET  # noqa: N815

    def do_OPTIONS(self) -> None:
        self.site.asked.append(("OPTIONS", self.path.lstrip("/"), dict(self.headers)))
        self._send(501 if self.site.no_options else 204, {}, b"")

    def _file(self, name: str, data: bytes) -> None:
        site = self.site
        wish = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        packed = re.search(site.packs, name)
        if self.command == "HEAD" and site.no_head:
            self._send(405, {}, b"")
        elif wish and site.ranges != "no":
            first, last = int(wish[1]), min(int(wish[2]), len(data) - 1)
            if first >= len(data):
                self._send(416, {"Content-Range": f"bytes */{len(data)}"}, b"")
                return
            part = data[first : last + 1]
            first += site.ranges == "wrong"
            said = {"Content-Range": f"bytes {first}-{last}/{len(data)}"}
            if packed and site.packs_ranges:
                said["Content-Encoding"] = "gzip"
            self._send(206, said, part[: 10 if site.ranges == "short" else None])
        elif packed:
            self._send(200, {"Content-Encoding": "gzip"}, gzip.compress(data))
        else:
            self._send(200, {}, data)

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {**self.site.headers, **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", headers.get("Content-Length", str(len(body))))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _wait(self) -> None:
        """Send nothing, or a header that never ends, byte by byte."""
        try:
            if self.site.drip:
                self.wfile.write(b"HTTP/1.0 200 OK\r\nX-Long: ")
            while not self.stop.wait(0.05):
                if self.site.drip:
                    self.wfile.write(b"x")
                    self.wfile.flush()
        except OSError:
            pass


@contextmanager
def hosted(site: Site) -> Iterator[str]:
    """Give the address of a site while it is there."""
    stop = threading.Event()
    handler = type("Handler", (_Handler,), {"site": site, "stop": stop})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            stop.set()
            server.shutdown()
            thread.join()
