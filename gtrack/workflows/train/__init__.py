"""``gtrack train``: labelled sequences in, a model folder with its record of training out."""

from __future__ import annotations

from gtrack.workflows.train.job import TrainJob, TrainResult
from gtrack.workflows.train.run import train

__all__ = ["TrainJob", "TrainResult", "train"]
