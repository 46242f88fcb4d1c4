"""IGV desktop 2: the session opens, and its bars are as high as the values, near and from afar."""

from __future__ import annotations

import random
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.image import imread

from gtrack.core.manifest import TrackSpec
from gtrack.io.bigwig import BigWigWriter
from gtrack.publish.manifest import read_manifest
from gtrack.publish.session import igv_xml
from scripts.readers.bars import BLUE, FULL, PIXEL, Bars, bars, misfit, standing
from scripts.readers.igv_desktop import IGV, lacking, version
from scripts.readers.ours import Place, Scan
from scripts.readers.verdict import WRONG, Row, judged, missing

NAME, FILE = "IGV desktop", "igv_session.xml"
LONG = 8_000_000
UP, DOWN, HEIGHT = 2_000_000, 6_000_000, 4.0


def rows(scan: Scan, out: Path) -> list[Row]:
    """Let Debian's IGV open the session, and one with two lone peaks."""
    if programs := lacking():
        return [missing(NAME, f"apt-get install igv xvfb (lacking: {', '.join(programs)})")]
    folder, said = out / "igv", version()
    folder.mkdir(exist_ok=True)
    try:
        with IGV(folder, scan.fasta) as igv:
            return [*_session(scan, igv, said), *_lone(scan, igv, out / "lone", said)]
    except (RuntimeError, OSError) as error:
        return [Row(NAME, said, FILE, "that it opens it", WRONG, str(error))]


def _session(scan: Scan, igv: IGV, said: str) -> Iterator[Row]:
    opened = ET.fromstring(igv.open(scan.folder / FILE))  # noqa: S314 (IGV's own, of ours)
    ours = ET.parse(scan.folder / FILE).getroot()  # noqa: S314
    wanted = [(each.get("name"), each.get("windowFunction")) for each in ours.iter("Track")]
    found = [(each.get("name"), each.get("windowFunction")) for each in opened.iter("Track")]
    lost = [name for name, function in wanted if (name, function) not in found]
    what = (NAME, said, FILE, "that it opens: all tracks, zoomed out by max and by min")
    difference = f"not there: {', '.join(map(str, lost))}" if lost else ""
    yield judged(what, difference, f"{len(wanted)} tracks")
    places = [Place(**track["peak"]) for track in scan.relevance]
    for place in places:
        picture = igv.snapshot(f"near-{place.chrom}-{place.start + 1}.png", place.name)
        drawn = bars(_image(picture))
        what = (NAME, said, FILE, f"bars at {place.name}, by pixels: height and sign of each base")
        at = (place.chrom, place.start, place.end)
        values = [scan.drawn(track, *at) for track in scan.relevance]
        yield judged(what, _near(drawn, values), f"{sum(map(len, values))} bars")
        if place is places[0]:
            what = (NAME, said, "hits/*.hits.bb", "that hits are blue")
            blue = int(np.all(_image(picture)[-300:] == np.array(BLUE), axis=2).sum())
            yield judged(what, "" if blue else "none is to be seen", f"{blue} pixels")
    chrom = places[0].chrom
    size = len(scan.sequence(Place(chrom, 0, 1 << 40)))
    drawn = bars(_image(igv.snapshot("afar.png", chrom)))
    what = (NAME, said, FILE, f"all of {chrom}, by pixels: bars of the largest and smallest")
    values = [scan.drawn(track, chrom, 0, size) for track in scan.relevance]
    limits = [float(track["largest"]) for track in scan.relevance]
    yield judged(what, _afar(drawn, values, limits), f"{2 * len(drawn)} bars over {size:,} bp")


def _near(drawn: list[Bars], values: list[list[float]]) -> str:
    if len(drawn) != len(values):
        return f"{len(drawn)} tracks with bars, {len(values)} expected"
    offs = [misfit(each, np.array(ours))[0] for each, ours in zip(drawn, values, strict=True)]
    return "" if max(offs) <= PIXEL else f"a bar is {max(offs):.1f} pixels off"


def _afar(drawn: list[Bars], values: list[list[float]], limits: list[float]) -> str:
    """Compare the bars over the largest and the smallest value with what they should be."""
    if len(drawn) != len(values):
        return f"{len(drawn)} tracks with bars, {len(values)} expected"
    for each, ours, limit in zip(drawn, values, limits, strict=True):
        for ends, at, value in (
            (each.up, int(np.argmax(ours)), max(ours)),
            (each.down, int(np.argmin(ours)), -min(ours)),
        ):
            long, wanted = standing(ends, at, len(ours)), value / limit * FULL
            if abs(long - wanted) > PIXEL:
                return f"a bar of {long} pixels at base {at}, {wanted:.0f} expected"
    return ""


def _lone(scan: Scan, igv: IGV, folder: Path, said: str) -> Iterator[Row]:
    """Two peaks of one base, of either sign, in 8 Mb of noise of the other."""
    values = write_lone(scan, folder)
    igv.open(folder / FILE)
    drawn = bars(_image(igv.snapshot("lone.png", "chr1")))
    what = (NAME, said, "a lone base of each sign in 8 Mb", "both from afar, by pixels")
    yield judged(what, _afar(drawn, [values.tolist()], [HEIGHT]), "both at their height")


def write_lone(scan: Scan, folder: Path) -> npt.NDArray[np.float32]:
    """Write a genome, a track and a session with two lone peaks; return the track's values."""
    (folder / "tracks").mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(1)
    values = rng.normal(0, 0.03, LONG).astype(np.float32)
    values[: LONG // 2] -= 0.05
    values[LONG // 2 :] += 0.05
    values[UP], values[DOWN] = HEIGHT, -HEIGHT
    with BigWigWriter(folder / "tracks" / "lone.bw", {"chr1": LONG}) as writer:
        writer.add("chr1", 0, values)
    line = "".join(random.Random(1).choices("ACGT", k=80)) + "\n"  # noqa: S311
    (folder / "lone.fa").write_text(">chr1\n" + line * (LONG // 80))
    (folder / "lone.fa.fai").write_text(f"chr1\t{LONG}\t6\t80\t81\n")
    (folder / "regions.bed").write_text(f"chr1\t0\t{LONG}\tall\n")
    manifest = read_manifest(scan.folder / "manifest.json")
    model = manifest.tracks[0].model
    track = TrackSpec("lone", "relevance", "bigWig", "tracks/lone.bw", model, largest=HEIGHT)
    where = {"chrom": "chr1", "start": 0, "end": LONG}
    genome: dict[str, Any] = {**manifest.genome, "fasta": "lone.fa"}
    shown = replace(manifest, tracks=(track,), genome=genome, locus=where)
    (folder / FILE).write_text(igv_xml(shown))
    return values


def _image(picture: Path) -> npt.NDArray[np.int64]:
    return np.asarray((imread(picture)[..., :3] * 255).round(), np.int64)
