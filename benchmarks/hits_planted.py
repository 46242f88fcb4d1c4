"""Motif hits on fresh planted genomes, with every motif of JASPAR and HOCOMOCO.

    python benchmarks/hits_planted.py [../shared/data] [--genomes 2] [--repressor]

The example's models scan genomes that its recipe makes with other seeds, and hits are called with
838 + 401 motifs. A hit is false *by planted truth* when it shares half of the shorter of the two
with no planted site, and false *by ablation* when the model does not use it (gate .05;
ablate_hits.py). Weak words that arose by chance are used, too, and false by planted truth: its gate
of .08 is of hits with a chance of at most .1, as --max-chance 0.1 leaves them. Supporting and
opposing hits are counted apart.

`--repressor` trains a CNN on simulated windows that belong to the class when they hold a site of
CTCF, REST or NRF1 and none of NFKB1. NFKB1 lowers the class, so its sites should be opposing hits;
at least nine of ten, with the four motifs that were planted and with all; its other figures are
shown without a gate. One JSON line per figure; exit 1 when a gate is missed. A minute per genome
and model; a minute and a half to train.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
os.environ["OMP_NUM_THREADS"] = "1"
sys.path.insert(0, str(ROOT / "example_data"))

import ablate_hits  # noqa: E402
import genome as recipe  # noqa: E402
import simulate  # noqa: E402
from hits_example import overlaps  # noqa: E402
from hits_real import JASPAR  # noqa: E402

import gtrack  # noqa: E402
from gtrack.core.hits.motif_hit import MotifHit  # noqa: E402
from gtrack.core.intervals import Interval  # noqa: E402
from gtrack.io.bed import read_bed  # noqa: E402
from gtrack.io.fasta import Genome  # noqa: E402
from gtrack.io.hit_files import read_hits_bed  # noqa: E402

EXAMPLE = ROOT / "example_data"
HOCOMOCO = "motifs/HOCOMOCOv11_HUMAN.pfm"
Q = 0.05
LIKELY, BY_TRUTH, BY_ABLATION, FOUND = 0.1, 0.08, 0.05, 0.9
FIRST_SEED = 900
LEARN, STEPS = 40_000, "1500"
missed: list[str] = []


def run(*arguments: str | Path) -> None:
    """Run a gtrack command; its own words are shown when it fails."""
    command = [sys.executable, "-m", "gtrack", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: exit {done.returncode}: {done.stderr}")


def library(data: Path, out: Path) -> Path:
    """Write all motifs into one file; HOCOMOCO's are in the same form."""
    lines = [
        line
        for name in (JASPAR, HOCOMOCO)
        for line in (data / name).read_text().splitlines()
        if line and not line.startswith("#")
    ]
    out.write_text("\n".join(lines) + "\n")
    return out


def fresh(folder: Path, seed: int) -> Path:
    """Write a planted genome of another seed."""
    folder.mkdir(parents=True)
    recipe.SEED = seed
    recipe.build(folder)
    return folder


def repressed(folder: Path) -> Path:
    """Train a CNN that NFKB1 speaks against."""
    folder.mkdir(parents=True)
    lines = ["sequence,label"]
    for window in simulate.windows((FIRST_SEED,), LEARN, 200, 3):
        held = {site.motif for site in window.sites}
        label = bool(held & set(simulate.EFFECTIVE)) and simulate.DECOY not in held
        lines.append(f"{window.sequence},{int(label)}")
    (folder / "learn.csv").write_text("\n".join(lines) + "\n")
    given = ["--csv", folder / "learn.csv", "--out", folder / "repressor"]
    run("train", "cnn", *given, "--steps", STEPS, "--seed", "0", "--lr", "2e-3")
    return folder / "repressor"


def sites_of(path: Path, regions: Sequence[Interval]) -> list[Interval]:
    """Return the planted sites within regions."""
    return [
        site
        for site in read_bed(path)
        if any(
            r.chrom == site.chrom and r.start <= site.start and site.end <= r.end for r in regions
        )
    ]


def judged(
    hits: Sequence[MotifHit], idle: Sequence[bool], truth: Sequence[Interval]
) -> dict[str, float]:
    """Hold the hits of one sign against the sites that should be theirs, and against ablation."""
    spans = [Interval(hit.chrom, hit.start, hit.end) for hit in hits]
    off = [not any(overlaps(span, site) for site in truth) for span in spans]
    likely = [hit.chance is not None and hit.chance <= LIKELY for hit in hits]
    found = sum(any(overlaps(span, site) for span in spans) for site in truth)
    return {
        **{"hits": len(hits), "sites": len(truth), "found": found, "off_sites": sum(off)},
        **{"of_low_chance": sum(likely), "unused": int(sum(idle))},
        "off_sites_of_low_chance": sum(a and b for a, b in zip(off, likely, strict=True)),
    }


