"""The Hugging Face Hub: when a name is asked for there, and for how long."""

from __future__ import annotations

import logging
import os
import re
import threading
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

import huggingface_hub  # its client is loaded when it is used: half a second
from huggingface_hub import constants

from gtrack.core.errors import ModelError
from gtrack.core.printable import shown

PATIENCE = 10.0
"""Seconds that the Hub has for its first answer."""

_FILES = (".bin", ".ckpt", ".gz", ".h5", ".json", ".pt", ".pth", ".safetensors", ".zip")
_LONGEST_ID = 96  # letters
_PAGE = re.compile(r"(https?://[^/]+|[\w.-]+\.(co|com|org))/(?P<id>[\w-][\w.-]*/[\w-][\w.-]*)")
_LOG = logging.getLogger("gtrack")
_found: dict[tuple[str, str | None, tuple[str, ...]], Path] = {}

Answer = TypeVar("Answer")


def is_path(source: str) -> bool:
    """Tell whether a name that is no folder was meant to be one: the Hub is not asked for it.

    It has the form of a path, ends as a file does, or the folder before its last part is here.

    Examples
    --------
    >>> is_path("./cnn"), is_path("out/models/cnn"), is_path("zhihan1996/DNABERT-2-117M")
    (True, True, False)
    """
    name = source.partition("@")[0]
    return (
        name.startswith((".", "/", "~"))
        or "\\" in name
        or name.count("/") != 1
        or len(name) > _LONGEST_ID
        or name.lower().endswith(_FILES)
        or os.path.lexists(Path(name).parent)
    )


def no_such_folder(source: str) -> str:
    """Say that a path leads nowhere, and what lies beside it or how it is written."""
    said = f"{shown(source)}: no such folder"
    if source.startswith("~"):
        return f"{said}; the shell leaves a ~ behind = as it is: write $HOME"
    if page := _PAGE.match(source):
        return f"{said}; the page of a model of the Hub has the id {page['id']}: give that"
    path = Path(source)
    try:
        beside = sorted(each.name for each in path.parent.iterdir() if each.is_dir())
    except OSError:
        return f"{said}; there is no {shown(path.parent)} here"
    if not beside:
        return said
    near = get_close_matches(path.name, beside, 3, 0.5) or beside[:5]
    return f"{said}; {shown(path.parent)} has {', '.join(shown(each, 60) for each in near)}"


def fetched(source: str, name: str, revision: str | None, patterns: list[str]) -> Path:
    """Return the folder of a model of the Hub, downloaded or from the cache of the Hub's client.

    A line on the log says that the Hub is asked, and once more when files are downloaded. When it
    does not answer within :data:`PATIENCE`, the cache serves if it can.

    Parameters
    ----------
    source : str
        As the user wrote it, for messages.
    name : str
        ``owner/name``.
    revision : str or None
        A branch, a tag or a commit.
    patterns : list of str
        Which files.

    Raises
    ------
    ModelError
        When the Hub has no such model, or neither it nor the cache answers.
    """
    key = (name, revision, tuple(patterns))
    if key not in _found:
        _found[key] = _fetched(source, name, revision, patterns)
    return _found[key]


def _fetched(source: str, name: str, revision: str | None, patterns: list[str]) -> Path:
    if constants.HF_HUB_OFFLINE:
        found = _cached(name, revision, patterns)
        if found is None:
            raise ModelError(
                f"{shown(source)}: no such folder, and the cache of the Hugging Face Hub has no "
                "such model (HF_HUB_OFFLINE is set); download it elsewhere and give the folder"
            )
        return found
    _LOG.info("%s: no such folder; asking the Hugging Face Hub, %g s", source, PATIENCE)
    client = huggingface_hub.HfApi()  # before the clock runs: it is loaded here
    try:
        info = _in_time(
            lambda: client.model_info(name, revision=revision, timeout=PATIENCE), PATIENCE
        )
        _LOG.info("%s: the Hugging Face Hub has it; downloading what is not here yet", source)
        commit = getattr(info, "sha", None) or revision
        return Path(
            huggingface_hub.snapshot_download(name, revision=commit, allow_patterns=patterns)
        )
    except Exception as problem:  # whatever the HTTP library beneath the Hub's client raises
        found = _cached(name, revision, patterns) if _no_answer(problem) else None
        if found is not None:
            _LOG.info("%s: no answer; taken from the cache of the Hub's client", source)
            return found
        why = str(problem).strip().split("\n")[0] or type(problem).__name__
        raise ModelError(
            f"{shown(source)}: no such folder, and the Hugging Face Hub gave no such model "
            f"({shown(why)}); download it elsewhere and give the folder"
        ) from problem


def _no_answer(problem: Exception) -> bool:
    """Whether the Hub did not speak, rather than refuse."""
    return getattr(problem, "response", None) is None


def _cached(name: str, revision: str | None, patterns: list[str]) -> Path | None:
    try:
        return Path(
            huggingface_hub.snapshot_download(
                name, revision=revision, allow_patterns=patterns, local_files_only=True
            )
        )
    except Exception:  # the client's own, of several versions
        return None


def _in_time(question: Callable[[], Answer], seconds: float) -> Answer:
    """Return the answer to a question, or raise TimeoutError.

    A client's own limits hold for each address of a host, for each retry, or for each byte.
    """
    answers: list[Answer] = []
    problems: list[Exception] = []

    def ask() -> None:
        try:
            answers.append(question())
        except Exception as problem:
            problems.append(problem)

    asking = threading.Thread(target=ask, daemon=True)  # one that hangs is left behind
    asking.start()
    asking.join(seconds)
    if problems:
        raise problems[0]
    if not answers:
        raise TimeoutError(f"no answer within {seconds:g} s")
    return answers[0]
