"""The plan: what its digest covers, the score that is explained, targets, shards."""

from __future__ import annotations

import json
import math
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtrack.core.errors import InputError
from gtrack.core.intervals import Interval
from gtrack.core.plan import ModelPlan, Plan, ScanOptions, differences, digest_of, resolve_target

MODEL = ModelPlan(
    name="cnn",
    kind="cnn",
    sha256="a" * 64,
    labels=("no", "yes"),
    target=1,
    window_bp=10,
    stride=5,
    strand="both",
    strand_from="default",
    batch_units=640,
)
PLAN = Plan(
    options=ScanOptions(),
    models=(MODEL,),
    chrom_sizes={"chr1": 30_000, "chr2": 100},
    regions=(Interval("chr1", 5, 29_000, "a"), Interval("chr2", 5, 9, "b", "+", 2)),
    known=(28_995, 4),
    given=3,
    pools={"cnn": ("b" * 64, "c" * 64)},
    covered={"cnn": 28_999},
    versions={"torch": "2.13.0", "gtrack": "0.1.0"},
    n_shards=4,
)


@pytest.mark.parametrize("n_shards", [1, 3, 1000])
def test_the_number_of_shards_is_no_part_of_the_digest(n_shards: int) -> None:
    other = replace(PLAN, n_shards=n_shards)
    assert other.digest == PLAN.digest
    assert other.facts() == PLAN.facts()


OPTIONS = {
    "genome": ("hg38", "--genome (custom before, now hg38)"),
    "method": ("gradient", "--method (attnlrp before, now gradient)"),
    "alibi_rule": (None, "--alibi-rule (absorb before, now None)"),
    "projection": ("repeat", "--projection (uniform before, now repeat)"),
    "weights_sha256": ("d" * 64, "the bigWig of --projection weighted (None before, now ddd"),
    "per_strand_tracks": (True, "--per-strand-tracks (False before, now True)"),
    "precision": ("bf16", "--precision (fp32 before, now bf16)"),
    "device_kind": ("cuda", "--device (cpu before, now cuda)"),
}
MODELS = {
    "name": ("cnn2", "the models (cnn before)"),
    "kind": ("dnabert2", None),  # follows from the files
    "sha256": ("e" * 64, "the files of model cnn"),
    "labels": (("no", "maybe"), None),  # follow from the files
    "target": (0, "--target of model cnn (1 before, now 0)"),
    "window_bp": (12, "--window of model cnn (10 before, now 12)"),
    "stride": (4, "--stride of model cnn (5 before, now 4)"),
    "strand": ("forward", "--strand of model cnn (both before, now forward)"),
    "strand_from": ("option", None),  # the same strands, for another reason
    "batch_units": (1280, "--batch-tokens of model cnn (640 before, now 1280)"),
}


def test_no_option_is_forgotten_here() -> None:
    assert set(OPTIONS) == {field.name for field in fields(ScanOptions)}
    assert set(MODELS) == {field.name for field in fields(ModelPlan)}


def stored(plan: Plan) -> dict[str, Any]:
    """Return the facts as they come back from a file."""
    facts: dict[str, Any] = json.loads(json.dumps(plan.facts()))
    return facts


@pytest.mark.parametrize("name", OPTIONS)
def test_every_option_is_part_of_the_digest(name: str) -> None:
    value, words = OPTIONS[name]
    changed: dict[str, Any] = {name: value}
    other = replace(PLAN, options=replace(PLAN.options, **changed))
    assert other.digest != PLAN.digest
    (found,) = differences(stored(PLAN), other.facts())
    assert found.startswith(words)


@pytest.mark.parametrize("name", MODELS)
def test_every_fact_of_a_model_is_part_of_the_digest(name: str) -> None:
    value, words = MODELS[name]
    changed: dict[str, Any] = {name: value}
    other = replace(PLAN, models=(replace(MODEL, **changed),))
    assert other.digest != PLAN.digest
    assert differences(stored(PLAN), other.facts()) == ([words] if words else [])


