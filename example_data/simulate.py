"""DNA with planted motif sites: order-3 Markov background, sites drawn from JASPAR matrices.

Random numbers are uniform doubles of ``Generator(PCG64)`` and nothing else, tables come from plain
divisions, and scores are whole millibits: a seed gives the same sequences on every machine.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.random import PCG64, Generator
from numpy.typing import NDArray

HERE = Path(__file__).resolve().parent
LETTERS = np.frombuffer(b"ACGT", np.uint8)
EFFECTIVE = ("CTCF", "REST", "NRF1")
DECOY = "NFKB1"
PSEUDOCOUNT = 0.1
MIN_SCORE = 0.6  # of the best score: a planted site is a clear one
DECOY_SHARE = 0.5  # of the windows of either class
BLOCK = 4096  # windows simulated at once

Codes = NDArray[np.uint8]


def generator(*seed: int) -> Generator:
    """Return the random numbers of a seed."""
    return Generator(PCG64(list(seed)))


def below(rng: Generator, n: int) -> int:
    """Return a whole number from 0 to ``n - 1``."""
    return int(rng.random() * n)


def text(codes: Codes) -> str:
    """Return codes 0-3 as letters A, C, G, T."""
    return LETTERS[codes].tobytes().decode("ascii")


def revcomp(codes: Codes) -> Codes:
    """Return the other strand, 5' to 3'."""
    return (3 - codes)[..., ::-1]


@dataclass(frozen=True)
class Site:
    """A planted site: 0-based half-open, `strand` is the one on which the matrix reads."""

    start: int
    end: int
    motif: str
    strand: str


@dataclass(frozen=True)
class Background:
    """Order-3 Markov chain; `cumulative` has shape (64, 4), row = the three bases before."""

    cumulative: NDArray[np.float64]

    @classmethod
    def read(cls, path: Path = HERE / "background_order3.json") -> Background:
        """Read the committed counts."""
        counts = np.array(json.loads(path.read_text())["counts"], np.int64)
        return cls(counts.cumsum(axis=1) / counts.sum(axis=1, keepdims=True))

    def sample(self, rng: Generator, rows: int, length: int) -> Codes:
        """Return independent sequences, shape (rows, length); 32 warm-up bases are dropped."""
        context = (rng.random(rows) * 64).astype(np.int64)
        out = np.empty((length, rows), np.uint8)
        for i in range(-32, length):
            base = (rng.random(rows)[:, None] >= self.cumulative[context, :3]).sum(axis=1)
            context = (context * 4 + base) % 64
            if i >= 0:
                out[i] = base
        return np.ascontiguousarray(out.T)

    def extend(self, rng: Generator, before: Codes, length: int) -> Codes:
        """Return one sequence that goes on from the last three of `before`; shape (length,)."""
        table = [tuple(row) for row in self.cumulative[:, :3].tolist()]
        context = int(before[-3:] @ np.array([16, 4, 1])) if len(before) >= 3 else below(rng, 64)
        out = np.empty(length, np.uint8)
        for i, u in enumerate(rng.random(length).tolist()):
            a, c, g = table[context]
            base = (u >= a) + (u >= c) + (u >= g)
            context = (context * 4 + base) % 64
            out[i] = base
        return out


@dataclass(frozen=True)
class Motif:
    """A matrix, (width, 4): `cumulative` to draw from, log-odds in `millibits` to score with."""

    identifier: str
    name: str
    cumulative: NDArray[np.float64]
    millibits: NDArray[np.int64]

    @property
    def width(self) -> int:
        """Length of a site in bp."""
        return len(self.millibits)

    @property
    def threshold(self) -> int:
        """The least score of a planted site, in millibits."""
        return math.ceil(MIN_SCORE * int(self.millibits.max(axis=1).sum()))

    def score(self, windows: Codes) -> NDArray[np.int64]:
        """Score sites, shape (..., width), on the strand given, in millibits."""
        total = np.zeros(windows.shape[:-1], np.int64)
        for i in range(self.width):
            total += self.millibits[i, windows[..., i]]
        return total

    def draw(self, rng: Generator, n: int) -> Codes:
        """Return sites, shape (n, width), redrawn until each reaches the threshold."""
        sites = np.empty((n, self.width), np.uint8)
        todo = np.arange(n)
        while len(todo):
            u = rng.random((len(todo), self.width, 1))
            sites[todo] = (u >= self.cumulative[None, :, :3]).sum(axis=2)
            todo = todo[self.score(sites[todo]) < self.threshold]
        return sites

    def matches(self, codes: Codes) -> list[Site]:
        """Return every match at or above the threshold on either strand of one sequence."""
        windows = np.lib.stride_tricks.sliding_window_view(codes, self.width)
        found = []
        for strand, view in (("+", windows), ("-", revcomp(windows))):
            for start in np.flatnonzero(self.score(view) >= self.threshold).tolist():
                found.append(Site(start, start + self.width, self.name, strand))
        return found


def read_motifs(path: Path = HERE / "motifs.meme") -> dict[str, Motif]:
    """Read the committed MEME file; name -> matrix."""
    motifs: dict[str, Motif] = {}
    lines = [line.split() for line in path.read_text().splitlines()]
    header = next(fields for fields in lines if fields[:1] == ["A"] and len(fields) == 8)
    background = np.array([float(x) for x in header[1::2]])
    for at, fields in enumerate(lines):
        if fields[:1] != ["MOTIF"]:
            continue
        head = lines[at + 1]
        width, sites = int(head[head.index("w=") + 1]), int(head[head.index("nsites=") + 1])
        p = np.array([[float(x) for x in row] for row in lines[at + 2 : at + 2 + width]])
        counts = p * sites + PSEUDOCOUNT
        p = counts / counts.sum(axis=1, keepdims=True)
        log_odds = [[math.log2(x / b) for x, b in zip(row, background, strict=True)] for row in p]
        millibits = np.array([[round(1000 * x) for x in row] for row in log_odds], np.int64)
        motifs[fields[2]] = Motif(fields[1], fields[2], p.cumsum(axis=1), millibits)
    return motifs


def spread(rng: Generator, widths: Sequence[int], length: int) -> list[int]:
    """Return starts for things of these widths, in this order, in `length` bp without overlap."""
    free = length - sum(widths)
    if free < 0:
        raise ValueError(f"{sum(widths)} bp of sites do not fit into {length} bp")
    gaps = sorted(below(rng, free + 1) for _ in widths)
    before = np.concatenate([[0], np.cumsum(widths)])[:-1].tolist()
    return [gap + earlier for gap, earlier in zip(gaps, before, strict=True)]


def shuffled(rng: Generator, items: Sequence[str]) -> list[str]:
    """Return the items in random order (Fisher-Yates on our own uniform numbers)."""
    out = list(items)
    for i in range(len(out) - 1, 0, -1):
        j = below(rng, i + 1)
        out[i], out[j] = out[j], out[i]
    return out


def plant(
    rng: Generator, codes: Codes, names: Sequence[str], motifs: dict[str, Motif]
) -> list[Site]:
    """Write one site per name into `codes`, in place, at random on either strand."""
    order = shuffled(rng, names)
    starts = spread(rng, [motifs[name].width for name in order], len(codes))
    sites = []
    for name, start in zip(order, starts, strict=True):
        bases = motifs[name].draw(rng, 1)[0]
        strand = "+" if rng.random() < 0.5 else "-"
        end = start + len(bases)
        codes[start:end] = bases if strand == "+" else revcomp(bases)
        sites.append(Site(start, end, name, strand))
    return sites


@dataclass(frozen=True)
class LabelledWindow:
    """A simulated window: label 1 holds effective sites; decoys may be in either class."""

    sequence: str
    label: int
    sites: tuple[Site, ...]


def windows(seed: Sequence[int], n: int, length: int, most_sites: int) -> Iterator[LabelledWindow]:
    """Yield labelled windows of `length` bp; a positive holds 1 to `most_sites` effective sites."""
    rng = generator(*seed)
    background, motifs = Background.read(), read_motifs()
    for first in range(0, n, BLOCK):
        for codes in background.sample(rng, min(BLOCK, n - first), length):
            label = int(rng.random() < 0.5)
            count = label * (1 + below(rng, most_sites))
            names = [EFFECTIVE[below(rng, len(EFFECTIVE))] for _ in range(count)]
            if rng.random() < DECOY_SHARE:
                names.append(DECOY)
            sites = plant(rng, codes, names, motifs)
            yield LabelledWindow(text(codes), label, tuple(sites))
