"""The manifest against its JSON Schema, there and back."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gtrack.core.annotation_formats import ANNOTATION_FORMATS
from gtrack.core.errors import InputError
from gtrack.core.manifest import SCHEMA, completed
from gtrack.core.precision import PRECISIONS
from gtrack.core.strands import STRANDS
from gtrack.publish.manifest import SCHEMA_FILE, read_manifest, to_json
from gtrack.publish.session import igv_json, igv_xml
from tests.manifests import FOREIGN, MANIFEST, TRACKS, WITH_HITS


@pytest.fixture(scope="module")
def schema() -> Draft202012Validator:
    text = json.loads(SCHEMA_FILE.read_bytes())
    Draft202012Validator.check_schema(text)
    return Draft202012Validator(text)


def test_what_is_written_follows_the_schema(schema: Draft202012Validator) -> None:
    schema.validate(json.loads(to_json(MANIFEST)))
    bare = replace(
        MANIFEST,
        genome={**MANIFEST.genome, "fasta": None},
        job={**MANIFEST.job, "parameters": {}, "weights_sha256": "e" * 64},
        models=(
            {
                **MANIFEST.models[0],
                **{"labels": ("one",), "target": "one", "targets": ["one"]},
                "outputs": {"kind": "values", "said_by": "config"},
            },
        ),
        tracks=TRACKS[:1],
    )
    schema.validate(json.loads(to_json(bare)))


def test_the_schema_lists_what_the_tables_list() -> None:
    sections = json.loads(SCHEMA_FILE.read_bytes())["properties"]
    track = sections["tracks"]["items"]
    annotation = track["allOf"][2]
    assert annotation["if"]["properties"]["kind"] == {"const": "annotation"}
    assert annotation["then"]["properties"]["format"]["enum"] == list(ANNOTATION_FORMATS)
    *most, last = ANNOTATION_FORMATS
    described = track["properties"]["format"]["description"]
    assert described == f"{', '.join(most)} or {last}"
    model = sections["models"]["items"]["properties"]
    assert model["strands"]["enum"] == list(STRANDS)
    assert sections["job"]["properties"]["precision"]["enum"] == list(PRECISIONS)


def test_a_manifest_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(to_json(MANIFEST), encoding="utf-8")
    back = read_manifest(path)
    assert back == MANIFEST
    assert to_json(back) == to_json(MANIFEST)
    for whole in (WITH_HITS, FOREIGN):
        path.write_text(to_json(whole))
        assert read_manifest(path) == whole


def test_a_null_and_hits_follow_the_schema(schema: Draft202012Validator) -> None:
    record = json.loads(to_json(WITH_HITS))
    schema.validate(record)
    assert not {"null", "hits"} & json.loads(to_json(MANIFEST)).keys(), "what is not, is absent"
    for path in [
        ("null",),
        ("null", "models", 0),
        ("hits",),
        ("hits", "motifs"),
        ("hits", "models", 0),
    ]:
        for key in at(record, path):
            torn = json.loads(to_json(WITH_HITS))
            del at(torn, path)[key]
            assert not schema.is_valid(torn), f"{path} without {key}"
    optional = json.loads(to_json(WITH_HITS))
    optional["hits"]["models"][0]["candidates_bed"] = "hits/cnn.candidates.bed"
    optional["hits"]["models"][0]["loci"] = "hits/cnn.loci.narrowPeak"
    schema.validate(optional)


@pytest.mark.parametrize(
    "change",
    [{"format": "bigWig"}, {"records": -1}, {"kind": "relevance"}],
)
def test_a_track_of_hits_is_no_bigwig(schema: Draft202012Validator, change: dict[str, Any]) -> None:
    record = json.loads(to_json(WITH_HITS))
    next(track for track in record["tracks"] if track["kind"] == "hits").update(change)
    assert not schema.is_valid(record)


def test_equal_manifests_are_equal_bytes() -> None:
    text = to_json(MANIFEST)
    assert to_json(replace(MANIFEST)) == text
    assert text.isascii()
    assert text.endswith("}\n")
    assert json.loads(text)["schema"] == SCHEMA


def objects(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every object with fixed keys in a manifest."""
    if isinstance(value, list):
        return [found for i, item in enumerate(value) for found in objects(item, (*path, i))]
    if not isinstance(value, dict):
        return []
    inside = [found for key, item in value.items() for found in objects(item, (*path, key))]
    return [path, *inside] if path != ("versions",) else []


