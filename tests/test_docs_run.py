"""Every command of the documents is typed, page by page, in a folder like that of a clone.

What a page takes as the reader's own files is there under these names (`STAND_INS`). What cannot
run here stands in `NOT_RUN` with its reason; ``test_docs.py`` parses it all the same.
"""

from __future__ import annotations

import csv
import doctest
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from functools import partial
from http.cookiejar import CookieJar
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from gtrack.io.bigwig import BigWigWriter
from tests.conftest import make_cnn_folder
from tests.documents import PAGES, ROOT, Block, blocks
from tests.seeds import jittered
from tests.workers import free_port

EXAMPLE = ROOT / "example_data"

NOT_RUN = {
    "make": "sets an environment up, which this one already is; .ci/run types make demo and test",
    "export PATH=": "gtrack of this environment is what runs",
    "gtrack hub --check https://": "needs that host; test_live_hub.py asks servers of this machine",
    "ssh": "needs another machine",
    "rsync": "needs another machine",
    "sbatch": "needs SLURM; the line of its script is run for every number of the array",
    "modisco": "TF-MoDISco is no part of this environment; make peers runs what is printed",
    "pip": "would change this environment; tests/plugins installs these packages into a folder",
    "python3 -m venv": "sets an environment up; tests/install makes one, and installs gtrack there",
    "gtrack scan --engine snakemake": "needs SLURM and its GPUs; the page runs its jobs here, too",
    "docker": "no Docker engine is here; make recipes lints the Dockerfile",
    "gtrack hits --track": "the caller does not do without a null yet; tests/hits lends it one",
    "gtrack scan --bed regions.bed": "needs packages of tests/plugins, whose tests scan with them",
}
"""How lines begin that are not run, and why."""

LEFT_OUT = {"--genome": "hg38"}
"""hg38 is not at hand: chromosomes of the example have other lengths, which a hub refuses."""

FEW_STEPS = ("--steps", "20")
"""What a training is given that says nothing of its length; test_train_default.py waits for it."""

BY_SHELL = {"cp", "cut", "head", "ls"}
"""Programs that are run as they stand."""

WORKFLOW = {
    "$(gtrack workflow)": "Snakefile",
    "$(gtrack workflow --profile slurm)": "profiles/slurm",
}
"""What a shell puts in their place, in ``gtrack/engines/snakemake``."""

PAGES_RUN = [page for page in PAGES if {"sh", "python"} & {b.language for b in blocks(page)}]


# --- the reader's own files ---------------------------------------------------------------------


def finetuned(to: Path) -> None:
    """Write the example's DNABERT-2 as the published script would: remote code, no window."""
    shutil.copytree(EXAMPLE / "models" / "dnabert2", to)
    config = json.loads((to / "config.json").read_text())
    for own in ("model_type", "window_bp", "strands"):
        del config[own]
    config["auto_map"] = {"AutoModel": "evil.Model"}
    (to / "config.json").write_text(json.dumps(config))


def without_tokenizer(to: Path) -> None:
    finetuned(to)
    (to / "tokenizer.json").unlink()
    (to / "tokenizer_config.json").unlink()


def adapter(to: Path) -> None:
    """Write a LoRA adapter as peft does, of nothing but its first layer's queries."""
    to.mkdir(parents=True)
    config = {
        "peft_type": "LORA",
        "r": 2,
        "lora_alpha": 4,
        "base_model_name_or_path": "models/base",
    }
    (to / "adapter_config.json").write_text(json.dumps(config))
    weights = load_file(EXAMPLE / "models" / "dnabert2" / "model.safetensors")
    layer = "bert.encoder.layer.0.attention.self.Wqkv"
    rows, columns = weights[f"{layer}.weight"].shape
    narrow = {
        f"base_model.model.{layer}.lora_A.weight": np.ones((2, columns), np.float32),
        f"base_model.model.{layer}.lora_B.weight": np.zeros((rows, 2), np.float32),
    }
    save_file(narrow, to / "adapter_model.safetensors")


def narrow_peaks(to: Path) -> None:
    lines = [line.split("\t") for line in (EXAMPLE / "regions.bed").read_text().splitlines()[:6]]
    peaks = [
        f"{c}\t{s}\t{e}\t{n}\t0\t.\t1\t-1\t-1\t{(int(e) - int(s)) // 3}" for c, s, e, n, *_ in lines
    ]
    to.write_text("\n".join(peaks) + "\n")


