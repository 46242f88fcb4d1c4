"""Sequences explained as a scan explains its windows, without a genome or a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from numbers import Integral
from typing import cast

from gtrack.attribution.forwards import outputs_alone
from gtrack.attribution.passes import encoded
from gtrack.attribution.pool import PoolExplainer
from gtrack.attribution.precision import any_weight
from gtrack.core.encodings import Encodings
from gtrack.core.errors import InputError, ModelError
from gtrack.core.heads import Head, Outputs
from gtrack.core.ports import Runner, SequenceModel
from gtrack.core.precision import Precision
from gtrack.core.scan.batches import pool_bounds
from gtrack.core.scan.explanation import ExplainedPool, Explanation
from gtrack.core.scan.prediction import Prediction, predicted_reads
from gtrack.core.scan.projection import Projection
from gtrack.core.sequences import as_read, is_known, lengths_of, not_dna, reverse_complement
from gtrack.models.device import resolve_precision
from gtrack.workflows.scanning.batch_runner import batch_runner, default_units
from gtrack.workflows.scanning.method import method_class
from gtrack.workflows.scanning.rows import refuse_misplaced

STRANDS = ("forward", "reverse", "both")
PROJECTIONS = ("uniform", "repeat", "center")


@dataclass(frozen=True, slots=True)
class ExplainJob:
    """What is asked of sequences; each option means what it means to a scan."""

    targets: tuple[str, ...] = ()
    outputs: str | None = None
    method: str = "attnlrp"
    parameters: Mapping[str, str] = field(default_factory=dict)
    projection: str = "uniform"
    strand: str | None = None
    precision: str | None = None
    batch_units: int | None = None
    workers: int | None = None

    def __post_init__(self) -> None:
        for option, value, allowed in (
            ("--projection", self.projection, PROJECTIONS),
            ("--strand", self.strand or "both", STRANDS),
        ):
            if value not in allowed:
                raise InputError(f"{option} {value}: use {', '.join(allowed)}")
        for option, number in (("--batch-tokens", self.batch_units), ("--workers", self.workers)):
            if number is not None and not (isinstance(number, Integral) and number > 0):
                raise InputError(f"{option} {number}: a whole number above 0")


def explain(
    model: SequenceModel, name: str, sequences: Sequence[str], job: ExplainJob
) -> Explanation:
    """Explain sequences in pools and batches as those of a scan.

    Parameters
    ----------
    model : SequenceModel
    name : str
        What messages call it.
    sequences : sequence of str
        Letters in any case; what is no A, C, G, T is read as N.
    job : ExplainJob

    Raises
    ------
    InputError
        When a sequence or an option is wrong.
    ModelError
        When the model cannot read or explain one.
    """
    texts = [_read(index, given, model) for index, given in enumerate(sequences)]
    head, strand = _head(model, job), _strand(model, job)
    targets = head.targets(name, job.targets)
    method = method_class(job.method)
    made = method(method.validated(job.parameters), _precision(model, job))
    with made.applied(model) as explain_batch, _running(model, job) as (budget, runner):
        explainer = PoolExplainer(
            *(name, model, explain_batch, head.contrasts(targets)),
            *(budget, made.per_base, runner),
        )
        pools = list(_pools(explainer, texts, strand))
    return Explanation(pools, head, targets, strand, cast(Projection, job.projection))


def say(model: SequenceModel, name: str, sequences: Sequence[str], job: ExplainJob) -> Prediction:
    """Say what a model says of sequences; see :func:`explain`, whose numbers these are.

    Of the job, what is about relevance is not read.
    """
    from gtrack.attribution.rules.context import borrowed  # noqa: PLC0415  (torch: seconds)

    texts = [_read(index, given, model) for index, given in enumerate(sequences)]
    head, strand = _head(model, job), _strand(model, job)
    answer = outputs_alone(model, _precision(model, job))
    with borrowed(model.network), _running(model, job) as (budget, runner):
        none = head.contrasts([0])[:0]
        explainer = PoolExplainer(name, model, answer, none, budget, False, runner)
        outputs = [pool.answers.outputs for pool in _pools(explainer, texts, strand)]
    return predicted_reads(head, outputs, 2 if strand == "both" else 1, strand)


def _head(model: SequenceModel, job: ExplainJob) -> Head:
    return Head(cast(Outputs, job.outputs), model.labels, "option") if job.outputs else model.head


def _strand(model: SequenceModel, job: ExplainJob) -> str:
    trained = {None: "both", "region": "forward"}.get(model.strands, model.strands)
    return job.strand or str(trained)


def _device(model: SequenceModel) -> str:
    return str(any_weight(model).device)


def _precision(model: SequenceModel, job: ExplainJob) -> Precision:
    return cast(Precision, resolve_precision(job.precision, _device(model)))


@contextmanager
def _running(model: SequenceModel, job: ExplainJob) -> Iterator[tuple[int, Runner]]:
    """Start what runs batches, and yield it after the units of one."""
    device = _device(model)
    with batch_runner(device, job.workers) as runner:
        yield job.batch_units or default_units(model, device), runner


def _pools(explainer: PoolExplainer, texts: Sequence[str], strand: str) -> Iterator[ExplainedPool]:
    """Explain sequences pool by pool, on the strands that are to be read."""
    reads = [reverse for reverse in (False, True) if strand in ("both", STRANDS[reverse])]
    for first, end in pool_bounds(len(texts)):
        yield _explain_pool(explainer, texts[first:end], first, reads)


def _explain_pool(
    explainer: PoolExplainer, given: Sequence[str], first: int, reads: Sequence[bool]
) -> ExplainedPool:
    """Explain consecutive sequences, the first of which is number `first`."""
    texts = [reverse_complement(one) if reverse else one for one in given for reverse in reads]
    name, model = explainer.name, explainer.model
    try:
        encodings = encoded(model, texts)
    except ModelError as error:
        raise ModelError(f"model {name}: {error}") from error

    def called(row: int) -> str:
        return f"sequences[{first + row // len(reads)}]"

    _refuse_long(model, encodings, called)
    known = is_known("".join(texts))
    refuse_misplaced(name, model, encodings, known, texts, lengths_of(texts), called)
    answers = explainer(encodings, texts, called)
    return ExplainedPool(texts, reads, encodings, answers, explainer.per_base)


def _read(index: int, given: object, model: SequenceModel) -> str:
    """Return a sequence as models read it."""
    where = f"sequences[{index}]"
    if not isinstance(given, str):
        raise InputError(f"{where}: {type(given).__name__} is no str; give the letters as text")
    letters = given.encode("utf-8")
    if not letters:
        raise InputError(f"{where}: empty; leave it out")
    if not letters.isalpha():
        at = next(
            at for at, letter in enumerate(given) if not letter.isascii() or not letter.isalpha()
        )
        raise InputError(f"{where}: {given[at]!r} at {at} is no base; give letters only")
    if (what := not_dna(letters)) is not None:
        raise InputError(f"{where}: {what}; give DNA, with T for U")
    exact = model.window_bp if model.exact_length else None
    if exact is not None and len(letters) != exact:
        raise InputError(f"{where}: {len(letters)} bp, and the model reads exactly {exact}; cut it")
    return as_read(letters)


def _refuse_long(model: SequenceModel, encodings: Encodings, called: Callable[[int], str]) -> None:
    """Refuse what the model cannot take."""
    limit, longest = model.unit_limit, int(encodings.lengths.argmax())
    if limit is not None and encodings.lengths[longest] > limit:
        raise InputError(
            f"{called(longest)}: {encodings.lengths[longest]} {model.unit}s, and the model reads "
            f"at most {limit}; cut the sequence"
        )
