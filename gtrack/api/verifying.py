"""Whether the files of a finished scan are as they were written, for Python."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gtrack.api.wording import in_python
from gtrack.workflows.verify import verify as workflow


@in_python
def verify(
    folder: str | Path, *, progress: Callable[[str, int, int], None] | None = None
) -> list[str]:
    """Read every file of a finished scan, and say which is not as it was written.

    As ``gtrack verify`` does. Of what an earlier gtrack made, sizes and heads alone are looked at.

    Parameters
    ----------
    folder : str or Path
        What ``out`` of `gtrack.scan`, or ``--out`` of ``gtrack scan``, was; it is not written to.
    progress : callable, optional
        Told ``(what, done, in all)``, in bytes: of more that was read, and of all there is to read.

    Returns
    -------
    list of str
        A line per file that changed or is gone, with what to do; empty when all is as it was
        written.

    Raises
    ------
    GtrackError
        When there is no finished scan.

    Examples
    --------
    >>> import gtrack
    >>> gtrack.verify("out/demo")
    []
    """
    tell = progress or (lambda *_: None)
    return [str(change) for change in workflow(Path(folder).expanduser(), tell).changes]
