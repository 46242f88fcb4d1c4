"""What is given where text or a genome is due, and the commands that cure it, run as printed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from gtrack.core.errors import InputError
from gtrack.core.scan.regions import check_regions
from gtrack.io.bed import read_bed
from gtrack.io.fasta import Genome
from gtrack.io.loose_files import read_loose_rows
from gtrack.io.shell import renamed, renaming
from gtrack.io.text import read_lines

BASES = "ACGTTGCAAC" * 30


def run(command: str) -> None:
    subprocess.run(["sh", "-c", command], check=True)


def said(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        list(read_lines(path))
    return str(caught.value)


def of_genome(path: Path, start: int = 0, end: int = 60) -> str:
    with pytest.raises(InputError) as caught, Genome.open(path) as genome:
        genome.fetch(next(iter(genome.chrom_sizes)), start, end)
    return str(caught.value)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("https://a.org/x.bed", "curl -fLO https://a.org/x.bed"),
        ("s3://bucket/x.bed", "an address, no file"),
        ("file:///no/such.bed", "give the path alone: /no/such.bed"),
        ("~/x.bed", "the shell puts a home for ~"),
        (r"C:\data\x.bed", "/mnt/c/data/x.bed"),
    ],
)
def test_addresses_and_paths_of_elsewhere_are_named(path: str, words: str) -> None:
    assert words in said(Path(path))


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"\xeb\xf2\x89\x87\x04\0", "bigBedToBed"),
        (b"\x88\x8f\xfc\x26\0\x04", "a bigWig of values"),
        (b"CRAM\x03\0", "a CRAM"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old workbook"),
        (b"%PDF-1.4\n", "a PDF"),
        (b"<!DOCTYPE html>\n<html>", "a page of the web"),
        (b"{\\rtf1\\ansi chr1\t1\t2}", "rich text"),
    ],
)
def test_files_that_are_no_text_are_named(tmp_path: Path, head: bytes, words: str) -> None:
    path = tmp_path / "x y.bed"
    path.write_bytes(head)
    assert words in said(path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("c1\t300\t4\t60\t61\n", "(.fai)"),
        ("c1\t300\n", "a table of lengths"),
        ("c1\t5\t60\tname\n", "a BED"),
        (f"name,sequence\na,{BASES}\n", "--sequences"),
        ("<html>404</html>\n", "a page of the web"),
        ("some words\n", "does not start with '>'"),
    ],
)
def test_tables_given_as_a_genome_are_named(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "x.fa"
    path.write_text(text)
    assert words in of_genome(path)


@pytest.mark.parametrize(
    "data",
    [
        f"{BASES}\n".encode(),
        f"; a comment\n>c1\n{BASES}\n".encode(),
        f">c1\n{BASES[:100]}---{BASES[100:]}\n".encode(),
        f">c1\n{BASES}\n".encode("utf-16"),
    ],
    ids=["no name", "comments", "alignment", "utf-16"],
)
def test_the_line_about_a_fasta_cures_it(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a b.fa"
    path.write_bytes(data)
    command = of_genome(path, 0, 300).split(": ", 2)[-1]
    first = min(at for at in map(command.find, ("(echo", "sed", "awk", "iconv")) if at >= 0)
    run(command[first:])
    with Genome.open(tmp_path / "a b.mended.fa") as genome:
        assert genome.fetch(next(iter(genome.chrom_sizes)), 0, 300) == BASES


@pytest.mark.parametrize("separator", ["\t", " "])
def test_the_line_about_other_names_of_chromosomes_renames_them(
    tmp_path: Path, separator: str
) -> None:
    bed = tmp_path / "my peaks.bed"
    rows = [["1", "5", "9", "a"], ["chr2", "5", "9", "b"], ["MT", "1", "3", "c"]]
    bed.write_text("".join(separator.join(row) + "\n" for row in rows))
    sizes = {"chr1": 50, "chr2": 50, "chrM": 50}
    with pytest.raises(InputError) as caught:
        check_regions(read_bed(bed), sizes, Path("g.fa"), renaming(bed))
    run(str(caught.value).split("does not guess: ")[1])
    regions = read_bed(tmp_path / "my peaks.2.bed")
    check_regions(regions, sizes, Path("g.fa"))
    assert [(each.chrom, each.start, each.name) for each in regions] == [
        *(("chr1", 5, "a"), ("chr2", 5, "b"), ("chrM", 1, "c"))
    ]


def test_no_command_where_a_name_is_odd_or_unknown(tmp_path: Path) -> None:
    bed = tmp_path / "x.bed"
    bed.write_text("1\t5\t9\nscaffold\t5\t9\n")
    assert renamed(bed, {'a"b': "chr1"}, tabs=True) == ""
    with pytest.raises(InputError) as caught:
        check_regions(read_bed(bed), {"chr1": 50}, Path("g.fa"), renaming(bed))
    assert str(caught.value).endswith("gtrack does not guess")


def test_reads_given_as_sequences_are_cured_by_what_the_line_says(tmp_path: Path) -> None:
    path = tmp_path / "my reads.fq"
    path.write_text(f"@r1 x\n{BASES}\n+\n{'I' * 300}\n@r2\nACGT\n+\n@@@@\n")
    with pytest.raises(InputError) as caught:
        read_loose_rows(path)
    run(str(caught.value).split("of them: ")[1])
    rows = read_loose_rows(tmp_path / "my reads.fa")
    assert [(each.name, each.letters) for each, _ in rows] == [("r1", BASES), ("r2", "ACGT")]
    path.write_text("LOCUS       c1   3000 bp    DNA\n")
    with pytest.raises(InputError, match="GenBank; take the FASTA"):
        read_loose_rows(path)
