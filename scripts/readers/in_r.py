"""R's rtracklayer: bigWigs, bigBeds, BED and the hub's 2bit."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from scripts.readers.in_python import hit_tracks
from scripts.readers.ours import Scan
from scripts.readers.verdict import WRONG, Row, judged, missing, records, values

SCRIPT = Path(__file__).with_name("read.R")
NAME = "rtracklayer"
CURE = "apt-get install r-bioc-rtracklayer"
SHIFT = "; all starts one base early, as of every bigBed: start(x) <- start(x) + 1L"
"""rtracklayer 1.58 adds 1 to the starts of BED, and not to those of bigBeds (its own `export` and
`import` of a bigBed agree with each other, and with no other program)."""

Answer = dict[tuple[str, str], list[list[str]]]


def rows(scan: Scan, out: Path) -> list[Row]:
    """Let R read."""
    if shutil.which("Rscript") is None:
        return [missing(NAME, CURE)]
    request, answer = out / "request.tsv", out / "rtracklayer.tsv"
    request.write_text("".join("\t".join(line) + "\n" for line in _request(scan)))
    command = ["Rscript", str(SCRIPT), str(request), str(answer)]
    done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        return [missing(NAME, f"{CURE} ({done.stderr.strip()[-120:]})")]
    found: Answer = defaultdict(list)
    for line in answer.read_text().splitlines():
        kind, name, *cells = line.split("\t")
        found[kind, name].append(cells)
    (((version,),),) = (found["version", NAME],)
    return [
        *_tracks(scan, version, found),
        *_hits(scan, version, found),
        _readme(scan.folder / "hub", version),
    ]


def _readme(hub: Path, version: str) -> Row:
    """Let the R of the hub's README run, and its Python, which must print the same."""
    what = (NAME, version, "hub/README.md", "its code in R, as its code in Python: scores, a hit")
    text, told = (hub / "README.md").read_text(), []
    for language, command in (("r", ["Rscript", "-e"]), ("python", [sys.executable, "-c"])):
        (code,) = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
        done = subprocess.run([*command, code], cwd=hub, capture_output=True, text=True)  # noqa: S603
        if done.returncode:
            return Row(*what, WRONG, done.stderr.strip()[-120:])
        told.append([line.split() for line in done.stdout.replace("NA", "nan").splitlines()])
    return judged(what, records(told[1], told[0]), f"{sum(map(len, told[1]))} words")


def _request(scan: Scan) -> Iterator[tuple[str, ...]]:
    """Yield what R is asked: kind, name, path, and a place, 1-based."""
    for place in scan.places():
        where = (place.chrom, str(place.start + 1), str(place.end))
        for track in scan.relevance:
            yield ("values", track["url"], str(scan.folder / track["url"]), *where)
        yield ("sequence", "hub/genome.2bit", str(scan.folder / "hub/genome.2bit"), *where)
    none = ("", "", "")
    for track in hit_tracks(scan):
        yield ("bigbed", track["url"], str(scan.folder / track["url"]), *none)
        for kind, end in (("hits", "hits"), ("bed", "sites")):
            url = f"hits/{track['model']}.{end}.bed"
            yield (kind, url, str(scan.folder / url), *none)
    for url in ("regions.bed", *_genes(scan)):
        yield ("bed", url, str(scan.folder / url), *none)
    for path in sorted((scan.folder / "hub").glob("*.bb")):
        yield ("bigbed", f"hub/{path.name}", str(path), *none)


def _genes(scan: Scan) -> list[str]:
    tracks = scan.manifest["tracks"]
    return [t["url"] for t in tracks if t["kind"] == "annotation" and t["format"] == "BED"]


def _tracks(scan: Scan, version: str, found: Answer) -> Iterator[Row]:
    for track in scan.relevance:
        ours, url = scan.values(track), track["url"]
        theirs = {line[0]: list(map(float, line[1:])) for line in found["values", url]}
        what = (NAME, version, url, "import.bw: each base of 4 places, bases without a value too")
        yield judged(what, values(ours, theirs), f"{sum(map(len, ours.values()))} values")
    wanted = [[scan.sequence(place)] for place in scan.places()]
    what = (NAME, version, "hub/genome.2bit", "import: the sequence of the places")
    said = f"{sum(len(each) for (each,) in wanted)} bases"
    yield judged(what, records(wanted, found["sequence", "hub/genome.2bit"]), said)


def _hits(scan: Scan, version: str, found: Answer) -> Iterator[Row]:
    for track in hit_tracks(scan):
        hits, model = scan.hits(track), track["model"]
        colours = ["#" + "".join(f"{part:02x}" for part in hit.colour) for hit in hits]
        place = [(h.chrom, h.start + 1, h.end, h.strand, h.name, h.score) for h in hits]
        full = [(*p, c, *h.cells) for p, c, h in zip(place, colours, hits, strict=True)]
        wide = [(*p, *h.cells) for p, h in zip(place, hits, strict=True)]
        for url in (track["url"], f"hub/{Path(track['url']).name.replace('.hits', '-hits')}"):
            yield _bigbed((NAME, version, url, "import: all columns, colours too"), full, found)
        url = f"hits/{model}.hits.bed"
        what = (NAME, version, url, "import, extraCols= of its columns: all columns")
        yield judged(what, records(wide, found["hits", url]), f"{len(wide)} hits")
        url = f"hits/{model}.sites.bed"
        what = (NAME, version, url, "import.bed: all columns")
        yield judged(what, records(place, found["bed", url]), f"{len(place)} hits")
    regions = [(c, int(s) + 1, e, "*", n) for c, s, e, n in scan.bed("regions.bed")]
    what = (NAME, version, "regions.bed", "import.bed: all columns")
    yield judged(what, records(regions, found["bed", "regions.bed"]), f"{len(regions)} regions")
    for url in _genes(scan):
        ours = [(c, int(s) + 1, e, d, n) for c, s, e, n, _, d, *_ in scan.bed(url)]
        theirs = [line[:5] for line in found["bed", url]]
        what = (NAME, version, url, "import.bed: places, names, strands")
        yield judged(what, records(ours, theirs), f"{len(ours)} rows")
        url = f"hub/{Path(url).stem}.bb"
        yield _bigbed((NAME, version, url, "import: places, names, strands"), ours, found)


def _bigbed(what: tuple[str, str, str, str], ours: list[tuple[object, ...]], found: Answer) -> Row:
    """Compare a bigBed, and tell the shift that is rtracklayer's own."""
    failed = found.get(("failed", what[2]))
    if failed:
        return Row(*what, WRONG, " ".join(failed[0]))
    theirs = [line[: len(ours[0])] for line in found["bigbed", what[2]]]
    if not (difference := records(ours, theirs)):
        return judged(what, "", f"{len(ours)} rows")
    early = [(row[0], int(str(row[1])) - 1, *row[2:]) for row in ours]
    if not records(early, theirs):
        return judged(what, "", f"{len(ours)} rows{SHIFT}")
    return judged(what, difference, "")
