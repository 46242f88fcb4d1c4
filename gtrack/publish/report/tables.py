"""Tables of a report: scores, facts and files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

from gtrack.core.manifest import RunManifest
from gtrack.core.targets import path_of, titled
from gtrack.publish.markup import Markup, element, join, shortened

_LONGEST = 160  # characters of a name in a table

_NO_FACTS = {"name", "model", "url", "bed", "bigbed", "table", "candidates_bed", "loci", "sizes"}
_NO_FACTS |= {"fasta", "logos", "words", "sites"}  # names and files: said elsewhere
_GIVEN = {"parameters", "versions"}


def table(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    numbers: Iterable[int] = (),
    caption: str = "",
    class_: str = "plain",
) -> Markup:
    """Return a table that scrolls where it is too wide; columns `numbers` are set to the right."""
    right = {at: {"class_": "number"} for at in numbers}
    head = (
        element("th", title, scope="col", **right.get(at, {})) for at, title in enumerate(columns)
    )
    body = (
        element(
            "tr", *(element("td", cut(cell), **right.get(at, {})) for at, cell in enumerate(row))
        )
        for row in rows
    )
    return scrolled(
        *([element("caption", caption)] if caption else []),
        element("thead", element("tr", *head)),
        element("tbody", *body),
        class_=class_,
    )


def scrolled(*parts: Markup, class_: str) -> Markup:
    """Return the parts of a table as a table that scrolls where it is too wide."""
    content = element("table", *parts, class_=class_)
    return element("div", content, class_="scroll", tabindex=0, role="group", aria_label="Table")


def regions_table(regions: Sequence[Mapping[str, str]], units: Sequence[str]) -> Markup:
    """Return the scores of regions, rows of ``regions.tsv``, which are measured in `units`."""
    columns = {
        "name": "region",
        "model": "model",
        "target": "target",
        "windows": "windows",
        "score_forward": "score, forward",
        "score_reverse": "score, reverse",
        "score": "score, mean",
        "probability": "probability",
        "n_share": "share of N",
    }
    if not any("target" in row for row in regions):
        del columns["target"]
    if "logit" not in units:
        del columns["probability"]  # a value has none
    first = [*columns].index("windows")  # before it there are names, which may look like numbers
    rows = []
    for row in regions:
        start, end = int(row["start"]), int(row["end"])
        cells = [
            row[key] if at < first else number_said(row[key]) for at, key in enumerate(columns)
        ]
        rows.append((f"{row['chrom']}:{start + 1:,}-{end:,}", *cells))
    if not rows:
        return Markup()
    said = "Means over a region's bases of what the windows that own them say; scores are "
    numbers = range(first + 1, len(columns) + 1)
    scores = table(("place", *columns.values()), rows, numbers=numbers)
    return join(element("p", f"{said}{' or '.join(f'{unit}s' for unit in units)}."), scores)


def facts_table(manifest: RunManifest) -> Markup:
    """Return all that the manifest says but the files."""
    record = {
        each.name: getattr(manifest, each.name)
        for each in fields(manifest)
        if each.name not in ("tracks", "locus", "regions", "files")
    }
    return table(("fact", "value"), list(_flat("", record)), class_="facts")


def _flat(name: str, value: Any, *, given: bool = False) -> Iterator[tuple[str, str]]:
    """Yield facts; where keys are `given` by users or methods, all of them are."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if given or key not in _NO_FACTS:
                yield from _flat(f"{name} {key}".strip(), inner, given=key in _GIVEN)
    elif isinstance(value, list | tuple) and value and all(isinstance(e, Mapping) for e in value):
        for inner in value:
            called = inner.get("name") or titled(str(inner.get("model")), inner.get("target"))
            yield from _flat(f"{name} {called}", inner)
    elif value is not None:
        items = value if isinstance(value, list | tuple) else [value]
        yield (
            name,
            ", ".join(f"{each:.6g}" if isinstance(each, float) else str(each) for each in items),
        )


def files_table(manifest: RunManifest) -> Markup:
    """Return where everything lies in the folder of the scan."""
    rows = [(track.shown, track.kind, element("code", track.path)) for track in manifest.tracks]
    for entry in (manifest.hits or {}).get("models", ()):
        title = titled(entry["model"], entry.get("target"))
        rows.append((title, "hits as text", element("code", path_of(entry["bed"]))))
        rows.append((title, "motifs", element("code", path_of(entry["table"]))))
        for kind, key in (("hits as BED6", "sites"), ("words", "words")):
            if key in entry:
                rows.append((title, kind, element("code", path_of(entry[key]))))
    for kind, key in (("regions", "url"), ("region scores", "table"), ("windows", "windows")):
        if key in manifest.regions:
            rows.append(("", kind, element("code", manifest.regions[key])))
    said = element("p", "In the folder of the scan, beside manifest.json; not part of this page.")
    return join(said, table(("name", "kind", "file"), rows))


def cut(cell: str) -> str:
    """Return text that is short enough for a cell; markup as it is."""
    return cell if isinstance(cell, Markup) else shortened(cell, _LONGEST)


def number_said(cell: str) -> str:
    """Return a number of a file in four digits; what is none, as it is."""
    try:
        return f"{float(cell):.4g}"
    except ValueError:
        return cell
