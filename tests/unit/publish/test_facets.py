"""Many tracks: UCSC's faceted composite, whose tracks and table are tied by their names."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.publish.hub.check import check_hub
from gtrack.publish.hub.document import Hub, hub_text
from gtrack.publish.hub.facets import TABLE, in_facets, table_text
from gtrack.publish.hub.labels import SHORT
from gtrack.publish.hub.reading import HubFiles
from gtrack.publish.stanzas import read_stanzas
from tests.hubs import HOSTILE, files_of, make_hub, parse, spec


def series(models: int, *, hits: bool = True, beside: bool = False) -> Hub:
    specs = []
    for name in (f"m{at}" for at in range(models)):
        specs.append(spec(name, model=name))
        if hits:
            specs.append(spec(f"{name}-hits", "hits", name))
        if beside:
            kinds = ("score", "sd", "agreement")
            specs += [
                replace(spec(f"{name}.{kind}", kind, name), format="bigWig") for kind in kinds
            ]
    hub = make_hub((*specs, spec("m0.f", "relevance-forward", "m0"), spec("genes", "annotation")))
    bars = {"score", "sd", "agreement"}
    tracks = (
        replace(t, file=replace(t.file, kind="bigWig", low=0.0, high=1.0))
        if t.spec.kind in bars
        else t
        for t in hub.tracks
    )
    return replace(hub, tracks=tuple(tracks))


def tabled(hub: Hub) -> list[dict[str, str]]:
    text = table_text(in_facets(hub.tracks), hub.names, hub.manifest.models)
    head, *rows = (line.split("\t") for line in text.splitlines())
    return [dict(zip(head, row, strict=True)) for row in rows]


def with_table(hub: Hub, text: str | None = None) -> HubFiles:
    files = files_of(hub)
    made = table_text(in_facets(hub.tracks), hub.names, hub.manifest.models)
    return replace(
        files, tables={TABLE: made if text is None else text}, there=files.there | {TABLE}
    )


def by_name(hub: Hub) -> dict[str, dict[str, str]]:
    return {each["track"]: each for each in parse(hub_text(hub)) if "track" in each}


def test_twelve_tracks_of_models_stand_plainly_and_thirteen_in_facets() -> None:
    assert "metaDataUrl" not in hub_text(series(6))
    assert "relevance" in by_name(series(6))
    many = by_name(series(7))
    assert many["contributions"]["compositeTrack"] == "faceted"
    assert "relevance" not in many
    assert "relevance_overlay" in many, "seven models still lie over each other"
    assert "relevance_overlay" not in by_name(series(13))
    assert check_hub(hub_text(series(7)), with_table(series(7))) == []


def test_each_track_has_its_row_and_each_row_its_track() -> None:
    hub = series(5, beside=True)
    rows = tabled(hub)
    on_off = ("contributions on", "contributions off")
    below = [name for name, each in by_name(hub).items() if each.get("parent") in on_off]
    assert [f"contributions_{row['Track']}" for row in rows] == below
    assert {(row["Model"], row["Content"]) for row in rows[:5]} == {
        ("m0", "sequence contribution scores"),
        ("m0", "standard deviation of members"),
        ("m0", "sign agreement of members"),
        ("m0", "score of windows"),
        ("m0", "sequence motif instances"),
    }
    assert len(rows) == 25


def test_tracks_of_a_mix_take_nothing_from_the_composite() -> None:
    tracks = by_name(series(7))
    assert not {"color", "altColor", "logo", "autoScale"} & set(tracks["contributions"])
    letters, hits = tracks["contributions_m0"], tracks["contributions_m0-hits"]
    assert (letters["logo"], letters["bigDataUrl"], letters["visibility"]) == (
        "on",
        "m0.bw",
        "full",
    )
    assert letters["color"] != letters["altColor"]
    assert not {"color", "altColor"} & set(hits)
    assert hits["itemRgb"] == "on"


def test_the_first_six_models_are_shown() -> None:
    tracks = by_name(series(9, beside=True))
    shown = [n for n, each in tracks.items() if each.get("parent") == "contributions on"]
    assert shown == [f"contributions_m{at}{end}" for at in range(6) for end in ("", "-hits")]


def test_strands_stay_apart_and_closed() -> None:
    tracks = by_name(series(7))
    assert tracks["m0_f"]["parent"] == "relevance_strands on"


def test_an_ensemble_stands_with_its_members_named() -> None:
    hub = series(7)
    models = tuple(
        {**m, "members": ["m1", "m2"]} if m["name"] == "m0" else m for m in hub.manifest.models
    )
    rows = tabled(replace(hub, manifest=replace(hub.manifest, models=models)))
    assert (rows[0]["Network"], rows[0]["_Members"]) == ("ensemble", "m1, m2")


@given(
    names=st.lists(st.one_of(st.text(max_size=30), st.sampled_from(HOSTILE)), max_size=4),
    target=st.one_of(st.text(), st.sampled_from(HOSTILE)),
)
def test_whatever_the_names_the_hub_is_lawful(names, target: str) -> None:
    odd = ["overlay", "strands", "contributions", "contributions_m0", "M0", *names]
    specs = tuple(spec(name, model=name or "m", target=target) for name in odd)
    more = tuple(spec(f"m{at}", model=f"m{at}") for at in range(8))
    hub = make_hub((*specs, *more, spec("m0_overlaid", model="q")), motifs=tuple(names))
    text = hub_text(hub)
    assert check_hub(text, with_table(hub)) == []
    stanzas = [{each.name: each.value for each in stanza} for stanza in read_stanzas(text)]
    every = [each["track"].lower() for each in stanzas if "track" in each]
    assert len(set(every)) == len(every)
    assert max(len(each["shortLabel"]) for each in stanzas if "track" in each) <= SHORT
    made = table_text(in_facets(hub.tracks), hub.names, hub.manifest.models)
    assert not re.search("[<>\"']", made)


HUB = series(7)
TEXT = hub_text(HUB)
MADE = table_text(in_facets(HUB.tracks), HUB.names, HUB.manifest.models)
BROKEN = {
    "no table": (lambda t: t.replace("    metaDataUrl tracks.tsv\n", ""), str, "is missing: the"),
    "no key": (lambda t: t.replace("    primaryKey Track\n", ""), str, "is missing: the"),
    "another key": (lambda t: t.replace("Key Track", "Key Name"), str, "has no column Name"),
    "an empty table": (str, lambda _: "", "has no column Track"),
    "a row that is gone": (
        str,
        lambda m: "".join(m.splitlines(True)[:-1]),
        "m6-hits has no row in tracks.tsv",
    ),
    "a row too many": (str, lambda m: m + "m9\t-\t-\t-\t-\t-\n", "m9 of tracks.tsv is no track"),
    "a row twice": (str, lambda m: m + m.splitlines(True)[-1], "a key is twice"),
    "a short row": (str, lambda m: m + "m9\tx\n", "a row of tracks.tsv has not 6 cells"),
    "capital letters": (
        lambda t: t.replace("track contributions_m0\n", "track contributions_M0\n"),
        str,
        "M0 has no row",
    ),
    "another name": (
        lambda t: t.replace("track contributions_m0\n", "track m0\n"),
        str,
        "must begin with contributions_",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_the_linter_ties_names_to_the_table(case: str) -> None:
    edit, edit_table, said = BROKEN[case]
    found = check_hub(edit(TEXT), with_table(HUB, edit_table(MADE)))
    assert any(said in each.problem for each in found)
