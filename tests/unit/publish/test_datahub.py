"""``datahub.json``: what the WashU Epigenome Browser's documents ask of a list of tracks."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gtrack.publish.hub.datahub import WASHU_GENOMES, datahub_text, in_washu
from gtrack.publish.hub.document import Hub
from tests.hubs import FULL, HOSTILE, SIGNAL, make_hub, spec


def indexed(hub: Hub, index: str = ".tbi") -> Hub:
    """Return a hub whose hits lie there as text, too."""
    hits = (replace(t, index=index) if t.spec.kind == "hits" else t for t in hub.tracks)
    return replace(hub, tracks=tuple(hits))


def listed(hub: Hub, base: str = "") -> dict[str, dict]:
    return {each["url"].removeprefix(base): each for each in json.loads(datahub_text(hub, base))}


def test_each_track_has_the_type_that_is_read_there() -> None:
    given = replace(spec("atac", "annotation"), format="bigWig")
    hub = indexed(make_hub((*FULL, spec("score", "score"), given)))
    tracks = listed(hub)
    assert {url: each["type"] for url, each in tracks.items()} == {
        **dict.fromkeys(("cnn.bw", "dnabert2.bw", "cnn_forward.bw", "cnn_reverse.bw"), "dynseq"),
        **{"cnn-hits.bed.gz": "bed", "genes.bb": "bigbed"},
        **{"score.bw": "bigwig", "atac.bw": "bigwig"},
    }
    assert all({"type", "url", "name", "showOnHubLoad"} <= set(each) for each in tracks.values())


def test_letters_stand_on_a_symmetric_scale_that_cuts_no_peak() -> None:
    options = listed(make_hub(FULL))["cnn.bw"]["options"]
    assert (options["yScale"], options["yMin"], options["yMax"]) == ("fixed", -0.62, 0.62)
    assert options["aggregateMethod"] == "MAX"
    assert options["color"] != options["color2"]


def test_a_link_needs_whole_addresses() -> None:
    tracks = json.loads(datahub_text(indexed(make_hub(FULL)), "https://h.org/a/"))
    assert {each["url"] for each in tracks} >= {
        "https://h.org/a/cnn.bw",
        "https://h.org/a/cnn-hits.bed.gz",
    }


def test_an_index_that_is_not_read_there_takes_the_list_of_hits_away() -> None:
    assert "cnn-hits.bed.gz" not in listed(indexed(make_hub(FULL), ".csi"))
    assert "cnn-hits.bed.gz" not in listed(make_hub(FULL))


def test_twelve_tracks_are_shown_at_once_and_strands_wait() -> None:
    specs = (spec("f", "relevance-forward"), *(spec(f"m{at}", model=f"m{at}") for at in range(20)))
    shown = [u for u, each in listed(make_hub(specs)).items() if each["showOnHubLoad"]]
    assert shown == [f"m{at}.bw" for at in range(12)]


def test_only_genomes_that_it_has_get_a_link() -> None:
    assert in_washu("hg38")
    assert not in_washu("custom")
    assert not in_washu("GCF_000001405.40")
    assert "custom" not in WASHU_GENOMES


@given(st.sampled_from(HOSTILE) | st.text(min_size=1))
def test_any_name_is_text(name: str) -> None:
    hub = indexed(make_hub((spec(name), spec(f"{name}h", "hits", target=name))))
    file = replace(hub.tracks[0], file=SIGNAL)
    text = datahub_text(replace(hub, tracks=(file, *hub.tracks[1:])))
    assert len(json.loads(text)) == 2
    assert not set("<>'") & set(text)
    text.encode()
