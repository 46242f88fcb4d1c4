"""Which versions the bytes of a scan depend on, and what to do with a scan of another gtrack."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path

from gtrack.attribution import GROUP as METHODS
from gtrack.attribution.rules import GROUP as RULES
from gtrack.attribution.rules.lxt_file import lxt_file
from gtrack.core.catalogue import provider
from gtrack.core.errors import InputError
from gtrack.core.scan.plan import Plan
from gtrack.core.version import __version__
from gtrack.io.bigwig import COMPRESSOR
from gtrack.models import GROUP as MODELS

_PACKAGES = ("torch", "transformers", "tokenizers")


def versions(method: str, kinds: Iterable[str]) -> dict[str, str]:
    """Return the version of every package that the bytes of a scan depend on.

    Those that a method, or kinds of models and their rules, come from are among them.
    """
    plugins = provider(METHODS, method)
    for kind in kinds:
        plugins |= provider(MODELS, kind) | provider(RULES, kind)
    return {
        "gtrack": __version__,
        **{name: version(name) for name in _PACKAGES},
        "lxt": lxt_file()[1],
        "numpy": version("numpy"),
        "compressor": COMPRESSOR,
        **dict(sorted(plugins.items())),
    }


def check_version(plan: Plan, out: Path, now: str | None = None) -> None:
    """Refuse to go on with what another version of gtrack began.

    Parameters
    ----------
    plan : Plan
        As it was read.
    out : Path
        Its folder.
    now : str, optional
        This version; the installed one when not given.

    Raises
    ------
    InputError
        Naming both.
    """
    began, this = plan.versions.get("gtrack"), now or __version__
    if plan.sealed or began != this:
        raise InputError(
            f"{out}: the scan is of gtrack {began}, and this is gtrack {this}: its results can be "
            f"read, but not continued; finish it with gtrack {began}, or start anew with "
            "--overwrite"
        )


def check_versions(plan: Plan, out: Path) -> None:
    """Refuse to do a shard of what other versions began, of gtrack or of what its bytes depend on.

    Parameters
    ----------
    plan : Plan
        As it was read.
    out : Path
        Its folder.

    Raises
    ------
    InputError
        Naming the first that is another here.
    """
    check_version(plan, out)
    here = versions(plan.options.method, [model.kind for model in plan.models])
    _refuse_others(plan, out, dict.fromkeys(plan.versions, "none") | here)


def check_versions_of_merge(plan: Plan, out: Path) -> None:
    """Refuse to merge with others; see :func:`check_versions`.

    No model is asked: where shards are merged, torch may be another build, and a method's package
    not there at all.
    """
    check_version(plan, out)
    _refuse_others(plan, out, {"numpy": version("numpy"), "compressor": COMPRESSOR})


def _refuse_others(plan: Plan, out: Path, here: Mapping[str, str]) -> None:
    for name, this in here.items():
        if (began := plan.versions.get(name)) != this:
            raise InputError(
                f"{out}: planned with {name} {began or 'none'}, and here is {this}: bytes differ "
                "between versions; install that one here, or plan anew with --overwrite"
            )
