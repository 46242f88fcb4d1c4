"""Targets: every one has files of its own, whatever its label is."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.targets import ENDS, NAME, encoded, name_targets, named, path_of, track_url

labels = st.text(min_size=0, max_size=12)


def stems(*models: tuple[str, tuple[int, ...], tuple[str, ...]]) -> list[str]:
    return [target.stem for target in name_targets(models)]


def test_one_target_keeps_the_name_of_its_model() -> None:
    (target,) = name_targets([("m", (1,), ("a/b", "c d"))])
    assert (target.stem, target.title, target.among, target.label) == ("m", "m", None, "c d")
    assert named(target) == {"model": "m"}


def test_several_are_called_by_their_labels() -> None:
    one, two = name_targets([("m", (1, 0), ("CTCF", "H3K4me3=high"))])
    assert (one.stem, one.title, one.index, one.place) == (
        "m.H3K4me3%3Dhigh",
        "m: H3K4me3=high",
        1,
        0,
    )
    assert (two.stem, two.title, two.place) == ("m.CTCF", "m: CTCF", 1)
    assert named(two) == {"model": "m", "target": "CTCF"}


def test_nothing_collides() -> None:
    assert stems(("m", (0, 1), ("CTCF", "REST")), ("m.CTCF", (0,), ("x",))) == [
        "m.CTCF-2",
        "m.REST",
        "m.CTCF",
    ]
    assert stems(("m", (0, 1), ("forward", "b")), ("m.forward", (0,), ("x",)))[0] == "m.forward-2"
    assert stems(("m", (0, 1), ("a", "b")), ("m.a.forward", (0,), ("x",)))[0] == "m.a-2"
    assert stems(("m", (0, 1, 2), ("a", "A", "a-2"))) == ["m.a", "m.A-2", "m.a-2-2"]


models = st.lists(
    st.tuples(
        st.sampled_from(["m", "M", "m.a", "m.A", "m.forward", "n", "m.a-2", "m.reverse"]),
        st.lists(
            st.one_of(labels, st.sampled_from(["a", "A", "forward", "a-2", ".", "..", "a.b"])),
            min_size=1,
            max_size=5,
            unique=True,
        ),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda model: model[0],
)


@given(models)
def test_no_two_targets_share_a_file(given_models: list[tuple[str, list[str]]]) -> None:
    targets = name_targets((name, range(len(each)), tuple(each)) for name, each in given_models)
    several = [target for target in targets if not target.alone]
    files = [f"{target.stem}{end}".casefold() for target in several for end in ENDS]
    assert len(set(files)) == len(files)
    alone = {f"{t.stem}{end}".casefold() for t in targets if t.alone for end in ENDS}
    assert not alone & set(files)
    for target in targets:
        assert NAME.match(target.stem)
        assert path_of(track_url(target.stem)) == f"tracks/{target.stem}.relevance.bw"


@given(labels)
def test_a_label_comes_back(label: str) -> None:
    text = encoded(label)
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-%")
    if len(text) <= 120:
        assert unquote(text) == label


@pytest.mark.parametrize("label", ["x" * 4000, "日本" * 300, "a" * 119 + "é"])
def test_long_labels_make_names_that_a_disk_takes(label: str) -> None:
    one, two = name_targets([("m" * 64, (0, 1), (label, label + "!"))])
    assert len(f"{one.stem}.forward.relevance.bw.12345678.tmp".encode()) <= 255
    assert one.stem != two.stem
