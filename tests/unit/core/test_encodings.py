"""The columns of encodings agree, and rows come out of a ragged batch as they went in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.encodings import Encoding, Encodings, misplaced, padded, positions

IDS = np.array([1, 9, 2], np.int32)
SPANS = np.array([[0, 0], [0, 6], [6, 6]], np.int32)
PLACED = np.array([False, True, False])


def test_its_length_is_its_units() -> None:
    assert len(Encoding(IDS, SPANS, PLACED)) == 3


@pytest.mark.parametrize(
    ("ids", "spans", "placed"),
    [
        (IDS[:2], SPANS, PLACED),
        (IDS, SPANS[:2], PLACED),
        (IDS, SPANS.ravel(), PLACED),
        (IDS, SPANS, PLACED[:2]),
        (IDS, SPANS, PLACED[:, None]),
    ],
)
def test_columns_that_disagree_are_refused(
    ids: np.ndarray, spans: np.ndarray, placed: np.ndarray
) -> None:
    with pytest.raises(ValueError, match="the three must agree"):
        Encoding(ids, spans, placed)


@st.composite
def rows(draw: st.DrawFn) -> list[Encoding]:
    made = []
    for units in draw(st.lists(st.integers(0, 5), max_size=6)):
        numbers = st.lists(st.integers(0, 99), min_size=units, max_size=units)
        made.append(
            Encoding(
                np.array(draw(numbers), np.int32),
                np.array([draw(numbers), draw(numbers)], np.int32).reshape(2, units).T,
                np.array(draw(numbers), np.int32) % 2 == 0,
            )
        )
    return made


def same(one: Encoding, other: Encoding) -> bool:
    columns = ("ids", "spans", "placed")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in columns)


@given(rows(), st.data())
def test_rows_come_back(made: list[Encoding], data: st.DataObject) -> None:
    joined = Encodings.of(made)
    assert len(joined) == len(made)
    assert joined.lengths.tolist() == [len(row) for row in made]
    assert all(same(one, other) for one, other in zip(joined, made, strict=True))
    if made:
        assert same(joined[-1], made[-1])
        index = st.integers(0, len(made) - 1)
        chosen = data.draw(st.lists(index, max_size=8))
        some = joined[np.array(chosen, np.int64)]
        assert [same(a, made[k]) for a, k in zip(some, chosen, strict=True)] == [True] * len(chosen)
        low, high = sorted((data.draw(index), data.draw(index)))
        assert all(same(a, b) for a, b in zip(joined[low:high], made[low:high], strict=True))


@given(rows(), st.integers(0, 2), st.integers(0, 2))
def test_a_padded_batch_holds_each_row_and_nothing_else(
    made: list[Encoding], more_rows: int, more_units: int
) -> None:
    n_rows = len(made) + more_rows
    n_units = max(map(len, made), default=0) + more_units
    ids, mask = padded(Encodings.of(made), n_rows, n_units, 77)
    assert ids.shape == mask.shape == (n_rows, n_units)
    for row, (found, there) in enumerate(zip(ids.tolist(), mask.tolist(), strict=True)):
        units = made[row].ids.tolist() if row < len(made) else []
        assert found == [*units, *[77] * (n_units - len(units))]
        assert there == [True] * len(units) + [False] * (n_units - len(units))


def test_rows_that_do_not_fit_are_refused() -> None:
    one = Encodings.of([Encoding(IDS, SPANS, PLACED)])
    for shape in ((0, 3), (1, 2)):
        with pytest.raises(ValueError, match="1 rows of up to 3 units do not fit a batch of"):
            padded(one, *shape, 0)


@pytest.mark.parametrize("offsets", [[], [0], [0, 2], [1, 3], [0, 2, 1, 3]])
def test_offsets_that_do_not_cut_the_units_are_refused(offsets: list[int]) -> None:
    with pytest.raises(ValueError, match="do not cut 3 units into rows"):
        Encodings(IDS, np.array(offsets, np.int64), SPANS, PLACED)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 6)), max_size=8))
def test_positions_are_those_of_the_loop(spans: list[tuple[int, int]]) -> None:
    starts, lengths = np.array(spans, np.int64).reshape(-1, 2).T
    expected = [at for start, length in spans for at in range(start, start + length)]
    assert positions(starts, lengths).tolist() == expected


@pytest.mark.parametrize(
    ("spans", "placed", "wrong"),
    [
        ([(0, 2), (3, 5)], [True, True], None),
        ([(0, 2), (3, 5), (2, 3)], [True, True, False], None),
        ([(0, 2), (1, 2), (3, 5)], [True, True, True], None),  # units may overlap
        ([(0, 2)], [True], 3),  # known, and in no unit
        ([(0, 5)], [True], 2),  # the N in a unit
        ([(0, 2), (3, 6)], [True, True], 0),  # beyond the sequence
        ([(-1, 2), (3, 5)], [True, True], 0),
        ([(0, 2), (3, 5), (4, 4)], [True, True, True], 0),  # placed nowhere
    ],
)
def test_bases_that_an_encoding_misplaces(
    spans: list[tuple[int, int]], placed: list[bool], wrong: int | None
) -> None:
    known = np.array([True, True, False, True, True])
    row = Encoding(np.zeros(len(spans), np.int32), np.array(spans, np.int32), np.array(placed))
    fine = Encoding(np.zeros(1, np.int32), np.array([[0, 2]], np.int32), np.array([True]))
    alone = misplaced(Encodings.of([row]), known, np.array([5]))
    second = misplaced(
        Encodings.of([fine, row]), np.concatenate([np.ones(2, bool), known]), np.array([2, 5])
    )
    assert alone == (None if wrong is None else (0, wrong))
    assert second == (None if wrong is None else (1, wrong))


@st.composite
def nearly_tiled(draw: st.DrawFn) -> tuple[list[Encoding], list[int]]:
    """Rows whose placed units tile them, but for a place or two."""
    made, lengths = [], []
    for _ in range(draw(st.integers(0, 4))):
        sizes = draw(st.lists(st.integers(1, 4), max_size=4))
        edges = np.cumsum([0, *sizes]).astype(np.int32)
        empty = np.array([[0, 0]], np.int32)
        tiles = np.stack([edges[:-1], edges[1:]], axis=1)
        spans = np.concatenate([empty, tiles, empty + edges[-1]])
        placed = np.array([False, *[True] * len(sizes), False])
        made.append(Encoding(np.zeros(len(placed), np.int32), spans, placed))
        lengths.append(int(edges[-1]))
    whole = [(row, unit) for row in range(len(made)) for unit in range(len(made[row]))]
    for row, unit in draw(st.lists(st.sampled_from(whole), max_size=2)) if whole else []:
        what = draw(st.sampled_from(["placed", "start", "end", "length"]))
        if what == "placed":
            made[row].placed[unit] ^= True
        elif what == "length":
            lengths[row] += draw(st.sampled_from([-1, 1]))
        else:
            made[row].spans[unit, int(what == "end")] += draw(st.integers(-3, 3))
    return made, lengths


@given(nearly_tiled())
def test_tiles_are_those_that_a_walk_finds(case: tuple[list[Encoding], list[int]]) -> None:
    made, lengths = case
    sizes: list[int] = []
    tiled = bool(made)
    for row, length in zip(made, lengths, strict=True):
        at = 0
        for start, end in row.spans[row.placed].tolist():
            tiled &= start == at < end
            sizes.append(end - start)
            at = end
        tiled &= at == length > 0
    joined, wanted = Encodings.of(made), np.array(lengths, np.int64)
    for asked in (wanted, wanted + 1, wanted.copy()):  # other rows are another question
        found = joined.tile_sizes(asked)
        is_so = tiled and np.array_equal(asked, wanted)
        assert (None if found is None else found.tolist()) == (sizes if is_so else None)
