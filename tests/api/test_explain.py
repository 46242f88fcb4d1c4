"""``gtrack.explain``: the numbers of a scan, whatever the sequences; one line for what is wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

import gtrack
from gtrack.attribution import METHODS
from gtrack.core.sequences import reverse_complement
from gtrack.io.fasta import Genome
from gtrack.workflows.folder.finished import open_finished
from gtrack.workflows.folder.genome import window_sequences

MODELS = Path(__file__).resolve().parents[2] / "example_data" / "models"
GENOME = MODELS.parent / "genome.fa"
CLOSE = {"rtol": 0, "atol": 2e-5}


@pytest.mark.parametrize("name", ["cnn", "dnabert2"])
def test_the_windows_of_the_example_have_the_values_of_its_track(
    name: str, demo: tuple[Path, object]
) -> None:
    """To the last bit, both strands averaged: pools and batches are those of a scan."""
    scan, grid = gtrack.open_scan(demo[0]), open_finished(demo[0]).plan.grid(name)
    with Genome.open(GENOME) as genome:
        sequences = window_sequences(genome, grid, 0, len(grid))
    found = gtrack.explain(MODELS / name, [text.lower() for text in sequences], device="cpu")
    assert found.strand == "both"
    for window in range(len(grid)):
        for start, end in grid.runs_of(window):
            mine = found.bases[window, start - grid.start[window] : end - grid.start[window]]
            values = scan.values(name, grid.chroms[grid.chrom[window]], start, end)
            np.testing.assert_array_equal(mine, values)


@pytest.mark.parametrize("name", ["cnn", "dnabert2"])
@pytest.mark.parametrize("strand", ["forward", "reverse"])
def test_one_strand_has_the_values_of_its_track(
    name: str, strand: str, tmp_path: Path, models: dict[str, Path], make_inputs
) -> None:
    inputs = make_inputs(tmp_path)
    scan = gtrack.scan(
        bed=inputs.bed,
        fasta=inputs.fasta,
        models={name: models[name]},
        out=tmp_path / "out",
        strand=strand,
        device="cpu",
    )
    grid = open_finished(scan.out).plan.grid(name)
    with Genome.open(inputs.fasta) as genome:
        texts = window_sequences(genome, grid, 0, len(grid))
    found = gtrack.explain(models[name], texts, strand=strand, device="cpu")
    for window in range(len(grid)):
        for start, end in grid.runs_of(window):
            mine = found.bases[window, start - grid.start[window] : end - grid.start[window]]
            values = scan.values(name, grid.chroms[grid.chrom[window]], start, end)
            np.testing.assert_array_equal(mine, values)
    told = pd.DataFrame(scan.windows())
    rows = told.chrom.map(list(grid.chroms).index).to_numpy() * 10**9 + told.start.to_numpy()
    places = grid.chrom.astype(np.int64) * 10**9 + grid.start
    order = np.argsort(places), np.argsort(rows)
    np.testing.assert_allclose(found.scores[order[0]], told.score.to_numpy()[order[1]], **CLOSE)
    np.testing.assert_allclose(
        found.probabilities[order[0]], told.probability.to_numpy()[order[1]], **CLOSE
    )


SEQUENCES = ["ACGTTGCATGCCGTA" * 4, "acgtnacgtryacgtacgt", "NNNNNN", "G"]


@pytest.mark.parametrize("name", ["cnn", "dnabert2"])
def test_what_comes_back_has_the_shapes_that_are_promised(
    name: str, models: dict[str, Path]
) -> None:
    model = gtrack.load_model(models[name], device="cpu")
    found = gtrack.explain(model, SEQUENCES)
    assert len(found) == len(found.units) == 4
    assert found.bases.shape == (4, 60)
    assert found.bases.dtype == np.float32
    known = np.array([[base in "ACGT" for base in text.upper().ljust(60)] for text in SEQUENCES])
    np.testing.assert_array_equal(np.isfinite(found.bases), known)
    assert found.logits.shape == (4, 2)
    np.testing.assert_allclose(found.scores, found.logits @ [-1, 1])
    assert found.targets == (model.labels[1],)
    both = gtrack.explain(model, iter(SEQUENCES), target=[np.int64(0), model.labels[1]])
    assert both.bases.shape == (2, 4, 60)
    assert both.scores.shape == both.probabilities.shape == (2, 4)
    np.testing.assert_array_equal(both.bases[1], found.bases)
    np.testing.assert_allclose(both.probabilities.sum(axis=0), 1)
    names = [f"relevance:{label}" for label in model.labels]
    assert list(both.units[1])[-2:] == names


@pytest.mark.parametrize("name", ["cnn", "dnabert2"])
def test_units_and_bases_hold_the_same_relevance(name: str, models: dict[str, Path]) -> None:
    found = gtrack.explain(models[name], SEQUENCES, device="cpu")
    for text, bases, unit in zip(SEQUENCES, found.bases, found.units, strict=True):
        table = pd.DataFrame(unit)
        assert list(table) == ["text", "start", "end", "strand", "placed", "relevance"]
        placed = table[table.placed].relevance.sum() / 2
        np.testing.assert_allclose(np.nansum(bases.astype(float)), placed, **CLOSE)
        letters = gtrack_letters(text)
        for row in table.itertuples():
            read = letters[row.start : row.end]
            assert row.text == (read if row.strand == "+" else reverse_complement(read))
    assert [table["end"].max() for table in found.units[2:]] == [6, 1]


def gtrack_letters(text: str) -> str:
    """Return a sequence as models read it."""
    return "".join(base if base in "ACGT" else "N" for base in text.upper())


@pytest.mark.parametrize("name", ["cnn", "dnabert2"])
def test_strands_are_the_two_halves_of_both(name: str, models: dict[str, Path]) -> None:
    model = gtrack.load_model(models[name], device="cpu")
    forward, reverse, both = (
        gtrack.explain(model, SEQUENCES, strand=strand) for strand in ("forward", "reverse", "both")
    )
    turned = gtrack.explain(
        model, [reverse_complement(gtrack_letters(s)) for s in SEQUENCES], strand="forward"
    )
    largest = np.nanmax(np.abs(both.bases))
    close = {"rtol": 0, "atol": 5e-5 * largest}
    np.testing.assert_allclose((forward.bases + reverse.bases) / 2, both.bases, **close)
    np.testing.assert_allclose((forward.logits + reverse.logits) / 2, both.logits, **CLOSE)
    np.testing.assert_allclose(reverse.logits, turned.logits, **CLOSE)
    for row, text in enumerate(SEQUENCES):
        mine = reverse.bases[row, : len(text)][::-1]
        np.testing.assert_allclose(mine, turned.bases[row, : len(text)], **close)


def test_workers_and_one_sequence_alone(models: dict[str, Path]) -> None:
    many = ["ACGTTGCATGCCGTAA" * 5] * 300
    one, four = (gtrack.explain(models["cnn"], many, workers=n, device="cpu") for n in (1, 4))
    np.testing.assert_array_equal(one.bases, four.bases)
    alone = gtrack.explain(models["cnn"], many[0], device="cpu")
    assert alone.bases.shape == (1, 80)
    np.testing.assert_allclose(alone.logits[0], one.logits[0], **CLOSE)
    none = gtrack.explain(models["cnn"], [], device="cpu")
    assert none.bases.shape == (0, 0)
    assert none.logits.shape == (0, 2)
    assert none.scores.shape == (0,)


def test_strands_that_a_model_was_trained_on(tmp_path: Path, make_cnn) -> None:
    for trained, read in (("forward", "forward"), ("region", "forward"), (None, "both")):
        folder = make_cnn(tmp_path / str(trained), strands=trained)
        assert gtrack.explain(folder, "ACGTACGT", device="cpu").strand == read


def test_a_model_says_what_it_is(models: dict[str, Path]) -> None:
    model = gtrack.load_model(models["dnabert2"], device="cpu")
    assert (model.kind, model.unit, model.outputs) == ("dnabert2", "token", "classes")
    assert (model.labels, model.window_bp) == (("background", "site"), 160)
    assert repr(model) == (
        "<gtrack.Model 'dnabert2': dnabert2 that reads tokens; 2 classes (background, site); "
        "windows of 160 bp; cpu>"
    )
    with pytest.raises(AttributeError):
        model.kind = "cnn"  # type: ignore[misc]


WRONG = {
    "AC-T": r"sequences\[1\]: '-' at 2 is no base; give letters only",
    "": r"sequences\[1\]: empty; leave it out",
    None: r"sequences\[1\]: NoneType is no str; give the letters as text",
    "ACGÉ": r"sequences\[1\]: 'É' at 3 is no base; give letters only",
}


@pytest.mark.parametrize("sequence", WRONG, ids=repr)
def test_a_wrong_sequence_is_named(sequence: str, models: dict[str, Path]) -> None:
    with pytest.raises(gtrack.InputError, match=WRONG[sequence]):
        gtrack.explain(models["cnn"], ["ACGT", sequence], device="cpu")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"target": 2}, "target 2: model cnn has outputs 0 to 1"),
        ({"target": "promoter"}, "target promoter: model cnn has only 0=background, 1=site"),
        ({"strand": "+"}, "strand +: use forward, reverse, both"),
        ({"projection": "weighted"}, "projection weighted: use uniform, repeat, center"),
        ({"method": "deeplift"}, "method deeplift: 'deeplift' is not known to gtrack.methods"),
        ({"parameters": {"gamma": "1"}}, "method attnlrp has no parameter 'gamma'"),
        ({"precision": "tf32"}, "precision tf32 needs a CUDA device; use fp32 or bf16"),
        ({"workers": -4}, "workers -4: a whole number above 0"),
        ({"batch_units": 0}, "batch_units 0: a whole number above 0"),
        ({"batch_units": 1.5}, "batch_units 1.5: a whole number above 0"),
        ({"workers": "2"}, "workers 2: a whole number above 0"),
        ({"outputs": "classs"}, "outputs 'classs': use classes, labels, values"),
    ],
)
def test_a_wrong_option_is_named_in_the_words_of_python(
    options: dict[str, object], message: str, models: dict[str, Path]
) -> None:
    model = gtrack.load_model(models["cnn"], device="cpu")
    with pytest.raises(gtrack.InputError) as caught:
        gtrack.explain(model, "ACGT", **options)  # type: ignore[arg-type]
    assert str(caught.value).startswith(message)


def test_a_table_is_not_taken_for_its_names(models: dict[str, Path]) -> None:
    table = pd.DataFrame({"sequence": ["ACGT"], "tag": [1]})
    with pytest.raises(gtrack.InputError, match="a DataFrame; give the one column with DNA"):
        gtrack.explain(models["cnn"], table, device="cpu")  # type: ignore[arg-type]
    assert gtrack.explain(models["cnn"], table.sequence, device="cpu").bases.shape == (1, 4)


def test_a_method_that_answers_for_bases(
    models: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each base's own drop of the score when it is taken out, of another package's occlusion."""
    monkeypatch.syspath_prepend(str(MODELS.parents[1] / "tests" / "plugins" / "occlusion"))
    monkeypatch.setitem(METHODS, "occlusion", "gtrack_occlusion:Occlusion")
    model = gtrack.load_model(models["dnabert2"], device="cpu")
    found = gtrack.explain(model, ["ACGTTGCATGNCGTA", "GGC"], method="occlusion")
    assert np.isfinite(found.bases).sum(axis=1).tolist() == [14, 3]
    table = pd.DataFrame(found.units[0])
    assert table.text.tolist()[:15] == list("ACGTTGCATGNCGTA")
    for strand, sign in (("+", 1), ("-", -1)):
        alone = gtrack.explain(
            model,
            ["ACGTTGCATGNCGTA", "GGC"],
            method="occlusion",
            strand="forward" if strand == "+" else "reverse",
        )
        mine = table[(table.strand == strand) & table.placed].relevance.to_numpy()
        bases = alone.bases[0][np.isfinite(alone.bases[0])][::sign]
        np.testing.assert_allclose(mine, bases, **CLOSE)


