"""Names of assemblies, and a genome is not taken for one whose chromosomes have other lengths."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.assemblies import (
    ASSEMBLIES,
    Assembly,
    assembly_id,
    check_assembly,
    check_lengths,
    known_assembly,
    said_of_name,
)
from gtrack.core.errors import InputError

KNOWN = {each.id: each for each in ASSEMBLIES}
MEASURED = [each for each in ASSEMBLIES if each.lengths]


@pytest.mark.parametrize("known", MEASURED, ids=lambda each: each.id)
def test_an_assembly_is_itself_and_no_other(known: Assembly) -> None:
    said = check_lengths(known.id, known.lengths)
    assert said is not None
    assert next(iter(known.lengths)) in said
    assert said.endswith(f"in {known.id}")
    for other in MEASURED:
        if other is not known and set(known.lengths) & set(other.lengths):
            with pytest.raises(
                InputError, match=f"--genome {other.id}: .* those of {known.id}, or"
            ):
                check_lengths(other.id, known.lengths)


@pytest.mark.parametrize("known", MEASURED, ids=lambda each: each.id)
def test_names_of_ensembl_are_checked_as_those_of_ucsc(known: Assembly) -> None:
    bare = {chrom.removeprefix("chr"): size for chrom, size in known.lengths.items()}
    assert check_lengths(known.id, bare) is not None
    with pytest.raises(InputError, match="so it is another assembly"):
        check_lengths(known.id, {chrom: size + 1 for chrom, size in bare.items()})


def test_hg38_is_whole() -> None:
    lengths = KNOWN["hg38"].lengths
    assert len(lengths) == 24
    assert sum(lengths.values()) == 3_088_269_832


MEANT = {
    "hg38": "hg38 HG38 GRCh38 grch38 GRCh38.p14 hg38.p14 GRCh38p13 hg38.fa hg38.fa.gz hg38.2bit "
    "hs38DH b38 GRCh38_no_alt_analysis_set hg38.analysisSet hg38.chrom.sizes GRCh38.99 "
    "Homo_sapiens.GRCh38.dna.primary_assembly.fa GRCh38.primary_assembly.genome.fa",
    "hg19": "hg19 GRCh37 GRCh37.p13 b37 hs37d5 human_g1k_v37 1kg_v37",
    "hs1": "hs1 T2T-CHM13v2.0 chm13v2.0 T2T_CHM13",
    "mm39": "mm39 GRCm39 Mus_musculus.GRCm39",
    "mm10": "mm10 GRCm38 GRCm38.p6",
    "rn7": "mRatBN7.2",
    "rn6": "Rnor_6.0",
    "sacCer3": "sacCer3 SACCER3 R64-1-1 R64 S288C",
    "dm6": "dm6 BDGP6 BDGP6.32",
    "ce11": "ce11 WBcel235",
    "danRer11": "GRCz11",
    "GCF_000001735.4": "TAIR10 tair10 TAIR10.1 GCF_000001735.4",
    "custom": "custom CUSTOM",
    "myGenome": "myGenome",
    "mm10_transgene": "mm10_transgene",
    "GCF_1.2": "GCF_1.2",
    "hg99": "hg99",
}


@pytest.mark.parametrize(("used", "names"), MEANT.items(), ids=MEANT)
def test_what_names_mean(used: str, names: str) -> None:
    """Case 11."""
    for name in names.split():
        assert assembly_id(name) == used
        assert assembly_id(assembly_id(name)) == used
        said = said_of_name(name)
        if used != name:
            assert said == f"--genome {name}: taken as {used}, as UCSC and igv.js call it"
        else:
            unknown = used not in KNOWN and used not in ("custom", "GCF_1.2")
            assert (said is not None) == unknown


def test_no_name_means_two() -> None:
    for each in ASSEMBLIES:
        assert all(known_assembly(name) is each for name in (each.id, *each.names))


def test_an_unknown_name_says_what_it_means_and_what_was_meant() -> None:
    said = said_of_name("hg83")
    assert said is not None
    assert "did you mean hg38?" in said
    assert "a hub or a session opens only where UCSC or igv.js knows it" in said
    assert "did you mean" not in (said_of_name("quagga") or "")


@pytest.mark.parametrize(
    "name", ["", " ", "\n", "hg 38", "hg38\n", "hg38\ntrack x", "../x", "a/b", "\x1b[2J", "a" * 65]
)
def test_a_bad_name_is_refused_in_one_line(name: str) -> None:
    """Case 13."""
    with pytest.raises(InputError, match="--genome") as caught:
        assembly_id(name)
    assert str(caught.value).isprintable()
    assert "write a name like hg38" in str(caught.value)


@given(st.text(max_size=70))
def test_any_text_is_one_word_or_refused(name: str) -> None:
    try:
        used = assembly_id(name)
    except InputError:
        return
    assert used.isascii()
    assert not set(used) & set(" /\n\t\r\\'\"")
    assert 0 < len(used) <= 64


def test_what_cannot_be_told_is_said() -> None:
    assert "could not be checked" in check_assembly("hg38", {"chrM": 16569}, ["chrM"])
    assert "could not be checked" in check_assembly("xenTro9", {"chr1": 5}, ["chr1"])
    assert check_lengths("hg38", {"chrM": 16569}) is None
    assert check_lengths("xenTro9", {"chr1": 5}) is None


def test_names_must_be_those_of_ucsc_where_something_was_scanned() -> None:
    sizes = {"chr1": 248956422, "EBV": 171823}
    check_assembly("hg38", sizes, ["chr1"])
    with pytest.raises(InputError, match="UCSC has no 'EBV', which was scanned"):
        check_assembly("hg38", sizes, ["chr1", "EBV"])
    assert check_assembly("GCF_000001405.40", sizes, ["chr1", "EBV"])
