"""A plan on disk comes back as it was, or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gtrack.core.errors import InputError, OutputError
from gtrack.core.heads import Head
from gtrack.core.intervals import Interval
from gtrack.core.regions import Regions
from gtrack.core.scan.null_windows import NullPlan
from gtrack.core.scan.plan import Plan, ScanOptions
from gtrack.io.plan_folder import read_plan, write_plan
from gtrack.io.planned_regions import written_regions
from tests.model_plans import model_plan

MODEL = model_plan(
    head=Head("labels", ("no", 'the "yes"\té', "日本"), "option"),
    targets=(2, 0),
    parameters={"rule": "é"},
)
REGIONS = (
    Interval("chr1", 5, 40, 'a "quoted" name', origin="r.bed:1"),
    Interval("chr1", 5, 41, "it's; 100 % \\t = {x}", "+", 2),
    Interval("chr1", 7, 8, "ü 日本 \U0001f9ec", "-", 0),
    Interval("HLA-A*01:01", 0, 3, ""),
)
PLAN = Plan(
    options=ScanOptions(parameters={"a": "b"}, weights_sha256="d" * 64, per_strand_tracks=True),
    models=(MODEL, replace(MODEL, name="two", targets=(0,))),
    chrom_sizes={"chr1": 100, "HLA-A*01:01": 3, "1": 2**40},
    regions=REGIONS,
    known=(35, 36, 1, 0),
    given=5,
    pools={"cnn": ("b" * 64,), "two": ("c" * 64, "d" * 64)},
    covered={"cnn": 36, "two": 36},
    versions={"torch": "2.13.0+cpu"},
    n_shards=3,
)


def there_and_back(folder: Path, plan: Plan) -> None:
    write_plan(folder, plan)
    back = read_plan(folder)
    assert back.digest == plan.digest
    assert back.known.tolist() == plan.known.tolist()
    for name in ("options", "models", "regions", "given", "pools", "covered", "versions"):
        assert getattr(back, name) == getattr(plan, name), name
    assert list(back.chrom_sizes.items()) == list(plan.chrom_sizes.items()), "order included"
    assert back.n_shards == plan.n_shards
    assert back.null == plan.null
    assert json.dumps(back.facts()) == json.dumps(plan.facts())


def test_a_plan_comes_back(tmp_path: Path) -> None:
    there_and_back(tmp_path, PLAN)
    with_null = replace(PLAN, null=NullPlan(7, {"cnn": ("e" * 64,), "two": ("f" * 64,) * 2}))
    assert with_null.digest == PLAN.digest, "no track depends on it"
    there_and_back(tmp_path, with_null)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plan.json", "regions.tsv"]


names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\t\n"), max_size=12)


@given(st.lists(names, min_size=1, max_size=4), names.filter(bool))
@settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_name_that_a_bed_column_can_hold_comes_back(
    tmp_path: Path, found: list[str], chrom: str
) -> None:
    regions = tuple(Interval(chrom, i, i + 2, name) for i, name in enumerate(found))
    sizes = {chrom: 100}
    known = tuple(range(len(found)))
    there_and_back(tmp_path, replace(PLAN, regions=regions, known=known, chrom_sizes=sizes))


def test_equal_plans_are_equal_bytes(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
        write_plan(folder, replace(PLAN))
    for name in ("plan.json", "regions.tsv"):
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()
    assert b"\r" not in (folders[0] / "regions.tsv").read_bytes()


def facts(change: Callable[[Any], None]) -> Callable[[Any], None]:
    return lambda record: change(record["facts"])


@pytest.mark.parametrize(
    "change",
    [
        facts(lambda f: f["options"].update(method="gradient")),
        facts(lambda f: f["models"][0].update(targets=[1])),
        facts(lambda f: f["models"].reverse()),
        facts(lambda f: f["versions"].update(torch="2.14")),
        lambda r: r["chrom_sizes"][0].__setitem__(1, 101),
        lambda r: r["chrom_sizes"].reverse(),
        lambda r: r.update(given=4),
        lambda r: r["pools"]["cnn"].__setitem__(0, "e" * 64),
        lambda r: r["covered"].update(cnn=35),
        lambda r: r.update(digest="f" * 64),
    ],
)
def test_a_changed_plan_is_refused(tmp_path: Path, change: Callable[[Any], None]) -> None:
    write_plan(tmp_path, PLAN)
    path = tmp_path / "plan.json"
    record = json.loads(path.read_bytes())
    change(record)
    path.write_text(json.dumps(record))
    with pytest.raises(
        InputError,
        match=r"changed after it was made; restore it .*make it anew",
    ):
        read_plan(tmp_path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\t40\t", "\t39\t"),
        ("\t-\t0\t1", "\t+\t0\t1"),
        ("\t2\t36", "\t2\t35"),
        ("quoted", "Quoted"),
        ("HLA-A*01:01\t0\t3\t\t.\t\t0\n", ""),
    ],
)
def test_changed_regions_are_refused(tmp_path: Path, old: str, new: str) -> None:
    write_plan(tmp_path, PLAN)
    path = tmp_path / "regions.tsv"
    text = path.read_bytes().decode()
    assert old in text
    path.write_bytes(text.replace(old, new).encode())
    with pytest.raises(InputError, match="the plan was changed"):
        read_plan(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        lambda r: r.pop("chrom_sizes"),
        lambda r: r.pop("facts"),
        lambda r: r["facts"]["options"].update(colour="red"),
        lambda r: r["facts"]["models"][0].pop("kind"),
        lambda r: r["facts"].update(models=3),
        lambda r: r.update(chrom_sizes=7),
        lambda r: r.update(pools=[]),
        lambda r: r.pop("digest"),
    ],
)
def test_a_damaged_plan_is_refused(tmp_path: Path, change: Callable[[Any], None]) -> None:
    write_plan(tmp_path, PLAN)
    path = tmp_path / "plan.json"
    record = json.loads(path.read_bytes())
    change(record)
    path.write_text(json.dumps(record))
    with pytest.raises(InputError, match=r"the plan is damaged .*, or make it anew"):
        read_plan(tmp_path)


def test_regions_that_are_gone_or_torn_are_refused(tmp_path: Path) -> None:
    write_plan(tmp_path, PLAN)
    path = tmp_path / "regions.tsv"
    whole = path.read_bytes()
    for size in (0, 10, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(InputError, match="make it anew"):
            read_plan(tmp_path)
    path.write_bytes(b"\xff\xfe" + whole)
    assert b"\xff" not in whole
    with pytest.raises(InputError, match="the plan is damaged"):
        read_plan(tmp_path)
    path.unlink()
    with pytest.raises(InputError, match="the plan is damaged"):
        read_plan(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON"),
        ('{"schema": "gtrack-plan/2"', "not JSON"),
        ("[]", "not a gtrack-plan/2 file"),
        ("{}", "not a gtrack-plan/2 file"),
        ('{"schema": "gtrack-plan/3"}', "not a gtrack-plan/2 file"),
        ('{"schema": "gtrack-plan/2"}', "the plan is damaged"),
        ('{"schema": "gtrack-plan/1"}', "the plan is damaged"),
    ],
)
def test_what_is_no_plan_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "plan.json").write_text(text)
    with pytest.raises(InputError, match=message):
        read_plan(tmp_path)


def test_without_a_plan_the_cure_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no plan here; make one with gtrack plan"):
        read_plan(tmp_path / "plan")


def test_a_folder_that_refuses_is_an_output_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot write"):
        write_plan(tmp_path / "absent", PLAN)


FIRST = Path(__file__).resolve().parents[2] / "fixtures" / "gtrack-0.1.0" / "plan"


def test_a_plan_of_the_first_version_is_read_and_sealed() -> None:
    plan = read_plan(FIRST)
    record = json.loads((FIRST / "plan.json").read_bytes())
    assert plan.digest == plan.sealed == record["digest"]
    cnn, dnabert2 = plan.models
    assert (cnn.unit, cnn.parameters) == ("base", {})
    assert (dnabert2.unit, dnabert2.parameters) == ("token", {"alibi_rule": "absorb"})
    assert cnn.head == Head("classes", ("background", "site"), "rule")
    assert [target.stem for target in plan.targets] == ["cnn", "dnabert2"]
    assert [target.label for target in plan.targets] == ["site", "site"]


@pytest.mark.parametrize(
    "change",
    [
        facts(lambda f: f["models"][0].update(target=0)),
        facts(lambda f: f["options"].update(alibi_rule="uniform")),
        lambda r: r["pools"]["cnn"].__setitem__(0, "e" * 64),
        lambda r: r.update(given=r["given"] + 1),
    ],
)
def test_a_changed_plan_of_the_first_version_is_refused(
    tmp_path: Path, change: Callable[[Any], None]
) -> None:
    for name in ("plan.json", "regions.tsv"):
        (tmp_path / name).write_bytes((FIRST / name).read_bytes())
    record = json.loads((tmp_path / "plan.json").read_bytes())
    change(record)
    (tmp_path / "plan.json").write_text(json.dumps(record))
    with pytest.raises(InputError, match="the plan was changed"):
        read_plan(tmp_path)


def test_a_damaged_plan_of_a_finished_scan_is_made_again_by_its_command(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}")
    plan = tmp_path / "plan"
    with pytest.raises(InputError, match=r"no plan here; restore .* with --resume"):
        read_plan(plan)
    plan.mkdir()
    (plan / "plan.json").write_text("{")
    with pytest.raises(InputError, match=r"not JSON; restore it .*move .*plan away .* --resume"):
        read_plan(plan)


@pytest.mark.parametrize(
    ("named", "summits", "labelled"), [*product((False, True), (0, 1, 2), (0, 1))]
)
def test_regions_are_written_row_by_row(named: bool, summits: int, labelled: int) -> None:
    regions = Regions.of(
        Interval(
            f"chr{at % 3}é",
            at,
            at + 9,
            f"%d\0{at}" if named else ".",
            "+-."[at % 3],
            (None, at % 9, at % 9 if at % 2 else None)[summits],
            label=f"{at % 4}" if labelled and at % 7 else None,
        )
        for at in range(100)
    )
    known = np.arange(100) % 10
    expected = ["chrom\tstart\tend\tname\tstrand\tsummit\tknown" + "\tlabel" * labelled]
    for r, count in zip(regions, known.tolist(), strict=True):
        row = r.chrom, r.start, r.end, r.name, r.strand, r.summit, r.label
        cells = ["" if each is None else str(each) for each in row]
        expected.append("\t".join([*cells[:6], str(count), *cells[6 : 6 + labelled]]))
    assert b"".join(written_regions(regions, known)).decode() == "\n".join(expected) + "\n"
