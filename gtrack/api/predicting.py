"""What models say of sequences, for Python."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from gtrack.api.explaining import listed
from gtrack.api.models import Model, load_model
from gtrack.api.wording import in_python
from gtrack.core.scan.prediction import Prediction
from gtrack.models.undisturbed import in_turn, undisturbed
from gtrack.workflows.explain import ExplainJob, say


@in_python
@undisturbed()
def predict(
    model: Model | str | Path,
    sequences: str | Iterable[str],
    *,
    strand: str | None = None,
    outputs: str | None = None,
    precision: str | None = None,
    batch_units: int | None = None,
    workers: int | None = None,
    device: str = "auto",
) -> Prediction:
    """Say what a model says of sequences, without relevance.

    These are the numbers of `gtrack.explain` for the same sequences in the same order, to the last
    digits of float32, at a fraction of its time.

    Parameters
    ----------
    model : Model, str or Path
        What `gtrack.load_model` gave; or a folder or id, which is then opened anew each time.
    sequences : str or iterable of str
        One sequence or many, of any lengths, in upper or lower case; each is read whole. Letters
        other than A, C, G, T are read as N.
    strand, outputs, precision, batch_units, workers, device
        As of `gtrack.explain`.

    Returns
    -------
    Prediction
        With ``logits``, ``probabilities`` and ``predicted``; ``columns()`` is a table.

    Raises
    ------
    GtrackError
        When a sequence or an option is wrong, or the model cannot read one; names it.

    Examples
    --------
    >>> import gtrack
    >>> said = gtrack.predict("example_data/models/cnn", ["ccgcgcatgcgcagt" * 3, "ACGT" * 9])
    >>> said
    <gtrack.Prediction of 2 sequences, both strands: classes 0, 1>
    >>> said.predicted, said.logits.shape
    (['1', '0'], (2, 2))
    >>> [*said.columns()]
    ['logit.0', 'logit.1', 'probability.0', 'probability.1', 'predicted']
    """
    opened = model if isinstance(model, Model) else load_model(model, device=device)
    job = ExplainJob(
        outputs=outputs,
        strand=strand,
        precision=precision,
        batch_units=batch_units,
        workers=workers,
    )
    texts = listed(sequences)
    with in_turn(opened.network):
        return say(opened._port, opened.name, texts, job)