REGION = PLAN.regions[1]
TORCH = "the version of torch (2.13.0 before, now 2.13.1)"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"models": (MODEL, replace(MODEL, name="two"))}, "the models (cnn before)"),
        ({"chrom_sizes": {"chr1": 30_000, "chr2": 101}}, "the FASTA (its chromosomes)"),
        ({"chrom_sizes": {"chr2": 100, "chr1": 30_000}}, "the FASTA (its chromosomes)"),
        ({"regions": PLAN.regions[:1]}, "the BED regions"),
        ({"regions": PLAN.regions[::-1]}, "the BED regions"),
        ({"regions": (PLAN.regions[0], replace(REGION, name="c"))}, "the BED regions"),
        ({"regions": (PLAN.regions[0], replace(REGION, strand="-"))}, "the BED regions"),
        ({"regions": (PLAN.regions[0], replace(REGION, summit=None))}, "the BED regions"),
        ({"regions": (PLAN.regions[0], replace(REGION, end=10))}, "the BED regions"),
        ({"given": 4}, "the BED regions"),
        ({"pools": {"cnn": ("b" * 64,)}}, "the FASTA (its bases)"),
        ({"covered": {"cnn": 28_998}}, "the FASTA (its bases)"),
        ({"known": (28_995, 3)}, "the FASTA (its bases)"),
        ({"versions": {"torch": "2.13.1", "gtrack": "0.1.0"}}, TORCH),
    ],
)
def test_everything_else_is_part_of_the_digest(change: dict[str, Any], words: str) -> None:
    other = replace(PLAN, **change)
    assert other.digest != PLAN.digest
    assert differences(stored(PLAN), other.facts()) == [words]


def test_where_a_region_was_read_is_no_part_of_the_digest() -> None:
    moved = tuple(replace(region, origin="elsewhere.bed:9") for region in PLAN.regions)
    assert replace(PLAN, regions=moved).digest == PLAN.digest


def test_bases_are_not_blamed_for_what_reads_other_ones() -> None:
    """Other regions, chromosomes or windows read other sequence from an unchanged FASTA."""
    other = {"cnn": ("f" * 64,)}
    plan = replace(PLAN, regions=PLAN.regions[:1], known=PLAN.known[:1], pools=other)
    assert differences(stored(PLAN), plan.facts()) == ["the BED regions"]
    plan = replace(PLAN, models=(replace(MODEL, window_bp=12),), pools=other)
    assert differences(stored(PLAN), plan.facts()) == [MODELS["window_bp"][1]]
    assert differences(stored(PLAN), PLAN.facts()) == []


def test_a_digest_is_of_values_not_of_the_order_of_keys() -> None:
    assert digest_of({"a": 1, "b": 2}) == digest_of({"b": 2, "a": 1})
    assert digest_of(("x", "y")) == digest_of(["x", "y"])
    assert len({digest_of(value) for value in (None, "", 0, [], {}, "é", "e", 1, 1.5)}) == 9


@pytest.mark.parametrize("n_shards", [1, 2, 4, 9, 50])
def test_shards_cover_every_window_once(n_shards: int) -> None:
    plan = replace(PLAN, n_shards=n_shards)
    grid = plan.grid("cnn")
    parts = [part for shard in range(n_shards) for part in plan.shard(shard, "cnn")]
    assert [pool for pool, _, _ in parts] == list(range(len(parts)))
    assert [w for _, first, end in parts for w in range(first, end)] == list(range(len(grid)))
    assert [end - first for _, first, end in parts[:-1]] == [256] * (len(parts) - 1)
    assert parts == [part for part in replace(PLAN, n_shards=1).shard(0, "cnn")]
    bases = [plan.owned("cnn", first, end) for _, first, end in parts]
    runs = [grid.runs_of(w) for _, first, end in parts[:1] for w in range(first, end)]
    assert bases[0] == sum(high - low for run in runs for low, high in run)
    assert sum(bases) == 28_995 + 4


