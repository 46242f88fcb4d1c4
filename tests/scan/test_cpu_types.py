"""The same scan on other types of CPU, which this one is made to stand for.

The libraries choose their code by what the CPU has; the settings here only ever take away from
that. Places, strands, motifs and order are the same, numbers within the golden files' tolerances.
Where a setting changes nothing (an old CPU, another architecture), the run says so.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.agreement import (
    SCORES,
    assert_hits_agree,
    assert_tables_agree,
    hit_rows,
    table,
    window_cosines,
)

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parents[2]
GOLDEN_TESTS = ("tests/scan/test_golden.py", "tests/hits/test_golden_hits.py")
MODELS = ("cnn", "dnabert2")
RESULTS = ("tracks/cnn.relevance.bw", "tracks/dnabert2.relevance.bw", "windows.tsv")

TORCH = {
    "avx2": {
        "ATEN_CPU_CAPABILITY": "avx2",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "MKL_ENABLE_INSTRUCTIONS": "AVX2",
    },
    "sse": {
        "ATEN_CPU_CAPABILITY": "default",
        "ONEDNN_MAX_CPU_ISA": "SSE41",
        "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
    },
}
"""Upper limits, for torch and the libraries in it; where the CPU has less they do nothing."""

PROBE = """
import json, os
import numpy as np, threadpoolctl, torch
try:
    from numpy._core._multiarray_umath import __cpu_dispatch__ as names, __cpu_features__ as has
except ImportError:
    names, has = [], {}
found = threadpoolctl.threadpool_info()
print(json.dumps({
    "torch": torch.backends.cpu.get_cpu_capability(),
    "NumPy": " ".join(name for name in names if has[name]) or "its baseline",
    "OpenBLAS": " ".join(str(i["architecture"]) for i in found if i["internal_api"] == "openblas"),
    "has": [name for name in has if has[name]],
}))
"""


def probe(env: dict[str, str]) -> dict[str, object]:
    """Return what the libraries say that they use."""
    command = [sys.executable, "-c", PROBE]
    ran = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    return dict(json.loads(ran.stdout))


def environment(setting: str) -> dict[str, str]:
    """Return the environment of a setting, or this one's for ``native``.

    NumPy takes names of its own dispatch only (2.4: X86_V3 for AVX2 with FMA3), and warns of any
    other. OpenBLAS has no limit but a choice, which must not be above the CPU.
    """
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    env |= {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    if setting == "native":
        return env
    found = probe(env)
    names, has = str(found["NumPy"]).split(), list(found["has"])  # type: ignore[call-overload]
    off = [name for name in names if name in has]
    if setting == "avx2":
        off = [name for name in off if name.startswith(("AVX512", "X86_V4"))]
    cores = {"avx2": ("AVX2", "AVX512F", "Haswell"), "sse": ("SSE42", "AVX", "Nehalem")}
    least, more, core = cores[setting]
    if least in has and more in has:
        env["OPENBLAS_CORETYPE"] = core
    if off:
        env["NPY_DISABLE_CPU_FEATURES"] = " ".join(off)
    return env | TORCH[setting]


@pytest.mark.parametrize("setting", TORCH)
def test_the_golden_files_hold(setting: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    ran = subprocess.run(
        [*command, f"--basetemp={tmp_path / 'run'}", *GOLDEN_TESTS],
        cwd=ROOT,
        env=environment(setting),
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout[-8000:] + ran.stderr[-2000:]


@pytest.mark.parametrize("setting", TORCH)
def test_the_example_is_the_same(demo, setting: str, tmp_path: Path, record_property) -> None:
    native, out = demo[0], tmp_path / "out"
    env = environment(setting)
    command = [sys.executable, "-m", "gtrack", "demo", "--out", str(out)]
    ran = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr

    before, after = probe(environment("native")), probe(env)
    words = [f"{name} {before[name]} -> {after[name]}" for name in ("torch", "NumPy", "OpenBLAS")]
    other = [n for n in RESULTS if (native / n).read_bytes() != (out / n).read_bytes()]
    distinct = f"distinct, other bytes in {', '.join(other)}" if other else "not distinct here"
    record_property("says", f"{distinct} ({'; '.join(words)})")

    for name in ("windows.tsv", "regions.tsv"):
        assert_tables_agree(table(out / name), table(native / name), tuple(SCORES))
    windows = table(native / "windows.tsv")
    for model in MODELS:
        own = [row for row in windows if row["model"] == model]
        track = f"tracks/{model}.relevance.bw"
        cosines = window_cosines(out / track, native / track, own)
        assert len(cosines) > 50
        assert np.min(cosines) >= 0.9999
        hits = f"hits/{model}.hits.bed"
        expected = hit_rows(native / hits)
        assert len(expected) > 50
        assert_hits_agree(hit_rows(out / hits), expected)
    (here, there) = (json.loads((p / "manifest.json").read_text()) for p in (out, native))
    assert here["locus"] == there["locus"], "the first view"
    assert (out / "regions.bed").read_bytes() == (native / "regions.bed").read_bytes()
