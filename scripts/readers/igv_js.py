"""igv.js without gtrack's plugin: the oldest that draws letters, and the newest there is."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.image import imread

from scripts.readers.in_python import hit_tracks
from scripts.readers.ours import Scan
from scripts.readers.verdict import WRONG, Row, judged, missing, records, values

NAME = "igv.js, stock"
SCRIPT = Path(__file__).with_name("igv_js.mjs")
LETTERS = {"A": (0, 158, 115), "C": (0, 114, 178), "G": (230, 159, 0), "T": (213, 94, 0)}
BARS = ((0, 114, 178), (213, 94, 0))
ENOUGH = 60
"""Pixels of one colour: a letter at 5 px a base has more."""


def rows(scan: Scan, out: Path, folder: Path) -> list[Row]:
    """Let the igv.js of an npm folder open the sessions and the hub."""
    needed = [program for program in ("node", "chromium") if shutil.which(program) is None]
    package = folder / "node_modules" / "igv"
    if needed or not package.exists():
        lacking = ", ".join([*needed, *([] if package.exists() else [f"npm's igv in {folder}"])])
        return [missing(NAME, f"lacking: {lacking}")]
    version = json.loads((package / "package.json").read_text())["version"]
    request, answer = out / f"igv-{version}.request.json", out / f"igv-{version}.json"
    request.write_text(json.dumps(_request(scan, out, package, version)))
    command = ["node", str(SCRIPT), str(request), str(answer)]
    done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        return [Row(NAME, version, "all", "that it opens them", WRONG, done.stderr.strip()[-300:])]
    opened = json.loads(answer.read_text())
    files = {
        "session": "igv_session.json",
        "shared": "igv_session.shared.json",
        "hub": "hub/hub.txt",
    }
    return [row for case, file in files.items() for row in _case(scan, version, file, opened[case])]


def _request(scan: Scan, out: Path, package: Path, version: str) -> dict[str, Any]:
    places = {each.name: [each.chrom, each.start, each.end] for each in scan.places()}
    sizes = (scan.folder / "genome" / "chrom.sizes").read_text().split("\n")
    return {
        "name": version,
        "igv": str(package),
        "scan": str(scan.folder),
        "out": str(out),
        "bigwigs": {track["name"]: places for track in scan.relevance},
        "hits": [track["name"] for track in hit_tracks(scan)],
        "chroms": {c: int(n) for c, n in (line.split("\t")[:2] for line in sizes if line)},
        "shared": [sys.executable, "-m", "gtrack", "session", str(scan.folder), "--url"],
    }


def _case(scan: Scan, version: str, file: str, opened: dict[str, Any]) -> list[Row]:
    """Return the rows of one thing that was opened."""
    said = [opened["failed"], *opened["errors"], *opened["dialogs"], *opened.get("alerts", [])]
    said += [f"asks {url}" for url in opened["strays"]]
    what = (NAME, version, file, "that it opens: no alert, no error, nothing asked of other hosts")
    told = [judged(what, "; ".join(filter(None, said)), f"{len(opened.get('names', []))} tracks")]
    ours: dict[str, list[float]] = {}
    theirs: dict[str, list[float]] = {}
    for track in scan.relevance:
        read = opened.get("values", {}).get(track["name"], {})
        for place, bases in scan.values(track).items():
            name = f"{track['name']} {place}"
            ours[name], theirs[name] = bases, list(map(_number, read.get(place, ())))
    what = (NAME, version, file, "relevance: each base of 4 places, bases without a value too")
    told.append(judged(what, values(ours, theirs), f"{sum(map(len, ours.values()))} values"))
    wanted: list[tuple[object, ...]] = []
    found: list[tuple[object, ...]] = []
    for track in hit_tracks(scan):
        wanted += [(*hit.bed6, _rgb(hit.colour)) for hit in scan.hits(track)]
        rows = opened.get("rows", {}).get(track["name"], [])
        found += [(*row[:6], str(row[6]).replace(" ", "")) for row in rows]
    what = (NAME, version, file, "hits: places, names, scores, strands, colours")
    told.append(judged(what, records(wanted, found), f"{len(wanted)} hits"))
    what = (NAME, version, file, "letters or bars, by pixels of the first view")
    seen = _seen(Path(opened["picture"]))
    told.append(judged(what, "" if seen else "neither letters nor bars are to be seen", seen))
    return told


def _seen(picture: Path) -> str:
    """Return what a picture shows: a bar's colours are also those of C and T."""
    image = np.asarray(imread(picture)[..., :3] * 255)
    letters = {base for base, colour in LETTERS.items() if pixels(image, colour) >= ENOUGH}
    if letters == set("ACGT"):
        return "letters"
    return "bars" if pixels(image, BARS[0]) >= ENOUGH else ""


def pixels(image: np.ndarray[Any, Any], colour: tuple[int, int, int]) -> int:
    """Count the pixels of one colour."""
    return int((np.abs(image - np.array(colour)).max(axis=-1) <= 6).sum())


def _rgb(colour: tuple[int, int, int]) -> str:
    return f"rgb({','.join(map(str, colour))})"


def _number(value: float | None) -> float:
    return math.nan if value is None else value
