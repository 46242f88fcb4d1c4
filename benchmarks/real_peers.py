"""Peers beside gtrack on the real sets of hits_real.py: what each covers, what else it calls.

    python benchmarks/hits_real.py ../shared/data --out DIR [--dnabert2]    # sets, models, scans
    python benchmarks/real_peers.py ../shared/data --scans DIR --peers PYTHON [--only tf3/cnn0 ...]

Sites, *top* and *covered* are those of hits_real.py. All callers get the same relevance, shuffled
windows and matrices; of those that look at relevance, calls with a positive sum count. A call is
*outside* when it covers no top site; of these are counted those *in negatives*, whose sequence is
not bound, and *weak* ones, whose relevance sum is not in the top 2 % of the windows of that width
in the shuffled sequences. Outside is not wrong: models read other words, and weaker matches. Names
are not judged: a call of any motif covers. PYTHON is an interpreter that has the peers
(hit_peers.py). With all motifs Fi-NeMo is left out; it is for the few that TF-MoDISco finds. FIMO
at p < 1e-4 covers nearly all, for that is what a site is. One JSON line per model, motifs, method.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from hits_real import JASPAR, TOP, Q, Scanned, TestSet, top_sites
from numpy.typing import NDArray

from gtrack.core.hits.motifs import PSEUDOCOUNT, Motif
from gtrack.core.hits.table import HitTable
from gtrack.io.motifs import read_motifs

SEQUENCE_ALONE = ("memelite_fimo_q", "memelite_fimo_1e-4")
PEERS = ("tangermeme_seqlets_fdr_tomtom", "tangermeme_seqlets_tomtom", *SEQUENCE_ALONE)
WITHOUT_NAMES = ("tangermeme_seqlets_fdr", "finemo_few_regions")  # or one name: with one motif
Rows = NDArray[np.int64]
"""Columns region, start in the region, end, motif."""


class Judge:
    """Holds calls against the top sites of one scan."""

    def __init__(self, test: TestSet, best: Motif, scanned: Scanned) -> None:
        values = [s.relevance.astype(np.float64) for s in scanned.segments]
        self.bound, self.width = test.bound, best.width
        self.top = top_sites(test.sites(best), best.width, values)
        self.sums = np.pad(np.stack(values).cumsum(1), ((0, 0), (1, 0)))
        self.null = [s.relevance.astype(np.float64) for s in scanned.null.segments]
        self.least: dict[int, float] = {}

    def __call__(self, rows: Rows, signed: bool) -> dict[str, int]:
        """Count what is covered and what else is called."""
        region, start, end = rows[:, :3].T
        relevance = self.sums[region, end] - self.sums[region, start]
        if signed:
            rows, relevance = rows[relevance > 0], relevance[relevance > 0]
            region, start, end = rows[:, :3].T
        outside, covered = np.ones(len(rows), np.bool_), 0
        for k, at in self.top:
            shared = np.minimum(end, at + self.width) - np.maximum(start, at)
            on = (region == k) & (shared >= 0.5 * np.minimum(end - start, self.width))
            outside &= ~on
            covered += bool(on.any())
        weak = relevance < np.array([self._least(w) for w in (end - start).tolist()])
        return {
            "top": len(self.top),
            "covered": covered,
            "calls": len(rows),
            "outside": int(outside.sum()),
            "in_negatives": int((outside & ~self.bound[region]).sum()),
            "weak": int((outside & weak).sum()),
        }

    def _least(self, width: int) -> float:
        """Return the smallest sum in the top share of the shuffled windows of a width."""
        if width not in self.least:
            every = [np.convolve(v, np.ones(width), "valid") for v in self.null if len(v) >= width]
            self.least[width] = float(np.quantile(np.concatenate(every), 1 - TOP))
        return self.least[width]


def hit_rows(table: HitTable) -> Rows:
    """Return the hits of gtrack; contigs are named s0000_LABEL."""
    region = np.array([int(name[1:].split("_")[0]) for name in table.chroms], np.int64)
    rows = np.column_stack([region[table.chrom], table.start, table.end, table.motif])
    return rows[table.hits(Q)]


def save(path: Path, scanned: Scanned, motifs: Sequence[Motif]) -> None:
    """Write what the peers get; a shuffled window that an N cut is left out."""
    length = len(scanned.segments[0])
    null = [each for each in scanned.null.segments if len(each) == length]
    frequencies = [m.counts + PSEUDOCOUNT / 4 for m in motifs]
    np.savez(
        path,
        codes=np.stack([s.codes for s in scanned.segments]),
        relevance=np.stack([s.relevance for s in scanned.segments]).astype(np.float64),
        null_codes=np.stack([s.codes for s in null]),
        null_relevance=np.stack([s.relevance for s in null]).astype(np.float64),
        few=len(scanned.segments),
        told=len(motifs),
        **{f"m{k}": f / f.sum(1, keepdims=True) for k, f in enumerate(frequencies)},
    )


def compare(
    folder: Path, model: str, jaspar: Sequence[Motif], python: str, methods: Sequence[str]
) -> Iterable[object]:
    """Yield the figures of the methods, with one and with all motifs."""
    lines = (folder / "test.fa").read_text().split()
    labels = [int(name[-1]) for name in lines[::2]]
    test = TestSet.of(list(zip(lines[1::2], labels, strict=True)))
    scanned = Scanned.read(folder, model)
    best = read_motifs(folder / "motif.pfm")[0]
    judge = Judge(test, best, scanned)
    longest = len(scanned.segments[0])
    script = str(Path(__file__).with_name("hit_peers.py"))
    for name, motifs in (("one", [best]), ("all", [m for m in jaspar if m.width <= longest])):
        head = {"set": folder.name, "model": model, "motifs": name}
        if "gtrack" in methods:
            begun = time.process_time()
            rows = hit_rows(scanned.call(motifs, test, 0))
            spent = {"cpu_s_first": round(time.process_time() - begun, 2)}
            yield {**head, "method": "gtrack", **judge(rows, True), **spent}
        with tempfile.TemporaryDirectory() as temporary:
            source, target = Path(temporary) / "data.npz", Path(temporary) / "hits.npy"
            save(source, scanned, motifs)
            apt = (*PEERS, *WITHOUT_NAMES) if name == "one" else PEERS
            for peer in [each for each in apt if each in methods]:
                command = [python, script, str(source), str(target), peer]
                said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
                figures = judge(np.load(target), peer not in SEQUENCE_ALONE)
                yield {**head, "method": peer, **figures, **json.loads(said.stdout)}


def main() -> int:
    """Compare on the scans that are there."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    parser.add_argument("--scans", type=Path, required=True, help="what hits_real.py --out left")
    parser.add_argument("--peers", required=True, help="interpreter that has the peers")
    parser.add_argument("--only", nargs="+", help="SET/MODEL ...")
    every = ("gtrack", *PEERS, *WITHOUT_NAMES)
    parser.add_argument("--methods", nargs="+", choices=every, default=every)
    asked = parser.parse_args()
    jaspar = read_motifs(asked.data / JASPAR)
    for scan in sorted(asked.scans.glob("*/scan_*")):
        model = scan.name.removeprefix("scan_")
        if not asked.only or f"{scan.parent.name}/{model}" in asked.only:
            for record in compare(scan.parent, model, jaspar, asked.peers, asked.methods):
                print(json.dumps(record), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
