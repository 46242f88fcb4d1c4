"""A bigWig of others cut to some chromosomes: the values stay bit by bit, gaps included."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyBigWig
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gtrack.io.bigwig import BigWigReader, cut_bigwig

RUNS = st.lists(
    st.tuples(st.integers(1, 30), st.integers(1, 40), st.floats(-9, 9, width=32)), min_size=1
)


@given(st.lists(RUNS, min_size=1, max_size=4), st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_values_stay(tmp_path: Path, chroms: list, data: st.DataObject) -> None:
    source, target = tmp_path / "a.bw", tmp_path / "b.bw"
    sizes = {
        f"c{at}": sum(gap + bases for gap, bases, _ in runs) + 5 for at, runs in enumerate(chroms)
    }
    with pyBigWig.open(str(source), "w") as file:
        file.addHeader(list(sizes.items()))
        for (chrom, _), runs in zip(sizes.items(), chroms, strict=True):
            end = 0
            for gap, bases, value in runs:
                start, end = end + gap, end + gap + bases
                file.addEntries([chrom], [start], ends=[end], values=[value])
    kept = data.draw(st.lists(st.sampled_from([*sizes]), min_size=1, unique=True))
    cut_bigwig(source, target, {"elsewhere": 9, **{chrom: sizes[chrom] for chrom in kept}})
    with BigWigReader(source) as theirs, BigWigReader(target) as ours:
        assert ours.chrom_sizes == {chrom: sizes[chrom] for chrom in kept}
        for chrom in kept:
            assert theirs.has_values(chrom)
            found = [each.values(chrom, 0, sizes[chrom]) for each in (theirs, ours)]
            np.testing.assert_array_equal(*found)


def test_a_chromosome_that_is_not_there_has_no_value(tmp_path: Path) -> None:
    with pyBigWig.open(str(tmp_path / "a.bw"), "w") as file:
        file.addHeader([("c", 50), ("d", 60)])
        file.addEntries(["c"], [5], ends=[9], values=[1.5])
    with BigWigReader(tmp_path / "a.bw") as reader:
        assert (reader.has_values("c"), reader.has_values("d")) == (True, False)
        assert np.isnan(reader.values_or_none("x", 3, 7)).tolist() == [True] * 4
        assert reader.values_or_none("c", 8, 10)[0] == 1.5
