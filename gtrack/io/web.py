"""Questions to a web server: bounded in time and bytes, and every redirect is seen.

The standard library asks; proxies are those of the environment. No cookie and no password is sent,
and certificates are checked.
"""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from gtrack.core.printable import shown
from gtrack.core.web_answer import Answer, Hop

_HOPS = 5
_CHUNK = 1 << 16
_REDIRECTS = (301, 302, 303, 307, 308)
_KEPT = "/:@!$&'()*+,;=~%"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited: seconds for the next `step`, and for the `whole` answer."""

    step: float = 15.0
    whole: float = 60.0


PATIENT = Patience()


class _AsItIs(urllib.request.HTTPErrorProcessor):
    """Gives every answer back: neither errors nor redirects are acted on."""

    def http_response(self, request: Any, response: Any) -> Any:
        return response

    https_response = http_response


def ask(
    address: str,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    *,
    at_most: int = 1 << 20,
    patience: Patience = PATIENT,
) -> Answer:
    """Ask for an address and follow where it leads.

    Parameters
    ----------
    address : str
        Of http or https.
    method : str
    headers : mapping of str to str, optional
    at_most : int
        Bytes of the answer that are read; a longer one is left there.
    patience : Patience

    Returns
    -------
    Answer
        Whatever comes: nothing is raised for what a server does.
    """
    got: list[Answer] = []

    def run() -> None:
        got.append(_follow(address, method, dict(headers or {}), at_most, patience))

    # A thread can be left behind; a name server or a server that sends a header byte by byte has
    # no other end.
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(patience.whole)
    return got[0] if got else Answer(failure=f"no whole answer in {patience.whole:g} s")


def _follow(
    address: str, method: str, headers: dict[str, str], at_most: int, patience: Patience
) -> Answer:
    end = time.monotonic() + patience.whole
    hops: list[Hop] = []
    try:
        address = _encoded(address)
        while True:
            answer, onward = _once(address, method, headers, at_most, patience.step, end)
            hops += answer.hops
            if not onward:
                return Answer(answer.status, tuple(hops), answer.body, answer.whole)
            before, address = address, _encoded(urljoin(address, onward))
            if (failure := _astray(address, hops)) is not None:
                return Answer(hops=tuple(hops), failure=failure)
            if urlsplit(before)[:2] != urlsplit(address)[:2] and "Origin" in headers:
                headers["Origin"] = "null"  # as a browser says once another host leads on
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(hops=tuple(hops), failure=_why(error, patience))


def _astray(address: str, hops: list[Hop]) -> str | None:
    """Say why a redirect is not followed."""
    if urlsplit(address).scheme not in ("http", "https"):
        return "leads to what is neither http nor https"
    if address in [hop.address for hop in hops]:
        return "goes round in a circle of redirects"
    return f"leads on more than {_HOPS} times" if len(hops) > _HOPS else None


def _once(
    address: str, method: str, headers: dict[str, str], at_most: int, step: float, end: float
) -> tuple[Answer, str]:
    """Ask once; return the answer, and where it leads."""
    opener = urllib.request.build_opener(_AsItIs)
    request = urllib.request.Request(address, headers=headers, method=method)  # noqa: S310
    with opener.open(request, timeout=step) as response:
        named = {name.lower(): value for name, value in response.headers.items()}
        hop = (Hop(address, named),)
        if response.status in _REDIRECTS and named.get("location"):
            return Answer(response.status, hop), named["location"]
        body, whole = _read(response, at_most, end)
        return Answer(response.status, hop, body, whole), ""


def _read(response: Any, at_most: int, end: float) -> tuple[bytes, bool]:
    body = bytearray()
    while len(body) <= at_most:
        part = response.read1(_CHUNK)
        if not part:
            return bytes(body), True
        body += part
        if time.monotonic() > end:
            break
    return bytes(body[:at_most]), False


def _encoded(address: str) -> str:
    """Return an address in ASCII, whatever a server wrote."""
    parts = urlsplit(address)
    path, query = (quote(part, safe=_KEPT + "?") for part in (parts.path, parts.query))
    path = re.sub("%(?![0-9A-Fa-f]{2})", "%25", path)
    return f"{parts.scheme}://{parts.netloc}{path}{f'?{query}' if query else ''}"


def _why(error: Exception, patience: Patience) -> str:
    """Say why no answer came, without the address, which may hold a signature."""
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    match reason:
        case socket.gaierror():
            return "its name is not known; look for a slip in the address"
        case TimeoutError():
            return f"no answer in {patience.step:g} s"
        case ssl.SSLCertVerificationError():
            return f"its certificate is not valid: {shown(reason.verify_message, 120)}"
        case ssl.SSLError():
            return f"speaks no https: {shown(str(reason.reason), 120)}"
        case ConnectionRefusedError():
            return "nothing listens there"
        case http.client.IncompleteRead():
            return "the connection broke within the answer"
        case http.client.InvalidURL():
            return "is no address of the web"
        case http.client.HTTPException():
            return f"answers in no HTTP ({type(reason).__name__})"
        case OSError() if reason.strerror:
            return f"the connection broke: {reason.strerror}"
        case _:
            return f"the connection broke ({type(reason).__name__})"
