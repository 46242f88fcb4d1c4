"""A model of the scan as an evaluation uses it: maps by any method, scores of altered windows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from gtrack.attribution.forwards import outputs_of
from gtrack.attribution.leave_one_out import leave_one_out
from gtrack.core.evaluation_rows import pair
from gtrack.core.intervals import Interval
from gtrack.core.ports import Maskable, Runner, SequenceModel, lacking
from gtrack.core.precision import Precision
from gtrack.core.scan.explanation import Explanation
from gtrack.core.scan.plan import ModelPlan, Plan, ScanOptions
from gtrack.core.sequences import reverse_complement
from gtrack.core.targets import Target
from gtrack.evaluation.window_maps import WindowMap
from gtrack.models.device import resolve_devices
from gtrack.workflows.evaluating.job import CENTRED, GRADIENT, VARIANTS, EvaluateJob
from gtrack.workflows.evaluating.windows import centred
from gtrack.workflows.explain import ExplainJob, explain
from gtrack.workflows.folder.finished import FinishedScan
from gtrack.workflows.scanning.batch_runner import batch_runner
from gtrack.workflows.scanning.method import method_class
from gtrack.workflows.scanning.reopened import reopen_models


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """Windows that a method explained: by target, then by window.

    Parameters
    ----------
    maps : list of lists of WindowMap
    scores, probabilities : list of lists of float
        Of what is explained.
    """

    maps: list[list[WindowMap]]
    scores: list[list[float]]
    probabilities: list[list[float]]


class ModelReader:
    """One model with the options of its scan.

    Parameters
    ----------
    plan : Plan
    model_plan : ModelPlan
    model : SequenceModel
    runner : Runner
    workers : int or None
    """

    def __init__(
        self,
        plan: Plan,
        model_plan: ModelPlan,
        model: SequenceModel,
        runner: Runner,
        workers: int | None,
    ) -> None:
        self.plan, self.model, self._options = model_plan, model, plan.options
        self.targets = plan.targets_of(model_plan.name)
        self._runner, self._workers = runner, workers
        self._precision = cast(Precision, plan.options.precision)

    @property
    def name(self) -> str:
        """The user's name for it."""
        return self.plan.name

    @property
    def reads_tokens(self) -> bool:
        """Whether its units are wider than a base."""
        return self.plan.unit == "token"

    def window(self, region: Interval, length: int) -> Interval:
        """Return the window that is centred on a region, moved into its chromosome of a length."""
        return centred(region, self.plan.window_bp, length)

    def methods(self, wanted: Sequence[str]) -> tuple[str, ...]:
        """Return the explanations to make of this model, the scan's own first."""
        own = self._options.method
        found = [own, *(method for method in wanted if method != own)]
        if GRADIENT in found and CENTRED not in found:
            found.insert(found.index(GRADIENT) + 1, CENTRED)
        return tuple(method for method in found if self._has(method))

    def _has(self, method: str) -> bool:
        """Tell whether a variant is another map than its method: some are of one kind of model."""
        if method not in VARIANTS:
            return True
        name, parameters = VARIANTS[method]
        made = method_class(name)
        used = made(made.validated(parameters), self._precision).used(self.plan.kind)
        return parameters.keys() <= used.keys()

    def explained(self, texts: Sequence[str], strands: Sequence[str], method: str) -> Read:
        """Explain windows by a method, on the strands that the scan read."""
        return self._by_strand(texts, [self.strand_of(each) for each in strands], method)

    def on_strand(self, texts: Sequence[str], strand: str, method: str) -> list[list[WindowMap]]:
        """Explain windows on one strand alone, ``forward`` or ``reverse``."""
        return self._by_strand(texts, [strand] * len(texts), method).maps

    def scores(self, texts: Sequence[str], strands: Sequence[str]) -> Any:
        """Return the explained scalars of texts, shape (targets, n): the mean of the strands."""
        read = [self.strand_of(each) for each in strands]
        first = [
            reverse_complement(text) if strand == "reverse" else text
            for text, strand in zip(texts, read, strict=True)
        ]
        outputs = self.outputs(first)
        both = [row for row, strand in enumerate(read) if strand == "both"]
        if both:
            other = self.outputs([reverse_complement(texts[row]) for row in both])
            outputs[both] = (outputs[both] + other) / 2
        return self.plan.contrasts @ outputs.T

    def left_out(self, texts: Sequence[str], strands: Sequence[str]) -> list[list[Any]] | None:
        """Leave out every token by [MASK]; None where the model has none.

        Returns
        -------
        list of lists of ndarray, shape (units,)
            By target, then by window: what the score loses, unit by unit as in a map.
        """
        if lacking(self.model, Maskable):
            return None
        read = [self.strand_of(each) == "reverse" for each in strands]
        first = [reverse_complement(t) if back else t for t, back in zip(texts, read, strict=True)]
        found = leave_one_out(
            self.model,
            first,
            self.plan.contrasts,
            budget=self.budget,
            precision=self._precision,
            runner=self._runner,
        )
        placed = [one.placed for one in self.model.encode(first)]
        return [
            [
                effects[place][kept][:: -1 if back else 1]
                for effects, kept, back in zip(found, placed, read, strict=True)
            ]
            for place in range(len(self.targets))
        ]

    def outputs(self, texts: Sequence[str]) -> Any:
        """Return what the model says of texts as they are, shape (n, outputs)."""
        return outputs_of(
            self.model,
            texts,
            budget=self.budget,
            precision=self._precision,
            runner=self._runner,
        )

    @property
    def ism_share(self) -> float:
        """Of its substitutions, what they cost of a forward pass each."""
        return 1.0 if self.reads_tokens else 0.15

    @property
    def budget(self) -> int:
        """Units of a batch."""
        return self.plan.batch_units

    def strand_of(self, region: str) -> str:
        """Return what is read of a region of a strand, as the scan reads it: without one, both."""
        if self.plan.strand != "region":
            return self.plan.strand
        return {"+": "forward", "-": "reverse"}.get(region, "both")

    def strands_read(self, regions: Sequence[Interval]) -> float:
        """Return how many strands a window of some regions costs, on average."""
        both = sum(self.strand_of(region.strand) == "both" for region in regions)
        return 1 + both / len(regions)

    def _by_strand(self, texts: Sequence[str], read: Sequence[str], method: str) -> Read:
        count = len(self.targets)
        maps: list[list[Any]] = [[None] * len(texts) for _ in range(count)]
        scores, likely = ([[0.0] * len(texts) for _ in range(count)] for _ in range(2))
        for strand in sorted(set(read)):
            rows = [row for row, each in enumerate(read) if each == strand]
            found = explain(
                self.model, self.name, [texts[row] for row in rows], self._job(method, strand)
            )
            for place in range(count):
                for at, row in enumerate(rows):
                    maps[place][row] = _map(found, place, at, len(texts[row]))
                    scores[place][row] = float(_of(found.scores, place, count)[at])
                    likely[place][row] = float(_of(found.probabilities, place, count)[at])
        return Read(maps, scores, likely)

    def _job(self, method: str, strand: str) -> ExplainJob:
        parameters = _parameters(self._options, self.plan)
        if method in VARIANTS:
            method, parameters = VARIANTS[method]
        elif method != self._options.method:
            parameters = {}
        return ExplainJob(
            targets=tuple(target.label for target in self.targets),
            outputs=self.plan.head.outputs,
            method=method,
            parameters=parameters,
            strand=strand,
            precision=self._precision,
            batch_units=self.budget,
            workers=self._workers,
        )


