"""The parts of an evaluation against slow twins: masks, summaries, groups, rows, flips, twins."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, t
from torch import nn

from gtrack.core.evaluation_rows import GROUPS, MetricRow
from gtrack.core.intervals import Interval
from gtrack.core.metrics import METRICS
from gtrack.core.site_masks import SiteMasks
from gtrack.evaluation.bootstrap import resample
from gtrack.evaluation.flips import RANDOM, Flips, letters
from gtrack.evaluation.intervals import wilson
from gtrack.evaluation.sheet import BLIND, SHUFFLED, Sheet, of_maps
from gtrack.evaluation.summaries import summarise
from gtrack.evaluation.table import Groups, rows_of
from gtrack.evaluation.window_maps import WindowMap, loci_of
from gtrack.models.twins import permuted

SPANS = st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 60), st.integers(1, 25)).map(
    lambda each: Interval(each[0], each[1], each[1] + each[2])
)


@given(st.lists(SPANS, max_size=12), st.sampled_from(["a", "b", "c"]), st.data())
def test_site_masks_are_those_of_a_loop(sites: list[Interval], chrom: str, data) -> None:
    start = data.draw(st.integers(0, 90))
    end = data.draw(st.integers(start, 95))
    expected = [
        any(site.chrom == chrom and site.start <= base < site.end for site in sites)
        for base in range(start, end)
    ]
    masks = SiteMasks(sites)
    assert masks.mask(chrom, start, end).tolist() == expected
    assert masks.touches(chrom, start, end) == any(expected)


@given(st.lists(SPANS, max_size=6), st.integers(0, 60), st.integers(1, 40))
def test_sites_that_an_edge_cuts_are_left_out(sites: list[Interval], start: int, size: int) -> None:
    """By a loop over stretches of bases that lie on sites; longer ones than the window stay."""
    end, on = start + size, [False] * 130
    for site in sites:
        if site.chrom == "a":
            on[site.start : site.end] = [True] * len(site)
    judged, inside, cut = [True] * size, [False] * size, 0
    base = 0
    while base < len(on):
        last = base
        while last < len(on) and on[last]:
            last += 1
        here = range(max(base, start), min(last, end))
        outside = (base < start or last > end) and last - base <= size and len(here) > 0
        cut += outside
        for each in here:
            judged[each - start], inside[each - start] = not outside, not outside
        base = last + 1
    masks = SiteMasks(sites)
    found = masks.whole("a", start, end)
    assert found.inside.tolist() == inside
    assert [at in range(size)[found.judged] for at in range(size)] == judged
    assert masks.cut("a", start, end) == cut


def test_a_map_is_not_judged_by_sites_that_an_edge_cuts() -> None:
    """Nor are the bounds of tokens: what a map can reach is at least what one reaches."""
    spans = np.array([[0, 4], [4, 8], [8, 12]])
    relevance = np.repeat([1.0, 3.0, 0.0], 4)
    found = WindowMap(relevance, spans, np.array([4.0, 12.0, 0.0]))
    sites = [Interval("a", 95, 105), Interval("a", 106, 108)]

    def told(sites: list[Interval], start: int) -> dict[tuple[str, str], float]:
        window = SiteMasks(sites).whole("a", start, start + 12)
        rows = of_maps({"track": found}, window, tokens=True)
        return {(method, name): value for method, name, level, value in rows if level == "base"}

    rows = told(sites, 100)
    assert rows["track", "mass_accuracy"] == pytest.approx(6 / 9)  # of bases 105 to 112
    assert rows["blind", "mass_accuracy"] == pytest.approx(2 / 7)
    assert rows["blind", "mass_accuracy_bound"] == pytest.approx(2 / 3)
    assert rows["track", "gini"] == told([], 100)["track", "gini"]
    assert math.isnan(told(sites[:1], 100)["track", "mass_accuracy"])


CELLS = st.one_of(st.just(math.nan), st.floats(-1e3, 1e3))


@given(st.integers(1, 12), st.integers(1, 4), st.integers(0, 3), st.data())
def test_summaries_are_those_of_a_naive_bootstrap(n: int, k: int, seed: int, data) -> None:
    columns = [data.draw(st.lists(CELLS, min_size=n, max_size=n)) for _ in range(k)]
    drawn = resample(np.zeros(n, np.int64), 50, np.random.default_rng(seed))
    for column, found in zip(columns, summarise(columns, resamples=50, seed=seed), strict=True):
        known = [value for value in column if not math.isnan(value)]
        assert (found.n, found.undefined) == (len(known), n - len(known))
        if not known:
            assert all(math.isnan(x) for x in (found.mean, found.median, found.low, found.high))
            continue
        assert found.mean == pytest.approx(math.fsum(known) / len(known), rel=1e-9, abs=1e-9)
        assert found.median == pytest.approx(float(np.median(known)))
        if len(known) < 5:
            assert math.isnan(found.low)
            assert math.isnan(found.high)
            continue
        if set(known) <= {0, 1}:
            assert (found.low, found.high) == wilson(found.mean, len(known))
            continue
        means = []
        for weights in drawn:
            pool = [v for v, w in zip(column, weights, strict=True) for _ in range(int(w))]
            pool = [value for value in pool if not math.isnan(value)]
            if pool:
                means.append(math.fsum(pool) / len(pool))
        tail = norm.sf(t.ppf(0.975, len(known) - 1) * math.sqrt(len(known) / (len(known) - 1)))
        low, high = np.quantile(means, (tail, 1 - tail))
        near = (max(map(abs, means)) + 1) * 1e-3  # t is a series
        assert (found.low, found.high) == pytest.approx((low, high), abs=near)


def test_summaries_of_nothing() -> None:
    (found,) = summarise([[]])
    assert (found.n, found.undefined) == (0, 0)
    assert math.isnan(found.mean)
    assert summarise([]) == []


@pytest.mark.parametrize("n", [5, 8, 15, 60])
def test_an_interval_covers_the_mean_as_often_as_it_says(n: int) -> None:
    rng = np.random.default_rng(0)
    held = np.zeros(2)
    for _ in range(400):
        columns = [rng.normal(1.0, 1.0, n), rng.random(n) < 0.9]
        for at, (truth, found) in enumerate(zip((1.0, 0.9), summarise(columns), strict=True)):
            held[at] += found.low <= truth <= found.high
    assert (held / 400 > 0.9).all(), held / 400


def test_regions_of_one_locus_are_one_observation() -> None:
    """Values are means of a field over windows of 200 bp, up to four of them 20 bp apart."""
    rng = np.random.default_rng(1)
    held = held_apart = 0
    for seed in range(300):
        starts = [2000 * c + 20 * k for c in range(30) for k in range(rng.integers(1, 5))]
        field = rng.standard_normal(62_000)
        values = [field[at : at + 200].mean() for at in starts]
        loci = loci_of([Interval("c", at, at + 200) for at in starts])
        (found,) = summarise([values], loci=loci, seed=seed)
        (apart,) = summarise([values], seed=seed)
        held += found.low <= 0 <= found.high
        held_apart += apart.low <= 0 <= apart.high
    assert held / 300 > 0.91
    assert held_apart / 300 < 0.85


def test_loci_of_one_window_each_change_nothing() -> None:
    values = np.random.default_rng(3).random(20)
    assert summarise([values], loci=np.arange(20)[::-1]) == summarise([values])
    (few,) = summarise([values], loci=np.arange(20) // 5)
    assert (few.n, math.isnan(few.low)) == (20, True)


PLACES = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 80), st.integers(1, 15)))


@given(PLACES)
def test_loci_are_those_of_a_loop(places) -> None:
    windows = [Interval(chrom, start, start + size) for chrom, start, size in places]
    expected = list(range(len(windows)))
    for _ in windows:
        for a, one in enumerate(windows):
            for b, two in enumerate(windows):
                if one.chrom == two.chrom and one.start < two.end and two.start < one.end:
                    expected[a] = expected[b] = min(expected[a], expected[b])
    found = loci_of(windows).tolist()
    assert len(set(zip(found, expected, strict=True))) == len(set(found)) == len(set(expected))


CALLS = st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=9)


@given(CALLS, st.data())
def test_groups_are_those_of_a_loop(called: list[bool | None], data) -> None:
    n = len(called)
    truth = data.draw(
        st.one_of(st.none(), st.lists(st.sampled_from([True, False, None]), min_size=n, max_size=n))
    )
    groups = Groups.of(called, truth, values=False)
    assert groups.members["all"].tolist() == [True] * n
    assert groups.members["positive"].tolist() == [each is True for each in called]
    assert groups.members["negative"].tolist() == [each is False for each in called]
    right = [
        truth is not None and each is not None and truth[at] is each
        for at, each in enumerate(called)
    ]
    assert groups.members["correct"].tolist() == right
    for name in GROUPS:
        assert (name in groups.why_not) == (not groups.members[name].any())
    other = Groups.of(called[::-1], truth, values=False)
    both = groups.both(other)
    for name in GROUPS:
        expected = groups.members[name] & other.members[name]
        assert both.members[name].tolist() == expected.tolist()
        assert name in both.why_not or expected.any()


def test_values_call_nothing() -> None:
    groups = Groups.of([None, None], None, values=True)
    assert set(groups.why_not) == set(GROUPS) - {"all"}
    assert set(groups.why_not.values()) == {"values are no calls"}


def sheet_of(columns: dict[tuple[str, str, str], list[float]]) -> Sheet:
    """Return a sheet of one model; columns by method, metric and level."""
    sheet = Sheet(len(next(iter(columns.values()))))
    for key, values in columns.items():
        for region, value in enumerate(values):
            sheet.put(region, "m", "1", [(*key, value)])
    return sheet


def rows(sheet: Sheet, called: list[bool | None]) -> dict[tuple[str, str, str], MetricRow]:
    groups = {("m", "1"): Groups.of(called, None, values=False)}
    found = rows_of(sheet, groups, "own", METRICS, seed=0)
    return {(row.method, row.metric, row.group): row for row in found}


def test_rows_have_the_baseline_of_their_own_regions() -> None:
    """Blind before random before a shuffled pair; none for shapes, nor for what is a baseline."""
    sheet = sheet_of(
        {
            ("own", "mass_accuracy", "base"): [0.5, 0.7, math.nan],
            (BLIND, "mass_accuracy", "base"): [0.1, 0.3, math.nan],
            (RANDOM, "mass_accuracy", "base"): [0.9, 0.9, 0.9],
            ("own", "abc", "window"): [1.0, 2.0, 3.0],
            (RANDOM, "abc", "window"): [0.25, -0.25, 0.75],
            (SHUFFLED, "abc", "window"): [9.0, 9.0, 9.0],
            ("own", "mask_pearson", "token"): [0.9, 0.8, 0.7],
            (SHUFFLED, "mask_pearson", "token"): [0.1, math.nan, math.nan],
            ("own", "gini", "base"): [0.9, 0.8, 0.7],
            (RANDOM, "gini", "base"): [0.4, 0.4, 0.4],
            (BLIND, "mass_accuracy_bound", "base"): [0.8, 0.9, math.nan],
        }
    )
    found = rows(sheet, [True, False, None])
    assert found["own", "mass_accuracy", "all"].baseline == pytest.approx(0.2)
    assert found["own", "mass_accuracy", "positive"].baseline == pytest.approx(0.1)
    assert found["own", "mass_accuracy", "negative"].value == pytest.approx(0.7)
    assert found["own", "abc", "all"].baseline == pytest.approx(0.25)
    assert found["own", "abc", "negative"].baseline == pytest.approx(-0.25)
    assert found[SHUFFLED, "abc", "all"].value == 9
    assert found["own", "mask_pearson", "all"].baseline == pytest.approx(0.1)
    assert math.isnan(found["own", "mask_pearson", "negative"].baseline)
    for key in (("own", "gini"), (RANDOM, "abc"), (SHUFFLED, "mask_pearson")):
        assert math.isnan(found[(*key, "all")].baseline)
    bound = found["own", "mass_accuracy_bound", "all"]
    assert (bound.value, bound.n) == (pytest.approx(0.85), 2)
    assert math.isnan(bound.baseline)
    assert not [key for key in found if key[0] == BLIND]
    assert "undefined in 1 of 3 regions" in found["own", "mass_accuracy", "all"].reason
    assert found["own", "abc", "all"].reason == ""
    assert found["own", "abc", "correct"].reason == "no --labels were given"
    assert math.isnan(found["own", "abc", "correct"].value)


def test_a_map_no_better_than_its_control_seldom_beats_it() -> None:
    """The control's mean has an error, too: held to as a known number, it lost in one of ten."""
    rng, beaten = np.random.default_rng(4), np.zeros(2)
    for _ in range(200):
        ours, control, shared = rng.normal(size=(3, 12))
        sheet = sheet_of(
            {
                ("own", "abc", "window"): (ours + shared).tolist(),
                (RANDOM, "abc", "window"): (control + shared).tolist(),
                ("better", "abc", "window"): (0.3 * ours + shared + 1).tolist(),
            }
        )
        found = rows(sheet, [None] * 12)
        own, better = (found[method, "abc", "all"] for method in ("own", "better"))
        assert own.over_low < own.value - own.baseline < own.over_high
        beaten += [own.over_low > 0, better.over_low > 0]
    assert beaten[0] / 200 < 0.05
    assert beaten[1] / 200 > 0.7
    alone = found[RANDOM, "abc", "all"]
    assert math.isnan(alone.over_low)


