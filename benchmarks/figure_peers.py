"""Draw one place with pyGenomeTracks, logomaker and tangermeme, beside `gtrack figure`.

    gtrack demo --out out/demo
    PEER_PYTHON benchmarks/figure_peers.py out/demo docs/images

PEER_PYTHON is an interpreter that has pyGenomeTracks==3.9, logomaker==0.8.7 and tangermeme==1.6.0
(the last with --no-deps, and torch, numba, scikit-learn, joblib, tqdm), and gtrack on its PATH.
Writes `figure-NAME.png` and prints a line per program: seconds of CPU and of the clock, both with
the start of the program, and what its SVG holds: text elements and images. Each gets what it takes:
pyGenomeTracks the files (it draws no letters), the other two relevance per base and letters.
"""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CHROM, START, END = "chr1", 147320, 147460
MODELS = ("cnn", "dnabert2")
DOTS = 110

AXIS = "[x-axis]\nfontsize = 8\n"
INI = """
[{name}]
file = {out}/tracks/{name}.relevance.bw
title = {name}
height = 2
color = #0072B2
negative_color = #D55E00
number_of_bins = 140
[hits {name}]
file = {out}/hits/{name}.sites.bed
title = hits
height = 1
fontsize = 8
[spacer]
"""

DRAW = """
import sys
from pathlib import Path
import matplotlib
matplotlib.use("Agg")
import numpy as np, pandas as pd, pyBigWig
from matplotlib import pyplot as plt
from pyfaidx import Fasta
kind, out, chrom, start, end, target = sys.argv[1:7]
start, end = int(start), int(end)
matplotlib.rcParams["svg.fonttype"] = "none"
bases = str(Fasta(str(Path(out) / "genome/genome.fa"))[chrom][start:end]).upper()
figure, rows = plt.subplots({count}, figsize=(7.09, 2.8), sharex=True)
for axes, name in zip(rows, {models}):
    with pyBigWig.open(str(Path(out) / f"tracks/{{name}}.relevance.bw")) as track:
        values = np.nan_to_num(track.values(chrom, start, end, numpy=True))
    if kind == "logomaker":
        import logomaker
        table = pd.DataFrame(0.0, index=range(start + 1, end + 1), columns=list("ACGT"))
        for at, (base, value) in enumerate(zip(bases, values)):
            table.loc[start + 1 + at, base] = value
        logomaker.Logo(table, ax=axes)
        axes.set_xlim(start + 0.5, end + 0.5)
    else:
        from tangermeme.plot import plot_logo
        grid = np.zeros((4, end - start))
        for at, (base, value) in enumerate(zip(bases, values)):
            grid["ACGT".index(base), at] = value
        plot_logo(grid, ax=axes)
    axes.set_ylabel(name)
figure.tight_layout()
figure.savefig(target, dpi={dots})
"""


def measured(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Return the seconds of a command: of CPU, and of the clock."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, check=True, capture_output=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, time.monotonic() - began


def main(out: Path, images: Path) -> None:
    """Draw with every program, and say what it took."""
    out = out.resolve()
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    locus = f"{CHROM}:{START + 1}-{END}"
    script = DRAW.format(count=len(MODELS), models=MODELS, dots=DOTS)
    with tempfile.TemporaryDirectory() as folder:
        tracks = Path(folder) / "tracks.ini"
        tracks.write_text("".join(INI.format(name=name, out=out) for name in MODELS) + AXIS)
        for name in ("gtrack", "pygenometracks", "logomaker", "tangermeme"):
            taken = []
            for form in ("svg", "png"):
                target = Path(folder) / f"figure-{name}.{form}"
                command = [sys.executable, "-c", script, name, str(out), CHROM]
                command += [str(START), str(END), str(target)]
                if name == "gtrack":
                    command = ["gtrack", "figure", str(out), "--locus", locus, "-o", str(target)]
                if name == "pygenometracks":
                    command = [str(Path(sys.executable).with_name("pyGenomeTracks"))]
                    command += ["--tracks", str(tracks), "--region", locus, "--width", "18"]
                    command += ["--dpi", str(DOTS), "--outFileName", str(target)]
                taken.append(measured(command, environment))
            (images / target.name).write_bytes(target.read_bytes())
            svg = target.with_suffix(".svg").read_text()
            counted = [len(re.findall(f"<{tag}[ >]", svg)) for tag in ("text", "image")]
            print(
                f"{name}: svg {taken[0][0]:.1f} s of CPU, {taken[0][1]:.1f} s; "
                f"{len(svg) / 1e3:.0f} kB, {counted[0]} texts, {counted[1]} images"
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
