"""Which bases made the model say so.

``import gtrack`` loads nothing heavy; a name loads what it needs when it is first used. Later
versions may add names; they change none and take none away.
"""

import gtrack.core.first_signal  # noqa: F401 (before all else)
from gtrack.core.version import __version__

TYPE_CHECKING = False  # of typing alone, importing would cost more than the rest of this module
if TYPE_CHECKING:
    from gtrack.api.explaining import explain
    from gtrack.api.figures import LocusFigure
    from gtrack.api.hits import call_hits, call_hits_on_tracks
    from gtrack.api.models import Model, load_model
    from gtrack.api.predicting import predict
    from gtrack.api.scanning import scan
    from gtrack.api.scans import Scan, open_scan
    from gtrack.api.verifying import verify
    from gtrack.core.errors import (
        GtrackError,
        InputError,
        ModelError,
        OutputError,
        VerificationError,
    )
    from gtrack.core.scan.explanation import Explanation
    from gtrack.core.scan.prediction import Prediction

_NAMES = {
    "load_model": "gtrack.api.models",
    "explain": "gtrack.api.explaining",
    "predict": "gtrack.api.predicting",
    "scan": "gtrack.api.scanning",
    "open_scan": "gtrack.api.scans",
    "verify": "gtrack.api.verifying",
    "call_hits": "gtrack.api.hits",
    "call_hits_on_tracks": "gtrack.api.hits",
    "Model": "gtrack.api.models",
    "Explanation": "gtrack.core.scan.explanation",
    "Prediction": "gtrack.core.scan.prediction",
    "Scan": "gtrack.api.scans",
    "LocusFigure": "gtrack.api.figures",
    **dict.fromkeys(
        ("GtrackError", "InputError", "OutputError", "ModelError", "VerificationError"),
        "gtrack.core.errors",
    ),
}
"""Name -> the module that has it."""

__all__ = [
    "Explanation",
    "GtrackError",
    "InputError",
    "LocusFigure",
    "Model",
    "ModelError",
    "OutputError",
    "Prediction",
    "Scan",
    "VerificationError",
    "__version__",
    "call_hits",
    "call_hits_on_tracks",
    "explain",
    "load_model",
    "open_scan",
    "predict",
    "scan",
    "verify",
]


if not TYPE_CHECKING:  # a type checker, which sees the imports above, would let every name pass

    def __getattr__(name: str) -> object:
        """Load a name when it is first asked for."""
        from importlib import import_module  # noqa: PLC0415

        if name not in _NAMES:
            raise AttributeError(f"module 'gtrack' has no attribute {name!r}")
        value = getattr(import_module(_NAMES[name]), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
