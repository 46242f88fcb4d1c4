"""The two tables of a scan: what they are called, and what writes them, plain or packed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from gtrack.core.scan.plan import Plan
from gtrack.io.packed_tables import PACKED, index_name, table_name, writing_packed
from gtrack.io.tables import REGION_COLUMNS, WINDOW_COLUMNS, WriteColumns, writing_columns


def table_files(plan: Plan) -> dict[str, str]:
    """Return the names of the tables, and of the indexes of large ones, as the manifest does."""
    names = {}
    for key, name in (("table", _regions(plan)), ("windows", _windows(plan))):
        names[key] = name
        if name.endswith(PACKED):
            names[f"{key}_index"] = index_name(name, plan.chrom_sizes)
    return names


@contextmanager
def writing_tables(plan: Plan, out: Path) -> Iterator[tuple[WriteColumns, WriteColumns]]:
    """Give what writes rows of windows, and of regions; the tables appear at the end.

    Each model is an order of its own.
    """
    without = () if any(not target.alone for target in plan.targets) else ("target",)
    labels = () if plan.regions.labels is not None else ("label",)
    with (
        _writing(plan, out / _windows(plan), WINDOW_COLUMNS, without) as windows,
        _writing(plan, out / _regions(plan), REGION_COLUMNS, (*without, *labels)) as regions,
    ):
        yield windows, regions


def _windows(plan: Plan) -> str:
    rows = sum(int(plan.grid(m.name).reads.sum()) * len(m.targets) for m in plan.models)
    return table_name("windows.tsv", rows)


def _regions(plan: Plan) -> str:
    return table_name("regions.tsv", len(plan.regions) * len(plan.targets))


def _writing(
    plan: Plan, path: Path, columns: Sequence[str], without: Collection[str]
) -> AbstractContextManager[WriteColumns]:
    orders = len(plan.models)
    if path.name.endswith(PACKED):
        return writing_packed(path, columns, plan.chrom_sizes, without=without, orders=orders)
    return writing_columns(path, columns, without=without, orders=orders)
