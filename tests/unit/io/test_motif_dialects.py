"""Motifs as collections write them: columns are read in the order of their names, or refused."""

from __future__ import annotations

import itertools
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gtrack.core.errors import InputError
from gtrack.core.hits.motifs import Motif
from gtrack.io.motifs import read_motifs

NRF1 = "GCGCATGCGC"
SHARES = [[0.85 if base == letter else 0.05 for base in "ACGT"] for letter in NRF1]
IN_FOLDER = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def put(folder: Path, text: str, name: str = "m.txt") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_motifs(path)
    message = str(caught.value)
    assert message.isprintable()
    assert message.startswith(f"{path}:")
    return message.removeprefix(f"{path}:")


def consensus(motif: Motif) -> str:
    return "".join("ACGT"[at] for at in motif.counts.argmax(axis=1))


def ordered(rows: list[list[float]], order: str) -> list[list[float]]:
    return [[row["ACGT".index(base)] for base in order] for row in rows]


def table(rows: list[list[float]], numbered: bool = False) -> str:
    return "".join(
        "\t".join([*([str(at)] if numbered else []), *map(str, row)]) + "\n"
        for at, row in enumerate(rows, start=1)
    )


@pytest.mark.parametrize("order", ["".join(each) for each in itertools.permutations("ACGT")])
def test_named_columns_are_read_in_their_order(tmp_path: Path, order: str) -> None:
    rows, names = ordered(SHARES, order), "\t".join(order)
    ways = {
        "cisbp": f"Pos\t{names}\n{table(rows, numbered=True)}",
        "bare": f"{names}\n{table(rows)}",
        "csv": ",".join(f'"{base}"' for base in ("", *order))
        + "\n" + table(rows, numbered=True).replace("\t", ","),
        "header": f">m\n{names}\n{table(rows)}",
        "numbered header": f">m\nPos\t{names}\n{table(rows, numbered=True)}",
        "comment": f">m\n# {names}\n{table(rows)}",
        "transfac": f"ID m\nP0\t{names}\n{table(rows, numbered=True)}//\n",
        "meme": f"MEME version 4\n\nALPHABET= {order}\n\nMOTIF m\nletter-probability matrix:\n"
        + table(rows),
        "bases": ">m\n" + "".join(
            f"{base} [ {' '.join(map(str, column))} ]\n"
            for base, column in zip(order, zip(*rows, strict=True), strict=True)
        ),
    }  # fmt: skip
    for way, text in ways.items():
        (motif,) = read_motifs(put(tmp_path, text, "m.txt"))
        assert (motif.id, consensus(motif)) == ("m", NRF1), way
        np.testing.assert_allclose(motif.frequencies(), SHARES)


