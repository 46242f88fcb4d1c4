"""Which files a manifest or a hub names: all that a viewer may hand out."""

from __future__ import annotations

import posixpath
import re

from gtrack.core.errors import InputError
from gtrack.core.listed_files import fasta_files
from gtrack.core.manifest import RunManifest
from gtrack.publish.stanzas import files_in

_SAFE = re.compile(r"([A-Za-z0-9._-]|%25)+(/([A-Za-z0-9._-]|%25)+)*")  # %25: a % in a name


def manifest_files(manifest: RunManifest) -> tuple[str, ...]:
    """Return the URLs of what a viewer of a scan reads, relative to the manifest.

    Raises
    ------
    InputError
        When one leads out of the folder, or is no name that gtrack gives.
    """
    urls = ["manifest.json", "igv_session.json", "igv_session.xml"]
    lists = ("url", "table", "table_index", "windows", "windows_index")  # as far as there are some
    urls += [str(manifest.regions[key]) for key in lists if key in manifest.regions]
    urls.append(str(manifest.genome["sizes"]))
    if "aliases" in manifest.genome:
        urls.append(str(manifest.genome["aliases"]))
    if manifest.genome["fasta"] is not None:
        urls += fasta_files(str(manifest.genome["fasta"]))
    for track in manifest.tracks:
        urls += [url for url in (track.url, track.index, track.names) if url is not None]
    if manifest.hits is not None:
        urls.append(str(manifest.hits["logos"]))
        for model in manifest.hits["models"]:
            tables = ("bed", "sites", "bigbed", "table", "words")
            urls += [str(model[key]) for key in tables if key in model]  # two since 0.2
    return tuple(dict.fromkeys(_checked("manifest.json", url) for url in urls))


def hub_files(text: str) -> tuple[str, ...]:
    """Return the URLs of what ``hub/hub.txt`` names, relative to the folder that holds ``hub``.

    Raises
    ------
    InputError
        With the line, when one leads out of that folder or is no name that gtrack gives.
    """
    urls = ["hub/hub.txt"]
    for setting, name in files_in(text):
        url = posixpath.normpath(f"hub/{name}")
        urls.append(_checked(f"hub/hub.txt:{setting.line}", url))
    return tuple(dict.fromkeys(urls))


def _checked(where: str, url: str) -> str:
    if not _SAFE.fullmatch(url) or {".", ".."} & set(url.split("/")):
        raise InputError(
            f"{where}: it names the file {url!r}, which gtrack never does; is the folder from a "
            "source that you trust?"
        )
    return url
