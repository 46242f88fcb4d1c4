"""How a file, or a folder, is spoilt: by a seeded generator, so that a number tells all of it."""

from __future__ import annotations

import copy
import hashlib
import json
import os
import random
import shutil
import struct
from pathlib import Path
from typing import Any

HOSTILE: list[Any] = [
    *(None, True, False, -1, 0, 1, 2, 0.5, -0.0, 1e308, 2**31, 2**63, 10**30, float("nan")),
    *("", "\0", "\x1b]0;X\x07", "\u202eabc", "\ud800", "../../etc/passwd", "/dev/zero", "[UNK]"),
    *("A" * 5000, "ACGT", "N", " ", "%00", "a=b,c", "=1+1", "both", "float16"),
    *([], {}, [[]], {"0": "a"}, ["a", "a"], {"type": "Replace"}, [0] * 3000),
]
"""What stands in the place of a value."""

WORDS = [
    *(
        b"\0",
        b"\x1b[2J",
        b"\xe2\x80\xae",
        b"\xff\xfe",
        b"\r",
        b"\n",
        b"\t",
        b"\n\n",
        b"\xef\xbb\xbf",
    ),
    *(
        b"-1",
        b"0",
        b"999999999999999999999",
        b"1e400",
        b"NaN",
        b"chr1",
        b"chr2",
        b">",
        b"#",
        b"\x1f\x8b",
    ),
    *(b"A" * 3000, b'"', b"'", b"\\", b"{", b"[", b"%", b"="),
]
"""What is put into bytes."""

_SEAL = 32  # bytes of the sha256 behind an archive


def spoil_bytes(data: bytes, draw: random.Random) -> bytes:
    """Return bytes with a few things wrong."""
    found = bytearray(data)
    for _ in range(draw.choice([1, 1, 2, 5, 20])):
        at = draw.randrange(len(found) + 1)
        length = min(len(found) - at, draw.choice([1, 1, 4, 30, 1000]))
        how = draw.randrange(6)
        if how == 0 and length:
            found[at] ^= 1 << draw.randrange(8)
        elif how == 1:
            found[at : at + length] = b""
        elif how == 2:
            found[at:at] = draw.choice(WORDS)
        elif how == 3:
            found[at : at + length] = draw.randbytes(length)
        elif how == 4:
            found[at:at] = found[at : at + length]
        else:
            del found[at if draw.random() < 0.2 else len(found) :]
            found[at : at + length] = draw.choice(WORDS)
    return bytes(found)


def spoil_json(data: bytes, draw: random.Random) -> bytes:
    """Return JSON with a few values, keys or lengths wrong; now and then what is no JSON."""
    if draw.random() < 0.15:
        deep = draw.choice([500, 5000, 200_000])
        return draw.choice([spoil_bytes(data, draw), b"[" * deep, b'{"a":' * deep, b"", b"null"])
    try:
        record = json.loads(data)
    except (ValueError, RecursionError):
        return spoil_bytes(data, draw)
    holder = [record]
    for _ in range(draw.choice([1, 1, 1, 2, 4])):
        nodes = list(_nodes(holder, 0))
        where, key = draw.choice(nodes)
        _spoil_value(where, key, nodes, draw)
    return json.dumps(holder[0]).encode("utf-8", "surrogatepass")


def _nodes(holder: Any, depth: int) -> Any:
    pairs = holder.items() if isinstance(holder, dict) else enumerate(holder)
    for key, value in list(pairs)[:60]:
        yield holder, key
        if isinstance(value, dict | list) and depth < 6:
            yield from _nodes(value, depth + 1)


def _spoil_value(where: Any, key: Any, nodes: list[Any], draw: random.Random) -> None:
    how = draw.randrange(8)
    if how == 0 and isinstance(where, dict):
        where[str(copy.deepcopy(draw.choice(HOSTILE)))] = where.pop(key, None)
    elif how == 1 and len(where) > 1:
        del where[key]
    elif how == 2:
        other, its = draw.choice(nodes)
        try:
            where[key] = json.loads(json.dumps(other[its]))
        except (KeyError, IndexError):
            where[key] = None
    elif how == 3 and isinstance(where, list):
        where.extend(where[: draw.choice([1, 50])])
    else:
        try:
            where[key] = copy.deepcopy(draw.choice(HOSTILE))
        except IndexError:
            where.append(copy.deepcopy(draw.choice(HOSTILE)))


def spoil_safetensors(data: bytes, draw: random.Random) -> bytes:
    """Return weights with another header, or other bytes behind it."""
    size = int.from_bytes(data[:8], "little")
    if draw.random() < 0.3 or size > len(data) - 8:
        return spoil_bytes(data, draw)
    header = spoil_json(data[8 : 8 + size], draw)
    length = len(header) if draw.random() < 0.9 else draw.choice([0, 2**40, 2**63, len(data)])
    return struct.pack("<Q", length) + header + data[8 + size :]


def spoil_sealed(data: bytes, draw: random.Random) -> bytes:
    """Return an archive with another content, sealed as if it were right."""
    archive = spoil_bytes(data[:-_SEAL], draw)
    return archive + hashlib.sha256(archive).digest()


def spoil_file(path: Path, draw: random.Random) -> None:
    """Spoil what is in a file, or put something else into its place."""
    if draw.random() < 0.06:
        _replace(path, draw)
        return
    data = path.read_bytes()
    kinds = {".json": spoil_json, ".safetensors": spoil_safetensors, ".npz": spoil_sealed}
    spoil = kinds.get(path.suffix, spoil_bytes)
    path.write_bytes(spoil(data, draw))


def _replace(path: Path, draw: random.Random) -> None:
    path.unlink()
    how = draw.randrange(6)
    if how == 0:
        path.mkdir()
    elif how == 1:
        path.symlink_to(path.name)  # leads to itself
    elif how == 2:
        path.symlink_to("/dev/zero")
    elif how == 3 and path.suffix in (".json", ".npz", ".safetensors"):
        os.mkfifo(path)  # elsewhere a pipe is an input as good as another, and one waits for it
    elif how == 4:
        path.touch()


def spoilt(source: Path, target: Path, draw: random.Random, names: list[str]) -> list[str]:
    """Copy a folder, or a file, and spoil one to three of its files; return their names."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    shutil.copytree(source, target / source.name)
    chosen = draw.sample(names, min(len(names), draw.choice([1, 1, 1, 2, 3])))
    for name in dict.fromkeys(chosen):
        spoil_file(target / source.name / name, draw)
    return chosen
