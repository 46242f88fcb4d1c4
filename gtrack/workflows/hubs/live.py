"""``gtrack hub --check URL``: what a hub's web host answers, asked as a browser asks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from urllib.parse import unquote, urljoin, urlsplit

from gtrack.core.printable import shown
from gtrack.core.web_address import folder_address
from gtrack.core.web_answer import Answer, Asked, bare
from gtrack.io.file_lists import LIST, listed_records
from gtrack.io.file_records import FileRecord
from gtrack.io.web import PATIENT, Patience, ask
from gtrack.publish.hub.check import check_hub
from gtrack.publish.hub.hosting import FIRST, ORIGIN, HostFinding, check_asked, is_binary
from gtrack.publish.hub.hosts import cure, host_of
from gtrack.publish.hub.reading import HubFiles
from gtrack.publish.stanzas import files_in, is_elsewhere, read_stanzas

_TEXT = "hub.txt"
_ADDRESS = f"give the address of {_TEXT}, or of the folder that holds it"
_LONGEST = 4 << 20  # bytes of a text
_LONGEST_LIST = 16 << 20
_MOST_FILES, _MOST_TEXTS = 2000, 20
_AT_ONCE = 4
_SILENT = 8  # files without an answer, one after the other
_HOME = ("localhost", "127.0.0.1", "::1")

Files = dict[str, str]
"""Names of files for messages, and their addresses."""


@dataclass(frozen=True, slots=True)
class LiveCheck:
    """What was found at an `address` on a kind of `host`, and how many `files` were asked for."""

    address: str
    host: str
    files: int
    findings: tuple[HostFinding, ...]


def check_hub_address(
    given: str,
    *,
    patience: Patience = PATIENT,
    on_files: Callable[[int, int], None] = lambda done, total: None,
) -> LiveCheck:
    """Ask a host for every file of a hub, and say what keeps browsers from reading it.

    Parameters
    ----------
    given : str
        The address of a ``hub.txt``, or of its folder.
    patience : Patience
        How long each answer is waited for.
    on_files : callable
        Told how many files are done, of how many.

    Raises
    ------
    InputError
        When it is no address of the web.
    """
    folder = given[: -len(_TEXT)] if given.endswith(f"/{_TEXT}") else given
    base = folder_address("--check", folder, f"my/hub/{_TEXT}")
    first = Asked(_TEXT, _text(base + _TEXT, patience))
    host = host_of(first.whole)
    listed, said = _list(base, patience)
    first = _recorded(first, listed)
    found = check_asked(first, host)
    if urlsplit(base).scheme == "http" and urlsplit(base).hostname not in _HOME:
        found.append(HostFinding("warning", _TEXT, "is on http", cure("http", host)))
    if first.whole.status in (404, 410):
        found = [each._replace(cure=f"{_ADDRESS}, or {each.cure}") for each in found]
    if not _is_hub(first.whole):
        if not any(each.level == "error" for each in found):
            found.append(HostFinding("error", _TEXT, "is no hub", cure("rule", host)))
        return LiveCheck(bare(base + _TEXT), host, 1, tuple(found))
    if said:
        found.append(HostFinding("note", LIST, said, cure("list", host)))
    files, texts = _named(base, first.whole.body, patience)
    files |= {name: base + name for name in listed if name not in (*files, _TEXT)}
    more = list(files.items())[:_MOST_FILES]
    answers = _ask_all(more, listed, patience, on_files)
    for asked in (*texts, *answers):
        found += check_asked(asked, host)
    found += _rules(first.whole.body, answers, host)
    if len(files) > len(more):
        left = f"{len(files) - len(more):,} more files were not asked for"
        found.append(HostFinding("note", _TEXT, left, ""))
    total = 1 + len(texts) + len(answers)
    return LiveCheck(bare(base + _TEXT), host, total, tuple(found))


def _is_hub(answer: Answer) -> bool:
    """Tell whether the text of a hub came; comments may stand before its first setting."""
    stanzas = read_stanzas(answer.body.decode(errors="replace"))
    return answer.status == 200 and bool(stanzas) and stanzas[0][0].name == "hub"


def _text(address: str, patience: Patience, at_most: int = _LONGEST) -> Answer:
    headers = {"Origin": ORIGIN, "Accept-Encoding": "identity", **_AGENT}
    return ask(address, headers=headers, at_most=at_most, patience=patience)


_AGENT = {"User-Agent": "gtrack-hub-check"}


def _list(base: str, patience: Patience) -> tuple[dict[str, FileRecord], str]:
    """Return the hub's own list of its files, and why there is none."""
    answer = _text(base + LIST, patience, _LONGEST_LIST)
    if answer.status != 200 or not answer.whole:
        return {}, "is not there: sizes cannot be compared"
    try:
        return listed_records(json.loads(answer.body)), ""
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}, "is no list of files that gtrack made: sizes cannot be compared"


def _recorded(asked: Asked, listed: Mapping[str, FileRecord]) -> Asked:
    record = listed.get(asked.file)
    if record is None:
        return asked
    parts = (asked.file, asked.whole, asked.first, asked.last, asked.preflight)
    return Asked(*parts, record.size, record.sha256)


