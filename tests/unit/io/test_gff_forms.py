"""GTF and GFF3 as the tools of the field write them: what groups rows, what is a name, origins."""

from __future__ import annotations

import random
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gtrack.core.errors import InputError
from gtrack.core.features import Feature, unrolled
from gtrack.io.annotations import annotation_format, read_features
from gtrack.io.annotations.attributes import GtfAttributes, gff3_attributes

FIXTURE = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def said(tmp_path: Path, name: str, *rows: str) -> list[str]:
    """Write rows, whose columns are separated by spaces up to the ninth, and tell what is read.

    They are read in their order and in others, which must say the same.
    """
    lines = ["\t".join(row.split(" ", 8)) if not row.startswith("#") else row for row in rows]
    found = []
    for seed in range(4):
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n")
        found.append(sorted(map(short, read_features(path, annotation_format(path)))))
        random.Random(seed).shuffle(lines)
    assert all(each == found[0] for each in found)
    return found[0]


def short(feature: Feature) -> str:
    blocks = " ".join(f"{a}-{b}" for a, b in feature.blocks)
    thick = f"{feature.thick_start}-{feature.thick_end}"
    return f"{feature.name}{feature.strand} {thick} [{blocks}]"


CASES = {
    "keys stand outside of quotes (NCBI)": (
        "a.gtf",
        (
            'c r gene 11 40 . + . gene_id "SNHG1"; transcript_id ""; db_xref "GeneID:1"; '
            'description "small nucleolar RNA host gene 1"; gbkey "Gene"; gene "SNHG1";',
            'c r gene 51 70 . + . gene_id "H2"; description "HOXA gene cluster; gene \\"X\\""; ',
            'c x exon 91 94 . + . note "was called gene_name OLD before; gene_name "OLDER" too"; '
            'gene_id "G3"; transcript_id "T3"; gene_name "NEW";',
        ),
        {"SNHG1+ 10-40 [10-40]", "H2+ 50-70 [50-70]", "NEW+ 90-90 [90-94]"},
    ),
    "rows of another gene are not one transcript (NCBI)": (
        "a.gtf",
        (
            'c r gene 11 20 . + . gene_id "A"; transcript_id ""; gene "A";',
            'c r CDS 11 17 . + . gene_id "A"; transcript_id "unknown_transcript_1"; gene "A";',
            'c r start_codon 11 13 . + . gene_id "A"; transcript_id "unknown_transcript_1";',
            'c r gene 51 60 . + . gene_id "B"; transcript_id ""; gene "B";',
            'c r CDS 51 57 . + . gene_id "B"; transcript_id "unknown_transcript_1"; gene "B";',
            'c r gene 91 99 . - . gene_id "C"; transcript_id ""; gene "C";',
            'c r CDS 91 97 . - . gene_id "C"; transcript_id "unknown_transcript_1"; gene "C";',
        ),
        {"A+ 10-17 [10-17]", "B+ 50-57 [50-57]", "C- 90-97 [90-97]"},
    ),
    "rows of another strand are not one transcript (FlyBase)": (
        "a.gtf",
        (
            'c F gene 1 90 . - . gene_id "FB2"; gene_symbol "mod(mdg4)";',
            'c F mRNA 1 40 . - . gene_id "FB2"; gene_symbol "mod(mdg4)"; transcript_id "T";',
            'c F exon 1 10 . - . gene_id "FB2"; gene_symbol "mod(mdg4)"; transcript_id "T";',
            'c F exon 31 40 . - . gene_id "FB2"; gene_symbol "mod(mdg4)"; transcript_id "T";',
            'c F exon 81 90 . + . gene_id "FB2"; gene_symbol "mod(mdg4)"; transcript_id "T";',
            'c F pseudogene 5 9 . - . gene_id "P"; gene_symbol "Ps"; transcript_id "TP";',
            'c F gene 5 9 . - . gene_id "P"; gene_symbol "Ps";',
        ),
        {
            "mod(mdg4)- 0-0 [0-10 30-40]",
            "mod(mdg4)+ 80-80 [80-90]",
            "Ps- 4-9 [4-9]",
        },
    ),
    "bare ids (BRAKER, AUGUSTUS)": (
        "a.gtf",
        (
            "c A gene 11 40 . + . g1",
            "c A transcript 11 40 . + . g1.t1",
            'c A start_codon 11 13 . + . transcript_id "g1.t1"; gene_id "g1";',
            'c A CDS 11 20 . + . transcript_id "g1.t1"; gene_id "g1";',
            'c A exon 11 20 . + . transcript_id "g1.t1"; gene_id "g1";',
            'c A CDS 31 40 . + . transcript_id "g1.t1"; gene_id "g1";',
            'c A exon 31 40 . + . transcript_id "g1.t1"; gene_id "g1";',
            "c A gene 51 60 . - . g2;",
        ),
        {"g1+ 10-40 [10-20 30-40]", "g2- 50-60 [50-60]"},
    ),
    "strands that only some rows know (StringTie)": (
        "a.gtf",
        (
            'c S transcript 11 40 . + . gene_id "S.1"; transcript_id "S.1.1"; ref_gene_name "TBP";',
            'c S exon 11 20 . . . gene_id "S.1"; transcript_id "S.1.1";',
            'c S exon 31 40 . . . gene_id "S.1"; transcript_id "S.1.1";',
            'c S transcript 51 60 . . . gene_id "S.2"; transcript_id "S.2.1";',
            'c S exon 51 60 . . . gene_id "S.2"; transcript_id "S.2.1";',
        ),
        {"TBP+ 10-10 [10-20 30-40]", "S.2. 50-50 [50-60]"},
    ),
    "a name that is empty, a tab at the end, unquoted values (GTF2.2, Ensembl)": (
        "a.gtf",
        (
            'c E gene 11 20 . + . gene_id "G1"; gene_name "";\t',
            'c E transcript 31 40 . + . gene_id G2; transcript_id T2; gene_name "";\t\t',
            'c E exon 31 40 . + . gene_id "G2" transcript_id "T2" exon_number 1 exon_id "E"',
            "c E CDS 33 40 . + . gene_id G2; transcript_id T2; exon_number 1",
        ),
        {"G1+ 10-20 [10-20]", "G2+ 32-40 [30-40]"},
    ),
    "genes of bacteria: CDS without transcript (PGAP's GTF)": (
        "a.gtf",
        (
            'c P gene 11 40 . + . gene_id "b_1"; transcript_id ""; gene "dnaA"; locus_tag "b_1";',
            'c P CDS 11 37 . + 0 gene_id "b_1"; transcript_id "unassigned_transcript_1"; '
            'gene "dnaA"; note "5\'-end; gene_id \\"b_9\\"";',
            'c P stop_codon 38 40 . + 0 gene_id "b_1"; transcript_id "unassigned_transcript_1";',
            'c P gene 51 60 . + . gene_id "b_2"; transcript_id "";',
            'c P CDS 51 57 . + 0 gene_id "b_2";',
        ),
        {"dnaA+ 10-40 [10-40]", "b_2+ 50-57 [50-57]"},
    ),
    "the same of one that has no gene's row (Prokka)": (
        "a.gff",
        (
            "c P CDS 11 40 . + 0 ID=X_1;gene=dnaA;locus_tag=X_1;product=replication; initiator",
            "c P CDS 51 60 . - 0 ID=X_2;Name=orf%202;locus_tag=X_2",
            "c P CDS 71 80 . - 0 ID=X_3;locus_tag=X_3",
            "c P CDS 81 90 . - 0 ID=X_3;locus_tag=X_3",
            "c P tRNA 95 99 . + . locus_tag=X_4;Name=tRNA-Ala",
            "c P gene 111 120 . + . ID=X_5_gene",
            "c P CDS 111 120 . + 0 ID=X_5;Parent=X_5_gene;gene=recF",
        ),
        {
            *("dnaA+ 10-40 [10-40]", "orf 2- 50-60 [50-60]", "X_3- 70-90 [70-90]"),
            *("tRNA-Ala+ 94-99 [94-99]", "X_5_gene+ 110-120 [110-120]"),
        },
    ),
    "trans-spliced genes, whose rows share an id (NCBI)": (
        "a.gff3",
        (
            "c R gene 11 20 . - . ID=gene-rps12;Name=rps12;gene=rps12;part=1",
            "c R gene 51 90 . - . ID=gene-rps12;Name=rps12;gene=rps12;part=2",
            "c R gene 131 140 . + . ID=gene-rps12;Name=rps12;gene=rps12;part=3",
            "c R CDS 11 20 . - 0 ID=cds-1;Parent=gene-rps12;gene=rps12",
            "c R CDS 51 60 . - 0 ID=cds-1;Parent=gene-rps12;gene=rps12",
            "c R CDS 81 90 . - 0 ID=cds-1;Parent=gene-rps12;gene=rps12",
            "c R CDS 131 140 . + 0 ID=cds-1;Parent=gene-rps12;gene=rps12",
        ),
        {
            *("rps12- 10-20 [10-20]", "rps12- 50-90 [50-60 80-90]"),
            "rps12+ 130-140 [130-140]",
        },
    ),
    "two parents, one of them a protein (TAIR)": (
        "a.gff",
        (
            "1 T gene 11 90 . + . ID=AT1;Note=protein_coding_gene;Name=AT1",
            "1 T mRNA 11 90 . + . ID=AT1.1;Parent=AT1;Name=AT1.1;Index=1",
            "1 T protein 21 80 . + . ID=AT1.1-Protein;Name=AT1.1;Derives_from=AT1.1",
            "1 T exon 11 40 . + . Parent=AT1.1",
            "1 T five_prime_UTR 11 20 . + . Parent=AT1.1",
            "1 T CDS 21 40 . + 0 Parent=AT1.1,AT1.1-Protein;",
            "1 T exon 61 90 . + . Parent=AT1.1",
            "1 T CDS 61 80 . + 1 Parent=AT1.1,AT1.1-Protein;",
            "1 T protein 111 120 . + . ID=P2;Derives_from=elsewhere",
        ),
        {"AT1+ 20-80 [10-40 60-90]", "P2+ 110-120 [110-120]"},
    ),
    "escapes in ids and names (SGD, Ensembl)": (
        "a.gff3",
        (
            "I S gene 11 40 . - . ID=YAL%3A1;Name=tP%28UGG%29A;Note=x; y",
            "I S mRNA 11 40 . - . ID=t%2C1; Parent=YAL:1;Name=m",
            "I S CDS 11 40 . - 0 Parent=t%2C1;Name=c",
            "I S ARS 51 60 . . . ID=ARS102;Name=ARS102",
        ),
        {"tP(UGG)A- 10-40 [10-40]", "ARS102. 50-60 [50-60]"},
    ),
    "names of genes (WormBase, Liftoff)": (
        "a.gff3",
        (
            "I W gene 11 40 . + . ID=Gene:WB1;Name=WB1;locus=aap-1;sequence_name=Y1.1",
            "I W mRNA 11 40 . + . ID=Transcript:Y1.1;Parent=Gene:WB1;Name=Y1.1",
            "I W exon 11 40 . + . Parent=Transcript:Y1.1",
            "I L gene 51 90 . + . ID=g7_1;Name=g7;coverage=1.0;copy_num_ID=g7_1",
            "I L mRNA 51 90 . + . ID=t7_1;Parent=g7_1;extra_copy_number=1",
            "I L exon 51 60 . + . ID=e7_1;Parent=t7_1",
            "I L exon 81 90 . + . ID=e7_2;Parent=t7_1",
        ),
        {"aap-1+ 10-10 [10-40]", "g7+ 50-50 [50-60 80-90]"},
    ),
    "over the origin of a circular sequence": (
        "a.gff3",
        (
            "p R region 1 100 . + . ID=p:1..100;Is_circular=true;mol_type=genomic DNA",
            "p R gene 91 130 . + . ID=g1;Name=dnaA",
            "p R CDS 91 130 . + 0 ID=c1;Parent=g1",
            "p R gene 96 120 . - . ID=g2;Name=two",  # its pieces as some tools write them
            "p R CDS 96 100 . - 0 ID=c2;Parent=g2",
            "p R CDS 1 20 . - 0 ID=c2;Parent=g2",
            "p R gene 1 100 . - . ID=g3;Name=wide",
            "p R CDS 81 100 . - 0 ID=c3;Parent=g3",
            "p R CDS 1 5 . - 0 ID=c3;Parent=g3",
            "p R misc_feature 99 101 . . . Name=bare",
            "p R gene 111 120 . + . ID=g4;Name=behind",
            "p R gene 98 3 . + . ID=g6;Name=back",
            "p R gene 11 20 . + . ID=g5;Name=before",
        ),
        {
            *("dnaA+ 90-100 [90-100]", "dnaA+ 0-30 [0-30]", "behind+ 10-20 [10-20]"),
            *("two- 95-100 [95-100]", "two- 0-20 [0-20]", "before+ 10-20 [10-20]"),
            *("wide- 80-100 [80-100]", "wide- 0-5 [0-5]"),
            *("back+ 97-100 [97-100]", "back+ 0-3 [0-3]"),
            *("bare. 98-100 [98-100]", "bare. 0-1 [0-1]"),
        },
    ),
    "beyond the end of one that is not circular": (
        "a.gff3",
        (
            "p R region 1 100 . + . ID=p:1..100;mol_type=genomic DNA",
            "p R gene 91 130 . + . ID=g1;Name=dnaA",
        ),
        {"dnaA+ 90-130 [90-130]"},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_tools_write(tmp_path: Path, case: str) -> None:
    name, rows, wanted = CASES[case]
    assert said(tmp_path, name, *rows) == sorted(wanted)


@pytest.mark.parametrize(
    ("name", "row", "says"),
    [
        ("a.gff", "c A gene 11 40 . + . g1", "this is a GTF: call the file .gtf"),
        ("a.gff", 'c A exon 1 4 . + . gene_id "G"; note "a=b"', "this is a GTF: call the file"),
        ("a.gtf", "c A exon 11 40 . + . g1", "and no transcript_id"),
        ("a.gtf", "c A gene 11 40 . + . .", "and no transcript_id"),
    ],
)
def test_attributes_of_the_other_format(tmp_path: Path, name: str, row: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        said(tmp_path, name, row)


KEYS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.]{0,8}", fullmatch=True)
VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=591), max_size=20).filter(
    lambda value: "\\" not in value and '" ' not in f"{value} " and not value.endswith('"')
)


