"""``gtrack view``."""

from __future__ import annotations

from pathlib import Path

import click

from gtrack.cli.options import FASTA, FILE
from gtrack.cli.terminal import echo


@click.command()
@click.argument("folder", metavar="DIR", type=FILE)
@click.option("--port", type=click.IntRange(1, 65535), metavar="N", help="[default: a free one]")
@click.option("--token", is_flag=True, help="Let in only who has the secret in the printed URL.")
@click.option("--no-browser", is_flag=True, help="Open no browser.")
@click.option("--hub", is_flag=True, help="Show the hub in DIR/hub, as igv.js opens it.")
@FASTA
@click.option("--online", is_flag=True, help="Fetch a known genome that is not here from UCSC.")
@click.option("--igv-js", type=FILE, help="Use this igv.esm.min.js. [default: the packaged one]")
def view(
    folder: Path,
    port: int | None,
    token: bool,
    no_browser: bool,
    hub: bool,
    fasta: Path | None,
    online: bool,
    igv_js: Path | None,
) -> None:
    """Show a finished scan in a browser: letters, hits and annotations of all its models.

    A server on this machine (127.0.0.1) serves the files of the scan, and nothing else, until
    Ctrl-C. Nothing is asked of the internet, unless --online lets the page fetch the letters of a
    known genome (hg38) whose FASTA is not at hand; without them there are bars.

    \b
    Example:
      gtrack view out/first
    """
    from contextlib import suppress

    from gtrack.core.interruption import Interrupted
    from gtrack.workflows.view import ViewJob
    from gtrack.workflows.view import view as workflow

    job = ViewJob(folder, port or 0, token, hub, igv_js, fasta, online)
    with suppress(Interrupted):
        server, notes = workflow(job)
        with server:
            for note in notes:
                echo(f"gtrack: {note}", err=True)
            echo(server.url)
            echo(*_message(folder, server.server_port, token), err=True)
            if not no_browser and _has_display():
                _open(server.url)
            server.serve_forever()


def _message(folder: Path, port: int, token: bool) -> tuple[str, ...]:
    import getpass
    import socket

    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container without a name for its user
        user = "user"
    where = f"{user}@{socket.gethostname()}"
    who = (
        "Only who has the URL gets in."
        if token
        else "Every user of this machine can open it; --token lets in only who has the URL."
    )
    return (
        f"gtrack: this URL shows {folder} until Ctrl-C. {who}",
        "To open it on another computer, run this there (for a node behind a login node, with",
        "-J user@loginnode), and open the same URL:",
        f"  ssh -N -L {port}:127.0.0.1:{port} {where}",
    )


def _has_display() -> bool:
    """Whether a browser opened here would be seen: not over SSH, where it would be slow or none."""
    import os
    import sys

    if any(name in os.environ for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY")):
        return False
    return sys.platform == "darwin" or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))


def _open(url: str) -> None:
    """Open the browser beside the server, which must answer it."""
    import threading
    import webbrowser

    threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
