"""Runs what `gtrack export` prints with modisco-lite and Fi-NeMo: ``make peers``.

First on a genome made here, with one word planted at known places: patterns of modisco-lite and
hits of Fi-NeMo must lie there to the base, at an even and an odd width. Peaks have summits off the
middle, or none and odd and even lengths. Then on the example, whose 50 regions are too few for
patterns, so that Fi-NeMo gets those of the first part. Exit 1 when a program fails or a place is
wrong.

    .venv/bin/python scripts/peers.py PEERS_BIN
"""

from __future__ import annotations

import csv
import os
import random
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parents[1] / "example_data"
REGIONS, SPACING = 400, 600
FOUND = 0.9  # of the planted places, at least
EVEN, ODD = 100, 101
FIRST = "pos_patterns.pattern_0"


@dataclass(frozen=True, slots=True)
class Place:
    """A planted word, a seqlet or a hit: 0-based, half-open."""

    chrom: str
    start: int
    end: int
    strand: str

    def offset(self, site: Place) -> tuple[int, str]:
        """Return where a planted word begins in this place, as the place's strand reads it."""
        ahead = site.start - self.start if self.strand == "+" else self.end - site.end
        return ahead, "+" if self.strand == site.strand else "-"

    def overlaps(self, site: Place) -> bool:
        """Tell whether they share a base."""
        return self.chrom == site.chrom and self.start < site.end and site.start < self.end


def main(programs: Path) -> int:
    """Run both parts; return the exit code."""
    # Programs of the peers come first, and the names of folders hold a space.
    os.environ["PATH"] = f"{programs.resolve()}{os.pathsep}{os.environ['PATH']}"
    with tempfile.TemporaryDirectory(prefix="gtrack peers ") as folder:
        wrong = planted(Path(folder))
        example(Path(folder))
    for line in wrong:
        print(f"WRONG {line}")
    return int(bool(wrong))


def planted(folder: Path) -> list[str]:
    """Return what lies elsewhere than where it was planted."""
    word = consensus(EXAMPLE / "motifs.meme", "CTCF")
    sites = plant(folder, word)
    bed, fasta, out = folder / "peaks.narrowPeak", folder / "genome.fa", folder / "planted"
    model = f"cnn={EXAMPLE / 'models' / 'cnn'}"
    gtrack("scan", "--bed", bed, "--fasta", fasta, "--model", model, "--out", out)
    wrong = []
    for width in (EVEN, ODD):
        to = folder / f"planted {width}"
        (command,) = export(out, to, "modisco", width)
        run(command)
        results, peaks = to / "cnn.modisco.h5", to / "cnn.modisco.narrowPeak"
        run(["modisco", "meme", "-i", results, "-t", "PFM", "-q", "-o", to / "patterns.meme"])
        at = ["-i", results, "-p", peaks, "-c", "*"]
        run(["modisco", "seqlet-bed", *at, "-q", "-o", to / "seqlets.bed"])
        pattern = consensus(to / "patterns.meme", FIRST)
        wrong += judge(f"modisco-lite at {width} bp", seqlets(to), sites, word, pattern)
        (command,) = export(out, to, "finemo", width - width % 2)
        run(command)
        wrong += judge(f"Fi-NeMo at {width - width % 2} bp", hits(to), sites, word, pattern)
    return wrong


def example(folder: Path) -> None:
    """Run every command that the example's exports print."""
    out, to = folder / "example", folder / "example exports"
    folders = [EXAMPLE / "models" / name for name in ("cnn", "dnabert2")]
    models = [word for model in folders for word in ("--model", f"{model.name}={model}")]
    inputs = ("--bed", EXAMPLE / "regions.bed", "--fasta", EXAMPLE / "genome.fa")
    gtrack("scan", *inputs, *models, "--out", out)
    for width in (None, EVEN, ODD):
        for command in export(out, to, "modisco", width):
            run(command)
    for path in to.glob("*.modisco.h5"):
        shutil.copy(folder / f"planted {ODD}" / "cnn.modisco.h5", path)
    for width in (None, EVEN):
        for command in export(out, to, "finemo", width):
            run(command)


# --- a genome with a word at known places -------------------------------------------------------