@given(st.lists(st.tuples(KEYS, VALUES, st.booleans()), max_size=8))
def test_attributes_of_a_gtf_come_back(written: list[tuple[str, str, bool]]) -> None:
    """Whatever stands within quotes: keys, semicolons, equals signs, quotation marks."""
    text = ""
    wanted: dict[str, str] = {}
    for key, value, quoted in written:
        if not quoted and value and not set(value) & set('"; \xa0\x85'):
            text += f"{key} {value}; "
            wanted.setdefault(key, value)
        else:
            escaped = value.replace('"', '\\"')
            text += f'{key} "{escaped}"; '
            wanted.setdefault(key, value)
    found = GtfAttributes(text.encode())
    assert {key: found.get(key.encode()).decode() for key in wanted} == wanted
    assert found.get(b"not-there", b"x") == b"x"


@given(st.dictionaries(KEYS, st.text(st.characters(min_codepoint=33), max_size=9), max_size=8))
def test_attributes_of_a_gff3_come_back(written: dict[str, str]) -> None:
    from urllib.parse import quote, unquote

    text = ";".join(f"{key}={quote(value)}" for key, value in written.items())
    found = gff3_attributes(text.encode())
    assert {key.decode(): unquote(value.decode()) for key, value in found.items()} == written


@given(st.binary(max_size=60) | st.text('ab"\\; =\t', max_size=60).map(str.encode))
def test_no_text_of_attributes_is_too_odd(text: bytes) -> None:
    gtf, gff3 = GtfAttributes(text), gff3_attributes(text)
    for key in (b"a", b"b"):
        for value in (gtf.get(key), gff3.get(key, b"")):
            assert value.replace(b'"', b"") in text.replace(b'\\"', b'"').replace(b'"', b"")


