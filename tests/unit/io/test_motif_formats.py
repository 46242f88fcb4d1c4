"""The motif formats: what they hold is read, whatever else is refused by file and line."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gtrack.core.errors import InputError
from gtrack.core.hits.motifs import Motif
from gtrack.io.motifs import read_motifs, release

SHARED = Path(__file__).parents[4] / "shared" / "data" / "motifs"
EXAMPLE = Path(__file__).parents[3] / "example_data" / "motifs.meme"
NO_FIXTURE_STATE = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

MEME = """\
MEME version 4

ALPHABET= ACGT

strands: + -

Background letter frequencies
A 0.3 C 0.2 G 0.2 T 0.3

MOTIF MA1.1 one
letter-probability matrix: alength= 4 w= 3 nsites= 10 E= 0
 0.5 0.5 0.0 0.0
 0.0 1.0 0.0 0.0
 0.1 0.2 0.3 0.4
URL http://example.org

MOTIF MA2.1
letter-probability matrix: alength= 4 w= 2
 0.25 0.25 0.25 0.25
 0 0 0 1
"""
JASPAR = """\
>MA1.1\tone
A  [ 5  0  1 ]
C  [ 5 10  2 ]
G  [ 0  0  3 ]
T  [ 0  0  4 ]
>MA2.1
A [ 5 0 ]
C [ 5 0 ]
G [ 5 0 ]
T [ 5 20 ]
"""
BARE = """\
>MA1.1 one
 5  0  1
 5 10  2
 0  0  3
 0  0  4
>MA2.1

