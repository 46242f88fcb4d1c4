"""Whether to believe the maps, as pages say it: what the manifest has of passports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gtrack.core.manifest import RunManifest
from gtrack.core.targets import titled
from gtrack.publish.markup import Markup, element, join

NOT_ASKED = (
    "Nobody has asked whether these maps can be believed: gtrack passport does, where the models "
    "are at hand."
)
_KNOWN = ("supported", "mixed", "not supported", "not asked")


def trust_of(
    manifest: RunManifest, model: str | None, target: str | None
) -> Mapping[str, Any] | None:
    """Return what is said of one track's maps; None where nobody asked."""
    wanted = (model, target)
    entries = (manifest.trust or {}).get("models", ())
    return next((each for each in entries if (each["model"], each.get("target")) == wanted), None)


def trust_text(entry: Mapping[str, Any]) -> Iterator[str]:
    """Yield the sentences about one target, the leading one first."""
    yield entry["sentence"]
    for axis in entry["axes"]:
        yield f"{axis['name']}, {axis['asks']}: {axis['verdict']}. {axis['sentence']}"


def trust_paragraphs(manifest: RunManifest, model: str | None, target: str | None) -> Markup:
    """Return the sentences about one track's maps as paragraphs; nothing where nobody asked."""
    entry = trust_of(manifest, model, target)
    if entry is None:
        return Markup("")
    unseen = f"What these checks cannot see: {' '.join(entry['cannot_see'])}"
    return join(*(element("p", text) for text in (*trust_text(entry), unseen)))


def trust_in_plain(manifest: RunManifest) -> Markup:
    """Return the sentences about every track's maps, plainly: for a page without classes."""
    if manifest.foreign:
        return Markup("")
    parts = []
    for entry in (manifest.trust or {}).get("models", ()):
        model, target = entry["model"], entry.get("target")
        parts.append(element("h3", f"{titled(model, target)}: {entry['verdict']}"))
        parts.append(trust_paragraphs(manifest, model, target))
    return join(*parts) if parts else element("p", NOT_ASKED)


def trust_list(manifest: RunManifest) -> Markup:
    """Return a badge and the sentences of every target, with what the checks do not see.

    Of tracks of another tool, which no model can be held to, and where nobody asked: one sentence,
    or none.
    """
    if manifest.foreign:
        return Markup("")
    entries = (manifest.trust or {}).get("models", ())
    if not entries:
        return element("p", NOT_ASKED, class_="under")
    return join(*(_entry(each) for each in entries), _unseen(entries))


def _entry(entry: Mapping[str, Any]) -> Markup:
    title = titled(entry["model"], entry.get("target"))
    sentences = (element("li", text) for text in trust_text(entry))
    return element(
        "div",
        element("p", element("strong", title), " ", badge(entry["verdict"])),
        element("ul", *sentences),
        class_="trust",
    )


def badge(verdict: str) -> Markup:
    """Return a verdict as a word in a box; its class is one of four, whatever a file says."""
    known = verdict if verdict in _KNOWN else "not asked"
    return element("span", verdict, class_=f"badge {known.replace(' ', '-')}")


def _unseen(entries: Any) -> Markup:
    said = dict.fromkeys(text for entry in entries for text in entry["cannot_see"])
    return element(
        "details",
        element("summary", "What these checks cannot see"),
        element("ul", *(element("li", text) for text in said)),
    )
