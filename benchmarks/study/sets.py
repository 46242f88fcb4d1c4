"""Data sets of the study, each as one folder: sequences to learn from, to be tried on, and truth.

A set's folder holds ``train.csv`` (sequence,label), ``test.fa`` and ``test.bed`` (a contig per
sequence), ``labels.tsv`` (columns region, label), ``set.json`` (its figures), and for each truth
that it has ``NAME.bed`` (0-based half-open on the contigs):

truth
    where the signal is: planted sites, motif matches, splice dinucleotides; in sequences of the
    positive classes only.
control
    the places of ``truth`` in sequences of the control class: what relevance there says of place
    alone, without the signal.
others
    ``context`` (splice: the consensus around the dinucleotide), ``decoys`` (example: sites without
    effect), ``negatives`` (TATA: matches in negatives).
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType

import numpy as np

from benchmarks import hits_real
from gtrack.core.hits.motifs import Motif
from gtrack.core.sequences import reverse_complement
from gtrack.io.motifs import read_motifs

ROOT = Path(__file__).resolve().parents[2]
EACH = 150  # test sequences of a class: keeps evaluation cheap
EACH_OF_THREE = 100
SEED = 11
LEAST_BITS = 10.0  # of a CTCF match that counts as a site
EXAMPLE_SEED = 31_011  # training simulates (7, ...), benchmarks/example_models.py (20777,)
TATA = "MA0108.2"
SPLICE_BP = 60
"""Middle of the 400 bp that is learnt from and tried: with more, so few examples teach nothing."""
SPLICE_FROM = 200 - SPLICE_BP // 2
SPLICE = {"acceptor": (198 - SPLICE_FROM, "AG"), "donor": (200 - SPLICE_FROM, "GT")}
"""Class: where its dinucleotide begins (0-based in the middle), and what it is."""
CONTEXT = {"acceptor": (-20, 3), "donor": (-3, 6)}
"""Class: begin and end of the consensus, from the dinucleotide's begin (half-open)."""

Rows = Sequence[tuple[str, str]]


@dataclass(frozen=True, order=True)
class Site:
    """A stretch of a test sequence, 0-based half-open; `row` counts the test sequences."""

    row: int
    start: int
    end: int
    name: str
    strand: str = "+"


