"""Passports of real scans: good models, models without training, wrong maps, and folders."""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyBigWig
import pytest
import torch

from gtrack.attribution.attnlrp import AttnLrp
from gtrack.core.encodings import Explained
from gtrack.engines.local import Serial
from gtrack.evaluation.evidence import judge
from gtrack.evaluation.passport import Passport
from gtrack.io.fasta import Genome
from gtrack.models.folder import open_model
from gtrack.publish.manifest import read_manifest
from gtrack.workflows.folder.finished import open_finished, scanned_genome
from gtrack.workflows.judging.evidence import gather
from gtrack.workflows.judging.opened import Opened
from tests.tracks import take_as_written

EXAMPLE = Path(__file__).resolve().parents[2] / "example_data"
KINDS = ("cnn", "dnabert2")


def scan_example(run, out: Path, models: dict[str, Path], *options: str):
    given = [part for name, path in models.items() for part in ("--model", f"{name}={path}")]
    inputs = ("--bed", EXAMPLE / "regions.bed", "--fasta", EXAMPLE / "genome.fa")
    return run("scan", *inputs, *given, "--out", out, *options)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory):
    """Return the folder of a scan of the example with its passports; tests only read it."""
    from click.testing import CliRunner

    from gtrack.cli import main

    out = tmp_path_factory.mktemp("passports") / "out"

    def call(*arguments):
        found = CliRunner().invoke(main, [str(each) for each in arguments])
        assert found.exit_code == 0, found.output
        return found

    scan_example(call, out, {kind: EXAMPLE / "models" / kind for kind in KINDS}, "--passport")
    return out


def passports(out: Path) -> dict[str, Passport]:
    record = json.loads((out / "trust.json").read_text())
    assert record["schema"] == "gtrack-trust/1"
    assert record["plan_sha256"] == open_finished(out).plan.digest
    found = [Passport.from_json(each) for each in record["passports"]]
    return {each.model: each for each in found}


def test_the_example_is_supported(example: Path) -> None:
    for kind, passport in passports(example).items():
        assert passport.verdict == "supported", (kind, passport)
        assert all(line.verdict == "supported" for line in passport.lines if line.name != "D")
        assert passport.unit == {"cnn": "base", "dnabert2": "token"}[kind]
    listed = read_manifest(example / "manifest.json").trust
    assert listed is not None
    assert [each["model"] for each in listed["models"]] == list(KINDS)
    assert {each["verdict"] for each in listed["models"]} == {"supported"}


def test_the_same_scan_has_the_same_passport(run, example: Path, tmp_path: Path) -> None:
    before = (example / "trust.json").read_bytes()
    copy = tmp_path / "out"
    shutil.copytree(example, copy)
    (copy / "trust.json").unlink()
    (copy / "report.html").touch()
    said = run("passport", copy, "--workers", 3)
    assert f"{copy / 'report.html'} shows the verdicts of before; make it again\n" in said.err
    assert (copy / "trust.json").read_bytes() == before
    assert (copy / "manifest.json").read_bytes() == (example / "manifest.json").read_bytes()
    assert said.err.count("supported") >= 6
    run("passport", copy, "--seed", 1, "--windows", 20)
    other = json.loads((copy / "trust.json").read_text())
    assert (other["seed"], other["windows"]) == (1, 20)
    assert (copy / "trust.json").read_bytes() != before


def without_training(kind: str, folder: Path, seed: int) -> Path:
    shutil.copytree(EXAMPLE / "models" / kind, folder)
    model = open_model(folder)
    torch.manual_seed(seed)
    model.network = type(model.network)(model.network.config).eval()
    model.save(folder)
    return folder


def test_models_without_training_are_not_supported_on_a(run, tmp_path: Path) -> None:
    models = {kind: without_training(kind, tmp_path / kind, 5) for kind in KINDS}
    said = scan_example(run, tmp_path / "out", models, "--passport")
    for passport in passports(tmp_path / "out").values():
        assert passport.sees == passport.verdict == "not supported"
        assert passport.of("C")[0].verdict == "supported"
    assert "Not supported: it is not shown that the model sees anything" in said.err
    assert "untrained models agree" in said.err


class Wrong(AttnLrp):
    """AttnLRP whose maps are altered, row by row, on the units that are there."""

    alter = staticmethod(lambda row: row)

    @contextmanager
    def applied(self, model):
        with super().applied(model) as explain:

            def wrong(batch, contrasts, sequences=()):
                found = explain(batch, contrasts, sequences)
                relevance = found.relevance.copy()
                for row, units in enumerate(batch.mask.sum(1).tolist()):
                    for target in relevance:
                        target[row, :units] = self.alter(target[row, :units])
                return Explained(found.logits, relevance)

            yield wrong


SHIFT = {"cnn": 5, "dnabert2": 1}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("wrong", ["flipped", "shifted", "reversed"])
def test_wrong_maps_of_the_example_are_not_supported(example, kind, wrong, monkeypatch) -> None:
    alter = {
        "flipped": lambda row: -row,
        "shifted": lambda row: np.roll(row, SHIFT[kind]),
        "reversed": lambda row: row[::-1].copy(),
    }[wrong]
    monkeypatch.setattr(Wrong, "alter", staticmethod(alter))
    scan = open_finished(example)
    target = next(each for each in scan.targets if each.model == kind)
    opened = Opened(
        *(scan.plan.model(kind), open_model(EXAMPLE / "models" / kind), Wrong(), Wrong()),
        *("fp32", Serial()),
    )
    with scanned_genome(scan) as genome:
        assert isinstance(genome, Genome)
        evidence = gather(scan, genome, opened, target, windows=20, seed=0)
    found = judge(evidence)
    assert found.of("B")[0].verdict == "not supported"
    assert found.of("C")[3].verdict == "not supported", "the track is not this map"


