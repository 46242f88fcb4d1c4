"""Passports that were made before, read back."""

from __future__ import annotations

from gtrack.core.small_file import whole_json
from gtrack.evaluation.passport import SCHEMA, Passport
from gtrack.workflows.folder.finished import FinishedScan
from gtrack.workflows.folder.scan_folder import TRUST


def read_passports(scan: FinishedScan) -> tuple[Passport, ...]:
    """Return the passports of a scan; none where there are none, or they are of another plan."""
    if scan.is_foreign or scan.manifest.trust is None:
        return ()
    try:
        record = whole_json(scan.out / TRUST)
        if (record["schema"], record["plan_sha256"]) != (SCHEMA, scan.plan.digest):
            return ()
        return tuple(map(Passport.from_json, record["passports"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ()
