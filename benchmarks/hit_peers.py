"""Other hit callers on the data of hits.py and real_peers.py; these run it where the callers are.

    PEER_PYTHON benchmarks/hit_peers.py DATA.npz HITS.npy METHOD

needs memelite, tangermeme and finemo (install torch==2.13.0 first, then the first two with
--no-deps and numba, scipy, pandas, scikit-learn, pyfaidx, matplotlib, joblib, tqdm, figwig, and
finemo==0.41). DATA holds codes,
relevance, null_codes, null_relevance, each (regions, bases), the matrices m0, m1, ... (W, 4), and
for Fi-NeMo few (regions it gets) and told (matrices it gets), the first ones.
HITS gets rows of region, start, end, matrix. Prints one JSON line: CPU seconds of the first call,
in which numba compiles, and of a second one, imports in neither; peak memory of the process.
"""

from __future__ import annotations

import json
import os
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

os.environ["NUMBA_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import pandas as pd
import torch
from finemo.data_io import trim_motif
from finemo.hitcaller import fit_contribs
from memelite import fimo, tomtom
from tangermeme.seqlet import recursive_seqlets

Rows = np.ndarray
P_NAME = 0.01
Q, MATCH_P = 0.05, 1e-3
BATCH = 20


def one_hot(codes: np.ndarray) -> np.ndarray:
    """Return float32 (regions, 4, bases)."""
    return np.eye(4, dtype=np.float32)[codes].transpose(0, 2, 1)


def run_fimo(data: dict[str, np.ndarray], motifs: dict[str, np.ndarray]) -> Rows:
    """Sequence alone: memelite's FIMO at p < 1e-4."""
    names = list(motifs)
    frames = fimo(motifs, one_hot(data["codes"]), threshold=1e-4, dim=0)
    rows = [np.empty((0, 4), np.int64)]
    for frame in frames:
        if len(frame):
            columns = [frame["sequence_name"].astype(int), frame["start"], frame["end"]]
            index = frame["motif_name"].map(names.index)
            rows.append(np.column_stack([*columns, index]).astype(np.int64))
    return np.concatenate(rows)


def run_fimo_q(data: dict[str, np.ndarray], motifs: dict[str, np.ndarray]) -> Rows:
    """Sequence alone, Benjamini-Hochberg over all places and strands of each motif, as MEME's FIMO.

    memelite gives p alone. Both strands of one place are one call.
    """
    regions, length = data["codes"].shape
    rows = [np.empty((0, 4), np.int64)]
    for k, frame in enumerate(fimo(motifs, one_hot(data["codes"]), threshold=MATCH_P, dim=0)):
        if not len(frame):
            continue
        frame = frame.sort_values("p-value")
        tests = 2 * regions * (length - motifs[str(k)].shape[1] + 1)
        raised = frame["p-value"].to_numpy() * tests / np.arange(1, len(frame) + 1)
        q = np.minimum.accumulate(raised[::-1])[::-1]
        spans = frame.loc[q < Q, ["sequence_name", "start", "end"]].to_numpy(np.int64)
        spans = np.unique(spans, axis=0)
        rows.append(np.column_stack([spans, np.full(len(spans), k)]))
    return np.concatenate(rows)


def name_seqlets(frame: pd.DataFrame, codes: np.ndarray, motifs: dict[str, np.ndarray]) -> Rows:
    """Give each seqlet the motif that tomtom finds nearest, if its p is below 0.01."""
    if not len(frame):
        return np.empty((0, 4), np.int64)
    hot = one_hot(codes).astype(np.float64)
    spans = frame.iloc[:, :3].to_numpy(np.int64)
    queries = [hot[region][:, start:end] for region, start, end in spans]
    p = tomtom(queries, list(motifs.values()), n_jobs=1)[0]
    best = p.argmin(1)
    kept = p[np.arange(len(best)), best] < P_NAME
    return np.column_stack([spans, best])[kept]


def run_seqlets(data: dict[str, np.ndarray], motifs: dict[str, np.ndarray]) -> Rows:
    """Tangermeme's recursive seqlets as they come, threshold 0.01, then tomtom."""
    frame = recursive_seqlets(torch.tensor(data["relevance"]), threshold=0.01)
    return name_seqlets(frame, data["codes"], motifs)


def seqlets_fdr(data: dict[str, np.ndarray]) -> pd.DataFrame:
    """Both signs against the shuffled windows at FDR 0.05."""
    X, control = torch.tensor(data["relevance"]), torch.tensor(data["null_relevance"])
    frames = [
        recursive_seqlets(sign * X, X_control=sign * control, target_fdr=Q) for sign in (1, -1)
    ]
    return pd.concat(frames)


def run_seqlets_fdr(data: dict[str, np.ndarray], motifs: dict[str, np.ndarray]) -> Rows:
    """Seqlets at FDR 0.05, then tomtom."""
    return name_seqlets(seqlets_fdr(data), data["codes"], motifs)


def run_seqlets_unnamed(data: dict[str, np.ndarray], motifs: dict[str, np.ndarray]) -> Rows:
    """Seqlets at FDR 0.05, whatever motif they look like: matrix -1."""
    spans = seqlets_fdr(data).iloc[:, :3].to_numpy(np.int64)
    return np.column_stack([spans, np.full(len(spans), -1)])


def run_finemo(data: dict[str, np.ndarray], motifs: dict[str, np.ndarray]) -> Rows:
    """Fi-NeMo with its defaults, told which motifs to look for; the first regions alone.

    A contribution matrix is what the simulation plants: bits of information times how well a base
    matches. Both signs of relevance are fitted, one after the other. It keeps a whole batch busy
    to the end, empty places too, so the batch (2,000 by default) is small.
    """
    few = int(data["few"])
    chosen = [motifs[str(k)] for k in range(int(data["told"]))]
    widest = max(each.shape[1] for each in chosen)
    cwms, masks, spans = [], [], []
    for each in chosen:
        cwm = each / each.max(0) * (each * np.log2(each / 0.25)).sum(0)
        cwm = cwm / np.sqrt((cwm**2).sum())
        for strand in (cwm, cwm[::-1, ::-1]):
            padded = np.zeros((4, widest))
            padded[:, : cwm.shape[1]] = strand
            start, end = trim_motif(padded, 0.3)
            masks.append((np.arange(widest) >= start) & (np.arange(widest) < end))
            cwms.append(padded)
            spans.append((start, end))
    given = np.stack(cwms).astype(np.float32), np.stack(masks).astype(np.int8)
    hot = one_hot(data["codes"][:few]).astype(np.int8)
    rows = []
    for sign in (1, -1):
        values = (sign * data["relevance"][:few]).astype(np.float32)
        lambdas = np.full(len(cwms), 0.7, np.float32)
        found, _ = fit_contribs(
            *(given[0], values, hot, given[1], False, lambdas),
            batch_size=min(few, BATCH),
            device=torch.device("cpu"),
        )
        for region, motif, at in found.select("peak_id", "motif_id", "hit_start").iter_rows():
            start, end = spans[motif]
            rows.append((region, at + start, at + end, motif // 2))
    return np.array(rows, np.int64).reshape(-1, 4)


METHODS: dict[str, Callable[[dict[str, np.ndarray], dict[str, np.ndarray]], Rows]] = {
    "memelite_fimo_1e-4": run_fimo,
    "memelite_fimo_q": run_fimo_q,
    "tangermeme_seqlets_tomtom": run_seqlets,
    "tangermeme_seqlets_fdr_tomtom": run_seqlets_fdr,
    "tangermeme_seqlets_fdr": run_seqlets_unnamed,
    "finemo_few_regions": run_finemo,
}


def peak_mb() -> int:
    """Return the most memory that this process held (ru_maxrss would count its parent's)."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


def main() -> None:
    """Run one method twice: the first time numba compiles, the second it does not."""
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")  # tangermeme warns where no threshold reaches the rate
    source, target, name = sys.argv[1:]
    loaded = np.load(source)
    data = {key: loaded[key] for key in loaded.files if not key.startswith("m")}
    count = sum(key.startswith("m") for key in loaded.files)
    motifs = {str(k): np.ascontiguousarray(loaded[f"m{k}"].T) for k in range(count)}
    spent = []
    for _ in range(2):
        begun = time.process_time()
        found = METHODS[name](data, motifs)
        spent.append(round(time.process_time() - begun, 3))
    peak = peak_mb()
    np.save(target, found)
    print(json.dumps({"cpu_s_first": spent[0], "cpu_s_again": spent[1], "peak_mb": peak}))


if __name__ == "__main__":
    main()
