"""Puts into a wheel what gtrack needs and git has elsewhere, or not at all.

The plugin and the example lie beside the package. igv.js comes from npm, which checks it against
the digest in ``igv_plugin/package-lock.json``; lxt's file of rules comes from pip, which checks it
against the one in ``requirements/lxt.lock``. This file checks each of the two scripts once more. A
wheel without one of them is not built, unless GTRACK_WITHOUT_IGV_JS=1 asks for one without igv.js.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

IGV_SHA256 = "4cada8a46e3a6c6bccb5fa15bfed0c4adf7c0c66bdc8ee387ec77391e6d948dc"
"""Of dist/igv.esm.min.js of igv 3.8.10; `make plugin` and `sha256sum` give that of another."""

LXT, LXT_SHA256 = "2.1", "939842dbfc9013f6911516a7d0d892d24a6aac78640aca8290ba4aeea7eab0bc"
"""The release of lxt, and the digest of its lxt/efficient/rules.py."""

ASSETS = "gtrack/publish/viewer/assets"
"""Where ``gtrack/publish/viewer/assets.py`` looks in an installed package."""

RULES = f"gtrack/attribution/rules/lxt-{LXT}"
"""Where ``gtrack/attribution/rules/lxt_file.py`` looks."""

EXAMPLE = "gtrack/example_data"
"""Where ``gtrack/workflows/demo.py`` looks."""


class CustomBuildHook(BuildHookInterface):
    """The hook that hatchling calls."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the files to take into a wheel; an editable one finds them in the source tree."""
        if self.target_name != "wheel" or version == "editable":
            return
        take: dict[str, str] = build_data["force_include"]
        take |= self._example(Path(self.root) / "example_data")
        take |= self._viewer(Path(self.root) / "igv_plugin")
        take |= self._lxt()

    def _example(self, folder: Path) -> dict[str, str]:
        """Return what ``gtrack demo`` reads, and whose it is; not the scripts that made it."""
        files = [*folder.glob("*.bed"), *folder.glob("*.fa"), *folder.glob("*.meme")]
        files += [folder / "README.md", *(folder / "models").glob("*/*")]
        return {str(file): f"{EXAMPLE}/{file.relative_to(folder)}" for file in sorted(files)}

    def _viewer(self, plugin: Path) -> dict[str, str]:
        """Return the plugin and the pinned igv.js, from npm where it is not there yet."""
        take = {
            str(file): f"{ASSETS}/plugin/{file.relative_to(plugin / 'src').as_posix()}"
            for file in sorted((plugin / "src").rglob("*.*"))
            if file.suffix in (".js", ".css")
        }
        if os.environ.get("GTRACK_WITHOUT_IGV_JS") == "1":
            return take
        igv = plugin / "node_modules" / "igv"
        script = igv / "dist" / "igv.esm.min.js"
        if _digest(script) != IGV_SHA256:
            command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            why = _run([*command, "--loglevel=error"], plugin)
            if why:
                self.app.abort(
                    f"gtrack: igv.js, which `gtrack view` shows, could not be fetched: {why}. "
                    "Build again with npm (of Node.js) and a network, or without igv.js: set "
                    "GTRACK_WITHOUT_IGV_JS=1, and `gtrack view` will need --igv-js FILE."
                )
        if _digest(script) != IGV_SHA256:
            self.app.abort(f"gtrack: {script}: not the igv.js that hatch_build.py pins")
        parts = {script: script.name, igv / "LICENSE": "LICENSE"}
        parts[plugin / "NOTICES.md"] = "NOTICES.md"
        return take | {str(file): f"{ASSETS}/igv/{name}" for file, name in parts.items()}

    def _lxt(self) -> dict[str, str]:
        """Return lxt's rules and licence: of an lxt that is here, else of one fetched by pip."""
        rules, licence = _files(sys.path)
        if _digest(rules) != LXT_SHA256:
            fetched = tempfile.mkdtemp(prefix="gtrack-lxt-")
            atexit.register(shutil.rmtree, fetched)
            command = ["install", "--quiet", "--no-deps", "--no-build-isolation", "--use-pep517"]
            options = ["--no-compile", "--require-hashes", "--target", fetched]
            lock = Path(self.root) / "requirements" / "lxt.lock"
            pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
            why = _run([*pip, *command, *options, "--requirement", str(lock)], Path(fetched))
            if why:
                self.app.abort(
                    f"gtrack: lxt {LXT}, whose rules it uses, could not be fetched: {why}. Build "
                    "again where pip reaches its index, or with `pip install --no-deps "
                    f"lxt=={LXT}` before and --no-build-isolation now."
                )
            rules, licence = _files([fetched])
        if _digest(rules) != LXT_SHA256:
            self.app.abort(f"gtrack: {rules}: not the file of lxt that hatch_build.py pins")
        return {str(rules): f"{RULES}/rules.py", str(licence): f"{RULES}/LICENSE"}


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


def _files(path: list[str]) -> tuple[Path, Path]:
    """Return where the installed lxt has its rules and its licence; both may be missing."""
    for lxt in distributions(name="lxt", path=path):
        licences = [file for file in lxt.files or () if file.name == "LICENSE"]
        if licences and Path(str(licences[0].locate())).is_file():  # pip of 2022 installs none
            rules = lxt.locate_file("lxt/efficient/rules.py")
            return Path(str(rules)), Path(str(licences[0].locate()))
    return Path("lxt"), Path("lxt")


def _run(command: list[str], folder: Path) -> str:
    """Run a program of this machine; say why, if it fails."""
    program = shutil.which(command[0])
    if program is None:
        return f"{command[0]} is not on PATH"
    done = subprocess.run(  # noqa: S603
        [program, *command[1:]], cwd=folder, capture_output=True, text=True, check=False
    )
    said = [line for line in done.stderr.splitlines() if line.strip()]
    return "" if done.returncode == 0 else " / ".join(said[-2:]) or f"exit {done.returncode}"
