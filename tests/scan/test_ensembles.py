"""Scores as tracks, and ensembles, through the command line."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from gtrack.core.scan.member_values import combine
from gtrack.io.bigwig import BigWigReader
from gtrack.io.null_files import read_null
from gtrack.io.table_rows import read_table
from gtrack.io.tables import OPTIONAL, WINDOW_COLUMNS
from gtrack.publish.manifest import read_manifest
from tests.seeds import jittered

NAMES = ("a", "b", "c")
BOTH = ("--score-track", "--ensemble", "all=a,b,c")
REGIONS = "chr2\t2900\t3100\tinto N\t0\t.\nchr2\t6000\t6300\tlong\t0\t+\n"


@pytest.fixture(scope="session")
def seeds(tmp_path_factory, make_cnn):
    root = tmp_path_factory.mktemp("seeds")
    base = make_cnn(root / "base", labels=3)
    return {name: jittered(root / name, base, seed) for seed, name in enumerate(NAMES)}


@pytest.fixture
def asked(inputs, seeds):
    """Return the options of a scan of three seeds."""
    inputs.bed.write_text(REGIONS)
    options = ["--bed", inputs.bed, "--fasta", inputs.fasta, "--no-passport"]
    options += ["--target", "strong"]
    return [*options, *(part for n in NAMES for part in ("--model", f"{n}={seeds[n]}"))]


def published(out: Path) -> dict[str, bytes]:
    """Return all that is published, by path."""
    files = (path for folder in ("tracks", "null") for path in (out / folder).glob("*"))
    tops = ("manifest.json", "igv_session.json", "igv_session.xml", "windows.tsv", "regions.tsv")
    return {
        str(path.relative_to(out)): path.read_bytes() for path in (*files, *map(out.joinpath, tops))
    }


def values(out: Path, name: str, regions=(("chr2", 2900, 3100), ("chr2", 6000, 6300))):
    with BigWigReader(out / "tracks" / name) as track:
        return np.concatenate([track.values(*each) for each in regions])


def test_the_tracks_are_what_the_arithmetic_says(run, asked, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran = run("scan", *asked, "--null-bases", 10_000, "--out", out, *BOTH)
    found = combine([values(out, f"{name}.relevance.bw") for name in NAMES])
    assert 0 < np.isnan(found.mean).sum() < len(found.mean), "the region goes into N"
    for name, each in (("relevance", found.mean), ("sd", found.sd), ("agreement", found.agreement)):
        np.testing.assert_array_equal(values(out, f"all.{name}.bw"), each)
    assert f"in {found.agreed / found.signed:.1%} of the {found.signed:,} bases" in ran.err
    nulls = [read_null(out / f"null/{name}.npz") for name in (*NAMES, "all")]
    for *members, mean in zip(*nulls, strict=True):
        assert combine([m.relevance for m in members]).mean.tobytes() == mean.relevance.tobytes()
    manifest = read_manifest(out / "manifest.json")
    assert [model["name"] for model in manifest.models] == ["a", "b", "c", "all"]
    assert manifest.models[-1]["members"] == ["a", "b", "c"]
    kinds = [(track.kind, track.model) for track in manifest.tracks]
    assert kinds == [
        *(("relevance", name) for name in (*NAMES, "all")),
        *(("sd", "all"), ("agreement", "all")),
        *(("score", name) for name in (*NAMES, "all")),
    ]
    assert {t.unit for t in manifest.tracks if t.kind in ("score", "sd")} == {"logit"}
    assert run("verify", out).code == 0


def test_scores_are_those_of_the_table_at_every_owned_base(run, asked, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("scan", *asked, "--out", out, *BOTH)
    means: dict[tuple[str, int], list[float]] = {}
    for row in read_table(out / "windows.tsv", WINDOW_COLUMNS, optional=OPTIONAL):
        key = row["model"], int(row["own_start"]), int(row["own_end"])
        means.setdefault(key, []).append(float(row["score"]))
    for (model, start, end), scores in means.items():
        assert len(scores) == 2, "both strands"
        owned = values(out, f"{model}.score.bw", [("chr2", start, end)])
        assert set(owned.tolist()) == {np.float32(sum(scores) / 2)}
    of_members = [values(out, f"{name}.score.bw") for name in NAMES]
    assert np.isfinite(of_members).all(), "N that a window owns has its score"
    np.testing.assert_allclose(values(out, "all.score.bw"), np.mean(of_members, axis=0), rtol=1e-6)


def test_members_are_as_without_and_what_is_added_later_is_the_same(
    run, asked, seeds, tmp_path: Path
) -> None:
    """At the scan, at a merge of shards, in any order, or from a finished scan without a model."""
    bare, once = tmp_path / "bare", tmp_path / "once"
    null = ("--null-bases", 10_000)
    run("scan", *asked, *null, "--out", bare)
    assert not (bare / "plan/beside.json").exists()
    run("scan", *asked, *null, "--out", once, *BOTH)
    before, whole = published(bare), published(once)
    for name, data in before.items():
        if not name.startswith(("manifest", "igv_session")):
            assert whole[name] == data, name
    later = tmp_path / "later"
    shutil.copytree(bare, later)
    (later / "run.local.json").unlink()  # no model, and no word of where they were
    run("merge", later, "--ensemble", "all=c,a,b")
    run("merge", later, "--score-track")
    assert published(later) == whole
    assert "nothing to do" in run("merge", later).err
    cut = tmp_path / "cut"
    run("plan", *asked, *null, "--out", cut, "--shards", 2, *BOTH)
    for shard in (1, 0):
        run("scan", "--plan", cut, "--shard", shard)
    run("merge", cut)
    assert published(cut) == whole
    resumed = tmp_path / "resumed"
    shutil.copytree(bare, resumed)
    run("scan", *asked, *null, "--out", resumed, *BOTH, "--resume")
    assert published(resumed) == whole


def test_what_is_gone_is_made_again(run, asked, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("scan", *asked, "--null-bases", 10_000, "--out", out, *BOTH)
    whole = published(out)
    for gone in ("tracks/all.relevance.bw", "tracks/b.score.bw", "null/all.npz"):
        (out / gone).unlink()
        run("scan", *asked, "--null-bases", 10_000, "--out", out, "--resume")
        assert published(out) == whole, gone
    (out / "tracks/b.relevance.bw").unlink()  # of a model: all of it is scanned again
    run("scan", *asked, "--null-bases", 10_000, "--out", out, "--resume")
    assert published(out) == whole


def test_a_null_that_comes_later_is_the_ensembles_too(run, asked, tmp_path: Path) -> None:
    out, once = tmp_path / "out", tmp_path / "once"
    run("scan", *asked, "--out", out, *BOTH)
    run("scan", *asked, "--out", out, "--null-bases", 10_000, "--resume")
    run("scan", *asked, "--out", once, "--null-bases", 10_000, *BOTH)
    assert published(out) == published(once)


def test_equal_members_are_their_mean(run, asked, seeds, tmp_path: Path) -> None:
    out = tmp_path / "out"
    options = asked[: asked.index("--model")]
    models = [part for name in ("x", "y") for part in ("--model", f"{name}={seeds['a']}")]
    run("scan", *options, *models, "--out", out, "--ensemble", "same=x,y", "--score-track")
    track = [(out / f"tracks/{name}.relevance.bw").read_bytes() for name in ("x", "y", "same")]
    assert len(set(track)) == 1
    assert not np.nan_to_num(values(out, "same.sd.bw")).any()
    relevance, agreement = values(out, "x.relevance.bw"), values(out, "same.agreement.bw")
    known = np.isfinite(relevance)
    assert (agreement[known] == (relevance[known] != 0)).all()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--ensemble", "all=a"), "two models or more"),
        (("--ensemble", "all=a,zz"), "no model zz"),
        (("--ensemble", "a=b,c"), "is taken"),
        (("--ensemble", "all=a,b", "--ensemble", "all=b,c"), "given twice"),
        (("--ensemble", "all"), "write NAME=MODEL"),
        (("--ensemble", "all=a,b", "--window", "b=100", "--stride", "b=100"), "window, in bp"),
        (("--ensemble", "all=a,b", "--stride", "b=50"), "stride, in bp"),
        (("--ensemble", "all=a,b", "--outputs", "b=labels"), "their outputs"),
    ],
)
def test_what_cannot_be_averaged_leaves_nothing(run, asked, tmp_path, options, said) -> None:
    out = tmp_path / "out"
    ran = run("scan", *asked, "--out", out, *options, code=None)
    assert ran.code
    assert said in ran.error
    assert not (out / "plan").exists()


def test_another_ensemble_of_the_same_name_is_refused(run, asked, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("scan", *asked, "--out", out, "--ensemble", "two=a,b")
    whole = published(out)
    ran = run("merge", out, "--ensemble", "two=a,c", code=None)
    assert "give this one another name" in ran.error
    note = tmp_path / "x.bed"
    note.write_text("chr2\t10\t20\n")
    ran = run("annotate", out, f"two-sd={note}", code=None)
    assert "has this name" in ran.error
    run("annotate", out, f"q-sd={note}")
    ran = run("merge", out, "--ensemble", "q=a,c", code=None)
    assert "the annotation q-sd has the name" in ran.error
    run("annotate", out, "--remove", "q-sd")
    assert {**published(out)} == whole


def test_a_name_is_taken_before_the_first_merge(run, asked, tmp_path: Path) -> None:
    out, note = tmp_path / "out", tmp_path / "x.bed"
    note.write_text("chr2\t10\t20\n")
    run("plan", *asked, "--out", out, "--annotation", f"two={note}")
    ran = run("merge", out, "--ensemble", "two=a,b", code=2)
    assert "the annotation two has the name of a track" in ran.error
    assert not (out / "plan/beside.json").exists()


def test_all_targets_are_averaged_each_by_itself(run, asked, tmp_path: Path) -> None:
    out = tmp_path / "out"
    at = asked.index("--target")
    rest = [*asked[:at], *asked[at + 2 :]]
    run("scan", *rest, "--target", "all", "--out", out, *BOTH, "--null-bases", 10_000)
    for label in ("none", "weak", "strong"):
        found = combine([values(out, f"{name}.{label}.relevance.bw") for name in NAMES])
        np.testing.assert_array_equal(values(out, f"all.{label}.relevance.bw"), found.mean)
    rows = read_table(out / "windows.tsv", WINDOW_COLUMNS, optional=OPTIONAL)
    row = [r for r in rows if (r["model"], r["target"]) == ("b", "weak")][:2]
    place = [("chr2", int(row[0]["own_start"]), int(row[0]["own_end"]))]
    assert values(out, "b.weak.score.bw", place)[0] == pytest.approx(
        sum(float(r["score"]) for r in row) / 2, rel=1e-6
    )
    titles = [t.shown for t in read_manifest(out / "manifest.json").tracks if t.kind == "score"]
    assert titles[-1] == "all: strong score (logit)"


def test_overwriting_takes_all_of_it_away(run, asked, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("scan", *asked, "--out", out, *BOTH, "--null-bases", 10_000)
    manifest = (out / "manifest.json").read_bytes()
    (out / "manifest.json").unlink()  # as if killed before it was published
    run("scan", *asked, "--out", out, "--overwrite")
    assert manifest != (out / "manifest.json").read_bytes()
    assert sorted(path.name for path in (out / "tracks").iterdir()) == [
        f"{name}.relevance.bw" for name in NAMES
    ]
    assert not (out / "plan/beside.json").exists()
    assert not (out / "null").exists()


@pytest.mark.parametrize("text", ["{", "[]", '{"score_track": 1}', '{"ensembles": {"x": 3}}'])
def test_a_damaged_record_is_refused(run, asked, tmp_path: Path, text: str) -> None:
    out = tmp_path / "out"
    run("scan", *asked, "--out", out, *BOTH)
    (out / "plan/beside.json").write_text(text)
    ran = run("merge", out, code=None)
    assert "beside.json: damaged" in ran.error


def test_a_damaged_table_is_refused(run, asked, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("scan", *asked, "--out", out)
    lines = (out / "windows.tsv").read_text().splitlines(keepends=True)
    manifest = json.loads((out / "manifest.json").read_text())
    del manifest["files"]  # of an earlier version, which kept no record of it
    (out / "manifest.json").write_text(json.dumps(manifest))
    (out / "windows.tsv").write_text("".join(lines[:-1]))
    ran = run("merge", out, "--score-track", code=None)
    assert "is not the table of this scan's windows" in ran.error
    assert not list((out / "tracks").glob("*.score.bw"))


def test_the_reverse_strand_alone_is_its_score(run, asked, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("scan", *asked, "--strand", "reverse", "--out", out, *BOTH)
    rows = read_table(out / "windows.tsv", WINDOW_COLUMNS, optional=OPTIONAL)
    row = next(iter(rows))
    place = [("chr2", int(row["own_start"]), int(row["own_end"]))]
    assert values(out, f"{row['model']}.score.bw", place)[0] == np.float32(float(row["score"]))


def test_a_window_of_nothing_but_n_has_a_score_and_no_relevance(
    run, inputs, asked, tmp_path: Path
) -> None:
    gap = re.search("N{130,}", inputs.genome["chr2"])
    assert gap is not None
    place = ("chr2", gap.start(), gap.start() + 128)  # what the model reads
    inputs.bed.write_text(f"chr2\t{place[1]}\t{place[2]}\nchr2\t6000\t6300\n")
    out = tmp_path / "out"
    run("scan", *asked, "--out", out, *BOTH)
    for name in ("all.relevance.bw", "all.sd.bw", "all.agreement.bw", "a.relevance.bw"):
        assert np.isnan(values(out, name, [place])).all(), name
    for name in (*NAMES, "all"):
        scores = values(out, f"{name}.score.bw", [place])
        assert len(set(scores.tolist())) == 1
        assert np.isfinite(scores).all()


class Killed(BaseException):
    """A run that ended between two files."""


def test_killed_at_whatever_file_the_same_command_does_the_rest(
    run, asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare, whole = tmp_path / "bare", tmp_path / "whole"
    run("scan", *asked, "--out", bare)
    shutil.copytree(bare, whole)
    run("merge", whole, *BOTH)
    wanted, rename = published(whole), Path.replace
    for last in range(1, 40):
        out, renamed = tmp_path / f"out{last}", []

        def replace(self: Path, target: Path, renamed=renamed, last=last) -> Path:
            renamed.append(target)
            if len(renamed) == last:
                raise Killed
            return rename(self, target)

        shutil.copytree(bare, out)
        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", replace)
            try:
                run("merge", out, *BOTH)
            except Killed:
                ended = False
            else:
                ended = True
        run("merge", out, *BOTH)
        assert published(out) == wanted, f"killed at {renamed[-1]}"
        assert {p.name for p in (out / "tracks").iterdir()} == {
            p.name for p in (whole / "tracks").iterdir()
        }, "no unfinished file is left"
        if ended:
            break
    assert last > 9, "the record, seven tracks, two sessions, the manifest"