def test_cisbp_is_read(tmp_path: Path) -> None:
    alone = put(tmp_path, f"Pos\tA\tC\tG\tT\n{table(SHARES, numbered=True)}", "M00001_2.00.txt")
    (motif,) = read_motifs(alone)
    assert (motif.id, motif.name, consensus(motif)) == ("M00001_2.00", "M00001_2.00", NRF1)
    many = "".join(
        f"TF\tT{at}\nTF Name\tfactor{at}\nGene\tENSG{at}\nMotif\tM{at}_2.00\nFamily\tbZIP\n"
        f"Species\tHomo_sapiens\nPos\tA\tC\tG\tT\n{table(SHARES, numbered=True)}\n"
        for at in (2, 1)
    )
    assert [(m.id, m.name) for m in read_motifs(put(tmp_path, many))] == [
        ("M1_2.00", "factor1"),
        ("M2_2.00", "factor2"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Pos\tA\tC\tG\tU\n1\t1\t0\t0\t0\n", "1: motifs RNA; gtrack scans DNA"),
        ("Pos\tA\tC\tG\tT\n", "1: motif m: its matrix has 0 column(s)"),
        ("Pos\tA\tC\tG\tT\n1\t1\t0\t0\n", "2: 4 values where a position and 4 are due"),
        ("Pos\tA\tC\tG\tT\n1\t1\t0\t0\t0\n3\t1\t0\t0\t0\n", "3: position 3 where 2 is due"),
        ("Pos\tA\tC\tG\tT\n1\t1\t-2\t0\t0\n", "2: -2 is negative; give counts or prob"),
        ("A C G T\n1 0 0 0\n1 1 1 1\nA C G T\n1 0 0 0\n1 1 1 1\n", "4: a second matrix without a"),
        ("Motif\tx\n1 2 3 4\n", "2: '1 2 3 4' before the names of the columns"),
        ("Motif\tx\n", "1: no line that names the columns"),
        ("0.1 0.2 0.3 0.4\n0.1 0.2 0.3 0.4\n", "1: rows of numbers without a name; write a line >"),
        (">m\nA C G U\n1 0 0 0\n", "2: motifs RNA"),
        (">m\nA 1 0\nC 0 1\nG 0 0\nU 0 0\n", "1: motifs RNA"),
        (">chr1\nACGTTT\n", "2: 'ACGTTT' is not a number; give a matrix, no sequences"),
        (
            ">m\n0.5 -1.5 0.1 0.2\n",
            "2: -1.5 is negative; give counts or probabilities, no log-odds",
        ),
    ],
)
def test_what_is_no_matrix_of_dna_is_refused(tmp_path: Path, text: str, said: str) -> None:
    assert refusal(put(tmp_path, text)).startswith(said)


def encode(word: str) -> str:
    rows = [[0.85 if base == letter else 0.05 for base in "ACGT"] for letter in word]
    listed = "".join(f"{x} {' '.join(map(str, r))}\n" for x, r in zip(word, rows, strict=True))
    return f">{word}_known1 {word}_1\n{listed}"


@pytest.mark.parametrize("word", ["".join(each) for each in itertools.permutations("ACGT")])
def test_rows_of_encode_are_positions(tmp_path: Path, word: str) -> None:
    (alone,) = read_motifs(put(tmp_path, encode(word)))
    assert (alone.id, alone.name, consensus(alone)) == (f"{word}_known1", f"{word}_1", word)
    both = read_motifs(put(tmp_path, encode(word) + encode(NRF1)))
    assert {consensus(motif) for motif in both} == {word, NRF1}


def test_letters_of_a_consensus_may_be_of_iupac(tmp_path: Path) -> None:
    (motif,) = read_motifs(put(tmp_path, ">m\nR .5 0 .5 0\nN .25 .25 .25 .25\nT 0 0 0 1\n"))
    np.testing.assert_allclose(motif.frequencies()[0], [0.5, 0, 0.5, 0])


def test_rows_of_bases_stay_rows_of_bases(tmp_path: Path) -> None:
    """JASPAR without brackets, four wide, in any order of its rows."""
    counts = {"A": [9, 1, 0, 2], "C": [1, 2, 9, 1], "G": [1, 8, 0, 7], "T": [0, 0, 2, 1]}
    for order in map("".join, itertools.permutations("ACGT")):
        text = ">m\n" + "".join(f"{x} {' '.join(map(str, counts[x]))}\n" for x in order)
        (motif,) = read_motifs(put(tmp_path, text))
        np.testing.assert_array_equal(motif.counts.T, [counts[x] for x in "ACGT"])


def test_what_may_be_either_is_refused(tmp_path: Path) -> None:
    """Each letter is the consensus of its row, and both sums are even: bases or positions?"""
    text = "A .7 .1 .1 .1\nC .2 .6 .1 .1\nG .1 .1 .8 0\nT 0 .2 0 .8\n"
    assert refusal(put(tmp_path, f">m\n{text}")).startswith("1: every matrix is 4 x 4")
    bracketed = "".join(f"{line[0]} [{line[1:]} ]\n" for line in text.splitlines())
    (as_bases,) = read_motifs(put(tmp_path, f">m\n{bracketed}"))
    np.testing.assert_allclose(as_bases.frequencies()[0], [0.7, 0.2, 0.1, 0])