PARTS = st.lists(
    st.tuples(
        *(st.sampled_from(["c", "d"]), st.sampled_from("+-"), st.sampled_from("GH")),
        *(st.sampled_from("TU"), st.sampled_from(["exon", "CDS"])),
        *(st.integers(1, 60), st.integers(0, 9)),
    ),
    min_size=1,
    max_size=12,
)


@given(PARTS, st.randoms())
@FIXTURE
def test_grouping_against_a_plain_twin(tmp_path: Path, parts, rng: random.Random) -> None:
    """Bases of every transcript, as a dictionary of sets knows them."""
    exons, coding = defaultdict(set), defaultdict(set)
    lines = []
    for chrom, strand, gene, transcript, kind, start, longer in parts:
        key = chrom, strand, gene
        bases = set(range(start - 1, start + longer))
        (exons if kind == "exon" else coding)[*key, transcript] |= bases
        said = [f'gene_id "{gene}"', f'transcript_id "{transcript}"', 'note "; gene_id no"']
        rng.shuffle(said)
        place = f"{chrom}\tx\t{kind}\t{start}\t{start + longer}\t.\t{strand}\t."
        lines.append(f"{place}\t{'; '.join(said)};\n")
    path = tmp_path / "a.gtf"
    path.write_text("".join(lines))
    found = {}
    for each in read_features(path, "GTF"):
        bases = {base for a, b in each.blocks for base in range(a, b)}
        found.setdefault((each.chrom, each.strand, each.name), []).append(bases)
    wanted = defaultdict(list)
    for *key, transcript in {**exons, **coding}:
        wanted[tuple(key)].append(exons[*key, transcript] | coding[*key, transcript])
    assert {key: sorted(map(sorted, each)) for key, each in found.items()} == {
        key: sorted(map(sorted, each)) for key, each in wanted.items()
    }


