"""What is read of an annotation at places is what a whole read has there."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gtrack.core.errors import InputError
from gtrack.core.features import Feature
from gtrack.io.annotations import read_features, sifted_features, stretches
from gtrack.io.annotations.sieve import Sieve
from gtrack.io.annotations.stretches import line_blocks, lines_on
from gtrack.io.bigbed import write_feature_bigbed
from gtrack.io.text import read_lines

SIZES = {"chr1": 400, "chr2": 300, "chr10": 200}
KINDS = ["gene", "transcript", "mRNA", "exon", "CDS", "five_prime_UTR", "intron", "peak"]
IDS = ["", "a", "b", "c", "a b", "x%3By"]
SLOW = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

stretch = st.tuples(st.integers(1, 180), st.integers(0, 60))
place = st.tuples(st.sampled_from([*SIZES, "chrX"]), st.integers(0, 190), st.integers(1, 40)).map(
    lambda at: (at[0], at[1], at[1] + at[2])
)


@st.composite
def gtf_row(draw: st.DrawFn) -> str:
    gene, transcript = draw(st.sampled_from(IDS)), draw(st.sampled_from(IDS))
    said = [f'gene_id "{gene}"'] * bool(gene) + [f'transcript_id "{transcript}"'] * bool(transcript)
    said += draw(
        st.lists(
            st.sampled_from(
                [
                    'gene_name "N"',
                    'note "of gene_id 2"',
                    'ref_gene_id "a"',
                    r'note "\"b\""',
                    "tag 1",
                ]
            ),
            max_size=2,
        )
    )
    return _row(draw, "; ".join(draw(st.permutations(said))) + ";")


@st.composite
def gff3_row(draw: st.DrawFn) -> str:
    keys = draw(
        st.lists(st.sampled_from(["ID", "Parent", "Name", "gene", "Derives_from"]), unique=True)
    )
    values = [draw(st.sampled_from(["a", "b", "c", "a,b", "x%3By", "c%2Cd"])) for _ in keys]
    pairs = [f"{key}={value}" for key, value in zip(keys, values, strict=True)]
    return _row(draw, ";".join(pairs) or ".")


def _row(draw: st.DrawFn, said: str) -> str:
    chrom, kind = draw(st.sampled_from([*SIZES, "chr%31"])), draw(st.sampled_from(KINDS))
    first, more = draw(stretch)
    strand = draw(st.sampled_from("+-."))
    return f"{chrom}\ts\t{kind}\t{first}\t{first + more}\t.\t{strand}\t.\t{said}\n"


def _same(path: Path, kind: str, places: list[tuple[str, int, int]]) -> None:
    sieve = Sieve((), places)
    try:
        whole = list(read_features(path, kind))
    except InputError:
        assume(False)
        return
    wanted = [each for each in whole if sieve.wants(each)]
    found = list(sifted_features(path, kind, sieve))
    assert found == wanted
    assert [each.origin for each in found] == [each.origin for each in wanted]


@SLOW
@given(st.lists(gtf_row(), min_size=1, max_size=14), st.lists(place, min_size=1, max_size=2))
def test_a_gtf(tmp_path: Path, rows: list[str], places: list[tuple[str, int, int]]) -> None:
    path = tmp_path / "a.gtf"
    path.write_text("#!genome\n" + "".join(rows))
    _same(path, "GTF", places)


@SLOW
@given(
    rows=st.lists(gff3_row(), min_size=1, max_size=14),
    places=st.lists(place, min_size=1, max_size=2),
    circular=st.booleans(),
)
def test_a_gff3(
    tmp_path: Path, rows: list[str], places: list[tuple[str, int, int]], *, circular: bool
) -> None:
    path = tmp_path / "a.gff3"
    head = "chr2\ts\tregion\t1\t250\t.\t+\t.\tIs_circular=true\n" if circular else ""
    path.write_text(f"##gff-version 3\n{head}{''.join(rows)}##FASTA\n>chr1\nACGT\n")
    _same(path, "GFF3", places)


features = st.builds(
    lambda chrom, start, length, name: Feature(chrom, start, start + length, name),
    *(
        st.sampled_from(list(SIZES)),
        st.integers(0, 150),
        st.integers(1, 50),
        st.sampled_from("ab."),
    ),
)


@SLOW
@given(st.lists(features, min_size=1, max_size=12), st.lists(place, min_size=1, max_size=3))
def test_a_bigbed(
    tmp_path: Path, given_: list[Feature], places: list[tuple[str, int, int]]
) -> None:
    path = tmp_path / "a.bb"
    write_feature_bigbed(path, SIZES, given_)
    sieve = Sieve((), places)
    wanted = [each for each in read_features(path, "bigBed") if sieve.wants(each)]
    found = list(sifted_features(path, "bigBed", sieve))
    assert sorted(map(repr, found)) == sorted(map(repr, dict.fromkeys(wanted)))


@pytest.mark.parametrize(
    ("name", "kind", "more"),
    [
        ("p.narrowPeak", "narrowPeak", "\tp{k}\t0\t.\t1.5\t-1\t-1\t5\n"),
        ("p.broadPeak", "broadPeak", "\tp{k}\t0\t.\t1.5\t-1\t-1\n"),
        ("p.bed", "BED", "\tp{k}\n"),
    ],
)
def test_peaks_and_names(tmp_path: Path, name: str, kind: str, more: str) -> None:
    rows = [f"chr{1 + k % 2}\t{10 * k}\t{10 * k + 8}{more.format(k=k)}" for k in range(30)]
    (tmp_path / name).write_text("".join(rows))
    _same(tmp_path / name, kind, [("chr1", 40, 61), ("chr2", 0, 12)])
    found = sifted_features(tmp_path / name, kind, Sieve(["P7", "p8"]))
    assert [each.name for each in found] == ["p7", "p8"]


def test_far_rows_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read of a row costs ten times as much as to see that it is not wanted."""
    from gtrack.io.annotations import gff

    rows = [
        f"chr1\ts\texon\t{100 * k + 1}\t{100 * k + 50}\t.\t+\t.\t"
        f'gene_id "{k}"; transcript_id "{k}t";\n'
        for k in range(500)
    ]
    (tmp_path / "a.gtf").write_text("".join(rows))
    read = []
    real = gff._place
    monkeypatch.setattr(gff, "_place", lambda *row: read.append(row) or real(*row))
    found = list(sifted_features(tmp_path / "a.gtf", "GTF", Sieve((), [("chr1", 20_000, 20_250)])))
    assert [each.name for each in found] == ["200", "201", "202"]
    assert len(read) == 3


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_in_blocks_are_the_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str, *, packed: bool
) -> None:
    """Whatever the sizes of blocks; numbers count all lines, and sequences are no rows."""
    rng = np.random.default_rng(1)
    rows = [f"chr{rng.integers(1, 12)}\t{'x' * rng.integers(0, 30)}" for _ in range(400)]
    text = "\ufeff# head" + end + end.join([*rows, ""])
    data = (text + f"##FASTA{end}>chr1{end}chr1\tno row{end}").encode()
    path = tmp_path / ("a.gz" if packed else "a")
    path.write_bytes(gzip.compress(data) if packed else data)
    lines = list(read_lines(path))
    for size in (1, 7, 100, 1 << 20):
        monkeypatch.setattr(stretches, "_AT_ONCE", size)
        wanted = [each for each in lines if each[1].startswith((b"chr1\t", b"chr7\t"))]
        assert list(lines_on(path, [b"chr1", b"chr7"])) == [
            each for each in wanted if b"no row" not in each[1]
        ]
        assert sum(block.count(b"\n") for _, block in line_blocks(path)) == len(rows) + 1