HOMER = (
    ">NATGAC\tX(bZIP)/A-ChIP-Seq(GSE1)/Homer\t6.5\t-1e3\t0\tT:9(5%)\n"
    ">NATGAC\tY(bZIP)/B-ChIP-Seq(GSE2)/Homer\t6.1\t-1e2\t0\tT:9(5%)\n"
)


def test_homer_is_read_by_names_not_by_consensus(tmp_path: Path) -> None:
    rows = table([[0.25] * 4, *SHARES[:5]])
    text = "".join(f"{line}\n{rows}" for line in HOMER.splitlines())
    motifs = read_motifs(put(tmp_path, text))
    assert [(m.id, m.name) for m in motifs] == [
        ("X(bZIP)/A-ChIP-Seq(GSE1)/Homer", "X(bZIP)"),
        ("Y(bZIP)/B-ChIP-Seq(GSE2)/Homer", "Y(bZIP)"),
    ]
    twice = text.replace("Y(bZIP)/B-ChIP-Seq(GSE2)", "X(bZIP)/A-ChIP-Seq(GSE1)")
    twice = twice[::-1].replace("NATGAC"[::-1], "CATGAC"[::-1], 1)[::-1]
    assert [m.id for m in read_motifs(put(tmp_path, twice))] == [
        "X(bZIP)/A-ChIP-Seq(GSE1)/Homer:CATGAC",
        "X(bZIP)/A-ChIP-Seq(GSE1)/Homer:NATGAC",
    ]
    same = text.replace("Y(bZIP)/B", "X(bZIP)/A").replace("GSE2", "GSE1")
    assert "stands on line 1 already" in refusal(put(tmp_path, same))


MATRIX = "MOTIF m\nletter-probability matrix: w= 2\n0.1 0.2 0.3 0.4\n0 0 0 1\n"


@pytest.mark.parametrize(
    "background",
    [
        "Background letter frequencies\nA 0.3 C 0.2 G 0.2 T 0.3\n",
        "Background letter frequencies (from dataset): A 0.276 C 0.224 G 0.224 T 0.276\n",
        "Background letter frequencies (from file: x):\nA 0.3 C 0.2\nG 0.2 T 0.3\n",
        "Background letter frequencies: A 0.3 C 0.2\n\nG 0.2\nT 0.3\n",
        "Background letter frequencies\nA 0.3\nC 0.2\nG 0.2\nT 0.3\n",
        "Background letter frequencies (none)\n",
    ],
)
def test_a_background_may_stand_on_one_line_or_on_several(tmp_path: Path, background: str) -> None:
    (motif,) = read_motifs(put(tmp_path, f"MEME version 4\n\n{background}\n{MATRIX}"))
    np.testing.assert_allclose(motif.frequencies(), [[0.1, 0.2, 0.3, 0.4], [0, 0, 0, 1]])


@pytest.mark.parametrize(
    ("background", "said"),
    [
        ("Background letter frequencies: A 0.3 C 0.2 G 0.2 U 0.3", "3: motifs RNA"),
        ("Background letter frequencies: A 0.3 C 0.2 G 0.2 T 0.9", "3: the background is not"),
        ("Background letter frequencies: A 0.3 C 0.2\nG 0.2 T 0.9", "4: the background is not"),
    ],
)
def test_a_wrong_background_is_named_by_its_line(
    tmp_path: Path, background: str, said: str
) -> None:
    path = put(tmp_path, f"MEME version 4\n\n{background}\n\n{MATRIX}")
    assert refusal(path).startswith(said)


RECORD = "ID {}\nBF any\nP0 A C G T\n01 1 2 2 0 S\n02 2 1 2 0 R\nXX\n"


