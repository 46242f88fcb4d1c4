"""A small genome, its regions and two tiny models, made anew for every run; and the command line.

Nothing is trained and nothing random comes from torch, so that the golden files hold on every CPU:
weights are NumPy's, and the tokenizer's merges are written down by a seeded generator.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from tests.workers import Once, long_first, worker_count

ROOT = Path(__file__).resolve().parents[1]
DEMO = ("demo", "--out", "out/demo")
LABELS = {2: ("background", "site"), 3: ("none", "weak", "strong"), 1: ("score",)}


# How long an example takes says how busy the machine is.
# The same examples in every run, so that a stranger's run fails only for what a change did. With
# EXPLORE=1 they are new ones each time: that is how rare failures are looked for.
settings.register_profile(
    "gtrack",
    deadline=None,
    derandomize=not os.environ.get("EXPLORE"),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("gtrack")


def pytest_configure() -> None:
    """Let children hear what nohup, or a shell in the background, made this process ignore."""
    for number in (signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)  # it stays deaf; programs it starts do not


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Say how many workers ``pytest -n auto`` starts."""
    return worker_count()


@pytest.hookimpl(trylast=True)  # when those that were not asked for have gone
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let workers begin with the long tests, so that none is left alone with one in the end."""
    if workers := int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "0")):
        is_long = [item.get_closest_marker("long") is not None for item in items]
        items[:] = long_first(items, is_long, workers)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Call gzip data so: it holds the second it was made in, and workers must name tests alike."""
    return "gzip" if isinstance(val, bytes) and val.startswith(b"\x1f\x8b") else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests have said of this machine (``record_property("says", ...)``)."""
    for report in terminalreporter.stats.get("passed", []):
        for name, value in report.user_properties:
            if name == "says":
                terminalreporter.write_line(f"{report.nodeid.rpartition('::')[2]}: {value}")


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Return the maker of folders that all workers of this run read."""
    own = tmp_path_factory.getbasetemp()
    return Once(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)


@dataclass(frozen=True)
class Inputs:
    """One genome, one BED, two models; `genome` holds the sequences as the FASTA writes them."""

    folder: Path
    fasta: Path
    bed: Path
    genome: dict[str, str]
    models: dict[str, Path]

    def options(self, *names: str, bed: Path | None = None, fasta: Path | None = None) -> list[str]:
        """Return --bed, --fasta and --model of the named models (all by default)."""
        chosen = names or tuple(self.models)
        return [
            *("--bed", str(bed or self.bed), "--fasta", str(fasta or self.fasta)),
            *(part for name in chosen for part in ("--model", f"{name}={self.models[name]}")),
        ]


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str
    error: str = field(init=False)

    def __post_init__(self) -> None:
        lines = [line for line in self.err.splitlines() if line.startswith("gtrack: ")]
        object.__setattr__(self, "error", lines[-1] if lines else "")


Run = Callable[..., Ran]


