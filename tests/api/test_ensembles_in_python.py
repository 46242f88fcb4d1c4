"""Ensembles from Python: as on the command line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import gtrack
from tests.seeds import jittered


def test_a_scan_with_an_ensemble(inputs, make_cnn, tmp_path: Path) -> None:
    inputs.bed.write_text("chr2\t6000\t6300\tlong\t0\t+\n")
    first = make_cnn(tmp_path / "a")
    given = {
        **{"bed": inputs.bed, "fasta": inputs.fasta, "device": "cpu", "score_track": True},
        "models": {"a": first, "b": jittered(tmp_path / "b", first, 1)},
    }
    scan = gtrack.scan(**given, out=tmp_path / "out", ensembles={"both": ["b", "a"]})
    one, other, mean = (scan.values(name, "chr2", 6000, 6300) for name in ("a", "b", "both"))
    np.testing.assert_array_equal(mean, ((one.astype(float) + other) / 2).astype(np.float32))
    assert (scan.out / "tracks/both.score.bw").is_file()
    with pytest.raises(gtrack.InputError, match="ensembles q=a,z: the scan has no model z"):
        gtrack.scan(**given, out=tmp_path / "no", ensembles={"q": ["a", "z"]})
    with pytest.raises(gtrack.InputError, match="two models or more"):
        gtrack.scan(**given, out=tmp_path / "no", ensembles={"q": "a"})
    assert not (tmp_path / "no").exists()
