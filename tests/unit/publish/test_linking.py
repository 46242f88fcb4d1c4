"""The plugin's modules put together as two scripts."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gtrack.publish.viewer.linking import linked, modules_of

TEXTS = {
    "index.js": """\
import { a } from './pure/a.js'

/** @typedef {import('./page/later.js').L} L */
globalThis.told.push('index')
export async function start() {
  const { d, from } = await import('./page/later.js')
  return [a, d, from.replace(/.*[/]_/, '_')].join(' ')
}
""",
    "pure/a.js": """\
// from './no.js'
import {
  b,
  c as see,
} from './b.js'
globalThis.told.push('a')
export const a = b() + see /* export { no } */
""",
    "pure/b.js": """\
import { c } from '../data/c.js'
globalThis.told.push('b')
const b = () => `// ${c}`
export { b }
export { c } from '../data/c.js'
""",
    "data/c.js": "export const c = 'c'\nexport class C {}\nexport const load = null\n",
    "page/later.js": """\
import { d } from '../pure/d.js'
import { c } from '../data/c.js'
globalThis.told.push(c)
export const from = import.meta.url
export { d }
""",
    "pure/d.js": "let count = 0\nexport const d = `d${++count}`\n",
}


def test_what_is_opened_on_demand_is_not_loaded_before() -> None:
    assert modules_of(TEXTS) == ("data/c.js", "index.js", "pure/a.js", "pure/b.js")
    first, rest = linked(TEXTS)
    for path in TEXTS:
        assert (f"parts.set('{path}'" in first) == (path in modules_of(TEXTS))
        assert (f"parts.set('{path}'" in rest) == (f"parts.set('{path}'" not in first)
    assert "@typedef" not in first, "what only people read"


def _said(folder: Path, script: str, *given: str) -> Any:
    """Return what a script prints as JSON, beside the modules and what they were linked to."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not on this machine")
    room = folder / "_gtrack"
    for name, text in TEXTS.items():
        (room / "plugin" / name).parent.mkdir(exist_ok=True, parents=True)
        (room / "plugin" / name).write_text(text)
    for name, text in zip(("plugin.js", "rest.js"), linked(TEXTS), strict=True):
        (room / name).write_text(text)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "try.js").write_text(script)
    command = [node, "try.js", *given]
    run = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return json.loads(run.stdout)


def test_they_do_what_the_modules_do(tmp_path: Path) -> None:
    script = (
        "globalThis.told = []\n"
        "const module = await import(process.argv[2])\n"
        "const twice = [await module.start(), await module.start()]\n"
        "console.log(JSON.stringify({ keys: Object.keys(module), twice, told }))\n"
    )
    names = ("plugin/index.js", "plugin.js")
    seen = [_said(tmp_path, script, f"./_gtrack/{name}") for name in names]
    assert seen[0] == seen[1]
    assert seen[0]["told"] == ["b", "a", "index", "c"]
    assert seen[0]["twice"] == ["// cc d1 _gtrack/plugin/page/later.js"] * 2


def test_what_could_not_be_imported_once_is_asked_for_again(tmp_path: Path) -> None:
    script = """\
import { readFileSync, writeFileSync } from 'node:fs'
globalThis.told = []
const rest = './_gtrack/rest.js'
const text = readFileSync(rest, 'utf8')
const { start } = await import('./_gtrack/plugin.js')
const tries = []
for (const half of [text.slice(0, 80), text.slice(0, 90), text]) {
  writeFileSync(rest, half)
  tries.push(await start().catch(({ name }) => name))
}
console.log(JSON.stringify(tries))
"""
    cut = "SyntaxError"  # which Node keeps, as a browser keeps all failures
    assert _said(tmp_path, script) == [cut, cut, "// cc d1 _gtrack/plugin/page/later.js"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("import x from './x.js'\n", "import x from"),
        ("import * as x from './x.js'\n", "import [*] as x"),
        ("export default 1\n", "export default"),
        ("export let x = 1\n", "export let x"),
        ("const x = 1\nexport { x as y }\n", "another name"),
        ("const $load = 1\n", "[$]load is a name"),
    ],
)
def test_forms_that_are_not_known_are_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        linked({"index.js": text})
