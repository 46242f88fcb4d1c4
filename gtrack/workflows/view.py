"""``gtrack view``: everything that the viewer's server hands out for one folder."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from gtrack.publish.viewer.assets import IGV, PLUGIN, asset_files, plugin_scripts
from gtrack.publish.viewer.front_page import front_page
from gtrack.publish.viewer.served import Entry, ServedFile, ServedText
from gtrack.publish.viewer.server import ViewServer
from gtrack.workflows.viewing.genome import Asked
from gtrack.workflows.viewing.shown import shown

_IGV = f"/_gtrack/igv/{IGV}"


@dataclass(frozen=True, slots=True)
class ViewJob:
    """The options of ``gtrack view``; `port` 0 is a free one."""

    folder: Path
    port: int = 0
    token: bool = False
    hub: bool = False
    igv_js: Path | None = None
    fasta: Path | None = None
    online: bool = False


def view(job: ViewJob) -> tuple[ViewServer, tuple[str, ...]]:
    """Make a server that listens already; ``serve_forever()`` answers.

    Returns
    -------
    ViewServer, tuple of str
        The second says what will not be seen, and why.

    Raises
    ------
    InputError
        When there is nothing to view, a part of the viewer is missing, or the port is taken.
    """
    found = shown(Asked(job.folder, job.hub, job.fasta, job.online))
    table = {**found.files, **_viewer(job)}
    table["/_gtrack/view.json"] = ServedText(json.dumps(found.options) + "\n")
    token = secrets.token_urlsafe(24) if job.token else None
    server = ViewServer(table, job.port, token, found.hosts)
    server.pack_ahead((_IGV, PLUGIN))
    return server, found.notes


def _viewer(job: ViewJob) -> dict[str, Entry]:
    """Return the page and what it loads, which the page names beforehand."""
    files = asset_files(job.igv_js)
    table: dict[str, Entry] = {path: ServedFile(file) for path, file in files.items()}
    table |= {path: ServedText(script) for path, script in plugin_scripts(files).items()}
    template, name = files["/"].read_text(encoding="utf-8"), job.folder.resolve().name
    first = ("/_gtrack/view.json", "/hub/hub.txt" if job.hub else "/manifest.json")
    page = front_page(template, name, (_IGV, PLUGIN), first)
    return {**table, "/": ServedText(page)}
