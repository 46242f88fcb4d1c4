"""How many jobs there are at a time, and which pieces go into one."""

from __future__ import annotations

from dataclasses import dataclass

JOBS = 100
"""Jobs at a time on a cluster, where neither the user nor a profile says how many."""

THREADS = 4
"""CPU threads of a job there."""

_ROUNDS = 4
"""Jobs that each place gets one after the other: the more, the less is waited for the last one, and
the more often models are opened."""

_MOST = 1000
"""Jobs in all: Snakemake's own work grows with them."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Jobs at a time, the threads of each, and the pieces in one (the last may have fewer)."""

    jobs: int
    threads: int
    size: int


def laid_out(
    pieces: int, *, cores: int | None, devices: int, jobs: int | None, workers: int | None
) -> Layout:
    """Share pieces among jobs.

    Parameters
    ----------
    pieces : int
    cores : int or None
        Of this machine; None where jobs run on others.
    devices : int
        GPUs of this machine, each for one job; 0 where it has none.
    jobs, workers : int or None
        Jobs at a time, and threads of one, where they are given.

    Examples
    --------
    >>> laid_out(10_000, cores=None, devices=0, jobs=None, workers=None)
    Layout(jobs=100, threads=4, size=25)
    >>> laid_out(8, cores=16, devices=0, jobs=2, workers=None)
    Layout(jobs=2, threads=8, size=1)
    """
    if cores is None:
        jobs, threads = jobs or JOBS, workers or THREADS
    else:
        if jobs is None:
            jobs = devices or max(1, cores // workers if workers else 1)
        jobs = min(jobs, devices) if devices else jobs
        threads = workers or max(1, cores // jobs)
    return Layout(jobs, threads, -(-pieces // min(_ROUNDS * jobs, _MOST)) or 1)
