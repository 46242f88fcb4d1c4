"""The loop: transformers' Trainer fed with batches that are fixed before the first step."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset, Sampler, SequentialSampler
from transformers import (
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)
from transformers.utils import logging

from gtrack.core.errors import ModelError
from gtrack.core.ports import OnStep
from gtrack.core.sequences import reverse_complement
from gtrack.workflows.training.augment import POOL, Showing, order_pool
from gtrack.workflows.training.examples import ExampleSet
from gtrack.workflows.training.job import TrainJob
from gtrack.workflows.training.networks import Ids, Trainee

_CHECKPOINTS = 10  # over a whole training


class ShownBatches(Dataset[dict[str, Tensor]]):
    """All draws of a training in the order in which they are shown, a batch at a time.

    A pool of batches is encoded and ordered when its first batch is asked for; what a batch holds
    depends on its number alone, so that a resumed training sees what an uninterrupted one would.

    Parameters
    ----------
    examples : ExampleSet
        All rows.
    truth : ndarray, shape (rows,) or (rows, outputs)
        What the loss compares with, of every row.
    showing : Showing
        The draws.
    trainee : Trainee
        Reads the sequences.
    batch, seed : int
        Of the training.
    """

    def __init__(
        self,
        examples: ExampleSet,
        truth: NDArray[Any],
        showing: Showing,
        trainee: Trainee,
        batch: int,
        seed: int,
    ) -> None:
        self._examples, self._truth = examples, truth
        self._showing, self._trainee = showing, trainee
        self._batch, self._seed = batch, seed
        self._number = -1
        self._ids: list[Ids] = []
        self._order = np.empty(0, np.int64)

    def __len__(self) -> int:
        return len(self._showing)

    def __getitems__(self, draws: list[int]) -> dict[str, Tensor]:
        """Return the batch that starts at draw ``draws[0]``, a multiple of the batch size."""
        size = POOL * self._batch
        number, at = divmod(draws[0], size)
        first = number * size
        if number != self._number:
            pool = range(first, min(first + size, len(self)))
            self._ids = self._trainee.read(
                [self._showing.sequence(self._examples, draw) for draw in pool]
            )
            units = np.array([len(ids) for ids in self._ids])
            self._order = order_pool(units, self._batch, self._seed, number)
            self._number = number
        chosen = self._order[at : at + len(draws)]
        batch = pad_batch([self._ids[i] for i in chosen.tolist()], self._trainee.pad)
        truth = self._truth[self._showing.rows[first + chosen]]
        return batch | {"labels": torch.from_numpy(truth)}


def pad_batch(rows: list[Ids], pad: int) -> dict[str, Tensor]:
    """Return ``input_ids`` (rows, longest), and ``attention_mask`` where a row is shorter."""
    lengths = np.array([len(row) for row in rows])
    ids = np.full((len(rows), lengths.max()), pad, np.int64)
    for index, row in enumerate(rows):
        ids[index, : len(row)] = row
    batch = {"input_ids": torch.from_numpy(ids)}
    if lengths.min() < lengths.max():
        mask = np.arange(lengths.max()) < lengths[:, None]
        batch["attention_mask"] = torch.from_numpy(mask)
    return batch


def rate_factor(step: int, steps: int, warmup: int) -> float:
    """Share of the highest learning rate at a step: linear rise, level, cosine from half time."""
    rise = min(warmup, steps // 10)
    half = steps // 2
    if step < rise:
        return (step + 1) / rise
    if step < half:
        return 1.0
    return 0.5 * (1 + math.cos(math.pi * (step - half) / (steps - half)))


def fit(
    trainee: Trainee,
    batches: ShownBatches,
    job: TrainJob,
    steps: int,
    device: str,
    on_step: OnStep | None,
) -> None:
    """Train the network in place: AdamW (0.9, 0.98), weight decay 0.01, gradient norm at most 1.

    Checkpoints go to the work folder of the job, from whose newest whole one a job with `resume`
    goes on.

    Raises
    ------
    ModelError
        When the loss stops being a number, or the device runs out of memory.
    """
    network = trainee.network.requires_grad_(True)
    arguments = TrainingArguments(
        output_dir=str(job.work_folder),
        max_steps=steps,
        per_device_train_batch_size=job.batch,
        max_grad_norm=1.0,
        logging_steps=max(1, min(50, steps // 20)),
        logging_nan_inf_filter=False,
        save_steps=max(1, math.ceil(steps / _CHECKPOINTS)),
        save_total_limit=2,
        dataloader_pin_memory=False,
        remove_unused_columns=False,
        disable_tqdm=True,
        report_to="none",
        use_cpu=device == "cpu",
        seed=job.seed,
    )
    arguments._n_gpu = min(1, arguments.n_gpu)  # several devices would change what a batch is
    optimiser = torch.optim.AdamW(
        network.parameters(),
        lr=job.lr or trainee.rate,
        betas=(0.9, 0.98),
        weight_decay=0.01,
        fused=True,
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: rate_factor(step, steps, job.warmup)
    )
    trainer = _Trainer(
        trainee,
        arguments,
        data_collator=_as_it_is,
        train_dataset=batches,
        optimizers=(optimiser, schedule),
        callbacks=[_Watch(on_step)],
    )
    trainer.remove_callback(PrinterCallback)
    checkpoint = newest_checkpoint(job.work_folder) if job.resume else None
    verbosity = logging.get_verbosity()
    logging.set_verbosity_error()
    try:
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    except torch.OutOfMemoryError as problem:
        raise ModelError(
            f"device {device}: out of memory in training; give a smaller --batch than {job.batch}"
        ) from problem
    finally:
        logging.set_verbosity(verbosity)
    network.eval()


def newest_checkpoint(work: Path) -> Path | None:
    """Return the newest checkpoint that was written to its end, or None."""
    found = []
    for folder in work.glob("checkpoint-*"):
        try:
            state = json.loads((folder / "trainer_state.json").read_bytes())
            found.append((int(state["global_step"]), folder))
        except (OSError, ValueError, KeyError):
            continue  # the Trainer writes this file last: without it the checkpoint is a torso
    return max(found)[1] if found else None


def predict(
    trainee: Trainee, sequences: list[str], *, both_strands: bool, device: str
) -> NDArray[np.float64]:
    """Return logits, shape (sequences, labels), averaged over both strands if asked.

    Sequences are read in batches of like length whose make-up depends on the sequences alone.
    """
    if both_strands:
        strands = sequences, [reverse_complement(sequence) for sequence in sequences]
        one, other = (
            predict(trainee, strand, both_strands=False, device=device) for strand in strands
        )
        return (one + other) / 2
    network = trainee.network.eval()
    network.to(device)
    order = sorted(range(len(sequences)), key=lambda row: len(sequences[row]))
    logits = np.empty((len(sequences), len(trainee.model.labels)))
    at = 0
    while at < len(order):
        longest = len(sequences[order[min(at + 255, len(order) - 1)]])
        rows = order[at : at + max(1, min(256, trainee.model.default_batch_units * 4 // longest))]
        ids = trainee.read([sequences[row] for row in rows])
        batch = pad_batch(ids, trainee.pad)
        with torch.no_grad():
            out = network(**{name: tensor.to(device) for name, tensor in batch.items()}).logits
        logits[rows] = out.double().cpu().numpy()
        at += len(rows)
    return logits


class _Trainer(Trainer):  # type: ignore[misc]
    """transformers' Trainer, reading the draws in their order and saving as gtrack does."""

    def __init__(self, trainee: Trainee, arguments: TrainingArguments, **kwargs: Any) -> None:
        super().__init__(trainee.network, arguments, **kwargs)
        self._trainee = trainee

    def _get_train_sampler(self, train_dataset: Any = None) -> Sampler[int]:
        return SequentialSampler(self.train_dataset)

    def floating_point_ops(self, inputs: dict[str, Any]) -> int:
        """Count nothing: nobody reads it, and it costs time at every step."""
        return 0

    def save_model(self, output_dir: str | None = None, _internal_call: bool = False) -> None:
        """Save the model folder of a checkpoint."""
        folder = Path(output_dir or self.args.output_dir)
        folder.mkdir(parents=True, exist_ok=True)
        self._trainee.model.save(folder)


class _Watch(TrainerCallback):  # type: ignore[misc]
    """Tells how far the training is, and ends one whose loss is no number."""

    def __init__(self, on_step: OnStep | None) -> None:
        self._on_step = on_step
        self._loss: float | None = None

    def on_step_end(
        self, args: Any, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Report one step."""
        if self._on_step is not None:
            self._on_step(state.global_step, state.max_steps, self._loss)

    def on_log(
        self,
        args: Any,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **kwargs: Any,
    ) -> None:
        """Keep the mean loss of the last steps."""
        loss = (logs or {}).get("loss")
        if loss is None:
            return
        self._loss = float(loss)
        if not math.isfinite(self._loss):
            raise ModelError(
                f"the loss is {self._loss} at step {state.global_step}; give a smaller --lr"
            )


def _as_it_is(batch: dict[str, Tensor]) -> dict[str, Tensor]:
    return batch