def test_a_track_that_was_changed_is_seen(run, example: Path, tmp_path: Path) -> None:
    copy = tmp_path / "out"
    shutil.copytree(example, copy)
    path = copy / "tracks/dnabert2.relevance.bw"
    with pyBigWig.open(str(path)) as track:
        chroms = track.chroms()
        values = {chrom: track.intervals(chrom) for chrom in chroms}
    with pyBigWig.open(str(path), "w") as track:
        track.addHeader(list(chroms.items()))
        for chrom, runs in values.items():
            starts, ends, each = zip(*runs, strict=True)
            shifted = [*each[1:], each[0]]
            track.addEntries([chrom] * len(runs), list(starts), ends=list(ends), values=shifted)
    said = run("passport", copy, "--windows", 12, code=5).err
    assert "tracks/dnabert2.relevance.bw" in said
    take_as_written(copy)
    run("passport", copy, "--windows", 12)
    found = passports(copy)
    assert found["cnn"].verdict == "supported"
    assert found["dnabert2"].of("C")[3].verdict == "not supported"
    assert found["dnabert2"].describes == "not supported"


def test_resume_and_a_null_keep_the_passport(run, example: Path, tmp_path: Path) -> None:
    copy = tmp_path / "out"
    shutil.copytree(example, copy)
    before = (copy / "trust.json").read_bytes()
    trust = read_manifest(copy / "manifest.json").trust
    models = {kind: EXAMPLE / "models" / kind for kind in KINDS}
    assert "nothing to do" in scan_example(run, copy, models, "--resume", "--passport").err
    scan_example(run, copy, models, "--resume", "--null", "--null-bases", "10000")
    (copy / "windows.tsv").unlink()
    scan_example(run, copy, models, "--resume")
    assert read_manifest(copy / "manifest.json").trust == trust
    assert (copy / "trust.json").read_bytes() == before


def test_a_small_scan_says_the_price(run, inputs, tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = run("scan", *inputs.options(), "--out", out)
    assert f"gtrack passport {out} does" in said.err
    assert not (out / "trust.json").exists()
    assert "gtrack passport" not in run("scan", *inputs.options(), "--out", out, "--resume",
                                        "--no-passport").err  # fmt: skip
    run("scan", *inputs.options(), "--out", out, "--resume", "--passport")
    assert (out / "trust.json").exists()
    run("scan", *inputs.options(), "--out", out, "--overwrite", "--no-passport")
    assert not (out / "trust.json").exists()


def test_models_that_moved(run, own_models, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("scan", *own_models.options(), "--out", out)
    moved = {name: tmp_path / f"moved-{name}" for name in own_models.models}
    for name, path in own_models.models.items():
        shutil.move(path, moved[name])
    assert "give --model cnn=FOLDER" in run("passport", out, code=2).error
    options = [part for name in moved for part in ("--model", f"{name}={moved[name]}")]
    run("passport", out, *options)
    assert (out / "trust.json").exists()
    wrong = run("passport", out, *options[:2], "--model", f"dnabert2={moved['cnn']}", code=2)
    assert "model dnabert2 changed since the plan was made" in wrong.error
    assert "no such model" in run("passport", out, "--model", "x=y", code=2).error


def random_genome(path: Path, length: int) -> Path:
    bases = np.random.default_rng(4).choice(list("ACGT"), length)
    path.write_text(f">c\n{''.join(bases)}\n")
    return path


def first_line(out: Path, name: str):
    return next(line for line in passports(out)["cnn"].lines if line.name == name)


def test_windows_that_overlap_or_are_alike_count_once(run, tmp_path: Path) -> None:
    """They are one observation: untrained models "told" a sixth of such loci from shuffles."""
    model = without_training("cnn", tmp_path / "cnn", 5)
    fasta, bed = random_genome(tmp_path / "c.fa", 12_000), tmp_path / "c.bed"
    bed.write_text("".join(f"c\t{at}\t{at + 200}\n" for at in range(1000, 4600, 20)))
    given = ("--fasta", fasta, "--model", f"cnn={model}")
    run("scan", "--bed", bed, *given, "--out", tmp_path / "steps", "--passport")
    line = first_line(tmp_path / "steps", "A1")
    assert 10 <= line.n <= 19
    assert line.supported > 0.64
    bed.write_text("".join(f"c\t{at}\t{at + 200}\n" for at in range(1000, 2000, 20)))
    run("scan", "--bed", bed, *given, "--out", tmp_path / "few", "--passport")
    line = first_line(tmp_path / "few", "A1")
    assert (line.verdict, line.n <= 6) == ("not asked", True)
    assert "neither overlap nor are alike" in line.reason

    letters, sequences = fasta.read_text()[3:203], tmp_path / "variants.fa"
    variants = [letters[:at] + "ACGT"["CGTA".index(letters[at])] + letters[at + 1 :]
                for at in range(40, 160)]  # fmt: skip
    sequences.write_text("".join(f">v{at}\n{each}\n" for at, each in enumerate(variants)))
    options = ("--sequences", sequences, "--model", f"cnn={model}", "--out", tmp_path / "variants")
    run("scan", *options, "--passport")
    assert first_line(tmp_path / "variants", "A1").verdict == "not asked"


def test_regions_without_a_strand_are_compared_strand_with_strand(run, tmp_path: Path) -> None:
    models = {"cnn": EXAMPLE / "models/cnn"}
    scan_example(run, tmp_path / "out", models, "--strand", "region", "--passport")
    line = first_line(tmp_path / "out", "A2")
    assert (line.verdict, line.n) == ("supported", 40)
