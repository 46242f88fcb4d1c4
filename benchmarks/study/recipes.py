"""How each model of the study is trained, and in which order: options of ``gtrack train``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

KINDS = ("cnn", "dnabert2")
SEEDED = ("example", "ctcf", "tf0")
"""Sets of which models with several training seeds are made."""
SHIPPED = 1
"""Training seed of the example's models as they are shipped; they are copied, not trained."""
FORWARD = ("splice", "notata", "tata")
"""Sets whose sequences have a direction: models read the strand given alone."""
TARGETS = {"splice": "acceptor,donor"}
"""What is explained where it is not class 1 of two."""

EPOCHS: dict[str, dict[str, str]] = {
    "ctcf": {"cnn": "60", "dnabert2": "120"},
    "tf0": {"cnn": "5", "dnabert2": "5"},
    "tf1": {"cnn": "5", "dnabert2": "5"},
    "tf3": {"cnn": "5", "dnabert2": "5"},
    "splice": {"cnn": "60", "dnabert2": "15"},
    "notata": {"cnn": "10", "dnabert2": "15"},
    "tata": {"cnn": "10", "dnabert2": "15"},
}
VOCABULARY = {"splice": "128", "ctcf": "64"}
"""Tokens of a DNABERT-2 where 4,096 are too many to be learnt from so few examples."""
SAMPLE = {"example": 200, "notata": 100, "tata": 100}
"""Windows for what needs the models; of other sets, whose windows are short, all."""
EXAMPLE = {
    "cnn": ("long", ("--window", "200", "--steps", "2400", "--lr", "2e-3")),
    "dnabert2": (
        "all",
        ("--vocab", "4096", "--window", "200", "--steps", "5400", "--lr", "1e-3", "--short-first"),
    ),
}
"""As example_data/build.py has it; this and the training seed are all that a new model needs."""
ORDER = (
    *("tf0/cnn", "ctcf/cnn", "tf3/cnn", "splice/cnn", "notata/cnn", "tata/cnn"),
    *("tf0/dnabert2", "splice/dnabert2", "ctcf/dnabert2", "tf3/dnabert2"),
    *("notata/dnabert2", "tata/dnabert2", "tf1/cnn", "tf1/dnabert2"),
)
"""What is trained first: after these, the further seeds."""


@dataclass(frozen=True)
class Recipe:
    """One model to train: its set, kind (a name of ``gtrack train``) and training seed."""

    set: str
    kind: str
    seed: int

    @property
    def name(self) -> str:
        """Name of its folder below ``models/``, such as ``tf0/cnn.0``."""
        return f"{self.set}/{self.kind}.{self.seed}"

    def options(self, data: str) -> list[str]:
        """Return the options of ``gtrack train``, `data` being the folder of the training CSV."""
        small = ["--config", "small"] if self.kind == "dnabert2" else []
        if self.set == "example":
            csv, given = EXAMPLE[self.kind]
            more = ["--batch", "64", "--augment", "rc", "--test-csv", f"{data}/test.csv", *given]
        else:
            csv, more = "train", ["--epochs", EPOCHS[self.set][self.kind]]
            more += ["--augment", "none"] if self.set in FORWARD else []
            if self.kind == "dnabert2" and self.set in VOCABULARY:
                more += ["--vocab", VOCABULARY[self.set]]
        fixed = ["--seed", str(self.seed), "--threads", "1", "--device", "cpu"]
        return ["--csv", f"{data}/{csv}.csv", *small, *more, *fixed]


def seeds_of(name: str, seeds: int) -> list[int]:
    """Return the training seeds of a set's models when `seeds` are asked for.

    The example's first is the one that is shipped; its further ones come after that.
    """
    first = SHIPPED if name == "example" else 0
    return list(range(first, first + (seeds if name in SEEDED else 1)))


def queue(names: Sequence[str], seeds: int) -> list[Recipe]:
    """Return the models of these sets to train, what matters most first."""
    first = [Recipe(name, kind, 0) for name, kind in (each.split("/") for each in ORDER)]
    more = [
        Recipe(name, kind, seed)
        for name in SEEDED
        for seed in seeds_of(name, seeds)[1:]
        for kind in KINDS
    ]
    return [recipe for recipe in [*first, *more] if recipe.set in names]
