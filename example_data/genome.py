"""The example genome and what belongs to it: regions, truth, decoys and made-up genes.

Truth is exact: every match of a planted matrix at the planting threshold that arose by chance is
redrawn, so what looks like a site of CTCF, REST, NRF1 or NFKB1 was planted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.random import Generator
from simulate import (
    DECOY,
    EFFECTIVE,
    Background,
    Codes,
    Motif,
    Site,
    below,
    generator,
    plant,
    read_motifs,
    spread,
    text,
)

SEED = 20_261_122
SIZES = {"chr1": 200_000, "chr2": 150_000, "chr3": 100_000, "chr4": 50_000}
LENGTHS = (200, 250, 300, 400, 500, 600, 800, 1000, 1400, 2000)
REGIONS = {"chr1": 17, "chr2": 13, "chr3": 9, "chr4": 5}  # before the overlapping ones
NEGATIVE_EVERY = 4
SITE_EVERY_BP, DECOY_EVERY_BP = 250, 500
N_RUN = 300
SOFT_MASKED = 30
LINE = 60


@dataclass(frozen=True)
class Region:
    """A stretch of a chromosome, 0-based half-open; `kind` is ``pos`` or ``neg``."""

    chrom: str
    start: int
    end: int
    kind: str


def lay_out(rng: Generator) -> list[Region]:
    """Place the regions apart; the first and the last touch an end of their chromosome."""
    regions: list[Region] = []
    for chrom, size in SIZES.items():
        widths = [LENGTHS[(len(regions) + i) % len(LENGTHS)] for i in range(REGIONS[chrom])]
        starts = spread(rng, [width + 1500 for width in widths], size - 1500)
        starts = [start + 1500 for start in starts]
        if chrom == "chr1":
            starts[0] = 0
        if chrom == "chr4":
            starts[-1] = size - widths[-1]
        for start, width in zip(starts, widths, strict=True):
            kind = "neg" if len(regions) % NEGATIVE_EVERY == 2 else "pos"
            regions.append(Region(chrom, start, start + width, kind))
    return regions


def n_run_of(region: Region) -> tuple[int, int]:
    """Return the run of N in the middle of the region that crosses it."""
    start = (region.start + region.end - N_RUN) // 2
    return start, start + N_RUN


def fill(
    rng: Generator,
    codes: Codes,
    region: Region,
    gap: tuple[int, int] | None,
    motifs: dict[str, Motif],
) -> list[Site]:
    """Plant the sites of one region, around the run of N where it has one."""
    parts = [(region.start, region.end)]
    if gap is not None:
        parts = [(region.start, gap[0]), (gap[1], region.end)]
    sites = []
    for start, end in parts:
        length = end - start
        effective = max(1, length // SITE_EVERY_BP) if region.kind == "pos" else 0
        least = 1 if region.kind == "neg" else 0
        names = [EFFECTIVE[below(rng, len(EFFECTIVE))] for _ in range(effective)]
        names += [DECOY] * max(least, length // DECOY_EVERY_BP)
        for s in plant(rng, codes[start:end], names, motifs):
            sites.append(Site(start + s.start, start + s.end, s.motif, s.strand))
    return sites


def purge(
    rng: Generator,
    codes: Codes,
    sites: Sequence[Site],
    background: Background,
    motifs: dict[str, Motif],
) -> int:
    """Redraw background that matches a matrix by chance; return how many matches there were."""
    planted = np.zeros(len(codes), bool)
    for site in sites:
        planted[site.start : site.end] = True
    purged = 0
    for _ in range(100):
        chance = [
            match
            for motif in motifs.values()
            for match in motif.matches(codes)
            if not planted[match.start : match.end].any()
        ]
        if not chance:
            return purged
        purged += len(chance)
        for match in chance:
            before = codes[max(0, match.start - 3) : match.start]
            codes[match.start : match.end] = background.extend(rng, before, match.end - match.start)
    raise RuntimeError("chance matches keep coming back: take another seed")


def overlapping(regions: Sequence[Region]) -> list[Region]:
    """Return regions that overlap some of the others: shifted by half, and one nested."""
    long = [r for r in regions if r.end - r.start >= 800 and r.start > 1000]
    extra = []
    for i, region in enumerate(long[:6]):
        half = (region.end - region.start) // 2
        if i == 5:
            extra.append(Region(region.chrom, region.start + 100, region.end - 100, region.kind))
        elif i % 2:
            extra.append(Region(region.chrom, region.start - half, region.end - half, region.kind))
        else:
            extra.append(Region(region.chrom, region.start + half, region.end + half, region.kind))
    return extra


def soft_mask(letters: bytearray, start: int, end: int) -> None:
    """Turn a stretch to lower case, as a repeat masker does."""
    letters[start:end] = letters[start:end].lower()


def genes_bed12(rng: Generator, regions: Sequence[Region]) -> list[str]:
    """Return a few made-up genes that start behind regions: BED12 lines."""
    lines = []
    chosen = [r for r in regions if r.kind == "pos" and r.end + 6000 < SIZES[r.chrom]][::4]
    for i, region in enumerate(chosen[:8]):
        start = region.end + 60 + below(rng, 200)
        sizes = [80 + below(rng, 240) for _ in range(2 + below(rng, 4))]
        starts = [0]
        for size in sizes[:-1]:
            starts.append(starts[-1] + size + 150 + below(rng, 700))
        end = start + starts[-1] + sizes[-1]
        fields = [
            region.chrom,
            str(start),
            str(end),
            f"MADEUP{i + 1}",
            "0",
            "+-"[i % 2],
            str(start + 30),
            str(end - 30),
            "0",
            str(len(sizes)),
            ",".join(map(str, sizes)) + ",",
            ",".join(map(str, starts)) + ",",
        ]
        lines.append("\t".join(fields))
    return lines


def write_lines(path: Path, lines: Sequence[str]) -> None:
    """Write LF-ended lines, whatever the machine."""
    path.write_bytes("".join(line + "\n" for line in lines).encode("ascii"))


def write_sites(path: Path, sites: Sequence[tuple[str, Site]]) -> None:
    """Write planted sites as BED6 in genome order."""
    order = sorted(sites, key=lambda pair: (pair[0], pair[1].start))
    lines = [f"{c}\t{s.start}\t{s.end}\t{s.motif}\t0\t{s.strand}" for c, s in order]
    write_lines(path, lines)


def build(out: Path) -> None:
    """Write ``genome.fa``, ``regions.bed``, ``truth.bed``, ``decoys.bed`` and ``genes.bed``."""
    rng = generator(SEED)
    background, motifs = Background.read(), read_motifs()
    regions = lay_out(rng)
    on_chr2 = [r for r in regions if r.chrom == "chr2"]
    crossed = next(r for r in on_chr2 if r.end - r.start >= 1000 and r.kind == "pos")
    odd = next(r for r in regions if r.chrom == "chr3" and r.kind == "pos" and r != crossed)
    sites: list[tuple[str, Site]] = []
    fasta: list[str] = []
    for chrom, size in SIZES.items():
        codes = background.extend(rng, np.zeros(0, np.uint8), size)
        here: list[Site] = []
        for region in (r for r in regions if r.chrom == chrom):
            gap = n_run_of(region) if region == crossed else None
            here += fill(rng, codes, region, gap, motifs)
        purge(rng, codes, here, background, motifs)
        sites += [(chrom, site) for site in here]
        letters = bytearray(text(codes), "ascii")
        widths = [100 + below(rng, 700) for _ in range(SOFT_MASKED * size // sum(SIZES.values()))]
        for start, width in zip(spread(rng, widths, size), widths, strict=True):
            soft_mask(letters, start, start + width)
        if chrom == odd.chrom:  # half of one region that holds sites, and one ambiguous base
            soft_mask(letters, odd.start, (odd.start + odd.end) // 2)
            taken = {i for site in here for i in range(site.start - 5, site.end + 5)}
            letters[next(i for i in range(odd.start + 60, odd.end) if i not in taken)] = ord("R")
        if chrom == crossed.chrom:
            start, end = n_run_of(crossed)
            letters[start:end] = b"N" * N_RUN
        sequence = letters.decode("ascii")
        fasta.append(f">{chrom}")
        fasta += [sequence[i : i + LINE] for i in range(0, size, LINE)]
    effective = [pair for pair in sites if pair[1].motif != DECOY]
    write_lines(out / "genome.fa", fasta)
    write_sites(out / "truth.bed", effective)
    write_sites(out / "decoys.bed", [pair for pair in sites if pair[1].motif == DECOY])
    every = sorted([*regions, *overlapping(regions)], key=lambda r: (r.chrom, r.start, r.end))
    bed = []
    for i, r in enumerate(every, 1):
        held = any(c == r.chrom and s.start < r.end and r.start < s.end for c, s in effective)
        bed.append(f"{r.chrom}\t{r.start}\t{r.end}\t{'pos' if held else 'neg'}{i:02d}\t0\t.")
    write_lines(out / "regions.bed", bed)
    write_lines(out / "genes.bed", genes_bed12(rng, regions))
