"""What needs the models: a chunk of drawn regions explained, altered and scored, for all models."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gtrack.core.intervals import Interval
from gtrack.core.sequences import base_codes
from gtrack.core.site_masks import SiteMasks, WindowSites
from gtrack.core.targets import Target
from gtrack.evaluation import sheet as told
from gtrack.evaluation.flips import RANDOM, Flips, letters
from gtrack.evaluation.sanity import shift_consistency
from gtrack.evaluation.similarity import pearson
from gtrack.evaluation.window_maps import WindowMap, noise
from gtrack.io.fasta import Genome
from gtrack.models.twins import permuted
from gtrack.workflows.evaluating.job import EvaluateJob
from gtrack.workflows.evaluating.reading import ModelReader, subject, subject_of_both
from gtrack.workflows.evaluating.windows import another, common

ISM = "ism"
SHIFT = 1  # bp

Value = tuple[str, str, str, str, str, float]
"""Model, target, method, metric, level and value."""


@dataclass(slots=True)
class ChunkResult:
    """What was found out about some drawn regions, ready for JSON.

    Attributes
    ----------
    values : list of lists
        A list of :data:`Value` per region.
    curves : dict
        By model and target, method and ``morf`` or ``lerf``: a curve per region.
    maps : dict
        By model and target, and method: the bases of the first regions, for a figure.
    called : list of dicts
        Per region, the probability of each target by its stem.
    """

    values: list[list[Any]]
    curves: dict[str, Any] = field(default_factory=dict)
    maps: dict[str, Any] = field(default_factory=dict)
    called: list[dict[str, float]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """One target of one model over a chunk: its windows and its map by the scan's own method."""

    reader: ModelReader
    target: Target
    windows: list[Interval]
    maps: list[WindowMap]


class Examiner:
    """Examines drawn regions with all models of a scan.

    Parameters
    ----------
    job : EvaluateJob
    method : str
        The scan's own.
    readers : sequence of ModelReader
    genome : Genome
    truth : SiteMasks or None
    tick : callable
        Told of regions done, of one model.
    """

    def __init__(
        self,
        job: EvaluateJob,
        method: str,
        readers: Sequence[ModelReader],
        genome: Genome,
        truth: SiteMasks | None,
        tick: Callable[[str, int], None],
    ) -> None:
        self._job, self._method, self._readers = job, method, readers
        self._genome, self._truth, self._tick = genome, truth, tick

    def examine(self, regions: Sequence[tuple[int, Interval]], *, keep: int) -> ChunkResult:
        """Examine regions, given with their rows; keep maps of the first `keep` for a figure."""
        result = ChunkResult([[] for _ in regions], called=[{} for _ in regions])
        examined: list[Examined] = []
        for reader in self._readers:
            examined += self._model(reader, regions, result, keep)
            self._tick(reader.name, len(regions))
        if self._job.wants("similarity"):
            for at, first in enumerate(examined):
                for second in examined[at + 1 :]:
                    _compare(first, second, self._method, result)
        return result

    def _model(
        self,
        reader: ModelReader,
        regions: Sequence[tuple[int, Interval]],
        result: ChunkResult,
        keep: int,
    ) -> Iterator[Examined]:
        sizes = self._genome.chrom_sizes
        windows = [reader.window(region, sizes[region.chrom]) for _, region in regions]
        texts = [self._genome.fetch(w.chrom, w.start, w.end) for w in windows]
        work = _ModelWork(self, reader, windows, texts, [row for row, _ in regions])
        for place, target in enumerate(reader.targets):
            for at, values in enumerate(work.values(place)):
                result.values[at] += [(*subject(target), *each) for each in values]
                result.called[at][target.stem] = work.read.probabilities[place][at]
            result.curves[target.stem] = work.curves[place]
            result.maps[target.stem] = {
                method: [each.bases.tolist() for each in maps[place][:keep]]
                for method, maps in work.maps.items()
            }
            yield Examined(reader, target, windows, work.read.maps[place])

    # What one model's work asks of it.

    @property
    def job(self) -> EvaluateJob:
        """What was asked for."""
        return self._job

    def sites(self, window: Interval) -> WindowSites | None:
        """Return the truth of a window; None without truth."""
        if self._truth is None:
            return None
        return self._truth.whole(window.chrom, window.start, window.end)

    def shifted(self, window: Interval) -> tuple[str, int]:
        """Return a window `SHIFT` bases on, and by how much it really moved."""
        size = self._genome.chrom_sizes[window.chrom]
        by = SHIFT if window.end + SHIFT <= size else 0
        return self._genome.fetch(window.chrom, window.start + by, window.end + by), by


