"""Sets of the study, made of tiny data: places hold what their names say, no part leaks."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from benchmarks.study import sets
from benchmarks.study.sets import CONTEXT, Site, StudySet
from gtrack.core.sequences import reverse_complement

WORD = "TGACTCA"  # reads the same on both strands but for its middle
MATRIX = "\n".join(
    "\t".join("97" if letter == base else "1" for base in "ACGT") for letter in "GTGACTCAT"
)
OTHER = "\n".join(
    "\t".join("97" if letter == base else "1" for base in "ACGT") for letter in "C" * 9
)
BEST = "Site"


def noise(k: int, length: int) -> str:
    """Return a sequence of A and T alone, a different one for each `k`."""
    bits = format(k * 2654435761 % (1 << 32), "032b") * (length // 32 + 1)
    return bits[:length].replace("0", "A").replace("1", "T")


def put(sequence: str, at: int, word: str) -> str:
    return sequence[:at] + word + sequence[at + len(word) :]


def save(path: Path, rows: list[tuple[str, int]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("sequence,label\n" + "".join(f"{s},{y}\n" for s, y in rows))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Data laid out like ../shared/data, with a word planted in the bound sequences."""
    root = tmp_path / "data"
    motifs = root / "motifs" / "JASPAR2022_vertebrates.pfm"
    motifs.parent.mkdir(parents=True)
    motifs.write_text(f">MA0001.1_MA0001.1.{BEST}\n{MATRIX}\n>MA0002.1_MA0002.1.Other\n{OTHER}\n")
    bound = [(put(noise(k, 60), 5 + k, "GTGACTCAT"), 1) for k in range(30)]
    free = [(noise(100 + k, 60), 0) for k in range(30)]
    turned = [(reverse_complement(bound[0][0]), 1)]  # of a test sequence: not to be learnt from
    tf = root / "gue" / "tf" / "3"
    save(tf / "train.csv", [(noise(300 + k, 60), k % 2) for k in range(10)] + turned)
    save(tf / "dev.csv", [(noise(400 + k, 60), k % 2) for k in range(4)] + bound[:1])
    save(tf / "test.csv", bound + free)
    splice = root / "gue" / "splice" / "reconstructed"
    classes = [(0, 198, "AG"), (1, 200, "GT"), (2, 0, "")]
    for part, first in (("dev", 0), ("test", 1000)):
        rows = [
            (put(noise(first + 10 * k + label, 400), at, word), label)
            for k in range(8)
            for label, at, word in classes
        ]
        if part == "test":
            rows.append((noise(5000, 400), 0))  # an acceptor without AG: its place is not known
        save(splice / f"{part}.csv", rows)
    return root