CODES = st.lists(st.integers(0, 4), min_size=20, max_size=60)


@given(CODES, st.integers(1, 6), st.integers(1, 3), st.integers(0, 5), st.data())
def test_flips_alter_what_the_maps_say(
    codes: list[int], steps: int, draws: int, seed: int, data
) -> None:
    """Curves of a toy scorer equal a loop that replaces the first bases of an order."""
    n = len(codes)
    weights = np.array(data.draw(st.permutations(range(n))), float) - n / 3  # no ties
    sequence = np.array(codes, np.uint8)
    flips = Flips(sequence, {"map": weights}, steps=steps, draws=draws, seed=seed)
    altered = flips.altered()
    assert altered.dtype == np.uint8
    assert (altered[:, sequence == 4] == 4).all()
    assert (altered[:, sequence < 4] < 4).all()

    def score(row: np.ndarray) -> float:
        return float(weights[row == sequence].sum())

    whole = score(sequence)
    curves = flips.curves(whole, np.array([score(row) for row in altered]))
    known = [at for at in range(n) if codes[at] < 4]
    for order, sign in (("morf", -1), ("lerf", 1)):
        ranked = sorted(known, key=lambda at: sign * weights[at])
        expected = [
            whole - sum(weights[at] for at in ranked[: _count(k, len(known))])
            for k in range(steps + 1)
        ]
        assert getattr(curves["map"], order) == pytest.approx(expected)
    area = (curves["map"].lerf - curves["map"].morf).mean()
    chance = (curves[RANDOM].lerf - curves[RANDOM].morf).mean()
    assert area >= abs(chance) - 1e-9, "no order beats that of a perfect map"


