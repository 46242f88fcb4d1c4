"""Annotations: what each format says, whatever the order of its lines, and what is refused."""

from __future__ import annotations

import gzip
import random
import subprocess
import sys
from dataclasses import astuple, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gtrack.core.annotation_formats import ANNOTATION_FORMATS
from gtrack.core.errors import InputError
from gtrack.core.features import Feature
from gtrack.io.annotations import annotation_format, read_features
from gtrack.io.bed_columns import feature_cells
from tests.costs import growth

ROOT = Path(__file__).resolve().parents[3]


def read(path: Path) -> list[Feature]:
    return list(read_features(path, annotation_format(path)))


def short(feature: Feature) -> str:
    """Write what a test compares: name, place, thick part, blocks."""
    blocks = " ".join(f"{a}-{b}" for a, b in feature.blocks)
    thick = f"{feature.thick_start}-{feature.thick_end}"
    return f"{feature.name} {feature.chrom}{feature.strand} {thick} [{blocks}]"


@st.composite
def features(draw: st.DrawFn) -> Feature:
    blocks = draw(st.integers(1, 5))
    cuts = sorted(draw(st.sets(st.integers(1, 500), min_size=2 * blocks, max_size=2 * blocks)))
    start, end = cuts[0], cuts[-1]
    thick = sorted(draw(st.tuples(*[st.integers(start, end)] * 2)))
    name = draw(st.text(st.characters(exclude_categories=("C", "Z")), min_size=1))
    rgb = draw(st.sampled_from(["0", "0,114,178", "255,255,255"]))
    return Feature(
        *(draw(st.sampled_from(["chr1", "2", "é"])), start, end, name, draw(st.integers(0, 1000))),
        *(draw(st.sampled_from("+-.")), *thick, rgb),
        tuple(b - a for a, b in zip(cuts[::2], cuts[1::2], strict=True)),
        tuple(a - start for a in cuts[::2]),
    )


@given(st.lists(features(), min_size=1, max_size=20), st.booleans())
@settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_bed12_comes_back(tmp_path: Path, given: list[Feature], comma: bool) -> None:
    path = tmp_path / "a.bed"
    end = ",\n" if comma else "\n"
    path.write_text("".join("\t".join(feature_cells(f)) + end for f in given))
    assert read(path) == given


COLUMNS = "chr1 10 90 N 5 + 20 80 9,8,7 2 5,10 0,70".split()


@pytest.mark.parametrize("columns", range(3, 13))
def test_as_many_columns_as_are_bed(tmp_path: Path, columns: int) -> None:
    path = tmp_path / "a.bed"
    path.write_text("\t".join(COLUMNS[:columns]) + "\n")
    (found,) = read(path)
    whole = Feature("chr1", 10, 90, "N", 5, "+", 20, 80, "9,8,7", (5, 10), (0, 70))
    wanted = Feature("chr1", 10, 90)
    for needed, names in {4: ["name"], 5: ["score"], 6: ["strand"], 9: ["rgb"]}.items():
        if columns >= needed:
            wanted = replace(wanted, **{name: getattr(whole, name) for name in names})
    if columns >= 8:
        wanted = replace(wanted, thick_start=20, thick_end=80)
    assert found == (whole if columns == 12 else wanted)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("chr1 10 90 N . . 0 0 .", "N chr1. 10-10 [10-90]"),
        ("chr1 10 90 N 1e3 +", "N chr1+ 10-90 [10-90]"),
        ("chr1 10 90 gene of_words -", "gene chr1. 10-90 [10-90]"),  # BED4 and more
        ("chr1 10 90 N 5 - 12.5 3 0.1", "N chr1- 10-90 [10-90]"),  # broadPeak: BED6+3
        ("chr1 10 90 N 5 - M0108 set 1 2 3 4 5 cnn r", "N chr1- 10-90 [10-90]"),  # gtrack's hits
        ("chr1 10 90 N 5 - 12 80 0 2 5,5, 0,75, 3.5 2 1", "N chr1- 12-80 [10-15 85-90]"),
    ],
)
def test_tables_that_begin_as_bed(tmp_path: Path, line: str, says: str) -> None:
    path = tmp_path / "a.bed"
    path.write_text("track name=x\n#c\n\n" + line.replace(" ", "\t") + "\n")
    assert [short(f) for f in read(path)] == [says]


