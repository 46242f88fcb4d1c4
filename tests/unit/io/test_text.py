"""The streams under the text formats: what they give, and what they refuse."""

from __future__ import annotations

import gzip
import io
import os
import threading
import zlib
from pathlib import Path

import pytest
from Bio import bgzf
from hypothesis import given, settings
from hypothesis import strategies as st

from gtrack.core.errors import InputError
from gtrack.core.printable import shown
from gtrack.io import text
from gtrack.io.bgzf import blocks_of, check_end


def bgzip(data: bytes, block: int = 65280) -> bytes:
    """BGZF as bgzip writes it, in blocks of a given size."""
    buffer = io.BytesIO()
    writer = bgzf.BgzfWriter(fileobj=buffer, mode="wb")
    for at in range(0, len(data), block):
        writer.write(data[at : at + block])
        writer.flush()
    writer._handle = io.BytesIO()  # close() would close the buffer
    return buffer.getvalue() + text.BGZF_EOF


def read(path: Path) -> bytes:
    with text.open_bytes(path) as stream:
        return stream.read()


FORMS = {
    "plain": lambda data: data,
    "gzip": gzip.compress,
    "members": lambda data: b"".join(
        gzip.compress(data[i : i + 7]) for i in range(0, len(data), 7)
    ),
    "empty members": lambda data: gzip.compress(b"") * 3 + gzip.compress(data) + gzip.compress(b""),
    "padded": lambda data: gzip.compress(data) + bytes(70_000),
    "bgzip": bgzip,
    "small blocks": lambda data: bgzip(data, 11),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_text(tmp_path: Path, form: str) -> None:
    data = b"".join(
        b"chr%d\t%d\n" % (i % 7, i * i) for i in range(3000 if form == "plain" else 300)
    )
    path = tmp_path / "file"
    path.write_bytes(FORMS[form](data))
    assert read(path) == data
    assert [line for _, line in text.read_lines(path)] == data.splitlines()


def test_large_members_come_through_whole(tmp_path: Path) -> None:
    data = os.urandom(300_000) + bytes(1_000_000) + os.urandom(300_000)
    for form in ("gzip", "bgzip"):
        path = tmp_path / form
        path.write_bytes(FORMS[form](data))
        assert read(path) == data


@settings(deadline=None)
@given(st.lists(st.binary(max_size=30), max_size=8), st.booleans(), st.booleans())
def test_lines_are_those_of_a_plain_split(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], crlf: bool, last: bool
) -> None:
    for byte in (b"\n", b"\r", b"\0"):
        lines = [line.replace(byte, b"") for line in lines]
    end = b"\r\n" if crlf else b"\n"
    data = b"first" + end + end.join(lines)
    expected = [b"first", *(lines if last else lines[: len(lines) - (lines[-1:] == [b""])])]
    if last and lines:
        data += end
    path = tmp_path_factory.getbasetemp() / "lines"
    path.write_bytes(data)
    assert list(text.read_lines(path)) == list(enumerate(expected, start=1))


@given(
    st.lists(
        st.sampled_from([b"chr1\t1\t2", b"x" * 9000, b"#", b"", b" ", b" x", b"\t", b"!", b'"a'])
        | st.binary(max_size=3).map(lambda line: line.translate(None, b"\n\r\0")),
        max_size=6,
    ),
    st.integers(1, 400),
    st.sampled_from([b"\n", b"\r\n"]),
    st.sampled_from([b"", b"\n", b"end"]),
)
@settings(deadline=None)
def test_many_lines_at_once_are_those_of_a_plain_split(
    tmp_path_factory: pytest.TempPathFactory,
    lines: list[bytes],
    times: int,
    end: bytes,
    last: bytes,
) -> None:
    some = b"".join(line + b"\n" for line in lines)
    data = b"first\n" + b"chr1\t5\t9\n" * 70 + some * times + some.replace(b"\n", end) + last
    path = tmp_path_factory.getbasetemp() / "many"
    path.write_bytes(data)
    expected = data.replace(b"\r\n", b"\n").removesuffix(b"\n").split(b"\n")
    assert list(text.read_lines(path)) == list(enumerate(expected, start=1))
    for at in (500, len(data) // 2):
        for odd, why in ((b"\0", "a NUL byte"), (b"\r_", "a carriage return")):
            place = data.find(b"chr1", at)
            if place > 0:
                path.write_bytes(data[:place] + odd + data[place:])
                number = data.count(b"\n", 0, place) + 1
                with pytest.raises(InputError, match=f"many:{number}: {why}"):
                    list(text.read_lines(path))


def test_a_gzip_file_cut_anywhere_is_refused(tmp_path: Path) -> None:
    whole = gzip.compress(b"chr1\t1\t50\n" * 20)
    path = tmp_path / "r.bed.gz"
    for size in range(2, len(whole)):
        path.write_bytes(whole[:size])
        with pytest.raises(InputError, match=r"r\.bed\.gz: truncated"):
            read(path)


def test_a_bgzip_file_cut_anywhere_is_refused_even_between_blocks(tmp_path: Path) -> None:
    whole = bgzip(b"chr1\t1\t50\n" * 20, 50)
    path = tmp_path / "r.bed.gz"
    for size in range(2, len(whole)):
        path.write_bytes(whole[:size])
        with pytest.raises(InputError, match="truncated"):
            read(path)
        if size >= 18:
            with pytest.raises(InputError, match="EOF block is missing"):
                check_end(path)


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 7))
def test_a_flipped_bit_is_never_read_as_other_text(
    tmp_path_factory: pytest.TempPathFactory, at: int, bit: int
) -> None:
    data = b"chr1\t1\t50\n" * 20
    for whole in (gzip.compress(data), bgzip(data, 64)):
        broken = bytearray(whole)
        broken[2 + at % (len(whole) - 2)] ^= 1 << bit
        path = tmp_path_factory.getbasetemp() / "flipped"
        path.write_bytes(broken)
        try:
            result = read(path)
        except InputError:
            continue
        assert result == data  # the flip hit a time stamp or the like


