"""Lines made by columns are those made one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core import lines
from gtrack.core.lines import lines_of

KINDS = (np.int64, np.int32, np.uint8, np.uint64, np.bool_)
TEXTS = st.text(max_size=9) | st.sampled_from(["", "\0", "\n", "é", "\U0001f9ec" * 5])


@given(
    st.lists(st.tuples(TEXTS, st.integers(0, 200), st.floats(), TEXTS), min_size=1, max_size=20),
    st.binary(max_size=6).map(lambda text: text.replace(b"\xff", b"")),
)
def test_lines_are_those_made_one_by_one(
    rows: list[tuple[str, int, float, str]], between: bytes
) -> None:
    first, counts, floats, last = zip(*rows, strict=True)
    whole = [np.array(counts).astype(kind) for kind in KINDS]
    parts = [first, between, *whole, between, np.array(floats), [""] * len(rows), last]
    expected = b"".join(
        b"".join(
            [
                *(a.encode(), between),
                *(b"%d" % column[at] for column in whole),
                *(between, (f"{x:.9g}" if np.isfinite(x) else "NA").encode(), b.encode()),
            ]
        )
        for at, (a, _, x, b) in enumerate(rows)
    )
    assert lines_of(parts, len(rows)) == expected


def test_texts_too_long_to_be_laid_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "_MOST", 100)
    texts = ["x" * (at % 40) for at in range(201)]
    made = lines_of([texts, b" ", np.arange(201), b"\n"], 201)
    assert made == b"".join(b"%s %d\n" % (text.encode(), at) for at, text in enumerate(texts))


def test_surrogates_become_what_is_asked() -> None:
    assert lines_of([["\ud800", "a"], b";"], 2, "backslashreplace") == b"\\ud800;a;"
    with pytest.raises(UnicodeEncodeError):
        lines_of([["\ud800"]], 1)


def test_columns_of_other_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter or longer"):
        lines_of([["a"], np.arange(2)], 2)
    assert lines_of([[], np.arange(0), b"x"], 0) == b""
