"""Models for Python."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gtrack.api.wording import in_python
from gtrack.core.errors import InputError
from gtrack.core.ports import SequenceModel
from gtrack.core.printable import few
from gtrack.models.device import resolve_devices
from gtrack.models.folder import open_model
from gtrack.models.undisturbed import undisturbed

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Model:
    """A model that is open; `gtrack.load_model` makes it.

    Attributes
    ----------
    name : str
        The folder's name, or the Hub id.
    source : str
        What it was loaded from.
    kind : str
        ``cnn``, ``dnabert2`` or the name that another package gives.
    unit : {"base", "token"}
        What it reads.
    labels : tuple of str
        Names of its outputs.
    outputs : {"classes", "labels", "values"}
        What they are: classes exclude each other, labels do not, values are no decisions.
    window_bp : int or None
        Length of sequence that it was trained on; None where its folder does not say.
    strands : {"both", "forward", "reverse", "region"} or None
        Strands that it was trained on; None where its folder does not say.
    device : str
        Where it computes: ``cpu``, ``cuda:0``.
    network : torch.nn.Module
        The network itself, in eval mode and frozen.
    """

    name: str
    source: str
    kind: str
    unit: str
    labels: tuple[str, ...]
    outputs: str
    window_bp: int | None
    strands: str | None
    device: str
    network: nn.Module
    _port: SequenceModel = field(repr=False)

    def __repr__(self) -> str:
        labels = few(self.labels, 6)
        trained = [
            f"windows of {self.window_bp} bp" if self.window_bp else "",
            "" if self.strands is None else _STRANDS[self.strands],
        ]
        parts = [
            f"{self.kind} that reads {self.unit}s",
            f"{len(self.labels)} {self.outputs} ({labels})",
            " on ".join(part for part in trained if part),
            self.device,
        ]
        return f"<gtrack.Model {self.name!r}: {'; '.join(part for part in parts if part)}>"


_STRANDS = {
    "both": "both strands",
    "forward": "the forward strand",
    "reverse": "the reverse strand",
    "region": "the strand of the region",
}


@in_python
@undisturbed()
def load_model(folder_or_id: str | Path, *, device: str = "auto") -> Model:
    """Open a model, to explain sequences with.

    Parameters
    ----------
    folder_or_id : str or Path
        A model folder (``config.json`` and ``model.safetensors``), or an id ``owner/name`` of the
        Hugging Face Hub, with optional ``@revision``. No code of it runs, and no pickle is read.
    device : str
        ``auto`` (CUDA where there is one), ``cpu``, ``cuda`` or ``cuda:1``.

    Returns
    -------
    Model
        What it is, read-only.

    Raises
    ------
    GtrackError
        When there is no such folder or device, or the model is damaged.

    Examples
    --------
    >>> import gtrack
    >>> gtrack.load_model("example_data/models/dnabert2", device="cpu")
    <gtrack.Model 'dnabert2': dnabert2 that reads tokens; 2 classes (0, 1); windows of 200 bp on \
both strands; cpu>
    """
    where = Path(folder_or_id).expanduser()
    source = str(where) if where.exists() else str(folder_or_id)
    devices = resolve_devices(str(device))  # a torch.device says the same
    if len(devices) > 1:
        raise InputError(f"--device {device}: a model lives on one device; give one of them")
    opened = open_model(source, device=devices[0])
    return Model(
        name=where.resolve().name if where.exists() else source,
        source=source,
        kind=opened.kind,
        unit=opened.unit,
        labels=tuple(opened.labels),
        outputs=opened.head.outputs,
        window_bp=opened.window_bp,
        strands=opened.strands,
        device=devices[0],
        network=opened.network,
        _port=opened,
    )
