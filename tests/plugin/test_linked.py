"""What ``gtrack view`` makes of the plugin's modules exports what they export."""

from __future__ import annotations

from pathlib import Path

from gtrack.publish.viewer.assets import asset_files, plugin_scripts

FILE = Path(__file__).resolve().parents[2] / "igv_plugin" / "test" / "viewer" / "linked.test.js"


def test_each_module(node, tmp_path: Path) -> None:
    for url, script in plugin_scripts(asset_files()).items():
        (tmp_path / Path(url).name).write_text(script, encoding="utf-8")
    with (tmp_path / "plugin.js").open("a", encoding="utf-8") as file:
        file.write("export { $load }\n")
    (tmp_path / "package.json").write_text('{"type": "module"}\n')
    node(FILE, GTRACK_LINKED=str(tmp_path))
