"""JASPAR releases, read from the databases that the package pyjaspar brings along.

pyjaspar itself asks one question per matrix and takes seconds; here two questions fetch them all,
and nothing of it is imported.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from gtrack.core.errors import InputError
from gtrack.core.hits.motifs import Motif
from gtrack.core.printable import shown

RELEASE_PREFIX = "jaspar:"
"""What a release begins with where a file could stand."""

RELEASE = "2024"
"""The release that is meant when none is named; pinned, so that results do not change."""

# The newest version of each matrix of the curated collection, in one taxonomic group.
_CELLS = """
SELECT m.BASE_ID || '.' || m.VERSION, m.NAME, d.row, d.col, d.val
FROM MATRIX m JOIN MATRIX_DATA d ON d.ID = m.ID
WHERE m.COLLECTION = 'CORE'
  AND m.ID IN (SELECT ID FROM MATRIX_ANNOTATION WHERE TAG = 'tax_group' AND VAL = ?)
  AND m.VERSION = (SELECT MAX(o.VERSION) FROM MATRIX o
                   WHERE o.BASE_ID = m.BASE_ID AND o.COLLECTION = 'CORE')
"""
_GROUPS = "SELECT DISTINCT VAL FROM MATRIX_ANNOTATION WHERE TAG = 'tax_group' ORDER BY VAL"


def read_release(wanted: str) -> list[Motif]:
    """Read one taxonomic group of a JASPAR CORE release.

    Parameters
    ----------
    wanted : str
        ``GROUP`` or ``GROUP@YEAR``, as in ``vertebrates@2024``.

    Returns
    -------
    list of Motif
        The newest version of each matrix, sorted by id (``MA0139.2``); the source is the release
        (``JASPAR2024``).

    Raises
    ------
    InputError
        When pyjaspar is not installed, or has no such release or group.
    """
    group, _, year = wanted.partition("@")
    release = f"JASPAR{(year or RELEASE).upper().removeprefix('JASPAR')}"
    asked = f"{RELEASE_PREFIX}{shown(wanted, 60)}"
    databases = {path.stem: path for path in _folder(asked).glob("JASPAR*.sqlite")}
    if release not in databases:
        years = ", ".join(sorted(name.removeprefix("JASPAR") for name in databases))
        raise InputError(f"{asked}: pyjaspar has no release {shown(release, 30)}; it has {years}")
    path = databases[release]
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            groups = [str(name) for (name,) in database.execute(_GROUPS)]
            rows = database.execute(_CELLS, (group,)).fetchall() if group in groups else []
    except sqlite3.Error as error:
        raise InputError(
            f"{asked}: {path.name} of pyjaspar cannot be read ({error}); install pyjaspar again"
        ) from error
    if not rows:
        raise InputError(
            f"{asked}: {release} has no group {shown(group, 30)!r}; it has {', '.join(groups)}"
        )
    return _motifs(rows, release)


def _folder(asked: str) -> Path:
    package = find_spec("pyjaspar")
    if package is None or not package.submodule_search_locations:
        raise InputError(f"{asked}: pyjaspar is not installed; pip install 'gtrack[jaspar]'")
    return Path(package.submodule_search_locations[0]) / "data"


def _motifs(rows: list[tuple[str, str, str, int, float]], release: str) -> list[Motif]:
    cells: dict[tuple[str, str], list[tuple[int, int, float]]] = defaultdict(list)
    for matrix, name, base, position, value in rows:
        cells[matrix, name].append((int(position) - 1, "ACGT".index(base), float(value)))
    motifs = []
    for (matrix, name), entries in sorted(cells.items()):
        counts = np.zeros((max(at for at, _, _ in entries) + 1, 4))
        for at, base_code, value in entries:
            counts[at, base_code] = value
        motifs.append(Motif(matrix, name.strip(), counts, release))
    return motifs
