"""Puts the viewer's JavaScript into the wheel: the plugin, and igv.js from the pinned npm package.

igv.js is not in git. npm checks the package against the digest in ``igv_plugin/package-lock.json``,
and this file checks the one script that is taken from it.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

IGV_SHA256 = "4cada8a46e3a6c6bccb5fa15bfed0c4adf7c0c66bdc8ee387ec77391e6d948dc"
"""Of dist/igv.esm.min.js of igv 3.8.10; `make plugin` and `sha256sum` give that of another."""

ASSETS = "gtrack/publish/viewer/assets"
"""Where ``gtrack/publish/viewer/assets.py`` looks in an installed package."""


class CustomBuildHook(BuildHookInterface):
    """The hook that hatchling calls."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the files to take into a wheel; an editable one finds them in the source tree."""
        if self.target_name != "wheel" or version == "editable":
            return
        plugin = Path(self.root) / "igv_plugin"
        take: dict[str, str] = build_data["force_include"]
        for file in sorted((plugin / "src").glob("*.*")):
            if file.suffix in (".js", ".css"):
                take[str(file)] = f"{ASSETS}/plugin/{file.name}"
        igv = self._igv(plugin)
        if igv is None:
            return
        take[str(igv)] = f"{ASSETS}/igv/{igv.name}"
        take[str(igv.parents[1] / "LICENSE")] = f"{ASSETS}/igv/LICENSE"
        take[str(plugin / "NOTICES.md")] = f"{ASSETS}/igv/NOTICES.md"

    def _igv(self, plugin: Path) -> Path | None:
        """Return the pinned igv.js, from npm where it is not there yet."""
        file = plugin / "node_modules" / "igv" / "dist" / "igv.esm.min.js"
        if not self._is_pinned(file):
            why = self._npm_ci(plugin)
            if why:
                self.app.display_warning(
                    f"igv.js is not in this wheel: {why}. `gtrack view` of it needs --igv-js FILE; "
                    "to have it inside, build again with npm and a network."
                )
                return None
        if not self._is_pinned(file):
            raise RuntimeError(f"{file}: not the igv.js that hatch_build.py pins; nothing is built")
        return file

    @staticmethod
    def _is_pinned(file: Path) -> bool:
        return file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == IGV_SHA256

    @staticmethod
    def _npm_ci(plugin: Path) -> str | None:
        """Install the packages of the lock file; say why, if that fails."""
        npm = shutil.which("npm")
        if npm is None:
            return "npm is not on PATH"
        done = subprocess.run(  # noqa: S603
            [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
            cwd=plugin,
            capture_output=True,
            text=True,
            check=False,
        )
        said = " ".join(done.stderr.split("\n")[:2])
        return None if done.returncode == 0 else f"npm ci failed ({said})"
