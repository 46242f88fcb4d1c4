"""Draw the rooms of gtrack and what they import, from the code: `python docs/rooms.py`.

It writes `docs/images/rooms.svg` and the block between the markers of ARCHITECTURE.md; a test
compares both with the code. Floors come from the contract in `pyproject.toml`, all else from the
imports, those for types alone left out. Python's standard library is enough.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "gtrack"
PICTURE = ROOT / "docs/images/rooms.svg"
PAGE = ROOT / "ARCHITECTURE.md"
MARKERS = "<!-- rooms: python docs/rooms.py -->", "<!-- /rooms -->"

OWN = "*.py"
"""Name of a room's modules that lie in no room inside it."""

Place = tuple[str, str]
"""A room, and the room inside it or `OWN`."""


def floors() -> list[list[str]]:
    """Return the rooms of every floor, the highest first."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = settings["tool"]["importlinter"]["contracts"]
    (layers,) = (each["layers"] for each in contracts if each["id"] == "floors")
    rooms = [[name.strip() for name in layer.split("|")] for layer in layers]
    return [floor for floor in rooms if (PACKAGE / floor[0]).is_dir()]


def place_of(parts: tuple[str, ...]) -> Place | None:
    """Return where a module lies; None for one of no room."""
    if len(parts) < 2 or not (PACKAGE / parts[1]).is_dir():
        return None
    inner = len(parts) > 2 and (PACKAGE / parts[1] / parts[2]).is_dir()
    return parts[1], parts[2] if inner else OWN


def imported(source: str) -> Iterator[str]:
    """Yield the modules, or names in modules, that a source imports for more than types."""
    tree = ast.parse(source)
    types = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node not in types and isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        if node not in types and isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{each.name}" for each in node.names)


def arrows() -> list[tuple[Place, Place]]:
    """Return who imports whom: of two rooms, or of two rooms inside one."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        here = place_of(path.relative_to(ROOT).with_suffix("").parts)
        for name in imported(path.read_text()):
            there = place_of(tuple(name.split("."))) if name.startswith("gtrack.") else None
            if here is not None and there is not None and here != there:
                found.add((here, there))
    return sorted(found)


# What follows is the picture: boxes in rows, and arrows in lanes that cut no box.

WIDTH, MARGIN = 1060, 60  # pixels; the margins at both sides are lanes for arrows
CHIP, GAP, TITLE, PAD, STREET = 26, 26, 26, 12, 46
LANE = 9  # between two arrows
COLOURS = {
    **{"cli": "#555555", "workflows": "#0072B2", "attribution": "#A34A00", "models": "#007A5A"},
    **{"io": "#8A4B78", "engines": "#6B6B00", "evaluation": "#A3161E", "publish": "#3B4CA8"},
    **{"core": "#555555", "api": "#5B2A86"},
}


@dataclass(slots=True)
class Box:
    """A rectangle with a name."""

    name: str
    left: float = 0
    right: float = 0
    top: float = 0
    bottom: float = 0


def levels(names: Iterable[str], inside: set[tuple[str, str]]) -> list[list[str]]:
    """Return names in rows, so that what is imported lies below."""
    names = sorted(names)

    def depth(name: str, seen: tuple[str, ...] = ()) -> int:
        below = [b for a, b in sorted(inside) if a == name and b not in (*seen, name)]
        return 1 + max((depth(each, (*seen, name)) for each in below), default=-1)

    height = {name: depth(name) for name in names}
    if height.get(OWN) == 0:  # it stands alone, below even what does not import it
        height = {name: max(height[name], int(name != OWN)) for name in names}
    return [[n for n in names if height[n] == at] for at in sorted(set(height.values()))[::-1]]


def label(room: str, name: str) -> str:
    """Return what stands in the box of a room inside a room."""
    return f"{room}/{name}" if name == OWN else name


def chip_width(name: str) -> float:
    """Return the width of the box around a name."""
    return 7.2 * len(name) + 18


def spread(boxes: list[Box], left: float, right: float, gap: float) -> None:
    """Lay boxes side by side from left to right, as wide as their names ask and more."""
    wanted = [chip_width(box.name) for box in boxes]
    more = (right - left - gap * (len(boxes) - 1) - sum(wanted)) / len(boxes)
    for box, width in zip(boxes, wanted, strict=True):
        box.left, box.right = left, left + width + more
        left = box.right + gap