def _count(step: int, known: int) -> int:
    return min(math.floor(0.02 * step * known + 0.5 + 1e-9), known)


def test_a_perfect_map_of_an_additive_model() -> None:
    """Its subsets' sums are the drops, and no map changes what another is told."""
    rng = np.random.default_rng(4)
    codes, weights = rng.integers(0, 4, 100, dtype=np.uint8), rng.normal(size=100)

    def told(maps: dict[str, np.ndarray]) -> dict[str, dict[str, float]]:
        flips = Flips(codes, maps, steps=10, draws=2, seed=3)
        scores = np.array([weights[row == codes].sum() for row in flips.altered()])
        return flips.metrics(float(weights.sum()), scores)

    alone = told({"perfect": weights})
    assert alone["perfect"]["faithfulness_correlation"] == pytest.approx(1)
    assert alone["perfect"]["abc"] > 3 * abs(alone[RANDOM]["abc"])
    beside = told({"reversed": -weights, "flat": np.zeros(100), "perfect": weights})
    assert beside["perfect"] == alone["perfect"]
    assert beside[RANDOM] == alone[RANDOM]
    assert beside["reversed"]["abc"] == pytest.approx(-alone["perfect"]["abc"])
    assert math.isnan(beside["flat"]["faithfulness_correlation"])


