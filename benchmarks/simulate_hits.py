"""Simulated relevance with known truth, for benchmarks/hits.py.

Regions of 1 kb with three kinds of sequence: *planted* motif instances that carry relevance (15 %
of them negative), *bystanders*, drawn from the same matrices, that carry none, and background. The
null is what gtrack would get from a model on dinucleotide-shuffled windows: noise alone. Everything
is a function of the case and the seed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gtrack.core.segments import Segment
from gtrack.core.sequences import BASES, base_codes
from gtrack.core.shuffle import dinucleotide_shuffle

REGION_BP, REGION_STEP = 1_000, 2_000
BACKGROUND = np.array([0.295, 0.205, 0.205, 0.295])
NULL_BP = 300_000
PFM = "motifs/JASPAR2022_vertebrates.pfm"
#: The ten motifs that are planted, and which names count as the same family (JASPAR's families).
PLANTED = {
    "MA0139.1": r"CTCFL?",
    "MA0108.2": r"TBP",
    "MA0035.4": r"GATA\d|TRPS1",
    "MA0079.5": r"(SP|KLF|EGR)\d+",
    "MA0099.3": r"FOS[BL12]*|JUN[BD]?|BATF\d?",
    "MA0506.2": r"NRF1",
    "MA0138.2": r"REST",
    "MA0114.4": r"HNF4[AG]|RXR[ABG]|NR2[A-F]\d",
    "MA0102.4": r"CEBP[A-Z]",
    "MA0497.1": r"MEF2[A-D]",
}


@dataclass(frozen=True)
class Matrix:
    """A named count matrix, shape (W, 4)."""

    id: str
    name: str
    counts: NDArray[np.float64]

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """Frequencies with a pseudocount of 0.1 x background, shape (W, 4)."""
        mass = self.counts + 0.1 * BACKGROUND
        return np.asarray(mass / mass.sum(1, keepdims=True))

    @property
    def information(self) -> NDArray[np.float64]:
        """Bits per position, shape (W,)."""
        p = self.probabilities
        return np.asarray((p * np.log2(p / BACKGROUND)).sum(1))

    @property
    def family(self) -> str:
        """Name of the planted motif of the same family, or the matrix's own id."""
        for planted, names in PLANTED.items():
            if any(re.fullmatch(names, name) for name in self.name.upper().split("::")):
                return planted
        return self.id


@dataclass(frozen=True)
class Case:
    """What is simulated; sd is the noise's, in units of a median instance's peak."""

    name: str
    sd: float = 0.3
    regions: int = 300
    planted: int = 906
    bystanders: int = 600
    tokens: bool = False
    flat: bool = False
    null_bp: int = NULL_BP


CASES = {
    case.name: case
    for case in (
        Case("low", 0.12),
        Case("mid"),
        Case("high", 0.6),
        Case("token", tokens=True),
        Case("flat_half", flat=True),
        Case("bystanders_5000", bystanders=5_000),
        Case("bystanders_20000", regions=1_200, bystanders=20_000),
    )
}


@dataclass
class Sites:
    """Where instances lie: region index, start in the region, width, matrix index, sign."""

    region: NDArray[np.int64]
    start: NDArray[np.int64]
    width: NDArray[np.int64]
    matrix: NDArray[np.int64]
    reverse: NDArray[np.bool_]


@dataclass
class Simulation:
    """Targets and null as gtrack stores them, with the truth beside them."""

    targets: list[Segment]
    null: list[Segment]
    planted: Sites
    bystanders: Sites
    matrices: list[Matrix] = field(default_factory=list)


def read_pfm(path: Path) -> list[Matrix]:
    """Read the project's JASPAR file (positions as rows)."""
    found: list[Matrix] = []
    rows: list[list[float]] = []
    ident = name = ""
    for line in [*path.read_text().splitlines(), ">"]:
        if line.startswith(">"):
            if rows:
                found.append(Matrix(ident, name, np.array(rows)))
                rows = []
            ident = line[1:].split("_")[0]
            name = line.split("_")[-1][len(ident) + 1 :]
        elif line and not line.startswith("#"):
            rows.append([float(value) for value in line.split()])
    return found


def choose_matrices(path: Path, n: int = 100) -> list[Matrix]:
    """Return the ten planted matrices and n - 10 others, drawn once, the same for every seed."""
    matrices = {matrix.id: matrix for matrix in read_pfm(path)}
    others = sorted(set(matrices) - set(PLANTED))
    drawn = np.random.default_rng(2022).permutation(len(others))[: n - len(PLANTED)]
    return [matrices[key] for key in PLANTED] + [matrices[others[k]] for k in sorted(drawn)]


