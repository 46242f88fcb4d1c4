"""IGV sessions, and the fixture by which the plugin's twin is held to the same objects."""

from __future__ import annotations

import json
import os
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from gtrack.core.manifest import RunManifest, TrackSpec
from gtrack.core.targets import name_targets, track_url
from gtrack.publish.manifest import read_manifest, to_json
from gtrack.publish.session import LETTERS, POSITIVE, igv_json, igv_xml, locus_text
from tests.manifests import FOREIGN, MANIFEST, TRACKS, WITH_HITS

FIXTURES = Path(__file__).resolve().parents[3] / "igv_plugin" / "test" / "fixtures"
"""What the plugin's tests read; GTRACK_WRITE_FIXTURES=1 writes it anew."""

LABELS = (
    "H3K4me3=high",
    "</script><script>alert(1)</script>",
    "a\n\x1b\u202e\ud800é",
    "__proto__",
    "",
)


def of_targets() -> RunManifest:
    """Return a scan of one model with several targets, and of a regression of another package."""
    model = {
        **MANIFEST.models[0],
        **{"labels": [*LABELS, "other"], "target": LABELS[0], "targets": [*LABELS]},
        "outputs": {"kind": "labels", "said_by": "config"},
    }
    other = {
        **{**model, "name": "m", "kind": "k-mers", "labels": ["x"], "target": "x"},
        **{"targets": ["x"], "outputs": {"kind": "values", "said_by": "rule"}},
    }
    explained = name_targets([("cnn", range(len(LABELS)), LABELS), ("m", (0,), ("x",))])
    tracks = [
        TrackSpec(
            each.stem + end.replace(".", "-"),
            "relevance" + end.replace(".", "-"),
            "bigWig",
            track_url(each.stem + end),
            each.model,
            each.among,
            **{"p99": 0.25, "largest": 0.5, "bases": 9, "peak": MANIFEST.locus},
        )
        for each in explained
        for end in ("", ".forward", ".reverse")
    ]
    hits = [
        TrackSpec(
            f"{each.stem}-hits",
            "hits",
            "bigBed",
            f"hits/{quote(each.stem)}.hits.bb",
            each.model,
            each.among,
            records=1,
        )
        for each in explained
    ]
    return replace(MANIFEST, models=(model, other), tracks=(*tracks, *hits))


def of_ensembles() -> RunManifest:
    """Return a scan with tracks of scores, and an ensemble that has hits."""
    one = TRACKS[0]
    models = [{**MANIFEST.models[0], "name": name} for name in ("cnn", "two", "both")]
    models[2] = {**models[2], "kind": "ensemble", "members": ["cnn", "two"]}
    relevance = [
        replace(one, name=name, model=name, url=f"tracks/{name}.relevance.bw")
        for name in ("cnn", "two", "both")
    ]
    hits = [
        TrackSpec(f"{n}-hits", "hits", "bigBed", f"hits/{n}.hits.bb", n, records=1)
        for n in ("cnn", "both")
    ]
    beside = [("both", "sd"), ("both", "agreement"), ("cnn", "score"), ("both", "score")]
    others = [
        TrackSpec(
            *(f"{name}-{kind}", kind, "bigWig", f"tracks/{name}.{kind}.bw", name),
            largest=0.5,
            bases=9,
            unit=None if kind == "agreement" else "logit",
        )
        for name, kind in beside
    ]
    assert WITH_HITS.hits is not None
    entry = WITH_HITS.hits["models"][0]
    called = [{**entry, "model": name} for name in ("cnn", "both")]
    return replace(
        WITH_HITS,
        models=tuple(models),
        tracks=(*relevance, *hits, *others),
        hits={**WITH_HITS.hits, "models": called},
    )


