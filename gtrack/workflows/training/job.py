"""What a training is asked to do."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gtrack.core.errors import InputError
from gtrack.core.heads import Outputs

SHUFFLE = "shuffle"
GC_MATCHED = "gc-matched"
_LARGEST_SEED = 2**32 - 1  # NumPy's
_MOST_THREADS = 1024
AUGMENTATIONS = ("rc", "shift")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainJob:
    """One training, as the command line states it.

    Parameters
    ----------
    kind : {"cnn", "dnabert2"}
        What to train.
    out : Path
        Model folder to make; absent or empty.
    csv : Path or None
        Sequences and what is true of them; instead of `positives`, `negatives` and `fasta`.
    labels : tuple of str
        Columns of the CSV files with 0 or 1: labels that do not exclude each other.
    values : tuple of str
        Columns of the CSV files with numbers. Without `labels` and `values`, the column ``label``
        names a class.
    positives : Path or None
        BED of the regions with label 1, ``positive``.
    negatives : str or None
        BED of the regions with label 0, ``shuffle`` or ``gc-matched``.
    fasta : Path or None
        Genome of the BED files.
    test_csv : Path or None
        A further test set.
    window_bp : int or None
        Length of a window in bp; None: the longest sequence of a CSV, or what `flank` or `resize`
        says.
    flank : int or None
        Of regions of one length: the window is a region and so many bp on either side.
    resize : int or None
        The window is so many bp around the summit or middle of a region.
    holdout : tuple of str
        Chromosomes whose regions are the test set; empty: a random share.
    test_share : float or None
        Random share, of every class alike, that is the test set; None: 0.1, or 0 beside a
        `test_csv`.
    shared : {"test", "train", "keep"}
        Which side of a split that the user gave loses the rows that are like one of the other side;
        ``keep``: neither, and a random split holds equal sequences together only.
    augment : frozenset of {"rc", "shift"}
        Reverse-complement a window with probability 1/2; move it within its flanks.
    shift_bp : int or None
        Farthest move in bp; None: a tenth of the window.
    use_strand : bool
        Read regions of strand ``-`` as their reverse complement.
    base : str or None
        Model folder to go on from.
    config : str or None
        Name of a configuration, or a JSON file; None: the default of the kind.
    tokenizer : Path or None
        Folder with the ``tokenizer.json`` of a new dnabert2; None: train one.
    vocab : int
        Size of a tokenizer to train.
    steps : int or None
        Steps of the optimiser; None: as `epochs` says.
    epochs : float or None
        Passes over the training rows; None: 5, and of a new network as many more as 1,000 steps
        are.
    batch : int
        Rows per step.
    lr : float or None
        Highest learning rate; None: the default of the kind.
    warmup : int
        Steps of linear warm-up (at most a tenth of all).
    short_first : bool
        Show short sequences before long ones (a curriculum) instead of mixing them.
    seed : int
        Seed of everything drawn.
    threads : int
        CPU threads; with 1 the result is the same, byte for byte, on the same CPU type.
    device : {"auto", "cpu", "cuda"}
        Where to compute.
    work : Path or None
        Folder of the checkpoints; None: `out` with ``.work`` appended.
    resume : bool
        Go on from the newest checkpoint of `work`.

    Raises
    ------
    InputError
        When the options contradict each other.
    """

    kind: str
    out: Path
    csv: Path | None = None
    labels: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    positives: Path | None = None
    negatives: str | None = None
    fasta: Path | None = None
    test_csv: Path | None = None
    window_bp: int | None = None
    flank: int | None = None
    resize: int | None = None
    holdout: tuple[str, ...] = ()
    test_share: float | None = None
    shared: str = "test"
    augment: frozenset[str] = frozenset({"rc"})
    shift_bp: int | None = None
    use_strand: bool = False
    base: str | None = None
    config: str | None = None
    tokenizer: Path | None = None
    vocab: int = 4096
    steps: int | None = None
    epochs: float | None = None
    batch: int = 64
    lr: float | None = None
    warmup: int = 100
    short_first: bool = False
    seed: int = 0
    threads: int = 1
    device: str = "auto"
    work: Path | None = None
    resume: bool = False

    def __post_init__(self) -> None:
        self._check_data()
        self._check_columns()
        self._check_split()
        self._check_augmentation()
        self._check_model()
        self._check_optimiser()

    def _check_data(self) -> None:
        bed = (self.positives, self.negatives, self.fasta)
        if (self.csv is None) == (bed == (None, None, None)) or (self.csv is None and None in bed):
            raise InputError(
                "give either --csv FILE, or --positives BED, --negatives BED|shuffle|gc-matched "
                "and --fasta FASTA together"
            )
        lengths = [self.window_bp, self.flank, self.resize]
        said = len(lengths) - lengths.count(None)
        if self.csv is None and not said:
            raise InputError("regions need --window BP, the length of sequence the model reads")
        if self.csv is not None and said > (self.window_bp is not None):
            raise InputError("--flank and --resize need regions; a CSV has none: give --window BP")
        if said > 1:
            raise InputError(
                "give one of --window, --flank and --resize: each says how long a window is"
            )
        for option, length in (("--window", self.window_bp), ("--resize", self.resize)):
            if length is not None and length < 8:
                raise InputError(f"{option} {length}: a window is at least 8 bp")

    def _check_columns(self) -> None:
        if self.labels and self.values:
            raise InputError("give --labels or --values, not both: a model has one kind of output")
        option = f"--{self.outputs} {','.join(self.columns)}"
        if self.columns and self.csv is None:
            raise InputError(f"{option} names columns of --csv FILE; regions are two classes")
        for name in self.columns:
            if not name:
                raise InputError(f"{option}: a name is empty; write names with commas between")
            if name.lower() == "sequence":
                raise InputError(f"{option}: {name} is the column of the sequences")
            if self.columns.count(name) > 1:
                raise InputError(f"{option}: {name} is named twice")

    def _check_split(self) -> None:
        if self.csv is not None and (self.holdout or self.use_strand):
            raise InputError("--holdout and --use-strand need regions; a CSV has no coordinates")
        if self.holdout and self.test_share is not None:
            raise InputError("give --holdout or --test-share, not both")
        if not 0 <= self.share < 1:
            raise InputError(f"--test-share {self.share}: it lies between 0 and 1")
        if not self.holdout and self.share == 0 and self.test_csv is None:
            raise InputError("--test-share 0 leaves nothing to test on: give --test-csv as well")

    def _check_augmentation(self) -> None:
        if unknown := sorted(self.augment - set(AUGMENTATIONS)):
            raise InputError(f"--augment {unknown[0]}: known are {', '.join(AUGMENTATIONS)}, none")
        if self.use_strand and "rc" in self.augment:
            raise InputError("--use-strand and --augment rc contradict each other; drop one")
        if self.shift_bp is not None and (self.shift_bp < 1 or "shift" not in self.augment):
            raise InputError("--shift BP needs --augment shift, and is at least 1 bp")

    def _check_model(self) -> None:
        if self.base is not None and (self.config is not None or self.tokenizer is not None):
            raise InputError(
                "--from brings its own shape and tokenizer; drop --config, --tokenizer"
            )
        if self.kind == "dnabert2" and self.base is None and self.config is None:
            raise InputError("dnabert2 needs --from MODEL, or --config small to start a new one")
        if self.kind != "dnabert2" and self.tokenizer is not None:
            raise InputError(f"a {self.kind} has no tokenizer; drop --tokenizer")
        if self.vocab < 16:
            raise InputError(f"--vocab {self.vocab}: at least 16 (9 are special tokens and bases)")

    def _check_optimiser(self) -> None:
        for name, value in (
            ("--steps", self.steps),
            ("--epochs", self.epochs),
            ("--batch", self.batch),
            ("--lr", self.lr),
            ("--threads", self.threads),
        ):
            if value is not None and not 0 < value < math.inf:
                raise InputError(f"{name} {value}: give a number above 0")
        if not (self.warmup >= 0 and 0 <= self.seed <= _LARGEST_SEED):
            raise InputError(f"--warmup is 0 or more, and --seed 0 to {_LARGEST_SEED}")
        if self.threads > _MOST_THREADS:
            raise InputError(f"--threads {self.threads}: at most {_MOST_THREADS}")

    @property
    def outputs(self) -> Outputs:
        """What the outputs of the model will be."""
        return "labels" if self.labels else "values" if self.values else "classes"

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of labels or values; empty where classes are trained."""
        return self.labels or self.values

    @property
    def share(self) -> float:
        """Random share that is held out."""
        if self.test_share is not None:
            return self.test_share
        return 0.0 if self.holdout or self.test_csv is not None else 0.1

    @property
    def strands(self) -> str:
        """What the model folder says about strands."""
        if self.use_strand:
            return "region"
        return "both" if "rc" in self.augment else "forward"

    @property
    def work_folder(self) -> Path:
        """Folder of the checkpoints."""
        return self.work or self.out.with_name(self.out.name + ".work")


@dataclass(frozen=True, slots=True)
class TrainResult:
    """What came of it.

    Parameters
    ----------
    folder : Path
        The model folder.
    record : dict
        The content of its ``training.json``.
    """

    folder: Path
    record: dict[str, Any]
