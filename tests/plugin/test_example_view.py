"""``gtrack view`` of the example: what its session, its manifest and its page ask for is there."""

from __future__ import annotations

import json
import re
import threading
import urllib.request
from pathlib import Path

from gtrack.workflows.view import ViewJob, view


def urls(value: object) -> set[str]:
    """Return every string of a JSON document that looks like a file of the scan."""
    if isinstance(value, dict):
        return set().union(*map(urls, value.values()))
    if isinstance(value, list):
        return set().union(*map(urls, value))
    found = isinstance(value, str) and re.search(
        r"^[\w./-]+\.(bw|bb|bed|tsv|json|fa|fai|sizes)$", value
    )
    return {str(value)} if found else set()


def test_everything_is_there(example_scan: Path, tmp_path: Path) -> None:
    igv = tmp_path / "igv.esm.min.js"
    igv.write_text("export default {}\n")
    server, notes = view(ViewJob(example_scan, igv_js=igv))
    with server:
        threading.Thread(target=server.serve_forever, daemon=True).start()

        def get(path: str) -> bytes:
            with urllib.request.urlopen(server.url + path, timeout=120) as answer:
                return bytes(answer.read())

        assert notes == ()
        wanted = urls(json.loads(get("igv_session.json"))) | urls(json.loads(get("manifest.json")))
        wanted -= {"motifs.meme"}
        assert len(wanted) > 14
        for path in wanted:
            assert get(path) == (example_scan / path).read_bytes()
        page = get("").decode()
        for path in re.findall(r'(?:src|href)="/([^"]+)"', page):
            assert get(path)
        start = get("_gtrack/plugin.js").decode()
        for name in re.findall(r"import\('\./([\w./]+)'\)", start):
            assert get(f"_gtrack/{name}")
        server.shutdown()
