"""Tables of lazily loaded names."""

from __future__ import annotations

import sys

import pytest

from gtrack.core import catalogue
from gtrack.core.catalogue import load, names
from gtrack.core.errors import InputError

TABLE = {"ordered": "collections:OrderedDict", "wave": "wave:open"}


def test_an_entry_is_loaded_on_first_use():
    sys.modules.pop("wave", None)
    assert names(TABLE, "gtrack.no_such_group") == ["ordered", "wave"]
    assert "wave" not in sys.modules
    assert load(TABLE, "wave", "gtrack.no_such_group").__module__ == "wave"


def test_an_unknown_name_lists_the_known():
    with pytest.raises(InputError, match=r"'rings' .*: ordered, wave"):
        load(TABLE, "rings", "gtrack.no_such_group")


def install(folder, monkeypatch, line):
    """Put a distribution that declares one entry point on the path."""
    info = folder / "plugin-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: plugin\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[gtrack.tests]\n{line}\n")
    monkeypatch.syspath_prepend(str(folder))


def test_a_package_that_comes_or_goes_later_is_seen(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    assert names(TABLE, "gtrack.tests") == ["ordered", "wave"]
    install(tmp_path, monkeypatch, "fraction = fractions:Fraction")
    assert names(TABLE, "gtrack.tests") == ["ordered", "wave", "fraction"]
    (tmp_path / "plugin-1.0.dist-info").rename(tmp_path / "gone")
    assert names(TABLE, "gtrack.tests") == ["ordered", "wave"]


def test_packages_are_looked_at_once(monkeypatch):
    names(TABLE, "gtrack.tests")
    monkeypatch.setattr(catalogue, "entry_points", lambda: pytest.fail("looked at again"))
    for group in ("gtrack.tests", "gtrack.models"):
        names(TABLE, group)


def test_another_package_adds_a_name(tmp_path, monkeypatch):
    install(tmp_path, monkeypatch, "fraction = fractions:Fraction")
    assert names(TABLE, "gtrack.tests") == ["ordered", "wave", "fraction"]
    assert load(TABLE, "fraction", "gtrack.tests")(1, 2) == 0.5


def test_own_names_cannot_be_replaced(tmp_path, monkeypatch):
    install(tmp_path, monkeypatch, "ordered = fractions:Fraction")
    assert load(TABLE, "ordered", "gtrack.tests").__name__ == "OrderedDict"


def test_a_broken_plugin_is_named(tmp_path, monkeypatch):
    install(tmp_path, monkeypatch, "broken = no_such_module:thing")
    with pytest.raises(InputError, match=r"broken.*no_such_module:thing"):
        load(TABLE, "broken", "gtrack.tests")