def test_wrong_models_and_devices(tmp_path: Path, models: dict[str, Path]) -> None:
    with pytest.raises(gtrack.InputError, match="no such folder"):
        gtrack.load_model(tmp_path / "none")
    with pytest.raises(gtrack.InputError, match=r"^device tpu: use auto, cpu, cuda"):
        gtrack.load_model(models["cnn"], device="tpu")


def test_what_says_the_same_is_taken(models: dict[str, Path]) -> None:
    model = gtrack.load_model(models["cnn"], device=torch.device("cpu"))
    assert model.device == "cpu"
    asked = {"method": "ism", "workers": np.int64(1), "batch_units": np.int32(500)}
    number = gtrack.explain(model, "ACGTTGCA" * 4, parameters={"draws": 1}, **asked)
    text = gtrack.explain(model, "ACGTTGCA" * 4, parameters={"draws": "1"}, **asked)
    np.testing.assert_array_equal(number.bases, text.bases)


def test_a_path_is_no_sequence(models: dict[str, Path]) -> None:
    for ask in (gtrack.explain, gtrack.predict):
        with pytest.raises(gtrack.InputError, match=r"sequences: a PosixPath; .*scan\(sequences="):
            ask(models["cnn"], Path("promoters.fa"), device="cpu")


def test_a_broken_weight_names_the_sequence(models: dict[str, Path]) -> None:
    import torch

    model = gtrack.load_model(models["cnn"], device="cpu")
    with torch.no_grad():
        model.network.classifier.weight.fill_(float("nan"))
    with pytest.raises(gtrack.ModelError, match=r"^model cnn, in sequences\[0\]: row 0 .* NaN"):
        gtrack.explain(model, "ACGTACGT")
