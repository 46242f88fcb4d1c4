"""The viewer's server, over real sockets: what it hands out, what it refuses, what it survives."""

from __future__ import annotations

import gzip
import http.client
import os
import random
import socket
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtrack.core.errors import InputError
from gtrack.publish.viewer import packing
from gtrack.publish.viewer import server as module
from gtrack.publish.viewer.byte_ranges import NotSatisfiableError, byte_range
from gtrack.publish.viewer.served import ServedFile, ServedText
from gtrack.publish.viewer.server import POLICY, ViewServer


def test_a_whole_file(client, content: bytes) -> None:
    answer = client.ask("/a.bw")
    assert (answer.status, answer.body) == (200, content)
    assert answer.headers["Content-Length"] == str(len(content))
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["ETag"].startswith('"')
    assert "Python" not in answer.headers["Server"]


@pytest.mark.parametrize("path", ["/a.bw", "/empty.bed", "/page.html", "/gone.bb", "/nothing"])
def test_head_is_get_without_its_body(client, path: str) -> None:
    get, head = client.ask(path), client.ask(path, "HEAD")
    assert head.body == b""
    assert head.status == get.status
    assert {**head.headers, "Date": ""} == {**get.headers, "Date": ""}


@pytest.mark.parametrize(
    ("method", "path", "host"),
    [
        ("GET", "/page.html", "localhost"),
        ("GET", "/nothing", "localhost"),
        ("GET", "/a.bw", "evil.example"),
        ("DELETE", "/a.bw", "localhost"),
    ],
)
def test_every_answer_has_the_policy(client, method: str, path: str, host: str) -> None:
    headers = client.ask(path, method, Host=host).headers
    assert headers["Content-Security-Policy"] == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_types_by_ending(client) -> None:
    assert client.ask("/empty.bed").headers["Content-Type"] == "text/plain; charset=utf-8"
    assert client.ask("/page.html").headers["Content-Type"] == "text/html; charset=utf-8"


# --- ranges -------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.tuples(st.integers(0, 11_000), st.integers(0, 11_000)).map("bytes={0[0]}-{0[1]}".format),
        st.integers(0, 11_000).map("bytes={}-".format),
        st.integers(0, 11_000).map("bytes=-{}".format),
        st.text(st.sampled_from("bytes=0123456789-, é\t"), min_size=1).map(str.strip),
    )
)
def test_any_range_header(client, content: bytes, header: str) -> None:
    answer = client.ask("/a.bw", Range=header)
    try:
        span = byte_range(header, len(content))
    except NotSatisfiableError:
        assert answer.status == 416
        assert answer.headers["Content-Range"] == f"bytes */{len(content)}"
        return
    if span is None:
        assert (answer.status, answer.body) == (200, content)
        assert "Content-Range" not in answer.headers
    else:
        start, end = span
        assert (answer.status, answer.body) == (206, content[start:end])
        assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(content)}"


def test_ranges_of_nothing(client) -> None:
    assert client.ask("/empty.bed", Range="bytes=-5").status == 200
    assert client.ask("/empty.bed", Range="bytes=0-").status == 416


def test_a_range_is_for_get_and_is_one(client, content: bytes) -> None:
    assert client.ask("/a.bw", "HEAD", Range="bytes=0-9").status == 200
    twice = b"GET /a.bw HTTP/1.1\r\nHost: localhost\r\nRange: bytes=0-1\r\nRange: bytes=4-5\r\n\r\n"
    assert client.send(twice).startswith(b"HTTP/1.1 200 ")
    answer = client.ask("/a.bw", Range="bytes=0-1,4-5")
    assert (answer.status, answer.body) == (200, content)


def test_if_range(client) -> None:
    tag = client.ask("/a.bw").headers["ETag"]

    def status(given: str) -> int:
        return client.ask("/a.bw", Range="bytes=0-9", If_Range=given).status

    assert status(tag) == 206
    assert status('"other"') == 200
    assert status(f"W/{tag}") == 200, "a weak tag does not do"
    assert status("Mon, 23 Nov 2026 00:00:00 GMT") == 200
    assert client.ask("/a.bw", Range="bytes=999999-", If_Range='"other"').status == 200


