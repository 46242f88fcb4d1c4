from __future__ import annotations

import numpy as np
import pytest

from gtrack.core.errors import InputError
from gtrack.core.sequences import reverse_complement
from gtrack.core.training.apart import canonical_windows
from gtrack.core.training.examples import Example, ExampleSet
from gtrack.core.training.splits import split_examples
from gtrack.core.training.truth import Truth

WINDOW = 40


def random_dna(rng: np.random.Generator, length: int) -> str:
    return "".join(rng.choice(list("ACGT"), length))


def of_classes(rows: list[tuple[str, int]], names: tuple[str, ...] = ("0", "1")) -> ExampleSet:
    """A line of a file per row, without a place on a genome."""
    examples = [Example(sequence, 0, 0, f"e.csv:{n}") for n, (sequence, _) in enumerate(rows, 2)]
    return ExampleSet.of(Truth.listed("classes", names, [k for _, k in rows]), examples, {})


def of_columns(outputs: str, names: tuple[str, ...], rows: list[tuple[str, ...]]) -> ExampleSet:
    examples = [Example(row[0], 0, 0, f"e.csv:{n}") for n, row in enumerate(rows, 2)]
    numbers = [[float(number) for number in row[1:]] for row in rows]
    return ExampleSet.of(Truth.listed(outputs, names, numbers), examples, {})


def on_genome(places: list[tuple[str, int]], flank: int = 0) -> ExampleSet:
    """Windows at these places, every other one a positive."""
    rng = np.random.default_rng(0)
    chroms = {chrom: random_dna(rng, 4000) for chrom, _ in places}
    examples = [
        Example(chroms[c][at - flank : at + WINDOW + flank], flank, flank, "p.bed:1", c, at)
        for c, at in places
    ]
    labels = [row % 2 for row in range(len(places))]
    return ExampleSet.of(Truth.listed("classes", ("0", "1"), labels), examples, {})


def test_a_chromosome_hold_out_is_respected() -> None:
    places = [(f"chr{1 + i // 2 % 2}", 100 + 60 * i) for i in range(40)]
    examples = on_genome(places)
    split = split_examples(examples, ("chr2",), 0.0, 0)
    assert {examples.chroms[row] for row in split.train} == {"chr1"}
    assert {examples.chroms[row] for row in split.test} == {"chr2"}
    assert len(split.train) + len(split.test) == len(examples)


@pytest.mark.parametrize("flank", [0, 7])
def test_overlapping_windows_do_not_cross_a_random_split(flank: int) -> None:
    """Nor does what a training window shows when it moves within its flanks."""
    places = [("chr1", 500 + 12 * i) for i in range(40)]
    places += [("chr2", 500 + 60 * i) for i in range(40)]
    examples = on_genome(places, flank)
    split = split_examples(examples, (), 0.3, 1)
    assert len(split.test) == 2 * round(0.3 * 40), "of chr2: all of chr1 is one group"
    for row in split.test:
        for other in split.train:
            apart = abs(examples.starts[row] - examples.starts[other]) >= WINDOW + flank
            assert apart or examples.chroms[row] != examples.chroms[other]


def test_duplicates_are_found_in_both_orientations_and_removed_from_the_test_set() -> None:
    rng = np.random.default_rng(1)
    unique = [random_dna(rng, 30) for _ in range(60)]
    rows = [(s, i % 2) for i, s in enumerate(unique)]
    rows += [(reverse_complement(s), i % 2) for i, s in enumerate(unique)]
    rows += [(unique[0], 1)]  # row 2 says 0
    examples = of_classes(rows)
    split = split_examples(examples, (), 0.2, 3)
    keys = canonical_windows(examples)
    train, test = ([keys[row] for row in rows] for rows in (split.train, split.test))
    assert not set(train) & set(test)
    assert len(set(test)) == len(test) > 0
    assert split.within_training == len(train) - len(set(train)) > 0
    # copies of a sequence fall on one side, so that a share of the distinct ones is tested on
    assert len(test) == 2 * round(0.2 * 30)
    assert split.removed_duplicates == 121 - len(train) - len(test) > 0
    assert split.conflicts == ("e.csv:122 (1) has the sequence of e.csv:2 (0)",)


def test_the_random_share_is_stratified_and_seeded() -> None:
    rng = np.random.default_rng(1)
    examples = of_classes([(random_dna(rng, 30), int(i >= 90)) for i in range(100)], ("a", "b"))
    split = split_examples(examples, (), 0.1, 3)
    assert examples.truth.count(split.test) == {"a": 9, "b": 1}
    assert split.test.tolist() == split_examples(examples, (), 0.1, 3).test.tolist()
    assert split.test.tolist() != split_examples(examples, (), 0.1, 4).test.tolist()


