"""Ensembles: models of one scan, folds or seeds of one training, that are looked at as one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from gtrack.core.errors import InputError
from gtrack.core.scan.plan import ModelPlan, Plan
from gtrack.core.targets import NAME, Target, name_targets

KIND = "ensemble"
"""What the manifest calls an ensemble among the kinds of models."""

_ALIKE = (
    ("kind", "kind of model"),
    ("unit", "what they read"),
    ("head", "their outputs"),
    ("targets", "the outputs that are explained"),
    ("parameters", "parameters of the method"),
    ("window_bp", "window, in bp"),
    ("stride", "stride, in bp"),
    ("strand", "the strands that are read"),
)
"""What members share, in words: else their values are not of one thing, or of other bases."""


@dataclass(frozen=True, slots=True)
class Ensemble:
    """A name, and the models that it stands for.

    Parameters
    ----------
    name : str
    members : tuple of str
        Two or more names of models of the scan, no two alike.

    Raises
    ------
    InputError
        When the name cannot be a model's, or there are too few members, or one twice.
    """

    name: str
    members: tuple[str, ...]

    def __post_init__(self) -> None:
        said = f"--ensemble {self.name}={','.join(self.members)}"
        if not NAME.fullmatch(self.name):
            raise InputError(
                f"{said}: a name has 1 to 64 of A-Z a-z 0-9 . _ - and starts with a letter or digit"
            )
        if len(set(self.members)) != len(self.members):
            raise InputError(f"{said}: a model is named twice; every member counts once")
        if len(self.members) < 2:
            raise InputError(f"{said}: name two models or more, with commas between")


def check_members(ensembles: Iterable[Ensemble], models: Sequence[str]) -> None:
    """Refuse ensembles whose names are taken, or whose members are no models of the scan.

    Raises
    ------
    InputError
        Naming the ensemble.
    """
    taken = {name.casefold() for name in models}
    for each in ensembles:
        said = f"--ensemble {each.name}={','.join(each.members)}"
        if each.name.casefold() in taken:
            raise InputError(f"{said}: the name is taken; names are free")
        taken.add(each.name.casefold())
        for member in each.members:
            if member not in models:
                raise InputError(f"{said}: the scan has no model {member}; use {', '.join(models)}")


def fitted(ensembles: Iterable[Ensemble], plan: Plan) -> tuple[Ensemble, ...]:
    """Return ensembles with their members in the order of the plan, where all can be averaged.

    Raises
    ------
    InputError
        When members differ in what they answer or in what they read, or files would collide.
    """
    names = [model.name for model in plan.models]
    found = tuple(
        replace(each, members=tuple(sorted(each.members, key=names.index)))
        for each in _checked(ensembles, names)
    )
    for each in found:
        first, *others = (plan.model(name) for name in each.members)
        for other in others:
            _refuse_unlike(each, first, other)
    explained = [(m.name, m.targets, m.head.names) for m in plan.models]
    if name_targets([*explained, *_explained(found, plan)])[: len(plan.targets)] != plan.targets:
        raise InputError(
            f"--ensemble {', '.join(each.name for each in found)}: a target of a model has this "
            "name; names are free"
        )
    return found


def _checked(ensembles: Iterable[Ensemble], models: Sequence[str]) -> tuple[Ensemble, ...]:
    given = tuple(ensembles)
    check_members(given, models)
    return given


def _refuse_unlike(ensemble: Ensemble, one: ModelPlan, other: ModelPlan) -> None:
    for key, words in _ALIKE:
        mine, theirs = getattr(one, key), getattr(other, key)
        if key == "head":  # who says so does not matter
            mine, theirs = (mine.outputs, mine.names), (theirs.outputs, theirs.names)
        if mine != theirs:
            raise InputError(
                f"--ensemble {ensemble.name}: {one.name} and {other.name} cannot be averaged: "
                f"they differ in {words} ({_short(mine)} and {_short(theirs)})"
            )


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def ensemble_targets(ensembles: Sequence[Ensemble], plan: Plan) -> tuple[Target, ...]:
    """Return the targets of ensembles: those of their members, under names of their own."""
    explained = [(m.name, m.targets, m.head.names) for m in plan.models]
    return name_targets([*explained, *_explained(ensembles, plan)])[len(plan.targets) :]


def _explained(
    ensembles: Iterable[Ensemble], plan: Plan
) -> list[tuple[str, Sequence[int], Sequence[str]]]:
    firsts = [(each.name, plan.model(each.members[0])) for each in ensembles]
    return [(name, model.targets, model.head.names) for name, model in firsts]


def ensemble_digest(ensemble: Ensemble, plan: Plan) -> str:
    """Return what stands for the sha256 of a model: of those of the members, in no order."""
    digests = sorted(plan.model(name).sha256 for name in ensemble.members)
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()
