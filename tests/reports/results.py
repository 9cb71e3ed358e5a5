"""What tests of results ask of them: that they fit their schema, and that what they refer to is there."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from segcheck.app import schemas

Payload = dict[str, Any]


@cache
def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(schemas.schema(name))


def faults(payload: Payload, name: str) -> list[str]:
    """Return where a result departs from its schema."""
    return [f"{error.json_path}: {error.message[:200]}" for error in _validator(name).iter_errors(payload)]


def objects(payload: Any) -> Iterator[Payload]:
    """Yield every object of a result, at any depth."""
    if isinstance(payload, dict):
        yield payload
        for value in payload.values():
            yield from objects(value)
    elif isinstance(payload, list):
        for value in payload:
            yield from objects(value)


def sentences(payload: Any) -> list[Payload]:
    """Return every sentence of a result: objects with the keys `ja` and `en`."""
    return [one for one in objects(payload) if set(one) == {"ja", "en"}]


def loose(schema: Payload) -> list[Payload]:
    """Return the objects of a schema that would let unknown keys pass."""
    return [
        one
        for one in objects(schema)
        if "properties" in one and isinstance(one["properties"], dict) and one.get("additionalProperties") is not False
    ]