class Picture:
    """The boxes and lines of the drawing."""

    def __init__(self) -> None:
        self.found = arrows()
        self.rooms: dict[str, Box] = {}
        self.chips: dict[str, list[list[Box]]] = {}
        self.floors = floors()
        top = 10.0
        for floor in self.floors:
            top = self._lay(floor, top) + STREET
        self.height = top - STREET + 10

    def _rows(self, room: str) -> list[list[str]]:
        inside = {(a[1], b[1]) for a, b in self.found if a[0] == b[0] == room}
        own = {OWN} if any(PACKAGE.joinpath(room).glob("[!_]*.py")) else set()
        inner = {path.parent.name for path in PACKAGE.joinpath(room).glob("*/__init__.py")}
        return levels(inner | own, inside) if inner else []

    def _lay(self, floor: list[str], top: float) -> float:
        """Lay a floor's rooms, and what is inside them; return where it ends."""
        rows = {room: self._rows(room) for room in floor}
        need = {
            room: max(
                chip_width(room) + 20,
                *(sum(map(chip_width, row)) + GAP * len(row) for row in rows[room]),
                0,
            )
            for room in floor
        }
        left, right = self._extent(floor)
        more = (right - left - GAP * (len(floor) - 1) - sum(need.values())) / len(floor)
        deepest = max(len(each) for each in rows.values())
        bottom = top + TITLE + deepest * CHIP + max(0, deepest - 1) * GAP + (PAD if deepest else 4)
        for room in floor:
            box = Box(room, left, left + need[room] + more, top, bottom)
            self.rooms[room] = box
            self.chips[room] = self._inside(box, rows[room])
            left = box.right + GAP
        return bottom

    def _extent(self, floor: list[str]) -> tuple[float, float]:
        """Return from where to where a floor reaches; the ends of the house are widest."""
        if floor in (self.floors[0], self.floors[-1]):
            return 10, WIDTH - 10
        return (160, 380) if floor == ["attribution"] else (MARGIN, WIDTH - MARGIN)

    def _inside(self, box: Box, rows: list[list[str]]) -> list[list[Box]]:
        laid = []
        top = box.top + TITLE
        for row in rows:
            boxes = [Box(name, top=top, bottom=top + CHIP) for name in row]
            spread(boxes, box.left + PAD, box.right - PAD, GAP)
            laid.append(boxes)
            top += CHIP + GAP
        return laid

    def _lane(
        self,
        source: Box,
        target: Box,
        between: list[Box],
        taken: list[tuple[float, float, float]],
        street: float,
    ) -> list[tuple[float, float]]:
        """Return the corners of an arrow that cuts no box and lies on no other arrow."""

        def free(x: float, top: float, bottom: float) -> bool:
            return not any(box.left - 6 < x < box.right + 6 for box in between) and not any(
                abs(x - other) < LANE and low < bottom and top < high for other, low, high in taken
            )

        def ways(box: Box) -> list[float]:
            middle, count = (box.left + box.right) / 2, int((box.right - box.left - 12) // 6)
            xs = [box.left + 6 + 6 * k for k in range(count + 1)]
            return sorted(xs, key=lambda x: (abs(x - middle), x))

        narrow, wide = sorted((source, target), key=lambda box: box.right - box.left)
        for x in ways(narrow):
            if wide.left + 6 <= x <= wide.right - 6 and free(x, source.bottom, target.top):
                taken.append((x, source.bottom, target.top))
                return [(x, source.bottom), (x, target.top)]
        turn = target.top - street / 2
        for x in sorted(ways(source), key=lambda x: (abs(x - target.right), x)):
            for end in sorted(ways(target), key=lambda end: abs(end - x)):
                clear = not any(
                    abs(end - other) < LANE and low < target.top and turn < high
                    for other, low, high in taken
                )
                if clear and free(x, source.bottom, turn):
                    taken += [(x, source.bottom, turn), (end, turn, target.top)]
                    return [(x, source.bottom), (x, turn), (end, turn), (end, target.top)]
        raise SystemExit(f"no lane from {source.name} to {target.name}; widen the picture")

    def lines(self) -> Iterator[tuple[str, list[tuple[float, float]]]]:
        """Yield the room whose colour an arrow has, and its corners."""
        taken: list[tuple[float, float, float]] = []
        order = [room for floor in self.floors for room in floor]
        between_rooms = {(a[0], b[0]) for a, b in self.found if a[0] != b[0]}
        pairs = sorted(
            between_rooms, key=lambda pair: (abs(self._floor(pair[0]) - self._floor(pair[1])), pair)
        )
        for source, target in pairs:
            first, last = self._floor(source), self._floor(target)
            passed = [room for floor in self.floors[first + 1 : last] for room in floor]
            between = [self.rooms[room] for room in passed]
            ends = self.rooms[source], self.rooms[target]
            yield source, self._lane(*ends, between, taken, STREET)
        for room in order:
            yield from ((room, corners) for corners in self._lines_inside(room))

    def _lines_inside(self, room: str) -> Iterator[list[tuple[float, float]]]:
        rows, taken = self.chips[room], []
        row_of = {box.name: (at, box) for at, row in enumerate(rows) for box in row}
        pairs = [(a[1], b[1]) for a, b in self.found if a[0] == b[0] == room]
        for a, b in sorted(pairs, key=lambda p: (row_of[p[1]][0] - row_of[p[0]][0], p)):
            (first, source), (last, target) = row_of[a], row_of[b]
            if first < last:
                between = [box for row in rows[first + 1 : last] for box in row]
                yield self._lane(source, target, between, taken, GAP)

    def _floor(self, room: str) -> int:
        return next(at for at, floor in enumerate(self.floors) if room in floor)

    def svg(self) -> str:
        """Return the drawing."""
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {self.height:g}" '
            'font-family="Helvetica, Arial, sans-serif" font-size="13">',
            f"<title>{escape(ALT)}</title>",
            '<rect width="100%" height="100%" fill="white"/>',
        ]
        for room, box in self.rooms.items():
            parts.append(_rectangle(box, "#f2f2f2", COLOURS[room], 1.5))
            parts.append(
                f'<text x="{box.left + PAD:g}" y="{box.top + 18:g}" font-weight="bold" '
                f'fill="{COLOURS[room]}">{room}</text>'
            )
        for room, corners in self.lines():
            parts.append(_arrow(corners, COLOURS[room]))
        for room, rows in self.chips.items():
            for chip in (box for row in rows for box in row):
                parts.append(_rectangle(chip, "white", COLOURS[room], 0.8))
                parts.append(
                    f'<text x="{(chip.left + chip.right) / 2:g}" y="{chip.top + 17.5:g}" '
                    f'text-anchor="middle" fill="#222222">{label(room, chip.name)}</text>'
                )
        return "\n".join([*parts, "</svg>", ""])