@dataclass(frozen=True)
class StudySet:
    """What a set is made of.

    Attributes
    ----------
    name : str
        Name of its folder.
    train, test : sequence of (sequence, label)
        No sequence of `test` is in `train`, on either strand.
    truths : mapping of str to sequence of Site
        As above; empty where nothing is known.
    control : str
        The class whose sequences lend their places.
    facts : mapping
        What else ``set.json`` tells, such as the enriched motif.
    """

    name: str
    train: Rows
    test: Rows
    truths: Mapping[str, Sequence[Site]] = field(default_factory=dict)
    control: str = "0"
    facts: Mapping[str, object] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write the set's files.

        Raises
        ------
        ValueError
            When a test sequence is among those to learn from, or a site lies outside its sequence.
        """
        held = {s for sequence, _ in self.test for s in (sequence, reverse_complement(sequence))}
        if any(sequence in held for sequence, _ in self.train):
            raise ValueError(f"{self.name}: a test sequence is in the training set")
        folder.mkdir(parents=True, exist_ok=True)
        names = [f"s{k:04d}_{label}" for k, (_, label) in enumerate(self.test)]
        pairs = list(zip(names, self.test, strict=True))
        _write(folder / "train.csv", ["sequence,label", *(f"{s},{y}" for s, y in self.train)])
        _write(folder / "test.fa", [line for n, (s, _) in pairs for line in (f">{n}", s)])
        _write(folder / "test.bed", [f"{n}\t0\t{len(s)}\t{n}" for n, (s, _) in pairs])
        _write(folder / "labels.tsv", ["region\tlabel", *(f"{n}\t{y}" for n, (_, y) in pairs)])
        truths = dict(self.truths)
        if "truth" in truths:
            truths["control"] = moved(truths["truth"], self.test, self.control)
        for truth, sites in truths.items():
            for site in sites:
                if not 0 <= site.start < site.end <= len(self.test[site.row][0]):
                    raise ValueError(f"{self.name}: {site} lies outside its sequence")
            lines = [
                f"{names[s.row]}\t{s.start}\t{s.end}\t{s.name}\t0\t{s.strand}"
                for s in sorted(sites)
            ]
            _write(folder / f"{truth}.bed", lines)
        figures = {
            **{"train": dict(sorted(Counter(label for _, label in self.train).items()))},
            **{"test": dict(sorted(Counter(label for _, label in self.test).items()))},
            **{"sites": {name: len(sites) for name, sites in truths.items()}},
        }
        (folder / "set.json").write_text(json.dumps(figures | dict(self.facts), indent=1) + "\n")


def _write(path: Path, lines: Iterable[str]) -> None:
    path.write_text("".join(line + "\n" for line in lines))


# ---------------------------------------------------------------- steps that sets share
def chosen(rows: Rows, each: int, seed: int = SEED, first: Sequence[Site] = ()) -> list[int]:
    """Return which rows are tried: at most `each` of every label, seeded, in the order of rows.

    Rows that hold one of the sites `first` fill up to half of a label's places before the rest:
    where sites are rare, too few would be left to say anything.
    """
    order = np.random.default_rng(seed).permutation(len(rows)).tolist()
    having = {site.row for site in first}
    early = [k for k in order if k in having][: each // 2]
    order = [*early, *(k for k in order if k not in set(early))]
    seen: set[str] = set()
    counts: Counter[str] = Counter()
    taken = []
    for k in order:
        sequence, label = rows[k]
        if counts[label] < each and sequence not in seen:
            counts[label] += 1
            seen.add(sequence)
            taken.append(k)
    return sorted(taken)


def without(train: Rows, test: Rows) -> list[tuple[str, str]]:
    """Return the rows whose sequence is in no row of `test`, on either strand."""
    held = {s for sequence, _ in test for s in (sequence, reverse_complement(sequence))}
    return [row for row in train if row[0] not in held]


def moved(sites: Sequence[Site], test: Rows, control: str, seed: int = SEED) -> list[Site]:
    """Return sites at the same places of sequences of another class.

    The sites of one sequence stay together; which sequence lends itself is drawn, each once as long
    as there are enough. A site that does not fit into a shorter sequence is left out.
    """
    lenders = [k for k, (_, label) in enumerate(test) if label == control]
    if not lenders:
        return []
    order = np.random.default_rng(seed).permutation(lenders).tolist()
    rows = sorted({site.row for site in sites})
    to = {row: order[k % len(order)] for k, row in enumerate(rows)}
    put = {replace(site, row=to[site.row]) for site in sites}
    return sorted(site for site in put if site.end <= len(test[site.row][0]))


def kept(sites: Iterable[Site], rows: Sequence[int]) -> list[Site]:
    """Return the sites of chosen rows, numbered as these are."""
    number = {row: k for k, row in enumerate(rows)}
    return [replace(site, row=number[site.row]) for site in sites if site.row in number]


def motif_sites(rows: Rows, motif: Motif, positive: str = "1", forward: bool = False) -> list[Site]:
    """Return a motif's matches (p <= 1e-4, background of `rows`) in sequences of one class.

    Of overlapping matches the better stays, as in ``hits_real.TestSet.sites``; with `forward` only
    those of the forward strand.
    """
    test = hits_real.TestSet.of([(sequence, int(label == positive)) for sequence, label in rows])
    at, reverse, p = test.matches(motif)
    taken = np.zeros(len(test.owner), np.bool_)
    found = []
    for k in np.lexsort((reverse, at, p)).tolist():
        start = int(at[k])
        row = int(test.owner[start])
        if (forward and reverse[k]) or taken[start : start + motif.width].any():
            continue
        taken[start : start + motif.width] = True
        if test.bound[row]:
            begin = start - int(test.begin[row])
            found.append(
                Site(row, begin, begin + motif.width, motif.name, "-" if reverse[k] else "+")
            )
    return sorted(found)


def splice_sites(rows: Rows, reach: Mapping[str, tuple[int, int]] | None = None) -> list[Site]:
    """Return AG of acceptors and GT of donors where the sequence has it there.

    `reach` gives begin and end from the dinucleotide's begin; None: the dinucleotide alone.
    """
    found = []
    for row, (sequence, label) in enumerate(rows):
        at, letters = SPLICE.get(label, (0, ""))
        if letters and sequence[at : at + 2] == letters:
            begin, end = (reach or {}).get(label, (0, 2))
            found.append(Site(row, at + begin, at + end, label))
    return found


def _text(rows: Sequence[tuple[str, int]]) -> list[tuple[str, str]]:
    return [(sequence, str(label)) for sequence, label in rows]


# ---------------------------------------------------------------- the sets
def _tf(data: Path, name: str) -> StudySet:
    """Return a GUE tf set: train and dev to learn from, as benchmarks/hits_real.py has it."""
    train, test = map(_text, hits_real.read_set(data, name))
    numbered = [(sequence, int(label)) for sequence, label in test]
    motifs = read_motifs(data / hits_real.JASPAR)
    best = hits_real.enriched(hits_real.TestSet.of(numbered), motifs)
    sites = motif_sites(test, best)
    rows = chosen(test, EACH, first=sites)
    part = [test[k] for k in rows]
    facts = {"motif": best.name, "matrix": best.id, "sites_of_all_positives": len(sites)}
    truths = {"truth": kept(sites, rows)}
    return StudySet(name, without(train, part), part, truths, facts=facts)


def _ctcf(data: Path, name: str) -> StudySet:
    """Return the CTCF sample: 600 of 1,000 to learn from, matches of MA0139.1 as truth."""
    train, test = map(_text, hits_real.read_set(data, name))
    rows = chosen(test, EACH)
    part = [test[k] for k in rows]
    best = _best_hits(data / "dnabert1_sample")
    sites = [
        Site(k, start, end, "CTCF", strand)
        for k, (sequence, label) in enumerate(part)
        for start, end, strand, bits in [best[sequence]]
        if label == "1" and bits > LEAST_BITS
    ]
    facts = {"motif": "CTCF", "matrix": "MA0139.1", "least_bits": LEAST_BITS}
    return StudySet(name, without(train, part), part, {"truth": sites}, facts=facts)


def _best_hits(folder: Path) -> dict[str, tuple[int, int, str, float]]:
    """Return start, end, strand and log-odds (bits) of each sequence's best match."""
    rows = hits_real.read_rows(folder / "ctcf101.csv")
    with (folder / "ctcf101.MA0139.1_truth.tsv").open() as handle:
        return {
            rows[int(row["index"])][0]: (
                *(int(row["start0"]), int(row["end"])),
                *(row["strand"], float(row["log2odds"])),
            )
            for row in csv.DictReader(handle, delimiter="\t")
        }


