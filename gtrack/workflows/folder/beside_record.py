"""What is to stand beside the tracks of a scan's models: scores as tracks, and ensembles.

``plan/beside.json`` keeps it from the plan to the merge, and for whatever is merged again later. It
is no part of the plan's digest, because no track of a model depends on it; a scan of which none was
asked has no such file.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gtrack.core.errors import InputError
from gtrack.core.scan.ensemble import Ensemble
from gtrack.core.small_file import whole_json
from gtrack.io.atomic import write_text

RECORD = "plan/beside.json"


@dataclass(frozen=True, slots=True)
class Beside:
    """What was asked for.

    Parameters
    ----------
    score_track : bool
    ensembles : tuple of Ensemble
    """

    score_track: bool = False
    ensembles: tuple[Ensemble, ...] = ()

    def __bool__(self) -> bool:
        return self.score_track or bool(self.ensembles)

    def with_more(self, more: Beside) -> Beside:
        """Return what was asked for now and before.

        Raises
        ------
        InputError
            When an ensemble has other members now.
        """
        members = {each.name: each.members for each in self.ensembles}
        for each in more.ensembles:
            before = members.setdefault(each.name, each.members)
            if set(before) != set(each.members):
                raise InputError(
                    f"--ensemble {each.name}={','.join(each.members)}: the scan has an ensemble "
                    f"{each.name} of {', '.join(before)}; give this one another name"
                )
        both = tuple(Ensemble(name, of) for name, of in members.items())
        return Beside(self.score_track or more.score_track, both)


NOTHING = Beside()


def read_beside(out: Path) -> Beside:
    """Read what was asked for.

    Raises
    ------
    InputError
        When the record is damaged.
    """
    path = out / RECORD
    try:
        record = whole_json(path)
        ensembles = record["ensembles"].items()
        return Beside(
            bool(record["score_track"]), tuple(Ensemble(name, tuple(of)) for name, of in ensembles)
        )
    except FileNotFoundError:
        return NOTHING
    except (OSError, LookupError, TypeError, ValueError, AttributeError, InputError) as error:
        raise InputError(
            f"{path}: damaged; move it away, and give --score-track and --ensemble again"
        ) from error


def write_beside(out: Path, beside: Beside) -> None:
    """Write what was asked for; the folder of the plan is there."""
    record = {
        "schema": "gtrack-beside/1",
        "score_track": beside.score_track,
        "ensembles": {each.name: list(each.members) for each in beside.ensembles},
    }
    write_text(out / RECORD, json.dumps(record, indent=1) + "\n")


def ensembles_in(models: Sequence[dict[str, object]]) -> tuple[Ensemble, ...]:
    """Return the ensembles among the models of a manifest."""
    return tuple(
        Ensemble(str(model["name"]), tuple(model["members"]))  # type: ignore[arg-type]
        for model in models
        if "members" in model
    )
