"""The plan: what its digest covers, and shards."""

from __future__ import annotations

import itertools
import json
from dataclasses import fields, replace
from typing import Any

import pytest

from gtrack.core.errors import InputError
from gtrack.core.heads import Head
from gtrack.core.intervals import Interval
from gtrack.core.regions import Regions
from gtrack.core.scan.digests import digest_of
from gtrack.core.scan.plan import ModelPlan, Plan, ScanOptions
from gtrack.core.scan.plan_differences import differences
from gtrack.core.scan.region_digest import digest_of_regions
from tests.model_plans import model_plan

MODEL = model_plan()
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
    "parameters": ({"a": "b"}, "the method's parameters ({} before, now {'a': 'b'})"),
    "projection": ("repeat", "--projection (uniform before, now repeat)"),
    "weights_sha256": ("d" * 64, "the bigWig of --projection weighted (None before, now ddd"),
    "per_strand_tracks": (True, "--per-strand-tracks (False before, now True)"),
    "precision": ("bf16", "--precision (fp32 before, now bf16)"),
    "device_kind": ("cuda", "--device (cpu before, now cuda)"),
    "flank": (100, "--flank (None before, now 100)"),
    "resize": (200, "--resize (None before, now 200)"),
}
MODELS = {
    "name": ("cnn2", "the models (cnn before)"),
    "kind": ("dnabert2", None),  # follows from the files
    "sha256": ("e" * 64, "the files of model cnn"),
    "unit": ("token", None),  # follow from the files
    "exact": (True, None),
    "unit_limit": (512, None),
    "head": (
        Head("labels", ("no", "yes"), "option"),
        "--outputs of model cnn (classes before, now labels)",
    ),
    "targets": ((0, 1), "--target of model cnn (1 before, now 0,1)"),
    "parameters": ({"a": "b"}, None),  # follow from the method's
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
        ({"regions": PLAN.regions[:1]}, "the regions"),
        ({"regions": PLAN.regions[::-1]}, "the regions"),
        ({"regions": (PLAN.regions[0], replace(REGION, name="c"))}, "the regions"),
        ({"regions": (PLAN.regions[0], replace(REGION, strand="-"))}, "the regions"),
        ({"regions": (PLAN.regions[0], replace(REGION, summit=None))}, "the regions"),
        ({"regions": (PLAN.regions[0], replace(REGION, end=10))}, "the regions"),
        ({"given": 4}, "the regions"),
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
    assert differences(stored(PLAN), plan.facts()) == ["the regions"]
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


@pytest.mark.parametrize("name", ["", "-a", ".a", "a b", "a/b", "../a", "é", "a" * 65, "a\n", "_a"])
def test_names_that_make_no_file_are_refused(name: str) -> None:
    with pytest.raises(InputError, match="model name"):
        replace(MODEL, name=name)


@pytest.mark.parametrize("name", ["a", "9", "CNN_v1.2-x", "a" * 64])
def test_names_that_make_a_file_stand(name: str) -> None:
    assert replace(MODEL, name=name).name == name


@pytest.mark.parametrize("target", [-1, 2])
def test_a_target_outside_the_outputs_is_refused(target: int) -> None:
    with pytest.raises(InputError, match=f"no output of index {target}"):
        replace(MODEL, targets=(target,))


@pytest.mark.parametrize("targets", [(), (1, 1)])
def test_targets_are_some_and_distinct(targets: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="are not distinct"):
        replace(MODEL, targets=targets)


def test_the_seal_of_a_shard_is_of_its_place_alone() -> None:
    plans = [
        PLAN,
        replace(PLAN, n_shards=3),
        replace(PLAN, models=(replace(MODEL, targets=(0,)),)),
        replace(PLAN, models=(replace(MODEL, targets=(0, 1)),)),
    ]
    seals = [plan.shard_seal(shard) for plan in plans for shard in range(plan.n_shards)]
    assert len(set(seals)) == len(seals) == 4 + 3 + 4 + 4
    assert seals[:4] == [replace(PLAN).shard_seal(shard) for shard in range(4)]


def test_a_plan_of_an_earlier_version_keeps_its_digest() -> None:
    assert replace(PLAN, sealed="f" * 64).digest == "f" * 64


@pytest.mark.parametrize("number", [0, 1, 4095, 4096, 4097, 9000])
def test_a_digest_of_regions_is_that_of_their_rows(number: int) -> None:
    for named, labelled in itertools.product((False, True), repeat=2):
        regions = Regions.of(
            Interval(
                f"chr{at % 5}\N{SNOWMAN}",
                at,
                at + 9,
                f'"{at}\\\ud800' if named else ".",
                "+-."[at % 3],
                at % 9 if at % 2 else None,
                label=f"{at % 4}\t" if labelled and at % 7 else None,
            )
            for at in range(number)
        )
        rows = [
            [
                r.chrom,
                r.start,
                r.end,
                r.name,
                r.strand,
                r.summit,
                *([] if r.label is None else [r.label]),
            ]
            for r in regions
        ]
        assert digest_of_regions(5, regions) == digest_of([5, *rows])