def _named(base: str, text: bytes, patience: Patience) -> tuple[Files, list[Asked]]:
    """Return the files that the texts of a hub name, and the texts below ``hub.txt``."""
    stanzas = read_stanzas(text.decode(errors="replace"))
    settings = {each.name: each.value for stanza in stanzas for each in stanza}
    files = _files(base, base, text)
    texts: list[Asked] = []
    if "useOneFile" in settings or "genomesFile" not in settings:
        return files, texts
    waiting = [_joined(base, settings["genomesFile"])]
    while waiting and len(texts) < _MOST_TEXTS:
        if (address := waiting.pop(0)) is None:
            continue
        texts.append(Asked(_called(base, address), _text(address, patience)))
        body = texts[-1].whole.body
        files |= _files(base, address, body)
        for stanza in read_stanzas(body.decode(errors="replace")):
            waiting += [_joined(address, s.value) for s in stanza if s.name == "trackDb"]
    return files, texts


def _files(base: str, of: str, text: bytes) -> Files:
    """Return the files that a text names, those on other hosts, too."""
    whole = text.decode(errors="replace")
    named = [name for _, name in files_in(whole)]
    for stanza in read_stanzas(whole):
        named += [each.value for each in stanza if _leads_away(each.name, each.value)]
    web = (each for name in named if (each := _joined(of, name)) is not None)
    return {_called(base, each): each for each in web}


def _joined(of: str, name: str) -> str | None:
    """Return the address of a file that a text names; None where it cannot be asked for."""
    try:
        address = urljoin(of, name)
        return address if urlsplit(address).scheme in ("http", "https") else None
    except ValueError:  # said by the rules of hubs
        return None


def _leads_away(setting: str, value: str) -> bool:
    return setting in ("bigDataUrl", "twoBitPath", "metaDataUrl") and is_elsewhere(value)


def _called(base: str, address: str) -> str:
    """Return what a file is called in messages."""
    name = bare(address)
    return unquote(name.removeprefix(base)) if name.startswith(base) else name


def _ask_all(
    files: list[tuple[str, str]],
    listed: Mapping[str, FileRecord],
    patience: Patience,
    on_files: Callable[[int, int], None],
) -> list[Asked]:
    silent = 0

    def one(file: tuple[str, str]) -> Asked:
        nonlocal silent
        name, address = file
        if silent >= _SILENT:
            return Asked(name, Answer(failure="was not asked for: the host answers no more"))
        asked = _data(name, address, patience) if is_binary(name) else None
        asked = asked or Asked(name, _text(address, patience))
        silent = silent + 1 if asked.whole.failure else 0
        return _recorded(asked, listed)

    return _several_at_once(one, files, on_files)


def _several_at_once(
    one: Callable[[tuple[str, str]], Asked],
    files: list[tuple[str, str]],
    on_files: Callable[[int, int], None],
) -> list[Asked]:
    """Return what `one` makes of each file; threads that wait for a server hold up no Ctrl-C."""
    waiting: SimpleQueue[tuple[int, tuple[str, str]]] = SimpleQueue()
    done: SimpleQueue[tuple[int, Asked | Exception]] = SimpleQueue()
    for numbered in enumerate(files):
        waiting.put(numbered)

    def work() -> None:
        with suppress(Empty):
            while True:
                at, file = waiting.get_nowait()
                try:
                    done.put((at, one(file)))
                except Exception as error:  # told where the answers are waited for
                    done.put((at, error))

    for _ in range(min(_AT_ONCE, len(files))):
        Thread(target=work, daemon=True).start()
    found: dict[int, Asked] = {}
    while len(found) < len(files):
        at, asked = done.get()
        if isinstance(asked, Exception):
            raise asked
        found[at] = asked
        on_files(len(found), len(files))
    return [found[at] for at in range(len(files))]


def _data(name: str, address: str, patience: Patience) -> Asked:
    """Ask for a data file as browsers do: ranges as they are, the rest packed if it may be."""
    page = {"Origin": ORIGIN, **_AGENT}
    pieces = {**page, "Accept-Encoding": "identity"}
    first = _piece(address, pieces, 0, FIRST - 1, patience)
    if first.failure or first.status >= 400:
        empty = first.status == 416
        head = ask(address, "HEAD", page, patience=patience) if empty else first
        return Asked(name, head, first)
    head = ask(address, "HEAD", {**page, "Accept-Encoding": "gzip, deflate"}, patience=patience)
    total = first.stretch[2] if first.status == 206 and first.stretch else None
    last = _piece(address, pieces, max(0, total - FIRST), total - 1, patience) if total else None
    wish = {
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "range",
        **page,
    }
    return Asked(name, head, first, last, ask(address, "OPTIONS", wish, patience=patience))


def _piece(
    address: str, headers: Mapping[str, str], first: int, last: int, patience: Patience
) -> Answer:
    wish = {**headers, "Range": f"bytes={first}-{last}"}
    return ask(address, headers=wish, at_most=4 * FIRST, patience=patience)


def _rules(text: bytes, answers: Iterable[Asked], host: str) -> Iterable[HostFinding]:
    """Hold the text to the rules of hubs, where all of it is in one file."""
    whole = text.decode(errors="replace")
    if not any(each.name == "useOneFile" for s in read_stanzas(whole) for each in s):
        return
    there = frozenset(asked.file for asked in answers)  # what is missing was said already
    for finding in check_hub(whole, HubFiles(there=there)):
        what = f"line {finding.line}, {finding.setting}: {finding.problem}"
        yield HostFinding("error", _TEXT, shown(what), cure("rule", host))
