"""What a scan publishes, as gtrack itself reads it: what every reader is held against."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from gtrack.io.bigwig import BigWigReader

SUPPORTS, OPPOSES = (0, 114, 178), (213, 94, 0)
"""Colours of hits."""


@dataclass(frozen=True, slots=True)
class Place:
    """An interval, 0-based and half-open."""

    chrom: str
    start: int
    end: int

    @property
    def name(self) -> str:
        """As people write it, 1-based."""
        return f"{self.chrom}:{self.start + 1}-{self.end}"


@dataclass(frozen=True, slots=True)
class Hit:
    """A line of ``NAME.hits.bed``: what bigBeds, BED and readers must agree on."""

    chrom: str
    start: int
    end: int
    name: str
    score: int
    strand: str
    cells: tuple[str, ...]

    @property
    def bed6(self) -> tuple[str, int, int, str, int, str]:
        """Its first six columns."""
        return self.chrom, self.start, self.end, self.name, self.score, self.strand

    @property
    def colour(self) -> tuple[int, int, int]:
        """Blue where the relevance supports, vermillion where it opposes."""
        return SUPPORTS if float(self.cells[2]) > 0 else OPPOSES


@dataclass(frozen=True, slots=True)
class Scan:
    """A finished scan with hits and a hub.

    Parameters
    ----------
    folder : Path
        Where it lies.
    manifest : dict
        Its manifest.
    """

    folder: Path
    manifest: dict[str, Any] = field(repr=False)

    @classmethod
    def read(cls, folder: Path) -> Scan:
        """Open a folder, or say that it is not what is wanted."""
        needed = [folder / name for name in ("manifest.json", "hits", "hub/hub.txt")]
        lacking = [path.name for path in needed if not path.exists()]
        if lacking:
            raise SystemExit(f"{folder}: has no {', '.join(lacking)}; make demo first")
        return cls(folder.resolve(), json.loads((folder / "manifest.json").read_text()))

    @property
    def relevance(self) -> list[dict[str, Any]]:
        """The tracks of models."""
        return [track for track in self.manifest["tracks"] if track["kind"] == "relevance"]

    @property
    def fasta(self) -> Path:
        """The genome."""
        return self.folder / str(self.manifest["genome"]["fasta"])

    def sequence(self, place: Place) -> str:
        """Return the bases of a place, by the plainest of readings."""
        text = self.fasta.read_text().split(">")
        (found,) = (each for each in text if each.split("\n", 1)[0].split(" ")[0] == place.chrom)
        bases = "".join(found.split("\n")[1:])
        return bases[place.start : place.end].upper()

    def places(self) -> list[Place]:
        """Return where values are compared: the peaks of all models, and both ends of a region."""
        peaks = [Place(**track["peak"]) for track in self.relevance]
        chrom, start, end, *_ = (self.folder / "regions.bed").read_text().split("\n")[1].split("\t")
        ends = [Place(chrom, int(at) - 30, int(at) + 30) for at in (start, end)]
        return [*dict.fromkeys(peaks), *ends]

    def values(self, track: dict[str, Any]) -> dict[str, list[float]]:
        """Return the values of every place of one track."""
        with BigWigReader(self.folder / track["url"]) as reader:
            return {
                each.name: reader.values(each.chrom, each.start, each.end).tolist()
                for each in self.places()
            }

    def mean(self, track: dict[str, Any], chrom: str, start: int, end: int) -> float:
        """Return the mean of a region, of the bases that have a value."""
        with BigWigReader(self.folder / track["url"]) as reader:
            return float(np.nanmean(reader.values(chrom, start, end).astype(np.float64)))

    def drawn(self, track: dict[str, Any], chrom: str, start: int, end: int) -> list[float]:
        """Return what a picture shows: nothing where there is no value."""
        with BigWigReader(self.folder / track["url"]) as reader:
            return np.nan_to_num(reader.values(chrom, start, end)).tolist()

    def under(self, track: dict[str, Any], hit: Hit, bases: int) -> tuple[object, ...]:
        """Return a hit's place, and the values of its first bases as its strand reads them."""
        ahead = hit.strand == "+"
        start = hit.start if ahead else hit.end - bases
        with BigWigReader(self.folder / track["url"]) as reader:
            found = reader.values(hit.chrom, start, start + bases)
        read = found if ahead else found[::-1]
        return (hit.chrom, hit.start, hit.end, hit.strand, *read.tolist())

    def hits(self, track: dict[str, Any]) -> list[Hit]:
        """Return the hits of a model, from the text that stands beside the bigBed."""
        text = (self.folder / "hits" / f"{track['model']}.hits.bed").read_text()
        rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
        return [
            Hit(row[0], int(row[1]), int(row[2]), row[3], int(row[4]), row[5], tuple(row[6:]))
            for row in rows
        ]

    def hit_columns(self, track: dict[str, Any]) -> list[str]:
        """Return the names of the columns of ``NAME.hits.bed``."""
        lines = (self.folder / "hits" / f"{track['model']}.hits.bed").read_text().splitlines()
        (head,) = (line for line in lines if line.startswith("#chrom\t"))
        return head[1:].split("\t")

    def bed(self, url: str) -> list[list[str]]:
        """Return the rows of a BED without a head."""
        return [line.split("\t") for line in (self.folder / url).read_text().splitlines()]
