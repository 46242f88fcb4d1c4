"""Whether a model uses the hits that it has, by ablation: for benchmarks of motif hits.

The letters of a hit are shuffled, and so are those of free places of the 200 bp around it, which
overlap no hit. A hit is *unused* when that moves the score no more than the 95th percentile of the
free places: what any place of the window does, its word does not.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

import gtrack
from gtrack.core.hits.motif_hit import MotifHit
from gtrack.io.fasta import Genome

READ, SHUFFLES, PLACES = 200, 6, 40


def unused(
    model: gtrack.Model, genome: Genome, hits: Sequence[MotifHit], places: int = PLACES
) -> NDArray[np.bool_]:
    """Tell which hits of one target the model does not use."""
    rng = np.random.default_rng(0)
    idle = np.zeros(len(hits), np.bool_)
    for row, hit in enumerate(hits):
        width = hit.end - hit.start
        end = min(genome.chrom_sizes[hit.chrom], max(READ, (hit.start + hit.end + READ) // 2))
        start = end - READ
        bases = genome.fetch(hit.chrom, start, end).upper()
        busy = np.zeros(READ, np.bool_)
        for other in hits:
            if other.chrom == hit.chrom:
                busy[max(0, other.start - start) : max(0, other.end - start)] = True
        free = [at for at in range(READ - width) if not busy[at : at + width].any()]
        tried = [bases]
        for at in [hit.start - start, *rng.permutation(free)[:places].tolist()]:
            for _ in range(SHUFFLES):
                site = "".join(rng.permutation(list(bases[at : at + width])))
                tried.append(bases[:at] + site + bases[at + width :])
        logits = np.asarray(gtrack.predict(model, tried).logits)
        scores = logits[:, 1] - logits[:, 0]
        moved = np.abs(scores[1:] - scores[0]).reshape(-1, SHUFFLES).mean(axis=1)
        idle[row] = len(moved) > 1 and moved[0] <= np.quantile(moved[1:], 0.95)
    return idle