def _parameters(options: ScanOptions, plan: ModelPlan) -> dict[str, str]:
    return dict(options.parameters) or dict(plan.parameters)


def _of(values: Any, place: int, count: int) -> Any:
    """Return the values of one target: a single one has no axis of its own."""
    return values if count == 1 else values[place]


def _map(found: Explanation, place: int, row: int, length: int) -> WindowMap:
    targets = len(found.targets)
    column = "relevance" if targets == 1 else f"relevance:{found.targets[place]}"
    bases = _of(found.bases, place, targets)[row][:length]
    return WindowMap.of(bases, found.units[row], column)


def subject(target: Target) -> tuple[str, str]:
    """Return how a target is called in tables: its model and its label."""
    return target.model, target.label


def subject_of_both(one: Target, other: Target) -> tuple[str, str]:
    """Return how two targets are called that are compared; a label that both have stands once."""
    labels = one.label if one.label == other.label else pair(one.label, other.label)
    return pair(one.model, other.model), labels


@contextmanager
def open_readers(scan: FinishedScan, job: EvaluateJob) -> Iterator[list[ModelReader]]:
    """Open the models of a scan, which must be those that it was made with.

    Raises
    ------
    InputError
        When one is not there, or is another.
    """
    plan, device = scan.plan, resolve_devices(job.device)[0]
    models = reopen_models(scan, device, job.models)
    with batch_runner(device, job.workers) as runner:
        yield [
            ModelReader(plan, model, models[model.name], runner, job.workers)
            for model in plan.models
        ]