@given(st.integers(20, 60), st.integers(0, 59), st.data())
def test_unrolling_keeps_every_base(length: int, start: int, data: st.DataObject) -> None:
    start = min(start, length - 1)
    cuts = sorted(
        data.draw(st.sets(st.integers(start, start + length), min_size=2, max_size=8).filter(_even))
    )
    blocks = list(zip(cuts[::2], cuts[1::2], strict=True))
    thick = sorted(data.draw(st.tuples(*[st.integers(cuts[0], cuts[-1])] * 2)))
    feature = Feature(
        *("c", cuts[0], cuts[-1], "n", 0, "+", *thick),
        block_sizes=tuple(b - a for a, b in blocks),
        block_starts=tuple(a - cuts[0] for a, _ in blocks),
    )
    pieces = unrolled(feature, length)
    assert all(0 <= each.start < each.end <= length for each in pieces)
    on = sorted(at for each in pieces for a, b in each.blocks for at in range(a, b))
    assert on == sorted(at % length for a, b in feature.blocks for at in range(a, b))
    coding = [at % length for a, b in blocks for at in range(a, b) if thick[0] <= at < thick[1]]
    drawn = [
        at
        for each in pieces
        for a, b in each.blocks
        for at in range(a, b)
        if each.thick_start <= at < each.thick_end
    ]
    assert sorted(drawn) == sorted(coding)


