"""One run per folder."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from gtrack.core.errors import OutputError
from gtrack.io.lock import LOCK, locked


def test_a_second_holder_is_told_who_the_first_is(tmp_path: Path) -> None:
    with locked(tmp_path):
        for shared in (False, True):
            with (
                pytest.raises(OutputError, match=rf"{tmp_path}: locked by pid {os.getpid()} on "),
                locked(tmp_path, shared=shared),
            ):
                pass
    assert not list(tmp_path.iterdir())
    with locked(tmp_path):
        assert (tmp_path / LOCK).exists()


def test_shared_holders(tmp_path: Path) -> None:
    with locked(tmp_path, shared=True):
        with locked(tmp_path, shared=True), pytest.raises(OutputError), locked(tmp_path):
            pass
        assert (tmp_path / LOCK).exists(), "one holder is left"
        with pytest.raises(OutputError), locked(tmp_path):
            pass
    assert not list(tmp_path.iterdir())


def test_a_lock_file_that_nobody_holds_is_taken(tmp_path: Path) -> None:
    (tmp_path / LOCK).write_text("pid 1 on elsewhere, killed long ago, and with a longer line")
    with locked(tmp_path):
        assert (tmp_path / LOCK).read_text().startswith(f"pid {os.getpid()} on ")
        assert "killed" not in (tmp_path / LOCK).read_text()


def test_the_lock_goes_with_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError), locked(tmp_path):
        raise KeyError
    assert not list(tmp_path.iterdir())


def test_a_folder_that_takes_no_file(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputError, match="cannot write here: No such file"),
        locked(tmp_path / "x"),
    ):
        pass


def test_at_most_one_holder_while_the_file_comes_and_goes(tmp_path: Path) -> None:
    """Holders remove the file while others open it: none may end up with a removed one."""
    inside, most, held = 0, 0, 0

    def contend() -> None:
        nonlocal inside, most, held
        while held < 300:
            try:
                with locked(tmp_path):
                    inside += 1
                    most = max(most, inside)
                    held += 1
                    time.sleep(0.0002)
                    inside -= 1
            except OutputError:
                pass

    threads = [threading.Thread(target=contend) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert not list(tmp_path.iterdir())
