"""The plugin's modules as two scripts: what a page loads at its start, and what it opens on demand.

Asking for sixty modules one by one was a third of the time to the first letters, although all were
asked for at once. The files stay as they are, one module each; here their texts are put together
when a server starts. Each becomes a function that gives what it exports, and is called when the
first other one needs it: once, in the order in which a browser would run them.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping

_START = "index.js"
_NAMES = r"\{([^{}]*)\}"
_IMPORT = re.compile(rf"^import {_NAMES} from '(\.[^']+)'$", re.MULTILINE)
_SAME = r"\{([\w\s,]*)\}"
_PASSED = re.compile(rf"^export {_SAME} from '(\.[^']+)'$", re.MULTILINE)
_LISTED = re.compile(rf"^export {_SAME}$", re.MULTILINE)
_MADE = re.compile(r"^export ((?:async )?function|const|class) (\w+)", re.MULTILINE)
_LATER = re.compile(r"\bimport\(\s*'(\.[^']+)'\s*\)")
_OWN = "import.meta.url"
_NOTE = re.compile(r"^[ \t]*(?:/\*\*(?:(?!\*/)[\s\S])*\*/|//.*)\n", re.MULTILINE)
_LEFT = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)

_HEAD = """\
// The modules of gtrack's plugin, put together by gtrack view: each as a function.
const parts = new Map()
const made = new Map()
const $need = (path) => {
  if (!made.has(path)) made.set(path, parts.get(path)())
  return made.get(path)
}
const $here = (path) => new URL(`plugin/${path}`, import.meta.url).href
let rest
let failures = 0
const $load = async (path) => {
  if (!parts.has(path)) {
    rest ??= import(`./rest.js${failures ? `?${failures}` : ''}`).catch((error) => {
      rest = undefined // the next one asks again: by another name, as a browser keeps what failed
      failures += 1
      throw error
    })
    ;(await rest).add(parts, $need, $load, $here)
  }
  return $need(path)
}
"""
_TAKEN = re.compile(r"\$(?:need|here|load)\b")


def modules_of(texts: Mapping[str, str]) -> tuple[str, ...]:
    """Return `_START` and all that it imports by statements, itself and through others.

    Parameters
    ----------
    texts : mapping of str to str
        JavaScript by path.
    """
    found = {_START}
    left = [_START]
    while left:
        path = left.pop()
        for pattern in (_IMPORT, _PASSED):
            for _, name in pattern.findall(texts[path]):
                other = _beside(path, name)
                if other not in found:
                    found.add(other)
                    left.append(other)
    return tuple(sorted(found))


def linked(texts: Mapping[str, str]) -> tuple[str, str]:
    """Return the script of `_START`, which exports what it does, and that of all others.

    The first imports the second, as ``rest.js``, once one of those is asked for.

    Parameters
    ----------
    texts : mapping of str to str
        JavaScript by path.

    Raises
    ------
    ValueError
        At an import or export of a form that is not known here.
    """
    first = modules_of(texts)
    names = ", ".join(_function(_START, texts[_START])[1])
    own = f"export const {{ {names} }} = $need('{_START}')\n"
    later = _parts(texts, sorted({*texts} - {*first}))
    add = f"export function add(parts, $need, $load, $here) {{\n{later}}}\n"
    return _HEAD + _parts(texts, first) + own, add


def _parts(texts: Mapping[str, str], paths: Iterable[str]) -> str:
    made = ((path, *_function(path, texts[path])) for path in paths)
    return "".join(
        f"parts.set('{path}', () => {{\n{body}\nreturn {{ {', '.join(given.values())} }}\n}})\n"
        for path, body, given in made
    )


def _function(path: str, text: str) -> tuple[str, dict[str, str]]:
    """Return the body of a module's function, without whole lines of comment, and its exports."""
    given: dict[str, str] = {}
    if taken := _TAKEN.search(text):
        raise ValueError(f"{path}: {taken[0]} is a name of what puts modules together")

    def needed(match: re.Match[str]) -> str:
        return f"const {{{_renamed(match[1])}}} = $need('{_beside(path, match[2])}')"

    def passed(match: re.Match[str]) -> str:
        other = _beside(path, match[2])
        given.update({name: f"{name}: $need('{other}').{name}" for name in _split(match[1])})
        return ""

    def listed(match: re.Match[str]) -> str:
        given.update({name: name for name in _split(match[1])})
        return ""

    def said(match: re.Match[str]) -> str:
        given[match[2]] = match[2]
        return f"{match[1]} {match[2]}"

    text = _NOTE.sub("", text)
    text = _IMPORT.sub(needed, text)
    text = _PASSED.sub(passed, text)
    text = _LISTED.sub(listed, text)
    text = _MADE.sub(said, text)
    text = _LATER.sub(lambda match: f"$load('{_beside(path, match[1])}')", text)
    if left := _LEFT.search(text):
        raise ValueError(f"{path}: {left[0]!r} cannot be put together with other modules")
    return text.replace(_OWN, f"$here('{path}')"), given


def _split(names: str) -> list[str]:
    found = [name for part in names.split(",") if (name := part.strip())]
    if renamed := [name for name in found if " " in name]:
        raise ValueError(f"{renamed[0]!r}: what is exported by another name is not put together")
    return found


def _renamed(names: str) -> str:
    return re.sub(r"\bas\b", ":", names)


def _beside(path: str, name: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
