"""What people bring as a genome, and what they call it, from the command line."""

from __future__ import annotations

import errno
import gzip
import json
import shlex
import subprocess
from pathlib import Path

import pyBigWig
import pytest

from gtrack.core.assemblies import assembly_id
from gtrack.io import fasta_index
from gtrack.io.twobit import write_twobit
from tests.hour import lasting
from tests.twobits import as_twobit


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "gtrack"


@pytest.fixture
def options(inputs):
    """Return a function: the options of a scan of a genome."""

    def make(fasta: Path) -> list[object]:
        inputs.bed.write_text("chr2\t3400\t3700\ta\nchr10\t100\t400\tb\n")
        return [*inputs.options("cnn", fasta=fasta)]

    return make


def test_2bit_and_gzip_are_the_genome_that_the_fasta_is(run, inputs, options, tmp_path) -> None:
    """Case 30, and plain gzip: every file of the scan has the same bytes."""
    plain = tmp_path / "plain.fa"  # as 2bit has it: N for IUPAC codes
    genome = {chrom: as_twobit(bases) for chrom, bases in inputs.genome.items()}
    plain.write_text("".join(f">{chrom}\n{bases}\n" for chrom, bases in genome.items()))
    sizes = {chrom: len(bases) for chrom, bases in inputs.genome.items()}
    write_twobit(tmp_path / "genome.2bit", plain, sizes)
    (tmp_path / "genome.fa.gz").write_bytes(gzip.compress(plain.read_bytes()))
    made = {}
    for name in ("plain.fa", "genome.2bit", "genome.fa.gz"):
        ran = run("scan", *options(tmp_path / name), "--out", tmp_path / "out" / name)
        assert ("plain gzip, read through" in ran.err) == name.endswith(".gz")
        made[name] = lasting(tmp_path / "out" / name)
    for each in made.values():  # the copies differ in their line ends, and so do their digests
        manifest = json.loads(each.pop("manifest.json"))
        files = manifest.pop("files")
        kept = {name: said for name, said in files.items() if not name.startswith("genome/genome")}
        each["manifest"] = json.dumps([manifest, kept]).encode()
    copies = [each.pop("genome/genome.fa") for each in made.values()]
    indexes = [each.pop("genome/genome.fa.fai") for each in made.values()]
    assert made["plain.fa"] == made["genome.2bit"] == made["genome.fa.gz"]
    assert copies[0] == copies[2]
    assert indexes[0] == indexes[2]
    letters = [copy.replace(b"\n", b"") for copy in copies]
    assert letters[0] == letters[1], "case and all"


def test_everything_works_from_a_2bit(run, inputs, options, tmp_path) -> None:
    sizes = {chrom: len(bases) for chrom, bases in inputs.genome.items()}
    packed, out = tmp_path / "genome.2bit", tmp_path / "out"
    write_twobit(packed, inputs.fasta, sizes)
    given = options(packed)
    inputs.bed.write_text("chr2\t3000\t9000\n")
    run("scan", *given, "--out", out)
    (tmp_path / "m.meme").write_text(
        "MEME version 4\n\nALPHABET= ACGT\n\nMOTIF x\n"
        "letter-probability matrix: w= 4\n" + "0.97 0.01 0.01 0.01\n" * 4
    )
    run("hits", out, "--motifs", tmp_path / "m.meme", "--fasta", packed)
    run("hub", out, "--email", "me@example.org", "--fasta", packed)
    assert (out / "hub/genome.2bit").read_bytes() == packed.read_bytes()
    run("report", out, "--fasta", packed)


def test_iupac_codes_are_counted_and_said(run, options, tmp_path) -> None:
    fasta = tmp_path / "g.fa"
    said = f"{fasta}: 4 of the 600 bases of the regions are no A, C, G, T or N (R 2, Y 1, X 1)"
    fasta.write_text(f">chr2\n{'acgtACGT' * 500}\n>chr10\n{'ACGTTGCA' * 20}RRYx{'ACGT' * 99}\n")
    for verb in ("scan", "plan"):
        ran = run(verb, *options(fasta), "--out", tmp_path / verb)
        assert f"{said} and are read as N" in " ".join(ran.err.split())


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda text: text.replace("T", "U").replace("t", "u"), "none is T: this is RNA"),
        (lambda text: text[:3600] + text[3600:3700].replace("T", "U") + text[3700:], "has both"),
        (lambda text: text.replace("C", "F").replace("c", "f"), "are F: this is protein"),
    ],
)
def test_what_is_not_dna_is_refused_with_counts(
    run, inputs, options, tmp_path, spoil, said
) -> None:
    """Case 15: nothing is computed, and the line counts."""
    fasta = tmp_path / "g.fa"
    text = "".join(f">{name}\n{spoil(bases)}\n" for name, bases in inputs.genome.items())
    fasta.write_text(text.replace(">ufr", ">chr"))
    ran = run("scan", *options(fasta), "--out", tmp_path / "out", code=2)
    assert said in ran.error
    assert " letters are " in ran.error
    assert not (tmp_path / "out").exists()


def test_rna_is_scanned_once_it_is_cured(run, inputs, options, tmp_path) -> None:
    expected = values_of(run, options(inputs.fasta), tmp_path / "dna")
    rna = tmp_path / "it's rna.fa"
    rna.write_text(
        "".join(
            f">{name}\n{bases.replace('T', 'U').replace('t', 'u')}\n"
            for name, bases in inputs.genome.items()
        )
    )
    ran = run("scan", *options(rna), "--out", tmp_path / "rna", code=2)
    command = ran.error.rpartition("write T for U: ")[2]
    subprocess.run(command, shell=True, check=True)
    mended = Path(shlex.split(command)[-1])
    assert values_of(run, options(mended), tmp_path / "rna") == expected


