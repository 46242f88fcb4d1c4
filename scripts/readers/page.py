"""The page of the documents that says what real readers made of the example."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from scripts.readers.verdict import ABSENT, Row, table

HEAD = """# What real readers make of a scan

`make readers` scans the example, lets other programs read every file that a scan publishes, and
compares what they read with what gtrack wrote: values base by base, hits by place, name, score and
colour, sessions by what is to be seen. It writes this page. It needs pip, npm and a network, for
the desktop programs `apt-get install igv xvfb r-bioc-rtracklayer`, and two minutes; what a machine
lacks is named, and it ends with 1 when a reader reads something else. Last on {day}:

"""

NOTES = """
## What to know of each
- **IGV 2** draws no letters. Zoomed out it knows mean, max and min (`absoluteMax` is on its list
  and draws the mean), so that `igv_session.xml` lays max and min over each other; each model has
  its own scale. A session that IGV 2 saves itself lists a file once and loses the min: keep
  gtrack's. IGV 3 opens `igv_session.json`; it is not tried here: no package of it could be had.
- **igv.js without gtrack's plugin** (3.5 or later) shows letters in sessions. In a hub it shows
  bars: it does not read `logo`. Zoomed out both show means.
- **pyGenomeTracks**: filled curves show a base between two of the other sign as a hair. Take
  `type = points`, and as many bins as bases.
- **deepTools** takes the means of regions above 500 bp from zoom levels, as with any bigWig.
- **rtracklayer** (R) reads `NAME.hits.bed` with `extraCols`, and bigBeds in all columns. Version
  1.58 reads the starts of every bigBed one base early, of its own as well:
  `start(x) <- start(x) + 1L`. bigWigs and BED are right.
- **JupyterLab** lays out lists in all outputs, and hears keys before the page does: the view holds
  its own against both. Its times are those of the machine of this page, kernel and browser on it.
"""


def page(rows: Sequence[Row], day: date) -> str:
    """Return the page; what was absent when it was written is named above the table."""
    absent = sorted({row.reader for row in rows if row.result == ABSENT})
    said = f"Not on the machine that wrote this: {', '.join(absent)}.\n\n" if absent else ""
    return HEAD.format(day=f"{day.day} {day:%B %Y}") + said + table(rows) + "\n" + NOTES
