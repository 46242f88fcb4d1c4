from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.scan.cutouts import Cutout, at_observed, one_hot, relevance


@given(
    st.text("ACGTN", min_size=1, max_size=40),
    st.integers(1, 30),
    st.lists(st.integers(-29, 39), min_size=1, max_size=5),
)
def test_arrays_are_those_of_the_chromosome_base_by_base(
    chrom: str, width: int, wished: list[int]
) -> None:
    # a window is around a region, so that some of it lies on the chromosome
    starts = [max(1 - width, min(start, len(chrom) - 1)) for start in wished]
    track = np.arange(len(chrom), dtype=np.float32) - 3
    track[::4] = np.nan
    cutouts = [Cutout("c", start, width, len(chrom)) for start in starts]
    parts = [slice(*each.inside) for each in cutouts]
    bases = one_hot(cutouts, [chrom[part] for part in parts])
    values, missing = relevance(cutouts, [track[part] for part in parts])
    observed = at_observed(bases, values)
    assert (bases.dtype, values.dtype, observed.dtype) == (np.int8, np.float32, np.float32)
    without = 0
    for row, start in enumerate(starts):
        for at in range(width):
            there = 0 <= start + at < len(chrom)
            value = track[start + at] if there else np.nan
            without += int(np.isnan(value))
            assert values[row, at] == np.nan_to_num(value)
            for k, base in enumerate("ACGT"):
                is_it = there and chrom[start + at] == base
                assert bases[row, k, at] == is_it
                assert observed[row, k, at] == (values[row, at] if is_it else 0)
    assert missing == without
    assert sum(each.beyond for each in cutouts) == sum(
        not 0 <= start + at < len(chrom) for start in starts for at in range(width)
    )