def test_a_grid_is_laid_once() -> None:
    plan = replace(PLAN)
    assert plan.grid("cnn") is plan.grid("cnn")
    assert plan.model("cnn") is MODEL


def labelled(n: int, target: int) -> ModelPlan:
    return replace(MODEL, labels=tuple(f"l{i}" for i in range(n)), target=target)


@given(st.integers(1, 6), st.data())
@settings(deadline=None)
def test_the_contrast_is_the_target_minus_the_mean_of_the_others(
    n: int, data: st.DataObject
) -> None:
    target = data.draw(st.integers(0, n - 1))
    logits = data.draw(st.lists(st.floats(-50, 50), min_size=n, max_size=n))
    contrast = labelled(n, target).contrast
    others = logits[:target] + logits[target + 1 :]
    expected = logits[target] - (sum(others) / len(others) if others else 0)
    assert np.array(logits) @ contrast == pytest.approx(expected, rel=1e-12, abs=1e-12)
    shifted = np.array(logits) + 7
    if n > 1:
        assert shifted @ contrast == pytest.approx(expected, rel=1e-10, abs=1e-10)


@given(st.integers(1, 6), st.data())
@settings(deadline=None)
def test_the_probability_is_the_softmax(n: int, data: st.DataObject) -> None:
    target = data.draw(st.integers(0, n - 1))
    row = st.lists(st.floats(-30, 30), min_size=n, max_size=n)
    rows = data.draw(st.lists(row, min_size=1, max_size=4))
    found = labelled(n, target).probability(np.array(rows))
    for probability, logits in zip(found, rows, strict=True):
        if n == 1:
            expected = 1 / (1 + math.exp(-logits[0]))
        else:
            expected = math.exp(logits[target]) / sum(math.exp(x) for x in logits)
        assert probability == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_the_probability_of_huge_logits_is_finite(n: int) -> None:
    logits = np.array([[1e5] * n, [-1e5] * n, [1e5] + [-1e5] * (n - 1)])
    found = labelled(n, 0).probability(logits)
    expected = [1.0, 0.0, 1.0] if n == 1 else [1 / n, 1 / n, 1.0]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("name", ["", "-a", ".a", "a b", "a/b", "../a", "é", "a" * 65, "a\n", "_a"])
def test_names_that_make_no_file_are_refused(name: str) -> None:
    with pytest.raises(InputError, match="model name"):
        replace(MODEL, name=name)


@pytest.mark.parametrize("name", ["a", "9", "CNN_v1.2-x", "a" * 64])
def test_names_that_make_a_file_stand(name: str) -> None:
    assert replace(MODEL, name=name).name == name


@pytest.mark.parametrize("target", [-1, 2])
def test_a_target_outside_the_labels_is_refused(target: int) -> None:
    with pytest.raises(InputError, match=f"no label of index {target}"):
        replace(MODEL, target=target)


@pytest.mark.parametrize(
    ("labels", "wish", "index"),
    [
        (("one",), None, 0),
        (("no", "yes"), None, 1),
        (("no", "yes"), "no", 0),
        (("no", "yes"), "0", 0),
        (("a", "b", "c"), "c", 2),
        (("a", "b", "c"), "2", 2),
        (("2", "0", "1"), "0", 1),  # a name before an index
    ],
)
def test_targets_are_found_by_name_or_index(
    labels: tuple[str, ...], wish: str | None, index: int
) -> None:
    assert resolve_target("m", labels, wish) == index


def test_three_labels_have_no_default() -> None:
    with pytest.raises(InputError, match=r"model m has 3 labels \(0=a, 1=b, 2=c\): .*--target"):
        resolve_target("m", ("a", "b", "c"), None)


@pytest.mark.parametrize("wish", ["d", "3", "-1", "A", "", " 1", "1.0", "²", "٣"])
def test_a_target_that_is_not_there_is_refused(wish: str) -> None:
    with pytest.raises(InputError, match="model m has only 0=a, 1=b, 2=c"):
        resolve_target("m", ("a", "b", "c"), wish)
