"""Full lines that are read at once: as they are read one by one, with the same refusals."""

from __future__ import annotations

import random
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtrack.core.errors import InputError
from gtrack.io import fasta_scan, text
from gtrack.io.faidx import Record


def scanned(path: Path, in_a_row: int) -> list[Record] | str:
    with mock.patch.object(fasta_scan, "_IN_A_ROW", in_a_row):
        try:
            return fasta_scan.scan(path)
        except InputError as refused:
            return str(refused)


LINES = st.sampled_from([b"ACGTN", b"acgtn", b"ACGRN", b"ACG", b"", b"A CG", b"AC>TN", b"ACGTNA"])


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 40), LINES, st.booleans()), min_size=1, max_size=5),
    st.sampled_from([b"\n", b"\r\n"]),
    st.integers(16, 80),
)
def test_lines_at_once_are_as_lines_one_by_one(
    tmp_path_factory: pytest.TempPathFactory,
    parts: list[tuple[int, bytes, bool]],
    end: bytes,
    limit: int,
) -> None:
    lines = [b">first"]
    for number, (full, odd, new) in enumerate(parts):
        lines += [b"ACGTN"] * full + [odd] + [b">c%d" % number] * new
    path = tmp_path_factory.getbasetemp() / "lines.fa"
    path.write_bytes(end.join(lines) + end)
    with mock.patch.object(text, "LINE_LIMIT", limit):
        assert scanned(path, 1) == scanned(path, 1 << 60)


def test_a_fault_far_into_a_file_has_its_line(tmp_path: Path) -> None:
    rng = random.Random(3)
    lines = [b">chr1", *("".join(rng.choices("ACGTacgtN", k=60)).encode() for _ in range(60_000))]
    path = tmp_path / "g.fa"
    path.write_bytes(b"\n".join(lines) + b"\n")
    (record,) = fasta_scan.scan(path)
    assert (record.length, record.bases, record.width) == (60 * 60_000, 60, 61)
    lines[50_001] = lines[50_001][:30] + b"7" + lines[50_001][31:]
    path.write_bytes(b"\n".join(lines) + b"\n")
    with pytest.raises(InputError, match=r"g\.fa:50002: a digit among the bases"):
        fasta_scan.scan(path)
    lines[50_001] = b"ACGT"
    path.write_bytes(b"\n".join(lines) + b"\n")
    with pytest.raises(InputError, match=r"g\.fa:50002: a line of another length"):
        fasta_scan.scan(path)


def test_most_lines_are_not_read_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, taken = tmp_path / "g.fa", []
    path.write_bytes(b">chr1\n" + b"ACGTACGTAC\n" * 500_000)
    at_once = fasta_scan._Scanner._full_lines

    def counted(self: fasta_scan._Scanner, *given: object) -> int:
        taken.append(at_once(self, *given))  # type: ignore[arg-type]
        return taken[-1]

    monkeypatch.setattr(fasta_scan._Scanner, "_full_lines", counted)
    assert fasta_scan.scan(path)[0].length == 5_000_000
    assert sum(taken) > 490_000  # but for a few of every filling of the buffer
