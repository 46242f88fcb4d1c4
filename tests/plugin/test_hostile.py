"""Names that are markup, and folders that are broken, from the command line to a real Chromium."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from gtrack.cli import main
from gtrack.publish.viewer.assets import asset_files, plugin_scripts
from tests.conftest import make_genome
from tests.hits.conftest import meme

TESTS = Path(__file__).resolve().parents[2] / "igv_plugin" / "test" / "viewer"

RUN = "window.__xss=1"
CHROMS = {
    "chr2": f"<img/src=x/onerror={RUN}>",
    "chr10": f"</script><script>{RUN}</script>",
    "tiny": "\"'`#${name}\\&lt;x-evil&gt;|;",
    "chr1": "chr1:1-5",
}
NAMES = [
    f"<img src=x onerror={RUN}><x-evil>",
    f"</script><script>{RUN}</script>",
    '"\' onclick="window.__xss=1" ` # &lt;x-evil&gt; &amp;',
    "${name} ${constructor} $$ {{name}}",
    "back\\slash\\",
    "\u202eoverride\u202c \u0645\u0631\u062d\u0628\u0627",
    "long " + "x" * 3000,
    f"<svg/onload={RUN}>",
    f"javascript:{RUN}",
    "__proto__",
]
MOTIFS = {
    f"<x-evil/onclick={RUN}>": (f"</script><script>{RUN}</script>", "GATAAG"),
    "\"'#${motifId}\\": (f"\u0645\u0631<img/src=x/onerror={RUN}>", "TGACTCA"),
    "__proto__": ("constructor", "CACGTG"),
}
TARGETS = [
    *(NAMES[0], NAMES[1], "../../etc/passwd", "two\nlines\ttab", "__proto__", "x" * 300),
    *("a=B; &lt;", "\x1b[2J\u202e\u0645\u0631"),
]
"""Labels of a model, each explained."""

PLACES = [
    *(("chr2", 8000, 8200), ("chr2", 2900, 3100), ("chr2", 3450, 3550), ("chr2", 4000, 6700)),
    *(("chr2", 0, 50), ("chr2", 11950, 12000), ("chr10", 100, 1990), ("tiny", 0, 70)),
    *(("chr1", 500, 612), ("chr2", 9000, 9100)),
]


def annotations(folder: Path) -> list[str]:
    """Write features that lie on all regions, in three formats; return the options."""
    rows = [(CHROMS[c], s, e, NAMES[at % len(NAMES)]) for at, (c, s, e) in enumerate(PLACES)]
    plain = NAMES[0]
    percent = "".join(f"%{ord(c):02X}" for c in plain)
    texts = {
        "sites.bed": "".join(f"{c}\t{s}\t{e}\t{name}\n" for c, s, e, name in rows),
        "genes.gtf": "".join(
            f'{c}\t{plain}\texon\t{s + 1}\t{e}\t.\t+\t.\tgene_id "{plain}"; transcript_id "t{at}"; '
            f'gene_name "{plain}"; note "{NAMES[1]}";\n'
            for at, (c, s, e, _) in enumerate(rows)
        ),
        "more.gff3": "".join(
            f"{c}\tx\tgene\t{s + 1}\t{e}\t.\t+\t.\tID=g{at};Name={percent};Note={percent}\n"
            for at, (c, s, e, _) in enumerate(rows)
        ),
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    return [part for n in texts for part in ("--annotation", f"{n.partition('.')[0]}={folder / n}")]


def gtrack(*arguments: object) -> None:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output


@pytest.fixture(scope="module")
def evil(once, write_fasta, make_cnn, make_dnabert2) -> Path:
    """Scan, call hits, make the hub and the report, where every name that can be is hostile."""
    made = once(
        f"evil <img src=x onerror={RUN}>",
        lambda folder: make_evil(folder, write_fasta, make_cnn, make_dnabert2),
    )
    return Path(made / "out")


def make_evil(folder: Path, write_fasta, make_cnn, make_dnabert2) -> None:
    fasta = write_fasta(
        folder / "genome.fa", {CHROMS[name]: bases for name, bases in make_genome().items()}
    )
    models = []
    for name, make in (("cnn", make_cnn), ("dnabert2", make_dnabert2)):
        config = make(folder / name) / "config.json"
        labels = {"id2label": {0: "background", 1: NAMES[0]}, "label2id": {NAMES[0]: 1}}
        config.write_text(json.dumps(json.loads(config.read_text()) | labels))
        models += ["--model", f"{name}={folder / name}"]
    config = make_cnn(folder / "many", labels=TARGETS) / "config.json"
    several = {"problem_type": "multi_label_classification"}
    config.write_text(json.dumps(json.loads(config.read_text()) | several))
    models += ["--model", f"many={folder / 'many'}", "--target", "many=all"]
    bed = "".join(
        f"{CHROMS[c]}\t{start}\t{end}\t{name}\t0\t+\n"
        for (c, start, end), name in zip(PLACES, NAMES, strict=True)
    )
    (folder / "regions.bed").write_text(bed)
    motifs = folder / f"<img src=x onerror={RUN}>.meme"
    motifs.write_text(meme(MOTIFS))
    out = folder / "out"
    inputs = ["--bed", folder / "regions.bed", "--fasta", fasta, *models]
    gtrack("scan", *inputs, "--out", out, "--null-bases", 20000, *annotations(folder))
    gtrack("hits", out, "--motifs", motifs, "--q", 1, "--gate", 0.1, "--p-sequence", 0.01)
    gtrack("hub", out, "--email", "me@example.org", "--name", NAMES[0])
    gtrack("report", out)


def run_node(node, tmp_path: Path, chromium: str, test: str, case: object) -> None:
    path = tmp_path / "case.json"
    path.write_text(json.dumps(case, default=str))
    node(TESTS / test, GTRACK_CASE=str(path), CHROMIUM=chromium)


def test_names_that_are_markup_are_text(
    evil: Path, tmp_path: Path, node, chromium: str, viewing
) -> None:
    with viewing(evil) as url, viewing(evil, "--hub") as hub:
        case = {
            "url": url,
            "hub": hub,
            "files": [evil / "report.html", *sorted((evil / "hub").glob("*.html"))],
            "chroms": list(CHROMS.values()),
            "regions": NAMES,
            "targets": TARGETS,
            "motifs": [[key, name] for key, (name, _) in MOTIFS.items()],
        }
        run_node(node, tmp_path, chromium, "hostile.test.js", case)


def cut(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


BREAK: dict[str, Callable[[Path], object]] = {
    "cnn.relevance.bw is missing": lambda scan: (scan / "tracks/cnn.relevance.bw").unlink(),
    "cnn.relevance.bw is not as it was written": lambda scan: cut(scan / "tracks/cnn.relevance.bw"),
    "cnn.hits.bb is not as it was written": lambda scan: cut(scan / "hits/cnn.hits.bb"),
    "cnn.hits.bed cannot be read": lambda scan: (scan / "hits/cnn.hits.bed").unlink(),
    "bars, not letters": lambda scan: (scan / "genome/genome.fa").write_text(">a\nACGT\n"),
}
"""What the page says -> what was done to a folder before it was opened."""

REPLACE = {"gtrack-manifest/2": '{"schema": "gtrack-manifest/2"}', "is damaged": f"<img {RUN}>"}
"""What the page says -> what the manifest became afterwards: nothing can be shown."""


@contextmanager
def deaf(scan: Path) -> Iterator[str]:
    """Serve a scan and the viewer's page by a server that ignores Range."""
    files = asset_files()
    for url, file in files.items():
        target = scan / (url[1:] or "index.html")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    for url, script in plugin_scripts(files).items():
        (scan / url[1:]).write_text(script, encoding="utf-8")
    (scan / "_gtrack/view.json").write_text('{"manifestURL": "manifest.json"}')
    command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1"]
    with subprocess.Popen(
        command, cwd=scan, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split("(")[1].split(")")[0]
        finally:
            process.terminate()


def test_broken_folders_say_what_and_what_to_do(
    evil: Path, tmp_path: Path, node, chromium: str, viewing
) -> None:
    with ExitStack() as stack:

        def opened(how: Callable[[Path], object] = lambda scan: None) -> tuple[Path, str]:
            scan = Path(shutil.copytree(evil, tmp_path / str(len(list(tmp_path.iterdir())))))
            how(scan)
            return scan, stack.enter_context(viewing(scan))

        case = [{"url": opened(how)[1], "says": says, "rest": True} for says, how in BREAK.items()]
        for says, text in REPLACE.items():
            scan, url = opened()
            (scan / "manifest.json").write_text(text)
            case.append({"url": url, "says": says, "rest": False})
        scan, _ = opened()
        url = stack.enter_context(deaf(scan))
        case.append({"url": url, "says": "ignores Range requests", "rest": True})
        run_node(node, tmp_path, chromium, "broken.test.js", case)
