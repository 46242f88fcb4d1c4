"""The Range header against a twin that walks over every byte, and what the standard says of it."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gtrack.publish.viewer.byte_ranges import NotSatisfiableError, byte_range

SIZES = st.integers(0, 30)
NUMBERS = st.one_of(
    st.integers(0, 40).map(str), st.just("00007"), st.integers(10**18, 10**30).map(str)
)
SPECS = st.tuples(NUMBERS | st.just(""), NUMBERS | st.just("")).map("-".join)
LISTS = st.lists(st.sampled_from(["", " ", "\t"]).flatmap(lambda pad: SPECS.map(lambda s: pad + s)))
WELL_FORMED = LISTS.map(lambda specs: "bytes=" + ",".join(specs))
ANY = st.text(st.sampled_from("bytesBYTES=0123456789-, \t\r\n+_x²٣\x00"), max_size=20)


def slow(header: str, size: int) -> object:
    """Say for each byte whether it is asked for; "416" and None as the module says."""
    if header[:6].lower() != "bytes=":
        return None
    stretches = []
    for spec in header[6:].split(","):
        spec = spec.strip(" \t")
        if not spec:
            continue
        if spec.count("-") != 1 or not set(spec) <= set("0123456789-") or spec == "-":
            return None
        first, last = spec.split("-")
        if not first:
            stretches.append([at for at in range(size) if size - at <= int(last)])
            if int(last) and not size:
                stretches[-1] = ["all of nothing"]
        elif last and int(last) < int(first):
            return None
        else:
            end = int(last) if last else size
            stretches.append([at for at in range(size) if int(first) <= at <= end])
    if not stretches:
        return None
    there = [bytes_ for bytes_ in stretches if bytes_]
    if not there:
        return "416"
    if len(there) > 1 or there[0] == ["all of nothing"]:
        return None
    return there[0][0], there[0][-1] + 1


def fast(header: str | None, size: int) -> object:
    try:
        return byte_range(header, size)
    except NotSatisfiableError:
        return "416"


@given(WELL_FORMED | ANY | ANY.map("bytes=".__add__), SIZES)
@example("bytes=0-", 0)
@example("bytes=-5", 0)
@example("bytes=-0", 7)
def test_any_header_as_the_twin(header: str, size: int) -> None:
    assert fast(header, size) == slow(header, size)


@given(st.integers(1, 50), st.data())
def test_a_range_names_its_bytes(size: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, size - 1))
    end = data.draw(st.integers(start + 1, size))
    assert byte_range(f"bytes={start}-{end - 1}", size) == (start, end)
    assert byte_range(f"bytes={start}-", size) == (start, size)
    assert byte_range(f"bytes=-{size - start}", size) == (start, size)


@pytest.mark.parametrize(
    ("header", "answer"),
    [  # RFC 9110, section 14.1.2, of 10,000 bytes
        ("bytes=0-499", (0, 500)),
        ("bytes=500-999", (500, 1000)),
        ("bytes=-500", (9500, 10000)),
        ("bytes=9500-", (9500, 10000)),
        ("bytes=0-0,-1", None),
        ("bytes= 0-999, 4500-5499, -1000", None),
        ("BYTES=0-0", (0, 1)),
        ("bytes=-20000", (0, 10000)),
        ("bytes=10000-", "416"),
        ("bytes=-0", "416"),
        ("bytes=0-0, 10000-", (0, 1)),
        ("lines=0-1", None),
        ("bytes 0-1", None),
        ("bytes=" + "9" * 5000 + "-", None),
        (None, None),
    ],
)
def test_the_standard(header: str | None, answer: object) -> None:
    assert fast(header, 10_000) == answer
