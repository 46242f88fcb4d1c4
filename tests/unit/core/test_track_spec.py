"""A track's address is relative to the manifest."""

from __future__ import annotations

import pytest

from gtrack.core.manifest import TrackSpec


def spec(url: str) -> TrackSpec:
    return TrackSpec("cnn", "relevance", "bigWig", url, "cnn", p99=0.5, bases=10)


@pytest.mark.parametrize("url", ["tracks/cnn.relevance.bw", "a..b/c...bw", "httpish/a.bw"])
def test_relative_addresses_stand(url: str) -> None:
    assert spec(url).url == url


@pytest.mark.parametrize(
    "url", ["/a.bw", "http://h/a.bw", "https://h/a.bw", "file:a.bw", "../a.bw", "a/../../b.bw"]
)
def test_addresses_that_leave_the_folder_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="is not relative to the manifest"):
        spec(url)