def test_bytes_behind_the_gzip_data_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.gz"
    path.write_bytes(gzip.compress(b"chr1\t1\t50\n") + b"junk")
    with pytest.raises(InputError, match="damaged"):
        read(path)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"", b"\r"])
def test_the_line_limit_is_exact(tmp_path: Path, end: bytes) -> None:
    path = tmp_path / "long"
    path.write_bytes(b"x\n" + b"a" * text.LINE_LIMIT + end)
    assert [len(line) for _, line in text.read_lines(path)] == [1, text.LINE_LIMIT]
    path.write_bytes(b"x\n" + b"a" * (text.LINE_LIMIT + 1) + end)
    with pytest.raises(InputError, match="long:2: line 2 longer than 1 MiB"):
        list(text.read_lines(path))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"ok\nno\0no\n", "f:2: a NUL byte"),
        (b"chr1\t1\t2\rchr1\t3\t4\r\n", "f:1: a carriage return inside the line"),
        ("chr1\t1\t2\n".encode("utf-16"), "f:1: text in UTF-16"),
        (b"BZh91AY", "f: compressed with bzip2"),
        (b"\xfd7zXZ\x00", "f: compressed with xz"),
        (b"\x28\xb5\x2f\xfd", "f: compressed with zstd"),
        (b"PK\x03\x04", "f: compressed with zip"),
    ],
)
def test_what_is_no_plain_text_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "f"
    path.write_bytes(data)
    with pytest.raises(InputError, match=message):
        list(text.read_lines(path))


def test_a_byte_order_mark_is_dropped_once(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"\xef\xbb\xbfone\n\xef\xbb\xbftwo\n")
    assert list(text.read_lines(path)) == [(1, b"one"), (2, b"\xef\xbb\xbftwo")]


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="gone: no such file"):
        text.compression(tmp_path / "gone")
    with pytest.raises(InputError, match="is a folder"):
        list(text.read_lines(tmp_path))
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(InputError, match="cannot be read: Too many levels"):
        read(loop)


def test_a_pipe_reads_like_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    data = b"chr1\t1\t50\n" * 5000
    writer = threading.Thread(target=pipe.write_bytes, args=(bgzip(data),))
    writer.start()
    assert b"\n".join(line for _, line in text.read_lines(pipe)) + b"\n" == data
    writer.join()


def test_compression_is_told_by_content(tmp_path: Path) -> None:
    path = tmp_path / "f.bed"
    for kind, data in (("plain", b""), ("gzip", gzip.compress(b"x")), ("bgzf", bgzip(b"x"))):
        path.write_bytes(data)
        assert text.compression(path) == kind


@settings(deadline=None)
@given(st.binary(max_size=2000), st.integers(1, 500))
def test_blocks_are_those_of_biopython(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, block: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "blocks.gz"
    path.write_bytes(bgzip(data, block))
    with path.open("rb") as file:
        oracle = [(start, at) for start, _, at, _ in bgzf.BgzfBlocks(file)]
    assert blocks_of(path) == oracle
    assert blocks_of(path)[-1][1] == len(data)


def test_a_broken_chain_of_blocks_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "f.gz"
    whole = bgzip(b"A" * 1000, 100)
    path.write_bytes(whole[:30] + whole[31:])
    with pytest.raises(InputError, match="damaged at byte"):
        blocks_of(path)


def test_an_extra_field_before_bc_is_understood(tmp_path: Path) -> None:
    body = zlib.compressobj(wbits=-15)
    raw = body.compress(b"A" * 50) + body.flush()
    extra = b"XY\x03\x00abc" + b"BC\x02\x00"
    size = 12 + len(extra) + 2 + len(raw) + 8
    head = b"\x1f\x8b\x08\x04" + bytes(5) + b"\xff" + (len(extra) + 2).to_bytes(2, "little")
    block = head + extra + (size - 1).to_bytes(2, "little") + raw
    block += zlib.crc32(b"A" * 50).to_bytes(4, "little") + (50).to_bytes(4, "little")
    path = tmp_path / "f.gz"
    path.write_bytes(block + text.BGZF_EOF)
    assert text.compression(path) == "bgzf"
    assert blocks_of(path) == [(0, 0), (size, 50)]
    assert read(path) == b"A" * 50


def test_names_are_shown_on_one_printable_line() -> None:
    assert shown("a\nb\x1b[31m\udcff") == "a\\nb\\x1b[31m\\udcff"
    assert shown(b"\xff\x00") == "\\xff\\x00"
    assert shown("x" * 50, 10) == "x" * 10 + "..."


@pytest.mark.parametrize("line", [b"\n", b"  \n", b"# x\n", b"\r\n"])
def test_lines_that_say_nothing_have_an_end(tmp_path: Path, line: bytes) -> None:
    """Half a gigabyte of them packs into two megabytes."""
    path = tmp_path / "empty.gz"
    path.write_bytes(gzip.compress(b"a\n" + line * (text.EMPTY_LIMIT + 1), compresslevel=1))
    with pytest.raises(InputError, match=r"empty\.gz:200002: 200,000 lines one after another"):
        list(text.read_lines(path))
    path.write_bytes(gzip.compress((b"a\n" + line * 1000) * 300, compresslevel=1))
    assert len(list(text.read_lines(path))) == 300 * 1001
