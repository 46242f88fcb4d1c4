"""Where lxt's file of rules is, and of which release: in gtrack's wheel, or in an installed lxt.

A wheel of gtrack holds the file as lxt released it (``hatch_build.py`` puts it there), because lxt
asks for packages that gtrack does not use (decision 0018). A source tree has lxt beside it.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from gtrack.core.errors import ModelError

PINNED = "2.1"
"""The release that wheels hold."""

_PACKAGED = Path(__file__).parent / f"lxt-{PINNED}" / "rules.py"
_FILE = "lxt/efficient/rules.py"


def lxt_file() -> tuple[Path, str]:
    """Return lxt's file of rules, and its release.

    Raises
    ------
    ModelError
        When there is no lxt.
    """
    if _PACKAGED.is_file():
        return _PACKAGED, PINNED
    try:
        lxt = distribution("lxt")
    except PackageNotFoundError as error:
        raise ModelError(
            "lxt is not installed, and a gtrack in its source tree needs it; make setup, or "
            f"pip install --no-deps lxt=={PINNED}"
        ) from error
    return Path(str(lxt.locate_file(_FILE))), lxt.version
