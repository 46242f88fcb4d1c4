"""Only what gtrack made goes: inputs and other people's files stay, whatever is run on a folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from gtrack.io.plan_folder import read_plan
from gtrack.workflows.folder.owned import FOLDERS, Owned, stranger
from tests.poison import poison

MAIL = ["--email", "me@example.org"]
LOOSE = ["--q", "1", "--gate", "0.1", "--p-sequence", "0.01"]


def tree(folder: Path) -> dict[str, bytes | str]:
    """Return every file's contents, and where each link leads."""
    return {
        str(path.relative_to(folder)): os.readlink(path) if path.is_symlink() else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


@pytest.fixture(scope="module")
def built(called_scan, write_meme, tmp_path_factory):
    """A folder with all that gtrack writes; tests copy it."""
    from click.testing import CliRunner

    from gtrack.cli import main

    inputs, finished = called_scan
    folder = tmp_path_factory.mktemp("built")
    out = Path(shutil.copytree(finished, folder / "out"))
    (folder / "genes.bed").write_text("chr2\t10\t900\tA\t0\t+\n")
    (folder / "m.meme").write_text(write_meme())
    scan = ["scan", *inputs.options(), "--out", out, "--resume", "--null-bases", 30_000]
    for command in (
        [*scan, f"--annotation=g={folder / 'genes.bed'}"],
        ["hits", out, "--motifs", folder / "m.meme", *LOOSE, "--all", "--loci"],
        ["hub", out, *MAIL],
        ["session", out, "--url", "https://example.org/x"],
        ["report", out],
        ["export", out, "--to", "finemo"],
    ):
        result = CliRunner().invoke(main, list(map(str, command)))
        assert result.exit_code == 0, result.output
    return inputs, folder


@pytest.fixture
def everything(built, tmp_path: Path):
    """A folder with all that gtrack writes, and files of the user's in each of its folders."""
    inputs, folder = built
    out = Path(shutil.copytree(folder / "out", tmp_path / "out"))
    motifs, bed = (Path(shutil.copy(path, tmp_path)) for path in (folder / "m.meme", inputs.bed))
    inputs = replace(inputs, bed=bed)
    scan = ["scan", *inputs.options(), "--out", out]
    made = set(tree(out))
    mine = {}
    for folder in ("", *FOLDERS):
        (out / folder).mkdir(exist_ok=True, parents=True)
        for name in ("mine.txt", "notes.tmp", "mine.bw.0123abcd.tmp", "cnn.hits.bed.tmp"):
            mine[str(Path(folder) / name)] = f"{folder} {name}".encode()
    (out / "hub.mine.new").mkdir()
    mine["hub.mine.new/x.bw"] = b"draft"
    for name, text in mine.items():
        (out / name).write_bytes(text)
    return inputs, out, scan, motifs, made, mine


def stays(out: Path, mine: dict[str, bytes]) -> None:
    there = tree(out)
    assert {name: there.get(name) for name in mine} == mine


def test_inputs_in_the_folder_are_not_deleted(run, finished) -> None:
    """A first case from the field: what was scanned is scanned again, from its own folder."""
    inputs, out, _ = finished
    before = tree(out)
    own = ["--bed", out / "regions.bed", "--fasta", out / "genome/genome.fa"]
    models = inputs.options()[4:]
    ran = run("scan", *own, *models, "--out", out, "--overwrite", code=2)
    assert ran.error == (
        f"gtrack: error: --bed {out}/regions.bed: lies in the folder of the scan, where "
        f"--overwrite removes {out}/regions.bed; copy it elsewhere first"
    )
    assert tree(out) == before


def test_a_foreign_folder_is_not_overwritten(run, inputs, tmp_path: Path) -> None:
    """A second: a folder with a manifest.json, a genome and hits of another program."""
    out = tmp_path / "theirs"
    for name in ("manifest.json", "genome/x.fa", "hits/mine.txt"):
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text('{"name": "a web app"}')
    before = tree(out)
    for options in (["--overwrite"], ["--resume"], []):
        ran = run("scan", *inputs.options("cnn"), "--out", out, *options, code=2)
        assert f"{out / 'manifest.json'}: is there and is no manifest of gtrack's" in ran.error
        assert ran.err.count("\n") == 1
        assert tree(out) == before
    run("plan", *inputs.options("cnn"), "--out", out, code=2)
    assert tree(out) == before


@pytest.mark.parametrize("name", ["genome/x.fa", "hits/mine.txt", "plan/mine.json", "tracks/a.bw"])
def test_somebody_elses_folders_make_no_scan(run, inputs, tmp_path: Path, name: str) -> None:
    out = tmp_path / "theirs"
    (out / name).parent.mkdir(parents=True)
    (out / name).write_text("mine")
    for option in ("--overwrite", "--resume"):
        ran = run("scan", *inputs.options("cnn"), "--out", out, option, code=2)
        assert "a scan only, and this folder holds" in ran.error
        assert tree(out) == {name: b"mine"}


def test_what_is_made_is_known_to_be_ours(run, everything) -> None:
    """A law: of a folder with everything in it, what we own is what was made, less the exports."""
    _, out, _, _, made, mine = everything
    exports = {name for name in made if name.startswith("export/")}
    owned = {str(path.relative_to(out)) for path in Owned.of(out).there()}
    assert owned == made - exports
    assert not owned & mine.keys()
    plan = read_plan(out / "plan")
    names = {f"shards/{k:06d}.npz" for k in range(plan.n_shards)}
    assert names <= Owned.of(out).names


def test_overwriting_leaves_what_is_not_ours(run, everything) -> None:
    inputs, out, scan, _, _, mine = everything
    run(*scan, "--overwrite")
    stays(out, mine)
    there = set(tree(out)) - mine.keys()
    assert not any(name.startswith(("hub", "report", "null", "hits", "annot")) for name in there)
    shutil.copytree(out, out.with_name("first"))
    inputs.bed.write_text("chr2\t4000\t4100\n")
    run(*scan, "--overwrite")
    stays(out, mine)
    assert set(tree(out)) - mine.keys() == there
    track = "tracks/cnn.relevance.bw"
    assert (out / track).read_bytes() != (out.with_name("first") / track).read_bytes()


def test_every_other_verb_leaves_it_too(run, everything) -> None:
    _, out, scan, motifs, _, mine = everything
    run("hits", out, "--motifs", motifs)
    stays(out, mine)
    run("hub", out, *MAIL, "--link")
    stays(out, mine)
    run("report", out)
    run("export", out, "--to", "finemo", "--overwrite")
    run(*scan, "--resume")
    stays(out, mine)
    run(*scan, "--resume", "--null-bases", 40_000)  # hits of another null go
    stays(out, mine)
    assert set(tree(out / "hits")) == {Path(n).name for n in mine if n.startswith("hits/")}
    (out / "manifest.json").unlink()
    run(*scan, "--resume", "--null-bases", 40_000)
    run("merge", out)
    stays(out, mine)


def test_a_failed_scan_leaves_it_too(run, everything, tmp_path: Path) -> None:
    inputs, out, scan, _, _, mine = everything
    broken = [each.replace(str(inputs.models["cnn"]), str(tmp_path)) for each in map(str, scan)]
    run(*broken, "--overwrite", code=4)
    stays(out, mine)
    assert (out / "manifest.json").exists(), "nothing goes before all inputs are found good"
    poisoned = Path(shutil.copytree(inputs.models["cnn"], tmp_path / "poisoned"))
    poison(poisoned, "blocks.1.conv.weight", 3e38)
    broken = [each.replace(str(inputs.models["cnn"]), str(poisoned)) for each in map(str, scan)]
    assert "NaN or infinity" in run(*broken, "--overwrite", code=4).error
    stays(out, mine)
    assert not (out / "manifest.json").exists()
    run(*scan, "--overwrite")  # the same command works once the cause is mended
    stays(out, mine)


class Dying:
    """In the place of `Path.unlink`: ends the run at the n-th file."""

    def __init__(self, at: int) -> None:
        self.left, self.unlink = at, Path.unlink

    def __get__(self, path: Path, owner: type[Path]):
        def unlink(missing_ok: bool = False) -> None:
            if not self.left:
                raise KeyboardInterrupt
            self.left -= 1
            self.unlink(path, missing_ok)

        return unlink


def test_a_removal_that_was_cut_short_is_taken_up(everything, monkeypatch, tmp_path) -> None:
    """Killed at any file, the folder is still a scan's, and a second removal leaves the same."""
    _, out, _, _, made, mine = everything
    kept = mine.keys() | {name for name in made if name.startswith("export/")}
    for at in range(1000):
        copy = Path(shutil.copytree(out, tmp_path / "copy", symlinks=True))
        with monkeypatch.context() as patch:
            patch.setattr(Path, "unlink", Dying(at))
            try:
                Owned.of(copy).remove()
            except KeyboardInterrupt:
                killed = True
            else:
                killed = False
        assert stranger(copy) is None
        Owned.of(copy).remove()
        assert set(tree(copy)) == kept | {"run.local.json"}, at
        shutil.rmtree(copy)
        if not killed:
            break
    assert 30 < at < 999


INPUTS = [
    ("--bed", "regions.bed"),
    ("--fasta", "genome/genome.fa"),
    ("--annotation", "annotations/g.bed"),
    ("--motifs", "hits/cnn.motifs.tsv"),
    ("--projection", "tracks/cnn.relevance.bw"),
]


@pytest.mark.parametrize("way", ["itself", "a link to it", "a link to a link", "through .."])
@pytest.mark.parametrize(("option", "name"), INPUTS)
def test_an_input_that_would_go_is_refused(
    run, everything, tmp_path: Path, option: str, name: str, way: str
) -> None:
    _, out, scan, motifs, _, _ = everything
    given = out / name
    if name == "hits/cnn.motifs.tsv":  # motifs are read first, so they must be some
        shutil.copy(motifs, given)
    if way.startswith("a link"):
        given = tmp_path / f"link{given.suffix}"
        given.symlink_to(out / name)
        if way == "a link to a link":
            further = tmp_path / f"further{given.suffix}"
            further.symlink_to(given.name)
            given = further
    elif way == "through ..":
        given = out / "tracks" / ".." / ".." / out.name / name
    text = {"--annotation": f"g={given}", "--projection": f"weighted={given}"}.get(option, given)
    before = tree(out)
    ran = run(*scan, "--overwrite", option, text, code=2)
    assert f"{given}: lies in the folder of the scan" in ran.error
    assert f"--overwrite removes {out / name}; copy it elsewhere first" in ran.error
    assert tree(out) == before


def test_a_link_of_ours_that_is_an_input_is_refused(run, finished, tmp_path: Path) -> None:
    """The genome in the folder is a link to the one outside: the link is what would go."""
    inputs, out, _ = finished
    copy = out / "genome/genome.fa"
    copy.unlink()
    copy.symlink_to(inputs.fasta)
    command = ["scan", *inputs.options(fasta=copy), "--out", out, "--overwrite"]
    assert f"--overwrite removes {copy}" in run(*command, code=2).error
    further = tmp_path / "further.fa"
    further.symlink_to(copy)
    command[command.index(str(copy))] = further
    assert f"--overwrite removes {copy}" in run(*command, code=2).error
    whole = inputs.fasta.read_bytes()
    run("scan", *inputs.options(), "--out", out, "--overwrite")
    assert not copy.is_symlink(), "a link in the place of a file of ours is not followed"
    assert inputs.fasta.read_bytes() == whole


def test_models_in_and_around_the_folder(run, finished, tmp_path: Path, monkeypatch) -> None:
    inputs, out, _ = finished
    inside = Path(shutil.copytree(inputs.models["cnn"], out / "models/cnn"))
    base = ["scan", "--bed", inputs.bed, "--fasta", inputs.fasta, "--overwrite"]
    run(*base, "--out", out, "--model", f"cnn={inside}")  # it does not go
    assert tree(inside) == tree(inputs.models["cnn"])
    for name in ("hub", "."):  # here files of ours lie among the model's
        shutil.copytree(inputs.models["cnn"], out / name, dirs_exist_ok=True)
    run("hub", out, *MAIL, code=2)
    ran = run(*base, "--out", out, "--model", f"cnn={out}", code=2)
    assert f"--model cnn={out}: lies in the folder of the scan" in ran.error
    below = inside / "out"
    run(*base, "--out", below, "--model", f"cnn={inside}")
    run(*base, "--out", below, "--model", f"cnn={inside}")
    assert (inside / "model.safetensors").exists()
    monkeypatch.chdir(below)
    run(*base, "--out", ".", "--model", f"cnn={inside}")
    ran = run(
        *base[:4], "genome/genome.fa", *base[5:], "--out", ".", *("--model", "cnn=.."), code=2
    )
    assert "--fasta genome/genome.fa: lies in the folder of the scan" in ran.error


def test_hits_keep_their_motifs(run, finished) -> None:
    _, out, motifs = finished
    run("hits", out, "--motifs", motifs)
    for name in ("cnn.motifs.tsv", "mine.meme"):
        shutil.copy(motifs, out / "hits" / name)
    before = tree(out)
    ran = run("hits", out, "--motifs", out / "hits/cnn.motifs.tsv", code=2)
    assert f"new hits replace {out}/hits/cnn.motifs.tsv; copy it elsewhere first" in ran.error
    assert tree(out) == before
    run("hits", out, "--motifs", out / "hits/mine.meme")
    assert (out / "hits/mine.meme").exists()


@pytest.mark.parametrize("name", [*(f for f in FOLDERS if f != "hub"), "manifest.json", ".lock"])
def test_no_link_leads_out(run, finished, tmp_path: Path, name: str) -> None:
    """A received folder in which a folder or file of ours is a link: nothing is written there."""
    inputs, out, motifs = finished
    outside = tmp_path / "outside"
    outside.mkdir()
    (out / "shards").mkdir()
    if (out / name).is_dir():
        shutil.copytree(out / name, outside / "x")
        shutil.rmtree(out / name)
    elif (out / name).exists():
        shutil.move(out / name, outside / "x")
    else:
        (outside / "x").write_text("precious")
    (out / name).parent.mkdir(exist_ok=True)
    (out / name).symlink_to(outside / "x")
    before = tree(tmp_path)
    for command in (
        ["scan", *inputs.options(), "--out", out, "--overwrite"],
        ["scan", *inputs.options(), "--out", out, "--resume", "--null-bases", 50_000],
        ["hits", out, "--motifs", motifs],
        ["hub", out, *MAIL],
        ["merge", out],
        ["scan", "--plan", out, "--shard", 0],
    ):
        ran = run(*command, code=None)
        assert ran.code in (2, 3)
        assert str(out / name) in ran.error
        assert "move it away" in ran.error
        assert ran.err.count("\n") == 1
        assert tree(tmp_path) == before


def test_links_in_the_place_of_files_are_replaced(run, everything, tmp_path: Path) -> None:
    _, out, scan, motifs, _, mine = everything
    victim = tmp_path / "victim"
    victim.write_text("precious")
    names = ["regions.tsv", "tracks/cnn.relevance.bw", "hits/cnn.hits.bed"]
    names += ["genome/genome.fa", "genome/genome.fa.fai", "plan/regions.tsv", "null/cnn.npz"]
    for name in names:
        (out / name).unlink()
        (out / name).symlink_to(victim)
    run(*scan, "--overwrite", "--null-bases", 30_000, "--motifs", motifs)
    assert victim.read_text() == "precious"
    assert not any((out / name).is_symlink() for name in names)
    stays(out, mine)


def test_a_page_or_a_file_of_somebody_elses_is_not_replaced(run, finished, tmp_path) -> None:
    inputs, out, _ = finished
    whole = inputs.fasta.read_bytes()
    for target in (inputs.fasta, out / "manifest.json", out / "regions.tsv"):
        before = target.read_bytes()
        ran = run("report", out, "--out", target, code=2)
        assert f"{target}: is there and is no report that gtrack made" in ran.error
        assert target.read_bytes() == before
    (out / "report.html").write_text("<html>mine")
    run("report", out, code=2)
    run("scan", *inputs.options(), "--out", out, "--overwrite")
    assert (out / "report.html").read_text() == "<html>mine"
    (out / "report.html").unlink()
    run("report", out)
    run("report", out)
    assert inputs.fasta.read_bytes() == whole
    (out / "export").symlink_to(tmp_path)
    ran = run("export", out, "--to", "finemo", "--overwrite", code=2)
    assert "export: a symbolic link; move it away, or give a folder" in ran.error


def test_a_demo_replaces_demos_only(finished, tmp_path: Path) -> None:
    from gtrack.core.errors import InputError
    from gtrack.workflows import demo
    from gtrack.workflows.folder.run_record import read_run

    _, out, _ = finished
    assert not demo._is_there(tmp_path / "new")
    with pytest.raises(InputError, match="holds no demo; choose another --out"):
        demo._is_there(out)
    record = read_run(out)
    record["annotations"] = dict.fromkeys(demo.ANNOTATIONS, "x")
    (out / "run.local.json").write_text(json.dumps(record))
    assert demo._is_there(out)
    (out / "run.local.json").unlink()
    with pytest.raises(InputError, match="holds no demo"):
        demo._is_there(out)


def test_a_hub_keeps_what_is_not_its_own(run, finished) -> None:
    _, out, _ = finished
    run("hub", out, *MAIL)
    (out / "hub/.htaccess").write_text("Header set Access-Control-Allow-Origin *")
    (out / "hub/sub").mkdir()
    (out / "hub/sub/x").write_text("mine")
    run("hub", out, *MAIL, "--genome", "hg38", code=None)
    run("hub", out, *MAIL, "--link")
    assert (out / "hub/.htaccess").read_text().startswith("Header")
    assert (out / "hub/sub/x").read_text() == "mine"
    assert not list(out.glob("hub.*"))
    # killed between two hubs
    shutil.copytree(out / "hub", out / "hub.0123abcd.old", symlinks=True)
    (out / "hub.0123abcd.old/other.txt").write_text("mine, too")
    (out / "hub.89abcdef.new").mkdir()
    (out / "hub.89abcdef.new/half.bw").write_text("half")
    run("hub", out, *MAIL)
    assert (out / "hub/other.txt").read_text() == "mine, too"
    assert {path.name for path in out.glob("hub.*")} == {"hub.0123abcd.old"}, "twice .htaccess"
    assert set(tree(out / "hub.0123abcd.old")) == {".htaccess", "sub/x"}
    # a name that the new one needs
    text = (out / "hub/hub.txt").read_text()
    (out / "hub/hub.txt").write_text(text.replace("genome.2bit", "other.2bit"))
    before = tree(out)
    assert "hub/genome.2bit: is there and is not gtrack's" in run("hub", out, *MAIL, code=2).error
    assert tree(out) == before


def test_a_full_disk_while_the_genome_is_copied(program, inputs, tmp_path: Path) -> None:
    """The limit on file sizes refuses as a full disk does."""
    genome = inputs.fasta.read_text() + ">far\n" + "ACGT" * 100_000 + "\n"
    inputs.fasta.write_text(genome)
    inputs.bed.write_text("chr2\t3900\t4100\n")
    out = tmp_path / "out"
    scan = ["scan", *inputs.options("cnn"), "--out", out]
    ran = program.start(*scan, file_limit=100_000).wait()
    assert ran.code == 3
    assert f"{out / 'genome/genome.fa'}: cannot write: File too large" in ran.error
    assert {path.name for path in (out / "genome").iterdir()} == {"chrom.sizes"}
    assert not list(out.rglob("*.tmp"))
    program(*scan, "--resume")
    assert (out / "genome/genome.fa").read_text() == genome
    assert (out / "genome/genome.fa.fai").exists()


def test_a_full_file_system_while_the_genome_is_copied(inputs, tmp_path: Path) -> None:
    """A real one, where this user may mount it."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(disk)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a tmpfs")
    try:
        inputs.fasta.write_text(inputs.fasta.read_text() + ">far\n" + "ACGT" * 100_000 + "\n")
        inputs.bed.write_text("chr2\t3900\t4100\n")
        command = [sys.executable, "-m", "gtrack", "scan", *inputs.options("cnn")]
        ran = subprocess.run(
            [*command, "--out", str(disk / "out")], capture_output=True, text=True, check=False
        )
        assert ran.returncode == 3, ran.stderr
        assert "genome.fa: cannot write: No space left on device" in ran.stderr
        assert not list(disk.rglob("*.tmp"))
    finally:
        subprocess.run(["umount", str(disk)], check=True)
