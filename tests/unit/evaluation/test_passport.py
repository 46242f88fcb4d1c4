"""The passport's verdicts: thresholds, which leads, what is not asked, and words."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.sequences import reverse_complement
from gtrack.evaluation.evidence import Evidence, auroc, judge
from gtrack.evaluation.passport import (
    EXACT,
    MANY,
    MASKED,
    MUTATED,
    SEES,
    SEES_EITHER,
    SILENT,
    STRANDS,
    WORST_FIRST,
    Line,
    Passport,
    at_least,
    at_most,
    of_few,
    worst,
)
from gtrack.evaluation.passport_cost import passes
from gtrack.evaluation.passport_windows import (
    apart,
    bases_to_change,
    called_on_the_other_strand,
    first_of_their_like,
    in_chance_order,
    largest_difference,
    reads_reverse,
    shuffles,
    strand_correlations,
)
from gtrack.evaluation.passport_words import LEADS, describes_sentence, lead, sees_sentence, shown

verdicts = st.sampled_from(WORST_FIRST)


def line(name: str, verdict: str, value: float = 0.5) -> Line:
    reason = "why not" if verdict == "not asked" else ""
    return Line(name, "asks", verdict, value, 40, 0.6, 0.5, reason=reason)


def passport(**verdict: str) -> Passport:
    names = ("A1", "A2", "B", "C1", "C2", "C3", "C4", "D")
    lines = tuple(line(name, verdict.get(name, "supported")) for name in names)
    return Passport("m", "t", "token", lines)


def evidence(unit: str = "token", windows: int = 40, seed: int = 0) -> Evidence:
    """Return what a good model gives: the map is what masking does, but for a little noise."""
    rng = np.random.default_rng(seed)
    effects = [rng.standard_normal(20) for _ in range(windows)]
    return Evidence(
        *("m", "t", unit),
        real=rng.normal(2, 1, 100),
        shuffled=rng.normal(0, 1, 100),
        strands=rng.uniform(0.5, 1, windows),
        maps=[each + 0.1 * rng.standard_normal(20) for each in effects],
        effects=effects,
        scores=np.full(windows, 3.0),
        twin=np.full(3, 1e-12),
        rounding=np.full(3, 1e-7),
        conserved=np.full(3, 1e-7),
        track=np.full(3, 1e-7),
    )


@pytest.mark.parametrize("limits", [SEES, STRANDS, MASKED, MUTATED])
def test_thresholds_belong_to_the_better_word(limits: tuple[float, float]) -> None:
    high, low = limits
    assert 0 < low < high < 1
    below = [np.nextafter(each, -1) for each in limits]
    words = [at_least("x", "", v, 40, limits).verdict for v in (high, below[0], low, below[1])]
    assert words == ["supported", "mixed", "mixed", "not supported"]
    assert at_most("x", "", EXACT, 3, EXACT).verdict == "supported"
    assert at_most("x", "", float(np.nextafter(EXACT, 1)), 3, EXACT).verdict == "not supported"


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_a_higher_value_is_never_worse(one: float, two: float) -> None:
    low, high = (at_least("x", "", v, 40, MASKED).verdict for v in sorted((one, two)))
    assert WORST_FIRST.index(low) <= WORST_FIRST.index(high)


def test_what_cannot_be_judged_is_not_asked_and_says_why() -> None:
    few = at_least("A1", "", 0.9, 9, SEES)
    assert (few.verdict, math.isnan(few.value)) == ("not asked", True)
    assert "9 windows; a verdict needs 10" in few.reason
    assert at_least("A1", "", math.nan, 40, SEES).verdict == "not asked"
    assert at_least("A2", "", 0.9, 40, SEES, "one strand").reason == "one strand"
    assert at_most("C1", "", math.nan, 0, EXACT).verdict == "not asked"


@given(st.lists(verdicts), st.lists(verdicts))
def test_the_worse_leads(some: list[str], more: list[str]) -> None:
    both = worst([*some, *more])
    if some and more:
        assert both == worst([worst(some), worst(more)])
        assert WORST_FIRST.index(both) <= WORST_FIRST.index(worst(some))
    assert worst([*more, *some]) == both


@given(st.fixed_dictionaries({name: verdicts for name in ("A1", "A2", "B", "C1", "C3", "D")}))
def test_axes(given_verdicts: dict[str, str]) -> None:
    found = passport(**given_verdicts)
    asked = [v for name, v in given_verdicts.items() if name[0] == "A" and v != "not asked"]
    assert found.sees == worst(asked)
    exact = {given_verdicts["C1"], given_verdicts["C3"]}
    if "not supported" in exact:
        assert found.describes == "not supported"
    if exact == {"supported"}:
        assert found.describes == given_verdicts["B"], "the silent referee is a warning"
    assert found.verdict == worst([found.sees, found.describes])
    assert found.verdict in LEADS


@given(
    st.fixed_dictionaries({name: verdicts for name in ("A1", "A2", "B", "C1", "D")}),
    st.floats(-1e300, 1e300) | st.just(math.nan),
)
def test_a_passport_comes_back(given_verdicts: dict[str, str], value: float) -> None:
    made = passport(**given_verdicts)
    made = replace(made, lines=(replace(made.lines[0], value=value), *made.lines[1:]))
    record = json.loads(json.dumps(made.to_json(), allow_nan=False))
    back = Passport.from_json(record)
    assert back.to_json() == made.to_json() == record
    assert (back.verdict, back.sees, back.describes) == (made.verdict, made.sees, made.describes)


def test_a_word_that_is_no_verdict_is_refused() -> None:
    record = passport().to_json()
    record["lines"][0]["verdict"] = "splendid"
    with pytest.raises(ValueError, match="splendid"):
        Passport.from_json(record)


@pytest.mark.parametrize("unit", ["token", "base"])
def test_good_evidence_is_supported(unit: str) -> None:
    found = judge(evidence(unit))
    assert [each.verdict for each in found.lines] == ["supported"] * 8
    assert found.verdict == "supported"


@pytest.mark.parametrize("unit", ["token", "base"])
@pytest.mark.parametrize("wrong", [lambda m: -m, lambda m: np.roll(m, 1), lambda m: m[::-1]])
def test_wrong_maps_are_not_supported_on_b(unit: str, wrong) -> None:
    good = evidence(unit)
    found = judge(replace(good, maps=[wrong(each) for each in good.maps]))
    assert (found.sees, found.describes) == ("supported", "not supported")
    assert "does not describe the model" in describes_sentence(found)
    assert lead(found) == LEADS["not supported"]


def test_a_model_that_sees_nothing() -> None:
    good = evidence()
    found = judge(replace(good, real=good.shuffled, strands=good.strands - good.strands.mean()))
    assert (found.sees, found.describes, found.verdict) == (
        *("not supported", "supported"),
        "not supported",
    )
    assert "cannot tell the regions from shuffles" in sees_sentence(found)
    assert "unlike" in sees_sentence(found)
    assert lead(found).startswith("Not supported: it is not shown that the model sees anything")
    assert shown(found)["sentence"] == lead(found)


def test_a_value_that_sites_lower_is_seen() -> None:
    good = evidence()
    lowered = replace(good, real=good.shuffled, shuffled=good.real)
    assert judge(lowered).sees == "not supported", "a call below its shuffles is none"
    found = judge(replace(lowered, is_value=True))
    assert found.verdict == "supported"
    assert found.of("A")[0].value == judge(good).of("A")[0].value
    assert "above or below" in found.of("A")[0].asks


def test_chance_supports_values_no_more_often_than_calls() -> None:
    rng = np.random.default_rng(7)
    drawn = np.array([auroc(*rng.normal(size=(2, 40))) for _ in range(4000)])
    either = np.maximum(drawn, 1 - drawn)
    for one_sided, two_sided in zip(SEES, SEES_EITHER, strict=True):
        assert (either >= two_sided).mean() == pytest.approx((drawn >= one_sided).mean(), abs=0.02)


@pytest.mark.parametrize("windows", [10, 15, 25, 39])
@pytest.mark.parametrize("limits", [SEES, SEES_EITHER])
def test_chance_passes_few_windows_no_more_often_than_many(windows: int, limits) -> None:
    rng = np.random.default_rng(8)

    def passed(n: int) -> list[float]:
        drawn = np.array([auroc(*rng.normal(size=(2, n))) for _ in range(4000)])
        value = np.maximum(drawn, 1 - drawn) if limits is SEES_EITHER else drawn
        return [float((value >= each).mean()) for each in of_few(limits, n)]

    assert of_few(limits, MANY) == limits
    assert passed(windows) == pytest.approx(passed(MANY), abs=0.03)


def test_few_windows_are_judged_by_wider_limits() -> None:
    scores = np.linspace(0, 1, 10)
    few = judge(replace(evidence(), real=scores + 0.15, shuffled=scores))
    (line,) = (line for line in few.of("A") if line.name == "A1")
    assert (line.value, line.verdict) == (0.64, "mixed")
    assert (line.supported, line.mixed) == of_few(SEES, 10)


@pytest.mark.parametrize(("name", "column"), [("C1", "twin"), ("C3", "conserved"), ("C4", "track")])
def test_inexact_rules_pull_b_down(name: str, column: str) -> None:
    found = judge(replace(evidence(), **{column: np.full(3, 0.01)}))
    assert found.of("B")[0].verdict == "supported"
    assert found.describes == found.verdict == "not supported"
    assert f"{name} 0.01" in describes_sentence(found)


def test_one_tie_is_no_broken_rule() -> None:
    assert judge(replace(evidence(), rounding=np.array([1e-7, 0.2, 1e-7]))).verdict == "supported"


def test_a_silent_referee_is_said() -> None:
    good = evidence()
    found = judge(replace(good, scores=np.full(len(good.maps), 1e3)))
    assert found.of("D")[0].verdict == "mixed"
    assert found.of("D")[0].value > SILENT
    assert found.verdict == "supported"
    assert "100% of the windows nothing moves the score by 10%" in describes_sentence(found)


def test_reasons_are_kept() -> None:
    reasons = {"A2": "one strand", "B": "no mask", "D": "no mask"}
    found = judge(replace(evidence(), reasons=reasons))
    assert {each.name for each in found.lines if each.verdict == "not asked"} == set(reasons)
    assert (found.sees, found.describes, found.verdict) == ("supported", "not asked", "not asked")
    assert "no mask" in describes_sentence(found)


@given(st.lists(st.integers(0, 5), min_size=1), st.lists(st.integers(0, 5), min_size=1))
def test_auroc_counts_pairs(real: list[int], shuffled: list[int]) -> None:
    pairs = [(a > b) + (a == b) / 2 for a in real for b in shuffled]
    value = auroc(np.array(real, float), np.array(shuffled, float))
    assert value == pytest.approx(float(np.mean(pairs)), abs=1e-12)


def test_pages_say_all_words() -> None:
    for unit, unseen in (("token", 3), ("base", 2)):
        words = shown(replace(passport(), unit=unit))
        assert [axis["name"] for axis in words["axes"]] == ["A", "B"]
        assert len(words["cannot_see"]) == unseen
        assert "untrained" in " ".join(words["cannot_see"])
        assert "last layer" in " ".join(words["cannot_see"])


@given(st.integers(1, 50), st.integers(0, 9), st.data())
def test_marked_windows_come_first(count: int, seed: int, data) -> None:
    marked = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
    order = in_chance_order(count, seed, marked)
    assert sorted(order) == list(range(count))
    assert [marked[at] for at in order] == sorted(marked, reverse=True)
    assert order == in_chance_order(count, seed, marked)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=30))
def test_windows_are_chosen_by_the_strand_that_is_not_read(said) -> None:
    probabilities = [each for pair in said for each in pair]
    found = called_on_the_other_strand(probabilities, [2] * len(said))
    for window, (forward, reverse) in enumerate(said):
        assert found[window] == ((forward if reads_reverse(window) else reverse) > 0.5)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 60), st.integers(1, 20)), max_size=30))
def test_windows_apart_have_no_base_in_common(windows) -> None:
    chrom, start, length = np.array(windows, np.int64).reshape(-1, 3).T
    expected: list[int] = []
    bases = [{(c, at) for at in range(s, s + n)} for c, s, n in windows]
    for at, own in enumerate(bases):
        if not any(own & bases[other] for other in expected):
            expected.append(at)
    assert list(apart(range(len(windows)), chrom, start, start + length)) == expected


def test_variants_of_a_sequence_are_alike() -> None:
    rng = np.random.default_rng(2)
    one, two = ("".join(rng.choice(list("ACGT"), 200)) for _ in range(2))
    variant = one[:90] + "ACGT"["CGTA".index(one[90])] + one[91:]
    assert first_of_their_like([one, variant, two, reverse_complement(one)]) == [0, 2]
    assert first_of_their_like([]) == []


@given(st.integers(0, 40), st.integers(0, 5))
def test_bases_are_the_strongest_and_some_others(size: int, seed: int) -> None:
    rng = np.random.default_rng(size)
    relevance = rng.standard_normal(size + 5)
    relevance[:5] = np.nan
    found = bases_to_change(relevance, seed).tolist()
    assert len(set(found)) == len(found) == min(size, 20)
    assert not set(found) & set(range(5))
    strongest = sorted(range(5, size + 5), key=lambda at: -abs(relevance[at]))[:10]
    assert found[:10] == strongest


def test_strands_are_compared_on_the_same_bases() -> None:
    rng = np.random.default_rng(1)
    one = rng.standard_normal(30)
    assert strand_correlations([one, one[::-1], one, -one[::-1]]).tolist() == pytest.approx([1, -1])


def test_a_track_is_compared_where_it_has_values() -> None:
    made = np.array([np.nan, 1.0, -4.0, 2.0])
    right = [(0, np.array([np.nan, 1.0], np.float32)), (3, np.array([2.0], np.float32))]
    assert largest_difference(made, right) == 0
    assert largest_difference(made, [(1, np.array([2.0, -4.0]))]) == 0.25
    assert largest_difference(made, [(0, np.array([1.0]))]) == 1
    assert math.isnan(largest_difference(np.zeros(3), []))


def test_shuffles_follow_from_the_seed() -> None:
    texts = ["ACGTTGCAAGGCTATCGATTACGC" * 4] * 2
    one, two = shuffles(texts, 3)
    assert one != two
    assert [one, two] == shuffles(texts, 3) != shuffles(texts, 4)
    assert sorted(one) == sorted(texts[0])


def test_the_price_grows_with_what_is_asked() -> None:
    prices = [
        passes("token", 100, False),
        passes("token", 200, False),
        passes("token", 200, True),
        passes("token", 200, True, 80),
    ]
    assert prices == sorted(prices)