CASES = {
    "targets": of_targets(),
    "ensembles": of_ensembles(),
    "full": WITH_HITS,
    "foreign": FOREIGN,
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


def kind_of(track: dict[str, Any]) -> str | None:
    kind: str | None = track.get("gtrack", {}).get("kind")
    return kind


def test_relevance_is_letters_each_on_a_scale_of_its_own() -> None:
    drawn = [track for track in tracks(WITH_HITS) if "gtrack" in track and "p99" in track["gtrack"]]
    assert {track["graphType"] for track in drawn} == {"dynseq"}
    assert all(track["autoscale"] and "autoscaleGroup" not in track for track in drawn)
    assert [track["gtrack"]["p99"] for track in drawn] == [0.25] * 3


def test_several_targets_are_named_by_their_labels_and_values_say_so() -> None:
    shown = [(track["name"], track["gtrack"]["model"]) for track in tracks(CASES["targets"])]
    for label in LABELS:
        title = f"cnn: {label}"
        ends = ("", " (forward)", " (reverse)", " hits")
        assert [(title + end, title) for end in ends] == [s for s in shown if s[1] == title]
    units = {t["gtrack"].get("unit") for t in tracks(CASES["targets"]) if "m" in t["name"][:1]}
    assert units == {"value"}
    units = [track.get("gtrack", {}).get("unit") for track in tracks(WITH_HITS)]
    assert set(units) == {None}, "logits go unsaid"


def test_a_score_is_bars_on_a_scale_of_its_own_and_no_relevance() -> None:
    shown = {track["name"]: track for track in tracks(CASES["ensembles"])}
    score = shown["cnn score (logit)"]
    assert score["autoscale"]
    assert "gtrack" not in score, "no letters, no threshold, no difference"
    assert (shown["both sign agreement"]["min"], shown["both sign agreement"]["max"]) == (0, 1)
    assert shown["both"]["gtrack"]["sd"] == shown["both sd of members (logit)"]["url"]
    assert "sd" not in shown["cnn"]["gtrack"]
    root = ET.fromstring(igv_xml(CASES["ensembles"]))
    bars = {t.attrib["name"]: t.attrib for t in root.iter("Track") if "renderer" in t.attrib}
    assert bars["cnn score (logit)"]["autoScale"] == "true"


def test_ensembles_stand_apart_for_readers_that_do_not_know_them(tmp_path: Path) -> None:
    case, path = CASES["ensembles"], tmp_path / "manifest.json"
    text = to_json(case)
    record = json.loads(text)
    assert [model["name"] for model in record["models"]] == ["cnn", "two"]
    assert [entry["model"] for entry in record["hits"]["models"]] == ["cnn"]
    known = ("relevance", "relevance-forward", "relevance-reverse", "hits", "annotation")
    assert {t["model"] for t in record["tracks"] if t["kind"] in known} == {"cnn", "two"}
    path.write_text(text)
    back = read_manifest(path)
    assert back.models == case.models
    assert back.tracks == case.tracks
    assert back.hits == case.hits
    assert to_json(back) == text
    without = replace(case, hits=None, tracks=[t for t in case.tracks if t.kind != "hits"])
    assert "hits" not in json.loads(to_json(without))["ensembles"]


def test_the_xml_has_file_paths_and_no_control_character() -> None:
    root = ET.fromstring(igv_xml(CASES["targets"]))
    paths = {resource.attrib["path"] for resource in root.iter("Resource")}
    assert "tracks/cnn.H3K4me3%3Dhigh.forward.relevance.bw" in paths
    assert "hits/cnn..hits.bb" in paths, "a label may be empty"
    names = [track.attrib["name"] for track in root.iter("Track")]
    afar = " (zoomed out: max, min)"
    assert {f"cnn: __proto__{afar}", f"cnn: {LABELS[1]} hits"} <= set(names)
    assert all(name.isprintable() for name in names)


def test_hits_keep_their_own_colours() -> None:
    (hits,) = [t for t in tracks(WITH_HITS) if kind_of(t) == "hits"]
    assert "color" not in hits
    assert hits["format"] == "bigbed"


def test_only_a_tabix_file_is_indexed() -> None:
    genes, peaks, wide = [t for t in tracks(WITH_HITS) if kind_of(t) == "annotation"]
    for each in (genes, peaks, wide):
        assert each["height"] == each["margin"] + 2 * each["expandedRowHeight"], "two rows"
    assert genes["indexed"] is False
    assert "indexURL" not in genes
    assert peaks["indexURL"] == peaks["url"] + ".tbi"
    assert {each.get("delimiter") for each in (genes, peaks, wide)} == {"\t"}


def test_a_signal_is_bars_on_a_scale_of_its_own() -> None:
    (atac,) = [track for track in tracks(WITH_HITS) if track["name"] == "atac"]
    assert (atac["type"], atac["format"], atac["autoscale"]) == ("wig", "bigwig", True)
    assert not {"graphType", "autoscaleGroup", "gtrack"} & set(atac), "stock igv.js draws it"
    xml = ET.fromstring(igv_xml(WITH_HITS))
    (drawn,) = [each for each in xml.iter("Track") if each.attrib["name"] == "atac"]
    assert drawn.attrib["autoScale"] == "true"
    assert drawn.find("DataRange") is None


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


def test_the_xml_lists_every_file() -> None:
    root = ET.fromstring(igv_xml(WITH_HITS))
    assert root.attrib["genome"] == "genome/genome.fa"
    listed = [resource.attrib["path"] for resource in root.iter("Resource")]
    relevance = [track.url for track in WITH_HITS.tracks if track.is_relevance]
    once = [track.url for track in WITH_HITS.tracks] + ["regions.bed"]
    assert listed == once + relevance, "the second time after all others: IGV loads in threads"
    shown = {track.attrib["id"] for track in root.iter("Track") if "clazz" not in track.attrib}
    assert shown == set(once) | {f"{url}/." for url in relevance}


def test_from_afar_the_xml_shows_the_largest_and_the_smallest() -> None:
    """Named by what IGV finds apart, and by nothing that it takes for a file."""
    root = ET.fromstring(igv_xml(WITH_HITS))
    merged = [track for track in root.iter("Track") if "clazz" in track.attrib]
    assert len(merged) == 3
    files = {Path(resource.attrib["path"]).name for resource in root.iter("Resource")}
    assert not {Path(track.attrib["id"]).name for track in merged} & files
    for track in merged:
        assert track.attrib["name"].endswith("(zoomed out: max, min)")
        largest, smallest = track.findall("Track")
        assert smallest.attrib["id"] == largest.attrib["id"] + "/."
        said = [each.attrib["windowFunction"] for each in (largest, smallest)]
        assert said == ["max", "min"]
        assert [each.attrib["color"] for each in (largest, smallest)] == [POSITIVE] * 2


def test_the_xml_draws_each_model_on_its_own_symmetric_scale() -> None:
    weak = [replace(track, largest=0.5) for track in CASES["targets"].tracks[:3]]
    strong = [replace(weak[0], name="m", url="tracks/m.bw", model="m", target=None, largest=2.0)]
    weak[1] = replace(weak[1], largest=0.75)
    root = ET.fromstring(igv_xml(replace(CASES["targets"], tracks=(*weak, *strong))))
    ends = [(scale.get("minimum"), scale.get("maximum")) for scale in root.iter("DataRange")]
    assert ends == [("-0.75", "0.75")] * 6 + [("-2", "2")] * 2, "strands of one target share it"


def test_the_xml_below_an_address_has_addresses_alone() -> None:
    base = "https://your.host/a%20scan/"
    root = ET.fromstring(igv_xml(CASES["targets"], base))
    named = [each.attrib["path"] for each in root.iter("Resource")]
    named += [each.attrib["id"] for each in root.iter("Track") if "clazz" not in each.attrib]
    assert all(each.startswith(base) for each in [*named, root.attrib["genome"]])
    assert f"{base}tracks/cnn.H3K4me3%253Dhigh.forward.relevance.bw" in named, "encoded"
    assert {each.partition("#")[2] for each in named} == {"", "smallest"}
    assert ET.fromstring(igv_xml(CASES["known"], base)).attrib["genome"] == "hg38"


def test_a_hostile_chromosome_stays_text() -> None:
    name = "\"><script>&'"
    hostile = replace(MANIFEST, locus={"chrom": name, "start": 0, "end": 9})
    assert ET.fromstring(igv_xml(hostile)).attrib["locus"] == f"{name}:1-9"
    assert json.loads(igv_json(hostile))["locus"] == f"{name}:1-9"


def test_letters_have_five_colours() -> None:
    assert len(set(LETTERS.values())) == len(LETTERS) == 5
