"""The caller from end to end on small made-up relevance, and its laws."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from gtrack.core.errors import InputError
from gtrack.core.hits.blocks import blocks
from gtrack.core.hits.calling import call_hits
from gtrack.core.hits.lending import NullWindows
from gtrack.core.hits.matchers import MotifSet
from gtrack.core.hits.motifs import Motif
from gtrack.core.hits.options import HitOptions
from gtrack.core.hits.pwm import Pwm
from gtrack.core.hits.regions_of_sites import RegionIndex
from gtrack.core.hits.relevance_null import RelevanceNull
from gtrack.core.hits.sound import Sound
from gtrack.core.hits.table import HitTable
from gtrack.core.intervals import Interval
from gtrack.core.segments import Segment
from tests.words import codes_of, motif

FLAT = np.full(4, 0.25)
WORDS = {"M1": "TGACTCAGG", "M2": "CCACCAGGTGG", "M3": "GCGCATGCGCA"}
KEYS = ("chrom", "start", "end", "reverse", "relevance_sum", "p_sequence", "p_relevance", "q")
MOTIFS = [motif(word, ident) for ident, word in WORDS.items()]


def windows(count: int, seed: int, chrom: str = "", sd: float = 0.3) -> list[Segment]:
    rng = np.random.default_rng(seed)
    return [
        Segment(
            chrom or f"w{k}",
            700 * k if chrom else 0,
            rng.integers(0, 4, 500, dtype=np.uint8),
            np.convolve(rng.laplace(scale=sd, size=502), [0.3, 0.4, 0.3], "valid").astype(
                np.float32
            ),
        )
        for k in range(count)
    ]


def plant(segments: list[Segment], seed: int, *, relevant: bool = True) -> list[tuple[int, str]]:
    """Write one site into every other segment, every fourth on the reverse strand."""
    rng = np.random.default_rng(seed)
    truth = []
    for k, segment in enumerate(segments[::2]):
        ident = sorted(WORDS)[k % 3]
        site = codes_of(WORDS[ident])
        at = int(rng.integers(20, 450))
        where = slice(at, at + len(site))
        segment.codes[where] = 3 - site[::-1] if k % 2 else site
        if relevant:
            segment.relevance[where] += np.float32(-2 if k % 5 == 4 else 2)
            truth.append((segment.start + at, ident))
    return truth


@pytest.fixture(scope="module")
def null() -> list[Segment]:
    return windows(120, 1)


def call_with(
    motifs: Sequence[Motif],
    targets: Sequence[Segment],
    null: list[Segment] | None,
    **options: float,
) -> HitTable:
    return call_hits(
        lambda: targets,
        None if null is None else NullWindows.of(null),
        motifs,
        background=FLAT,
        options=HitOptions(**options),  # type: ignore[arg-type]
    )


def call(targets: Sequence[Segment], null: list[Segment] | None, **options: float) -> HitTable:
    return call_with(MOTIFS, targets, null, **options)


def test_planted_sites_are_found_with_strand_sign_and_name(null: list[Segment]) -> None:
    targets = windows(80, 2, "chr1")
    truth = plant(targets, 3)
    table = call(targets, null)
    hits = {
        int(start): (MOTIFS[motif].id, bool(reverse), float(total))
        for start, motif, reverse, total, q in zip(
            table.start, table.motif, table.reverse, table.relevance_sum, table.q, strict=True
        )
        if q < 0.05
    }
    for k, (start, ident) in enumerate(truth):
        assert hits[start][:2] == (ident, k % 2 == 1)
        assert (hits[start][2] < 0) == (k % 5 == 4)
    assert len(hits) <= len(truth) + 3
    assert table.bases == 80 * 500
    assert table.null_bases == 120 * 500


def test_records_say_what_the_columns_say(null: list[Segment]) -> None:
    targets = windows(20, 2, "chr1")
    plant(targets, 3)
    table = call(targets, null)
    index = RegionIndex([Interval("chr1", s.start, s.end, f"r{s.start}") for s in targets])
    records = list(table.records(MOTIFS, "cnn:x", index, ["F1", "F2", "F3"]))
    assert len(records) == len(table) > 0
    for row, hit in enumerate(records):
        motif = MOTIFS[table.motif[row]]
        assert (hit.motif_id, hit.name, hit.source) == (motif.id, motif.name, motif.source)
        assert (hit.start, hit.end, hit.strand == "-") == (
            *(table.start[row], table.end[row], table.reverse[row]),
        )
        assert (hit.rel_sum, hit.rel_z) == (table.relevance_sum[row], table.relevance_z[row])
        assert (hit.seq_p, hit.rel_p) == (table.p_sequence[row], table.p_relevance[row])
        assert (hit.q_value, hit.model) == (table.q[row], "cnn:x")
        assert hit.q_value == max(hit.q_word, hit.q_place or 0)
        assert (hit.q_place, hit.chance) == (table.q_place[row], table.chance[row])
        assert hit.bound == (table.decoys[row] < 20)
        assert hit.family == f"F{table.motif[row] + 1}"
        (home,) = (s for s in targets if s.start <= hit.start and hit.end <= s.end)
        assert hit.region == f"r{home.start}"


def test_sequence_without_relevance_is_no_hit(null: list[Segment]) -> None:
    targets = windows(80, 4, "chr1")
    plant(targets, 5, relevant=False)
    assert not (call(targets, null).q < 0.05).any()


def test_relevance_without_sequence_is_no_hit(null: list[Segment]) -> None:
    targets = windows(80, 6, "chr1")
    for segment in targets[::2]:
        segment.relevance[100:112] += 2
    assert not (call(targets, null).q < 0.05).any()


def test_shuffled_input_is_not_significant(null: list[Segment]) -> None:
    """A lone candidate beats all of 34 permutations by chance in one run of 35, of either sign."""
    runs = [(call(windows(40, seed, "chr1"), null).q < 0.05).any() for seed in range(7, 37)]
    assert sum(runs) <= 2


def test_ten_regions_can_yield_hits_and_one_hit_alone_can(null: list[Segment]) -> None:
    targets = windows(3, 20, "chr1")
    plant(targets[:1], 21)
    table = call(targets, null)
    assert (table.q < 0.05).sum() == 1
    assert table.rounds == 34  # 100 / 3
    assert table.q.min() == pytest.approx(1 / 34)


def test_hits_never_overlap_and_are_sorted(null: list[Segment]) -> None:
    table = call(windows(60, 8, "chr1"), null, gate=0.1, p_sequence=0.02)
    assert len(table) > 100
    assert (table.start[1:] - table.end[:-1] >= 3).all()


def test_what_reads_the_same_on_both_strands_is_on_plus(null: list[Segment]) -> None:
    """A palindromic motif always; a palindromic word over even relevance as well."""
    rng = np.random.default_rng(11)
    word = codes_of("GCGCATGCGC")
    lop = motif("GCGCATGCGC", "M8")  # matches a palindrome, and is none itself
    lop = Motif("M8", "M8", lop.counts * np.where(np.arange(10) == 1, 3, 1)[:, None] + 1)
    for only in (motif("GCGCATGCGC", "M9"), lop):
        targets = windows(60, 12, "chr1")
        for segment in targets:
            at = int(rng.integers(20, 450))
            segment.codes[at : at + 10] = word
            segment.relevance[at : at + 10] = np.float32(rng.uniform(1, 3))
        table = call_with([only], targets, null)
        assert len(table) >= 55
        assert not table.reverse.any()


def test_equal_motifs_go_by_the_first_id(null: list[Segment]) -> None:
    targets = windows(60, 13, "chr1")
    plant(targets, 14)
    mirrored = [Motif(f"N{one.id}", one.name, one.counts[::-1, ::-1]) for one in MOTIFS]
    again = [Motif(f"O{one.id}", one.name, one.counts * (1 + 1e-15)) for one in MOTIFS]
    alone = call(targets, null)
    table = call_with([*again, *mirrored, *MOTIFS], targets, null)
    assert set(table.motif.tolist()) == {6, 7, 8}
    for key in ("start", "end", "reverse"):
        np.testing.assert_array_equal(getattr(table, key), getattr(alone, key))


def test_order_of_motifs_does_not_matter(null: list[Segment]) -> None:
    targets = windows(60, 9, "chr1")
    plant(targets, 10)
    twins = [*MOTIFS, motif("TGACTCAGC", "M1b", "M1"), motif("TGAGTCAGG", "M1c", "M1")]
    order = [3, 0, 4, 2, 1]
    one = call_with(twins, targets, null)
    two = call_with([twins[k] for k in order], targets, null)
    for key in KEYS:
        np.testing.assert_array_equal(getattr(one, key), getattr(two, key))
    assert [twins[k].id for k in one.motif] == [twins[order[k]].id for k in two.motif]


def test_the_other_strand_gives_the_mirrored_candidates(null: list[Segment]) -> None:
    targets = windows(60, 11, "chr1")
    plant(targets, 12)
    size = 700 * 60
    mirrored = [
        Segment(
            "chr1", size - s.end, (3 - s.codes[::-1]).astype(np.uint8), s.relevance[::-1].copy()
        )
        for s in targets[::-1]
    ]
    one, two = call(targets, null), call(mirrored, null)
    strong = one.score > 15  # equal weak scores may fall to the left, which is not symmetric
    expected = sorted(
        zip(size - one.end[strong], ~one.reverse[strong], one.motif[strong], strict=True)
    )
    strong = two.score > 15
    assert len(expected) > 20
    assert expected == list(
        zip(two.start[strong], two.reverse[strong], two.motif[strong], strict=True)
    )


def test_candidates_equal_a_slow_twin(null: list[Segment]) -> None:
    parts = windows(20, 13)
    target = Segment(
        "chr1",
        0,
        np.concatenate([part.codes for part in parts]),
        np.concatenate([part.relevance for part in parts]),
    )
    reference = RelevanceNull(null)
    motifs = MotifSet.of(
        *([MOTIFS[1]], [[]], reference, FLAT), pseudocount=0.1, p_sequence=0.02, gate=0.1
    )
    (matcher,) = motifs.real
    (block,) = blocks([target], MOTIFS[1].width)
    sound = Sound.of(reference.z(block.relevance), block.relevance)
    found = matcher.supported(block, matcher.matches(block, 0.02), sound, 0)

    pwm = Pwm.of(MOTIFS[1], FLAT, 0.1)
    information = MOTIFS[1].information(FLAT, 0.1)
    expected = []
    for start in range(len(target) - pwm.width + 1):
        codes = target.codes[start : start + pwm.width]
        for reverse in (False, True):
            site = 3 - codes[::-1] if reverse else codes
            loss = sum(int(pwm.losses[k, base]) for k, base in enumerate(site))
            p = float(pwm.pvalue(pwm.best - loss))
            weights = information[::-1] if reverse else information
            values = target.relevance[start : start + pwm.width].astype(np.float64)
            units = (values - reference.mean) / reference.sd
            statistic = sum(units * weights) / np.sqrt(sum(information**2))
            p_relevance = float(matcher.tail.pvalue(np.array([statistic]))[0])
            if p <= 0.02 and p_relevance <= 0.1:
                expected.append((start, reverse, p, p_relevance, values.sum()))
    assert len(expected) >= 2
    got = zip(
        found.start,
        found.reverse,
        found.p_sequence,
        found.p_relevance,
        found.relevance_sum,
        strict=True,
    )
    for one, two in zip(got, expected, strict=True):
        assert one[:2] == two[:2]
        np.testing.assert_allclose(one[2:], two[2:], rtol=1e-6)


def test_segments_between_n_and_at_the_edge_are_searched_whole(null: list[Segment]) -> None:
    """A site at base 0, and one that an N would split, which is none."""
    site = codes_of(WORDS["M2"])
    background = windows(1, 14, "chr1")[0]
    codes, values = background.codes[:200].copy(), background.relevance[:200].copy()
    codes[:11], codes[100:111] = site, site
    values[:11] += 3
    values[100:111] += 3
    pieces = [
        Segment("chr1", 0, codes[:105], values[:105]),
        Segment("chr1", 106, codes[106:], values[106:]),
    ]
    table = call(pieces, null)
    assert table.start[table.q < 0.05].tolist() == [0]


def test_chromosomes_are_kept_apart(null: list[Segment]) -> None:
    one, two = windows(30, 15, "chrB"), windows(30, 16, "chrA")
    plant(one, 17)
    plant(two, 18)
    table = call([*one, *two], null)
    assert table.chroms == ("chrB", "chrA")
    assert (np.diff(table.chrom) >= 0).all()
    alone = call(one, null)
    first = table.chrom == 0
    np.testing.assert_array_equal(table.start[first], alone.start)
    np.testing.assert_array_equal(table.score[first], alone.score)


def test_progress_adds_up(null: list[Segment]) -> None:
    ticks: list[int] = []
    targets = windows(10, 19, "chr1")
    call_hits(lambda: targets, NullWindows.of(null), MOTIFS, background=FLAT, progress=ticks.append)
    assert sum(ticks) == (120 * 500 + 10 * 500) * len(MOTIFS)


def test_no_target_gives_an_empty_table(null: list[Segment]) -> None:
    table = call([], null)
    assert len(table) == 0
    assert table.q.shape == (0,)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"motifs": []}, "no motif"),
        ({"motifs": [motif("ACGT" * 20, "M9")], "targets": "short"}, "M9 is 80 bp wide"),
        ({"null": 2}, "the null has 1000 bases"),
        ({"null": "constant"}, "same relevance"),
        ({"targets": "twice"}, "come twice"),
        ({"targets": "overlap"}, "overlaps"),
    ],
)
def test_bad_input_is_refused(null: list[Segment], change: dict[str, object], words: str) -> None:
    good = windows(5, 20, "chr1")
    short = [Segment("chr1", 0, good[0].codes[:60], good[0].relevance[:60])]
    constant = [Segment("n", 0, s.codes, np.ones_like(s.relevance)) for s in null]
    targets = {
        "twice": [*good, *windows(1, 20, "chr2"), *good],
        "overlap": [good[0], good[0]],
        "short": short,
    }.get(str(change.get("targets")), good)
    nulls = {2: null[:2], "constant": constant}.get(change.get("null"), null)  # type: ignore[call-overload]
    with pytest.raises(InputError, match=words):
        call_with(change.get("motifs", MOTIFS), targets, nulls)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "options", [{"p_sequence": 0.0}, {"p_sequence": 0.5}, {"gate": 0.2}, {"gate": 0}, {"gap": -1}]
)
def test_thresholds_check_themselves(options: dict[str, float]) -> None:
    with pytest.raises(InputError):
        HitOptions(**options)  # type: ignore[arg-type]


def test_words_alone_carry_hits_without_a_null() -> None:
    targets = windows(80, 2, "chr1")
    truth = plant(targets, 3)
    table = call(targets, None)
    found = set(table.start[table.q < 0.05].tolist())
    assert len({start for start, _ in truth} - found) <= 3
    assert np.isnan(table.q_place).all()
    assert np.isnan(table.chance).all()
    assert (table.q == table.q_word).all()
    assert (table.null_bases, table.loudness) == (0, 1)


def test_relevance_in_mid_window_is_no_hit_where_the_null_has_it_too() -> None:
    """Words that stand in mid-window, as does the relevance of real and shuffled windows."""
    bump = np.exp(-0.5 * ((np.arange(500) - 250) / 6) ** 2).astype(np.float32)
    targets, null = windows(80, 31, "chr1"), windows(120, 32)
    rng = np.random.default_rng(33)
    for segment in [*targets, *null]:
        segment.relevance[:] += np.float32(rng.lognormal(0, 0.3) * 2 * (rng.random() < 0.4)) * bump
    for k, segment in enumerate(targets[::2]):
        site = codes_of(WORDS[sorted(WORDS)[k % 3]])
        at = 250 - len(site) // 2
        segment.codes[at : at + len(site)] = site
    guarded, bare = call(targets, null), call(targets, None)
    assert not (guarded.q < 0.05).any()
    assert (bare.q < 0.05).any()  # what the warning is about


def test_a_repeat_that_a_model_likes_is_one_place(null: list[Segment]) -> None:
    """Forty copies of a word with its flanks count once: too few to be called."""
    targets = windows(80, 34, "chr1")
    rng = np.random.default_rng(35)
    repeat = rng.integers(0, 4, 60, dtype=np.uint8)
    repeat[25:34] = codes_of(WORDS["M1"])
    for k, segment in enumerate(targets[::2]):
        at = int(rng.integers(10, 400))
        segment.codes[at : at + 60] = 3 - repeat[::-1] if k % 2 else repeat
        segment.relevance[at : at + 60] += np.float32(1)
    assert (call_with([motif(WORDS["M1"], "M1")] * 20, targets, null).q_word >= 0.05).all()


def test_motifs_without_permutations_are_named_and_tested_against_shuffled_windows(
    null: list[Segment],
) -> None:
    targets = windows(80, 36, "chr1")
    for segment in targets[::2]:
        segment.codes[200:210] = 0
        segment.relevance[200:210] += 2
    motifs = [*MOTIFS, motif("AAAAAAAAAA", "M9")]
    table = call_with(motifs, targets, null)
    assert table.unpermuted.tolist() == [3]
    assert (table.q[table.motif == 3] < 0.05).sum() >= 35
    bare = call_with(motifs, targets, None)
    assert (bare.q[bare.motif == 3] == 1).all()


def test_a_seed_gives_the_same_table_and_blocks_do_not_matter(
    null: list[Segment], monkeypatch: pytest.MonkeyPatch
) -> None:
    targets = windows(60, 37, "chr1")
    plant(targets, 38)
    one, two = call(targets, null, seed=3), call(targets, null, seed=3)
    monkeypatch.setattr("gtrack.core.hits.blocks.blocks.__defaults__", (900,))
    cut = call(targets, null, seed=3)
    for key in (*KEYS, "q_word", "q_place", "chance", "decoys"):
        np.testing.assert_array_equal(getattr(one, key), getattr(two, key))
        np.testing.assert_array_equal(getattr(one, key), getattr(cut, key))
