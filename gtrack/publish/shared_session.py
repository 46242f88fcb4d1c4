"""The sessions of :mod:`gtrack.publish.session` with the addresses of a web host in them.

They open from anywhere: the files of the scan lie below one address, as they lie in its folder.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from gtrack.core.assemblies import CUSTOM
from gtrack.core.listed_files import fasta_files
from gtrack.core.manifest import RunManifest
from gtrack.publish.session import igv_json, igv_xml

XML_SAYS = "<!-- made by gtrack session -->"
"""Stands in the XML; the JSON names the manifest by its address."""

_ADDRESSES = ("url", "indexURL", "fastaURL", "compressedIndexURL", "aliasURL", "manifest", "sd")


def shared_json(manifest: RunManifest, base: str) -> str:
    """Return ``igv_session.json`` whose files lie below `base`, which ends with a slash."""
    return json.dumps(_below(base, json.loads(igv_json(manifest))), indent=1) + "\n"


def shared_xml(manifest: RunManifest, base: str) -> str:
    """Return ``igv_session.xml`` whose files lie below `base`, which ends with a slash.

    There IGV desktop 2 reads addresses, which are encoded; beside the scan it reads paths.
    """
    head, rest = igv_xml(manifest, base).split("\n", 1)
    return f"{head}\n{XML_SAYS}\n{rest}"


def shared_files(manifest: RunManifest) -> Iterator[str]:
    """Yield the URLs of the files that such a session reads, relative to the manifest."""
    yield manifest.regions["url"]
    for track in manifest.tracks:
        yield track.url
        if track.index is not None:
            yield track.index
    genome = manifest.genome
    if genome["id"] == CUSTOM:
        yield from [genome["sizes"]] if genome["fasta"] is None else fasta_files(genome["fasta"])
        if "aliases" in genome:
            yield genome["aliases"]


def _below(base: str, record: Any) -> Any:
    """Return a session in which each address begins with `base`."""
    if isinstance(record, list):
        return [_below(base, each) for each in record]
    if not isinstance(record, dict):
        return record
    return {
        key: base + value if key in _ADDRESSES and isinstance(value, str) else _below(base, value)
        for key, value in record.items()
    }