def written(data: Path, name: str, folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Make a set; return its test sequences and labels by name."""
    sets.make(data, name, folder)
    lines = (folder / "test.fa").read_text().split()
    names, sequences = [line[1:] for line in lines[::2]], lines[1::2]
    with (folder / "labels.tsv").open() as handle:
        labels = {row["region"]: row["label"] for row in csv.DictReader(handle, delimiter="\t")}
    beds = [line.split("\t") for line in (folder / "test.bed").read_text().splitlines()]
    assert [(b[0], int(b[1]), int(b[2])) for b in beds] == [
        (n, 0, len(s)) for n, s in zip(names, sequences, strict=True)
    ]
    assert list(labels) == names
    return dict(zip(names, sequences, strict=True)), labels


def bed(path: Path) -> list[tuple[str, int, int, str, str]]:
    rows = [line.split("\t") for line in path.read_text().splitlines()]
    return [(r[0], int(r[1]), int(r[2]), r[3], r[5]) for r in rows]


def test_splice_truth_holds_the_dinucleotides(data: Path, tmp_path: Path) -> None:
    sequences, labels = written(data, "splice", tmp_path / "set")
    truth = bed(tmp_path / "set" / "truth.bed")
    assert {(labels[n], sequences[n][a:b]) for n, a, b, _, _ in truth} == {
        ("acceptor", "AG"),
        ("donor", "GT"),
    }
    assert all(labels[n] == name for n, _, _, name, _ in truth)
    without = [n for n in sequences if labels[n] == "acceptor"]
    assert len(without) == 9
    assert len(truth) == 16  # the acceptor without AG has no place


def test_splice_context_surrounds_the_dinucleotide(data: Path, tmp_path: Path) -> None:
    written(data, "splice", tmp_path / "set")
    truth = {row[0]: row for row in bed(tmp_path / "set" / "truth.bed")}
    for name, start, end, label, _ in bed(tmp_path / "set" / "context.bed"):
        begin, reach = CONTEXT[label]
        assert (start - truth[name][1], end - truth[name][1]) == (begin, reach)
        assert start <= truth[name][1] < truth[name][2] <= end


def test_control_lies_at_the_same_places_of_the_other_class(data: Path, tmp_path: Path) -> None:
    _, labels = written(data, "splice", tmp_path / "set")
    control, truth = (bed(tmp_path / "set" / f"{n}.bed") for n in ("control", "truth"))
    assert {labels[row[0]] for row in control} == {"none"}
    assert {row[1:] for row in control} == {row[1:] for row in truth}


def test_motif_truth_is_the_planted_word(data: Path, tmp_path: Path) -> None:
    sequences, labels = written(data, "tf3", tmp_path / "set")
    truth = bed(tmp_path / "set" / "truth.bed")
    assert len(truth) == 30
    for name, start, end, motif, strand in truth:
        assert labels[name] == "1"
        assert motif == BEST
        found = sequences[name][start:end]
        assert WORD in (found if strand == "+" else reverse_complement(found))
    assert json.loads((tmp_path / "set" / "set.json").read_text())["motif"] == BEST


def test_nothing_of_the_test_is_learnt_from_on_either_strand(data: Path, tmp_path: Path) -> None:
    sequences, _ = written(data, "tf3", tmp_path / "set")
    learnt = {line.split(",")[0] for line in (tmp_path / "set" / "train.csv").read_text().split()}
    assert len(learnt) == 1 + 10 + 4  # a header; neither the copy nor the turned one
    assert not learnt & {s for t in sequences.values() for s in (t, reverse_complement(t))}


def test_a_leak_is_refused(tmp_path: Path) -> None:
    rows = [("ACGTACGG", "0")]
    leaking = StudySet("leak", [(reverse_complement("ACGTACGG"), "1")], rows)
    with pytest.raises(ValueError, match="is in the training set"):
        leaking.write(tmp_path)


def test_a_site_outside_is_refused(tmp_path: Path) -> None:
    outside = StudySet("out", [], [("ACGT", "1")], {"truth": [Site(0, 2, 5, "x")]})
    with pytest.raises(ValueError, match="lies outside"):
        outside.write(tmp_path)


def test_chosen_takes_rare_sites_first_up_to_half() -> None:
    rows = [(noise(k, 40), str(int(k < 50))) for k in range(100)]
    sites = [Site(k, 0, 5, "x") for k in range(0, 50, 5)]
    taken = sets.chosen(rows, 12, first=sites)
    labels = [rows[k][1] for k in taken]
    assert (labels.count("0"), labels.count("1")) == (12, 12)
    having = {site.row for site in sites}
    assert sum(k in having for k in taken) >= 6
    assert taken == sorted(set(taken)) == sets.chosen(rows, 12, first=sites)


def test_forward_strand_alone(tmp_path: Path, data: Path) -> None:
    from gtrack.io.motifs import read_motifs

    motif = read_motifs(data / "motifs" / "JASPAR2022_vertebrates.pfm")[0]
    one = put(noise(1, 60), 10, "GTGACTCAT")
    rows = [(one, "1"), (reverse_complement(one), "1"), (noise(2, 60), "0")]
    both = sets.motif_sites(rows, motif)
    assert [(s.row, s.start, s.end) for s in both] == [(0, 10, 19), (1, 41, 50)]
    ahead = sets.motif_sites(rows, motif, forward=True)
    assert [(s.row, s.strand) for s in ahead if s.row == 0] == [(0, "+")]


def test_example_windows_hold_their_sites(tmp_path: Path) -> None:
    sequences, labels = written(tmp_path, "example", tmp_path / "set")
    simulate = sets.example_module("simulate")
    motifs = simulate.read_motifs()
    codes = {name: sets.np.frombuffer(s.encode(), "u1") for name, s in sequences.items()}
    for truth in ("truth", "decoys"):
        found = bed(tmp_path / "set" / f"{truth}.bed")
        assert found
        for name, start, end, motif, strand in found:
            assert truth == "decoys" or labels[name] == "1"
            letters = sets.np.searchsorted(simulate.LETTERS, codes[name][start:end]).astype("u1")
            letters = letters if strand == "+" else simulate.revcomp(letters)
            assert motifs[motif].score(letters) >= motifs[motif].threshold
