"""The viewer as one packed text, and the widget's module of four files."""

from __future__ import annotations

import gzip
import json
import re

from gtrack.publish.viewer.assets import asset_files
from gtrack.publish.viewer.channel import PIECE
from gtrack.publish.viewer.kit import CELL, kit, widget_source


def test_the_kit_holds_all_that_gtrack_view_serves() -> None:
    held = json.loads(gzip.decompress(kit().data))
    served = {path.removeprefix("/_gtrack/") for path in asset_files()} - {"/", "page.js"}
    styles = {path for path in served if path.endswith(".css")}
    assert set(held["modules"]) == served - styles
    assert {"igv/igv.esm.min.js", "plugin/index.js"} <= set(held["modules"])
    assert ".gtrack" in held["style"]
    assert len(kit().data) < PIECE, "one answer brings it"


def test_one_kit_has_one_digest() -> None:
    assert kit() is kit()
    assert re.fullmatch("[0-9a-f]{32}", kit().digest)


def test_the_widget_is_one_module() -> None:
    source = widget_source()
    assert not re.search(r"^import ", source, re.M)
    assert re.findall(r"^export .*", source, re.M) == ["export default { render }"]
    names = re.findall(r"^(?:async function|function|class|const|let) ([\w$]+)", source, re.M)
    assert sorted(names) == sorted(set(names)), "two files give one name"
    assert {file.name for file in CELL.iterdir()} == {
        *("channel.js", "door.js", "modules.js", "widget.js")
    }


def test_both_ends_know_the_same_piece() -> None:
    (power,) = re.findall(r"PIECE = 1 << (\d+)$", (CELL / "channel.js").read_text(), re.M)
    assert 1 << int(power) == PIECE