def test_scores_and_colours_as_browsers_take_them(tmp_path: Path) -> None:
    path = tmp_path / "a.bed"
    rows = [("-3", "0"), ("2.5", "255"), ("7000", "16711680"), (".", "1, 2,3")]
    path.write_text("".join(f"c\t1\t9\tn\t{s}\t+\t1\t9\t{rgb}\n" for s, rgb in rows))
    assert [(f.score, f.rgb) for f in read(path)] == [
        *((0, "0"), (2, "0,0,255"), (1000, "255,0,0"), (0, "1,2,3")),
    ]


def test_packed_and_odd_line_ends_read_alike(tmp_path: Path) -> None:
    lines = b"chr1\t10\t90\tN <img src=x onerror=alert(1)>\xff\n" * 3
    (tmp_path / "a.bed").write_bytes(lines)
    (tmp_path / "crlf.bed").write_bytes(lines.replace(b"\n", b"\r\n"))
    (tmp_path / "a.bed.gz").write_bytes(gzip.compress(lines))
    plain = read(tmp_path / "a.bed")
    assert plain[0].name == "N <img src=x onerror=alert(1)>\\xff"
    assert plain == read(tmp_path / "crlf.bed") == read(tmp_path / "a.bed.gz")
    assert read(tmp_path / "a.bed.gz")[2].origin == f"{tmp_path / 'a.bed.gz'}:3"


def test_narrow_peaks(tmp_path: Path) -> None:
    path = tmp_path / "p.narrowPeak"
    path.write_text("chr1\t10\t90\tpk\t2000\t.\t7.5\t-1\t3e-4\t40\n")
    assert read(path) == [Feature("chr1", 10, 90, "pk", 1000)]
    for line, says in (("chr1\t10\t90\tpk\t0\t.\t7\t1\t1", "9 columns"), ("x", "1 column;")):
        path.write_text(line + "\n")
        with pytest.raises(InputError, match=says):
            read(path)
    wide = tmp_path / "p.broadPeak"
    wide.write_text("chr1\t10\t90\tpk\t20\t.\t7.5\t-1\t3e-4\n")
    assert read(wide) == [Feature("chr1", 10, 90, "pk", 20)]
    wide.write_text(path.read_text() + "chr1\t10\t90\tpk\t0\t.\t7\t1\t1\t40\n")
    with pytest.raises(InputError, match="1 column;"):
        read(wide)
    wide.write_text("chr1\t10\t90\tpk\t0\t.\t7\t1\t1\t40\n")
    with pytest.raises(InputError, match="10 columns; a broadPeak line has 9; or call"):
        read(wide)
    path.write_text("chr1\t10\t90\tpk\t0\t.\t7\t1\t1\tmiddle\n")
    with pytest.raises(InputError, match=r"p\.narrowPeak:1: 'middle' in column 10 is not a number"):
        read(path)


