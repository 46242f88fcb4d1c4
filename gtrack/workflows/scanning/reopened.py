"""The models of a plan, opened again: they must be those that the plan was made for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gtrack.core.errors import InputError
from gtrack.core.ports import SequenceModel
from gtrack.core.scan.plan import Plan
from gtrack.models.folder import digest, open_model
from gtrack.workflows.folder.finished import FinishedScan


def open_planned(
    plan: Plan, where: Mapping[str, str], device: str, cure: str
) -> dict[str, SequenceModel]:
    """Open the models of a plan.

    Parameters
    ----------
    plan : Plan
    where : mapping of str to str
        Folder, or Hub id, of each model by its name.
    device : str
    cure : str
        What to do about a model that is another now.

    Raises
    ------
    InputError
        When a model is not the planned one.
    """
    models = {}
    for model in plan.models:
        source = where[model.name]
        if digest(source) != model.sha256:
            raise InputError(
                f"{source}: model {model.name} changed since the plan was made; {cure}"
            )
        models[model.name] = open_model(source, device=device)
    return models


def reopen_models(
    scan: FinishedScan, device: str, given: Mapping[str, str]
) -> dict[str, SequenceModel]:
    """Open the models of a finished scan where ``run.local.json`` says they are, or where `given`.

    Parameters
    ----------
    scan : FinishedScan
    device : str
        Name of a torch device: ``cpu``, ``cuda:0``.
    given : mapping of str to str
        Folder, or Hub id, of models that lie elsewhere now, by their names in the scan.

    Returns
    -------
    dict of str to SequenceModel
        In the order of the plan.

    Raises
    ------
    InputError
        When another tool made the tracks, a name is not one of the scan's models, a model is not
        there, or is not the one that was scanned with.
    ModelError
        When a model cannot be opened.
    """
    plan = scan.planned_to("open again")
    names = [model.name for model in plan.models]
    for name in given:
        if name not in names:
            raise InputError(f"--model {name}=...: the scan has no such model; {', '.join(names)}")
    recorded = {} if set(given) == set(names) else scan.folder.read_run().get("models")
    known = recorded if isinstance(recorded, dict) else {}
    where = {name: str(given.get(name, known.get(name, ""))) for name in names}
    for name, source in where.items():
        if not source or (Path(source).is_absolute() and not Path(source).is_dir()):
            raise InputError(
                f"{source or scan.out}: model {name} is not there; give --model {name}=FOLDER"
            )
    return open_planned(plan, where, device, "give the model that was scanned with by --model")