@pytest.fixture
def run() -> Run:
    """Call the command line in this process; without `code=None`, it must end with that code."""
    from click.testing import CliRunner

    from gtrack.cli import main

    def call(*arguments: object, code: int | None = 0) -> Ran:
        result = CliRunner().invoke(main, [str(argument) for argument in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        ran = Ran(result.exit_code, result.stdout, result.stderr)
        assert code is None or ran.code == code, ran
        return ran

    return call


_ZYGOTE = """
import json, os, resource, signal, sys
from pathlib import Path
import gtrack.cli.scan_options, gtrack.cli.progress, gtrack.cli.summary, gtrack.workflows.scan
import gtrack.models.cnn, gtrack.models.dnabert2, gtrack.attribution.attnlrp
import gtrack.attribution.rules.cnn, gtrack.attribution.rules.dnabert2
import gtrack.attribution.input_gradient, gtrack.cli.passport_summary, gtrack.workflows.hits
from gtrack.__main__ import main

def work(job):
    for number, path in ((1, job["out"]), (2, job["err"])):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
    os.chdir(job["folder"])
    if job["file_limit"]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (job["file_limit"],) * 2)
    rename, renamed, die_at, stop_at = Path.replace, [], job["die_at"], job["stop_at"]
    def replace(self, target):
        renamed.append(target)
        if stop_at and Path(target).match(stop_at):
            os.kill(os.getpid(), signal.SIGSTOP)  # until somebody sends SIGCONT
        if len(renamed) == die_at:
            os._exit(137)  # as a SIGKILL just before the file takes its name
        done = rename(self, target)
        if len(renamed) == -die_at:
            os._exit(137)  # or just after
        return done
    Path.replace = replace
    sys.argv = ["gtrack", *job["arguments"]]
    main()

for line in sys.stdin:
    job = json.loads(line)
    if "arguments" in job:
        child = os.fork()
        if not child:
            try:
                work(job)
            except SystemExit as stop:
                sys.stdout.flush(), sys.stderr.flush()
                os._exit(stop.code or 0)
            except BaseException:
                sys.excepthook(*sys.exc_info())
                sys.stderr.flush()
                os._exit(1)
        print(child, flush=True)
    elif "stop" in job:  # or the end, which is then left for "wait" to take
        stop = os.waitid(os.P_PID, job["stop"], os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        print(int(stop.si_code == os.CLD_STOPPED), flush=True)
    else:
        print(os.waitstatus_to_exitcode(os.waitpid(job["wait"], 0)[1]), flush=True)
"""


class Child:
    """A run of gtrack in a process of its own."""

    def __init__(self, program: Program, arguments: tuple[object, ...], **job: int | str) -> None:
        self._program = program
        self._files = [program.folder / f"{program.started}.{name}" for name in ("out", "err")]
        program.started += 1
        self.pid = program.ask(
            arguments=[str(argument) for argument in arguments],
            out=str(self._files[0]),
            err=str(self._files[1]),
            **job,
        )

    def send(self, signal_number: int) -> None:
        """Send a signal."""
        os.kill(self.pid, signal_number)

    def wait_for_stop(self) -> None:
        """Wait until it has stopped where `stop_at` said."""
        assert self._program.ask(stop=self.pid), self.wait()

    def interrupt(self, signal_number: int) -> None:
        """Send a signal to the stopped process and let it go on."""
        self.send(signal_number)
        self.send(signal.SIGCONT)

    def wait(self) -> Ran:
        """Wait for the end; a negative code is the signal that ended it."""
        code = self._program.ask(wait=self.pid)
        said = [file.read_text() if file.exists() else "" for file in self._files]  # killed at once
        return Ran(code, *said)


class Program:
    """Starts gtrack in processes that are forked from one that has imported everything.

    A run so takes its own time only, and not the seconds that importing torch takes.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.started = folder, 0
        self._server = subprocess.Popen(
            [sys.executable, "-c", _ZYGOTE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )

    @property
    def pid(self) -> int:
        """Return the process that others are forked from, and take after."""
        return self._server.pid

    def ask(self, **job: object) -> int:
        """Send one request and return its answer."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps(job) + "\n")
        self._server.stdin.flush()
        return int(self._server.stdout.readline())

    def start(
        self,
        *arguments: object,
        folder: Path | None = None,
        die_at: int = 0,
        stop_at: str = "",
        file_limit: int = 0,
    ) -> Child:
        """Start gtrack.

        With `die_at` it dies at that file's rename: n before it, -n after it. Before a rename to a
        name like `stop_at` it stops, as by SIGSTOP. With `file_limit` no file can have more bytes.
        """
        where = {"folder": str(folder or "."), "stop_at": stop_at}
        return Child(self, arguments, die_at=die_at, file_limit=file_limit, **where)

    def __call__(self, *arguments: object, code: int | None = 0, folder: Path | None = None) -> Ran:
        """Run gtrack to its end, in a folder of its own where one is given."""
        ran = self.start(*arguments, folder=folder).wait()
        assert code is None or ran.code == code, ran
        return ran

    def close(self) -> None:
        """End the server."""
        assert self._server.stdin is not None
        self._server.stdin.close()
        assert self._server.stdout is not None
        self._server.stdout.close()
        self._server.wait()


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """Return the program, for what only a process of its own can show."""
    program = Program(tmp_path_factory.mktemp("program"))
    yield program
    program.close()


@pytest.fixture(scope="session")
def demo(once: Once, program: Program) -> tuple[Path, Ran]:
    """Return the folder of ``gtrack demo`` and what that said; tests only read it."""
    data = ROOT / "example_data"
    needed = ("genome.fa", "regions.bed", "truth.bed", "decoys.bed", "motifs.meme", "models")
    missing = [name for name in needed if not (data / name).exists()]
    if missing:
        pytest.skip(f"example_data lacks {', '.join(missing)}; build it first")

    def fill(folder: Path) -> None:
        (folder / "example_data").symlink_to(data)
        ran = program(*DEMO, folder=folder)
        (folder / "ran.json").write_text(json.dumps([ran.code, ran.out, ran.err]))

    folder = once("demo", fill)
    return folder / DEMO[-1], Ran(*json.loads((folder / "ran.json").read_text()))


def make_genome() -> dict[str, str]:
    """Return chromosomes with a run of N, IUPAC codes, soft mask, and one below any window."""
    rng = np.random.default_rng(21690)

    def bases(n: int) -> str:
        return "".join(rng.choice(list("ACGT"), n, p=[0.3, 0.2, 0.2, 0.3]))

    chr2 = bases(12_000)
    chr2 = chr2[:3_000] + "N" * 300 + chr2[3_300:3_500] + "RYKMNBV" + chr2[3_507:]
    chr2 = chr2[:5_000] + chr2[5_000:5_400].lower() + chr2[5_400:]
    # Neither sorted by name nor by length: the order of the FASTA is the order of the results.
    return {"chr2": chr2, "chr10": bases(2_000), "tiny": bases(70), "chr1": bases(1_000)}


def write_fasta_file(path: Path, genome: dict[str, str], width: int = 60) -> Path:
    """Write sequences in lines of `width` bases."""
    with path.open("w") as file:
        for name, bases in genome.items():
            file.write(f">{name} synthetic\n")
            file.writelines(bases[at : at + width] + "\n" for at in range(0, len(bases), width))
    return path


REGIONS = """\
chr2\t0\t50\tat the edge\t0\t+
chr2\t2900\t3100\tinto N\t0\t.
chr2\t3040\t3240\tall N\t0\t.
chr2\t3450\t3550\tcodes\t0\t-
chr2\t5150\t5151\tone base\t0\t+
chr2\t6000\t6700\tlong\t0\t+
chr2\t6500\t6900\toverlaps\t0\t+
chr2\t6520\t6560\tinside\t0\t+
chr2\t11950\t12000\tat the end\t0\t-
chr10\t900\t1090\tmiddle\t0\t.
tiny\t10\t60\tshort chromosome\t0\t-
chr1\t500\t612\tlast\t0\t+
"""


def make_cnn_folder(
    folder: Path,
    *,
    labels: int | Sequence[str] = 2,
    window_bp: int | None = 128,
    **config: object,
) -> Path:
    """Write a CNN of two small convolutions; `labels` are names, or how many."""
    from gtrack.models.cnn import Cnn, CnnConfig, CnnForSequenceClassification

    names = LABELS[labels] if isinstance(labels, int) else labels
    network = CnnForSequenceClassification(
        CnnConfig(
            channels=(8, 6),
            kernel_sizes=(7, 5),
            window_bp=window_bp,
            id2label=dict(enumerate(names)),
            label2id={name: i for i, name in enumerate(names)},
            **config,
        )
    )
    _fill(network, 7)
    folder.mkdir(parents=True)
    Cnn(network).save(folder)
    return folder


def make_dnabert2_folder(
    folder: Path, *, labels: int = 2, window_bp: int | None = 160, **config: object
) -> Path:
    """Write a DNABERT-2 of two layers and hidden size 32, with its tokenizer."""
    from gtrack.models.dnabert2 import Dnabert2
    from gtrack.models.dnabert2.network import Dnabert2Config, Dnabert2ForSequenceClassification
    from gtrack.models.dnabert2.tokenizer import DnaTokenizer

    folder.mkdir(parents=True)
    vocabulary = _tokenizer(folder)
    network = Dnabert2ForSequenceClassification(
        Dnabert2Config(
            vocab_size=vocabulary,
            hidden_size=32,
            intermediate_size=48,
            num_hidden_layers=2,
            num_attention_heads=4,
            window_bp=window_bp,
            id2label=dict(enumerate(LABELS[labels])),
            label2id={name: i for i, name in enumerate(LABELS[labels])},
            **config,
        )
    )
    _fill(network, 8)
    Dnabert2(network, DnaTokenizer.load(folder)).save(folder)
    return folder


def _fill(network: object, seed: int) -> None:
    """Give every parameter NumPy's numbers, large enough for relevance that is far from zero."""
    import torch

    rng = np.random.default_rng(seed)
    with torch.no_grad():
        for name, parameter in network.named_parameters():  # type: ignore[attr-defined]
            values = rng.standard_normal(tuple(parameter.shape)) * (
                0.25 if parameter.ndim > 1 else 0.1
            )
            if name.lower().endswith("layernorm.weight"):
                values += 1
            parameter.copy_(torch.from_numpy(values.astype(np.float32)))
            parameter.requires_grad_(False)


def _tokenizer(folder: Path) -> int:
    """Write a byte-pair encoding of A, C, G, T and 40 longer tokens; return its size."""
    rng = np.random.default_rng(9)
    special = ["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"]
    tokens, merges = list("ACGT"), []
    while len(tokens) < 44:
        left, right = rng.choice(tokens, 2)
        if left + right not in tokens and len(left + right) <= 8:
            tokens.append(str(left + right))
            merges.append([str(left), str(right)])
    record = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {"id": i, "content": t, "single_word": False, "lstrip": False, "rstrip": False,
             "normalized": False, "special": True}
            for i, t in enumerate(special)
        ],
        "normalizer": None,
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": None,
        "decoder": None,
        "model": {
            "type": "BPE", "dropout": None, "unk_token": "[UNK]", "continuing_subword_prefix": None,
            "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False,
            "vocab": {token: i for i, token in enumerate([*special, *tokens])},
            "merges": merges,
        },
    }  # fmt: skip
    (folder / "tokenizer.json").write_text(json.dumps(record))
    (folder / "tokenizer_config.json").write_text('{"model_max_length": 128}')
    return len(special) + len(tokens)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the folders of the tiny CNN and the tiny DNABERT-2; tests do not change them."""
    folder = tmp_path_factory.mktemp("models")
    return {
        "cnn": make_cnn_folder(folder / "cnn"),
        "dnabert2": make_dnabert2_folder(folder / "dnabert2"),
    }


@pytest.fixture(scope="session")
def make_cnn() -> Callable[..., Path]:
    """Return the function that writes a CNN's folder."""
    return make_cnn_folder


