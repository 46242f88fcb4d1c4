"""The network that a job trains: a new one, or one to go on from; and how it reads sequences."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer

from gtrack.core.errors import InputError, ModelError
from gtrack.core.heads import PROBLEM_TYPE_OF, Head, head_of
from gtrack.core.sequences import base_codes
from gtrack.core.training.batches import Ids, framed
from gtrack.core.training.scale import Scale
from gtrack.models.cnn import Cnn, CnnConfig, CnnForSequenceClassification
from gtrack.models.cnn.network import N_CODE
from gtrack.models.dnabert2 import Dnabert2, tokenizer_of
from gtrack.models.dnabert2.checkpoint import read_checkpoint
from gtrack.models.dnabert2.configuration import Dnabert2Config
from gtrack.models.dnabert2.network import Dnabert2ForSequenceClassification
from gtrack.models.dnabert2.tokenizer import TOKENIZER, DnaTokenizer
from gtrack.models.folder import locate, recognise
from gtrack.workflows.training.job import TrainJob
from gtrack.workflows.training.shapes import CNN_CONFIGS, DNABERT2_CONFIGS, shape_of
from gtrack.workflows.training.tokenizer import train_tokenizer

NEW_CNN_RATE, NEW_BERT_RATE, NEXT_RATE = 2e-3, 1e-3, 5e-4
"""Highest learning rates of a new network, and of one that goes on from a trained one: a small
DNABERT-2 was seen to diverge at 2e-3."""

LARGE, LARGE_RATE = 256, 3e-5
"""Hidden size from which the rate is that of the published fine-tuning of DNABERT-2."""


@dataclass(frozen=True, slots=True, eq=False)
class Trainee:
    """A network on its way.

    Parameters
    ----------
    model : Cnn or Dnabert2
        The network with its tokenizer; saves itself.
    read : callable
        Turns sequences into unit ids, special tokens included: what `model.encode` gives, without
        the account of bases that only explanations need.
    pad : int
        Unit id at padding.
    rate : float
        Highest learning rate, unless the user gives one.
    afresh : tuple of str
        Parts that start untrained although the job goes on from a model.
    before : Head or None
        Outputs of the model that the job goes on from; None without one, or where its config
        contradicts itself.
    """

    model: Cnn | Dnabert2
    read: Callable[[Sequence[str]], list[Ids]]
    pad: int
    rate: float
    afresh: tuple[str, ...] = ()
    before: Head | None = None

    @property
    def network(self) -> Any:
        """The ``torch.nn.Module``."""
        return self.model.network

    @property
    def goes_on(self) -> bool:
        """Whether the classifier is already trained."""
        return self.before is not None and "classifier" not in self.afresh

    def rescale(self, scale: Scale) -> None:
        """Rewrite the classifier as a scale folds it."""
        layer = self.network.classifier
        tensors = layer.weight, layer.bias
        folded = scale.folded(*(each.detach().double().cpu().numpy() for each in tensors))
        with torch.no_grad():
            for tensor, values in zip(tensors, folded, strict=True):
                tensor.copy_(torch.from_numpy(values))


def make_trainee(
    job: TrainJob, head: Head, window_bp: int, training: list[str], work: Path
) -> Trainee:
    """Make the network of a job; untrained weights come from torch's global random numbers.

    Parameters
    ----------
    job : TrainJob
        Kind, configuration or model to go on from, tokenizer.
    head : Head
        What the outputs are to be; the config will say so.
    window_bp : int
        Length of a window, for the config.
    training : list of str
        Training windows, for a new tokenizer.
    work : Path
        Folder that keeps the tokenizer of an interrupted training.

    Raises
    ------
    InputError
        For an unknown configuration or one that describes no network.
    ModelError
        When the model to go on from is of another kind or cannot be read.
    """
    fields: dict[str, Any] = {
        "window_bp": window_bp,
        "strands": job.strands,
        "id2label": dict(enumerate(head.names)),
        "label2id": {name: index for index, name in enumerate(head.names)},
        "problem_type": PROBLEM_TYPE_OF[head.outputs],
    }
    if job.base is None:
        if job.kind == "cnn":
            return _new_cnn(job, fields)
        return _new_dnabert2(job, fields, training, work)
    kind = recognise(job.base)
    if kind != job.kind:
        raise ModelError(f"{job.base}: a model of kind {kind}; use gtrack train {kind}")
    folder = locate(job.base)
    if job.kind == "cnn":
        return _next_cnn(folder, head, fields)
    return _next_dnabert2(folder, head, fields, work)


def _new_cnn(job: TrainJob, fields: dict[str, Any]) -> Trainee:
    shape = shape_of(job.config or "small", CNN_CONFIGS)
    try:
        network = CnnForSequenceClassification(CnnConfig(**(shape | fields)))
    except (TypeError, ValueError) as problem:
        raise InputError(f"--config {job.config}: {problem}") from problem
    return Trainee(Cnn(network), _read_bases, N_CODE, NEW_CNN_RATE)


def _next_cnn(folder: Path, head: Head, fields: dict[str, Any]) -> Trainee:
    model = Cnn.load(folder)
    shape = model.network.config.to_dict()
    before = _head_before(shape.pop("problem_type", None), model.labels, own=True)
    keeps = _keeps_head(before, head)
    config = CnnConfig(**(shape | fields))
    network = CnnForSequenceClassification(config)
    state = network.state_dict()
    for name, tensor in model.network.state_dict().items():
        if keeps or not name.startswith("classifier."):
            state[name] = tensor
    network.load_state_dict(state)
    afresh = () if keeps else ("classifier",)
    return Trainee(Cnn(network), _read_bases, N_CODE, NEXT_RATE, afresh, before)


def _new_dnabert2(
    job: TrainJob, fields: dict[str, Any], training: list[str], work: Path
) -> Trainee:
    if job.tokenizer is not None:
        tokenizer = DnaTokenizer.load(job.tokenizer)
    elif (work / TOKENIZER).exists():
        tokenizer = DnaTokenizer.load(work)
    else:
        both = "rc" in job.augment
        content = train_tokenizer(training, job.vocab, both_strands=both, seed=job.seed)
        tokenizer = DnaTokenizer(content, work / TOKENIZER)
    shape = shape_of(job.config or "small", DNABERT2_CONFIGS) | {"vocab_size": tokenizer.size}
    known = inspect.signature(Dnabert2Config.__init__).parameters
    shape = {name: value for name, value in shape.items() if name in known}
    try:
        network = Dnabert2ForSequenceClassification(Dnabert2Config(**(shape | fields)))
    except (TypeError, ValueError) as problem:
        raise InputError(f"--config {job.config}: {problem}") from problem
    rate = LARGE_RATE if network.config.hidden_size >= LARGE else NEW_BERT_RATE
    return _reading(Dnabert2(network, tokenizer), work, rate, ())


def _next_dnabert2(folder: Path, head: Head, fields: dict[str, Any], work: Path) -> Trainee:
    found = read_checkpoint(folder, allow_headless=True)
    names = tuple(found.config.id2label[i] for i in range(found.config.num_labels))
    before = _head_before(found.config.problem_type, names, own=found.own)
    if "classifier" in found.absent:
        before = None
    elif not _keeps_head(before, head):
        state = {k: v for k, v in found.state.items() if not k.startswith("classifier.")}
        found = replace(found, state=state, absent=(*found.absent, "classifier"))
    found = found.with_labels(head.names)
    network = found.network()
    for name in ("window_bp", "strands", "problem_type"):
        setattr(network.config, name, fields[name])
    rate = LARGE_RATE if network.config.hidden_size >= LARGE else NEXT_RATE
    model = Dnabert2(network, tokenizer_of(folder))
    return replace(_reading(model, work, rate, found.absent), before=before)


def _head_before(problem_type: object, names: tuple[str, ...], *, own: bool) -> Head | None:
    """Return what the outputs of a model are to go on from, or None where its config errs."""
    try:
        return head_of(problem_type, names, own=own)
    except ModelError:
        return None  # its classifier will start afresh


def _keeps_head(before: Head | None, after: Head) -> bool:
    """Say whether a trained classifier still means the same: equal outputs, or nameless ones."""
    if before is None or before.outputs != after.outputs:
        return False
    nameless = tuple(f"LABEL_{i}" for i in range(len(after.names)))
    return before.names in (after.names, nameless)


def _read_bases(sequences: Sequence[str]) -> list[Ids]:
    return [base_codes(sequence) for sequence in sequences]


def _reading(model: Dnabert2, work: Path, rate: float, afresh: tuple[str, ...]) -> Trainee:
    """Give a DNABERT-2 the tokenizer library's quick path, which keeps no offsets."""
    model.tokenizer.save(work)
    tokenizer = Tokenizer.from_file(str(work / TOKENIZER))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    cls, sep = model.tokenizer.cls, model.tokenizer.sep

    def read(sequences: Sequence[str]) -> list[Ids]:
        found = tokenizer.encode_batch_fast(list(sequences), add_special_tokens=False)
        return [framed(encoding.ids, cls, sep) for encoding in found]

    return Trainee(model, read, model.tokenizer.pad, rate, afresh)
