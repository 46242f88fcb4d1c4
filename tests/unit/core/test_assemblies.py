"""A genome is not taken for an assembly whose chromosomes have other lengths."""

from __future__ import annotations

import pytest

from gtrack.core.assemblies import LENGTHS, check_assembly
from gtrack.core.errors import InputError


@pytest.mark.parametrize("name", LENGTHS)
def test_an_assembly_is_itself_and_no_other(name: str) -> None:
    said = check_assembly(name, LENGTHS[name], LENGTHS[name])
    assert next(iter(LENGTHS[name])) in said
    assert said.endswith(f"in {name}")
    for other, lengths in LENGTHS.items():
        if other != name and set(lengths) & set(LENGTHS[name]):
            with pytest.raises(InputError, match=f"--genome {other}: .* name the assembly"):
                check_assembly(other, LENGTHS[name], LENGTHS[name])


def test_hg38_is_whole() -> None:
    assert len(LENGTHS["hg38"]) == 24
    assert sum(LENGTHS["hg38"].values()) == 3_088_269_832


def test_what_cannot_be_told_is_said() -> None:
    assert "could not be checked" in check_assembly("hg38", {"chrM": 16569}, ["chrM"])
    assert "could not be checked" in check_assembly("xenTro9", {"chr1": 5}, ["chr1"])


def test_names_must_be_those_of_ucsc_where_something_was_scanned() -> None:
    sizes = {"chr1": 248956422, "EBV": 171823}
    check_assembly("hg38", sizes, ["chr1"])
    with pytest.raises(InputError, match="UCSC has no 'EBV', which was scanned"):
        check_assembly("hg38", sizes, ["chr1", "EBV"])
    assert check_assembly("GCF_000001405.40", sizes, ["chr1", "EBV"])