def place(
    count: int, widths: NDArray[np.int64], free: list[NDArray[np.bool_]], rng: np.random.Generator
) -> Sites:
    """Put `count` instances where `free` still is; 3 bp apart, never overlapping."""
    spots: list[tuple[int, int, int, int]] = []
    while len(spots) < count:
        matrix, region = int(rng.integers(len(widths))), int(rng.integers(len(free)))
        width = int(widths[matrix])
        start = int(rng.integers(5, REGION_BP - width - 5))
        if free[region][start - 3 : start + width + 3].all():
            free[region][start : start + width] = False
            spots.append((region, start, width, matrix))
    table = np.array(spots, np.int64).reshape(-1, 4).T
    return Sites(*table, reverse=rng.random(count) < 0.5)


def noise(length: int, sd: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return smoothed Laplace noise plus a slow drift (a tenth of the variance), of that sd."""
    kernel = np.array([1.0, 2.0, 3.0, 2.0, 1.0])
    fast = np.convolve(rng.laplace(size=length + 4), kernel / np.linalg.norm(kernel), "valid")
    drift = np.interp(
        np.arange(length),
        np.arange(0, length + 100, 100),
        rng.normal(size=length // 100 + 1 + (length % 100 > 0)),
    )
    return np.asarray(sd * (np.sqrt(0.45) * fast + np.sqrt(0.15) * drift))


def tokenize(values: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Replace values by their means over tokens of 3 to 8 bp, as byte-pair encoding does."""
    cuts = np.cumsum(rng.integers(3, 9, len(values)))
    token = np.searchsorted(cuts, np.arange(len(values)), side="right")
    return np.asarray((np.bincount(token, values) / np.bincount(token))[token])


def shape(
    matrix: Matrix, site: NDArray[np.uint8], flat: bool, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return the relevance of one instance, forward matrix, in bits of information, shape (W,)."""
    if flat:
        kept = rng.permutation(len(site)) < len(site) // 2
        return 1.2 * kept
    p = matrix.probabilities
    match = p[np.arange(len(site)), site] / p.max(1)
    return np.asarray(matrix.information * match)


def simulate(case: Case, seed: int, matrices: list[Matrix]) -> Simulation:
    """Return one draw of the case."""
    rng = np.random.default_rng([seed, *case.name.encode()])
    codes = [rng.choice(4, REGION_BP, p=BACKGROUND).astype(np.uint8) for _ in range(case.regions)]
    signal = [np.zeros(REGION_BP) for _ in codes]
    free = [np.ones(REGION_BP, np.bool_) for _ in codes]
    chosen = matrices[: len(PLANTED)]
    widths = np.array([len(matrix.counts) for matrix in chosen])
    planted = place(case.planted, widths, free, rng)
    bystanders = place(case.bystanders, widths, free, rng)
    cumulative = [matrix.probabilities.cumsum(1) for matrix in chosen]
    for sites, relevant in ((planted, True), (bystanders, False)):
        for region, start, width, index, reverse in zip(
            sites.region, sites.start, sites.width, sites.matrix, sites.reverse, strict=True
        ):
            draw = rng.random((width, 1)) > cumulative[index]
            site = np.minimum(draw.sum(1), 3).astype(np.uint8)
            step = -1 if reverse else 1
            codes[region][start : start + width] = (3 - site if reverse else site)[::step]
            if relevant:
                sign = -1.0 if rng.random() < 0.15 else 1.0
                strength = sign * rng.lognormal(0.0, 0.5)
                values = strength * shape(chosen[index], site, case.flat, rng)
                signal[region][start : start + width] += values[::step]
    targets = [
        Segment("sim1", REGION_STEP * k, codes[k], measure(signal[k], case, rng))
        for k in range(case.regions)
    ]
    null = []
    for k in range(case.null_bp // REGION_BP):
        text = "".join(BASES[code] for code in codes[k % case.regions])
        shuffled = base_codes(dinucleotide_shuffle(text, rng))
        null.append(Segment(f"null{k}", 0, shuffled, measure(np.zeros(REGION_BP), case, rng)))
    return Simulation(targets, null, planted, bystanders, matrices)


def measure(
    signal: NDArray[np.float64], case: Case, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Add noise, and blur to tokens where the case says so."""
    values = signal + noise(len(signal), case.sd, rng)
    if case.tokens:
        values = tokenize(values, rng)
    return values.astype(np.float32)


def silent_targets(bases: int, seed: int = 1) -> list[Segment]:
    """Return regions of 1 kb with noise alone."""
    rng = np.random.default_rng(seed)
    case = CASES["mid"]
    return [
        Segment(
            "sim1",
            REGION_STEP * k,
            rng.integers(0, 4, 1_000, dtype=np.uint8),
            measure(np.zeros(1_000), case, rng),
        )
        for k in range(bases // 1_000)
    ]
