"""The documents say what is: links lead somewhere, commands and options exist, pages build."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

from docs import rooms
from gtrack.cli import VERBS, main
from gtrack.io.family_files import MOTIF_COLUMNS
from gtrack.io.hit_columns import COLUMNS
from gtrack.io.tables import REGION_COLUMNS, WINDOW_COLUMNS
from gtrack.io.word_files import WORD_COLUMNS
from tests.documents import DOCUMENTS, PAGES, ROOT, blocks, options, parse, shell_commands

DOCS = ROOT / "docs"
OTHERS = {"--help", "--version", "--gres", "--no-deps", "--config", "--preemptible-rules"}
"""Options that are click's own, SLURM's, pip's or Snakemake's."""


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text()):
        if not target.startswith("http"):
            assert (document.parent / target).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_the_program_takes_the_commands_that_the_documents_give(document: Path) -> None:
    for words in shell_commands(document):
        if words[0] == "gtrack":
            parse([word.replace("$SLURM_ARRAY_TASK_ID", "0") for word in words])


@pytest.mark.parametrize("document", PAGES, ids=name_of)
def test_options_in_the_text_exist(document: Path) -> None:
    known = options(main) | OTHERS
    for span in re.findall(r"`((?:--|gtrack )[^`\n]+)`", document.read_text()):
        named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", span))
        assert named <= known, span


def test_the_documents_name_every_verb() -> None:
    named = {words[1] for page in PAGES for words in shell_commands(page) if words[0] == "gtrack"}
    assert named >= set(VERBS) - {"demo"}
    assert "make demo" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_an_example_in_its_help(verb: str) -> None:
    command = getattr(import_module(f"gtrack.cli.{verb}"), verb)
    assert "Example" in (command.help or ""), "every --help has an example"


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(p.name[:4]) for p in sorted((DOCS / "decisions").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_picture_of_the_rooms_is_that_of_the_code() -> None:
    assert rooms.PICTURE.read_text() == rooms.Picture().svg(), "run python docs/rooms.py"
    assert rooms.PAGE.read_text() == rooms.page(rooms.PAGE.read_text()), "run python docs/rooms.py"


@pytest.mark.parametrize("document", PAGES, ids=name_of)
def test_what_is_quoted_from_a_file_stands_in_it(document: Path) -> None:
    for block in blocks(document):
        if block.title is not None:
            assert block.text in (ROOT / block.title).read_text(), f"line {block.line}"


@pytest.mark.parametrize(
    ("title", "columns"),
    [
        ("### regions.tsv", REGION_COLUMNS),
        ("### windows.tsv", WINDOW_COLUMNS),
        ("## Motif hits", COLUMNS),
        ("### motifs.tsv", MOTIF_COLUMNS),
        ("### words.tsv", WORD_COLUMNS),
    ],
)
def test_the_columns_of_files_are_those_that_are_documented(title: str, columns) -> None:
    text = (DOCS / "reference" / "files.md").read_text().partition(f"{title}\n")[2]
    rows = re.findall(r"^\| (`.*?) \|", re.split(r"^#", text, flags=re.MULTILINE)[0], re.MULTILINE)
    assert [name for row in rows for name in re.findall(r"`(\w+)`", row)] == list(columns)


def test_every_event_of_the_run_log_is_documented() -> None:
    modules = (ROOT / "gtrack/workflows").rglob("*.py")
    told = {
        event
        for module in modules
        for event in re.findall(r"\b(?:tell|_begin)\(\s*\"(\w+)\"", module.read_text())
    }
    assert {"started", "merged_again"} <= told
    table = (ROOT / "docs/reference/files.md").read_text().partition("| event | what else |")[2]
    rows = table.partition("\n\n")[0].splitlines()
    cells = [row.split("|")[1] for row in rows if row.startswith("| `")]
    documented = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
    assert told == documented


# --- the built pages ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that ``make docs`` builds."""
    missing = [m for m in ("mkdocs", "material", "mkdocstrings") if not importlib.util.find_spec(m)]
    if missing:
        pytest.skip(f"{', '.join(missing)}: not installed; it is in the dependency group docs")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder]
    ran = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return folder


def test_pages_load_nothing_from_another_host(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > len(PAGES) / 2
    for page in pages:
        text = page.read_text()
        loads = re.findall(r"<(?:script|img|iframe|source)\b[^>]*\bsrc=\"?([^\s\">]+)", text)
        loads += re.findall(r"<link\b[^>]*\bhref=\"?([^\s\">]+)", text)
        assert loads
        assert not [url for url in loads if re.match(r"([a-z]+:)?//", url)], page
    for sheet in site.rglob("*.css"):
        assert not re.search(r"(url\(|@import)[\"' ]*(https?:)?//", sheet.read_text()), sheet


def test_every_document_is_a_page(site: Path) -> None:
    for document in PAGES[1:]:
        assert (site / document.relative_to(DOCS)).with_suffix(".html").is_file(), document


def test_the_reference_holds_the_whole_command_line(site: Path) -> None:
    page = (site / "reference" / "command-line.html").read_text()
    for verb in VERBS:
        assert f'id="gtrack-{verb}"' in page
        command = main.get_command(click.Context(main), verb)
        assert command is not None
        for option in options(command):
            assert f"<code>{option}" in page or f" {option}" in page, f"{verb} {option}"


def test_the_reference_holds_codes_keys_and_docstrings(site: Path) -> None:
    codes = (site / "reference" / "exit-codes.html").read_text()
    for code in (2, 3, 4, 5, 129, 130, 143):
        assert f"<td>{code}</td>" in codes
    manifest = (site / "reference" / "manifest.html").read_text()
    schema = json.loads((ROOT / "gtrack" / "publish" / "manifest.schema.json").read_text())
    for key in schema["properties"]:
        assert f"<code>{key}</code>" in manifest
    assert "<code>models[].window_bp</code>" in manifest
    assert "Relevance mass accuracy of Arras" in (site / "reference" / "metrics.html").read_text()


def test_files_of_the_repository_become_pages_with_links_that_hold(site: Path) -> None:
    page = (site / "explanation" / "architecture.html").read_text()
    assert "Imports go down only" in page
    assert 'href="../decisions/0017-the-seam.html"' in page
    assert "../docs/decisions" not in page
