from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from gtrack.core.errors import InputError
from gtrack.core.sequences import reverse_complement
from gtrack.core.training.splits import split_examples
from gtrack.io.examples_csv import read_examples
from gtrack.workflows.training.data import read_training_examples
from gtrack.workflows.training.from_csv import label_names
from gtrack.workflows.training.job import TrainJob

WINDOW = 40


def random_dna(rng: np.random.Generator, length: int, gc: float = 0.5) -> str:
    shares = [(1 - gc) / 2, gc / 2, gc / 2, (1 - gc) / 2]
    return "".join(rng.choice(list("ACGT"), length, p=shares))


@pytest.fixture
def genome(tmp_path: Path) -> dict[str, str]:
    """Two chromosomes, half of each GC-poor and half GC-rich, with a run of N; on disk as g.fa."""
    rng = np.random.default_rng(0)
    chroms = {
        name: random_dna(rng, 3000, 0.3) + "N" * 100 + random_dna(rng, 3000, 0.7)
        for name in ("chr1", "chr2")
    }
    chroms["small"] = random_dna(rng, 30)
    text = "".join(
        f">{name}\n" + "".join(seq[i : i + 60].lower() + "\n" for i in range(0, len(seq), 60))
        for name, seq in chroms.items()
    )
    (tmp_path / "g.fa").write_text(text)
    return chroms


def bed(path: Path, rows: list[str]) -> Path:
    path.write_text("".join(row.replace(" ", "\t") + "\n" for row in rows))
    return path


def bed_job(
    folder: Path, rows: list[str], negatives: str = "shuffle", **options: object
) -> TrainJob:
    positives = bed(folder / "p.bed", rows)
    fields = {"window_bp": WINDOW, "augment": frozenset(), **options}
    return TrainJob(
        kind="cnn",
        out=folder / "out",
        positives=positives,
        negatives=negatives,
        fasta=folder / "g.fa",
        **fields,  # type: ignore[arg-type]
    )


def csv_job(folder: Path, text: str, **options: object) -> TrainJob:
    path = folder / "e.csv"
    path.write_text("sequence,label\n" + text)
    return TrainJob(kind="cnn", out=folder / "out", csv=path, **options)  # type: ignore[arg-type]


ROWS = [f"chr{1 + i % 2} {500 + 60 * i} {560 + 60 * i} r{i} 0 {'+-'[i % 2]}" for i in range(20)]


def test_windows_are_centred_and_stay_on_the_chromosome(
    tmp_path: Path, genome: dict[str, str]
) -> None:
    rows = ["chr1 1000 1100", "chr1 0 10", "chr1 6095 6100"]
    examples, window_bp = read_training_examples(bed_job(tmp_path, rows))
    assert window_bp == WINDOW
    assert examples.truth.names == ("negative", "positive")
    chrom = genome["chr1"]
    assert [examples.window(row) for row in range(3)] == [
        chrom[1030:1070],
        chrom[:40],
        chrom[-40:],
    ]


def test_flanks_or_one_length_say_how_long_a_window_is(
    tmp_path: Path, genome: dict[str, str]
) -> None:
    sites = ["chr1 1000 1001", "chr1 2000 2001"]
    for options, around in (({"flank": 20}, (20, 21)), ({"resize": 40}, (20, 20))):
        job = bed_job(tmp_path, sites, window_bp=None, **options)
        examples, window_bp = read_training_examples(job)
        assert window_bp == sum(around)
        chrom = genome["chr1"]
        assert examples.window(0) == chrom[1000 - around[0] : 1000 + around[1]]


