"""bioframe, deepTools and pyGenomeTracks, each by one function that returns its rows."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scripts.readers.asked import AHEAD
from scripts.readers.ours import Hit, Scan
from scripts.readers.verdict import WRONG, Row, judged, missing, records, values

ASKED = Path(__file__).with_name("asked.py")
EXACT = 500
"""bp: over longer regions pyBigWig, with which deepTools reads, takes bins that end beyond them."""

A_PIXEL = 0.02
"""Of the axis: what a pixel of the picture is worth, and no more."""


def request(scan: Scan, out: Path) -> dict[str, Any]:
    """Return what the readers are asked for, in words that need no gtrack."""
    at = {track["name"]: str(scan.folder / track["url"]) for track in scan.manifest["tracks"]}
    names = [track["name"] for track in scan.relevance]
    hits = {name: str(scan.folder / "hits" / f"{name}.hits.bed") for name in names}
    sites = {name: str(scan.folder / "hits" / f"{name}.sites.bed") for name in names}
    beds = {f"hits/{name}.hits.bed": path for name, path in hits.items()}
    beds |= {f"hits/{name}.sites.bed": path for name, path in sites.items()}
    tracks = {track["name"]: track for track in scan.manifest["tracks"]}
    wide = {f"hits/{name}.hits.bed": scan.hit_columns(tracks[f"{name}-hits"]) for name in names}
    return {
        "out": str(out),
        "bigwigs": {name: at[name] for name in names},
        "bigbeds": {f"{name}-hits": at[f"{name}-hits"] for name in names},
        "hits": hits,
        "sites": sites,
        "beds": beds | {"regions.bed": str(scan.folder / "regions.bed")},
        "columns": wide,
        "schemas": dict.fromkeys(beds, "bed6") | {"regions.bed": "bed4"},
        "places": {each.name: [each.chrom, each.start, each.end] for each in scan.places()},
        "peak": [scan.manifest["locus"][key] for key in ("chrom", "start", "end")],
        "limits": {track["name"]: track["largest"] for track in scan.relevance},
        "chroms": sorted({line[0] for line in scan.bed("regions.bed")}),
        "regions": str(scan.folder / "regions.bed"),
    }


def ask(reader: str, scan: Scan, out: Path, python: Path) -> dict[str, Any]:
    """Return what a reader found; raise with its own words when it fails."""
    asked, answer = out / "request.json", out / f"{reader}.json"
    asked.write_text(json.dumps(request(scan, out)))
    command = [str(python), str(ASKED), reader, str(asked), str(answer)]
    done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise RuntimeError(done.stderr.strip()[-400:])
    return dict(json.loads(answer.read_text()))


def bioframe(scan: Scan, out: Path, python: Path) -> list[Row]:
    """bigWigs, bigBeds and BED as tables."""
    found = ask("bioframe", scan, out, python)
    who, rows = ("bioframe", found["version"]), []
    for track in scan.relevance:
        ours = scan.values(track)
        difference = values(ours, found["values"][track["name"]])
        count = sum(map(len, ours.values()))
        what = (*who, track["url"], "read_bigwig: each base of 4 places, bases without a value too")
        rows.append(judged(what, difference, f"{count} values"))
    for track in hit_tracks(scan):
        hits, model = scan.hits(track), str(track["model"])
        wanted = [bigbed_row(hit) for hit in hits]
        what = (*who, track["url"], "read_bigbed: all columns of all hits, colours too")
        difference = records(wanted, found["bigbeds"][track["name"]])
        rows.append(judged(what, difference, f"{len(hits)} hits"))
        for end, cells in (("hits", lambda hit: (*hit.bed6, *hit.cells)), ("sites", bed6)):
            url = f"hits/{model}.{end}.bed"
            difference = records([cells(hit) for hit in hits], found["beds"][url])
            said = "names= of its header" if end == "hits" else 'schema="bed6"'
            what = (*who, url, f"read_table, {said}: all columns")
            rows.append(judged(what, difference, f"{len(hits)} rows"))
    regions = scan.bed("regions.bed")
    what = (*who, "regions.bed", 'read_table, schema="bed4": all columns')
    rows.append(
        judged(what, records(regions, found["beds"]["regions.bed"]), f"{len(regions)} rows")
    )
    return rows


def deeptools(scan: Scan, out: Path, python: Path) -> list[Row]:
    """Means of regions, and values under hits as their strands read them."""
    found = ask("deepTools", scan, out, python)
    who, rows = ("deepTools", found["version"]), []
    for track in scan.relevance:
        name = track["name"]
        regions = [(row[0], int(row[1]), int(row[2])) for row in scan.bed("regions.bed")]
        regions = [each for each in regions if each[2] - each[1] <= EXACT]
        wanted = [(*region, scan.mean(track, *region)) for region in regions]
        what = (*who, track["url"], "multiBigwigSummary BED-file: means of regions")
        means = [row for row in found["means"][name] if row[2] - row[1] <= EXACT]
        difference = records(wanted, means)
        rows.append(
            judged(
                what,
                difference,
                f"{len(wanted)} means, of up to {EXACT} bp: longer ones it takes from zoom levels",
            )
        )
    for track in hit_tracks(scan):
        name = str(track["model"])
        relevance = next(each for each in scan.relevance if each["name"] == name)
        under = [scan.under(relevance, hit, AHEAD) for hit in scan.hits(track)]
        difference = records(under, found["matrices"][name])
        what = (
            *who,
            f"hits/{name}.sites.bed",
            "computeMatrix at 1 bp: bases under hits, by strand",
        )
        rows.append(judged(what, difference, f"{len(under)} hits of {AHEAD} bases"))
    return rows


def pygenometracks(scan: Scan, out: Path, python: Path) -> list[Row]:
    """Draw a picture, whose dots must be as high as the values."""
    found = ask("pyGenomeTracks", scan, out, python)
    who, rows = ("pyGenomeTracks", found["version"]), []
    chrom, start, end = (scan.manifest["locus"][key] for key in ("chrom", "start", "end"))
    for track in scan.relevance:
        ours, drawn = scan.drawn(track, chrom, start, end), found["dots"][track["name"]]
        limit = A_PIXEL * float(track["largest"])
        off = [abs(one - other) for one, other in zip(ours, drawn, strict=True)]
        bad = "" if all(each <= limit for each in off) else f"a dot is {max(off):g} off"
        what = (*who, track["url"], "type = points, by pixels: height and colour of each base")
        rows.append(judged(what, bad, f"{len(off)} dots, hits.bed and sites.bed below"))
    return rows


def hit_tracks(scan: Scan) -> list[dict[str, Any]]:
    """Return the tracks of hits."""
    return [track for track in scan.manifest["tracks"] if track["kind"] == "hits"]


def bed6(hit: Hit) -> tuple[object, ...]:
    """Return the columns of ``NAME.sites.bed``."""
    return hit.bed6


def bigbed_row(hit: Hit) -> tuple[object, ...]:
    """Return the columns of a bigBed: thick ends and colour stand between strand and the rest."""
    colour = ",".join(map(str, hit.colour))
    return (*hit.bed6, hit.start, hit.end, colour, *hit.cells)


READERS: dict[str, Callable[[Scan, Path, Path], list[Row]]] = {
    "bioframe": bioframe,
    "deepTools": deeptools,
    "pyGenomeTracks": pygenometracks,
}


def rows(scan: Scan, out: Path, python: Path) -> list[Row]:
    """Let each reader read."""
    if not python.exists():
        return [
            missing(name, "make readers installs it, with pip and a registry") for name in READERS
        ]
    told: list[Row] = []
    for name, read in READERS.items():
        try:
            told += read(scan, out, python)
        except RuntimeError as error:
            told.append(Row(name, "-", "all", "that it reads them", WRONG, str(error)))
    return told
