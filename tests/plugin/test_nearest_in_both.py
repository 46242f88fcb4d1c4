"""The nearest gene as the report finds it, and as the viewer does: one rule in two languages."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from gtrack.core.features import Feature
from gtrack.core.nearest_genes import Genes

NEAREST = Path(__file__).parents[2] / "igv_plugin" / "src" / "pure" / "nearest.js"
ASKS = """
const { geneFinder } = await import(process.argv[1])
const asked = JSON.parse(require('node:fs').readFileSync(0, 'utf8'))
const found = asked.map(([genes, places]) => places.map((place) => geneFinder(genes)(...place)))
console.log(JSON.stringify(found))
"""


def test_report_and_viewer_name_the_same_genes() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node, version 20 or later, is not on this machine")
    rng = np.random.default_rng(0)

    def stretch() -> tuple[int, int]:
        start = int(rng.integers(0, 60))
        return start, start + int(rng.integers(1, 20))

    asked, wanted = [], []
    for _ in range(300):
        bodies = [
            (*stretch(), str(rng.choice([*"ABCab", "."])), str(rng.choice([*"+-."])))
            for _ in range(rng.integers(0, 8))
        ]
        places = [stretch() for _ in range(4)]
        genes = Genes()
        list(genes.noted(Feature("chr1", s, e, name, strand=d) for s, e, name, d in bodies))
        wanted.append(
            [
                [{"name": n.name, "distance": n.distance, "side": n.side} for n in near]
                for near in (genes.nearest("chr1", *place) for place in places)
            ]
        )
        keys = ("start", "end", "name", "strand")
        asked.append([[dict(zip(keys, body, strict=True)) for body in bodies], places])
    ran = subprocess.run(
        [node, "--eval", f"(async () => {{ {ASKS} }})()", str(NEAREST)],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(ran.stdout) == wanted
    assert {len(near) for each in wanted for near in each} >= {0, 1, 2}
