"""A real JupyterLab: ``Scan.view()`` in two cells, its keys, and a kernel that is restarted."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.image import imread

from scripts.readers.igv_js import ENOUGH, LETTERS, pixels
from scripts.readers.ours import Scan
from scripts.readers.verdict import WRONG, Row, judged, missing

NAME = "JupyterLab"
SCRIPT = Path(__file__).with_name("jupyter.mjs")
ROOT = Path(__file__).resolve().parents[2]
KERNEL = """import sys
sys.path.insert(0, {root!r})
sys.path.append({packages!r})  # behind those of the reader, which has the widget
from ipykernel.kernelapp import launch_new_instance
launch_new_instance()"""


def rows(scan: Scan, out: Path, program: Path) -> list[Row]:
    """Let a JupyterLab show the scan."""
    needed = [each for each in ("node", "chromium") if shutil.which(each) is None]
    if needed or not program.exists():
        lacking = ", ".join([*needed, *([] if program.exists() else ["the group readers"])])
        return [missing(NAME, f"lacking: {lacking}")]
    version = subprocess.run(  # noqa: S603
        [program, "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    home = _home(scan, out / "jupyter", program.with_name("python"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    answer = out / "jupyter.json"
    command = ["node", str(SCRIPT), str(program), str(home), str(port), str(answer)]
    done = subprocess.run(command, capture_output=True, text=True, env=_env(home))  # noqa: S603
    if done.returncode:
        return [Row(NAME, version, "Scan.view()", "that it opens", WRONG, done.stderr[-300:])]
    return list(_rows(version, json.loads(answer.read_text())))


def _rows(version: str, seen: dict[str, Any]) -> list[Row]:
    """Return what is told of what was seen."""
    what = (NAME, version, "Scan.view()")
    said = [*seen["errors"], *(f"asks {url}" for url in seen["strays"])]
    image = np.asarray(imread(seen["picture"])[..., :3] * 255)
    found = {base for base, colour in LETTERS.items() if pixels(image, colour) >= ENOUGH}
    lacking = "".join(sorted(set(LETTERS) - found))
    times = (
        f"{seen['first'] / 1000:.1f} s to letters, {seen['second'] / 1000:.1f} s in a second cell"
    )
    keys = "" if seen["cells"] == [4, 4] and seen["moved"] else "they reach the notebook"
    left = f"{seen['left']} views are left" if seen["left"] else ""
    told = "" if seen["told"] else "nothing is said"
    return [
        judged((*what, "that it opens: no error, no other host is asked"), "; ".join(said), times),
        judged((*what, "letters, by pixels"), lacking and f"no {lacking}", "A, C, G, T"),
        judged((*what, "keys: n goes on, and d d x b change no cell"), keys, "4 cells are left"),
        judged((*what, "close() takes it away from all cells"), left, "nothing is left"),
        judged((*what, "a kernel that is restarted"), told, "the view says what to do"),
    ]


def _home(scan: Scan, home: Path, python: Path) -> Path:
    """Write the notebook, and the kernel that runs it: the reader's Python with this gtrack."""
    kernel = home / "kernels" / "gtrack"
    kernel.mkdir(parents=True, exist_ok=True)
    code = KERNEL.format(root=str(ROOT), packages=sysconfig.get_path("purelib"))
    argv = [str(python), "-c", code, "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": "gtrack", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(spec))
    (home / "work").mkdir(exist_ok=True)
    place = scan.places()[0]
    locus = f"{place.chrom}:{place.start + 1}-{place.end}"
    opening = f"scan = gtrack.open_scan({str(scan.folder)!r})"
    cells = [
        f"import gtrack\n{opening}\nview = scan.view({locus!r})",
        "view",
        "view",
        "view.close()",
    ]
    empty = {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": []}
    notebook = {
        "cells": [{**empty, "id": f"c{at}", "source": text} for at, text in enumerate(cells)],
        "metadata": {"kernelspec": {"name": "gtrack", "display_name": "gtrack"}},
        **{"nbformat": 4, "nbformat_minor": 5},
    }
    (home / "work" / "scan.ipynb").write_text(json.dumps(notebook))
    return home


def _env(home: Path) -> dict[str, str]:
    """Keep Jupyter to a folder of its own."""
    own = ("CONFIG", "RUNTIME", "DATA")
    folders = {f"JUPYTER_{name}_DIR": str(home / name.lower()) for name in own}
    outside = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    return {**outside, **folders, "JUPYTER_PATH": str(home), "IPYTHONDIR": str(home / "ipython")}
