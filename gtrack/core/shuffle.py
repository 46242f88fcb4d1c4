"""Shuffles of DNA that keep every dinucleotide count: the null of a motif search.

Every sequence with the same dinucleotide counts, first and last base is one Eulerian path through
the multigraph whose nodes are bases and whose edges are dinucleotides. A path is drawn uniformly
(Altschul and Erickson, Mol. Biol. Evol. 2:526-538, 1985): draw the tree of *last* exits towards the
last base in proportion to the number of edges that can play it, permute all other exits, walk.
With four bases the trees are at most 16, so they are listed instead of searched for.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import product

import numpy as np

from gtrack.core.sequences import BASES, base_codes

_KNOWN_RUN = re.compile(f"[{BASES}]+")


def dinucleotide_shuffle(sequence: str, rng: np.random.Generator) -> str:
    """Return a uniformly drawn rearrangement with the same dinucleotide counts.

    Every character that is not A, C, G or T stays where it is, and each run of known bases between
    such characters is shuffled on its own; it keeps its first and last base.

    Parameters
    ----------
    sequence : str
        Upper-case DNA.
    rng : numpy.random.Generator
        Source of chance; the result is a function of it and of `sequence` alone.

    Returns
    -------
    str
        Same length, same counts of all 16 dinucleotides.

    Examples
    --------
    >>> dinucleotide_shuffle("ACNNACGACTA", np.random.default_rng(2))
    'ACNNACTACGA'
    """
    return _KNOWN_RUN.sub(lambda run: _shuffle_run(run.group(), rng), sequence)


def _shuffle_run(run: str, rng: np.random.Generator) -> str:
    if len(run) < 4:  # at most one path: first and last base are fixed
        return run
    codes = base_codes(run)
    exits = [codes[1:][codes[:-1] == base] for base in range(4)]
    last = int(codes[-1])
    final_exit = _draw_tree(exits, last, rng)

    queues: list[list[int]] = []
    for base in range(4):
        others = exits[base]
        if base in final_exit:  # one edge to that neighbour is kept for the end
            where = int(np.flatnonzero(others == final_exit[base])[0])
            others = np.delete(others, where)
        queue: list[int] = rng.permutation(others).tolist()
        if base in final_exit:
            queue.append(final_exit[base])
        queue.reverse()  # so that pop() takes the next exit
        queues.append(queue)

    base = int(codes[0])
    path = [base]
    for _ in range(len(run) - 1):
        base = queues[base].pop()
        path.append(base)
    return "".join([BASES[code] for code in path])


def _draw_tree(
    exits: list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]],
    last: int,
    rng: np.random.Generator,
) -> dict[int, int]:
    """Return the last exit of every base that has one, drawn by its number of edge choices."""
    counts = [np.bincount(targets, minlength=4) for targets in exits]
    present = tuple(base for base in range(4) if len(exits[base]) and base != last)
    trees = _trees(present, last)
    weights = np.array(
        [np.prod([float(counts[base][target]) for base, target in tree]) for tree in trees]
    )
    return dict(trees[int(rng.choice(len(trees), p=weights / weights.sum()))])


@cache
def _trees(bases: tuple[int, ...], root: int) -> tuple[tuple[tuple[int, int], ...], ...]:
    """List every choice of one exit per base from which all bases lead to `root`."""
    nodes = (*bases, root)
    found = []
    for targets in product(nodes, repeat=len(bases)):
        exit_of = dict(zip(bases, targets, strict=True))
        reached = {root}
        for _ in bases:
            reached |= {base for base in bases if exit_of[base] in reached}
        if len(reached) == len(nodes):
            found.append(tuple(exit_of.items()))
    return tuple(found)
