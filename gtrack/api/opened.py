"""What a finished scan is asked through: its folder, its manifest as it is now, names of models."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gtrack.core.errors import InputError
from gtrack.core.manifest import RunManifest
from gtrack.core.targets import Target
from gtrack.workflows.folder.finished import FinishedScan


class Opened:
    """The folder of a finished scan."""

    def __init__(self, finished: FinishedScan) -> None:
        self._finished = finished
        self.out = finished.out
        self.models = {
            target.model: tuple(each.label for each in finished.targets_of(target.model))
            for target in finished.shown
        }
        self.chrom_sizes = dict(finished.chrom_sizes)

    def _target(self, model: str, label: str | None) -> Target:
        name, colon, of_name = model.partition(":")
        if colon and label is not None:
            raise InputError(f"{model!r} and target {label!r}: name the target once")
        wish = of_name if colon else label
        if name not in self.models:
            raise InputError(f"{model!r}: no such model; the scan has {few(self.models)}")
        targets = self._finished.targets_of(name)
        for target in targets:
            if target.label == wish or (wish is None and target.alone):
                return target
        titles = few(f"{name}:{target.label}" for target in targets)
        raise InputError(f"{model!r}: name one of the targets that were explained: {titles}")

    def _manifest(self) -> RunManifest:
        """Return the manifest as it is now: hits may have been called since."""
        manifest = self._finished.folder.read_manifest()
        if not self._finished.is_still(manifest):
            raise InputError(f"{self.out}: another scan is there now; open it again")
        return manifest


def few(names: Iterable[Any]) -> str:
    """Return the first names of many, for an error."""
    listed = [str(name) for name in names]
    return ", ".join(listed[:8]) + (f", ... ({len(listed)})" if len(listed) > 8 else "")
