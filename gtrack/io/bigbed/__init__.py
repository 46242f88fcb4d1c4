"""bigBed: motif hits and features written, and any file read."""

from gtrack.io.bigbed.features import write_feature_bigbed
from gtrack.io.bigbed.hits import AUTOSQL, write_bigbed
from gtrack.io.bigbed.reading import bigbed_at, read_bigbed

__all__ = ["AUTOSQL", "bigbed_at", "read_bigbed", "write_bigbed", "write_feature_bigbed"]