def test_flips_of_n_alone() -> None:
    """Nothing can be altered: nothing moves, and what is divided by that is undefined."""
    codes = np.full(50, 4, np.uint8)
    flips = Flips(codes, {"map": np.full(50, np.nan)}, steps=4, draws=2, seed=0)
    altered = flips.altered()
    assert (altered == 4).all()
    found = flips.metrics(1.5, np.full(len(altered), 1.5))["map"]
    assert (found["abc"], found["aopc_morf"]) == (0, 0)
    for name in ("aopc_normalised", "abc_normalised", "faithfulness_correlation"):
        assert math.isnan(found[name])
    assert set(letters(altered)) == {"N" * 50}


class Small(nn.Module):
    """A network with all that a twin must mind."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv1d(4, 6, 5)
        self.norm = nn.BatchNorm1d(6)
        self.last = nn.Linear(6, 2)
        self.register_buffer("slopes", torch.arange(6.0))
        rng = torch.Generator().manual_seed(1)
        with torch.no_grad():
            for tensor in (*self.parameters(), self.norm.running_mean, self.norm.running_var):
                tensor.copy_(torch.rand(tensor.shape, generator=rng))
        self.norm.num_batches_tracked += 7


LEARNED = ("first.weight", "first.bias", "norm.weight", "norm.running_mean", "norm.running_var",
           "last.weight")  # fmt: skip


def test_a_twin_has_the_same_numbers_in_another_order() -> None:
    network = Small()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    with permuted(network, 3):
        twin = {name: value.clone() for name, value in network.state_dict().items()}
    for name, value in before.items():
        assert torch.equal(value.flatten().sort().values, twin[name].flatten().sort().values), name
    assert all(not torch.equal(before[name], twin[name]) for name in LEARNED)
    for name in ("slopes", "norm.num_batches_tracked"):
        assert torch.equal(before[name], twin[name])
    with permuted(network, 3):
        assert all(torch.equal(twin[name], value) for name, value in network.state_dict().items())
    with permuted(network, 4):
        assert not torch.equal(twin["first.weight"], network.first.weight)
    after = network.state_dict()
    assert all(torch.equal(value, after[name]) for name, value in before.items())


def test_weights_are_back_after_an_error() -> None:
    network = Small()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    with pytest.raises(KeyboardInterrupt), permuted(network, 0):
        raise KeyboardInterrupt
    after = network.state_dict()
    assert all(torch.equal(value, after[name]) for name, value in before.items())