5 0
5 0
5 0
5 20
"""
POSITIONS = """\
# some database
>MA1.1_MA1.1.one
5.0\t5.0\t0.0\t0.0
0\t1e1\t0\t0
1\t2\t3\t4
>MA2.1
5\t5\t5\t5
0\t0\t0\t20
"""
TRANSFAC = """\
VV  TRANSFAC MATRIX TABLE
XX
//
AC  MA1.1
XX
ID  one
XX
DE  MA1.1 one ; from nowhere
P0      A      C      G      T
01      5      5      0      0      M
02      0     10      0      0      C
03      1      2      3      4      N
XX
CC  tax_group:vertebrates
XX
//
ID MA2.1
BF nothing
PO\tA\tC\tG\tT
0 5 5 5 5
1 0 0 0 20
//
"""
FORMATS = {
    "meme": MEME,
    "jaspar": JASPAR,
    "bare": BARE,
    "positions": POSITIONS,
    "transfac": TRANSFAC,
}
ONE = [[5, 5, 0, 0], [0, 10, 0, 0], [1, 2, 3, 4]]
TWO = [[5, 5, 5, 5], [0, 0, 0, 20]]


def put(folder: Path, data: str | bytes, name: str = "m.txt") -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_motifs(path)
    message = str(caught.value)
    assert message.isprintable()
    assert message.startswith(f"{path}:")
    return message.removeprefix(f"{path}:")


def same(left: Sequence[Motif], right: Sequence[Motif]) -> None:
    assert [(m.id, m.name) for m in left] == [(m.id, m.name) for m in right]
    for one, other in zip(left, right, strict=True):
        np.testing.assert_allclose(one.counts, other.counts, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("variant", ["plain", "gzip", "crlf", "bom", "no last line end"])
def test_every_format_gives_the_same_motifs(tmp_path: Path, kind: str, variant: str) -> None:
    data = FORMATS[kind].encode()
    change: dict[str, Callable[[bytes], bytes]] = {
        "gzip": gzip.compress,
        "crlf": lambda text: text.replace(b"\n", b"\r\n"),
        "bom": lambda text: b"\xef\xbb\xbf" + text,
        "no last line end": bytes.rstrip,
    }
    motifs = read_motifs(put(tmp_path, change.get(variant, bytes)(data), "any.name"))
    same(motifs, [Motif("MA1.1", "one", ONE), Motif("MA2.1", "MA2.1", TWO)])
    assert {motif.source for motif in motifs} == {"any.name"}


@pytest.mark.parametrize(
    ("kind", "old", "new", "message"),
    [
        ("meme", "0.0 1.0 0.0 0.0", "0.0 1.0 0.0", "13: 3 value(s); a position has 4"),
        ("meme", "0.0 1.0 0.0 0.0", "0.0 1.0 x 0.0", "13: 'x' is not a number"),
        ("meme", "0.0 1.0 0.0 0.0", "0.0 nan 0 0", "13: 'nan' is not a number"),
        ("meme", "0.0 1.0 0.0 0.0", "0 1_0 0 0", "13: '1_0' is not a number"),
        ("meme", "0.0 1.0 0.0 0.0", "-0.5 1.5 0 0", "13: -0.5 is negative"),
        (
            "meme",
            "0.0 1.0 0.0 0.0",
            "0 0.8 0 0",
            "10: motif MA1.1: the probabilities of position 2",
        ),
        ("meme", "0.0 1.0 0.0 0.0", "0 0 0 0", "10: motif MA1.1: the probabilities of position 2"),
        ("meme", "w= 3", "w= 4", "11: motif MA1.1 has 3 rows where w= 4; is the file cut?"),
        ("meme", "w= 3", "w= x", "11: motif MA1.1 has 3 rows where w= x"),
        ("meme", " 0.0 1.0 0.0 0.0\n", "\n", "14: a row behind the end of a matrix"),
        ("meme", " 0.0 1.0 0.0 0.0\n", "", "11: motif MA1.1 has 2 rows where w= 3"),
        ("meme", "nsites= 10", "nsites= ten", "11: 'ten' is not a number"),
        ("meme", "alength= 4 w= 3", "alength= 20 w= 3", "11: alength= 20, not 4"),
        ("meme", "ALPHABET= ACGT", "ALPHABET= ACGU", "3: motifs RNA; gtrack scans DNA"),
        ("meme", "ACGT", "ACDEFGHIKLMNPQRSTVWY", "3: motifs protein"),
        ("meme", "ALPHABET= ACGT", 'ALPHABET "Mine"', "3: an alphabet of its own"),
        ("meme", "T 0.3", "U 0.3", "8: motifs RNA"),
        ("meme", "T 0.3", "T 0.9", "8: the background is not four shares"),
        ("meme", "MOTIF MA1.1 one\n", "", "10: a matrix without a MOTIF line"),
        ("meme", "MOTIF MA1.1 one", "MOTIF", "10: a MOTIF without id"),
        (
            "meme",
            "letter-prob",
            "leter-prob",
            "10: motif MA1.1 has no 'letter-probability matrix:'",
        ),
        ("meme", "MOTIF MA2.1", "MOTIF MA1.1", "17: motif MA1.1 stands on line 10 already"),
        ("jaspar", "C  [ 5 10  2 ]", "C  [ 5 10 ]", "3: 2 value(s) where the first row"),
        ("jaspar", "C  [ 5 10  2 ]", "C  [ 5 ten  2 ]", "3: 'ten' is not a number"),
        ("jaspar", "C  [ 5 10  2 ]", "A  [ 5 10  2 ]", "1: motifs of the letters 'AGT'"),
        ("jaspar", "C  [ 5 10  2 ]", "5 10 2", "3: rows with and without a letter"),
        (
            "jaspar",
            "C  [ 5 10  2 ]\n",
            "C [ 5 10 2 ]\nC [ 5 10 2 ]\n",
            "1: motif MA1.1 names a base",
        ),
        ("jaspar", "T  [ 0", "U  [ 0", "1: motifs RNA"),
        ("jaspar", ">MA2.1", ">", "6: a header without id"),
        ("jaspar", ">MA2.1", ">MA1.1 two", "6: motif MA1.1 stands on line 1 already"),
        ("jaspar", "T  [ 0  0  4 ]", "T  [ 0 -1  4 ]", "5: -1 is negative"),
        (
            "jaspar",
            "T  [ 0  0  4 ]",
            "T  [ 0  0  1e400 ]",
            "1: motif MA1.1: its matrix holds a value",
        ),
        ("bare", " 5 10  2", " 5 10", "3: 2 value(s) where the first row"),
        ("bare", " 5 10  2\n", "", "1: motif MA1.1 has 3 rows, other motifs have one per base"),
        ("positions", "1\t2\t3\t4", "1\t2\t3", "5: 3 value(s) in motif MA1.1"),
        ("positions", "0\t0\t0\t20\n", "", "6: motif MA2.1: its matrix has 1 column(s)"),
        ("positions", "0\t0\t0\t20", "0\t0\t0\t0", "6: motif MA2.1: position 2 of its matrix"),
        ("transfac", "03      1", "04      1", "12: position 04 where 3 is due; is a row missing?"),
        ("transfac", "03      1", "1e400   1", "12: position 1e400 where 3 is due"),
        (
            "transfac",
            "03      1",
            "xx      1",
            "12: 'xx 1 2 3 4 N' is no TRANSFAC field",
        ),
        ("transfac", "3      4      N", "3      N", "12: a row is a position, 4 values"),
        ("transfac", "3      4      N", "3      4   5", "12: a row is a position, 4 values"),
        ("transfac", "3      4      N", "?      4   N", "12: '?' is not a number"),
        ("transfac", "G      T\n", "G      U\n", "9: motifs RNA"),
        ("transfac", "AC  MA1.1", "AC  MA2.1", "17: motif MA2.1 stands on line 4 already"),
        ("transfac", "ID MA2.1", "ID", "17: a matrix without AC, ID or NA"),
        ("transfac", "1 0 0 0 20\n//\n", "1 0 0 0 20\n", "21: the file ends inside a record"),
        ("transfac", "XX\n//\nID MA2.1", "ID MA2.1", "15: a second ID in one record"),
        (
            "transfac",
            "P0      A",
            "CC      A",
            "10: a row without a P0 line before it",
        ),
        ("transfac", "XX\nCC  tax", "P0 A C G T\nCC  tax", "13: a second matrix in one record"),
    ],
)
def test_a_broken_file_is_refused_by_line_and_cause(
    tmp_path: Path, kind: str, old: str, new: str, message: str
) -> None:
    assert old in FORMATS[kind]
    assert refusal(put(tmp_path, FORMATS[kind].replace(old, new, 1))).startswith(message)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", " empty: it holds no motif"),
        (b"\n \n# only a comment\n", " empty: it holds no motif"),
        (gzip.compress(b""), " empty: it holds no motif"),
        (b"MEME version 4\n\nALPHABET= ACGT\n", " holds no motif"),
        (b"XX\n//\n", " holds no motif"),
        (b">MA1.1 one\n", "1: motif MA1.1: its matrix has 0 column(s)"),
        (b">M\nA [ ]\nC [ ]\nG [ ]\nT [ ]\n", "1: motif M: its matrix has 0 column(s)"),
        (b">M\nA [ 1 ]\nC [ 1 ]\nG [ 1 ]\nT [ 1 ]\n", "1: motif M: its matrix has 1 column(s)"),
        (b">M\nA [0 0]\nC [0 0]\nG [0 0]\nT [0 0]\n", "1: motif M: its matrix is all zero"),
        (b">chr1\nACGTACGT\n", "2: 'ACGTACGT' is not a number"),
        (b"chr1\t10\t20\n", "1: regions, no motifs"),
        (b"<?xml version='1.0'?>\n", "1: XML; give the text file beside it"),
        (b"\x89PNG\r\n\x1a\n", "1: not UTF-8 text"),
        (b">M\xff\n1 2 3 4\n", "1: not UTF-8 text"),
        (b">M\x1b[31m\n1 2 3 4\n5 6 7 8\n1 1 1 1\n", "1: motif 'M\\x1b[31m': its id has"),
        (b">" + b"M" * 300 + b"\n1 2 3 4\n1 2 3 4\n", "1: motif 'MMM"),
    ],
)
def test_what_holds_no_motif_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    assert refusal(put(tmp_path, data)).startswith(message)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.meme") == " no such file"
    assert "folder" in refusal(tmp_path)


def test_an_all_zero_meme_matrix_is_refused_by_name(tmp_path: Path) -> None:
    text = "MEME version 4\nMOTIF M1 x\nletter-probability matrix:\n0 0 0 0\n0 0 0 0\n"
    assert refusal(put(tmp_path, text)).startswith("2: motif M1: its matrix is all zero")


def test_full_output_of_meme_is_read(tmp_path: Path) -> None:
    text = f"""\
{"*" * 80}
MEME - Motif discovery tool
{"*" * 80}
MEME version 5.5.5 (Release date: Thu Sep 14 2023)