def test_records_of_transfac_may_end_with_xx(tmp_path: Path) -> None:
    for between in ("", "//\n", "\n", "XX\n"):
        text = RECORD.format("one") + between + RECORD.format("two")
        assert [m.id for m in read_motifs(put(tmp_path, text))] == ["one", "two"], between
    commented = RECORD.format("one") + "CC a remark\nXX\n//\n"
    assert [m.id for m in read_motifs(put(tmp_path, commented))] == ["one"]


def test_rows_without_p0_are_cured_by_what_the_line_says(tmp_path: Path) -> None:
    rows = "0\t28\t7\t27\t5\tX\n1\t2\t2\t56\t7\tX\nXX\n"
    path = put(tmp_path, f"DE\tHNF4A\tMA0114.1\n{rows}DE\tother\n{rows}", "my hnf4a.pwm")
    said = refusal(path)
    assert said.startswith("2: a row without a P0 line before it")
    command = said[said.index("awk ") :]
    subprocess.run(["sh", "-c", command], check=True)
    motifs = read_motifs(tmp_path / "my hnf4a.2.pwm")
    assert [m.id for m in motifs] == ["HNF4A", "other"]
    np.testing.assert_array_equal(motifs[0].counts, [[28, 7, 27, 5], [2, 2, 56, 7]])


@given(
    order=st.permutations("ACGT"),
    counts=st.lists(st.lists(st.integers(0, 99), min_size=4, max_size=4), min_size=2, max_size=9),
)
@IN_FOLDER
def test_a_named_table_holds_what_was_written(
    tmp_path: Path, order: list[str], counts: list[list[float]]
) -> None:
    counts = [[value + 1 for value in row] for row in counts]
    rows = ordered(counts, "".join(order))
    text = "\t".join(["Pos", *order]) + "\n" + table(rows, numbered=True)
    (motif,) = read_motifs(put(tmp_path, text))
    np.testing.assert_array_equal(motif.counts, counts)


BASES = "A{0}\t9\t0\t1\nC{0}\t0\t9\t1\nG{0}\t0\t0\t7\nT{0}\t1\t1\t1\n"


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        (
            f"Arid3a_primary\n\n{BASES.format(':')}\nOct1\n\n{BASES.format(':')}",
            "Arid3a_primary Oct1",
        ),
        (f"Gene:\tArid3a\tMotif: x\n{BASES.format(':')}", "Arid3a"),
        (f"; of RSAT\n{BASES.format(chr(9) + '|').lower()}//\n", "matrix_1"),
        (f"{BASES.format(' |').lower()}//\n{BASES.format(' |').lower()}//\n", "matrix_1 matrix_2"),
    ],
    ids=["UniPROBE", "UniPROBE, one", "RSAT with a comment", "RSAT"],
)
def test_matrices_without_names_are_cured_by_what_the_line_says(
    tmp_path: Path, text: str, ids: str
) -> None:
    said = refusal(put(tmp_path, text, "my motifs.txt"))
    command = said[min(at for at in map(said.find, ("sed ", "awk ")) if at > 0) :]
    subprocess.run(["sh", "-c", command], check=True)
    motifs = read_motifs(tmp_path / "my motifs.2.txt")
    assert " ".join(motif.id for motif in motifs) == ids
    for motif in motifs:
        np.testing.assert_array_equal(motif.counts, [[9, 0, 0, 1], [0, 9, 0, 1], [1, 1, 7, 1]])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "MEME version 4\n\nMOTIF m1\nlog-odds matrix: alength= 4 w= 1\n1 -3 -3 -3\n",
            "log-odds alone",
        ),
        ("CTCF\tCCGCGNGGNGGCAG\n", "iupac2meme"),
        ("chr1\t5\t90\tpeak\n", "regions, no motifs"),
    ],
)
def test_what_is_given_in_the_place_of_matrices_is_named(
    tmp_path: Path, text: str, said: str
) -> None:
    assert said in refusal(put(tmp_path, text))
