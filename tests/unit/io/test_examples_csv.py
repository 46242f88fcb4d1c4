from __future__ import annotations

import gzip
import shlex
import subprocess
from pathlib import Path

import pytest

from gtrack.core.errors import InputError
from gtrack.io.examples_csv import (
    LabelledSequence,
    MeasuredSequence,
    read_examples,
    read_numbers,
)


def write(folder: Path, data: bytes) -> Path:
    path = folder / "examples.csv"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    "data",
    [
        b"sequence,label\nACGTN,yes\nacrt,no\n",
        b"\xef\xbb\xbfsequence,label\r\nACGTN,yes\r\nacrt,no\r\n",
        gzip.compress(b"Sequence, Label\nACGTN , yes\nacrt,no"),
        b'id,label,sequence\n1,yes,ACGTN\n"2,3",no,ACRT\n',
    ],
)
def test_rows_are_read_whatever_the_line_ends_case_and_columns(tmp_path: Path, data: bytes) -> None:
    assert read_examples(write(tmp_path, data)) == [
        LabelledSequence("ACGTN", "yes", 2),
        LabelledSequence("ACNT", "no", 3),
    ]


def test_line_numbers_count_blank_lines(tmp_path: Path) -> None:
    path = write(tmp_path, b"sequence,label\n\nACGT,1\n")
    assert read_examples(path)[0].line == 3


@pytest.mark.parametrize(
    ("data", "line", "says"),
    [
        (b"", None, "the first line must be sequence,label"),
        (b"sequence,label\n", None, "no row follows the header"),
        (b"sequence,class\nACGT,1\n", 1, "no column named 'label'"),
        (b"ACGT,1\nACGT,0\n", 1, "no column named 'sequence'"),
        (b"sequence,label,label\nACGT,1,2\n", 1, "more than one column named 'label'"),
        (b"sequence,label\nACGT,1\nACXT,0\n", 3, "'X' at base 3"),
        (b"sequence,label\nAC-T,1\n", 2, "'-' at base 3"),
        (b"sequence,label\nAC T,1\n", 2, "blanks between its letters"),
        (b"sequence,label\nACUT,1\n", 2, "'U' at base 3"),
        (b"sequence,label\n,1\n", 2, "the sequence is empty"),
        (b"sequence,label\nACGT,\n", 2, "the label is empty"),
        (b"sequence,label\nACGT\n", 2, "1 fields where the header has 2"),
        (b'sequence,label\n"ACGT,1\n', 2, "not CSV"),
        (b"sequence,label\nAC\xffT,1\n", 2, "not UTF-8"),
    ],
)
def test_a_bad_file_is_refused_by_file_and_line(
    tmp_path: Path, data: bytes, line: int | None, says: str
) -> None:
    path = write(tmp_path, data)
    with pytest.raises(InputError) as caught:
        read_examples(path)
    message = str(caught.value)
    assert message.startswith(f"{path}:{line}:" if line else f"{path}:")
    assert says in message
    assert "\n" not in message


def test_numbers_stand_in_columns_of_any_name_and_order(tmp_path: Path) -> None:
    data = b'"b;c",Sequence,A,label,a\n -1.5e-3,acrt,1,x,.5\n+2.,ACGTN,0,,7\n'
    path = write(tmp_path, data)
    assert read_numbers(path, ["a", "b;c"], only_0_and_1=False) == [
        MeasuredSequence("ACNT", (0.5, -0.0015), 2),
        MeasuredSequence("ACGTN", (7.0, 2.0), 3),
    ]
    zero_or_one = read_numbers(path, ["A"], only_0_and_1=True)
    assert [row.numbers for row in zero_or_one] == [(1.0,), (0.0,)]


@pytest.mark.parametrize("field", ["nan", "inf", "-inf", "1e999", "2e30", "1_0", "", "0x1", "1,5"])
def test_a_field_that_is_no_number_is_refused_by_file_line_and_column(
    tmp_path: Path, field: str
) -> None:
    path = write(tmp_path, f'sequence,y,x\nACGT,0,1e30\nACGT,0,"{field}"\n'.encode())
    with pytest.raises(InputError) as caught:
        read_numbers(path, ["y", "x"], only_0_and_1=False)
    assert str(caught.value).startswith(f"{path}:3: column 'x': {field!r} is no finite number")


@pytest.mark.parametrize("field", ["2", "-1", "1.0", "yes", "", "01"])
def test_a_label_is_0_or_1(tmp_path: Path, field: str) -> None:
    path = write(tmp_path, f"sequence,y,x\nACGT,0,1\nACGT,0,{field}\n".encode())
    with pytest.raises(InputError) as caught:
        read_numbers(path, ["y", "x"], only_0_and_1=True)
    assert str(caught.value) == f"{path}:3: column 'x': {field!r} is neither 0 nor 1"


@pytest.mark.parametrize(
    ("data", "line", "says"),
    [
        (b"", None, "the first line must be sequence,x"),
        (b"sequence,x\n", None, "no row follows the header; add rows of sequence and numbers"),
        (b"sequence,X,y\nACGT,1,2\n", 1, "no column named 'x' in the header 'sequence,X,y'"),
        (b"sequence,x,x\nACGT,1,2\n", 1, "more than one column named 'x'"),
        (b"dna,x\nACGT,1\n", 1, "no column named 'sequence'"),
        (b"sequence,x\nACXT,1\n", 2, "'X' at base 3"),
        (b"sequence,x\nACGT\n", 2, "1 fields where the header has 2"),
    ],
)
def test_a_bad_file_of_numbers_is_refused_by_file_and_line(
    tmp_path: Path, data: bytes, line: int | None, says: str
) -> None:
    path = write(tmp_path, data)
    with pytest.raises(InputError) as caught:
        read_numbers(path, ["x"], only_0_and_1=False)
    assert str(caught.value).startswith(f"{path}:{line}:" if line else f"{path}:")
    assert says in str(caught.value)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("content", "says", "mended"),
    [
        (b"sequence\tlabel\nACGT\t1\n", "separated by tabs", b"sequence,label\nACGT,1\n"),
        (b"sequence;label\nACGT;1\n", "separated by semicolons", b"sequence,label\nACGT,1\n"),
        (b"ACGTACGT,1\nACGT,0\n", "is a row", b"sequence,label\nACGTACGT,1\nACGT,0\n"),
        (b"x,ACGTACGTN\n", "is a row", b"label,sequence\nx,ACGTACGTN\n"),
    ],
)
def test_the_command_that_is_told_mends_the_file(
    tmp_path: Path, content: bytes, says: str, mended: bytes, packed: bool
) -> None:
    path = tmp_path / ("it's mine.csv" + ".gz" * packed)
    path.write_bytes(gzip.compress(content) if packed else content)
    with pytest.raises(InputError, match=says) as refused:
        read_examples(path)
    command = str(refused.value).partition("write a new file with ")[2]
    subprocess.run(command, shell=True, check=True, cwd=tmp_path)
    new = Path(shlex.split(command)[-1])
    assert new != path
    assert new.read_bytes() == mended
    read_examples(new)


def test_rna_is_called_rna(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_bytes(b"sequence,label\nACGU,1\n")
    with pytest.raises(InputError, match=r"e.csv:2: 'U' at base 4: RNA; write T for U"):
        read_examples(path)