def plant(folder: Path, word: str) -> list[Place]:
    """Write a genome and its peaks; return where the word stands, one in each peak."""
    rng = random.Random(1)  # noqa: S311
    genome = rng.choices("ACGT", k=REGIONS * SPACING)
    sites, peaks = [], []
    for number in range(REGIONS):
        middle = number * SPACING + SPACING // 2
        start, strand = middle + rng.randrange(-12, 13) - len(word) // 2, rng.choice("+-")
        genome[start : start + len(word)] = word if strand == "+" else reverse(word)
        sites.append(Place("chr1", start, start + len(word), strand))
        left, right = middle - rng.randrange(60, 150), middle + rng.randrange(60, 150)
        summit = middle - left
        if number % 2:  # without a summit, the middle of an even or an odd length
            left, summit = 2 * middle - right + rng.randrange(2), -1
        peaks.append(f"chr1\t{left}\t{right}\tp{number}\t0\t.\t0\t-1\t-1\t{summit}\n")
    (folder / "genome.fa").write_text(f">chr1\n{''.join(genome)}\n")
    (folder / "peaks.narrowPeak").write_text("".join(peaks))
    return sites


def reverse(word: str) -> str:
    """Return the other strand."""
    return word.translate(str.maketrans("ACGT", "TGCA"))[::-1]


def consensus(path: Path, name: str) -> str:
    """Return the likeliest bases of the first matrix of a MEME file whose line holds a name."""
    lines = path.read_text().split("\n")
    at = next(i for i, line in enumerate(lines) if line.startswith("MOTIF") and name in line)
    rows = []
    for line in lines[at + 1 :]:
        try:
            values = [float(cell) for cell in line.split()]
        except ValueError:
            if rows:
                break
            continue
        if len(values) == 4:
            rows.append("ACGT"[values.index(max(values))])
        elif rows:
            break
    return "".join(rows)


# --- what the peers found -----------------------------------------------------------------------


def seqlets(folder: Path) -> list[Place]:
    """Read the first pattern of the BED of `modisco seqlet-bed`, whose starts count from 1."""
    track = (folder / "seqlets.bed").read_text().split("track name=")[1]
    rows = [line.split("\t") for line in track.splitlines()[1:] if line]
    return [Place(row[0], int(row[1]) - 1, int(row[2]), row[5]) for row in rows]


def hits(folder: Path) -> list[Place]:
    """Read Fi-NeMo's hits of the first pattern, at the width of the whole pattern."""
    with (folder / "cnn.finemo" / "hits_unique.tsv").open(newline="") as file:
        return [
            Place(row["chr"], int(row["start_untrimmed"]), int(row["end_untrimmed"]), row["strand"])
            for row in csv.DictReader(file, delimiter="\t")
            if row["motif_name"] == FIRST
        ]


def judge(what: str, places: list[Place], sites: list[Place], word: str, pattern: str) -> list[str]:
    """Compare where the word begins in each place with where the pattern's own bases have it."""
    strand = "+" if word in pattern else "-"
    wanted = (pattern.find(word if strand == "+" else reverse(word)), strand)
    found = [
        (site, place.offset(site)) for site in sites for place in places if place.overlaps(site)
    ]
    right = {site for site, offset in found if offset == wanted}
    elsewhere = Counter(offset for _, offset in found if offset != wanted)
    print(
        f"{what}: {len(right)} of {len(sites)} planted words where they were planted, "
        f"{elsewhere.total()} places on one elsewhere {dict(elsewhere.most_common(3))}"
    )
    if wanted[0] < 0:
        return [f"{what}: {pattern} does not hold {word}"]
    return [what] if len(right) < FOUND * len(sites) or elsewhere else []


# --- programs -----------------------------------------------------------------------------------


def gtrack(*words: object) -> str:
    """Run gtrack of this environment and return what it says."""
    command = [sys.executable, "-m", "gtrack", *map(str, words)]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True)  # noqa: S603
    if done.returncode:
        sys.exit(f"{shlex.join(command)}: {done.stderr}")
    return done.stderr


def export(out: Path, to: Path, which: str, width: int | None) -> list[list[str]]:
    """Export a scan, and return the commands that it prints as a shell reads them."""
    options = [] if width is None else ["--width", width]
    said = gtrack("export", out, to, "--to", which, "--overwrite", *options)
    return [
        shlex.split(line.removeprefix("next: "))
        for line in said.splitlines()
        if line.startswith("next: ")
    ]


def run(command: Sequence[object]) -> None:
    """Run a program of the peers to its end."""
    words, begun = [str(word) for word in command], time.monotonic()
    done = subprocess.run(words, capture_output=True, text=True)  # noqa: S603
    print(f"{time.monotonic() - begun:5.1f} s  {shlex.join(words)}", flush=True)
    if done.returncode:
        sys.exit(f"exit {done.returncode}: {done.stderr}")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
