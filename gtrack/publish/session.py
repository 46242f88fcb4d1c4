"""IGV sessions: ``igv_session.json`` for igv.js and IGV desktop 3, ``.xml`` for IGV desktop 2.

Stock igv.js (3.5 or later) and IGV open them as they are. The ``gtrack`` keys are for gtrack's own
plugin, and other readers pass over them. URLs are relative: IGV desktop resolves them against the
session, igv.js against the page. ``sessionFromManifest`` of the plugin makes the same object.
"""

from __future__ import annotations

import json
from typing import Any

from gtrack.core.annotation_formats import ANNOTATION_FORMATS
from gtrack.core.manifest import RunManifest, TrackSpec
from gtrack.publish.markup import text

LETTERS = {"A": "#009E73", "C": "#0072B2", "G": "#E69F00", "T": "#D55E00", "N": "#999999"}
"""Colours that every eye tells apart (Okabe and Ito)."""

POSITIVE, NEGATIVE, GREY = "0,114,178", "213,94,0", "90,90,90"

PURPLE = "204,121,167"
"""Of a score: no letter and no sign has it."""

SIGNAL_HEIGHT = 50
"""Of the bars of a signal that the user gave, in pixels."""

TWO_ROWS = {"height": 60, "margin": 4, "expandedRowHeight": 28}
"""Of annotations, which overlap: a feature is 14 pixels high, and its name ends 13 below it."""


def igv_json(manifest: RunManifest) -> str:
    """Return the text of ``igv_session.json``."""
    session = {
        **_genome(manifest.genome),
        "locus": igv_locus(manifest.locus),
        "nucleotideColors": LETTERS,
        "roi": [
            {
                "name": "Scanned regions",
                "url": manifest.regions["url"],
                "format": "bed",
                "delimiter": "\t",
                "color": "rgba(68,134,247,0.08)",
            }
        ],
        "gtrack": {"manifest": "manifest.json"},
        "tracks": [_track(track, manifest) for track in manifest.tracks],
    }
    return json.dumps(session, indent=1) + "\n"


def igv_xml(manifest: RunManifest, base: str = "") -> str:
    """Return the text of ``igv_session.xml``: signed bars, each model on its own symmetric scale.

    IGV desktop 2 draws no letters, and its automatic scale is not symmetric: the scale is fixed to
    the largest value of the model. Zoomed out it can draw the mean, the largest or the smallest
    value of a bin, and no more (``absoluteMax`` is drawn as the mean), so that both ends lie over
    each other. For that a file is listed twice.

    Parameters
    ----------
    manifest : RunManifest
        What to show.
    base : str
        The address below which the files lie, with a slash at its end. Without it they are paths,
        which IGV desktop 2 joins to the session's folder as they are.
    """
    genome = manifest.genome
    where = f"{base}{genome['fasta']}" if genome["fasta"] else genome["id"]
    regions = text(base + manifest.regions["url"])
    again = [_second(track, base)[0] for track in manifest.tracks if track.is_relevance]
    lines = [
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?>',
        f'<Session genome="{text(where)}" locus="{text(locus_text(manifest.locus))}" version="8">',
        "  <Resources>",
        *(f'    <Resource path="{text(_located(track, base))}"/>' for track in manifest.tracks),
        f'    <Resource path="{regions}"/>',
        # Last, and not beside the first: IGV loads them in threads, and tells equal names apart
        # by which was first.
        *(f'    <Resource path="{text(path)}"/>' for path in again),
        "  </Resources>",
        '  <Panel name="DataPanel">',
    ]
    limits = _limits(manifest)
    for number, track in enumerate(manifest.tracks, start=1):
        lines += _xml_track(track, base, limits, f"relevance {number}")
    lines += [
        f'    <Track id="{regions}" name="Scanned regions" color="{GREY}"/>',
        "  </Panel>",
        "</Session>",
    ]
    return "\n".join(lines) + "\n"


def locus_text(place: dict[str, Any]) -> str:
    """Return a place as people write it: 1-based, both ends included."""
    return f"{place['chrom']}:{place['start'] + 1}-{place['end']}"


def igv_locus(place: dict[str, Any]) -> str:
    """Return a place as igv.js reads it, which splits at the first colon unless there are tabs."""
    if ":" not in place["chrom"]:
        return locus_text(place)
    return f"{place['chrom']}\t{place['start'] + 1}\t{place['end']}"


def hub_position(place: dict[str, Any]) -> str:
    """Return a place as UCSC and igv.js both read it: the whole of a sequence with a colon."""
    return place["chrom"] if ":" in place["chrom"] else locus_text(place)


def _genome(genome: dict[str, Any]) -> dict[str, Any]:
    if genome["id"] != "custom":
        return {"genome": genome["id"]}
    reference = {"id": "custom", "name": "custom"}
    if genome["fasta"] is None:
        reference |= {"format": "chromsizes", "fastaURL": genome["sizes"]}
    else:
        reference |= {"fastaURL": genome["fasta"], "indexURL": genome["fasta"] + ".fai"}
        if genome["fasta"].endswith(".gz"):
            reference["compressedIndexURL"] = genome["fasta"] + ".gzi"
    if "aliases" in genome:
        reference["aliasURL"] = genome["aliases"]
    return {"reference": reference, "loadDefaultGenomes": False}