@pytest.fixture(scope="session")
def make_dnabert2() -> Callable[..., Path]:
    """Return the function that writes a DNABERT-2's folder."""
    return make_dnabert2_folder


@pytest.fixture(scope="session")
def make_inputs(models: dict[str, Path]) -> Callable[[Path, str], Inputs]:
    """Return a function that writes the genome and a BED into a folder."""

    def make(folder: Path, regions: str = REGIONS) -> Inputs:
        genome = make_genome()
        (folder / "regions.bed").write_text(regions)
        fasta = write_fasta_file(folder / "genome.fa", genome)
        return Inputs(folder, fasta, folder / "regions.bed", genome, models)

    return make


@pytest.fixture(scope="session")
def write_fasta() -> Callable[..., Path]:
    """Return the function that writes a FASTA."""
    return write_fasta_file


@pytest.fixture
def inputs(tmp_path: Path, make_inputs: Callable[..., Inputs]) -> Inputs:
    """Return a genome and regions that a test may change, and the models."""
    folder = tmp_path / "inputs"
    folder.mkdir()
    return make_inputs(folder)


@pytest.fixture
def own_models(inputs: Inputs) -> Inputs:
    """Return inputs whose models, too, a test may change."""
    copies = {
        name: Path(shutil.copytree(folder, inputs.folder / name))
        for name, folder in inputs.models.items()
    }
    return Inputs(inputs.folder, inputs.fasta, inputs.bed, inputs.genome, copies)


@pytest.fixture(scope="session")
def scanned(
    tmp_path_factory: pytest.TempPathFactory, make_inputs: Callable[..., Inputs]
) -> tuple[Inputs, Path, Ran]:
    """Scan the regions with both models once, with tracks per strand; tests only read it."""
    from click.testing import CliRunner

    from gtrack.cli import main

    folder = tmp_path_factory.mktemp("scanned")
    inputs = make_inputs(folder)
    out = folder / "out"
    result = CliRunner().invoke(
        main, ["scan", *inputs.options(), "--out", str(out), "--per-strand-tracks"]
    )
    assert result.exit_code == 0, result.output
    return inputs, out, Ran(result.exit_code, result.stdout, result.stderr)
