"""The address of a folder on the web: ASCII, with a slash at its end, or a refusal with a cure."""

from __future__ import annotations

from urllib.parse import quote, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.errors import InputError
from gtrack.core.web_address import folder_address


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("https://h.org", "https://h.org/"),
        ("http://h.org:8080//", "http://h.org:8080/"),
        ("https://h.org/a%20b/~me", "https://h.org/a%20b/~me/"),
        ("https://bücher.example:81/x", "https://xn--bcher-kva.example:81/x/"),
        ("http://[::1]:80/x", "http://[::1]:80/x/"),
        ("https://h.org/50%/x", "https://h.org/50%25/x/"),
    ],
)
def test_addresses(given: str, said: str) -> None:
    assert folder_address("--url", given, "x") == said
    assert folder_address("--url", said, "x") == said, "an address that is one stays"


@given(st.lists(st.text(min_size=1, max_size=5).filter(str.isprintable), min_size=1, max_size=3))
def test_any_path_means_what_it_meant(names: list[str]) -> None:
    path = "/".join(quote(name, safe="") for name in names)
    address = folder_address("--url", f"https://h.org/{path}", "x")
    assert address.isascii()
    assert [unquote(part) for part in urlsplit(address).path.split("/")] == ["", *names, ""]


@pytest.mark.parametrize(
    "bad",
    [
        *("", "h.org/x", "/x", "ftp://h.org/x", "file:///x", "https://", "https:///x"),
        *("https://h.org/a b", "https://h.org/\nx", "https://h.org/?a", "https://h.org/#a"),
        *("https://[::1/x", "https://h.org:99999/x", "https://h.org:x/", "https://h.org/a\\b"),
        f"https://{'a' * 64}é.org/",
    ],
)
def test_what_is_no_address_of_a_folder_is_refused_with_a_cure(bad: str) -> None:
    with pytest.raises(InputError, match=r"--url .*: write the address of the folder, like https"):
        folder_address("--url", bad, "my/scan")


@pytest.mark.parametrize("who", ["me", "me:secret"])
def test_a_password_is_not_shared(who: str) -> None:
    with pytest.raises(InputError, match="leave out the user's name and password") as caught:
        folder_address("--url", f"https://{who}@h.org/x", "x")
    assert "secret" not in str(caught.value)