def values_of(run, options: list[object], out: Path) -> list[object]:
    """Scan; return the intervals of the track."""
    run("scan", *options, "--out", out)
    with pyBigWig.open(str(out / "tracks/cnn.relevance.bw")) as track:
        return [track.intervals(chrom) for chrom in ("chr2", "chr10")]


# --- what a genome is called ----------------------------------------------------------------


@pytest.mark.parametrize("verb", ["scan", "plan", "hits", "hub"])
@pytest.mark.parametrize("name", ["", "hg 38", "hg38\ntrack x", "../x"])
def test_every_verb_refuses_a_bad_name(run, inputs, options, tmp_path, verb, name) -> None:
    """Case 13: before anything is computed or written."""
    out = tmp_path / "out"
    taken = ["--bed", inputs.bed, "--fasta", inputs.fasta, "--motifs", "x"]
    given = {
        "scan": ["scan", *options(inputs.fasta), "--out", out],
        "plan": ["plan", *options(inputs.fasta), "--out", out],
        "hits": ["hits", "--track", f"a={inputs.fasta}", *taken, "--out", out],
        "hub": ["hub", out, "--email", "me@example.org"],
    }[verb]
    ran = run(*given, "--genome", name, code=2)
    assert ran.error.startswith("gtrack: error: --genome")
    assert "write a name like hg38" in ran.error
    assert ran.err.count("\n") == 1
    assert not out.exists()


@pytest.mark.parametrize("name", ["GRCh38", "HG38", "hg38.p14", "hg38.fa"])
def test_another_name_is_that_of_ucsc_and_lengths_are_checked(
    run, options, tmp_path, name: str
) -> None:
    """Case 11."""
    fasta = tmp_path / "g.fa"
    fasta.write_text(f">chr2\n{'ACGT' * 1000}\n>chr10\n{'ACGT' * 1000}\n")
    for verb in ("scan", "plan"):
        ran = run(verb, *options(fasta), "--out", tmp_path / "out", "--genome", name, code=2)
        assert f"--genome {name}: taken as hg38" in ran.err
        assert "chr2 has 4,000 bp in the genome that was read and 242,193,529 in hg38" in ran.error
        assert not (tmp_path / "out").exists()


def test_a_genome_of_the_right_lengths_is_what_it_is_called(run, inputs, tmp_path: Path) -> None:
    fasta, out = tmp_path / "g.fa", tmp_path / "out"
    fasta.write_text(f">chrI\n{'ACGTTGCA' * 28777}AC\n>chrMy\n{'ACGT' * 99}\n")
    inputs.bed.write_text("chrI\t1000\t1300\n")
    options = [*inputs.options("cnn", fasta=fasta), "--out", out]
    ran = run("scan", *options, "--genome", "R64-1-1")
    assert "--genome R64-1-1: taken as sacCer3" in ran.err
    assert "chrI has the length that it has in sacCer3" in " ".join(ran.err.split())
    assert json.loads((out / "manifest.json").read_text())["genome"]["id"] == "sacCer3"
    before = lasting(out)
    run("scan", *options, "--genome", "sacCer3", "--resume")
    assert lasting(out) == before, "two names of one assembly are no change"
    run("hub", out, "--email", "me@example.org")
    assert "genome sacCer3\n" in (out / "hub/hub.txt").read_text()


def test_an_unknown_name_is_said_to_be_unknown(run, inputs, options, tmp_path: Path) -> None:
    ran = run("scan", *options(inputs.fasta), "--out", tmp_path / "out", "--genome", "sacCer4")
    assert "--genome sacCer4: gtrack does not know it (did you mean sacCer3?)" in ran.err


def test_the_list_of_genomes(run) -> None:
    rows = [line.split("\t") for line in run("genomes").out.splitlines()]
    assert rows[0] == ["id", "species", "also", "checked"]
    assert {len(row) for row in rows} == {4}
    also = {row[0]: row[2].split(", ") for row in rows[1:]}
    assert "GRCh38" in also["hg38"]
    assert "GRCm39" in also["mm39"]
    for used, names in also.items():
        assert [assembly_id(name) for name in names] == [used] * len(names)


def test_a_copy_is_not_left_without_its_index(run, inputs, options, tmp_path, monkeypatch) -> None:
    """The disk took the last byte of the copy: its index came to lie where no viewer looks."""
    sequences, refuses = tmp_path / "s.fa", [True]
    sequences.write_text(f">a\n{'ACGTTGCA' * 20}\n")
    write = fasta_index._write

    def full(index: Path, data: bytes, mtime: int) -> None:
        if refuses and index.parent.name == "genome":
            raise OSError(errno.ENOSPC, "No space left on device", str(index))
        write(index, data, mtime)

    monkeypatch.setattr(fasta_index, "_write", full)
    loose = ["--sequences", sequences, "--model", f"m={inputs.models['cnn']}"]
    for name, given in (("genome", options(inputs.fasta)), ("loose", loose)):
        out, refuses[:] = tmp_path / name, [True]
        said = run("scan", *given, "--out", out, code=3).error
        assert f"{out}/genome/genome.fa.fai: cannot be written; free some room" in said
        refuses.clear()
        run("scan", *given, "--out", out, "--resume")
        assert (out / "genome/genome.fa.fai").is_file()
