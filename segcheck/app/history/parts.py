"""Documents cut into parts that are stored once: what a day shares with the day before costs nothing.

A document is a tree of parts. Each part is named by the SHA-256 of its bytes, and those name the parts below it; so the name
of the uppermost one speaks for the whole document.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from typing import Any

from segcheck.app.history.chain import canonical

#: Items of a list that make one part, and lists that are cut at all.
TOGETHER = 32
_INLINE, _LIST, _PART = "value", "list", "part"
#: Values whose canonical form is no longer than this stay with their document.
SMALL = 2048


def cut(document: Mapping[str, Any]) -> tuple[str, dict[str, bytes]]:
    """Return the name of a document and its parts by name."""
    parts: dict[str, bytes] = {}

    def keep(value: Any) -> str:
        content = canonical(value)
        name = sha256(content).hexdigest()
        parts[name] = content
        return name

    told: dict[str, Any] = {}
    for key, value in document.items():
        if isinstance(value, list) and len(canonical(value)) > SMALL:
            told[key] = {_LIST: [keep(value[n : n + TOGETHER]) for n in range(0, len(value), TOGETHER)]}
        elif len(canonical(value)) > SMALL:
            told[key] = {_PART: keep(value)}
        else:
            told[key] = {_INLINE: value}
    return keep(told), parts


def joined(name: str, part: Callable[[str], bytes]) -> dict[str, Any]:
    """Return a document again; `part` returns the bytes of a part.

    Raises:
        KeyError: by `part`, for one that is not there.
    """
    document: dict[str, Any] = {}
    for key, held in json.loads(part(name)).items():
        if _LIST in held:
            document[key] = [item for one in held[_LIST] for item in json.loads(part(one))]
        else:
            document[key] = json.loads(part(held[_PART])) if _PART in held else held[_INLINE]
    return document


def named(content: bytes) -> Iterator[str]:
    """Yield the names of the parts that the uppermost part of a document names."""
    for held in json.loads(content).values():
        yield from held.get(_LIST, ())
        if _PART in held:
            yield held[_PART]