def call(
    planted: Path, model: Path, motifs: Path, truth: dict[str, list[Interval]]
) -> Iterator[dict[str, object]]:
    """Call hits in a scan and yield what they are worth, each sign apart."""
    scan = planted / f"scan_{model.name}"
    if not scan.is_dir():
        given = ["--bed", planted / "regions.bed", "--fasta", planted / "genome.fa"]
        run("scan", *given, "--model", f"{model.name}={model}", "--out", scan, "--null")
    run("hits", scan, "--motifs", motifs, "--q", str(Q))
    hits = read_hits_bed(scan / "hits" / f"{model.name}.hits.bed")
    with Genome.open(planted / "genome.fa") as genome:
        idle = ablate_hits.unused(gtrack.load_model(model), genome, hits)
    for sign, sites in truth.items():
        rows = [k for k, hit in enumerate(hits) if (hit.rel_sum < 0) == (sign == "opposing")]
        yield {"sign": sign, **judged([hits[k] for k in rows], idle[rows].tolist(), sites)}


def show(model: str, motifs: Path, records: Sequence[dict[str, object]]) -> None:
    """Print the sum of some genomes, and note what is missed."""
    head = {"name": "planted", "model": model, "motifs": motifs.name}
    everything: Counter[str] = Counter()
    for sign in ("supporting", "opposing"):
        mine = [record for record in records if record["sign"] == sign]
        counts = {key: [int(str(one[key])) for one in mine] for key in mine[0] if key != "sign"}
        everything += Counter({key: sum(each) for key, each in counts.items()})
        print(json.dumps({**head, "sign": sign, **counts}), flush=True)
    opposing = Counter({key: sum(each) for key, each in counts.items()})
    repressor = model == "repressor"
    low, off_low = everything["of_low_chance"], everything["off_sites_of_low_chance"]
    shares: list[tuple[str, int, int, float | None]] = [
        ("off_sites", everything["off_sites"], everything["hits"], None),
        ("off_sites_of_low_chance", off_low, low, None if repressor else BY_TRUTH),
        ("unused", everything["unused"], everything["hits"], None if repressor else BY_ABLATION),
    ]
    if repressor:
        lost = opposing["sites"] - opposing["found"]
        shares.append(("opposing_lost", lost, opposing["sites"], 1 - FOUND))
    for key, count, of, gate in shares:
        share = count / max(1, of)
        if gate is not None and share > gate:
            missed.append(f"{model} {motifs.name} {key} {share:.3f}")
        line = {**head, "share": key, "value": round(share, 4)}
        print(json.dumps({**line, "gate": gate and f"<= {gate:.2f}"}), flush=True)


def main() -> int:
    """Make genomes, scan, call, judge."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, nargs="?", default=ROOT.parent / "shared" / "data")
    parser.add_argument("--genomes", type=int, default=2)
    parser.add_argument("--out", type=Path, help="keep genomes, models and scans here")
    parser.add_argument("--models", nargs="*", default=["cnn", "dnabert2"])
    parser.add_argument("--repressor", action="store_true", help="train one, and scan with it, too")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = asked.out or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        everything = library(asked.data, work / "all.pfm")
        places = [work / f"genome{k}" for k in range(asked.genomes)]
        for k, place in enumerate(places):
            if not place.is_dir():
                fresh(place, FIRST_SEED + k)
        todo = [(EXAMPLE / "models" / name, [everything]) for name in asked.models]
        if asked.repressor:
            model = work / "trained" / "repressor"
            if not model.is_dir():
                repressed(work / "trained")
            todo.append((model, [EXAMPLE / "motifs.meme", everything]))
        for model, files in todo:
            for motifs in files:
                records: list[dict[str, object]] = []
                for place in places:
                    regions = read_bed(place / "regions.bed")
                    against = sites_of(place / "decoys.bed", regions)
                    truth = {
                        "supporting": sites_of(place / "truth.bed", regions),
                        "opposing": against if model.name == "repressor" else [],
                    }
                    records += call(place, model, motifs, truth)
                show(model.name, motifs, records)
    if missed:
        print(f"missed: {'; '.join(missed)}", file=sys.stderr)
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
