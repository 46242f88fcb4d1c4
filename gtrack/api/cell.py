"""The widget that shows a scan in a cell: anywidget's one door."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from gtrack.publish.viewer.kit import widget_source
from gtrack.workflows.notebook import CellView


class ScanView(anywidget.AnyWidget):  # type: ignore[misc]
    """A scan in a notebook's cell, drawn by igv.js.

    Attributes
    ----------
    height : int
        Of the figure, in pixels; it may be set.
    """

    _esm = widget_source()
    height = traitlets.Int(min=1).tag(sync=True)
    _kit = traitlets.Unicode().tag(sync=True)
    _options = traitlets.Dict().tag(sync=True)

    def __init__(self, out: Path, view: CellView, height: int) -> None:
        self._out, self._view = out, view
        super().__init__(height=height, _kit=view.digest, _options=dict(view.options))
        self.on_msg(self._heard)

    def __repr__(self) -> str:
        return f"<a view of the scan {str(self._out)!r}: run the cell to see it>"

    def _heard(self, _: object, content: Any, __: object) -> None:
        """Answer a read of the page: only what the manifest names, a piece at a time."""
        answer = self._view.answer(content)
        if answer is not None:
            self.send(*answer)