def _track(track: TrackSpec, manifest: RunManifest) -> dict[str, Any]:
    named = {"name": track.shown, "url": track.url}
    unit = None if track.model is None else manifest.unit(track.model)
    own = {"unit": unit} if unit == "value" else {}  # what says nothing is in logits
    if track.is_signal or track.is_beside:  # bars of stock igv.js, on a scale of their own
        signal = {"type": "wig", "format": "bigwig", **named, "height": SIGNAL_HEIGHT}
        scale = {"min": 0, "max": 1} if track.kind == "agreement" else {"autoscale": True}
        colour = f"rgb({PURPLE if track.kind == 'score' else GREY})"
        return {**signal, **scale, "color": colour, "altColor": colour}
    if track.is_relevance:
        own = {**own, **_spread(track, manifest)}
        return {
            "type": "wig",
            "format": "bigwig",
            "graphType": "dynseq",
            **named,
            "height": 110,
            "autoscale": True,  # alone: models count in units of their own
            "color": f"rgb({POSITIVE})",
            "altColor": f"rgb({NEGATIVE})",
            "gtrack": {"kind": track.kind, "model": track.title, "p99": track.p99, **own},
        }
    form = ANNOTATION_FORMATS[track.format]
    shown: dict[str, Any] = {"type": "annotation", "format": form.igv, **named}
    if track.kind == "hits":  # without a colour: it would hide the hits' own
        own = {"kind": track.kind, "model": track.title, **own}
        return {**shown, "height": 48, "displayMode": "EXPANDED", "gtrack": own}
    if form.bed:
        shown["delimiter"] = "\t"  # igv.js would split names at spaces
    if track.index is not None:
        shown["indexURL"] = track.index
    elif form.lines:
        shown["indexed"] = False
    return {
        **shown,
        **TWO_ROWS,
        "displayMode": "EXPANDED",
        "color": f"rgb({GREY})",
        "gtrack": {"kind": track.kind},
    }


def _spread(track: TrackSpec, manifest: RunManifest) -> dict[str, str]:
    """Return where the standard deviation of an ensemble is: the plugin draws it as a band."""
    for each in manifest.tracks:
        if (each.kind, each.title, track.kind) == ("sd", track.title, "relevance"):
            return {"sd": each.url}
    return {}


def _limits(manifest: RunManifest) -> dict[str, float]:
    """Return the largest value of each model and target, both strands on one scale."""
    limits: dict[str, float] = {}
    for track in manifest.tracks:
        if track.is_relevance:
            limits[track.title] = max(limits.get(track.title, 0.0), track.largest or 0.0)
    return {title: limit or 1.0 for title, limit in limits.items()}


def _located(track: TrackSpec, base: str) -> str:
    return base + track.url if base else track.path


def _second(track: TrackSpec, base: str) -> tuple[str, str]:
    """Return how a file is listed a second time, and the id by which IGV finds that one.

    The first goes by its file's name, and the second by its whole path: IGV looks for a name first,
    and the name of ``x.bw/.`` is a dot. Addresses are told apart by what no server is sent.
    """
    if base:
        return f"{base}{track.url}#smallest", f"{base}{track.url}#smallest"
    return track.path, f"{track.path}/."


def _xml_track(track: TrackSpec, base: str, limits: dict[str, float], merged: str) -> list[str]:
    where = _located(track, base)
    named = f'id="{text(where)}" name="{text(track.shown)}"'
    if track.is_signal or track.is_beside:
        bars = f'height="{SIGNAL_HEIGHT}" renderer="BAR_CHART" autoScale="true"'
        colour = PURPLE if track.kind == "score" else GREY
        return [f'    <Track {named} color="{colour}" altColor="{colour}" {bars}/>']
    if not track.is_relevance:
        colour = "" if track.kind == "hits" else f' color="{GREY}"'
        return [f'    <Track {named} displayMode="EXPANDED"{colour}/>']
    limit = limits[track.title]  # the id of what is merged is none by which IGV finds a file
    scale = f'<DataRange type="LINEAR" minimum="{-limit:g}" baseline="0" maximum="{limit:g}"/>'
    bars = f'color="{POSITIVE}" altColor="{NEGATIVE}" renderer="BAR_CHART" autoScale="false"'
    ends = [(where, "largest", "max"), (_second(track, base)[1], "smallest", "min")]
    return [
        f'    <Track clazz="org.broad.igv.track.MergedTracks" id="{merged}"'
        f' name="{text(f"{track.shown} (zoomed out: max, min)")}" height="110" alpha="1.0"'
        ' renderer="BAR_CHART" autoScale="false">',
        *(
            f'      <Track id="{text(each)}" name="{text(f"{track.shown}, {end} of a bin")}" {bars}'
            f' windowFunction="{function}">{scale}</Track>'
            for each, end, function in ends
        ),
        "    </Track>",
    ]
