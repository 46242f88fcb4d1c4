"""What of a plan's inputs has changed is said by the option that gave it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture
def plan(run, inputs, tmp_path: Path):
    """Return what plans into one folder, and what is said where it goes on with other inputs."""
    out, model = tmp_path / "out", ("--model", f"m={inputs.models['cnn']}")
    begun: list[bool] = []

    def planned(*given: object, said: str = "", fasta: Path | None = None) -> None:
        source = given if "--sequences" in given else (*given, "--fasta", fasta or inputs.fasta)
        resume = ["--resume"] * len(begun[:1])
        ran = run("plan", *source, *model, "--out", out, *resume, code=2 if said else 0)
        begun.append(True)
        if said:
            assert f"changed since its plan was made: {said}; give the same inputs" in ran.error

    return planned


def test_a_blacklist(plan, inputs, tmp_path: Path) -> None:
    blacklist, other = tmp_path / "b.bed", tmp_path / "other.bed"
    blacklist.write_text("chr2\t100\t400\n")
    tile = ("--tile", "chr2", "--blacklist")
    plan(*tile, blacklist)
    other.write_text("# the same stretches\nchr2\t100\t400\n")
    plan(*tile, other)
    other.write_text("chr2\t100\t401\n")
    plan(*tile, other, said=f"--blacklist {other}")
    plan(*tile[:2], said=f"--blacklist ({blacklist} before, now none)")
    plan("--tile", "chr10", *tile[2:], blacklist, said="--tile (other stretches than before)")


def test_a_blacklist_from_a_pipe(plan, tmp_path: Path) -> None:
    def pipe(text: str) -> Path:
        read, write = os.pipe()
        os.write(write, text.encode())
        os.close(write)
        return Path(f"/dev/fd/{read}")

    plan("--tile", "chr2", "--blacklist", pipe("chr2\t100\t400\n"))
    plan("--tile", "chr2", "--blacklist", pipe("chr2\t100\t400\n"))
    other = pipe("chr2\t9\t400\n")
    said = f"--blacklist {other}, or the FASTA's runs of N"
    plan("--tile", "chr2", "--blacklist", other, said=said)


def test_a_genome_that_is_tiled(plan, inputs, tmp_path: Path) -> None:
    plan("--tile", "chr2")
    longer, masked = tmp_path / "longer.fa", tmp_path / "masked.fa"
    genome = inputs.fasta.read_text()
    longer.write_text(f"{genome}>new\nACGT\n")
    plan("--tile", "chr2", fasta=longer, said="the FASTA (its chromosomes)")
    at = genome.index("\n", genome.index(">chr2")) + 1
    masked.write_text(genome[:at] + f"{'N' * 60}\n" * 2 + genome[at + 122 :])
    plan("--tile", "chr2", fasta=masked, said="the FASTA (its runs of N)")


def test_a_bed(plan, inputs, tmp_path: Path) -> None:
    plan("--bed", inputs.bed)
    plan("--bed", inputs.bed, "--flank", 9, said="--flank (None before, now 9)")
    longer = tmp_path / "longer.fa"
    longer.write_text(f"{inputs.fasta.read_text()}>new\nACGT\n")
    inputs.bed.write_text("chr2\t100\t400\n")
    said = f"the regions of --bed {inputs.bed}, the FASTA (its chromosomes)"
    plan("--bed", inputs.bed, fasta=longer, said=said)


def test_sequences(plan, tmp_path: Path) -> None:
    path = tmp_path / "s.fa"
    path.write_text(f">a\n{'ACGTTGCA' * 9}\n>b\n{'GGACGTTA' * 9}\n")
    plan("--sequences", path)
    path.write_text(f">a\n{'ACGTTGCA' * 9}\n>b\n{'GGACGTTC' * 9}\n")
    plan("--sequences", path, said=f"--sequences {path} (its bases)")
    path.write_text(f">a\n{'ACGTTGCA' * 9}\n")
    plan("--sequences", path, said=f"--sequences {path} (names or lengths)")
