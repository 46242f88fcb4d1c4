"""bigWig: gtrack's own streaming writer, the check of every finished file, and a reader."""

from gtrack.io.bigwig.compression import COMPRESSOR
from gtrack.io.bigwig.cutting import cut_bigwig
from gtrack.io.bigwig.layout import Layout
from gtrack.io.bigwig.reader import BigWigReader
from gtrack.io.bigwig.verify import verify_bigwig
from gtrack.io.bigwig.writer import BigWigWriter

__all__ = [
    "COMPRESSOR",
    "BigWigReader",
    "BigWigWriter",
    "Layout",
    "cut_bigwig",
    "verify_bigwig",
]
