"""The example scanned on a GPU in fp32, tf32 and bf16, against a CPU in fp32; see ``gpu.sh``.

Records the card and the versions, runs the tests marked ``gpu``, scans ``example_data`` with its
null and motifs once on the CPU and on the device in each precision (fp32 twice), and compares
relevance window by window and hits place by place; then ``gpu_speed.py``, and in what is left of
the time as many trials of ``gpu_kernels.py`` as it takes. Gates of the example are for fp32, and a
trial has none. The JSON is written after each step, so that a run that is cut short leaves what it
has. Exit 1 when a gate is missed, and 2 when something is missing.

    benchmarks/gpu.sh
    python benchmarks/gpu_compare.py --device cpu      a rehearsal without a GPU
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "example_data"
MODELS = ("cnn", "dnabert2")
COSINE = 0.9999
"""Gate of fp32: the least cosine of a window's relevance, as in the tests marked gpu."""

TRIAL = 40.0
"""Seconds that the longest trial of ``gpu_kernels.py`` may take: two compile for 9 s each."""

PRECISIONS = ("fp32", "tf32", "bf16")
NEEDED = (
    *("torch", "transformers", "tokenizers", "safetensors", "accelerate", "huggingface_hub"),
    *("numpy", "sklearn", "click", "rich", "pyBigWig", "pybigtools", "pyfaidx", "jsonschema"),
    *("pytest", "pytest_timeout", "hypothesis", "filelock"),
)

Record = dict[str, Any]


def missing() -> list[str]:
    """Return the packages that are not here; lxt is looked up as gtrack does."""
    lacks = [name for name in NEEDED if find_spec(name) is None]
    try:
        version("lxt")
    except PackageNotFoundError:
        lacks.append("lxt")
    return lacks


def machine(device: str) -> Record:
    """Describe the card, the CPU and the versions."""
    import torch

    cpu = platform.processor()
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        cpu = next((line.split(":")[1].strip() for line in lines if "model name" in line), cpu)
    names = ("gtrack", "torch", "transformers", "tokenizers", "numpy", "lxt")
    found: Record = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "device": device,
        "cpu": cpu,
        "cpus": len(os.sched_getaffinity(0)),
        "versions": {"python": platform.python_version(), **{n: version(n) for n in names}},
    }
    if device != "cpu":
        card = torch.cuda.get_device_properties(0)
        query = "--query-gpu=name,driver_version,memory.total"
        smi = ["nvidia-smi", query, "--format=csv,noheader"]
        found["card"] = {
            "name": card.name,
            "memory_gb": round(card.total_memory / 1e9, 1),
            "capability": f"{card.major}.{card.minor}",
            "cuda": torch.version.cuda,
            "cudnn": torch.backends.cudnn.version(),
            "nvidia_smi": said(smi),
        }
    return found


def said(command: list[str]) -> str:
    """Return what a command prints, or why it did not."""
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"not run: {error}"
    return (ran.stdout + ran.stderr).strip()


def gpu_tests() -> Record:
    """Run the tests marked ``gpu``; without a GPU they are skipped."""
    files = [str(p) for p in (ROOT / "tests").rglob("test_*.py") if "mark.gpu" in p.read_text()]
    options = ["-q", "-m", "gpu", "-W", "default", "-p", "no:cacheprovider"]
    begun = time.perf_counter()
    command = [sys.executable, "-m", "pytest", *options, *files]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    last = ran.stdout.strip().splitlines()[-1:] or [ran.stderr.strip()[-500:]]
    record = {"exit": ran.returncode, "said": last[0], "wall_s": since(begun)}
    return record if not ran.returncode else record | {"output": ran.stdout[-4000:]}


def since(begun: float) -> float:
    """Return the wall seconds since `begun`."""
    return round(time.perf_counter() - begun, 1)


def scan(out: Path, device: str, precision: str) -> Record:
    """Scan the example with a null and hits; return how it ended and how long it took."""
    command = [sys.executable, "-m", "gtrack", "scan", "--out", str(out)]
    command += ["--bed", str(DATA / "regions.bed"), "--fasta", str(DATA / "genome.fa")]
    command += [f"--model={name}={DATA / 'models' / name}" for name in MODELS]
    command += ["--motifs", str(DATA / "motifs.meme"), "--device", device]
    begun = time.perf_counter()
    ran = subprocess.run([*command, "--precision", precision], capture_output=True, text=True)
    record: Record = {"exit": ran.returncode, "wall_s": since(begun)}
    return record if not ran.returncode else record | {"error": ran.stderr.strip()[-2000:]}


def window_cosines(out: Path, reference: Path, model: str) -> Iterator[float]:
    """Yield the cosine of two scans over the bases that each window owns, where there is any."""
    import numpy as np

    from gtrack.evaluation.similarity import cosine
    from gtrack.io.bigwig import BigWigReader

    rows = [line.split("\t") for line in (reference / "windows.tsv").read_text().splitlines()]
    at = {name: rows[0].index(name) for name in ("chrom", "model", "own_start", "own_end")}
    owned = dict.fromkeys(
        (row[at["chrom"]], int(row[at["own_start"]]), int(row[at["own_end"]]))
        for row in rows[1:]
        if row[at["model"]] == model
    )
    name = f"tracks/{model}.relevance.bw"
    with BigWigReader(out / name) as one, BigWigReader(reference / name) as other:
        for chrom, start, end in owned:
            if start < end:
                a, b = (np.nan_to_num(t.values(chrom, start, end)) for t in (one, other))
                if a.any() or b.any():
                    found = cosine(a, b)
                    yield 0.0 if np.isnan(found) else found


