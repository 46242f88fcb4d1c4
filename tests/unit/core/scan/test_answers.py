"""Answers of batches, put back in place: the loop, for rows of one length and of many."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.encodings import Explained
from gtrack.core.scan.answers import Answers
from gtrack.core.scan.batches import cut_batches

lengths = st.lists(st.integers(1, 9), max_size=12)
equal = st.tuples(st.integers(1, 9), st.integers(1, 12)).map(lambda case: [case[0]] * case[1])


@given(sizes=st.one_of(lengths, equal), targets=st.integers(0, 3), seed=st.integers(0, 99))
def test_rows_are_where_they_were(sizes: list[int], targets: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = [rng.normal(size=(targets, size)) for size in sizes]
    logits = rng.normal(size=(len(sizes), 2))
    batches, said_by_batch = cut_batches(np.array(sizes, np.int64), 40), []
    for batch in batches:
        relevance = rng.normal(size=(targets, batch.n_rows, batch.n_units))  # padding is noise
        said = rng.normal(size=(batch.n_rows, 2))
        for at, row in enumerate(batch.rows.tolist()):
            relevance[:, at, : sizes[row]] = rows[row]
            said[at] = logits[row]
        said_by_batch.append(Explained(said, relevance))
    answers = Answers.of(batches, said_by_batch, np.array(sizes, np.int64), 2, targets)
    assert np.array_equal(answers.outputs, logits)
    assert np.array_equal(
        answers.relevance, np.concatenate([np.zeros((targets, 0)), *rows], axis=1)
    )
