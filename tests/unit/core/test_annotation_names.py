"""The names of an annotation: the law of joining, its slow twin, and where there are too many."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.annotation_names import AnnotationNames
from gtrack.core.features import Feature

_FEATURES = st.lists(
    st.builds(
        lambda chrom, start, size, name: Feature(chrom, start, start + size, name),
        st.sampled_from(["chr1", "chr10"]),
        st.integers(0, 40),
        st.integers(1, 9),
        st.sampled_from(["TBP", "tbp", "a b", ".", ""]),
    ),
    max_size=30,
)


@given(_FEATURES)
def test_features_of_a_name_that_overlap_or_touch_are_one_place(features: list[Feature]) -> None:
    names = AnnotationNames()
    for feature in features:
        names.add(feature)
    found = names.sorted()
    assert found == tuple(sorted(found))
    assert _edges(found) == _edges(
        (name, chrom, start, end) for name, chrom, start, end in _slowly(features)
    )


def _slowly(features: list[Feature]) -> list[tuple[str, str, int, int]]:
    """Join two at a time until none can be joined."""
    places = [(f.name, f.chrom, f.start, f.end) for f in features if f.name not in ("", ".")]
    while pair := next(
        (
            (a, b)
            for i, a in enumerate(places)
            for b in places[i + 1 :]
            if a[:2] == b[:2] and a[2] <= b[3] and b[2] <= a[3]
        ),
        None,
    ):
        a, b = pair
        places.remove(a)
        places.remove(b)
        places.append((*a[:2], min(a[2], b[2]), max(a[3], b[3])))
    return places


def _edges(places: object) -> set[tuple[str, str, int, int]]:
    return {tuple(place) for place in places}  # type: ignore[attr-defined]


def test_more_places_than_people_search_are_none() -> None:
    names = AnnotationNames(most=2)
    for start in (0, 10, 5):  # the third touches neither
        names.add(Feature("chr1", start, start + 2, "L1"))
    assert names.sorted() == ()
    names.add(Feature("chr1", 30, 40, "later"))
    assert names.sorted() == ()


def test_a_name_stands_in_one_line() -> None:
    names = AnnotationNames()
    names.add(Feature("chr1", 0, 5, " a\tb\nc "))
    assert [place.name for place in names.sorted()] == ["a b c"]