def test_a_flank_needs_regions_of_one_length(tmp_path: Path, genome: dict[str, str]) -> None:
    job = bed_job(tmp_path, ["chr1 1000 1001", "chr1 2000 2300"], window_bp=None, flank=20)
    with pytest.raises(InputError, match="the regions have 1 to 300 bp, and a model reads one"):
        read_training_examples(job)
    short = bed_job(tmp_path, ["chr1 1000 1001"], window_bp=None, flank=2)
    with pytest.raises(InputError, match="--flank 2: windows of 5 bp; at least 8 are needed"):
        read_training_examples(short)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"flank": 20}, "give one of --window, --flank and --resize"),
        ({"window_bp": None, "flank": 20, "resize": 40}, "give one of --window, --flank and"),
        ({"window_bp": None, "resize": 7}, "--resize 7: a window is at least 8 bp"),
        ({"window_bp": None}, "regions need --window BP"),
    ],
)
def test_one_option_says_how_long_a_window_is(
    tmp_path: Path, options: dict[str, object], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        bed_job(tmp_path, ROWS, **options)
    with pytest.raises(InputError, match="--flank and --resize need regions"):
        csv_job(tmp_path, "ACGTACGTAC,1\n", flank=3)


def test_strands_that_are_none_count_with_use_strand(
    tmp_path: Path, genome: dict[str, str]
) -> None:
    rows = ["chr1 1000 1040 a 0 7", "chr1 2000 2040 b 0 -"]
    examples, _ = read_training_examples(bed_job(tmp_path, rows))
    assert examples.window(0) == genome["chr1"][1000:1040]
    with pytest.raises(InputError, match=r"p\.bed:1: strand '7' in column 6 is not one of"):
        read_training_examples(bed_job(tmp_path, rows, use_strand=True))


def test_a_summit_is_the_centre(tmp_path: Path, genome: dict[str, str]) -> None:
    row = "chr1 1000 1100 p 0 . 1.0 2.0 3.0 90"
    path = bed(tmp_path / "p.narrowPeak", [row])
    job = replace(bed_job(tmp_path, ["chr1 1 2"]), positives=path, test_share=0.0, test_csv=path)
    examples, _ = read_training_examples(job)
    assert examples.window(0) == genome["chr1"][1070:1110]


def test_a_flank_is_beside_the_region_wherever_its_summit_is(
    tmp_path: Path, genome: dict[str, str]
) -> None:
    """As of a scan: a summit far from the middle had moved the window off the region."""
    path = bed(tmp_path / "p.narrowPeak", ["chr1 1000 1100 p 0 . 1.0 2.0 3.0 90"])
    job = bed_job(tmp_path, ["chr1 1 2"], window_bp=None, flank=20, test_share=0.0, test_csv=path)
    examples, _ = read_training_examples(replace(job, positives=path))
    assert examples.window(0) == genome["chr1"][980:1120]


def test_strand_and_flanks_are_those_of_the_genome(tmp_path: Path, genome: dict[str, str]) -> None:
    rows = ["chr1 1000 1040 a 0 -", "chr1 2 42 b 0 -", "chr1 2 42 c 0 +"]
    job = bed_job(tmp_path, rows, augment=frozenset({"shift"}), shift_bp=7, use_strand=True)
    examples, _ = read_training_examples(job)
    chrom = genome["chr1"]
    assert examples.window(0) == reverse_complement(chrom[1000:1040])
    assert examples.window(0, 7) == reverse_complement(chrom[993:1033])
    assert examples.window(0, -7) == reverse_complement(chrom[1007:1047])
    # the chromosome ends two bases to the left, which is 3' of a window on the other strand
    assert (examples.left[1], examples.right[1]) == (7, 2)
    assert (examples.left[2], examples.right[2]) == (2, 7)
    assert job.strands == "region"


def test_shuffled_negatives_keep_the_dinucleotides_of_their_positive(
    tmp_path: Path, genome: dict[str, str]
) -> None:
    job = bed_job(tmp_path, ROWS, augment=frozenset({"shift"}), shift_bp=5)
    examples, _ = read_training_examples(job)
    assert examples.truth.of.tolist() == [1] * 20 + [0] * 20
    for row in range(20):
        one, other = examples.window(row), examples.window(row + 20)
        assert one != other
        pairs = [Counter(pairwise(s)) for s in (one, other)]
        assert pairs[0] == pairs[1]
        assert examples.chroms[row] == examples.chroms[row + 20]


def test_gc_matched_negatives_match_and_keep_apart(tmp_path: Path, genome: dict[str, str]) -> None:
    job = bed_job(tmp_path, ROWS, negatives="gc-matched")
    examples, _ = read_training_examples(job)
    again, _ = read_training_examples(job)
    assert examples.sequences == again.sequences
    assert len(examples) == 40
    assert examples.notes["gc_matched_within_2_percent"] == 20

    def gc(row: int) -> float:
        window = examples.window(row)
        return (window.count("G") + window.count("C")) / len(window)

    bins = [Counter(int(gc(row) / 0.02) for row in rows) for rows in (range(20), range(20, 40))]
    assert bins[0] == bins[1]
    taken: list[tuple[str, int]] = []
    for row in range(40):
        chrom, start = examples.chroms[row], int(examples.starts[row])
        assert examples.window(row) == genome[chrom][start : start + WINDOW]
        if row >= 20:
            assert "N" not in examples.window(row)
            assert all(c != chrom or abs(s - start) >= WINDOW for c, s in taken)
        taken.append((chrom, start))


def test_labels_are_ordered_as_numbers_or_as_text(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    for labels, order in (
        (["10", "9", "-1"], ("-1", "9", "10")),
        (["b", "10", "9"], ("10", "9", "b")),
    ):
        path.write_text("sequence,label\n" + "".join(f"ACGT,{label}\n" for label in labels))
        assert label_names(read_examples(path)) == order


@pytest.mark.parametrize(("one", "two"), [("1", "1.0"), ("01", "1"), ("0", "-0.0"), ("2", "2e0")])
def test_one_number_written_in_two_ways_is_not_two_classes(
    tmp_path: Path, one: str, two: str
) -> None:
    """Tables joined by pandas hold 1 and 1.0: each was a class, trained and measured."""
    rows = [f"ACGTACGTA{c},{label}\n" for c in "ACGT" for label in (one, "x")]
    with pytest.raises(InputError, match=rf":10: label '{two}' is the number of '{one}'.*alike"):
        read_training_examples(csv_job(tmp_path, "".join(rows) + f"TTTTTTTTTT,{two}\n"))


def test_csv_windows_are_the_middle_and_may_move(tmp_path: Path) -> None:
    long = "A" * 5 + "CCCCGGGGTTTT" + "A" * 6
    text = f"{long},x\nACGTACGTAC,y\n{long}C,y\n{long}G,x\n"
    job = csv_job(tmp_path, text, window_bp=12, augment=frozenset({"shift"}), shift_bp=3)
    examples, _ = read_training_examples(job)
    assert examples.window(0) == "CCCCGGGGTTTT"
    assert examples.window(0, 3) == "CGGGGTTTTAAA"
    assert examples.window(1) == "ACGTACGTAC"
    assert (examples.left[1], examples.right[1]) == (0, 0)
    assert examples.notes == {"cropped_to_window": 3}


def test_unknown_bases_and_short_sequences_are_counted(tmp_path: Path) -> None:
    text = f"{'ACGT' * 10},x\n{'ACGN' * 10},y\nACGTA,x\nRCGTAC,y\n"
    examples, _ = read_training_examples(csv_job(tmp_path, text))
    assert examples.notes == {"windows_with_n": 2, "short_sequences": 2}


def test_duplicates_across_chromosomes_are_removed_from_the_test_set(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    chrom = random_dna(rng, 400)
    (tmp_path / "g.fa").write_text(f">a\n{chrom}\n>b\n{reverse_complement(chrom)}\n")
    rows = ["a 0 40", "a 100 140", "b 260 300", "b 30 70"]  # the third is the second
    job = bed_job(tmp_path, rows, holdout=("b",))
    examples, _ = read_training_examples(job)
    split = split_examples(examples, job.holdout, job.share, 0)
    assert split.test.tolist() == [3, 6, 7]
    assert (split.removed_duplicates, split.shared.tests) == (0, 1)
    assert split.shared.first == (f"{tmp_path}/p.bed:3 is like {tmp_path}/p.bed:2",)


def columns_job(folder: Path, rows: list[str], **options: object) -> TrainJob:
    path = folder / "c.csv"
    path.write_text("\n".join(["sequence,x,y", *rows]) + "\n")
    return TrainJob(kind="cnn", out=folder / "out", csv=path, **options)  # type: ignore[arg-type]


def test_values_stand_in_the_order_of_the_option(tmp_path: Path) -> None:
    rows = ["ACGTACGTAA,1.5,2", "CCGTACGTAA,1,2", "TTACGTACGT,1.5,3e2", "GGGTACGTAA,2,5"]
    job = columns_job(tmp_path, rows, values=("y", "x"), test_share=0.3)
    examples, _ = read_training_examples(job)
    assert examples.truth.of.tolist() == [[2, 1.5], [2, 1], [300, 1.5], [5, 2]]


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        ("ACGTACGT,1\nACGTACGA,1\n", {}, r"every row has the label '1'"),
        ("ACGTACGT,1\nACGTACGA,0\nACGTACTA,0\n", {}, r"label '1' has 1 row"),
        ("ACGTACGT,1\n" * 9 + "AAAAAAAA,0\n" * 9, {}, r"no row of label '0' is left to test on"),
        ("ACGTACGT,1\n" * 9, {"window_bp": 50}, r"the longest sequence has 8 bp"),
        ("ACGTACGT,1\n" * 9, {"augment": frozenset({"shift"})}, r"nothing can shift"),
        ("ACGTACGT,1\nACGXACGT,0\n", {}, r"e.csv:3: 'X' at base 4"),
        ("ACGTACGT,1\nNNNNNRYN,0\n", {}, r"e.csv:3: the window holds no A, C, G or T"),
        ("AANNNNNNNNAA,1\nACGTACGT,0\n", {"window_bp": 8}, r"e.csv:2: the window holds no A"),
    ],
)
def test_input_that_cannot_train_is_refused(
    tmp_path: Path, text: str, options: dict[str, object], says: str
) -> None:
    job = csv_job(tmp_path, text, **options)
    with pytest.raises(InputError, match=says):
        split_examples(read_training_examples(job)[0], (), job.share, 0)


@pytest.mark.parametrize(
    ("rows", "options", "says"),
    [
        (["chr3 1 2"], {}, r"p.bed:1: .*'chr3'"),
        (["chr1 1 2", "small 1 2"], {}, r"p.bed:2: small has 30 bp, less than --window 40"),
        (["chr1 1 2"], {"holdout": ("chr9",)}, r"--holdout chr9: no such chromosome"),
    ],
)
def test_regions_that_cannot_train_are_refused(
    tmp_path: Path, genome: dict[str, str], rows: list[str], options: dict[str, object], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        read_training_examples(bed_job(tmp_path, rows, **options))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"csv": Path("a"), "fasta": Path("b")},
        {"positives": Path("a"), "negatives": "shuffle"},
        {"positives": Path("a"), "negatives": "shuffle", "fasta": Path("b")},  # no window
        {"csv": Path("a"), "holdout": ("chr1",)},
        {"csv": Path("a"), "use_strand": True, "augment": frozenset()},
        {"csv": Path("a"), "augment": frozenset({"flip"})},
        {"csv": Path("a"), "shift_bp": 3},
        {"csv": Path("a"), "test_share": 1.0},
        {"csv": Path("a"), "test_share": 0.0},
        {"csv": Path("a"), "epochs": 0.0},
        {"csv": Path("a"), "lr": -1.0},
        {"csv": Path("a"), "base": "m", "config": "small"},
        {"csv": Path("a"), "tokenizer": Path("t")},
        {"csv": Path("a"), "kind": "dnabert2"},
        {"csv": Path("a"), "labels": ("a",), "values": ("b",)},
        {"csv": Path("a"), "labels": ("a", "a")},
        {"csv": Path("a"), "values": ("a", "")},
        {"csv": Path("a"), "values": ("SEQUENCE",)},
    ],
)
def test_contradicting_options_are_refused(options: dict[str, object]) -> None:
    fields = {"kind": "cnn", "out": Path("out"), **options}
    with pytest.raises(InputError):
        TrainJob(**fields)  # type: ignore[arg-type]
