"""The digest of a plan's regions: of their canonical JSON, which is made by columns."""

from __future__ import annotations

import hashlib
from json.encoder import encode_basestring_ascii as quoted

from gtrack.core.lines import Part, lines_of
from gtrack.core.regions import STRANDS, Regions
from gtrack.core.texts import Chosen

_AT_ONCE = 1 << 10  # regions whose text is in memory


def digest_of_regions(given: int, regions: Regions) -> str:
    """Return the sha256 of the JSON of a list: how many regions were given, then a list of each.

    A region has chromosome, start, end, name, strand, summit or null, and its label if it has one:
    plans without labels keep their digest.
    """
    digest = hashlib.sha256(b"[%d" % given)
    for low in range(0, len(regions), _AT_ONCE):
        part = regions[low : low + _AT_ONCE]
        chroms = Chosen.of(Chosen(part.chroms, part.chrom))
        parts: list[Part] = [
            *(b",[", Chosen([*map(quoted, chroms.among)], chroms.places)),
            *(b",", part.start, b",", part.end),
            *(b",", [*map(quoted, part.names)] if part.named else b'"."'),
            *(b',"', Chosen(STRANDS, part.strand), b'",'),
            ["null" if summit < 0 else str(summit) for summit in part.summit.tolist()],
        ]
        if part.labels is not None:
            parts.append(["" if each is None else f",{quoted(each)}" for each in part.labels])
        digest.update(lines_of([*parts, b"]"], len(part)))
    digest.update(b"]")
    return digest.hexdigest()
