"""Which files a manifest lists, and in which room of the folder each of them lies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, cast

from gtrack.core.manifest import RunManifest

Room = Literal["tracks", "hits", "annotations", "null", "genome", "tables", "sessions", "trust"]
"""What is made together, and so is made again together."""

SESSIONS = ("igv_session.json", "igv_session.xml")
"""Made from the manifest whenever that is written."""

TABLES = ("url", "table", "table_index", "windows", "windows_index")
"""Keys of the manifest's record of regions that name files."""

_HITS = ("bed", "sites", "bigbed", "table", "words", "candidates_bed", "loci")
_TRUST = "trust.json"


def listed_files(manifest: RunManifest) -> Iterator[str]:
    """Yield the URL of every file that a manifest lists, relative to it; each once."""
    yield from dict.fromkeys(_listed(manifest))


def _listed(manifest: RunManifest) -> Iterator[str]:
    for track in manifest.tracks:
        yield track.url
        if track.index is not None:
            yield track.index
        if track.names is not None:
            yield track.names
    for model in (manifest.null or {}).get("models", ()):
        yield model["url"]
    if manifest.hits is not None:
        yield manifest.hits["logos"]
        for model in manifest.hits["models"]:
            yield from (model[key] for key in _HITS if key in model)
    yield from (manifest.regions[key] for key in TABLES if key in manifest.regions)
    yield manifest.genome["sizes"]
    if "aliases" in manifest.genome:
        yield manifest.genome["aliases"]
    if manifest.genome["fasta"] is not None:
        yield from fasta_files(manifest.genome["fasta"])
    if manifest.trust is not None:
        yield manifest.trust["url"]
    yield from SESSIONS


def fasta_files(url: str) -> list[str]:
    """Return a FASTA and the indexes by which a browser reads it."""
    return [url, url + ".fai", *([url + ".gzi"] if url.endswith(("gz", "bgz")) else [])]


def room_of(url: str) -> Room:
    """Return the room in which a listed file lies.

    Examples
    --------
    >>> room_of("tracks/cnn.relevance.bw"), room_of("windows.tsv")
    ('tracks', 'tables')
    """
    folder, slash, _ = url.partition("/")
    if slash:
        return cast(Room, folder)
    if url in SESSIONS:
        return "sessions"
    return "trust" if url == _TRUST else "tables"