def windows_csv(to: Path) -> None:
    """Write 200 windows of the example with each kind of label that the page speaks of."""
    records = (EXAMPLE / "genome.fa").read_text().split(">")[1:]
    genome = {r.split(None, 1)[0]: "".join(r.split("\n")[1:]).upper() for r in records}
    truth = [line.split("\t") for line in (EXAMPLE / "truth.bed").read_text().splitlines()]
    with to.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["sequence", "label", "CTCF", "REST", "activity"])
        for chrom, start, _, name, *_ in truth:
            for label, at in ((1, int(start) - 90), (0, int(start) + 400)):
                first = min(max(0, at), len(genome[chrom]) - 200)
                window = genome[chrom][first : first + 200]
                has = [int(label and name == factor) for factor in ("CTCF", "REST")]
                table.writerow([window, label, *has, label * len(name)])


def promoters(to: Path) -> None:
    """Write stretches of the example under the names that bedtools getfasta gives, one twice."""
    records = (EXAMPLE / "genome.fa").read_text().split(">")[1:]
    genome = {r.split(None, 1)[0]: "".join(r.split("\n")[1:]) for r in records}
    regions = [line.split("\t") for line in (EXAMPLE / "regions.bed").read_text().splitlines()[:8]]
    cut = [(f"{c}:{s}-{e}(+)", genome[c][int(s) : int(e)]) for c, s, e, *_ in regions]
    to.write_text("".join(f">{name}\n{text}\n" for name, text in [*cut, cut[0]]))


def genes_gtf(to: Path) -> None:
    row = 'x\texon\t{}\t{}\t.\t+\t.\tgene_id "{}"; transcript_id "{}.1"; gene_name "{}";\n'
    lines = [line.split("\t") for line in (EXAMPLE / "genes.bed").read_text().splitlines()[:5]]
    text = (f"{c}\t{row.format(int(s) + 1, e, name, name, name)}" for c, s, e, name, *_ in lines)
    to.write_text("".join(text))


def atac_signal(to: Path) -> None:
    lines = (EXAMPLE / "genome.fa.fai").read_text().splitlines()
    sizes = {name: int(size) for name, size, *_ in (line.split("\t") for line in lines)}
    with BigWigWriter(to, sizes) as writer:
        for chrom in sizes:
            writer.add(chrom, 100, np.ones(400, np.float32))


def labelled_cnn(to: Path) -> None:
    make_cnn_folder(to, labels=("CTCF", "REST"), problem_type="multi_label_classification")


def fold(to: Path, seed: int) -> None:
    """Write the example's CNN as another fold would have trained it."""
    to.parent.mkdir(exist_ok=True)
    jittered(to, EXAMPLE / "models" / "cnn", seed)


