"""What is tried: folders of models and of scans, and the files that users bring."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from gtrack.cli import main
from tests.conftest import (
    REGIONS,
    make_cnn_folder,
    make_dnabert2_folder,
    make_genome,
    write_fasta_file,
)
from tests.documents import JOINED
from tests.fuzz.brought import convert_brought, write_brought
from tests.fuzz.mutations import spoilt

EXAMPLE = Path(__file__).resolve().parents[2] / "example_data"
ACGT = ["ACGTACGTTGCANNACGTA", "A" * 40, "N", "ACGGTCA" * 20]


@dataclass(frozen=True)
class Target:
    """One kind of case.

    `source` is what is copied, `names` are the files of it that are spoilt, `use` is given the
    copy and a generator, and must end well or in an error of gtrack's.
    """

    source: Path
    names: list[str]
    use: Callable[[Path, random.Random], None]

    def case(self, seed: str, work: Path) -> list[str]:
        """Run one case; return what was spoilt and tried, for the record."""
        draw = random.Random(seed)
        spoilt(self.source, work / "case", draw, self.names)
        self.use(work / "case" / self.source.name, draw)


def command(*words: object) -> None:
    """Call the command line: a code of gtrack's and printable lines, or it is a find."""
    result = CliRunner().invoke(main, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    said = result.output.replace("\n", "")
    assert result.exit_code in (0, 2, 3, 4, 5), f"code {result.exit_code}: {said[-500:]}"
    assert said.translate(JOINED).isprintable(), f"raw on the terminal: {said!r:.500}"
    assert max(map(len, result.output.split("\n"))) < 20_000, "a line without end"


def check(error: Exception) -> None:
    """Hold an error of gtrack's to what every line on a terminal is held to."""
    said = str(error)
    assert said.translate(JOINED).isprintable(), f"raw on the terminal: {said!r:.500}"
    assert len(said) < 20_000, "a line without end"


def open_and_use_model(folder: Path, draw: random.Random) -> None:
    """Open a model as a scan does, and read four sequences with it."""
    import torch

    from gtrack.core.errors import GtrackError
    from gtrack.models.folder import digest, open_model

    try:
        model = open_model(folder)
        digest(folder)
        assert len(model.head.names) == len(model.labels)
        rows = model.encode(ACGT)
        units = max(int(n) for n in rows.offsets[1:] - rows.offsets[:-1])
        batch = model.collate(rows, len(ACGT), units)
        with torch.inference_mode():
            assert len(model.forward(model.embed(batch), batch)) == len(ACGT)
    except GtrackError as error:
        check(error)


def explain_with_model(folder: Path, draw: random.Random) -> None:
    """Scan with it, or convert it, by the command line."""
    inputs, out = folder.parents[2] / "inputs", folder.parent / "out"
    if draw.random() < 0.2:
        command("convert", folder, out)
        return
    options = ["--bed", inputs / "one.bed", "--fasta", inputs / "genome.fa", "--out", out]
    more = draw.choice([[], [], ["--target", "1"], ["--target", "nope"], ["--target", "all"]])
    command("scan", *options, "--model", f"m={folder}", *more, "--no-passport")


def use_scan(folder: Path, draw: random.Random) -> None:
    """Do what is done with the folder of a scan."""
    inputs = folder.parents[2] / "inputs"
    motifs = inputs / "motifs.meme"
    for _ in range(2):
        how = draw.randrange(8)
        if how == 0:
            command("hits", folder, "--motifs", motifs, "--all")
        elif how == 1:
            command("report", folder, "--loci", 3)
        elif how == 2:
            command("merge", folder)
        elif how == 3:
            command("hub", folder, "--email", "me@example.org")
        elif how == 4:
            command("export", folder, "--to", "finemo", "--overwrite")
        elif how == 5:
            _view(folder)
        elif how == 6:
            command("verify", folder)
        else:
            _read_scan(folder)


def _view(folder: Path) -> None:
    from gtrack.core.errors import GtrackError
    from gtrack.workflows.view import ViewJob, view

    try:
        server, _ = view(ViewJob(folder, 0, False, False, None, None))
        server.server_close()
    except GtrackError as error:
        check(error)


def _read_scan(folder: Path) -> None:
    import gtrack

    try:
        scan = gtrack.open_scan(folder)
        scan.regions(), scan.windows()
        for model in scan.models:
            scan.values(model, "chr2", 6000, 6050)
            scan.hits(model)
    except gtrack.GtrackError as error:
        check(error)


def read_inputs(folder: Path, draw: random.Random) -> None:
    """Read the files that users bring."""
    command(
        *("plan", "--bed", folder / "one.bed", "--fasta", folder / "genome.fa"),
        *("--model", f"cnn={folder.parents[2] / 'cnn/cnn'}", "--out", folder.parent / "out"),
        *(f"--annotation=x{n}={folder / name}" for n, name in enumerate(ANNOTATIONS)),
    )


def read_alone(folder: Path, draw: random.Random) -> None:
    """Read each of the files with its reader."""
    from gtrack.core.errors import GtrackError
    from gtrack.io.annotations import annotation_format, read_features
    from gtrack.io.bed import read_bed
    from gtrack.io.bigwig import BigWigReader
    from gtrack.io.examples_csv import read_examples
    from gtrack.io.fasta import Genome
    from gtrack.io.motifs import read_motifs

    def features(path: Path) -> None:
        for _ in read_features(path, annotation_format(path)):
            pass

    def bases(path: Path) -> None:
        with Genome.open(path, folder.parent / "cache") as genome:
            for chrom, length in list(genome.chrom_sizes.items())[:4]:
                genome.fetch(chrom, 0, min(50, length))

    def values(path: Path) -> None:
        with BigWigReader(path) as track:
            for chrom, length in list(track.chrom_sizes.items())[:4]:
                track.values(chrom, 0, min(50, length))

    readers: dict[str, Callable[[Path], object]] = {
        **{"one.bed": read_bed, "motifs.meme": read_motifs, "motifs.jaspar": read_motifs},
        **{"motifs.transfac": read_motifs, "examples.csv": read_examples, "genome.fa": bases},
        **{"track.bw": values, **dict.fromkeys(ANNOTATIONS, features)},
    }
    for name, read in readers.items():
        try:
            read(folder / name)
        except GtrackError as error:
            check(error)


ANNOTATIONS = ("genes.gtf", "genes.gff3", "genes.bed", "genes.bed.gz", "genes.bb")
"""Annotations among the inputs."""

_GTF = """\
chr2\tx\tgene\t101\t900\t.\t+\t.\tgene_id "g1"; gene_name "A";
chr2\tx\ttranscript\t101\t900\t.\t+\t.\tgene_id "g1"; transcript_id "t1"; gene_name "A";
chr2\tx\texon\t101\t300\t.\t+\t.\tgene_id "g1"; transcript_id "t1"; gene_name "A";
chr2\tx\texon\t501\t900\t.\t+\t.\tgene_id "g1"; transcript_id "t1"; gene_name "A";
chr2\tx\tCDS\t201\t300\t.\t+\t0\tgene_id "g1"; transcript_id "t1"; gene_name "A";
"""
_GFF = """\
##gff-version 3
chr2\tx\tgene\t101\t900\t.\t+\t.\tID=g1;Name=A
chr2\tx\tmRNA\t101\t900\t.\t+\t.\tID=t1;Parent=g1;Name=A-1
chr2\tx\texon\t101\t300\t.\t+\t.\tParent=t1
chr2\tx\texon\t501\t900\t.\t+\t.\tParent=t1
"""
_JASPAR = ">MA1 one\nA [ 3 0 9 1 ]\nC [ 1 8 0 1 ]\nG [ 5 1 0 7 ]\nT [ 1 1 1 1 ]\n"
_TRANSFAC = "AC M1\nXX\nID one\nXX\nP0 A C G T\n01 1 2 3 4\n02 9 0 1 0\n03 0 9 0 1\nXX\n//\n"
_CSV = "sequence,label\nACGTACGT,1\nACGGACGT,0\nNNACGT,1\n"


def make(base: Path) -> dict[str, Target]:
    """Write all that is copied for a case, and return the targets."""
    inputs = base / "inputs"
    if not (base / "scan").exists():
        _write_inputs(inputs)
        make_cnn_folder(base / "cnn/cnn")
        make_dnabert2_folder(base / "dnabert2/dnabert2")
        write_brought(base / "brought", base / "dnabert2/dnabert2")
        _scan(base, inputs)
    scans = [str(p.relative_to(base / "scan")) for p in (base / "scan").rglob("*") if p.is_file()]
    config = ["config.json", "model.safetensors"]
    tokenizer = [*config, "tokenizer.json", "tokenizer.json", "tokenizer_config.json"]
    brought = [str(p.relative_to(base / "brought")) for p in (base / "brought").glob("[!b]*/*")]
    files = [p.name for p in inputs.iterdir() if not p.name.endswith(".fai")]
    return {
        "cnn": Target(base / "cnn/cnn", config, open_and_use_model),
        "dnabert2": Target(base / "dnabert2/dnabert2", tokenizer, open_and_use_model),
        "cnn-scan": Target(base / "cnn/cnn", config, explain_with_model),
        "dnabert2-scan": Target(base / "dnabert2/dnabert2", tokenizer, explain_with_model),
        "brought": Target(base / "brought", sorted(brought), convert_brought),
        "folder": Target(base / "scan", sorted(scans), use_scan),
        "inputs": Target(inputs, sorted(files), read_inputs),
        "readers": Target(inputs, sorted(files), read_alone),
    }


def _write_inputs(inputs: Path) -> None:
    from gtrack.core.features import Feature
    from gtrack.io.bigbed.features import write_feature_bigbed

    inputs.mkdir(parents=True)
    genome = make_genome()
    write_fasta_file(inputs / "genome.fa", genome)
    for name, text in (
        *(("regions.bed", REGIONS), ("one.bed", "chr2\t6000\t6100\ta\t0\t+\n")),
        *(("genes.gtf", _GTF), ("genes.gff3", _GFF), ("motifs.jaspar", _JASPAR)),
        *(("motifs.transfac", _TRANSFAC), ("examples.csv", _CSV), ("genes.bed", REGIONS)),
    ):
        (inputs / name).write_text(text)
    (inputs / "genes.bed.gz").write_bytes(gzip.compress(REGIONS.encode(), mtime=0))
    (inputs / "motifs.meme").write_bytes((EXAMPLE / "motifs.meme").read_bytes())
    sizes = {chrom: len(bases) for chrom, bases in genome.items()}
    write_feature_bigbed(inputs / "genes.bb", sizes, [Feature("chr2", 100, 900, "A")])


def _scan(base: Path, inputs: Path) -> None:
    out = base / "scan"
    command(
        *("scan", "--bed", inputs / "regions.bed", "--fasta", inputs / "genome.fa"),
        *(
            "--model",
            f"cnn={base / 'cnn/cnn'}",
            "--model",
            f"dnabert2={base / 'dnabert2/dnabert2'}",
        ),
        *("--out", out, "--null-bases", 10_000, "--motifs", inputs / "motifs.meme"),
        *("--annotation", f"genes={inputs / 'genes.gtf'}"),
    )
    (inputs / "track.bw").write_bytes((out / "tracks/cnn.relevance.bw").read_bytes())
