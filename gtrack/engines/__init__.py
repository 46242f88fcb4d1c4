"""Where work runs. An engine knows processes and threads, and nothing of the science.

A further engine is a new file and one line here, or a package of its own.
"""

from __future__ import annotations

ENGINES: dict[str, str] = {
    "local": "gtrack.engines.local:Local",
    "snakemake": "gtrack.engines.snakemake.engine:Snakemake",
}
"""Name -> ``module:class`` of the :class:`gtrack.core.ports.Engine`; other packages add theirs in
the group ``gtrack.engines``."""

GROUP = "gtrack.engines"