def _even(cuts: set[int]) -> bool:
    return len(cuts) % 2 == 0


def test_more_than_one_round_stays_as_it_is() -> None:
    feature = Feature("c", 5, 30, "n")
    assert unrolled(feature, 20) == (feature,)
    assert unrolled(Feature("c", 5, 20, "n"), 20) == (Feature("c", 5, 20, "n"),)


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("my motifs.gff", 'chr1\tsrc\tmotif\t201\t210\t5.2\t+\t.\tMotif "MA1"; Site 3\n'),
        ("my motifs.gtf", 'chr1\tsrc\tmotif\t201\t210\t5.2\t+\t.\tMotif "MA1"; Site 3\n'),
    ],
)
def test_rows_without_genes_are_cured_by_what_the_line_says(
    tmp_path: Path, name: str, row: str
) -> None:
    path = tmp_path / name
    path.write_text(row)
    with pytest.raises(InputError) as caught:
        list(read_features(path, annotation_format(path)))
    command = str(caught.value).split("as a BED: ")[1]
    subprocess.run(["sh", "-c", command], check=True)
    new = tmp_path / "my motifs.bed"
    (feature,) = read_features(new, annotation_format(new))
    assert (feature.chrom, feature.start, feature.end, feature.name) == ("chr1", 200, 210, "motif")


def test_spaces_for_tabs_are_cured_by_what_the_line_says(tmp_path: Path) -> None:
    path = tmp_path / "my genes.gtf"
    path.write_text('# x\nchr1 e exon 201 210 . + . gene_id "A b"; transcript_id "T";\n')
    with pytest.raises(InputError) as caught:
        list(read_features(path, annotation_format(path)))
    command = str(caught.value).split("separated by tabs: ")[1]
    subprocess.run(["sh", "-c", command], check=True)
    new = tmp_path / "my genes.2.gtf"
    (feature,) = read_features(new, annotation_format(new))
    assert (feature.start, feature.end, feature.strand) == (200, 210, "+")
