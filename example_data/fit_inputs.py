"""Take the two inputs of the simulation from real data, once.

Both, `background_order3.json` and `motifs.meme`, are committed, so nobody needs this script to
rebuild the example. It is their provenance: ``python example_data/fit_inputs.py ../shared/data``
writes the same two files again.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).resolve().parent
ORDER = 3
MOTIFS = ("MA0139.1", "MA0138.2", "MA0506.2", "MA0105.4")  # the last one is the decoy
NAMES = {"MA0139.1": "CTCF", "MA0138.2": "REST", "MA0506.2": "NRF1", "MA0105.4": "NFKB1"}


def context_counts(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how often each base follows each 3-mer, shape (64, 4); code 4 breaks a context."""
    words = np.stack([codes[i : len(codes) - ORDER + i] for i in range(ORDER + 1)], axis=1)
    words = words[(words < 4).all(axis=1)]
    flat = words @ (4 ** np.arange(ORDER, -1, -1))
    return np.bincount(flat, minlength=4 ** (ORDER + 1)).reshape(-1, 4)


def fit_background(fasta_gz: Path) -> dict[str, object]:
    """Count the 4-mers of both strands of a gzipped FASTA."""
    text = b"".join(x for x in gzip.open(fasta_gz).read().split(b"\n") if not x.startswith(b">"))
    table = np.full(256, 4, np.int64)
    for code, pair in enumerate((b"Aa", b"Cc", b"Gg", b"Tt")):
        table[list(pair)] = code
    codes = table[np.frombuffer(text, np.uint8)]
    reverse = np.where(codes < 4, 3 - codes, 4)[::-1]
    counts = context_counts(codes) + context_counts(reverse) + 1
    return {
        "source": "hg38 chr1:0-1,000,000, both strands added, one added to every count",
        "order": ORDER,
        "layout": "row: the 3-mer before (AAA, AAC, ... TTT); column: A, C, G, T",
        "counts": counts.tolist(),
    }


def read_counts(pfm: Path, identifier: str) -> NDArray[np.float64]:
    """Return the count matrix of one motif, shape (width, 4)."""
    lines = pfm.read_text().splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith(f">{identifier}_"))
    rows = []
    for line in lines[at + 1 :]:
        if line.startswith(">"):
            break
        rows.append([float(x) for x in line.split()])
    return np.array(rows)


def meme_text(pfm: Path, background: NDArray[np.float64]) -> str:
    """Return the four matrices as MEME text with the base composition of the background."""
    frequencies = " ".join(f"{b} {p:.6f}" for b, p in zip("ACGT", background, strict=True))
    out = [
        "MEME version 4",
        "",
        "# JASPAR 2022 CORE vertebrates (https://jaspar.elixir.no), CC BY 4.0, "
        "Castro-Mondragon et al. 2022.",
        "# CTCF, REST and NRF1 are planted with effect; NFKB1 is the decoy, planted without.",
        "",
        "ALPHABET= ACGT",
        "",
        "strands: + -",
        "",
        "Background letter frequencies",
        frequencies,
        "",
    ]
    for identifier in MOTIFS:
        counts = read_counts(pfm, identifier)
        sites = round(float(counts.sum(axis=1).max()))
        out.append(f"MOTIF {identifier} {NAMES[identifier]}")
        out.append(f"letter-probability matrix: alength= 4 w= {len(counts)} nsites= {sites} E= 0")
        for row in counts / counts.sum(axis=1, keepdims=True):
            out.append(" " + "  ".join(f"{p:.6f}" for p in row))
        out.append("")
    return "\n".join(out)


def main() -> None:
    """Write both files beside this script."""
    data = Path(sys.argv[1])
    background = fit_background(data / "hg38_chr1_1mb" / "hg38_1m.fa.gz")
    rows = background.pop("counts")
    head = json.dumps(background, indent=1)[:-2]
    body = ",\n".join("  " + json.dumps(row) for row in rows)  # type: ignore[attr-defined]
    (HERE / "background_order3.json").write_text(f'{head},\n "counts": [\n{body}\n ]\n}}\n')
    composition = np.array(rows, np.float64).sum(axis=0)
    composition = (composition + composition[::-1]) / 2  # both strands: A = T, C = G
    text = meme_text(
        data / "motifs" / "JASPAR2022_vertebrates.pfm", composition / composition.sum()
    )
    (HERE / "motifs.meme").write_text(text)


if __name__ == "__main__":
    main()
