"""The loop: transformers' Trainer fed with batches that are fixed before the first step."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch import Tensor
from torch.optim import AdamW
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import Sampler, SequentialSampler
from transformers import (
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)
from transformers.utils import logging

from gtrack.core.errors import ModelError, OutputError
from gtrack.core.ports import OnStep
from gtrack.core.training.schedule import rate_factor
from gtrack.workflows.training.batches import ShownBatches
from gtrack.workflows.training.job import TrainJob
from gtrack.workflows.training.networks import Trainee
from gtrack.workflows.training.work_folder import newest_checkpoint

_CHECKPOINTS = 10  # over a whole training


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
    OutputError
        When the disk refuses a checkpoint.
    """
    network = trainee.network.requires_grad_(True)
    trainer = _Trainer(
        trainee,
        _arguments(job, steps, device),
        data_collator=_as_it_is,
        train_dataset=batches,
        optimizers=_optimisers(network, job.lr or trainee.rate, steps, job.warmup),
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


def _arguments(job: TrainJob, steps: int, device: str) -> TrainingArguments:
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
    return arguments


def _optimisers(network: Any, rate: float, steps: int, warmup: int) -> tuple[AdamW, LambdaLR]:
    """Return the optimiser and the schedule of its rate."""
    optimiser = AdamW(
        network.parameters(), lr=rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True
    )
    return optimiser, LambdaLR(optimiser, lambda step: rate_factor(step, steps, warmup))


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

    def _save_checkpoint(self, *args: Any, **kwargs: Any) -> None:
        try:
            super()._save_checkpoint(*args, **kwargs)
        except torch.OutOfMemoryError:
            raise
        except (RuntimeError, SafetensorError) as problem:  # what torch makes of a full disk
            raise OutputError(
                f"{self.args.output_dir}: a checkpoint cannot be written; check the folder's "
                "permissions and free space, then go on with --resume"
            ) from problem

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
