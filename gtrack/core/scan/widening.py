"""Regions made longer before they are scanned, and what is said of those that are too short."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gtrack.core.intervals import Interval
from gtrack.core.regions import Regions

SHORT_BP = 20
"""Regions below this length are warned about: a binding site is about as long."""

FAR = 1.5
"""A window this many times as long as those of training, or as short, is warned about."""


def widened(
    regions: Sequence[Interval],
    chrom_sizes: Mapping[str, int],
    *,
    flank: int | None = None,
    resize: int | None = None,
) -> Regions:
    """Return regions with more on both sides, or of one length; names, strands and summits stay.

    Parameters
    ----------
    regions : sequence of Interval
        Inside their chromosomes.
    chrom_sizes : mapping of str to int
        Length of each chromosome, in bp.
    flank : int, optional
        What each region gets on either side, in bp.
    resize : int, optional
        What each region is long, in bp, around its summit or, without one, its middle; see
        :meth:`Interval.centred`. Of the two, one at most.

    Returns
    -------
    Regions
        In the same order. What would lie beyond an end of a chromosome is cut off.

    Examples
    --------
    >>> site = Interval("chr1", 100, 101, "tss")
    >>> [each.locus for each in widened([site], {"chr1": 130}, flank=50)]
    ['chr1:51-130']
    >>> [each.locus for each in widened([site], {"chr1": 130}, resize=4)]
    ['chr1:99-102']
    """
    columns = Regions.of(regions)
    start, end = columns.start, columns.end
    if flank is not None:
        start, end = start - flank, end + flank
    elif resize is not None:
        start = columns.centred(resize)
        end = start + resize
    else:
        return columns
    start, end = np.maximum(start, 0), np.minimum(end, columns.sizes(chrom_sizes))
    summit = columns.summit
    summit[summit >= 0] += (columns.start - start)[summit >= 0]
    return columns.moved(start, end, summit)


def said_of_lengths(
    regions: Sequence[Interval], *, flank: int | None = None, resize: int | None = None
) -> list[str]:
    """Return what a user should know of the lengths of the regions that are scanned.

    Parameters
    ----------
    regions : sequence of Interval
        As they are scanned.
    flank, resize : int, optional
        How they were widened; see :func:`widened`.

    Examples
    --------
    >>> said_of_lengths([Interval("chr1", 0, 200)])
    []
    """
    said = []
    if flank is not None:
        said.append(f"--flank {flank}: every region has {flank:,} bp more on either side")
    if resize is not None:
        said.append(
            f"--resize {resize}: every region is {resize:,} bp long, around its summit or middle"
        )
    lengths = Regions.of(regions).lengths
    if resize is not None and (cut := int((lengths < resize).sum())):
        said.append(f"{cut:,} of them are shorter: they reach an end of their chromosome")
    short = int((lengths < SHORT_BP).sum())
    if short:
        some = f"{short:,} of {len(lengths):,} regions are"
        least = int(lengths.min())
        said.append(
            f"warning: {some} shorter than {SHORT_BP} bp (the "
            f"shortest has {least}), and tracks hold the bases of regions alone; --flank 100 adds "
            "100 bp on either side, --resize 200 makes every region 200 bp long"
        )
    return said


def said_of_loose(lengths: Sequence[int]) -> list[str]:
    """Return what a user should know of the lengths of loose sequences, a line each.

    Parameters
    ----------
    lengths : sequence of int
        Of all of them, in bp: what a model reads where it could read more.

    Examples
    --------
    >>> said_of_loose([200, 20])
    []
    """
    short = sum(length < SHORT_BP for length in lengths)
    if not short:
        return []
    return [
        f"warning: {short:,} of {len(lengths):,} sequences are shorter than {SHORT_BP} bp (the "
        f"shortest has {min(lengths)}): hardly a binding site, and nobody has tested what a model "
        "says of them"
    ]


def said_of_window(name: str, window_bp: int, trained_bp: int | None) -> list[str]:
    """Return what a user should know of a window that is unlike those of training.

    Parameters
    ----------
    name : str
        The user's name of the model.
    window_bp : int
        What it will read, in bp.
    trained_bp : int or None
        What it was trained on, in bp; None where that is not known.

    Examples
    --------
    >>> said_of_window("cnn", 250, 200)
    []
    """
    if trained_bp is None or trained_bp / FAR < window_bp < trained_bp * FAR:
        return []
    return [
        f"warning: {name}: --window {window_bp} is far from the {trained_bp:,} bp that the model "
        "was trained on; what it says of such windows nobody has tested"
    ]