STAND_INS: dict[str, Callable[[Path], object]] = {
    "path/to/finetuned": finetuned,
    "path/to/checkpoint-500": without_tokenizer,
    "path/to/adapter": adapter,
    "peaks.narrowPeak": narrow_peaks,
    "windows.csv": windows_csv,
    "promoters.fa": promoters,
    "genes.gtf": genes_gtf,
    "atac.bw": atac_signal,
    "test.csv": windows_csv,
    "hg38.fa": lambda to: shutil.copy(EXAMPLE / "genome.fa", to),
    "motifs.meme": lambda to: shutil.copy(EXAMPLE / "motifs.meme", to),
    "models/base": lambda to: shutil.copytree(EXAMPLE / "models" / "dnabert2", to),
    "models/tf": labelled_cnn,
    "blacklist.bed": lambda to: to.write_text("chr3\t15000\t15500\n"),
    **{f"models/fold{k}": partial(fold, seed=k) for k in range(3)},
}


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder: it holds the example data, as that of a clone does."""
    shutil.copytree(EXAMPLE, tmp_path / "example_data")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def prepare(page: Path, folder: Path, demo: Path) -> None:
    """Put what a page takes for granted into its folder."""
    words = {word for block in blocks(page) for word in re.split(r"[\s=]+", block.text)}
    made = {word for block in blocks(page) for word in re.findall(r"--out (\S+)", block.text)}
    for name in sorted(words & set(STAND_INS) - made):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        STAND_INS[name](folder / name)
    if any("out/demo" in block.text for block in blocks(page)):
        shutil.copytree(demo, folder / "out" / "demo")


# --- running ------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES_RUN, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_says_to_type_does_what_it_says(page: Path, clone, program, demo) -> None:
    prepare(page, clone, demo[0])
    names: dict[str, object] = {}
    said = ""
    for block in blocks(page):
        if block.language == "sh":
            said = "".join(typed(line, block, clone, program) for line in block.commands)
        elif block.language == "python" and block.title is None:
            execute(block, page, names)
        elif block.language == "text" and said:
            printed = {" ".join(line.split()) for line in said.splitlines()}
            for line in block.text.splitlines():
                assert " ".join(line.split()) in printed, f"line {block.line}: {said}"
            said = ""


def reason(line: str) -> str | None:
    return next((why for start, why in NOT_RUN.items() if f"{line} ".startswith(start)), None)


def typed(line: str, block: Block, folder: Path, program) -> str:
    """Run one line, and return what it prints."""
    words = shlex.split(line, comments=True)
    if reason(shlex.join(words)) is not None or reason(line) is not None:
        return ""
    packaged = ROOT / "gtrack/engines/snakemake"
    words = [str(packaged / WORKFLOW[word]) if word in WORKFLOW else word for word in words]
    if words[0] == "snakemake":
        here = f"{sys.executable} -m gtrack"
        words = [sys.executable, "-m", *words]
        words.insert(words.index("--config") + 1, f"gtrack={here}")
    if words[0] in {*BY_SHELL, sys.executable}:
        return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True).stdout
    assert words[0] == "gtrack", f"{line}: neither run nor in NOT_RUN"
    for option, value in LEFT_OUT.items():
        if option in words and words[words.index(option) + 1] == value:
            at = words.index(option)
            words[at : at + 2] = []
    if words[1] == "train" and not {"--steps", "--epochs", "--help"} & set(words):
        words += FEW_STEPS
    if words[1] == "view":
        return look(words[2:], folder)
    said = ""
    for number in array_of(block) if "$SLURM_ARRAY_TASK_ID" in words else (0,):
        numbered = [word.replace("$SLURM_ARRAY_TASK_ID", str(number)) for word in words[1:]]
        ran = program(*numbered, folder=folder)
        said += ran.out + ran.err
    return said


def array_of(block: Block) -> range:
    """Return the numbers that SLURM would give to the jobs of a script."""
    array = re.search(r"--array=(\d+)-(\d+)", block.text)
    assert array is not None
    return range(int(array[1]), int(array[2]) + 1)


def look(words: list[str], folder: Path) -> str:
    """Serve a folder, ask for its first page and manifest, and stop it as Ctrl-C does."""
    if "--port" in words:  # it may be another worker's
        words[words.index("--port") + 1] = str(free_port())
    command = [sys.executable, "-m", "gtrack", "view", *words, "--no-browser"]
    env = dict(os.environ)
    if not (ROOT / "igv_plugin" / "node_modules" / "igv").is_dir():
        (folder / "igv.esm.min.js").write_text("export default {}\n")  # the server is asked alone
        env["GTRACK_IGV_JS"] = str(folder / "igv.esm.min.js")
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, cwd=folder, env=env) as ran:
        assert ran.stdout is not None
        url = ran.stdout.readline().strip()
        try:
            browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
            assert b"<title>" in browser.open(url, timeout=60).read()
        finally:
            ran.send_signal(signal.SIGINT)
            rest = ran.communicate()
    assert ran.returncode == 0, rest
    return url + rest[1]


def execute(block: Block, page: Path, names: dict[str, object]) -> None:
    """Run a Python block in the names of its page; with ``>>>``, compare what it prints."""
    name = f"{page.relative_to(ROOT)}:{block.line}"
    if ">>> " not in block.text:
        exec(compile(block.text, name, "exec"), names)
        return
    examples = doctest.DocTestParser().get_doctest(block.text, names, name, name, 0)
    examples.globs = names  # which get_doctest copies
    said: list[str] = []
    result = doctest.DocTestRunner(verbose=False).run(examples, out=said.append, clear_globs=False)
    assert result.attempted > 0
    assert result.failed == 0, "".join(said)


def test_reasons_are_for_lines_that_are_there() -> None:
    lines = [
        line
        for page in PAGES_RUN
        for b in blocks(page)
        if b.language == "sh"
        for line in b.commands
    ]
    for start in NOT_RUN:
        assert any(" ".join(f"{line} ".split()).startswith(start) for line in lines), start
    told = " ".join(" ".join(line.split()) for line in lines)
    for option, value in LEFT_OUT.items():
        assert f"{option} {value}" in told


def test_most_commands_run() -> None:
    lines = [
        line
        for page in PAGES_RUN
        for b in blocks(page)
        if b.language == "sh"
        for line in b.commands
    ]
    run = [line for line in lines if reason(" ".join(line.split())) is None]
    assert len(run) >= 40
    assert len(run) > 0.7 * len(lines)
