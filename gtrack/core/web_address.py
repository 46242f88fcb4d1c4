"""The address of a folder on the web, as a user gives it and as every reader takes it."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from gtrack.core.errors import InputError
from gtrack.core.printable import shown

_KEPT = "/:@!$&'()*+,;=~%"  # of a path; what has a meaning, and what is encoded already


def is_address(given: str) -> bool:
    """Tell whether what was given in place of a path is an address of the web."""
    return given.lower().startswith(("http://", "https://"))


def folder_address(option: str, given: str, example: str) -> str:
    """Return an address in ASCII, to which the names of files can be added.

    Parameters
    ----------
    option : str
        Where it was given, to be said.
    given : str
    example : str
        The end of the address that a refusal writes as an example.

    Raises
    ------
    InputError
        When it is no address of a web server's folder, or holds a password.

    Examples
    --------
    >>> folder_address("--url", "https://h.org/a+b/ü%20/100%", "my/scan")
    'https://h.org/a+b/%C3%BC%20/100%25/'
    """
    try:
        parts = urlsplit(given)
        host, _ = parts.hostname or "", parts.port
        host = host if host.isascii() else host.encode("idna").decode()
        whole = parts.scheme in ("http", "https") and bool(host)
    except ValueError:  # of idna, too
        whole = False
    if not whole or not given.isprintable() or " " in given or set("?#\\") & set(given):
        raise InputError(
            f"{option} {shown(given)}: write the address of the folder, "
            f"like https://example.org/{example}"
        )
    if "@" in parts.netloc:
        raise InputError(
            f"{option}: leave out the user's name and password: everybody who gets the file would "
            "have them, and browsers refuse such addresses"
        )
    place = parts.netloc if parts.netloc.isascii() else _with_host(host, parts.port)
    path = re.sub("%(?![0-9A-Fa-f]{2})", "%25", quote(parts.path, safe=_KEPT))
    return f"{parts.scheme}://{place}{path.rstrip('/')}/"


def _with_host(host: str, port: int | None) -> str:
    return host if port is None else f"{host}:{port}"