def test_if_none_match(client) -> None:
    tag = client.ask("/a.bw").headers["ETag"]
    for known in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        for method in ("GET", "HEAD"):
            answer = client.ask("/a.bw", method, If_None_Match=known, Range="bytes=0-1")
            assert (answer.status, answer.body) == (304, b"")
            assert answer.headers["ETag"] == tag
            assert "Content-Length" not in answer.headers
    assert client.ask("/a.bw", If_None_Match='"other"').status == 200
    assert client.ask("/a.bw", If_None_Match=tag.strip('"')).status == 200


def test_bytes_beyond_4_gb(tmp_path: Path, serving) -> None:
    path, far = tmp_path / "large.fa", 5 * 2**30
    with path.open("wb") as file:
        file.seek(far)
        file.write(b"ACGT")
    with serving({"/large.fa": ServedFile(path)}) as client:
        answer = client.ask("/large.fa", Range=f"bytes={far - 1}-{far + 2}")
        assert (answer.status, answer.body) == (206, b"\0ACG")
        assert client.ask("/large.fa", Range="bytes=-2").body == b"GT"
        assert client.ask("/large.fa", "HEAD").headers["Content-Length"] == str(far + 4)


def test_memory_does_not_grow_with_the_file(tmp_path: Path, serving) -> None:
    path, size = tmp_path / "large.bw", 300 * 2**20
    with path.open("wb") as file:
        file.truncate(size)
    with serving({"/large.bw": ServedFile(path)}) as client:
        link = client.connect()
        link.request("GET", "/large.bw")
        answer, buffer, got = link.getresponse(), bytearray(2**20), 0
        tracemalloc.start()
        while count := answer.readinto(buffer):
            got += count
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        link.close()
    assert got == size
    assert peak < 2**20


# --- files that change --------------------------------------------------------------------------