def test_labels_are_split_by_sequence_alone_and_conflicts_are_told() -> None:
    rng = np.random.default_rng(3)
    unique = [random_dna(rng, 30) for _ in range(60)]
    rows = [(s, i % 2, i // 30) for i, s in enumerate(unique)]
    rows += [(reverse_complement(s), i % 2, i // 30) for i, s in enumerate(unique[:20])]
    rows += [(unique[7], 1, 1), (unique[7], 0, 1)]  # row 9 says 1, 0
    examples = of_columns("labels", ("x", "y"), rows)
    split = split_examples(examples, (), 0.3, 1)
    keys = canonical_windows(examples)
    train, test = ({keys[row] for row in part} for part in (split.train, split.test))
    assert not train & test
    assert len(test) == len(split.test) == round(0.3 * 60)
    assert split.conflicts == ("e.csv:82 (y=1) has the sequence of e.csv:9 (y=0)",)
    assert examples.truth.count(examples.truth.rows) == {
        "x": sum(row[1] for row in rows),
        "y": sum(row[2] for row in rows),
    }
    again = split_examples(examples, (), 0.3, 1)
    assert split.test.tolist() == again.test.tolist()
    assert split.test.tolist() != split_examples(examples, (), 0.3, 2).test.tolist()


def test_values_that_differ_for_one_sequence_are_told() -> None:
    rows = [("ACGTACGTAA", 2, 1.5), ("CCGTACGTAA", 2, 1), ("TTACGTACGT", 3e2, 1.5),
            ("GGGTACGTAA", 5, 2)]  # fmt: skip
    examples = of_columns("values", ("y", "x"), rows)
    with pytest.raises(InputError, match=r"no second value of 'y' is left to test on"):
        split_examples(examples, (), 0.3, 0)  # one of three distinct sequences
    split = split_examples(examples, (), 0.0, 0)
    assert split.conflicts == ("e.csv:4 (y=300) has the sequence of e.csv:2 (y=2)",)


@pytest.mark.parametrize(
    ("there", "says"),
    [
        ("1" * 40, "no row with a 0 for label 'x' is left to train on"),
        ("0" * 40, "no row with a 1 for label 'x' is left to train on"),
        ("1" + "0" * 39, "no row with a 1 for label 'x' is left to t"),
    ],
)
def test_a_label_that_cannot_be_learnt_or_tested_is_named(there: str, says: str) -> None:
    rng = np.random.default_rng(2)
    rows = [(random_dna(rng, 30), i % 2, int(digit)) for i, digit in enumerate(there)]
    examples = of_columns("labels", ("y", "x"), rows)
    with pytest.raises(InputError, match=says):
        split_examples(examples, (), 0.2, 0)


def shifted(rng: np.random.Generator, loci: int, copies: int, step: int = 5) -> list[str]:
    """Windows of 100 bp of each locus, each `step` bp further, every other on the other strand."""
    found = []
    for locus in (random_dna(rng, 100 + step * copies) for _ in range(loci)):
        windows = [locus[step * k : step * k + 100] for k in range(copies)]
        found += [reverse_complement(w) if k % 2 else w for k, w in enumerate(windows)]
    return found


def test_copies_of_a_locus_fall_on_one_side() -> None:
    rng = np.random.default_rng(6)
    examples = of_classes([(s, int(rng.integers(2))) for s in shifted(rng, 60, 6)])
    split = split_examples(examples, (), 0.2, 1)
    assert not {row // 6 for row in split.train.tolist()} & {
        row // 6 for row in split.test.tolist()
    }
    assert 0.14 * 360 <= len(split.test) <= 0.2 * 360 + 2
    assert split.groups is not None
    assert (np.bincount(split.groups) == 6).all()
    kept = split_examples(examples, (), 0.2, 1, "keep")
    assert kept.shared.tests > 30
    assert kept.shared.trains == 0
    assert kept.shared.left_out_of == "keep"
    assert len(kept.train) + len(kept.test) == 360


def test_variants_of_one_sequence_are_not_split_in_silence() -> None:
    rng = np.random.default_rng(7)
    base = list(random_dna(rng, 100))
    rows = []
    for at in range(90):
        base[at], before = "ACGT"[("ACGT".index(base[at]) + 1) % 4], base[at]
        rows.append(("".join(base), at % 2))
        base[at] = before
    examples = of_classes(rows)
    with pytest.raises(InputError, match=r"90 of 90 windows overlap or share .* --shared keep"):
        split_examples(examples, (), 0.2, 0)
    assert len(split_examples(examples, (), 0.2, 0, "keep").test) == 18


@pytest.mark.parametrize(("give_way", "left"), [("test", (40, 30)), ("train", (30, 40)),
                                                ("keep", (40, 40))])  # fmt: skip
def test_the_side_that_gives_way_is_the_users_choice(give_way: str, left: tuple[int, int]) -> None:
    """Ten windows of chr2 stand on chr1 too, moved by 4 of 40 bp or on the other strand."""
    rng = np.random.default_rng(8)
    one = [random_dna(rng, 60) for _ in range(40)]
    other = [s[4:44] if k % 2 else reverse_complement(s[:40]) for k, s in enumerate(one[:10])]
    other += [random_dna(rng, 40) for _ in range(30)]
    cut = [
        Example(s[:40], 0, 0, f"{c}.bed:{k}", c, 1000 * k)
        for c, windows in (("chr1", one), ("chr2", other))
        for k, s in enumerate(windows)
    ]
    truth = Truth.listed("classes", ("0", "1"), [k % 2 for k in range(80)])
    split = split_examples(ExampleSet.of(truth, cut, {}), ("chr2",), 0.0, 0, give_way)
    assert (len(split.train), len(split.test)) == left
    assert split.shared.tests == 10
    assert split.shared.trains == (10 if give_way == "train" else 0)
    assert split.shared.first[0] == "chr2.bed:0 is like chr1.bed:0"
    assert len(split.shared.first) == 3
