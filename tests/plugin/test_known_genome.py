"""A scan of a known genome on a machine without its FASTA, in a real Chromium."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from tests.plugin.conftest import PLUGIN

TEST = PLUGIN / "test" / "viewer" / "known.test.js"


def known(scan: Path, out: Path) -> Path:
    """Copy a scan as if of hg38, without its genome; return the genome, which lies elsewhere."""
    shutil.copytree(scan, out)
    fasta = out.parent / "genome.fa"
    for name in ("genome.fa", "genome.fa.fai"):
        shutil.move(out / "genome" / name, out.parent / name)
    record = json.loads((out / "manifest.json").read_text())
    record["genome"] |= {"id": "hg38", "fasta": None}
    (out / "manifest.json").write_text(json.dumps(record))
    run = json.loads((out / "run.local.json").read_text())
    (out / "run.local.json").write_text(json.dumps(run | {"fasta": str(out.parent / "gone.fa")}))
    (out / "hub" / "files.json").unlink()  # what is changed below would not be shown
    hub = (out / "hub" / "hub.txt").read_text()
    head, genome, tracks = hub.split("\n\n", 2)
    assert genome.startswith("genome custom\n")
    (out / "hub" / "hub.txt").write_text("\n\n".join([head, "genome hg38", tracks]))
    return fasta


def test_bars_or_letters(
    node: Callable[..., None],
    chromium: str,
    viewing: Callable[..., AbstractContextManager[str]],
    example_scan: Path,
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    fasta = known(example_scan, out)
    pages = {
        "offline": (),
        "hubOffline": ("--hub",),
        "online": ("--online",),
        "hub": ("--hub", "--online"),
        "fasta": ("--fasta", fasta),
    }
    with ExitStack() as stack:
        case = {name: stack.enter_context(viewing(out, *how)) for name, how in pages.items()}
        case["twobit"] = str(out / "hub" / "genome.2bit")
        (tmp_path / "case.json").write_text(json.dumps(case))
        node(TEST, GTRACK_CASE=str(tmp_path / "case.json"), CHROMIUM=chromium)
