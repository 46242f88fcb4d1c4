"""A server on files of a temporary folder, and a client that sends bytes as they are."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from gtrack.publish.viewer.served import Entry, ServedFile
from gtrack.publish.viewer.server import ViewServer


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes


class Client:
    """One server under test."""

    def __init__(self, server: ViewServer) -> None:
        self.server, self.port = server, server.server_port

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def ask(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """Ask once; `headers` by name with _ for -."""
        link = self.connect()
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            link.request(method, path, headers=named)
            answer = link.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            link.close()

    def send(self, data: bytes) -> bytes:
        """Send bytes and return all that comes back until the server hangs up."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=120) as link:
            link.sendall(data)
            link.shutdown(socket.SHUT_WR)
            got = b""
            try:
                while chunk := link.recv(65536):
                    got += chunk
            except ConnectionResetError:  # it hung up before it had read all
                pass
            return got


@contextmanager
def running(server: ViewServer) -> Iterator[Client]:
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield Client(server)
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="session")
def serving() -> Callable[..., object]:
    """Return the context manager that runs a server: one that is given, or one of a table."""

    def serve(what: ViewServer | Mapping[str, Entry], token: str | None = None) -> object:
        return running(what if isinstance(what, ViewServer) else ViewServer(what, token=token))

    return serve


@pytest.fixture(scope="module")
def content() -> bytes:
    return bytes(range(256)) * 40 + b"the end"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> Path:
    folder = tmp_path_factory.mktemp("served")
    inside = folder / "scan"
    inside.mkdir()
    (folder / "secret").write_text("root:x:0:0")
    (inside / "a.bw").write_bytes(content)
    (inside / "empty.bed").touch()
    (inside / "page.html").write_text("<p>")
    (inside / "unnamed").write_text("not in the table")
    return inside


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[Client]:
    names = ("a.bw", "empty.bed", "page.html", "gone.bb")
    table = {f"/{name}": ServedFile(folder / name, folder.resolve()) for name in names}
    with running(ViewServer(table)) as client:
        yield client
