"""What the readers in Python make of a scan's files: one function for each.

Run by the interpreter of their own environment, where there is no gtrack:

    out/readers/bin/python scripts/readers/asked.py READER REQUEST.json ANSWER.json
"""

from __future__ import annotations

import csv
import gzip
import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

Request = dict[str, Any]
Answer = dict[str, Any]
AHEAD = 15  # bases of each hit that computeMatrix reads
DOTS = 3  # points; filled curves show a base between two of the other sign as a hair


def bioframe(asked: Request) -> Answer:
    """Read bigWigs, bigBeds and BED as tables."""
    import bioframe as bf  # noqa: PLC0415

    values: dict[str, dict[str, list[float]]] = {}
    for name, path in asked["bigwigs"].items():
        values[name] = {}
        for label, (chrom, start, end) in asked["places"].items():
            found = [float("nan")] * (end - start)
            frame = bf.read_bigwig(path, chrom, start, end)
            for first, last, value in zip(frame.start, frame.end, frame.value, strict=True):
                for base in range(max(first, start), min(last, end)):
                    found[base - start] = float(value)
            values[name][label] = found
    bigbeds = {}
    for name, path in asked["bigbeds"].items():
        rows: list[list[Any]] = []
        for chrom in asked["chroms"]:
            frame = bf.read_bigbed(path, chrom)
            for first, last, rest in zip(frame.start, frame.end, frame.rest, strict=True):
                rows.append([chrom, int(first), int(last), *rest.split("\t")])
        bigbeds[name] = rows
    beds = {}
    for name, path in asked["beds"].items():
        wide = asked["columns"].get(name)
        form = {"names": wide} if wide else {"schema": asked["schemas"][name]}
        frame = bf.read_table(path, comment="#", **form)
        beds[name] = [list(map(str, row)) for row in frame.itertuples(index=False)]
    return {"values": values, "bigbeds": bigbeds, "beds": beds}


def deeptools(asked: Request) -> Answer:
    """Run ``multiBigwigSummary`` over the regions, and ``computeMatrix`` over the hits."""
    folder, programs = Path(asked["out"]), Path(sys.executable).parent
    means: dict[str, list[list[Any]]] = {}
    matrices: dict[str, list[list[Any]]] = {}
    for name, path in asked["bigwigs"].items():
        raw = folder / f"{name}.tab"
        run = [programs / "multiBigwigSummary", "BED-file", "-b", path, "--BED", asked["regions"]]
        _run([*run, "-o", folder / f"{name}.npz", "--outRawCounts", raw])
        with raw.open(newline="") as file:
            lines = [line for line in csv.reader(file, delimiter="\t") if line[0][0] != "#"]
        means[name] = [[line[0], int(line[1]), int(line[2]), float(line[3])] for line in lines]
    for name, path in asked["sites"].items():
        matrix = folder / f"{name}.matrix.gz"
        run = [programs / "computeMatrix", "reference-point", "--referencePoint", "TSS"]
        run += ["-S", asked["bigwigs"][name], "-R", path, "-b", "0", "-a", str(AHEAD)]
        _run([*run, "--binSize", "1", "-o", matrix])
        with gzip.open(matrix, "rt") as text:
            rows = [line.rstrip("\n").split("\t") for line in text if not line.startswith("@")]
        # It numbers names that come twice.
        matrices[name] = [[*row[:3], row[5], *map(float, row[6:])] for row in rows]
    return {"means": means, "matrices": matrices}


def pygenometracks(asked: Request) -> Answer:
    """Draw the tracks, hits and sites, and measure the dots of the picture."""
    import matplotlib as mpl  # noqa: PLC0415

    mpl.use("agg")
    import numpy as np  # noqa: PLC0415
    from matplotlib.image import imread  # noqa: PLC0415
    from pygenometracks.tracksClass import PlotTracks  # noqa: PLC0415

    folder, (chrom, start, end) = Path(asked["out"]), asked["peak"]
    blue, orange = "#0072B2", "#D55E00"
    drawn: dict[str, list[float]] = {}
    for name, path in asked["bigwigs"].items():
        limit, bins = asked["limits"][name], end - start
        lines = ["[x-axis]", f"[{name}]", f"file = {path}", "height = 8", f"min_value = {-limit}"]
        lines += [f"max_value = {limit}", f"color = {blue}", f"negative_color = {orange}"]
        lines += [
            f"number_of_bins = {bins}",
            "summary_method = mean",
            "nans_to_zeros = true",
            f"type = points:{DOTS}",
        ]
        for kind in ("hits", "sites"):
            lines += [f"[{name} {kind}]", f"file = {asked[kind][name]}", "file_type = bed"]
            lines += ["height = 2", "color = black"]
        tracks, picture = folder / f"{name}.ini", folder / f"pygenometracks-{name}.png"
        tracks.write_text("\n".join(lines) + "\n")
        figure = PlotTracks(str(tracks), fig_width=40, dpi=100, plot_regions=[asked["peak"]]).plot(
            str(picture), chrom, start, end
        )
        image = imread(picture)[..., :3]
        axes = [
            each
            for each in figure.axes
            if tuple(np.round(each.get_ylim(), 4)) == (round(-limit, 4), round(limit, 4))
        ]
        drawn[name] = _dots(image, axes[0], start, end, (blue, orange))
    return {"dots": drawn}


def _dots(image: Any, axes: Any, start: int, end: int, colours: tuple[str, str]) -> list[float]:
    """Return the height of the dot at each base, in the axis' own numbers."""
    import numpy as np  # noqa: PLC0415
    from matplotlib.colors import to_rgb  # noqa: PLC0415

    height = image.shape[0]
    found = []
    for at in np.linspace(start, end, end - start):
        column = image[:, min(int(axes.transData.transform((at, 0))[0]), image.shape[1] - 1)]
        near = [np.abs(column - to_rgb(colour)).max(axis=1) < 0.3 for colour in colours]
        rows = np.flatnonzero(near[0] | near[1])
        middle = height - (rows.min() + rows.max() + 1) / 2 if rows.size else np.nan
        value = float(axes.transData.inverted().transform((0, middle))[1])
        blue = bool(near[0].sum() >= near[1].sum())
        found.append(value if blue == (value >= 0) or abs(value) < 0.05 else float("nan"))
    return found


def _run(words: list[Any]) -> None:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise SystemExit(f"{words[0]}: {done.stderr}")


READERS = {"bioframe": bioframe, "deepTools": deeptools, "pyGenomeTracks": pygenometracks}


def main(reader: str, request: str, answer: str) -> None:
    """Let one reader read, and write down what it found."""
    found = READERS[reader](json.loads(Path(request).read_text()))
    found["version"] = importlib.metadata.version(reader)
    Path(answer).write_text(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
