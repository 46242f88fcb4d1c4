"""When the Hugging Face Hub is asked for a name, for how long, and what is said of it."""

from __future__ import annotations

import http.server
import logging
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import huggingface_hub
import pytest

from gtrack.core.errors import InputError, ModelError
from gtrack.models import hub
from gtrack.models.folder import locate, open_model


@pytest.fixture(autouse=True)
def asked_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask nobody but who a test sets up, from an empty folder, with an empty cache."""
    constants = huggingface_hub.constants
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(hub, "PATIENCE", 1.0)
    monkeypatch.setattr(hub, "_found", {})
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[socket.socket]]:
    """A Hub that accepts whoever comes and never says a word; yields who came."""
    came: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    came.append(server.accept()[0])
                except OSError:
                    return

        threading.Thread(target=accept, daemon=True).start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", address)
        yield came
        server.shutdown(socket.SHUT_RDWR)
    for each in came:
        each.close()


PATHS = [
    *("./models/cnn", "../cnn", "/models/cnn", "~/cnn", "a/b/c", "models\\cnn", "cnn", "a/b/"),
    *("owner/model.bin", "owner/model.safetensors", "owner/pytorch_model.PT", "models/cnn"),
    *("loop/cnn", "file/cnn", "models/cnn@main", ".hidden/cnn"),
]


@pytest.mark.parametrize("source", PATHS)
def test_what_is_meant_for_a_path_is_not_asked_for(silent, source: str) -> None:
    Path("models/other").mkdir(parents=True)
    Path("loop").symlink_to("loop")
    Path("file").touch()
    with pytest.raises(InputError, match="no such folder"):
        locate(source)
    assert not silent


@pytest.mark.parametrize("source", ["x" * 300, "a/" + "x" * 300, "a\0b"])
def test_names_that_no_folder_can_have(silent, source: str) -> None:
    with pytest.raises(InputError, match=r"give the folder of a model|no such folder"):
        locate(source)
    assert not silent


def test_an_empty_name_is_not_the_folder_one_is_in() -> None:
    with pytest.raises(InputError, match="is a variable not set"):
        locate("")


def test_a_mistyped_path_names_its_neighbours() -> None:
    for name in ("cnn_promoters", "dnabert2"):
        Path("models", name).mkdir(parents=True)
    with pytest.raises(InputError, match=r"no such folder; models has cnn_promoters$"):
        locate("models/cnn_promoter")
    with pytest.raises(InputError, match="models has cnn_promoters, dnabert2"):
        locate("models/x")
    with pytest.raises(InputError, match=r"there is no nowhere/models here"):
        locate("nowhere/models/x")
    with pytest.raises(InputError, match=r"write \$HOME"):
        locate("~/x")


@pytest.mark.parametrize(
    "page", ["https://example.org/ann/cnn", "example.org/ann/cnn/tree/main", "http://e.x/ann/cnn?y"]
)
def test_the_page_of_a_model_gives_its_id(silent, page: str) -> None:
    with pytest.raises(InputError, match="has the id ann/cnn: give that"):
        locate(page)


def test_a_hub_that_never_answers_is_left(silent, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "gtrack")
    with pytest.raises(ModelError, match="no answer within 1 s") as e:
        open_model("owner/model")
    assert silent, "it was asked"
    assert "give the folder" in str(e.value)
    assert caplog.messages == ["owner/model: no such folder; asking the Hugging Face Hub, 1 s"]


def test_offline_nobody_is_asked(silent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match="HF_HUB_OFFLINE is set"):
        locate("owner/model")
    assert not silent


def test_nobody_there() -> None:
    with pytest.raises(ModelError, match="no such folder, and the Hugging Face Hub gave no such"):
        locate("owner/model")


def test_the_cache_serves_when_nobody_answers(silent, tmp_path: Path) -> None:
    snapshot = tmp_path / "cache/models--owner--model/snapshots" / ("0" * 40)
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text("{}")
    (snapshot.parent.parent / "refs").mkdir()
    (snapshot.parent.parent / "refs/main").write_text("0" * 40)
    assert locate("owner/model") == snapshot
    came = len(silent)
    assert locate("owner/model") == snapshot
    assert len(silent) == came, "it is asked once in a run"


def test_a_hub_that_has_no_such_model(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(404)
            self.send_header("X-Error-Code", "RepoNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", address)
        with pytest.raises(ModelError, match="gave no such model") as e:
            locate("owner/model")
        server.shutdown()
    assert "\n" not in str(e.value)