GTF = """\
#!genome-build X
chr1	HAVANA	gene	101	900	.	+	.	gene_id "G1"; gene_name "TBP";
chr1	HAVANA	transcript	101	900	.	+	.	gene_id "G1"; transcript_id "T1"; gene_name "TBP";
chr1	HAVANA	exon	101	200	.	+	.	gene_id "G1"; transcript_id "T1"; exon_number 1;
chr1	HAVANA	CDS	151	200	.	+	0	gene_id "G1"; transcript_id "T1"; ref_gene_id "no";
chr1	HAVANA	start_codon	151	153	.	+	0	gene_id "G1"; transcript_id "T1";
chr1	HAVANA	exon	801	900	.	+	.	gene_id "G1"; transcript_id "T1";
chr1	HAVANA	CDS	801	847	.	+	1	gene_id "G1"; transcript_id "T1";
chr1	HAVANA	stop_codon	848	850	.	+	0	gene_id "G1"; transcript_id "T1";
chr1	HAVANA	UTR	851	900	.	+	.	gene_id "G1"; transcript_id "T1";
chr1	HAVANA	transcript	301	400	.	+	.	gene_id "G1"; transcript_id "T2";
chr1	HAVANA	exon	301	400	.	+	.	gene_id "G1"; transcript_id "T2";
chr1	HAVANA	gene	2001	2100	.	-	.	gene_id "G2"; transcript_id "";
chrX	PAR	exon	11	20	.	-	.	gene_id "G3"; transcript_id "T3";
chrX	PAR	exon	31	40	.	-	.	gene_id "G3"; transcript_id "T3";
chrY	PAR	exon	111	120	.	-	.	gene_id "G3"; transcript_id "T3";
chr2	aug	CDS	51	60	.	-	.	transcript_id T4; gene_id G4;
chr2	aug	CDS	71	80	.	-	.	transcript_id T4; gene_id G4;
chr2	x	enhancer	1	9	.	.	.	gene_id "E1";
"""
GTF_SAYS = {
    "TBP chr1+ 150-850 [100-200 800-900]",
    "TBP chr1+ 300-300 [300-400]",  # named by its gene; nothing is translated
    "G2 chr1- 2000-2100 [2000-2100]",  # a gene without a transcript
    "G3 chrX- 10-10 [10-20 30-40]",  # no line of its own
    "G3 chrY- 110-110 [110-120]",
    "G4 chr2- 50-80 [50-60 70-80]",
    "E1 chr2. 0-9 [0-9]",
}
GFF3 = """\
##gff-version 3
##sequence-region 1 1 9000
1	ensembl	chromosome	1	9000	.	.	.	ID=chromosome:1;Is_circular=true
1	NCBI	region	1	9000	.	+	.	ID=1:1..9000;gbkey=Src;mol_type=genomic DNA
1	ensembl	gene	101	900	.	-	.	ID=gene:G1;Name=A%3BB%09<b>;gene_id=G1
1	ensembl	mRNA	101	900	.	-	.	ID=transcript:T1;Parent=gene:G1;Name=AB-201
1	ensembl	mRNA	101	500	.	-	.	ID=transcript:T2;Parent=gene:G1;Name=AB-202
1	ensembl	exon	101	200	.	-	.	Parent=transcript:T1,transcript:T2;Name=E1
1	ensembl	CDS	181	200	.	-	.	ID=CDS:P1;Parent=transcript:T1
1	ensembl	exon	801	900	.	-	.	Parent=transcript:T1;Name=E2
1	ensembl	CDS	801	810	.	-	.	ID=CDS:P1;Parent=transcript:T1
1	ensembl	exon	401	500	.	-	.	Parent=transcript:T2;Name=E3
1	ensembl	ncRNA_gene	3001	3100	.	?	.	ID=gene:N;gene_id=N1
###
1	NCBI	gene	4001	4300	.	+	.	ID=gene-b;Name=bac; gene=bacA
1	NCBI	CDS	4001	4100	.	+	.	ID=cds-b;Parent=gene-b;gene=bacA
1	NCBI	CDS	4100	4300	.	+	.	ID=cds-b;Parent=gene-b;gene=bacA
1	tair	mRNA	5001	5500	.	+	.	ID=m5
1	tair	five_prime_UTR	5001	5100	.	+	.	Parent=m5
1	tair	CDS	5101	5200	.	+	.	Parent=m5
1	tair	CDS	5401	5500	.	+	.	Parent=m5
1	x	exon	6001	6100	.	+	.	Parent=lost;Name=exon_of_lost
1	x	repeat_region	7001	7100	.	+	.	.
1	x	match	8001	8100	.	+	.	ID=m
1	x	match	8201	8300	.	+	.	ID=m
c%20c	prodigal	CDS	3	9	5.1	+	0	ID=1_1;partial=00
##FASTA
>1
ACGT
"""
GFF3_SAYS = {
    "A;B\t<b> 1- 180-810 [100-200 800-900]",
    "A;B\t<b> 1- 100-100 [100-200 400-500]",
    "N1 1. 3000-3100 [3000-3100]",
    "bacA 1+ 4000-4300 [4000-4300]",  # its pieces overlap by a base
    "m5 1+ 5100-5500 [5000-5200 5400-5500]",
    "lost 1+ 6000-6000 [6000-6100]",
    "repeat_region 1+ 7000-7100 [7000-7100]",
    "m 1+ 8000-8100 [8000-8100]",
    "m 1+ 8200-8300 [8200-8300]",
    "1_1 c c+ 2-9 [2-9]",
}


