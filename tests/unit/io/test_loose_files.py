"""FASTA and CSV of loose sequences: nothing is left out, no DNA is refused by counts."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.errors import InputError
from gtrack.core.scan.loose import LooseGenome, LooseSequence
from gtrack.io.examples_csv import read_examples
from gtrack.io.fasta import fasta_lines
from gtrack.io.loose_files import read_loose_rows


def read(path: Path) -> list[tuple[str, str, str | None]]:
    return [(one.name, one.letters, one.label) for one, _ in read_loose_rows(path)]


FASTA = ">a first\nACGT\n\nacg\n>b\nNRY\n>a\nTT\n"
CSV = "sequence,label,id\nACGT,1,x\nacgtn,0,y\n"
LETTERS = st.text("ACGTNRYSWKMBDHVXacgtn", min_size=1, max_size=150)


@pytest.mark.parametrize(
    "text",
    [
        FASTA,
        FASTA.replace("\n", "\r\n"),
        "\n\n" + FASTA,
        ";a comment\n" + FASTA,
        FASTA.replace("ACGT", "AC GT\t"),
        FASTA.removesuffix("\n"),
        "\ufeff" + FASTA,
    ],
)
def test_a_fasta_in_all_its_forms(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x"
    path.write_bytes(text.encode())
    assert read(path) == [("a", "ACGTacg", None), ("b", "NRY", None), ("a", "TT", None)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CSV, [("x", "ACGT", "1"), ("y", "acgtn", "0")]),
        ("\n" + CSV.replace("\n", "\r\n"), [("x", "ACGT", "1"), ("y", "acgtn", "0")]),
        ("Sequence\nACGT\n", [("", "ACGT", None)]),
        ("Name,SEQUENCE,Label\n b 1 , ACGT ,\n", [("b 1", "ACGT", None)]),
        ('name,sequence,label\n"a,b",ACGT,"x, y"\n', [("a,b", "ACGT", "x, y")]),
        (",sequence\n0,ACGT\n", [("", "ACGT", None)]),
    ],
)
def test_a_csv_in_all_its_forms(tmp_path: Path, text: str, expected: list[object]) -> None:
    path = tmp_path / "x.csv"
    path.write_text(text)
    assert read(path) == expected
    with gzip.open(tmp_path / "x.csv.gz", "wt") as file:
        file.write(text)
    assert read(tmp_path / "x.csv.gz") == expected


def test_a_pipe_is_read_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_text, args=[FASTA])
    writer.start()
    assert len(read(tmp_path / "pipe")) == 3
    writer.join()


def test_a_sequence_in_one_line_of_two_megabases(tmp_path: Path) -> None:
    path = tmp_path / "x.fa"
    path.write_text(">long\n" + "ACGT" * 500_000 + "\n")
    assert len(read(path)[0][1]) == 2_000_000


@given(st.lists(LETTERS, min_size=1, max_size=5))
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, texts: list[str]):
    texts.append("ACGTN" * 200)  # else codes alone may look like a protein
    letters = {f"s{at}": text for at, text in enumerate(texts)}
    path = tmp_path_factory.getbasetemp() / "written.fa"
    loose = [LooseSequence(name, text, "here:1") for name, text in letters.items()]
    path.write_bytes(b"".join(fasta_lines(LooseGenome.of(path, loose))))
    assert [(name, text) for name, text, _ in read(path)] == list(letters.items())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty; give a FASTA, or a CSV"),
        ("\n \n", "empty; give a FASTA, or a CSV"),
        (">a\n>b\nACGT\n", "x:1: the sequence is empty"),
        ("sequence,label\n", "no sequence in it"),
        ("sequence,label\nACGT,1\n,1\n", "x:3: the sequence is empty"),
        ("seq,label\nACGT,1\n", "x:1: no column named 'sequence'"),
        ("ACGT\n", "x:1: no column named 'sequence'"),
        ("ACGTACGTAC\nACGT\n", "the first line is a row, and must name the column; write a new"),
        ("sequence\tlabel\nACGT\t1\n", "columns are separated by tabs, not commas"),
        ("sequence,a,a\nACGT,1,2\n", "more than one column named 'a'"),
        ("sequence,label\nACGT\n", "x:2: 1 fields where the header has 2"),
        ('sequence,id\nACGT,"a\tb"\n', "x:2: a tab in the name"),
        (
            ">a\nACGT\n>b\nACGUacguu\n",
            "x:3: 'U' at base 4 (b) is no letter of DNA; such stand in 1 of 2 sequences: 3 of 13 "
            "letters are U and 1 T: neither DNA nor RNA has both; write T for U",
        ),
        (">p\nMKVLAAGIVGLCAKAYE\n", "this is protein, and models read DNA; give the DNA"),
        (">p\nMKVAAGSVGSCAKAYHMKRDWWS\n", "are A, C, G, T or N; this is no DNA, perhaps a protein"),
        (">a\nACG--T\n", "2 of 6 letters are none (2 -); take the gaps of an alignment out"),
        ("sequence\nACGT5\n", "x:2: '5' at base 5 is no letter of DNA"),
        (">a\nACG\x1b[31mT\n", r"'\x1b' at base 4 (a) is no letter of DNA"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "x"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_loose_rows(path)
    assert said in str(caught.value).replace(f"{tmp_path}/", "")


@pytest.mark.parametrize("k", [2, 6])
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("overlap", [True, False])
def test_the_line_that_cures_words_writes_the_sequence(
    tmp_path: Path, k: int, first: bool, overlap: bool
) -> None:
    """K-mers as DNABERT-1 was given them, and tokens apart: the command is run as it is printed."""
    sequence = "ACGGTTCAAGCATGC"
    words = [sequence[at : at + k] for at in range(0, len(sequence), 1 if overlap else k)]
    words = [word for word in words if len(word) == k] if overlap else words
    path = tmp_path / "my words.csv.gz"
    columns = [["sequence", "label"], [" ".join(words), "1"]]
    text = "".join(",".join(row if first else row[::-1]) + "\n" for row in columns)
    path.write_bytes(gzip.compress(text.encode()))
    for reader in (read_loose_rows, read_examples):
        with pytest.raises(InputError) as error:
            reader(path)
        said = str(error.value)
        assert f":2: the sequence {'is' if overlap else 'has'} " in said
    subprocess.run(said[said.index("gzip -dc") :], shell=True, check=True, cwd=tmp_path)
    assert [row.sequence for row in read_examples(tmp_path / "my words.csv")] == [sequence]


@pytest.mark.parametrize(
    ("text", "said", "made", "expected"),
    [
        (
            "# by me\n#\nsequence\nACGT\n",
            "1: a comment in the place of column names",
            "my data.csv",
            ["ACGT"],
        ),
        (
            "@r1 x\nACGT\n+\nIIII\n@r2\nACGTT\n+\n@IIII\n",
            "FASTQ, reads; sequences of them",
            "my data.fa",
            ["ACGT", "ACGTT"],
        ),
    ],
)
def test_lines_that_cure_other_forms(
    tmp_path: Path, text: str, said: str, made: str, expected: list[str]
) -> None:
    path = tmp_path / "my data"
    path.write_text(text)
    with pytest.raises(InputError, match=said) as error:
        read_loose_rows(path)
    command = str(error.value)[re.search(r"(grep|awk) ", str(error.value)).start() :]  # type: ignore[union-attr]
    subprocess.run(command, shell=True, check=True, cwd=tmp_path)
    assert [letters for _, letters, _ in read(tmp_path / made)] == expected
