"""Draw the README's picture from ``out/demo``: `.venv/bin/python docs/plot_example.py`.

Left: one whole region, relevance as bars. Right: its strongest planted site, relevance as letters.
The region is the one with planted sites of the most motifs; nothing is chosen by how it looks.
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import numpy as np
import pyBigWig
from matplotlib import pyplot as plt
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D

from gtrack.io.bed import read_bed
from gtrack.io.fasta import Genome

ROOT = Path(__file__).resolve().parents[1]
COLOURS = {"A": "#009E73", "C": "#0072B2", "G": "#E69F00", "T": "#D55E00"}  # Okabe and Ito
FONT = FontProperties(family="DejaVu Sans", weight="bold")
ZOOM = 25  # bases shown on either side of the site


def draw_letters(axes: plt.Axes, start: int, sequence: str, values: np.ndarray) -> None:
    """Draw each base as a letter as high as its value."""
    for offset, (base, value) in enumerate(zip(sequence, values, strict=True)):
        if not np.isfinite(value) or value == 0:
            continue
        glyph = TextPath((0, 0), base, size=1, prop=FONT)
        box = glyph.get_extents()
        shape = Affine2D().translate(-box.x0, -box.y0)
        shape.scale(0.95 / box.width, value / box.height).translate(start + offset + 0.025, 0)
        patch = PathPatch(glyph, transform=shape + axes.transData, color=COLOURS[base], lw=0)
        axes.add_patch(patch)


def main(out: Path) -> None:
    """Draw the picture of one scan folder."""
    regions = read_bed(ROOT / "example_data" / "regions.bed")
    truth = read_bed(ROOT / "example_data" / "truth.bed")

    def sites(region):  # type: ignore[no-untyped-def]
        return [
            s
            for s in truth
            if s.chrom == region.chrom and region.start <= s.start and s.end <= region.end
        ]

    region = max(
        (r for r in regions if 300 <= len(r) <= 800),
        key=lambda r: (len({s.name for s in sites(r)}), len(sites(r))),
    )
    tracks = {n: pyBigWig.open(str(out / f"tracks/{n}.relevance.bw")) for n in ("cnn", "dnabert2")}
    values = {
        name: np.array(track.values(region.chrom, region.start, region.end))
        for name, track in tracks.items()
    }
    cnn = np.nan_to_num(values["cnn"])
    site = max(
        sites(region), key=lambda s: cnn[s.start - region.start : s.end - region.start].sum()
    )
    low, high = max(region.start, site.start - ZOOM), min(region.end, site.end + ZOOM)
    with Genome.open(ROOT / "example_data" / "genome.fa") as genome:
        sequence = genome.fetch(region.chrom, low, high)

    figure, axes = plt.subplots(
        2, 2, figsize=(12, 4.4), width_ratios=[1.5, 1], sharex="col", layout="constrained"
    )
    titles = {"cnn": "CNN, gamma-LRP", "dnabert2": "DNABERT-2 (small), AttnLRP"}
    for row, (name, track) in zip(axes, values.items(), strict=True):
        for panel in row:
            for s in sites(region):
                panel.axvspan(s.start, s.end, color="0.88", lw=0)
            panel.axhline(0, color="0.3", lw=0.6)
            panel.spines[["top", "right"]].set_visible(False)
            panel.ticklabel_format(axis="x", style="plain", useOffset=False)
        row[0].bar(
            np.arange(region.start, region.end) + 0.5,
            np.nan_to_num(track),
            width=1.0,
            color=np.where(np.nan_to_num(track) > 0, "#0072B2", "#D55E00"),
        )
        row[0].set_ylabel("relevance (logits)")
        row[0].text(
            0.99, 0.97, titles[name], transform=row[0].transAxes, ha="right", va="top", fontsize=10
        )
        window = track[low - region.start : high - region.start]
        draw_letters(row[1], low, sequence, window)
        top, bottom = max(0.0, np.nanmax(window)), min(0.0, np.nanmin(window))
        row[1].set_ylim(bottom - 0.05 * (top - bottom), top + 0.05 * (top - bottom))
        row[1].set_xlim(low, high)
    for s in sites(region):
        axes[0, 0].annotate(
            s.name,
            ((s.start + s.end) / 2, 1.0),
            xycoords=("data", "axes fraction"),
            ha="left",
            va="bottom",
            rotation=35,
            fontsize=8,
        )
    axes[0, 1].set_title(f"around the strongest site, {site.name} ({site.strand})", fontsize=10)
    axes[0, 0].set_xlim(region.start, region.end)
    for panel in axes[1]:
        panel.set_xlabel(f"{region.chrom}, base (0-based)")
    target = ROOT / "docs" / "images" / "example.png"
    figure.savefig(target, dpi=130, metadata={"Software": None})
    print(f"{target.relative_to(ROOT)}: {region.name} {region.locus}, site {site.name}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "out" / "demo")