def _splice(data: Path, name: str) -> StudySet:
    """Return the splice set: labels by name, exact AG and GT as truth."""
    folder, names = data / "gue" / "splice" / "reconstructed", ("acceptor", "donor", "none")
    middle = slice(SPLICE_FROM, SPLICE_FROM + SPLICE_BP)
    train, test = (
        [(s[middle], names[y]) for s, y in hits_real.read_rows(folder / f"{part}.csv")]
        for part in ("dev", "test")
    )
    part = [test[k] for k in chosen(test, EACH_OF_THREE)]
    truths = {"truth": splice_sites(part), "context": splice_sites(part, CONTEXT)}
    return StudySet(name, without(train, part), part, truths, control="none")


def _notata(data: Path, name: str) -> StudySet:
    """Return non-TATA promoters: nothing is known of where their signal is."""
    folder = data / "gue" / "prom" / "prom_300_notata"
    train, test = (_text(hits_real.read_rows(folder / f"{part}.csv")) for part in ("dev", "test"))
    part = [test[k] for k in chosen(test, EACH)]
    return StudySet(name, without(train, part), part)


def _tata(data: Path, name: str) -> StudySet:
    """Return TATA promoters: matches of TBP on the forward strand, in both classes."""
    folder = data / "gue" / "prom" / "prom_300_tata"
    train, dev, test = (
        _text(hits_real.read_rows(folder / f"{part}.csv")) for part in ("train", "dev", "test")
    )
    motif = next(m for m in read_motifs(data / hits_real.JASPAR) if TATA in m.id)
    rows = chosen(test, EACH)
    part = [test[k] for k in rows]
    truths = {
        "truth": kept(motif_sites(test, motif, "1", forward=True), rows),
        "negatives": kept(motif_sites(test, motif, "0", forward=True), rows),
    }
    facts = {"motif": motif.name, "matrix": motif.id}
    return StudySet(name, without([*train, *dev], part), part, truths, facts=facts)


def _example(data: Path, name: str) -> StudySet:
    """Return windows simulated as the example's training windows are; nothing to learn from."""
    simulate = example_module("simulate")
    windows = list(simulate.windows((EXAMPLE_SEED,), 4 * EACH, 200, 3))
    rows = chosen([(w.sequence, str(w.label)) for w in windows], EACH)
    part = [windows[k] for k in rows]
    sites = [
        Site(k, s.start, s.end, s.motif, s.strand) for k, w in enumerate(part) for s in w.sites
    ]
    truths = {
        "truth": [site for site in sites if site.name != simulate.DECOY],
        "decoys": [site for site in sites if site.name == simulate.DECOY],
    }
    return StudySet(name, [], [(w.sequence, str(w.label)) for w in part], truths)


def example_module(name: str) -> ModuleType:
    """Return a module of example_data/, which is no package."""
    if str(ROOT / "example_data") not in sys.path:
        sys.path.insert(0, str(ROOT / "example_data"))
    return __import__(name)


SETS: dict[str, Callable[[Path, str], StudySet]] = {
    "example": _example,
    "ctcf": _ctcf,
    "tf0": _tf,
    "tf1": _tf,
    "tf3": _tf,
    "splice": _splice,
    "notata": _notata,
    "tata": _tata,
}


def make(data: Path, name: str, folder: Path) -> None:
    """Write a set into a folder, whole or not at all: ``set.json`` comes last."""
    SETS[name](data, name).write(folder)