class _ModelWork:
    """All of one model over a chunk of windows."""

    def __init__(
        self,
        examiner: Examiner,
        reader: ModelReader,
        windows: Sequence[Interval],
        texts: Sequence[str],
        rows: Sequence[int],
    ) -> None:
        self._examiner, self._reader, self._windows = examiner, reader, windows
        self._texts, self._rows = texts, rows
        self._strands = [window.strand for window in windows]
        self._others = [another(windows, at) for at in range(len(windows))]
        job = examiner.job
        self._main, *others = reader.methods(job.methods)
        self.read = reader.explained(texts, self._strands, self._main)
        self.maps = {self._main: self.read.maps}
        for method in others:
            self.maps[method] = reader.explained(texts, self._strands, method).maps
        with permuted(reader.model.network, job.seed):
            twin = reader.explained(texts, self._strands, self._main)
        self._twin = twin.maps
        self.curves: list[dict[str, Any]] = [{} for _ in reader.targets]
        self._flipped = self._flip() if job.wants("faithfulness") else None
        asked = job.wants("faithfulness")
        self._left_out = self._reader.left_out(self._texts, self._strands) if asked else None
        self._sane = list(self._sanity()) if job.wants("sanity") else None

    def values(self, place: int) -> Iterator[list[tuple[str, str, str, float]]]:
        """Yield method, metric, level and value of every metric, window by window."""
        main, tokens = self._main, self._reader.reads_tokens
        for at, window in enumerate(self._windows):
            maps = {method: found[place][at] for method, found in self.maps.items()}
            other = self._others[at]
            sites, score = self._examiner.sites(window), self.read.scores[place][at]
            controls = self._controls(place, at, other)
            found = list(told.of_maps({**maps, **controls}, sites, tokens))
            for method, each in maps.items():
                if method not in (main, ISM):  # agreement with ISM is faithfulness
                    found += told.of_pair(f"{main} ~ {method}", maps[main], each, maps[main])
            found += told.completeness(maps, score)
            found += self._referees(place, at, other, maps, score)
            if self._flipped is not None:
                for method, told_of in self._flipped[place][at].items():
                    found += [(method, name, "window", value) for name, value in told_of.items()]
            if self._sane is not None:
                found += self._sane[place][at]
            yield found

    def _seed(self, at: int) -> int:
        """Return the seed of a window's chance: of its row, and of what the user gave."""
        return self._examiner.job.seed * 1_000_003 + self._rows[at]

    def _controls(self, place: int, at: int, other: int | None) -> dict[str, WindowMap]:
        """Return maps that should lose: chance, another window's, an untrained model's."""
        own = self.read.maps[place][at]
        controls = {RANDOM: WindowMap.of_bases(noise(len(own.bases), self._seed(at), 5))}
        if other is not None and self.read.maps[place][other].bases.shape == own.bases.shape:
            controls[told.SHUFFLED] = self.read.maps[place][other]
        return {**controls, told.UNTRAINED: self._twin[place][at]}

    def _referees(
        self, place: int, at: int, other: int | None, maps: Mapping[str, WindowMap], score: float
    ) -> Iterator[tuple[str, str, str, float]]:
        if not self._examiner.job.wants("faithfulness"):
            return
        judged = {method: each for method, each in maps.items() if method != ISM}
        if ISM in maps:
            apart = None if other is None else self.maps[ISM][place][other]
            yield from told.of_ism(judged, maps[ISM], apart, score, self._reader.reads_tokens)
        if self._left_out is not None:
            apart = None if other is None else self._left_out[place][other]
            yield from told.of_masks(judged, self._left_out[place][at], apart)

    def _flip(self) -> list[list[dict[str, dict[str, float]]]]:
        """Alter the windows as every map says, and score them; by target, then by window."""
        job = self._examiner.job
        found: list[list[dict[str, dict[str, float]]]] = []
        for place in range(len(self._reader.targets)):
            flips = []
            for at, text in enumerate(self._texts):
                controls = self._controls(place, at, self._others[at])
                controls.pop(RANDOM)  # flips have their own
                maps = {m: each[place][at].bases for m, each in self.maps.items()}
                maps |= {m: each.bases for m, each in controls.items()}
                seed = self._seed(at)
                flips.append(
                    Flips(base_codes(text), maps, steps=job.steps, draws=job.draws, seed=seed)
                )
            found.append([])
            for at, flip in enumerate(flips):
                altered = letters(flip.altered())
                scores = self._reader.scores(altered, [self._strands[at]] * len(altered))[place]
                whole = self.read.scores[place][at]
                found[place].append(flip.metrics(whole, scores))
                for method, curve in flip.curves(whole, scores).items():
                    kept = self.curves[place].setdefault(method, {"morf": [], "lerf": []})
                    kept["morf"].append(curve.morf.tolist())
                    kept["lerf"].append(curve.lerf.tolist())
        return found

    def _sanity(self) -> Iterator[list[list[tuple[str, str, str, float]]]]:
        """Yield, by target, what each window's controls of sanity tell."""
        main, reader = self._main, self._reader
        moved = [self._examiner.shifted(window) for window in self._windows]
        shifted = reader.explained([text for text, _ in moved], self._strands, main).maps
        both = [at for at, s in enumerate(self._strands) if reader.strand_of(s) == "both"]
        texts = [self._texts[at] for at in both]
        strands = [reader.on_strand(texts, s, main) for s in ("forward", "reverse") if both]
        for place in range(len(reader.targets)):
            rows = []
            for at, (_, by) in enumerate(moved):
                own = self.read.maps[place][at]
                found = list(told.of_twin(main, own, self._twin[place][at]))
                if by:
                    value = shift_consistency(own.bases, shifted[place][at].bases, by)
                    found.append((main, "shift_consistency", "base", value))
                if at in both:
                    value = pearson(*(each[place][both.index(at)].bases for each in strands))
                    found.append((main, "strand_consistency", "base", value))
                rows.append(found)
            yield rows


def _compare(first: Examined, second: Examined, method: str, result: ChunkResult) -> None:
    """Compare the maps of two targets of a scan on the bases that both read."""
    if first.reader.name == second.reader.name:
        return
    names, label = subject_of_both(first.target, second.target)
    if second.reader.reads_tokens < first.reader.reads_tokens:
        first, second = second, first
    cut = [common(*each) for each in zip(first.windows, second.windows, strict=True)]
    widest = max(first.windows, second.windows, key=lambda windows: max(map(len, windows)))
    for at, (low, high) in enumerate(cut):
        one = first.maps[at].cut(low - first.windows[at].start, high - first.windows[at].start)
        two = second.maps[at].cut(low - second.windows[at].start, high - second.windows[at].start)
        tokens = two if second.reader.reads_tokens else None
        found = list(told.of_pair(method, one, two, tokens))
        other = another(widest, at)
        begin, end = (0, 0) if other is None else cut[other]
        if other is not None and end - begin == high - low:
            start = second.windows[other].start
            apart = second.maps[other].cut(begin - start, end - start)
            found += told.of_pair(told.SHUFFLED, one, apart, apart if tokens else None)
        result.values[at] += [(names, label, *each) for each in found]