def test_a_file_that_is_replaced_has_another_tag(tmp_path: Path, serving) -> None:
    path = tmp_path / "a.bed"
    path.write_text("chr1\t1\t2\n")
    with serving({"/a.bed": ServedFile(path)}) as client:
        first = client.ask("/a.bed")
        (tmp_path / "new").write_text("chr1\t3\t4\n")
        os.utime(tmp_path / "new", ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
        (tmp_path / "new").replace(path)
        second = client.ask("/a.bed", Range="bytes=0-3", If_Range=first.headers["ETag"])
        assert (second.status, second.body) == (200, b"chr1\t3\t4\n")
        path.unlink()
        assert client.ask("/a.bed").status == 404
        path.write_text("back\n")
        assert client.ask("/a.bed").body == b"back\n"


def test_a_file_that_is_rewritten_has_another_tag(tmp_path: Path) -> None:
    path = tmp_path / "a.bed"
    tags = set()
    for text in ("ab", "cd"):  # the same inode, length and time of change
        path.write_text(text)
        os.utime(path, ns=(10**18, 10**18))
        opened = ServedFile(path).open()
        opened.handle.close()
        tags.add(opened.tag)
        time.sleep(0.05)
    assert len(tags) == 2


def test_a_file_that_shrinks_meanwhile(tmp_path: Path, serving, capfd) -> None:
    path = tmp_path / "a.bw"
    with path.open("wb") as file:
        file.truncate(200 * 2**20)
    with serving({"/a.bw": ServedFile(path)}) as client:
        link = client.connect()
        link.request("GET", "/a.bw")
        answer = link.getresponse()
        answer.read(1000)
        os.truncate(path, 1000)
        with pytest.raises(http.client.IncompleteRead):
            answer.read()
        link.close()
        assert client.ask("/a.bw").headers["Content-Length"] == "1000"
    assert capfd.readouterr().err == ""


# --- what is refused ----------------------------------------------------------------------------

OUT = [
    "/../secret", "/%2e%2e/secret", "/%252e%252e/secret", "/..%2fsecret", "/..%5csecret",
    "/..\\secret", "/a.bw/../../secret", "/./a.bw", "//secret", "/%2Fetc/passwd", "/etc/passwd",
    "/../../../../../../etc/passwd", "file:///etc/passwd", "/unnamed", "/a.bw/", "/A.BW", "/",
    "/a%2ebw", "/a.bw%00", "/a.bw%00.html", "/.", "/..", "/%c0%ae%c0%ae/secret", "*", "a.bw",
    "http://127.0.0.1/../secret", "/%", "/%zz", "/\x01", "/" + "a/../" * 500 + "secret",
]  # fmt: skip


@pytest.mark.parametrize("path", OUT)
def test_nothing_else_is_served(client, path: str) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    got = client.send(request.encode("latin-1"))
    assert got.startswith(b"HTTP/1.1 404 "), got[:80]
    assert b"root:" not in got
    assert b"not in the table" not in got


@given(st.text(st.characters(codec="latin-1", exclude_characters="\r\n ")))
@settings(max_examples=200, deadline=None)
def test_no_path_but_the_named(client, path: str) -> None:
    named = path.lstrip("/").split("?")[0] in ("a.bw", "empty.bed", "page.html")
    got = client.send(f"GET /{path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode("latin-1"))
    assert named or not got.startswith(b"HTTP/1.1 2"), got[:80]


def test_a_query_changes_nothing(client, content: bytes) -> None:
    assert client.ask("/a.bw?someRandomSeed=0.1&x=../secret").body == content


def test_links_stay_inside(tmp_path: Path, serving) -> None:
    inside = tmp_path / "scan"
    (inside / "hub").mkdir(parents=True)
    (tmp_path / "secret").write_text("secret")
    (inside / "a.bw").write_text("data")
    (inside / "hub" / "a.bw").symlink_to("../a.bw")
    (inside / "out.bw").symlink_to("../secret")
    (inside / "loop.bw").symlink_to("loop.bw")
    (inside / "later.bw").write_text("fine")
    (inside / "folder.bw").mkdir()
    os.mkfifo(inside / "pipe.bw")
    names = ("hub/a.bw", "out.bw", "loop.bw", "later.bw", "folder.bw", "pipe.bw", "folder.bw/../x")
    root = inside.resolve()
    with serving({f"/{name}": ServedFile(inside / name, root) for name in names}) as client:
        assert client.ask("/hub/a.bw").body == b"data"
        assert client.ask("/later.bw").body == b"fine"
        (inside / "later.bw").unlink()
        (inside / "later.bw").symlink_to(tmp_path / "secret")
        for name in names[1:]:
            answer = client.ask(f"/{name}")
            assert answer.status == 404
            assert b"secret" not in answer.body
        assert client.ask("/out.bw").body == b"out.bw: it is a link that leads out of the folder\n"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get", "FOO"])
def test_other_methods(client, method: str) -> None:
    answer = client.ask("/a.bw", method)
    assert answer.status == 405
    assert answer.headers["Allow"] == "GET, HEAD"


def test_a_body_is_not_the_next_request(client) -> None:
    inner = b"GET /page.html HTTP/1.1\r\nHost: localhost\r\n\r\n"
    head = f"POST /a.bw HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(inner)}\r\n\r\n"
    got = client.send(head.encode() + inner)
    assert got.startswith(b"HTTP/1.1 405 ")
    assert got.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize(
    "header",
    [
        "Content-Length : {}", "Content-Length\t: {}", "Transfer-Encoding : chunked", " Host: evil",
        "no colon", "\x0b", "Content-Length\xa0: {}", ": {}",
    ],
    ids=repr,
)  # fmt: skip
def test_a_malformed_header_hides_no_body(client, header: str) -> None:
    """What a proxy before the server may take for a body is never the next request."""
    inner = b"GET /page.html HTTP/1.1\r\nHost: localhost\r\n\r\n"
    head = f"GET /a.bw HTTP/1.1\r\n{header.format(len(inner))}\r\nHost: localhost\r\n\r\n"
    got = client.send(head.encode("latin-1") + inner)
    assert got.startswith(b"HTTP/1.1 400 ")
    assert got.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200), ("127.0.0.1:8000", 200), ("localhost", 200), ("LocalHost:1", 200),
        ("[::1]:65535", 200), ("evil.example", 403), ("127.0.0.1.evil.example", 403),
        ("localhost.evil.example:80", 403), ("localhost@evil.example", 403), ("", 403),
        ("127.0.0.2", 403), ("localhost:", 403), ("localhost:80:80", 403), ("0.0.0.0", 403),
        ("localhost, evil.example", 403), ("[::1", 403), ("localhost:\xb2", 403),
        ("localhost\xa0", 403), ("localhost\x1f", 403), ("localhost.", 403), ("127.1", 403),
        ("[::ffff:127.0.0.1]", 403), ("user@localhost", 403), ("\t localhost \t", 200),
    ],
)  # fmt: skip
def test_hosts(client, host: str, status: int) -> None:
    assert client.ask("/a.bw", Host=host).status == status


