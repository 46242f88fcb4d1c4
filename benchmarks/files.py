"""Files of a size that people have: CPU seconds of writing, copying and reading them, with gates.

A bigBed of 100,000 hits; `gtrack hub` of a scan with such a file, which is copied and not written
anew; a GTF of 300,000 lines; a bigWig of 10,000 short runs; the least of three rounds each. For a
quiet machine: the tests hold what is written, and how cost grows, wherever they run. One JSON line
per figure; exit 1 when a gate is missed. One minute.

    python benchmarks/files.py
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from gtrack.core.hits.motif_hit import MotifHit
from gtrack.io.annotations import read_features
from gtrack.io.bigbed import write_bigbed
from gtrack.io.bigwig import BigWigWriter
from gtrack.io.hit_files import write_hits_bed
from gtrack.workflows.demo import demo
from gtrack.workflows.hub import HubJob, make_hub

HITS = 100_000
GATES = {
    "bigBed of 100,000 hits": 3.0,
    "gtrack hub with 100,000 hits": 5.0,
    "GTF of 300,000 lines": 10.0,
    "bigWig of 10,000 short runs": 2.0,
}


def many_hits(chrom: str, size: int) -> list[MotifHit]:
    """Return hits of 50 motifs, not sorted."""
    return [
        MotifHit(
            *(chrom, at % (size - 20), at % (size - 20) + 11, f"TF{at % 50}", "+"),
            *(f"MA{at % 50:04}.1", "m.meme", at % 7 - 3.0, 2.5, 1e-5, 1e-4, 0.01),
            *("cnn:site", "long", 0.01, 0.005, 0.1, False, f"TF{at % 50}"),
        )
        for at in range(HITS)
    ]


def write_gtf(path: Path) -> None:
    """Write a tenth of a human annotation."""
    with path.open("w") as file:
        for gene in range(30_000):
            who = f'gene_id "ENSG{gene:011}.1"; transcript_id "ENST{gene:011}.1"; gene_name "N";'
            for exon in range(10):
                at = 1 + 5000 * gene + 100 * exon
                file.write(f"chr1\tHAVANA\texon\t{at}\t{at + 50}\t.\t+\t.\t{who} level 2;\n")


def write_runs(path: Path) -> None:
    """Write runs of 100 values, 100 bases apart."""
    values = np.random.default_rng(0).normal(size=100).astype(np.float32)
    with BigWigWriter(path, {"chr1": 20_000_000}) as writer:
        for start in range(0, 2_000_000, 200):
            writer.add("chr1", start, values)


def measured(name: str, work: Callable[[], object]) -> bool:
    """Print the least CPU time of three rounds; tell whether the gate is missed."""
    took = []
    for _ in range(3):
        begun = time.process_time()
        work()
        took.append(time.process_time() - begun)
    seconds = round(min(took), 2)
    print(json.dumps({"name": name, "cpu_s": seconds, "gate": GATES[name]}), flush=True)
    return seconds > GATES[name]


def main() -> int:
    """Measure all and hold each figure against its gate."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        scan = work / "out"
        demo(scan, lambda plan: lambda name, windows, bases: None)
        sizes = dict(
            (name, int(size))
            for name, size in (
                line.split("\t") for line in (scan / "genome/chrom.sizes").read_text().splitlines()
            )
        )
        chrom = max(sizes, key=lambda name: sizes[name])
        hits, bigbed = many_hits(chrom, sizes[chrom]), scan / "hits/cnn.hits.bb"
        write_hits_bed(scan / "hits/cnn.hits.bed", hits, ["many"])
        write_gtf(work / "a.gtf")
        hub = HubJob(scan, "me@example.org")
        names = list(GATES)
        missed = [
            measured(names[0], lambda: write_bigbed(bigbed, sizes, hits)),
            measured(names[1], lambda: make_hub(hub)),
            measured(names[2], lambda: sum(1 for _ in read_features(work / "a.gtf", "GTF"))),
            measured(names[3], lambda: write_runs(work / "runs.bw")),
        ]
    return int(any(missed))


if __name__ == "__main__":
    sys.exit(main())
