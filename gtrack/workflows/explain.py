"""Sequences explained as a scan explains its windows, without a genome or a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import cast

from gtrack.attribution import GROUP as METHOD_GROUP
from gtrack.attribution import METHODS
from gtrack.attribution.pool import PoolExplainer
from gtrack.core.catalogue import load
from gtrack.core.encodings import Encodings
from gtrack.core.errors import InputError, ModelError
from gtrack.core.heads import Head, Outputs
from gtrack.core.ports import Attributor, Runner, SequenceModel, lacking
from gtrack.core.scan.batches import pool_bounds
from gtrack.core.scan.explanation import ExplainedPool, Explanation
from gtrack.core.scan.projection import Projection
from gtrack.core.sequences import as_read, is_known, not_dna, reverse_complement
from gtrack.engines.local import Serial, Threads, available_cores
from gtrack.models.device import one_thread_per_operation, resolve_precision
from gtrack.workflows.scanning.rows import refuse_misplaced

STRANDS = ("forward", "reverse", "both")
PROJECTIONS = ("uniform", "repeat", "center")

_CUDA_BATCH = 8
"""A CUDA device gets batches this many times as large as a CPU thread, as in a scan."""


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
            if number is not None and number < 1:
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
    head = Head(cast(Outputs, job.outputs), model.labels, "option") if job.outputs else model.head
    targets = head.targets(name, job.targets)
    strand = job.strand or {None: "both", "region": "forward"}.get(model.strands, model.strands)
    assert strand is not None
    reads = [reverse for reverse in (False, True) if strand in ("both", STRANDS[reverse])]
    with _on(model, name, job, head, targets) as explainer:
        pools = [
            _explain_pool(explainer, texts[first:end], first, reads)
            for first, end in pool_bounds(len(texts))
        ]
    return Explanation(pools, head, targets, strand, cast(Projection, job.projection))


@contextmanager
def _on(
    model: SequenceModel, name: str, job: ExplainJob, head: Head, targets: Sequence[int]
) -> Iterator[PoolExplainer]:
    """Put the method on the model and start what runs its batches."""
    method: type[Attributor] = load(METHODS, job.method, METHOD_GROUP)
    if missing := lacking(method, Attributor):
        raise ModelError(f"--method {job.method}: its class lacks {', '.join(missing)}")
    device = str(next(model.network.parameters()).device)
    made = method(method.validated(job.parameters), resolve_precision(job.precision, device))
    on_cpu = device == "cpu"
    budget = job.batch_units or model.default_batch_units * (1 if on_cpu else _CUDA_BATCH)
    runner: Runner = Threads(job.workers or available_cores()) if on_cpu else Serial()
    try:
        with one_thread_per_operation(on_cpu), made.applied(model) as explain_batch:
            contrasts = head.contrasts(targets)
            yield PoolExplainer(
                name, model, explain_batch, contrasts, budget, made.per_base, runner
            )
    finally:
        runner.close()


def _explain_pool(
    explainer: PoolExplainer, given: Sequence[str], first: int, reads: Sequence[bool]
) -> ExplainedPool:
    """Explain consecutive sequences, the first of which is number `first`."""
    texts = [reverse_complement(one) if reverse else one for one in given for reverse in reads]
    name, model = explainer.name, explainer.model
    try:
        encodings = model.encode(texts)
    except ModelError as error:
        raise ModelError(f"model {name}: {error}") from error

    def called(row: int) -> str:
        return f"sequences[{first + row // len(reads)}]"

    _refuse_long(model, encodings, called)
    refuse_misplaced(name, model, encodings, is_known("".join(texts)), texts, called)
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
