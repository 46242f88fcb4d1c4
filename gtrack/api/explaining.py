"""Sequences explained, for Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from gtrack.api.models import Model, load_model
from gtrack.api.wording import in_python
from gtrack.core.errors import InputError
from gtrack.core.scan.explanation import Explanation
from gtrack.models.undisturbed import in_turn, undisturbed
from gtrack.workflows.explain import ExplainJob
from gtrack.workflows.explain import explain as explain_sequences


@in_python
@undisturbed()
def explain(
    model: Model | str | Path,
    sequences: str | Iterable[str],
    *,
    target: str | int | Sequence[str | int] | None = None,
    method: str = "attnlrp",
    strand: str | None = None,
    projection: str = "uniform",
    outputs: str | None = None,
    parameters: Mapping[str, str] | None = None,
    precision: str | None = None,
    batch_units: int | None = None,
    workers: int | None = None,
    device: str = "auto",
) -> Explanation:
    """Explain sequences base by base, as a scan explains its windows.

    A scan and this give the same numbers for the same sequences in the same order: sequences are
    taken in pools of 256, and these cut into batches, as windows are.

    Parameters
    ----------
    model : Model, str or Path
        What `gtrack.load_model` gave; or a folder or id, which is then opened anew each time.
    sequences : str or iterable of str
        One sequence or many, of any lengths, in upper or lower case. Letters other than A, C, G, T
        are read as N.
    target : str, int or sequence of these, optional
        Outputs to explain, by label or index; ``all`` is every one. Without it, the one output, or
        class 1 of two.
    method : str
        ``attnlrp``, ``cplrp``, ``gradient``, ``ism``, or a method of another package.
    strand : {"forward", "reverse", "both"}, optional
        Read the sequences as given, as their reverse complement, or both and take the mean.
        Without it, as the model was trained (where it was on the strand of its regions: as given),
        else both.
    projection : {"uniform", "repeat", "center"}
        How a token's relevance is shared among its bases.
    outputs : {"classes", "labels", "values"}, optional
        What the model's outputs are, where its folder does not say or is wrong.
    parameters : mapping of str to str, optional
        Parameters of the method, such as ``{"alibi_rule": "uniform"}`` or ``{"draws": "1"}``.
    precision : {"fp32", "tf32", "bf16"}, optional
        Arithmetic of matrix products; fp32 on a CPU and tf32 on CUDA when not given.
    batch_units : int, optional
        Tokens (of a CNN: bases) per batch. Smaller needs less memory.
    workers : int, optional
        CPU threads; all cores when not given. The numbers do not depend on it.
    device : str
        Where a folder or id is opened; a Model has its own.

    Returns
    -------
    Explanation
        With ``bases``, ``units``, ``logits``, ``scores`` and ``probabilities``.

    Raises
    ------
    GtrackError
        When a sequence or an option is wrong, or the model cannot be explained; names it.

    Examples
    --------
    >>> import gtrack
    >>> model = gtrack.load_model("example_data/models/cnn", device="cpu")
    >>> found = gtrack.explain(model, ["ccgcgcatgcgcagt" * 3, "ACGTNACGT" * 4])
    >>> found
    <gtrack.Explanation of 2 sequences of up to 45 bases, both strands: logit of 1 - logit of 0>
    >>> found.bases.shape, found.bases.dtype, found.logits.shape
    ((2, 45), dtype('float32'), (2, 2))
    >>> bool((found.scores == found.logits[:, 1] - found.logits[:, 0]).all())
    True
    >>> sorted(found.units[0])
    ['end', 'placed', 'relevance', 'start', 'strand', 'text']
    """
    opened = model if isinstance(model, Model) else load_model(model, device=device)
    if target is None:
        target = ()
    wishes = [target] if isinstance(target, str | int | np.integer) else list(target)
    job = ExplainJob(
        targets=tuple(_label(opened, wish) for wish in wishes),
        outputs=outputs,
        method=method,
        parameters={name: str(value) for name, value in dict(parameters or {}).items()},
        projection=projection,
        strand=strand,
        precision=precision,
        batch_units=batch_units,
        workers=workers,
    )
    texts = listed(sequences)
    with in_turn(opened.network):
        return explain_sequences(opened._port, opened.name, texts, job)


def listed(sequences: str | Iterable[str]) -> list[str]:
    """Return one sequence or many as a list.

    Raises
    ------
    InputError
        For a table, whose names would be read as letters, and for what holds nothing.
    """
    if isinstance(sequences, Mapping) or hasattr(sequences, "columns"):
        raise InputError(f"sequences: a {type(sequences).__name__}; give the one column with DNA")
    if not isinstance(sequences, Iterable):
        kind = type(sequences).__name__
        raise InputError(f"sequences: a {kind}; give texts (of a file: gtrack.scan(sequences=...))")
    return [sequences] if isinstance(sequences, str) else list(sequences)


def _label(model: Model, wish: str | int) -> str:
    """Return the label of an index; a label as it is."""
    if isinstance(wish, str):
        return wish
    wish = int(wish)
    if not 0 <= wish < len(model.labels):
        known = f"0 to {len(model.labels) - 1}"
        raise InputError(f"--target {wish}: model {model.name} has outputs {known}")
    return model.labels[wish]