def test_one_host_is_needed(client) -> None:
    line = b"GET /a.bw HTTP/1.1\r\n"
    assert client.send(line + b"\r\n").startswith(b"HTTP/1.1 400 ")
    twice = line + b"Host: localhost\r\nHost: evil.example\r\n\r\n"
    assert client.send(twice).startswith(b"HTTP/1.1 400 ")


# --- what is survived ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\r\n\r\n", b"\0" * 1000, b"GET", b"GET /a.bw", b"GET / a HTTP/1.1\r\n\r\n",
        b"GET /a.bw HTTP/9.9\r\n\r\n", b"GET /a.bw HTTP/x\r\n\r\n", b"\xff\xfe\r\n\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n",
        b"GET / HTTP/1.1\r\nA: " + b"b" * 70_000 + b"\r\n\r\n",
        b"GET /a.bw HTTP/1.1\r\nno colon\r\nHost localhost\r\n\r\n",
        b"GET /a.bw HTTP/1.1\r\nHost: localhost\r\nRange: bytes=0-\r\n 1\r\n\r\n",
        b"GET /a.bw HTTP/1.1\r\nHost: \xff\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
        b"HEAD /a.bw HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n\r\n",
        b"<script>alert(1)</script>\r\n\r\n",
    ],
    ids=repr,
)  # fmt: skip
def test_malformed_requests(client, content: bytes, data: bytes, capfd) -> None:
    got = client.send(data)
    assert b"<html" not in got.lower(), "no page is made of what a client sends"
    assert client.ask("/a.bw").body == content
    assert "Traceback" not in capfd.readouterr().err


def test_clients_that_go_away(tmp_path: Path, serving, capfd) -> None:
    path = tmp_path / "a.bw"
    with path.open("wb") as file:
        file.truncate(50 * 2**20)
    with serving({"/a.bw": ServedFile(path)}) as client:
        for _ in range(20):
            link = socket.create_connection(("127.0.0.1", client.port))
            link.sendall(b"GET /a.bw HTTP/1.1\r\nHost: localhost\r\n\r\n")
            link.recv(10)
            link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # reset
            link.close()
        assert client.ask("/a.bw", "HEAD").status == 200
    assert capfd.readouterr().err == ""


def test_slow_clients_are_let_go(client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module._Handler, "timeout", 0.2)
    with socket.create_connection(("127.0.0.1", client.port), timeout=120) as link:
        link.sendall(b"GET /a.bw HTTP/1.1\r\nHo")
        assert link.recv(1) == b""


