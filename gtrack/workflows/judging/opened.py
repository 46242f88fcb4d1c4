"""A model of a finished scan, ready to be asked again as the scan asked it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from numpy.typing import NDArray

from gtrack.attribution.forwards import outputs_of
from gtrack.attribution.pool import PoolExplainer
from gtrack.core.ports import Attributor, Runner, SequenceModel
from gtrack.core.precision import Precision
from gtrack.core.scan.explanation import ExplainedPool
from gtrack.core.scan.plan import ModelPlan
from gtrack.core.sequences import reverse_complement

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """One model, the method of its scan, and what runs their batches.

    Parameters
    ----------
    plan : ModelPlan
    model : SequenceModel
    method, exact : Attributor
        As the scan explained, and the same in fp32.
    precision : str
    runner : Runner
    """

    plan: ModelPlan
    model: SequenceModel
    method: Attributor
    exact: Attributor
    precision: Precision
    runner: Runner

    def scores(self, texts: Sequence[str], contrast: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what is explained of every sequence, shape (n,)."""
        said = outputs_of(
            self.model,
            texts,
            budget=self.plan.batch_units,
            precision=self.precision,
            runner=self.runner,
        )
        return said @ contrast

    def explained(
        self,
        texts: Sequence[str],
        contrast: NDArray[np.float64],
        reads: Sequence[bool] = (False,),
    ) -> ExplainedPool:
        """Explain every sequence on the strands that are read (True: the reverse complement)."""
        rows = [reverse_complement(text) if back else text for text in texts for back in reads]
        encodings = self.model.encode(rows)
        with self.method.applied(self.model) as explain:
            explainer = PoolExplainer(
                self.plan.name,
                self.model,
                explain,
                contrast[None],
                self.plan.batch_units,
                self.method.per_base,
                self.runner,
            )
            answers = explainer(encodings, rows, lambda row: f"{rows[row][:20]}...")
        return ExplainedPool(rows, reads, encodings, answers, self.method.per_base)
