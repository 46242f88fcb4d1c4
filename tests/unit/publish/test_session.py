"""IGV sessions, and the fixture by which the plugin's twin is held to the same objects."""

from __future__ import annotations

import json
import os
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gtrack.core.manifest import RunManifest
from gtrack.publish.manifest import to_json
from gtrack.publish.session import LETTERS, igv_json, igv_xml, locus_text
from tests.unit.publish.test_manifest import MANIFEST, WITH_HITS

FIXTURES = Path(__file__).resolve().parents[3] / "igv_plugin" / "test" / "fixtures"
"""What the plugin's tests read; GTRACK_WRITE_FIXTURES=1 writes it anew."""

CASES = {
    "full": WITH_HITS,
    "packed": replace(WITH_HITS, genome={**MANIFEST.genome, "fasta": "genome/genome.fa.gz"}),
    "large": replace(MANIFEST, genome={**MANIFEST.genome, "fasta": None}),
    "known": replace(MANIFEST, genome={**MANIFEST.genome, "id": "hg38", "fasta": None}),
}


@pytest.mark.parametrize("name", CASES)
def test_the_plugin_reads_what_is_written_here(name: str) -> None:
    for kind, text in (("manifest", to_json(CASES[name])), ("session", igv_json(CASES[name]))):
        path = FIXTURES / f"{name}.{kind}.json"
        if os.environ.get("GTRACK_WRITE_FIXTURES"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        assert path.read_text() == text


def tracks(manifest: RunManifest) -> list[dict[str, Any]]:
    return list(json.loads(igv_json(manifest))["tracks"])


def test_relevance_is_letters_on_one_scale() -> None:
    drawn = [track for track in tracks(WITH_HITS) if track["type"] == "wig"]
    assert {track["graphType"] for track in drawn} == {"dynseq"}
    assert len({track["autoscaleGroup"] for track in drawn}) == 1
    assert [track["gtrack"]["p99"] for track in drawn] == [0.25] * 3


def test_hits_keep_their_own_colours() -> None:
    (hits,) = [track for track in tracks(WITH_HITS) if track["gtrack"]["kind"] == "hits"]
    assert "color" not in hits
    assert hits["format"] == "bigbed"


def test_only_a_tabix_file_is_indexed() -> None:
    genes, peaks = (t for t in tracks(WITH_HITS) if t["gtrack"]["kind"] == "annotation")
    assert genes["indexed"] is False
    assert "indexURL" not in genes
    assert peaks["indexURL"] == peaks["url"] + ".tbi"


def test_a_place_is_said_from_one() -> None:
    assert locus_text({"chrom": "chr1", "start": 0, "end": 140}) == "chr1:1-140"


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("full", {"id": "custom", "name": "custom", "fastaURL": "genome/genome.fa"}),
        ("packed", {"compressedIndexURL": "genome/genome.fa.gz.gzi"}),
        ("large", {"format": "chromsizes", "fastaURL": "genome/chrom.sizes"}),
    ],
)
def test_the_genome_is_named(case: str, said: dict[str, str]) -> None:
    session = json.loads(igv_json(CASES[case]))
    assert said.items() <= session["reference"].items()
    assert session["loadDefaultGenomes"] is False


def test_a_known_genome_goes_by_its_id() -> None:
    session = json.loads(igv_json(CASES["known"]))
    assert session["genome"] == "hg38"
    assert not {"reference", "loadDefaultGenomes"} & set(session)


def test_the_xml_is_symmetric_and_whole() -> None:
    root = ET.fromstring(igv_xml(WITH_HITS))
    assert root.attrib["genome"] == "genome/genome.fa"
    listed = {resource.attrib["path"] for resource in root.iter("Resource")}
    assert listed == {track.url for track in WITH_HITS.tracks} | {"regions.bed"}
    assert {track.attrib["id"] for track in root.iter("Track")} == listed
    for scale in root.iter("DataRange"):
        assert float(scale.attrib["minimum"]) == -float(scale.attrib["maximum"]) == -0.75


def test_a_hostile_chromosome_stays_text() -> None:
    name = "\"><script>&'"
    hostile = replace(MANIFEST, locus={"chrom": name, "start": 0, "end": 9})
    assert ET.fromstring(igv_xml(hostile)).attrib["locus"] == f"{name}:1-9"
    assert json.loads(igv_json(hostile))["locus"] == f"{name}:1-9"


def test_letters_have_five_colours() -> None:
    assert len(set(LETTERS.values())) == len(LETTERS) == 5
