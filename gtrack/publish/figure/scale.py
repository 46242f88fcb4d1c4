"""Half of the height of every model's tracks, in values: zero is in the middle."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gtrack.publish.figure.content import ModelTrack, Panel, Scale


def limits(panels: Sequence[Panel], scale: Scale) -> dict[str, float]:
    """Return the limit of every model by its name, the same in all panels.

    Examples
    --------
    >>> track = ModelTrack("cnn", "logit", np.float32([1, -3]), p99=2.0)
    >>> limits([Panel("chr1", 0, 2, "AC", (track,))], "own")
    {'cnn': 3.0}
    """
    tracks = [track for panel in panels for track in panel.models]
    if isinstance(scale, float):
        return {track.name: scale for track in tracks}
    seen: dict[str, float] = {}
    usual: dict[str, float] = {}
    for track in tracks:
        seen[track.name] = max(seen.get(track.name, 0.0), reached(track))
        usual[track.name] = track.p99 or 0.0
    if scale == "p99":
        return {name: usual[name] or seen[name] or 1.0 for name in seen}
    own = {name: max(seen[name], usual[name]) or 1.0 for name in seen}
    if scale == "shared":
        largest = max(own.values(), default=1.0)
        return dict.fromkeys(own, largest)
    return own


def reached(track: ModelTrack) -> float:
    """Return the largest |value| that a track reaches, its band included; 0 where there is none."""
    ends = np.abs(track.values.astype(np.float64))
    if track.spread is not None:
        ends = ends + np.nan_to_num(track.spread)
    return float(ends[np.isfinite(ends)].max(initial=0.0))