@pytest.mark.parametrize(
    ("name", "text", "says"), [("a.gtf", GTF, GTF_SAYS), ("a.gff3", GFF3, GFF3_SAYS)]
)
def test_transcripts_in_any_order_of_the_lines(
    tmp_path: Path, name: str, text: str, says: set[str]
) -> None:
    path = tmp_path / name
    path.write_text(text)
    assert {short(f) for f in read(path)} == says
    assert len(read(path)) == len(says)
    rows, fasta, sequences = text.partition("##FASTA\n")
    lines = rows.splitlines(keepends=True)
    for seed in range(20):
        random.Random(seed).shuffle(lines)
        path.write_text("".join(lines) + fasta + sequences)
        assert {short(f) for f in read(path)} == says, seed
    path.write_text("".join(reversed(lines)))
    assert {short(f) for f in read(path)} == says


@given(st.integers(0, 2**32))
@settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_what_bed12_and_gtf_say_of_a_gene_is_the_same(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    genes, lines = [], []
    for at in range(1, rng.randrange(2, 8)):
        cuts = sorted(rng.sample(range(1, 400), 2 * rng.randrange(1, 6)))
        exons = list(zip(cuts[::2], cuts[1::2], strict=True))
        thick = sorted(rng.sample(range(cuts[0], cuts[-1] + 1), 2))
        coding = [(max(a, thick[0]), min(b, thick[1])) for a, b in exons]
        coding = [(a, b) for a, b in coding if a < b]
        hull = (coding[0][0], coding[-1][1]) if coding else (cuts[0], cuts[0])
        genes.append(
            Feature(
                *("c", cuts[0], cuts[-1], f"G{at}", 0, "+-"[at % 2], *hull),
                block_sizes=tuple(b - a for a, b in exons),
                block_starts=tuple(a - cuts[0] for a, _ in exons),
            )
        )
        for kind, parts in (("exon", exons), ("CDS", coding)):
            for a, b in parts:
                who = f'gene_id "G{at}"; transcript_id "T{at}";'
                lines.append(f"c\tx\t{kind}\t{a + 1}\t{b}\t.\t{'+-'[at % 2]}\t.\t{who}\n")
    rng.shuffle(lines)
    (tmp_path / "g.gtf").write_text("".join(lines))
    assert sorted(map(astuple_, read(tmp_path / "g.gtf"))) == sorted(map(astuple_, genes))


def astuple_(feature: Feature) -> tuple[object, ...]:
    return astuple(replace(feature, origin=""))


@pytest.mark.parametrize(
    ("name", "line", "says"),
    [
        ("a.bed", "chr1\t5", "2 columns; a BED line has at least 3"),
        ("a.bed", "chr1\tx\t9", "start 'x' is not a whole number"),
        ("a.bed", "chr1\t9\t9", "enclose no base"),
        ("a.bed", "chr1\t0\t4294967296", "end 4294967296 is larger than 4294967295, the largest"),
        ("a.bed", "chr1\t-1\t9", "start -1 is negative"),
        ("a.bed", "\t".join(["c", "1", "9", *"nnnnnnnnn"]), "score 'n' in column 5"),
        ("a.bed", "\t".join([*COLUMNS[:10], "5", "0,70"]), "blockCount 2, but 1 block sizes"),
        ("a.bed", "\t".join([*COLUMNS[:10], "5,11", "0,70"]), "blocks lie from 0 to 81"),
        ("a.gtf", "chr1\t1\t9", "3 columns; a line of GTF or GFF3 has 9, separated by tabs"),
        ("a.gtf", "c\tx\texon\t0\t9\t.\t+\t.\tgene_id 1", "start 0; GTF and GFF3 count from 1"),
        ("a.gtf", "c\tx\texon\t9\t8\t.\t+\t.\tgene_id 1", "end 8 < start 9"),
        ("a.gtf", "c\tx\texon\t-9\t8\t.\t+\t.\tgene_id 1", "start -9 is negative"),
        ("a.gtf", "c\tx\texon\t1\t8\t.\tx\t.\tgene_id 1", "strand 'x' in column 7 is not one of"),
        ("a.gtf", "c\tx\texon\t1\t8\t.\t+\t.\tID=e1", "this is a GFF3: call the file .gff3"),
        ("a.gff", 'c\tx\texon\t1\t8\t.\t+\t.\tgene_id "1";', "this is a GTF: call the file .gtf"),
        ("a.gff3", "c\tx\texon\t1\t8\t.\t+\t.\tfive", "KEY=VALUE;KEY=VALUE; write them so"),
    ],
)
def test_what_breaks_a_rule_is_named_with_its_line(
    tmp_path: Path, name: str, line: str, says: str
) -> None:
    path = tmp_path / name
    path.write_text("# one\n\n" + line + "\n")
    with pytest.raises(InputError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}:3: ")
    assert says in str(caught.value)


def test_a_line_that_is_not_as_the_first(tmp_path: Path) -> None:
    path = tmp_path / "a.bed"
    path.write_text("c\t1\t9\tn\t0\t+\nc\t1\t9\tn\n")
    with pytest.raises(InputError, match=r"a\.bed:2: 4 columns, line 1 has 6 of BED"):
        read(path)


@pytest.mark.parametrize("name", ["a.bed", "a.gtf", "a.gff3", "a.narrowPeak"])
def test_nothing_in_it(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("# only this\n")
    with pytest.raises(InputError, match="no features; give a file with at least one"):
        read(path)
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / f"other.{name}")


def test_formats_by_name() -> None:
    names = {
        "BED": "a.bed a.BED.gz a.b.bed.bgz",
        "narrowPeak": "a.narrowPeak a.narrowpeak.gz",
        "broadPeak": "a.broadPeak x.broadpeak.gz",
        "GTF": "gencode.v44.gtf.gz x.gtf",
        "GFF3": "x.gff x.gff3 x.gff3.gz",
        "bigBed": "x.bb x.bigBed",
        "bigWig": "x.bw x.bigWig x.BIGWIG",
    }
    assert set(names) == set(ANNOTATION_FORMATS)
    for kind, words in names.items():
        assert {annotation_format(Path(word)) for word in words.split()} == {kind}
    for word in ("a.txt", "bed", "a.bb.gz", "a.vcf.gz", "a.bed.zip", "a.bw.gz"):
        with pytest.raises(InputError, match="no format that gtrack shows has such a name"):
            annotation_format(Path(word))


def test_the_example_genes_as_bedtools_reads_them() -> None:
    bedtools = pytest.importorskip("pybedtools")
    path = ROOT / "example_data" / "genes.bed"
    theirs = [row.fields for row in bedtools.BedTool(str(path))]
    ours = [list(feature_cells(feature)) for feature in read(path)]
    assert ours == [[*row[:10], row[10].rstrip(","), row[11].rstrip(",")] for row in theirs]


@pytest.mark.long
def test_three_hundred_thousand_lines_of_gtf(tmp_path: Path) -> None:
    """A tenth of a human annotation: memory far below the size of the file, a linear cost."""
    for genes in (7_500, 30_000):
        with (tmp_path / f"{genes}.gtf").open("w") as file:
            for gene in range(genes):
                who = (
                    f'gene_id "ENSG{gene:011}.1"; transcript_id "ENST{gene:011}.1"; gene_name "N";'
                )
                for exon in range(10):
                    at = 1 + 5000 * gene + 100 * exon
                    file.write(f"chr1\tHAVANA\texon\t{at}\t{at + 50}\t.\t+\t.\t{who} level 2;\n")
    read = read_features
    assert growth(lambda n: sum(1 for _ in read(tmp_path / f"{n}.gtf", "GTF")), 7_500) < 8
    path = tmp_path / "30000.gtf"
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from gtrack.io.annotations import read_features\n"
        "usage = lambda: resource.getrusage(resource.RUSAGE_SELF)\n"
        "before = usage()\n"
        "count = sum(len(f.blocks) for f in read_features(Path(sys.argv[1]), 'GTF'))\n"
        "after = usage()\n"
        "assert count == 300_000\n"
        "assert after.ru_maxrss - before.ru_maxrss < 60_000, 'kB'\n"
    )
    ran = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
