"""The page, the plugin and igv.js: found in the installed package or in the source tree.

A wheel holds them (``hatch_build.py`` puts them there). A source tree has the plugin beside the
package, and igv.js where npm puts it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from gtrack.core.errors import InputError
from gtrack.publish.viewer.linking import linked

IGV = "igv.esm.min.js"
PLUGIN = "/_gtrack/plugin.js"
"""What of the plugin the page loads first."""
_PLUGIN = "/_gtrack/plugin"
_HERE = Path(__file__).parent
_PACKAGED = _HERE / "assets"
_TREE = _HERE.parents[2] / "igv_plugin"


def asset_files(igv_js: Path | None = None) -> dict[str, Path]:
    """Return what the viewer's page needs, by the path of its URL.

    Parameters
    ----------
    igv_js : Path, optional
        igv.js to use in place of the packaged one; else ``$GTRACK_IGV_JS`` is taken.

    Raises
    ------
    InputError
        When a part is missing, with the cure.
    """
    page, plugin = _HERE / "page", _plugin()
    return {
        "/": page / "index.html",
        "/_gtrack/page.js": page / "page.js",
        f"/_gtrack/igv/{IGV}": _igv(igv_js),
        **{
            f"{_PLUGIN}/{file.relative_to(plugin).as_posix()}": file
            for file in sorted(plugin.rglob("*"))
            if file.suffix in (".js", ".css")
        },
    }


def plugin_scripts(files: Mapping[str, Path]) -> dict[str, str]:
    """Return the plugin as the two scripts that the page loads, by the paths of their URLs.

    Parameters
    ----------
    files : mapping of str to Path
        What `asset_files` found.
    """
    modules = {
        path.removeprefix(f"{_PLUGIN}/"): file.read_text(encoding="utf-8")
        for path, file in files.items()
        if path.startswith(f"{_PLUGIN}/") and path.endswith(".js")
    }
    first, rest = linked(modules)
    return {PLUGIN: first, "/_gtrack/rest.js": rest}


def _igv(given: Path | None) -> Path:
    variable = os.environ.get("GTRACK_IGV_JS")
    for option, path in (("--igv-js", given), ("GTRACK_IGV_JS", variable)):
        if path is not None:
            return _module(option, Path(path))
    for folder in (_PACKAGED / "igv", _TREE / "node_modules" / "igv" / "dist"):
        if (folder / IGV).is_file():
            return folder / IGV
    cure = "run make plugin in the source tree (it needs npm), or " if _TREE.is_dir() else ""
    raise InputError(
        f"igv.js: this gtrack was installed without it; {cure}give --igv-js FILE or "
        f"$GTRACK_IGV_JS: dist/{IGV} of the npm package igv, version 3.8.10"
    )


def _module(option: str, path: Path) -> Path:
    """Check that a file is the build of igv.js that a page can import."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 4096))
            end = file.read()
    except OSError as error:
        raise InputError(f"{option} {path}: cannot be read: {error.strerror}") from error
    if b"export" not in end:
        raise InputError(f"{option} {path}: not the module build of igv.js; give its dist/{IGV}")
    return path


def _plugin() -> Path:
    for folder in (_PACKAGED / "plugin", _TREE / "src"):
        if (folder / "index.js").is_file():
            return folder
    raise InputError(
        f"{_PACKAGED / 'plugin'}: the viewer's plugin is missing; install gtrack again"
    )
