"""The names that ``import gtrack`` gives: frozen. Later versions may add some, and change none."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import gtrack

SIGNATURES = {
    "load_model": "(folder_or_id, *, device='auto')",
    "explain": (
        "(model, sequences, *, target=None, method='attnlrp', strand=None, projection='uniform', "
        "outputs=None, parameters=None, precision=None, batch_units=None, workers=None, "
        "device='auto')"
    ),
    "scan": (
        "(*, bed=None, fasta=None, sequences=None, models, out, genome='custom', "
        "method='attnlrp', parameters=None, "
        "projection='uniform', weights=None, target=None, outputs=None, window=None, stride=None, "
        "strand=None, per_strand_tracks=False, device='auto', precision=None, batch_units=None, "
        "shards=None, engine='local', workers=None, null=False, motifs=None, annotations=None, "
        "resume=False, overwrite=False, progress=None, flank=None, resize=None, tile=False, "
        "blacklist=None, score_track=False, ensembles=None)"
    ),
    "predict": (
        "(model, sequences, *, strand=None, outputs=None, precision=None, batch_units=None, "
        "workers=None, device='auto')"
    ),
    "open_scan": "(folder)",
    "verify": "(folder, *, progress=None)",
    "call_hits": (
        "(scan, motifs, *, q=0.05, max_chance=1.0, everything=False, loci=False, fasta=None, "
        "p_sequence=0.001, gate=0.01, gap=3, pseudocount=0.1, progress=None)"
    ),
    "call_hits_on_tracks": (
        "(tracks, motifs, *, bed, fasta, out, genome='custom', overwrite=False, q=0.05, "
        "max_chance=1.0, everything=False, p_sequence=0.001, gate=0.01, gap=3, pseudocount=0.1, "
        "progress=None)"
    ),
    "Scan.values": "(self, model, chrom, start, end, *, target=None, strand=None)",
    "Scan.regions": "(self)",
    "Scan.windows": "(self)",
    "Scan.hits": "(self, model=None, *, target=None, everything=False)",
    "Scan.plot": (
        "(self, *loci, models=(), annotations=(), width_mm=180.0, columns=None, scale='own', "
        "fasta=None)"
    ),
    "LocusFigure.save": "(self, path)",
    "Scan.view": "(self, locus=None, models=None, *, height=560, fasta=None)",
}
ATTRIBUTES = {
    "Model": (
        *("name", "source", "kind", "unit", "labels", "outputs", "window_bp", "strands"),
        *("device", "network"),
    ),
    "Explanation": (
        *("bases", "units", "logits", "scores", "probabilities", "targets", "labels", "strand"),
    ),
    "Prediction": ("logits", "probabilities", "predicted", "labels", "outputs", "strand"),
    "Scan": ("out", "models", "chrom_sizes"),
    "LocusFigure": ("loci",),
}
ERRORS = ("GtrackError", "InputError", "OutputError", "ModelError", "VerificationError")


def bare(function: object) -> str:
    """Return a signature without its types."""
    signature = inspect.signature(function)  # type: ignore[arg-type]
    plain = [
        each.replace(annotation=inspect.Parameter.empty) for each in signature.parameters.values()
    ]
    return str(inspect.Signature(plain))


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_function_is_called_as_ever(name: str) -> None:
    found: object = gtrack
    for part in name.split("."):
        found = getattr(found, part)
    assert bare(found) == SIGNATURES[name]
    assert ">>> " in (found.__doc__ or ""), "every function has an example"


def test_the_names_are_all_there_and_no_others() -> None:
    functions = [name for name in SIGNATURES if "." not in name]
    assert sorted(gtrack.__all__) == sorted([*functions, *ATTRIBUTES, *ERRORS, "__version__"])
    assert set(gtrack.__all__) <= set(dir(gtrack))
    assert all(getattr(gtrack, name) is not None for name in gtrack.__all__)


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_the_attributes_of_a_class_are_described(name: str) -> None:
    told = inspect.getdoc(getattr(gtrack, name)) or ""
    section = told.partition("Attributes\n----------\n")[2]
    described = [line.split(" : ")[0] for line in section.splitlines() if " : " in line[:40]]
    assert [each for each in described if each[0] != " "] == list(ATTRIBUTES[name])


def test_every_error_is_one_of_gtrack() -> None:
    assert all(issubclass(getattr(gtrack, name), gtrack.GtrackError) for name in ERRORS)


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="module 'gtrack' has no attribute 'explane'"):
        gtrack.explane  # type: ignore[attr-defined]  # noqa: B018


LOADED = (
    "import sys; {}; print(*(n for n in ('numpy', 'torch', 'click', 'rich') if n in sys.modules))"
)


@pytest.mark.parametrize(
    ("code", "heavy"),
    [
        ("import gtrack; dir(gtrack); gtrack.__version__", ""),
        ("import gtrack; gtrack.GtrackError", ""),
        ("import gtrack; gtrack.open_scan; gtrack.call_hits", "numpy"),
        ("import gtrack; gtrack.explain", "numpy"),
        ("import gtrack; gtrack.scan", "numpy"),
    ],
)
def test_a_name_loads_only_what_it_needs(code: str, heavy: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", LOADED.format(code)], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == heavy


@pytest.mark.long
def test_a_type_checker_sees_the_names(tmp_path: Path) -> None:
    """In a stranger's strict mypy: types come through, and a wrong name is found."""
    script = tmp_path / "script.py"
    script.write_text(
        "import gtrack\n"
        "from gtrack import load_model\n"
        'reveal_type(gtrack.explain(load_model("m"), "ACGT").bases)\n'
        'reveal_type(gtrack.open_scan("out").values("cnn", "chr1", 0, 9))\n'
        'reveal_type(gtrack.scan(bed="b", fasta="f", models={"m": "m"}, out="o", window=9))\n'
        'gtrack.explain("m", "ACGT", targett="x")\n'
        "gtrack.explane\n"
    )
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache")]
    ran = subprocess.run([*command, str(script)], cwd=tmp_path, capture_output=True, text=True)
    revealed = [line.partition('"')[2] for line in ran.stdout.splitlines() if "Revealed" in line]
    assert all(each.startswith("numpy.ndarray") and "_32Bit" in each for each in revealed[:2])
    assert revealed[2].startswith("gtrack.api.scans.Scan")
    errors = [
        line for line in ran.stdout.splitlines() if ": error:" in line and "script.py" in line
    ]
    assert [line.split(":")[1] for line in errors] == ["6", "7"]