ALPHABET= ACGT
Letter frequencies in dataset:
A 0.25 C 0.25 G 0.25 T 0.25
Background letter frequencies (from file dataset with add-one prior applied):
A 0.25 C 0.25 G 0.25 T 0.25

MOTIF ACG MEME-1\twidth =   2  sites =  12  llr = 30  E-value = 1.0e-003
\tMotif ACG MEME-1 position-specific scoring matrix
{"-" * 80}
log-odds matrix: alength= 4 w= 2 n= 99 bayes= 6 E= 1.0e-003
  -100    100   -100   -100
   100   -100   -100   -100
{"-" * 80}
\tMotif ACG MEME-1 position-specific probability matrix
{"-" * 80}
letter-probability matrix: alength= 4 w= 2 nsites= 12 E= 1.0e-003
 0.000000  1.000000  0.000000  0.000000
 1.000000  0.000000  0.000000  0.000000
{"-" * 80}
MOTIF 2 width = 2 sites = 3
letter-probability matrix: alength= 4 w= 2 nsites= 0 E= 1
 0.000000  1.000000  0.000000  0.000000
 1.000000  0.000000  0.000000  0.000000
{"-" * 80}
"""
    sharp = np.array([[0, 1, 0, 0], [1, 0, 0, 0]])
    same(
        read_motifs(put(tmp_path, text)),
        [Motif("2", "2", sharp * 20), Motif("ACG", "MEME-1", sharp * 12)],
    )


def test_two_motifs_may_share_a_name_and_a_matrix(tmp_path: Path) -> None:
    motifs = read_motifs(put(tmp_path, JASPAR.replace(">MA2.1", ">MA2.1 one")))
    assert [(m.id, m.name) for m in motifs] == [("MA1.1", "one"), ("MA2.1", "one")]


def test_rows_that_sum_to_one_are_probabilities_of_20_sites(tmp_path: Path) -> None:
    motif = read_motifs(put(tmp_path, ">M\n0.1 0.2 0.3 0.4\n0.333 0.333 0.333 0\n1 0 0 0\n"))[0]
    np.testing.assert_allclose(motif.counts.sum(axis=1), 20)
    np.testing.assert_allclose(motif.counts[0], [2, 4, 6, 8])


@pytest.mark.parametrize("last", ["0.9 0.03 0.03 0.00", "0.9 0.03 0.03 0.4", "0 0 0 0"])
@pytest.mark.parametrize("head", [">M", ">GATAG\tM\t5.0"])
def test_one_bad_row_does_not_make_counts_of_probabilities(tmp_path: Path, head, last) -> None:
    """They were read as less than one site each: weak at every position, and nothing said so."""
    good = "0.9 0.03 0.03 0.04\n" * 4
    wrong = sum(map(float, last.split()))
    said = refusal(put(tmp_path, f"{head}\n{good}{last}\n"))
    assert (
        said
        == f"1: motif M: the probabilities of position 5 sum to {wrong:g}, not 1; mend the matrix"
    )


def test_counts_of_one_site_or_of_weighted_sites_stay_counts(tmp_path: Path) -> None:
    one = read_motifs(put(tmp_path, ">M\n1 0 0 0\n0 1 1 0\n0 0 0 1\n1 0 0 0\n0 0 1 0\n"))[0]
    assert one.counts.sum(axis=1).tolist() == [1, 2, 1, 1, 1]
    weighted = read_motifs(
        put(tmp_path, ">M\n9.5 0.1 0 0\n0 0.3 0.2 0\n0.1 0 0 0.4\n1 1 1 1\n2 0 0 0\n")
    )
    assert weighted[0].counts.sum(axis=1).tolist() == pytest.approx([9.6, 0.5, 0.5, 4, 2])


def test_a_four_by_four_matrix_is_read_as_the_others_or_by_its_sums(tmp_path: Path) -> None:
    by_position = "9 1 0 0\n0 10 0 0\n5 5 0 0\n1 2 3 4\n"
    wanted = [[9, 1, 0, 0], [0, 10, 0, 0], [5, 5, 0, 0], [1, 2, 3, 4]]
    turned = "\n".join(" ".join(str(row[i]) for row in wanted) for i in range(4)) + "\n"
    alone = read_motifs(put(tmp_path, f">M\n{by_position}"))
    same(alone, [Motif("M", "M", wanted)])
    same(read_motifs(put(tmp_path, f">M\n{turned}")), alone)

    uneven = "9 1 0 0\n0 10 0 0\n5 5 0 0\n1 2 3 9\n"
    assert refusal(put(tmp_path, f">M\n{uneven}")).startswith("1: every matrix is 4 x 4")
    table = np.array([[9, 1, 0, 0], [0, 10, 0, 0], [5, 5, 0, 0], [1, 2, 3, 9]])
    for other, counts in ((POSITIONS, table), (BARE, table.T)):
        for text in (
            f">A\n{uneven}{other.removeprefix('# some database')}",
            f"{other}>A\n{uneven}",
        ):
            same(read_motifs(put(tmp_path, text))[:1], [Motif("A", "A", counts)])


def number_text(value: float) -> str:
    return repr(int(value)) if value == int(value) else repr(value)


def write_meme(motifs: Sequence[Motif]) -> str:
    text = "MEME version 5\n\nALPHABET= ACGT\n\nstrands: + -\n\n"
    for motif in motifs:
        sites = float(motif.counts[0].sum())
        rows = motif.counts / motif.counts.sum(axis=1, keepdims=True)
        text += f"MOTIF {motif.id} {motif.name}\n"
        text += f"letter-probability matrix: alength= 4 w= {motif.width} nsites= {sites!r} E= 0\n"
        text += "".join(f" {' '.join(map(repr, row))}\n" for row in rows.tolist()) + "\n"
    return text


def write_jaspar(motifs: Sequence[Motif], letters: bool = True) -> str:
    text = ""
    for motif in motifs:
        text += f">{motif.id}\t{motif.name}\n"
        for base, row in zip("ACGT", motif.counts.T.tolist(), strict=True):
            values = " ".join(map(number_text, row))
            text += f"{base}  [ {values} ]\n" if letters else f"{values}\n"
    return text


def write_positions(motifs: Sequence[Motif]) -> str:
    return "".join(
        f">{motif.id} {motif.name}\n"
        + "".join("\t".join(map(number_text, row)) + "\n" for row in motif.counts.tolist())
        for motif in motifs
    )


def write_transfac(motifs: Sequence[Motif]) -> str:
    text = ""
    for motif in motifs:
        text += f"AC  {motif.id}\nXX\nID  {motif.name}\nXX\nPO\tA\tC\tG\tT\n"
        for at, row in enumerate(motif.counts.tolist(), start=1):
            text += f"{at:02d}\t" + "\t".join(map(number_text, row)) + "\n"
        text += "XX\n//\n"
    return text


WRITERS: dict[str, Callable[[Sequence[Motif]], str]] = {
    "meme": write_meme,
    "jaspar": write_jaspar,
    "bare": lambda motifs: write_jaspar(motifs, letters=False),
    "positions": write_positions,
    "transfac": write_transfac,
}

words = st.text("ABCxyz019.:_()-", min_size=1, max_size=12).filter(lambda text: text != "width")


@st.composite
def collections(draw: st.DrawFn) -> list[Motif]:
    ids = draw(st.lists(words, min_size=1, max_size=4, unique=True))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    motifs = []
    for id_ in ids:
        counts = rng.integers(0, 30, (int(rng.integers(2, 12)), 4)) + rng.choice([0, 0.25])
        counts[:, rng.integers(4)] += 5
        counts[:, 0] += counts.sum(axis=1).max() - counts.sum(axis=1)  # as MEME needs: one nsites
        motifs.append(Motif(id_, draw(words), counts))
    return motifs


@pytest.mark.parametrize("kind", WRITERS)
@given(motifs=collections(), seed=st.integers(0, 99))
@NO_FIXTURE_STATE
def test_what_is_written_is_read_in_any_order(
    tmp_path: Path, kind: str, motifs: list[Motif], seed: int
) -> None:
    shuffled = random.Random(seed).sample(motifs, len(motifs))
    read = read_motifs(put(tmp_path, WRITERS[kind](shuffled)))
    wanted = sorted(motifs, key=lambda motif: motif.id)
    doubled = [
        Motif(m.id, m.name, m.counts)
        if "_" not in m.id
        else Motif(r.id, r.name, m.counts)  # ID_ID.NAME may mean two names
        for m, r in zip(wanted, read, strict=True)
    ]
    same(read, doubled)
    again = read_motifs(put(tmp_path, WRITERS[kind](motifs)))
    for one, other in zip(read, again, strict=True):
        assert (one.id, one.name) == (other.id, other.name)
        np.testing.assert_array_equal(one.counts, other.counts)


pieces = st.sampled_from(
    [b"", b"\n", b" ", b"\t", b"0", b"-", b"1e400", b"nan", b">", b"//", b"MOTIF", b"[", b"]",
     b"A ", b"letter-probability matrix:", b"P0", b"01 ", b"#", b"\xc3\xa9", b"\xff",
     b"\x00", b"\r", b"1" * 5000]
)  # fmt: skip


def motifs_or_refusal(path: Path) -> list[Motif]:
    """Return what is read; nothing when it is refused in one line that names the file."""
    try:
        return read_motifs(path)
    except InputError as error:
        message = str(error)
    assert message.startswith(f"{path}:")
    assert message.isprintable()
    return []


@given(
    kind=st.sampled_from(sorted(FORMATS)),
    cuts=st.lists(st.tuples(st.integers(0, 600), st.integers(0, 40), pieces), max_size=4),
)
@example(kind="transfac", cuts=[(0, 999, b"P0 A C G T\n1_1 2 3 4 5\n")])
@example(kind="transfac", cuts=[(0, 999, "AC x\nP0 A C G T\n²\n".encode())])
@example(kind="positions", cuts=[(0, 999, b">m\n[ ]\n")])
@example(kind="positions", cuts=[(0, 999, b">m\n1e308 1e308 1e308 1e308\n" * 3)])
@settings(NO_FIXTURE_STATE, max_examples=400)
def test_damage_gives_motifs_or_one_line(
    tmp_path: Path, kind: str, cuts: list[tuple[int, int, bytes]]
) -> None:
    data = FORMATS[kind].encode()
    for at, length, piece in cuts:
        data = data[:at] + piece + data[at + length :]
    assert len(motifs_or_refusal(put(tmp_path, data))) <= 3


@given(data=st.binary(max_size=200))
@NO_FIXTURE_STATE
def test_noise_gives_one_line(tmp_path: Path, data: bytes) -> None:
    for head in (b"", b"MEME version 4\n", b">", b"AC  "):
        motifs_or_refusal(put(tmp_path, head + data))


def test_the_example_motifs_are_read() -> None:
    motifs = read_motifs(EXAMPLE)
    assert [(m.id, m.width) for m in motifs if m.name == "CTCF"] == [("MA0139.1", 19)]
    counts = next(m.counts for m in motifs if m.name == "CTCF")
    np.testing.assert_allclose(counts.sum(axis=1), 913, rtol=1e-6)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("file", "number", "id_", "name", "width"),
    [
        ("JASPAR2022_vertebrates.pfm", 838, "MA0139.1", "CTCF", 19),
        ("JASPAR2022_fungi.pfm", 179, "MA0266.1", "ABF2", 7),
        ("HOCOMOCOv11_HUMAN.pfm", 401, "AHR_HUMAN.H11MO.0.B", "AHR_HUMAN.H11MO.0.B", 9),
        ("TATA.pwm", 1, "TATA-box", "TATA-box", 8),
    ],
)
def test_real_collections_are_read(file: str, number: int, id_: str, name: str, width: int) -> None:
    if not SHARED.is_dir():
        pytest.skip("no ../shared/data/motifs")
    motifs = read_motifs(SHARED / file)
    assert len(motifs) == number
    assert [(m.name, m.width) for m in motifs if m.id == id_] == [(name, width)]


def test_without_pyjaspar_the_cure_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "find_spec", lambda name: None)
    with pytest.raises(InputError) as caught:
        read_motifs("jaspar:vertebrates@2024")
    assert str(caught.value) == (
        "jaspar:vertebrates@2024: pyjaspar is not installed; pip install 'gtrack[jaspar]'"
    )


@pytest.mark.skipif(find_spec("pyjaspar") is None, reason="pyjaspar is not installed")
class TestRelease:
    def test_the_newest_matrices_of_a_release(self) -> None:
        motifs = read_motifs("jaspar:vertebrates@2024")
        assert len(motifs) == 879
        assert [m.id for m in motifs] == sorted({m.id for m in motifs})
        assert {m.source for m in motifs} == {"JASPAR2024"}
        assert [m.width for m in motifs if m.id == "MA0139.2"] == [15]
        same(read_motifs("jaspar:vertebrates"), motifs)
        assert read_motifs("jaspar:vertebrates@JASPAR2022")[0].source == "JASPAR2022"

    @pytest.mark.parametrize(
        ("wanted", "message"),
        [
            ("jaspar:vertebrates@1999", "pyjaspar has no release JASPAR1999; it has 2014"),
            ("jaspar:vertebrate", "JASPAR2024 has no group 'vertebrate'; it has"),
            ("jaspar:", "JASPAR2024 has no group ''"),
        ],
    )
    def test_what_is_not_there_is_named(self, wanted: str, message: str) -> None:
        with pytest.raises(InputError) as caught:
            read_motifs(wanted)
        assert str(caught.value).startswith(f"{wanted}: {message}")