class WatchingServer(ViewServer):
    """Notes, of each connection that ends, whether small packets waited for one another."""

    def __init__(self, folder: Path) -> None:
        super().__init__({"/a.bw": ServedFile(folder / "a.bw")})
        self.no_delay: list[bool] = []

    def shutdown_request(self, request: socket.socket) -> None:
        self.no_delay.append(bool(request.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)))
        super().shutdown_request(request)


def test_one_connection_takes_many_requests(folder: Path, serving, content: bytes) -> None:
    server = WatchingServer(folder)
    with serving(server) as client:
        link = client.connect()
        for at in range(200):
            link.request("GET", "/a.bw", headers={"Range": f"bytes={at}-{at + 9}"})
            assert link.getresponse().read() == content[at : at + 10]
        assert server.no_delay == []
        link.close()
        while not server.no_delay:
            time.sleep(0.01)
    assert server.no_delay == [True], "one connection, and never 40 ms between headers and body"


def test_many_ranges_at_once(client, content: bytes) -> None:
    def ask(seed: int) -> bool:
        rng = random.Random(seed)
        link, right = client.connect(), True
        for _ in range(20):
            start = rng.randrange(len(content))
            end = rng.randrange(start, len(content))
            link.request("GET", "/a.bw", headers={"Range": f"bytes={start}-{end}"})
            right &= link.getresponse().read() == content[start : end + 1]
        link.close()
        return right

    with ThreadPoolExecutor(32) as pool:
        assert all(pool.map(ask, range(32)))


def test_a_taken_port() -> None:
    with ViewServer({}) as server, pytest.raises(InputError, match=r"--port \d+: .*; give another"):
        ViewServer({}, server.server_port)


def test_this_machine_only(client) -> None:
    assert client.server.server_address[0] == "127.0.0.1"
    assert client.server.url == f"http://127.0.0.1:{client.port}/"


# --- the token ----------------------------------------------------------------------------------


def test_the_token(serving) -> None:
    table = {"/": ServedText("page"), "/a.bw": ServedText("data")}
    with serving(table, token="s3cret") as client, serving(table, token="s3cret") as other:
        cookie_name = client.server.cookie
        for path in (
            "/",
            "/a.bw",
            "/nothing",
            "/?token=",
            "/?token=wrong",
            "/?token=s3cre",
            "/?x=s3cret",
        ):
            assert client.ask(path).status == 403
        assert client.ask("/?token=s3cr%C3%A9t").status == 403
        assert client.server.url.endswith("/?token=s3cret")
        answer = client.ask("/?token=s3cret")
        assert (answer.status, answer.headers["Location"]) == (303, "/")
        cookie, *attributes = answer.headers["Set-Cookie"].split("; ")
        assert set(attributes) == {"Path=/", "HttpOnly", "SameSite=Strict"}
        assert client.ask("/", Cookie=cookie).body == b"page"
        assert client.ask("/a.bw", "HEAD", Cookie=f"a=b; {cookie}; c").status == 200
        assert client.ask("/nothing", Cookie=cookie).status == 404
        assert client.ask("/nothing?token=s3cret").status == 404, "leads only to what is served"
        for wrong in (f"{cookie_name}=wrong", f"{cookie_name}=", "s3cret", cookie + "x", "\xff;=;"):
            assert client.ask("/", Cookie=wrong).status == 403
        assert client.ask("/", Cookie=cookie, Host="evil.example").status == 403
        assert other.server.cookie != cookie_name, "browsers send cookies to every port"
        assert other.ask("/", Cookie=cookie).status == 403


# --- gzip ---------------------------------------------------------------------------------------


@pytest.fixture
def texts(tmp_path: Path, serving):
    names = ("hits.tsv", "logos.json", "short.txt", "a.bw", "genome.fa")
    for name in names:
        (tmp_path / name).write_text("chr1\t100\t200\n" * (9 if name == "short.txt" else 900))
    with serving({f"/{name}": ServedFile(tmp_path / name) for name in names}) as client:
        yield tmp_path, client