def at(record: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        record = record[step]
    return record


NEW = {"unit", "outputs", "targets", "parameters", "said_by", "alibi_rule"}
"""What manifests of gtrack 0.1 do not say, and so no manifest needs to."""


def test_every_key_of_the_first_version_is_required(schema: Draft202012Validator) -> None:
    paths = objects(json.loads(to_json(MANIFEST)))
    assert len(paths) == 15
    for path in paths:
        for key in at(json.loads(to_json(MANIFEST)), path):
            record = json.loads(to_json(MANIFEST))
            del at(record, path)[key]
            assert schema.is_valid(record) == (key in NEW), f"{path} without {key}"


def strange(value: Any) -> Any:
    """Return a record with an unknown key in every object, and a track of an unknown kind."""
    if isinstance(value, list):
        return [strange(each) for each in value]
    if not isinstance(value, dict):
        return value
    more: dict[str, Any] = {"colour": {"of": ["red", None, 3]}, "__proto__": {"kind": "hits"}}
    if "plan_sha256" in value:
        track = {"name": "s", "kind": "weather", "format": "tsv", "url": "s.tsv", "model": "cnn"}
        value = {**value, "tracks": [track, *value["tracks"]]}
    return {key: strange(each) for key, each in value.items()} | more


def test_unknown_keys_and_kinds_of_tracks_are_passed_over(tmp_path: Path) -> None:
    record = json.loads(to_json(WITH_HITS))
    path = tmp_path / "manifest.json"
    plain = WITH_HITS.versions, WITH_HITS.models[0]["parameters"], WITH_HITS.job["parameters"]
    wild = strange(record) | {"versions": record["versions"]}
    wild["models"][0]["parameters"], wild["job"]["parameters"] = plain[1:]
    path.write_text(json.dumps(wild))
    read = read_manifest(path)
    assert [track.name for track in read.tracks] == [track.name for track in WITH_HITS.tracks]
    assert read.locus.items() >= WITH_HITS.locus.items()
    assert igv_json(read) == igv_json(WITH_HITS)
    assert igv_xml(read) == igv_xml(WITH_HITS)


OLD = Path(__file__).resolve().parents[2] / "fixtures" / "gtrack-0.1.0"
"""A folder that gtrack 0.1.0 made."""


def test_a_manifest_of_the_first_version_says_what_it_meant() -> None:
    assert not NEW & json.loads((OLD / "manifest.json").read_text())["models"][1].keys()
    read = read_manifest(OLD / "manifest.json")
    assert [model["unit"] for model in read.models] == ["base", "token"]
    assert [model["parameters"] for model in read.models] == [{}, {"alibi_rule": "absorb"}]
    assert [model["targets"] for model in read.models] == [["site"], ["site"]]
    assert {model["outputs"]["kind"] for model in read.models} == {"classes"}
    shared = '   "autoscaleGroup": "relevance",\n'  # now each model has a scale of its own
    one_row = '   "height": 42,\n'
    two_rows = '   "height": 60,\n   "margin": 4,\n   "expandedRowHeight": 28,\n'
    old = (OLD / "igv_session.json").read_text().replace(shared, "")
    assert igv_json(read) == old.replace(one_row, two_rows)
    drawn = ET.parse(OLD / "igv_session.xml").getroot()
    assert paths(ET.fromstring(igv_xml(read))) == paths(drawn), "another picture of the same files"


def paths(session: ET.Element) -> set[str | None]:
    """Return the files that an XML session lists."""
    return {resource.get("path") for resource in session.iter("Resource")}


def test_one_output_of_the_first_version_was_a_label() -> None:
    model = {"kind": "cnn", "labels": ["score"], "target": "score"}
    assert completed(model, {})["outputs"]["kind"] == "labels"
    assert completed(model | {"unit": "token"}, {})["unit"] == "token", "what is said stays"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema",), "gtrack-manifest/2"),
        (("plan_sha256",), "D" * 64),
        (("genome", "bases"), 0),
        (("genome", "sizes_sha256"), "a" * 63),
        (("models",), []),
        (("models", 0, "name"), "a b"),
        (("models", 0, "labels"), []),
        (("models", 0, "strands"), "+"),
        (("models", 0, "window_bp"), 1.5),
        (("tracks",), []),
        (("tracks", 0, "url"), "/tracks/a.bw"),
        (("tracks", 0, "url"), "tracks/../../a.bw"),
        (("tracks", 0, "url"), "http://host/a.bw"),
        (("tracks", 0, "name"), "cnn\n"),  # not even at the end
        (("tracks", 0, "url"), "tracks/a.bw\n"),
        (("tracks", 0, "p99"), -1),
        (("tracks", 0, "format"), "bigBed"),
        (("job", "precision"), "fp16"),
        (("job", "device_kind"), "cuda:0"),
        (("regions", "scanned"), 0),
        (("versions", "torch"), 2),
    ],
)
def test_what_breaks_the_schema(
    schema: Draft202012Validator, path: tuple[Any, ...], value: Any
) -> None:
    record = json.loads(to_json(MANIFEST))
    at(record, path[:-1])[path[-1]] = value
    assert not schema.is_valid(record)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "[1]", '"x"', "3", "null", "{}", '{"tracks": []}', "\x00"]
)
def test_what_is_no_manifest_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(text)
    with pytest.raises(InputError, match="not a gtrack manifest"):
        read_manifest(path)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_bytes(b'{"schema": "\xff"}')
    with pytest.raises(InputError, match="not a gtrack manifest"):
        read_manifest(path)


def test_another_schema_is_named(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(to_json(MANIFEST).replace(SCHEMA, "gtrack-manifest/9"))
    with pytest.raises(InputError, match=r"'gtrack-manifest/9', but .* 'gtrack-manifest/1'"):
        read_manifest(path)


def test_without_a_file_it_is_no_finished_scan(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no manifest: No such file or directory; is this"):
        read_manifest(tmp_path / "manifest.json")


@pytest.mark.parametrize(
    "change",
    [
        lambda r: r.pop("versions"),
        lambda r: r["tracks"][0].pop("url"),
        lambda r: r["tracks"][0].update(url="/etc/a.bw"),
        lambda r: r["tracks"][0].update(url=3),
        lambda r: r.update(tracks=3),
        lambda r: r.update(tracks=["a"]),
        lambda r: r.update(models=None),
    ],
)
def test_a_torn_manifest_is_refused(tmp_path: Path, change: Callable[[Any], None]) -> None:
    record = json.loads(to_json(MANIFEST))
    change(record)
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(record))
    with pytest.raises(InputError, match="not a whole gtrack-manifest/1 manifest"):
        read_manifest(path)
