"""The engine that a job names, with its options."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gtrack.core.catalogue import load
from gtrack.core.errors import InputError
from gtrack.core.optional_ports import Adjustable
from gtrack.core.ports import Engine, lacking
from gtrack.engines import ENGINES, GROUP
from gtrack.workflows.scanning.job import ScanJob

MakeEngine = Callable[[Sequence[str], int | None], Engine]
"""Makes the engine for devices and workers, which are known when the inputs are read."""


def chosen_engine(job: ScanJob) -> MakeEngine:
    """Return what makes the engine of a job.

    Raises
    ------
    InputError
        When no engine has the name, or it does not take the options: before inputs are read.
    """
    given = {name: value for name, value in job.engine_options.items() if value}
    try:
        engine: Any = load(ENGINES, job.engine, GROUP)
        if not lacking(engine, Adjustable):
            make: MakeEngine = engine.adjusted(given)
        elif given:
            raise InputError(
                f"takes no --{next(iter(given))}; leave it out, or name another engine"
            )
        else:
            make = engine
    except InputError as error:
        raise InputError(f"--engine {job.engine}: {error}") from error

    def made(devices: Sequence[str], workers: int | None) -> Engine:
        engine = make(devices, workers)
        if missing := lacking(engine, Engine):
            raise InputError(
                f"--engine {job.engine}: lacks {', '.join(missing)}; repair its package"
            )
        return engine

    return made