def _rectangle(box: Box, fill: str, stroke: str, width: float) -> str:
    return (
        f'<rect x="{box.left:g}" y="{box.top:g}" width="{box.right - box.left:g}" '
        f'height="{box.bottom - box.top:g}" rx="4" fill="{fill}" stroke="{stroke}" '
        f'stroke-width="{width:g}"/>'
    )


def _arrow(corners: list[tuple[float, float]], colour: str) -> str:
    x, y = corners[-1]
    points = " ".join(f"{a:g},{b:g}" for a, b in [*corners[:-1], (x, y - 5)])
    return (
        f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.4"/>'
        f'<polygon points="{x - 4:g},{y - 8:g} {x + 4:g},{y - 8:g} {x:g},{y:g}" fill="{colour}"/>'
    )


ALT = "The rooms of gtrack, floor by floor; an arrow leads from a room to one that it imports"


def block() -> str:
    """Return what stands between the markers: the picture, and its arrows in words."""
    found = arrows()
    lines = []
    for room in (room for floor in floors() for room in floor):
        targets = sorted({b[0] for a, b in found if a[0] == room != b[0]})
        inside = sorted({f"{a[1]} → {b[1]}" for a, b in found if a[0] == b[0] == room})
        said = f"- **{room}** imports {', '.join(targets) or 'no other room'}"
        lines.append(f"{said}; inside: {', '.join(inside)}" if inside else said)
    picture = f"![{ALT}]({PICTURE.relative_to(ROOT)})"
    words = "\n".join(["<details><summary>In words</summary>", "", *lines, "", "</details>"])
    return "\n".join([MARKERS[0], picture, "", words, MARKERS[1]])


def page(text: str) -> str:
    """Return a page with the block between its markers made anew."""
    before, _, rest = text.partition(MARKERS[0])
    _, closed, after = rest.partition(MARKERS[1])
    if not closed:
        raise SystemExit(f"{PAGE.name}: no {MARKERS[0]} ... {MARKERS[1]}")
    return f"{before}{block()}{after}"


if __name__ == "__main__":
    PICTURE.write_text(Picture().svg())
    PAGE.write_text(page(PAGE.read_text()))
