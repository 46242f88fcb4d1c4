"""Annotations given to gtrack evaluate: a signal is passed over; why there is no number is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gtrack.core.errors import InputError
from gtrack.workflows.evaluating.annotated import check_annotations, hits_on, passed_over
from gtrack.workflows.evaluating.job import EvaluateJob


def test_a_signal_is_passed_over_and_said() -> None:
    job = EvaluateJob(Path("out"), annotations=(("atac", Path("x.bw")), ("chip", Path("y.bigWig"))))
    assert check_annotations(job, None) == {}, "and bedtools is not needed"
    said = passed_over(job)
    assert len(said) == 2
    assert said[0].startswith("--annotation atac=x.bw: a signal has no features")
    assert passed_over(EvaluateJob(Path("out"), annotations=(("g", Path("g.bed")),))) == []


def test_a_name_given_twice_is_refused_whatever_it_is() -> None:
    job = EvaluateJob(Path("out"), annotations=(("a", Path("x.bw")), ("a", Path("y.bw"))))
    with pytest.raises(InputError, match="the name is given twice"):
        check_annotations(job, None)


def test_without_hits_it_is_not_relevance_that_is_missing() -> None:
    inside = [np.array([True, False, False])]
    assert hits_on([np.zeros(3)], inside, 0).reason == "there is no hit"
    assert hits_on([np.array([1.0, 0.0, 0.0])], inside, 0).reason == ""
