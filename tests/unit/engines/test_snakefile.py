"""The packaged workflow and its profiles, as Snakemake's own linter and parser see them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from snakemake.cli import get_argument_parser

from tests.conftest import ROOT

PACKAGED = ROOT / "gtrack/engines/snakemake"
PROFILES = sorted((PACKAGED / "profiles").glob("*/config.yaml"))
SNAKEFILE = PACKAGED / "Snakefile"


def snakemake(*words: object, code: int = 0) -> str:
    command = [sys.executable, "-m", "snakemake", "-s", str(SNAKEFILE), *map(str, words)]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == code, ran.stderr
    return ran.stdout + ran.stderr


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A folder with as much of a plan as the workflow reads."""
    (tmp_path / "plan").mkdir()
    record = {"n_shards": 10_000, "facts": {"options": {"device_kind": "cuda"}}}
    (tmp_path / "plan" / "plan.json").write_text(json.dumps(record))
    return tmp_path


def test_ten_thousand_shards_are_few_jobs_each_on_a_gpu(plan: Path) -> None:
    said = snakemake("--directory", plan, "--config", f"plan={plan}", "motifs=m.meme", "-n")
    assert re.search(r"^scan +200$", said, re.MULTILINE)
    assert re.search(r"^hits +1$", said, re.MULTILINE)
    assert "scan.009950-009999" in said
    assert said.count("gpu=1") == 200


def test_the_linter_misses_an_environment_and_a_log_that_is_kept_through_tries(plan: Path) -> None:
    said = snakemake("--directory", plan, "--config", f"plan={plan}", "--lint", code=1)
    lints = set(re.findall(r"^ +\* (.*?):?$", said, re.MULTILINE))
    assert lints == {
        "Specify a conda environment or container for each rule.",
        "No log directive defined",  # of `scan` alone: Snakemake empties a log before a retry
    }
    assert said.count("No log directive defined") == 1


def test_what_is_lacking_is_said(tmp_path: Path) -> None:
    assert "say which scan: --config plan=DIR" in snakemake("-n", "-d", tmp_path, code=1)
    said = snakemake("-n", "-d", tmp_path, "--config", "plan=nowhere", code=1)
    assert "nowhere: holds no plan; make one by gtrack plan" in said


@pytest.mark.parametrize("profile", PROFILES, ids=lambda path: path.parent.name)
def test_a_profile_says_what_snakemake_knows_of_rules_that_are_there(profile: Path) -> None:
    text = profile.read_text()
    assert "never on a real cluster" in text
    settings = yaml.safe_load(text)
    executor = profile.parent.name
    assert settings["executor"] == executor
    parser = get_argument_parser()
    known = {option for action in parser._actions for option in action.option_strings}
    others = {name for name in settings if f"--{name}" not in known}
    assert all(name.startswith(f"{executor}-") for name in others), "the plug-in's own"
    rules = set(re.findall(r"^(?:rule|checkpoint) (\w+):", SNAKEFILE.read_text(), re.MULTILINE))
    assert rules == {"all", "plan", "scan", "merge", "hits"}
    assert {*settings["set-threads"], *settings["set-resources"]} <= rules


def test_there_are_profiles() -> None:
    assert {profile.parent.name for profile in PROFILES} == {"slurm", "kubernetes"}
