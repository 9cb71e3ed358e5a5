"""The hash chain: each entry names the one before, so that nothing in between can be changed, moved or taken out."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

#: Before the first entry.
START = "0" * 64
_FORM = "segcheck-chain-v1"


def canonical(value: Any) -> bytes:
    """Return a value as JSON, the same bytes for equal values: keys sorted, ASCII, no blanks."""
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def digest(value: Any) -> str:
    """Return the SHA-256 of a value's canonical form, in hexadecimal."""
    return sha256(canonical(value)).hexdigest()


def link(number: int, previous: str, record: bytes) -> str:
    """Return the hash of an entry: of its number, the hash before it, and what it says in canonical form."""
    return sha256(f"{_FORM}\n{number}\n{previous}\n".encode() + record).hexdigest()
