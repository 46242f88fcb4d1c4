"""Verdicts on pages: what they say, and that nothing in them becomes markup."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.errors import InputError
from gtrack.core.manifest import RunManifest
from gtrack.evaluation.passport import Passport, at_least, at_most
from gtrack.evaluation.passport_words import shown
from gtrack.publish.hub.page_parts import believed
from gtrack.publish.manifest import read_manifest, to_json
from gtrack.publish.markup import Markup
from gtrack.publish.report.page import Report, report_html
from gtrack.publish.trust import NOT_ASKED, badge, trust_in_plain, trust_list, trust_paragraphs
from tests.manifests import MANIFEST

LINES = (
    at_least("A1", "", 0.9, 100, (0.6, 0.55)),
    at_least("A2", "", 0.2, 40, (0.3, 0.15)),
    at_least("B", "", 0.7, 40, (0.92, 0.8)),
    at_most("C1", "", 1e-12, 3, 1e-5),
    at_most("D", "", 0.0, 40, 0.1),
)
PASSPORT = Passport("cnn", "é", "token", LINES)


def trusted(**changed: object) -> RunManifest:
    entry = {"model": "cnn", **shown(PASSPORT), **changed}
    return replace(MANIFEST, trust={"url": "trust.json", "models": [entry]})


class Words(HTMLParser):
    """Tags and text of a piece of a page."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data) -> None:
        self.text += data


PIECES = (
    trust_list,
    trust_in_plain,
    lambda manifest: trust_paragraphs(manifest, "cnn", None),
    lambda manifest: Markup(report_html(Report(manifest, (), {}, []))),
)


@pytest.mark.parametrize("piece", PIECES)
def test_pages_say_verdict_sentences_and_what_is_not_seen(piece) -> None:
    said = Words(piece(trusted())).text
    for axis in shown(PASSPORT)["axes"]:
        assert axis["sentence"] in said
        assert axis["verdict"] in said
    for blind in shown(PASSPORT)["cannot_see"]:
        assert blind in said
    assert "Not supported: do not read this map" in said


@pytest.mark.parametrize("piece", PIECES[:3])
@given(text=st.sampled_from(["<img src=x onerror=alert(1)>", "</details><script>", "'\"><b>"]))
def test_names_and_words_are_text(piece, text: str) -> None:
    plain = Words(piece(trusted()))
    axes = [{"name": text, "asks": text, "verdict": text, "sentence": text}] * 2
    model = {} if piece is PIECES[2] else {"model": text, "target": text}
    hostile = trusted(**model, verdict=text, sentence=text, axes=axes, cannot_see=[text] * 3)
    made = Words(piece(hostile))
    assert made.tags == plain.tags or set(made.tags) <= set(plain.tags)
    assert {key for key, _ in made.attributes} <= {"class"}
    assert text in made.text


def test_a_badge_has_a_class_of_ours_whatever_a_file_says() -> None:
    assert badge("not supported") == '<span class="badge not-supported">not supported</span>'
    assert 'class="badge not-asked"' in badge('x" onclick="y')


def test_a_report_says_the_verdicts_above_its_figures() -> None:
    page = report_html(Report(trusted(), (), {}, []))
    above = page[: page.index('id="loci"')]
    assert '<li>cnn <span class="badge not-supported">not supported</span></li>' in above
    assert "verdicts" not in report_html(Report(MANIFEST, (), {}, [])).split("</style>")[1]


def test_where_nobody_asked() -> None:
    assert NOT_ASKED in Words(trust_list(MANIFEST)).text
    assert trust_paragraphs(MANIFEST, "cnn", None) == ""
    foreign = replace(MANIFEST, plan_sha256=None, job=None)
    assert trust_list(foreign) == trust_in_plain(foreign) == ""
    assert list(believed(Markup(""))) == []


def test_the_manifest_keeps_it(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(to_json(trusted()))
    assert read_manifest(path).trust == trusted().trust
    assert '"trust"' not in to_json(MANIFEST)
    record = json.loads(to_json(trusted()))
    record["trust"]["models"][0]["verdict"] = "splendid"
    path.write_text(json.dumps(record))
    with pytest.raises(InputError, match="splendid"):
        read_manifest(path)