@pytest.mark.parametrize("name", ["hits.tsv", "logos.json"])
def test_texts_are_packed_for_who_takes_it(texts, name: str) -> None:
    folder, client = texts
    plain = client.ask(f"/{name}")
    packed = client.ask(f"/{name}", Accept_Encoding="br, gzip;q=0.5")
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(packed.body) == plain.body == (folder / name).read_bytes()
    assert packed.headers["Content-Length"] == str(len(packed.body))
    assert len(packed.body) < len(plain.body) / 10
    assert packed.headers["ETag"] != plain.headers["ETag"]
    head = client.ask(f"/{name}", "HEAD", Accept_Encoding="gzip")
    assert {**head.headers, "Date": ""} == {**packed.headers, "Date": ""}
    for each, coding in ((packed, "gzip"), (plain, "identity")):
        again = client.ask(f"/{name}", Accept_Encoding=coding, If_None_Match=each.headers["ETag"])
        assert again.status == 304
    other = client.ask(f"/{name}", Accept_Encoding="gzip", If_None_Match=plain.headers["ETag"])
    assert other.status == 200, "another representation"


@pytest.mark.parametrize("given", ["", "br", "gzip;q=0", "gzip; q=0.000, *", "identity"])
def test_who_does_not_take_it_gets_the_text(texts, given: str) -> None:
    assert "Content-Encoding" not in texts[1].ask("/hits.tsv", Accept_Encoding=given).headers


@pytest.mark.parametrize("name", ["a.bw", "genome.fa", "short.txt"])
def test_what_is_read_in_pieces_or_is_short_is_never_packed(texts, name: str) -> None:
    answer = texts[1].ask(f"/{name}", Accept_Encoding="gzip")
    assert "Content-Encoding" not in answer.headers
    assert answer.body == (texts[0] / name).read_bytes()


def test_ranges_are_of_the_text_itself(texts) -> None:
    folder, client = texts
    answer = client.ask("/hits.tsv", Accept_Encoding="gzip", Range="bytes=20-29")
    assert answer.status == 206
    assert "Content-Encoding" not in answer.headers
    assert answer.body == (folder / "hits.tsv").read_bytes()[20:30]


def test_texts_are_packed_ahead_and_once(texts, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, client = texts
    client.server.table["/gone.txt"] = ServedFile(folder / "gone.txt")
    client.server.pack_ahead(("/gone.txt", "/short.txt", "/hits.tsv")).join(60)
    monkeypatch.setattr(packing.gzip, "compress", None)  # whoever packs now fails
    answer = client.ask("/hits.tsv", Accept_Encoding="gzip")
    assert gzip.decompress(answer.body) == (folder / "hits.tsv").read_bytes()
    assert client.ask("/short.txt", Accept_Encoding="gzip").status == 200
    assert client.ask("/gone.txt").status == 404


def test_a_text_that_changes_is_packed_anew(texts) -> None:
    folder, client = texts
    before = client.ask("/hits.tsv", Accept_Encoding="gzip")
    (folder / "hits.tsv").write_text("other\n" * 500)
    after = client.ask("/hits.tsv", Accept_Encoding="gzip")
    assert gzip.decompress(after.body) == b"other\n" * 500
    assert after.headers["ETag"] != before.headers["ETag"]


def test_packed_texts_are_kept_within_a_limit(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(packing, "_KEPT", 30_000)
    packs, entries = packing.Packs(), {}
    for at in range(8):
        path = tmp_path / f"{at}.tsv"
        path.write_bytes(random.Random(at).randbytes(10_000))
        entries[f"/{at}.tsv"] = ServedFile(path)
    for url, entry in entries.items():
        opened = entry.open()
        with opened.handle:
            packed = packs.packed(url, opened)
            assert packed is not None
            assert gzip.decompress(packed.handle.read()) == entry.path.read_bytes()
    assert list(packs._kept) == ["/6.tsv", "/7.tsv"]
