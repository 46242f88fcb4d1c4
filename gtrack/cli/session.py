"""``gtrack session``."""

from __future__ import annotations

from pathlib import Path

import click

from gtrack.cli.options import FILE
from gtrack.cli.terminal import echo
from gtrack.core.errors import InputError
from gtrack.core.printable import pasted


@click.command()
@click.argument("folder", metavar="DIR", type=FILE)
@click.option(
    "--url", metavar="URL", help="Where the files of DIR will be on the web, below it. Needed."
)
@click.option(
    "-o",
    "--out",
    type=FILE,
    metavar="FILE",
    help="The session, .json; an .xml lies beside it. [default: DIR/igv_session.shared.json]",
)
def session(folder: Path, url: str | None, out: Path | None) -> None:
    """Write a finished scan as an IGV session that opens from anywhere: its files lie on the web.

    The .json is for IGV-Web, igv.js and IGV desktop 3, the .xml for IGV desktop 2. The addresses
    in them begin with --url. The list of files to copy there goes to stdout, as paths in DIR. The
    scan's own igv_session.json, which opens beside its files, stays.

    \b
    Example:
      gtrack session out/first --url https://example.org/first
    """
    if url is None:
        raise InputError("missing --url: the session must say where its files will be on the web")
    from gtrack.workflows.session import SessionJob, write_session

    done = write_session(SessionJob(folder, url, out))
    for path in done.uploads:
        echo(path)
    said = [
        f"{done.files[0]}, and {done.files[1].name} for IGV 2: a session below {done.base}",
        *done.notes,
        f"copy the {len(done.uploads)} files above, {done.size / 1e6:,.1f} MB of data, as they "
        f"lie in {folder}; their list is on stdout, for "
        f"rsync -a --files-from=LIST {pasted(folder)} YOU@HOST:FOLDER",
        "the host must answer Range requests and let other sites read (CORS: "
        "Access-Control-Allow-Origin: *, Access-Control-Allow-Headers: Range)",
    ]
    if done.link is not None:
        said.append(f"IGV-Web: {done.link}")
    for line in said:
        echo(line, err=True)