def compare(out: Path, reference: Path, model: str) -> Record:
    """Compare one model's relevance and hits with the reference's."""
    import numpy as np

    from gtrack.io.hit_files import read_hits_bed

    cosines = np.array(list(window_cosines(out, reference, model)))
    hits = [read_hits_bed(folder / f"hits/{model}.hits.bed") for folder in (out, reference)]
    places = [[(h.chrom, h.start, h.end, h.strand, h.motif_id) for h in each] for each in hits]
    both = set(places[0]) & set(places[1])
    return {
        "windows": len(cosines),
        "cosine_min": float(cosines.min()),
        "cosine_median": float(np.median(cosines)),
        "hits": len(hits[0]),
        "hits_of_reference": len(hits[1]),
        "hits_at_the_same_places": len(both),
        "same_hits_in_the_same_order": places[0] == places[1],
    }


def same_bytes(one: Path, other: Path) -> bool:
    """Tell whether both tracks of two scans are equal to the byte."""
    names = [f"tracks/{model}.relevance.bw" for model in MODELS]
    return all((one / name).read_bytes() == (other / name).read_bytes() for name in names)


def kernels(device: str, out: Path, seconds: float) -> Record:
    """Make the trials of kernels that fit into the time; what was made stays when it is over."""
    if seconds < 2 * TRIAL:
        return {"left_out": "no time"}
    command = [sys.executable, str(ROOT / "benchmarks" / "gpu_kernels.py"), "--out", str(out)]
    command += ["--device", device, "--seconds", str(seconds - TRIAL)]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=seconds)
        ended: Record = {"exit": ran.returncode}
        if not out.exists():
            ended["error"] = ran.stderr.strip()[-2000:]
    except subprocess.TimeoutExpired:
        ended = {"exit": "cut short"}
    made = json.loads(out.read_text()) if out.exists() else {}
    trials = {
        k: v for k, v in made.items() if isinstance(v, dict) and k not in ("versions", "card")
    }
    return ended | trials


def measure(device: str, work: Path, record: Record, save: Any, ends: float) -> list[str]:
    """Fill the record step by step; return the gates that are missed."""
    missed = []
    record["tests"] = gpu_tests()
    save()
    if record["tests"]["exit"]:
        missed.append("tests marked gpu")
    reference = work / "reference"
    record["reference"] = {"device": "cpu", "precision": "fp32"} | scan(reference, "cpu", "fp32")
    save()
    if record["reference"]["exit"]:
        return [*missed, "the scan on the CPU"]
    record["scans"] = {}
    for precision in PRECISIONS:
        if device == "cpu" and precision == "tf32":
            record["scans"][precision] = {"skipped": "tf32 is a precision of CUDA devices"}
            continue
        ran = record["scans"][precision] = scan(work / precision, device, precision)
        if ran["exit"]:
            missed.append(f"the scan in {precision}")
        else:
            for model in MODELS:
                ran[model] = found = compare(work / precision, reference, model)
                if precision == "fp32" and not (
                    found["cosine_min"] >= COSINE and found["same_hits_in_the_same_order"]
                ):
                    missed.append(f"fp32, {model}")
        save()
    if not record["scans"]["fp32"]["exit"]:
        again = scan(work / "again", device, "fp32")
        if not again["exit"]:
            again["same_bytes_as_the_first"] = same_bytes(work / "again", work / "fp32")
        record["fp32_again"] = again
        save()
    from gpu_speed import speed

    missed += speed(device, work / "speed", record, save)
    record["kernels"] = made = kernels(device, work / "kernels.json", ends - time.perf_counter())
    return [*missed, *(["the trials of kernels"] if "error" in made else [])]


def main() -> int:
    """Run all steps and print the record as one line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", default=os.environ.get("GTRACK_GPU_DEVICE", "cuda"))
    parser.add_argument("--out", type=Path)
    parser.add_argument("--seconds", type=float, default=1e9, help="for all of it")
    given = parser.parse_args()
    if lacks := missing():
        print(f"not here: {', '.join(lacks)}; see benchmarks/gpu.sh --pack", file=sys.stderr)
        return 2
    import torch

    if given.device != "cpu" and not torch.cuda.is_available():
        why = f"torch {torch.__version__} sees no CUDA device"
        print(json.dumps({"name": "gpu", "skipped": why}))
        return 2 if given.out else 0
    record: Record = {
        "name": "gpu",
        "gates": {"cosine_min of fp32": COSINE},
        "missed": ["cut short"],
    }
    record |= machine(given.device)
    begun = time.perf_counter()

    def save() -> None:
        record["wall_s"] = since(begun)
        if given.out:
            given.out.parent.mkdir(parents=True, exist_ok=True)
            given.out.write_text(json.dumps(record, indent=1) + "\n")

    save()
    with tempfile.TemporaryDirectory() as name:
        record["missed"] = measure(given.device, Path(name), record, save, begun + given.seconds)
    save()
    print(json.dumps(record))
    return int(bool(record["missed"]))


if __name__ == "__main__":
    sys.exit(main())
