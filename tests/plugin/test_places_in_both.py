"""What a text means as a place: in a figure and a notebook, and in the viewer's box."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from gtrack.core.errors import InputError
from gtrack.core.hits.motif_hit import MotifHit
from gtrack.core.named_places import NamedPlace
from gtrack.workflows.figures.locating import Gazetteer

SOURCE = Path(__file__).parents[2] / "igv_plugin" / "src"
SIZES = {
    "chr1": 3_000_000,
    "chr2": 5000,
    "chrM": 16_569,
    "HLA:A*01": 300,
    "2L": 900,
    "my contig": 400,
}
NAMES = ["SOX2", "sox2", "2l", "1", "m", "chr2", "HLA", "NKX2-5", "g 1", "SOX21", "a:7", "chr1:5"]
ASKS = """
const [source] = process.argv.slice(1)
globalThis.setTimeout = setImmediate // no page waits here
const { groupsFor } = await import(source + '/find/offers.js')
const { annotated, motifsOf, regionsOf } = await import(source + '/find/sources.js')
const { knownBy } = await import(source + '/pure/places.js')
const { Table } = await import(source + '/pure/hits.js')
const { sizes, cases } = JSON.parse(require('node:fs').readFileSync(0, 'utf8'))
const known = knownBy(Object.entries(sizes).map(([name, length]) => ({ name, length })))
const table = async (lines) => {
  const made = new Table()
  const add = made.reader('cnn')
  for (const line of lines) add(line)
  await made.finish()
  return made
}
const found = []
for (const { names, regions, hits, wishes } of cases) {
  const side = {
    regions: await table(regions), hits: await table(hits),
    only: async () => {}, list: { touch() {} },
  }
  const sources = { ready: [], waiting: [], missing: new Map() }
  const motifs = await motifsOf(side.hits)
  if (motifs) sources.ready.push(...motifs)
  const url = 'data:text/plain,' + encodeURIComponent(names.join('\\n'))
  const once = (read) => read() // no server that may be away
  sources.ready.push(...(await annotated({ name: 'genes', url }, () => '', once, undefined)))
  sources.ready.push(...((await regionsOf(side.regions)) ?? []))
  for (const wish of wishes) {
    let went = null
    const viewer = {
      goto: async (chrom, start, end) => (went = [chrom, start, end]),
      span: () => 1, state: () => ({ locus: '', threshold: 0 }), relevance: [],
    }
    const { groups, sure } = groupsFor(wish.trim(), { known, sources, viewer, side })
    if (sure && groups.length) await groups[0].choices[0].go()
    found.push(went)
  }
}
console.log(JSON.stringify(found))
"""
POSITIONS = [
    *("chr1:1,001-2,000", "chr1 1001 2000", "1:1001-2000", "CHR1:1001..2000", "chr1:1.5k-2k"),
    *("chr1:1-0.5M", "chr1:0.1M+200", "1\t7\t9", "chr1:5", "chr1:5k-5", "chr1:5-5k", "MT:1-10"),
    *("chr1:1'001-2'000(+)", "chr1 1001 2000 -", "HLA:A*01:5-9", "my contig 5 9", "2L:7", "2l 7 9"),
    *("chr1:1001 to 1_100", "chr1:10\N{EN DASH}20", "chr1:10bp-20", "chr1:1001:1100", " chr1:7 "),
    *("chr2:4990-9000", "chr2:200-100", "chr2:6000", "chr1:0-10", "chr1:", "chr7:1-9", "chr1:a-b"),
    *("chr1", "x", "1", "chrMT", "2L", "my contig", "", "5-9", "chr1:5+0", "chr1:9999999999999999"),
]


def _hit(chrom: str, start: int, end: int, name: str) -> MotifHit:
    strengths = 1.0, 1.0, 0.1, 0.1, 0.1
    more = "cnn", "r", 0.1, None, None, False, name
    return MotifHit(chrom, start, end, name, "+", f"{name}.id", "made up", *strengths, *more)


def test_a_text_means_the_same_place_in_both() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node, version 20 or later, is not on this machine")
    rng = np.random.default_rng(0)

    def stretch() -> tuple[str, int, int]:
        chrom = str(rng.choice(["chr1", "chr2"]))
        start = int(rng.integers(0, 4900))
        return chrom, start, start + int(rng.integers(1, 60))

    asked, wanted, told = [], [], Counter[str]()
    for _ in range(300):
        genes, regions, hits = (
            [(*stretch(), str(rng.choice(NAMES))) for _ in range(rng.integers(0, 5))]
            for _ in range(3)
        )
        genes.sort(key=lambda each: (each[3], each[0], each[1]))
        sites = [_hit(*each) for each in hits]
        spots = [f"{hit.name}@{hit.chrom}:{hit.start + 1}" for hit in sites]
        few = [str(each) for each in rng.choice([*NAMES, *spots, "SOX2.id", "SOX"], 6)]
        wishes = [*few, *(str(each) for each in rng.choice(POSITIONS, 6))]
        places = Gazetteer(
            SIZES,
            lambda _, genes=genes: [NamedPlace(n, c, s, e, "genes") for c, s, e, n in genes],
            [NamedPlace(n, c, s, e, "region") for c, s, e, n in regions],
            lambda sites=sites: sites,
            lambda genes=genes: [each[3] for each in genes],
        )
        for wish in wishes:
            try:
                at = places.place(wish)
                wanted.append((wish, [at.chrom, at.start, at.end]))
                told["a place"] += 1
            except InputError as error:
                wanted.append((wish, None))
                told[str(error).partition(": ")[2].partition(" places")[2][:10] or "none"] += 1
        asked.append(
            {
                "names": ["name\tchrom\tstart\tend"]
                + [f"{n}\t{c}\t{s}\t{e}" for c, s, e, n in genes],
                "regions": [f"{c}\t{s}\t{e}\t{n}" for c, s, e, n in regions],
                "hits": [_HITS, *map(_line, sites)],
                "wishes": wishes,
            }
        )
    ran = subprocess.run(
        [node, "--eval", f"(async () => {{ {ASKS} }})()", str(SOURCE)],
        input=json.dumps({"sizes": SIZES, "cases": asked}),
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(ran.stdout)
    others = [
        (wish, place, other)
        for (wish, place), other in zip(wanted, found, strict=True)
        if place is not None and place != other
    ]
    assert others == []
    assert told["a place"] > 500
    assert told["none"] > 500


_HITS = "#chrom\tchromStart\tchromEnd\tname\tscore\tstrand\tmotifId\tfamily\trelSum\tqValue"


def _line(hit: MotifHit) -> str:
    cells = [
        hit.chrom,
        hit.start,
        hit.end,
        hit.name,
        0,
        hit.strand,
        hit.motif_id,
        hit.family,
        1,
        0.1,
    ]
    return "\t".join(map(str, cells))
