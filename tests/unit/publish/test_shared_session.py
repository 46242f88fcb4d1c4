"""Sessions with addresses of a web host: those of the scan, each file below one address."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import Any

import pytest

from gtrack.core.manifest import RunManifest, TrackSpec
from gtrack.core.targets import name_targets, path_of, track_url
from gtrack.publish.session import igv_json, igv_xml, locus_text
from gtrack.publish.shared_session import shared_files, shared_json, shared_xml
from tests.manifests import FOREIGN, MANIFEST, WITH_HITS

BASE = "https://h.org/a+b/%C3%BC/"
LABELS = ("H3K4me3=high", "</script><script>alert(1)</script>", "a\n\x1b\ud800é", "")


def of_genome(**facts: Any) -> RunManifest:
    """Return a scan of a genome with other facts."""
    return replace(WITH_HITS, genome={**MANIFEST.genome, **facts})


def of_targets() -> RunManifest:
    """Return a scan of one model with targets whose labels must be encoded, twice in a URL."""
    model = {**MANIFEST.models[0], "labels": [*LABELS], "target": LABELS[0], "targets": [*LABELS]}
    tracks = [
        TrackSpec(
            each.stem, "relevance", "bigWig", track_url(each.stem), each.model, each.among,
            p99=0.25, largest=0.5, bases=9, peak=MANIFEST.locus,
        )
        for each in name_targets([("cnn", range(len(LABELS)), LABELS)])
    ]  # fmt: skip
    return replace(MANIFEST, models=(model,), tracks=tuple(tracks))


CASES = {
    "targets": of_targets(),
    "full": WITH_HITS,
    "foreign": FOREIGN,
    "packed": of_genome(fasta="genome/genome.fa.gz"),
    "large": of_genome(fasta=None),
    "odd": of_genome(aliases="genome/chromAlias.txt"),
    "known": of_genome(id="hg38", fasta=None),
}


def without_base(record: Any) -> Any:
    """Return a session as it is beside its files."""
    if isinstance(record, dict):
        return {key: without_base(value) for key, value in record.items()}
    if isinstance(record, list):
        return list(map(without_base, record))
    return record.removeprefix(BASE) if isinstance(record, str) else record


def addresses(record: Any) -> set[str]:
    """Return all addresses in a session."""
    if isinstance(record, dict | list):
        values = record.values() if isinstance(record, dict) else record
        return set().union(*map(addresses, values))
    return {record} if isinstance(record, str) and record.startswith("http") else set()


@pytest.mark.parametrize("name", CASES)
def test_it_is_the_session_of_the_scan_below_the_address(name: str) -> None:
    manifest = CASES[name]
    shared = json.loads(shared_json(manifest, BASE))
    assert without_base(shared) == json.loads(igv_json(manifest))
    read = {BASE + url for url in shared_files(manifest)} | {BASE + "manifest.json"}
    assert addresses(shared) == read


@pytest.mark.parametrize("name", CASES)
def test_the_xml_names_addresses_and_nothing_else_is_changed(name: str) -> None:
    manifest = CASES[name]
    own = ET.fromstring(igv_xml(manifest))
    shared = ET.fromstring(shared_xml(manifest, BASE))
    urls = {track.url for track in manifest.tracks} | {manifest.regions["url"]}
    twice = {f"{track.url}#smallest" for track in manifest.tracks if track.is_relevance}
    listed = {each.attrib["path"] for each in shared.iter("Resource")}
    assert listed == {BASE + url for url in urls | twice}
    for mine, theirs in zip(own.iter(), shared.iter(), strict=True):
        assert (mine.tag, set(mine.attrib)) == (theirs.tag, set(theirs.attrib))
        for key, value in mine.attrib.items():
            said = theirs.attrib[key]
            url = said.removeprefix(BASE).removesuffix("#smallest")
            assert said == value or path_of(url) == value.removesuffix("/.")
    fasta = manifest.genome["fasta"]
    assert shared.attrib["genome"] == (BASE + fasta if fasta else manifest.genome["id"])


def test_what_goes_to_the_host() -> None:
    listed = [*shared_files(WITH_HITS)]
    assert len(set(listed)) == len(listed)
    assert {"regions.bed", "genome/genome.fa", "genome/genome.fa.fai"} <= set(listed)
    assert any(url.endswith(".tbi") for url in listed), "the index of an annotation"
    assert "genome/chrom.sizes" not in listed
    assert "genome/chrom.sizes" in {*shared_files(CASES["large"])}
    assert not [url for url in shared_files(CASES["known"]) if url.startswith("genome/")]


@pytest.mark.parametrize("chrom", ["HLA-A*01:01:01:01", 'a"><b', "chr1"])
def test_odd_names_of_sequences(chrom: str) -> None:
    odd: RunManifest = replace(MANIFEST, locus={"chrom": chrom, "start": 0, "end": 9})
    locus = json.loads(shared_json(odd, BASE))["locus"]
    assert locus == (f"{chrom}\t1\t9" if ":" in chrom else f"{chrom}:1-9")
    assert ET.fromstring(shared_xml(odd, BASE)).attrib["locus"] == locus_text(odd.locus)
