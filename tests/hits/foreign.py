"""A genome, contributions of another tool, and motifs, for hits on tracks without a scan."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyBigWig
from numpy.typing import NDArray

SITE = "TGACTCA"
SIZES = {"chr2": 9000, "chr10": 3000, "chr1": 500}
PEAKS = (("chr2", 100, 4100), ("chr2", 4000, 8000), ("chr10", 0, 3000))
BED = "chr10\t0\t3000\tthird\nchr2\t100\t4100\tfirst\nchr2\t4000\t8000\tsecond\n"


@dataclass(frozen=True)
class Given:
    """What a user has: values are NaN where the track has none."""

    folder: Path
    genome: dict[str, str]
    values: dict[str, NDArray[np.float32]]

    @property
    def bigwig(self) -> Path:
        return self.folder / "theirs.bw"

    def options(self, folder: Path, **other: object) -> list[object]:
        """Return the command; `other` replaces options, None leaves one out."""
        chosen: dict[str, object] = {
            "track": f"bpnet={self.bigwig}",
            "fasta": self.folder / "g.fa",
            "bed": self.folder / "r.bed",
            "motifs": self.folder / "m.meme",
            "out": folder,
        } | other
        return ["hits", *(f"--{name}={value}" for name, value in chosen.items() if value)]


def make(folder: Path, motifs: str) -> Given:
    """Write a genome with sites of AP-1, a track that is loud there, regions and motifs."""
    rng = np.random.default_rng(7)
    genome, values = {}, {}
    for chrom, size in SIZES.items():
        bases = list(rng.choice(list("ACGT"), size))
        track = np.full(size, np.nan, np.float32)
        for name, start, end in PEAKS:
            if name == chrom:
                track[start:end] = rng.normal(0, 0.1, end - start)
        for at in range(300, size - 300, 250):
            bases[at : at + len(SITE)] = SITE
            track[at : at + len(SITE)] += 1
        genome[chrom], values[chrom] = "".join(bases), track
    values["chr2"][700:760] = np.nan
    (folder / "g.fa").write_text("".join(f">{c}\n{bases}\n" for c, bases in genome.items()))
    (folder / "r.bed").write_text(BED)
    (folder / "m.meme").write_text(motifs)
    given = Given(folder, genome, values)
    write_bigwig(given.bigwig, SIZES, values)
    return given


def runs(values: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Return where values begin and end."""
    there = np.concatenate([[False], ~np.isnan(values), [False]])
    edges = np.flatnonzero(np.diff(there.astype(int))).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))


def write_bigwig(
    path: Path,
    sizes: dict[str, int],
    values: dict[str, NDArray[np.float32]],
    *,
    zooms: int = 10,
    style: str = "fixed",
) -> Path:
    """Write values as pyBigWig does: fixedStep, variableStep or, of equal bases, bedGraph."""
    with pyBigWig.open(str(path), "w") as file:
        file.addHeader(list(sizes.items()), maxZooms=zooms)
        for chrom, track in values.items():
            for start, end in runs(track):
                run = track[start:end].astype(float)
                if style == "fixed":
                    file.addEntries(chrom, start, values=run, span=1, step=1)
                elif style == "variable":
                    file.addEntries(chrom, list(range(start, end)), values=run, span=1)
                else:
                    cuts = np.flatnonzero(np.diff(run)) + 1
                    first = [0, *cuts.tolist()]
                    starts = [start + at for at in first]
                    file.addEntries(
                        [chrom] * len(starts), starts, ends=[*starts[1:], end], values=run[first]
                    )
    return path
