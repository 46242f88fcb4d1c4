"""Reads over a notebook's channel: bytes of named files, a piece each, and nothing else."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.publish.viewer.channel import PIECE, answered
from gtrack.publish.viewer.served import Entry, ServedFile, ServedText, Withheld

LONG = bytes(range(256)) * 5000  # more than a piece


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Entry]:
    root = tmp_path_factory.mktemp("channel").resolve()
    for name, content in (("a.bw", LONG), ("a.bed", LONG), ("empty.bw", b"")):
        (root / name).write_bytes(content)
    (root / "secret").write_text("no")
    (root / "out.bw").symlink_to("/etc/hostname")
    os.mkfifo(root / "pipe.bw")
    names = ("a.bw", "a.bed", "empty.bw", "gone.bw", "out.bw", "pipe.bw")
    return {
        **{f"/{name}": ServedFile(root / name, root) for name in names},
        "/text.json": ServedText("{}"),
        "/changed.bw": Withheld(),
    }


def read(files: dict[str, Entry], file: object, start: object, end: object, **more: Any) -> Any:
    asked = {"gtrack": "read", "id": "7", "file": file, "start": start, "end": end, **more}
    return answered(files, asked)


def content(answer: Any) -> bytes:
    said, (data,) = answer
    return gzip.decompress(data) if said["packed"] else data


@given(st.integers(0, 2 * len(LONG)), st.integers(0, PIECE), st.sampled_from(["/a.bw", "/a.bed"]))
def test_any_range_is_the_files_bytes(
    files: dict[str, Entry], start: int, length: int, name: str
) -> None:
    answer = read(files, name, start, start + length)
    assert (answer[0]["status"], answer[0]["size"], answer[0]["id"]) == (200, len(LONG), "7")
    assert content(answer) == LONG[start : start + length]


def test_texts_travel_packed_and_pieces_of_bigwigs_as_they_are(files: dict[str, Entry]) -> None:
    packed, plain = read(files, "/a.bed", 0, PIECE), read(files, "/a.bw", 0, PIECE)
    assert packed[0]["packed"]
    assert len(packed[1][0]) < PIECE / 10
    assert not plain[0]["packed"]
    assert plain[1] == [LONG[:PIECE]]


@pytest.mark.parametrize(
    ("name", "status"),
    [
        *(("/secret", 404), ("/../a.bw", 404), ("/a%2ebw", 404), ("/./a.bw", 404), ("a.bw", 404)),
        *(("/gone.bw", 404), ("/out.bw", 404), ("/pipe.bw", 404), ("/changed.bw", 410)),
    ],
)
def test_what_is_not_named_is_not_read(files: dict[str, Entry], name: str, status: int) -> None:
    said, sent = read(files, name, 0, 4)
    assert (said["status"], sent) == (status, [])
    assert said["why"]


@pytest.mark.parametrize(
    ("file", "start", "end"),
    [
        *(("/a.bw", 0, PIECE + 1), ("/a.bw", 5, 4), ("/a.bw", -1, 4), ("/a.bw", 0.0, 4)),
        *(("/a.bw", True, 4), ("/a.bw", None, 4), ("/a.bw", "0", 4), (None, 0, 4), ([], 0, 4)),
        ("/a.bw", 0, 10**30),
    ],
)
def test_what_is_no_piece_is_refused(
    files: dict[str, Entry], file: object, start: object, end: object
) -> None:
    said, sent = read(files, file, start, end)
    assert (said["status"], sent) == (400, [])


def test_the_end_of_a_file_and_an_empty_one(files: dict[str, Entry]) -> None:
    assert content(read(files, "/a.bw", len(LONG) + 5, len(LONG) + 9)) == b""
    assert content(read(files, "/empty.bw", 0, 9)) == b""
    assert content(read(files, "/text.json", 0, 9)) == b"{}"


def test_somebody_is_there_and_messages_of_others_are_left_alone(files: dict[str, Entry]) -> None:
    assert read(files, "", 0, 0)[0]["status"] == 204
    assert answered(files, {"gtrack": "write", "id": "7"}) is None
    assert answered(files, {"method": "update"}) is None
    assert answered(files, "read") is None


def test_a_tag_tells_that_a_file_was_changed(tmp_path: Path) -> None:
    path = tmp_path / "a.bw"
    path.write_bytes(b"before")
    files = {"/a.bw": ServedFile(path)}
    before = read(files, "/a.bw", 0, 3)[0]["tag"]
    assert read(files, "/a.bw", 3, 6)[0]["tag"] == before
    path.write_bytes(b"later, and longer")
    assert read(files, "/a.bw", 3, 6)[0]["tag"] != before


def test_no_file_stays_open(files: dict[str, Entry]) -> None:
    def count() -> int:
        return len(os.listdir("/dev/fd"))

    before = count()
    for name in ("/a.bw", "/empty.bw", "/pipe.bw", "/gone.bw"):
        read(files, name, 0, 4)
    assert count() == before
