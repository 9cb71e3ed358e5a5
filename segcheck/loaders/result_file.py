"""A stored result back into a document: bounded, whole, and as its schema says, so that no report stumbles over it.

Reads the subset of JSON Schema (draft 2020-12) in which the schemas of segcheck are written; at run time there is no validator.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from segcheck.errors import BadInput
from segcheck.lang.columns import printable
from segcheck.loaders import files
from segcheck.model.site_words import BUILT_IN_ZONES
from segcheck.sets import addresses

#: Bytes of a result; in memory it takes some ten times as much.
MAX_BYTES = 128 << 20
#: Characters of a value that a message quotes.
_QUOTED = 60
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
Fault = tuple[str, str, str]  # place, English, Japanese


def read(path: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document of a file.

    Raises:
        UnreadableFile: as `files.read_bytes`.
        BadInput: too large, no JSON, or not what the schema says; with the place.
    """
    data = files.read_bytes(path)
    if len(data) > MAX_BYTES:
        raise _unusable(path, ("", f"larger than {MAX_BYTES >> 20} MiB", f"{MAX_BYTES >> 20} MiB を超えています"))
    return checked(path, _parsed(path, data), schema)


def checked(name: str, document: object, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document that its schema admits; `name` is what a message calls it.

    Raises:
        BadInput: it is something else, with the first place that shows it.
    """
    expected = schema["properties"]["schema"]["const"]
    if not isinstance(document, dict) or document.get("schema") != expected:
        found = document.get("schema") if isinstance(document, dict) else None
        told = _shown(found) if isinstance(found, str) else "-"
        raise _unusable(
            name, ("schema", f"{told} where {expected} is needed", f"{expected} であるべきところが {told} です")
        )
    fault = next(_faults(document, schema, schema, ""), None) or next(_loose(document.get("network")), None)
    if fault is not None:
        raise _unusable(name, fault)
    return document


def _parsed(path: str, data: bytes) -> object:
    try:
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        fault = (f"byte {error.start}", "no UTF-8", "UTF-8 ではありません")
    except json.JSONDecodeError as error:
        fault = (f"{error.lineno}:{error.colno}", f"no JSON ({error.msg})", "JSON として読めません")
    except RecursionError:
        fault = ("", "nested too deeply", "入れ子が深すぎます")
    except ValueError as error:
        fault = ("", f"no JSON ({_shown(str(error))})", "JSON として読めません")
    raise _unusable(path, fault)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice in one object")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _unusable(path: str, fault: Fault) -> BadInput:
    place, en, ja = fault
    at = f"{printable(path)}:{place}" if place[:1].isdigit() else f"{printable(path)}: {place}".rstrip(": ")
    return BadInput(
        f"{at}: {en}; nothing was reported. Make it with `segcheck check SITE --format json=RESULT.json` of this version",
        f"{at}: {ja}。報告は作成していません。この版の segcheck check サイト --format json=結果.json で作り直してください",
    )


def _faults(value: object, schema: Mapping[str, Any], root: Mapping[str, Any], at: str) -> Iterator[Fault]:
    """Yield where a value departs from a schema, depth first."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield from _faults(value, root["$defs"][name], root, at)
        if name == "day" and isinstance(value, str) and not _reads(date.fromisoformat, value):
            yield at, f"'{_shown(value)}' is no day", f"'{_shown(value)}' は日付ではありません"
        if name == "instant" and isinstance(value, str) and not _reads(datetime.fromisoformat, value):
            yield at, f"'{_shown(value)}' is no instant", f"'{_shown(value)}' は日時ではありません"
        if name == "addresses" and isinstance(value, list):
            wrong = (one for one in value if isinstance(one, str) and not _reads(addresses.parse, one))
            yield from (_unread(at, one) for one in wrong)
    for alternatives in (schema[key] for key in ("anyOf", "oneOf") if key in schema):
        yield from _alternatives(value, alternatives, root, at)
    if "const" in schema and (value != schema["const"] or isinstance(value, bool) != isinstance(schema["const"], bool)):
        yield at, f"not '{schema['const']}'", f"'{schema['const']}' ではありません"
    if "enum" in schema and not any(value == one and type(value) is type(one) for one in schema["enum"]):
        known = ", ".join(str(one) for one in schema["enum"])
        yield (
            at,
            f"'{_shown(str(value))}' is none of {known}",
            f"'{_shown(str(value))}' は次のどれでもありません: {known}",
        )
    if "type" in schema and not _is(value, schema["type"]):
        wanted = schema["type"] if isinstance(schema["type"], str) else ", ".join(schema["type"])
        yield at, f"not of the type {wanted}", f"型が {wanted} ではありません"
        return
    if isinstance(value, dict):
        yield from _members(value, schema, root, at)
    elif isinstance(value, list) and "items" in schema:
        for number, one in enumerate(value):
            yield from _faults(one, schema["items"], root, f"{at}[{number}]")
    elif isinstance(value, str):
        if "pattern" in schema and not re.search(schema["pattern"], value):
            yield at, f"'{_shown(value)}' has not the form {schema['pattern']}", f"'{_shown(value)}' の形が違います"
        if schema.get("format") == "date-time" and not _reads(datetime.fromisoformat, value):
            yield at, f"'{_shown(value)}' is no instant", f"'{_shown(value)}' は日時ではありません"
    elif isinstance(value, (int, float)) and "minimum" in schema and value < schema["minimum"]:
        yield at, f"less than {schema['minimum']}", f"{schema['minimum']} より小さい値です"


def _loose(network: Any) -> Iterator[Fault]:
    """Yield where the block of a site's network names a thing that it does not hold, or has an address of the wrong form."""
    if not network:
        return
    known = {part: {one["id"] for one in network[part]} for part in ("zones", "segments", "hosts", "devices")}
    known["zones"] |= set(BUILT_IN_ZONES)
    named = [("zones", f"segments[{n}].zone", one["zone"]) for n, one in enumerate(network["segments"])]
    for number, host in enumerate(network["hosts"]):
        named.append(("segments", f"hosts[{number}].segment", host["segment"]))
        for text in host["addresses"]:
            if not _reads(addresses.parse_one, text):
                yield _unread(f"network.hosts[{number}].addresses", text)
    for number, device in enumerate(network["devices"]):
        for one in device["interfaces"]:
            at = f"devices[{number}].interfaces"
            named.append(("segments", f"{at}.segment", one["segment"]))
            for text in one["addresses"]:
                if not _reads(addresses.parse_one, text.rpartition("/")[0]) or not _reads(addresses.parse, text):
                    yield _unread(f"network.{at}.addresses", text)
    for number, gateway in enumerate(network["gateways"]):
        named += [("hosts", f"gateways[{number}].hosts", name) for name in gateway["hosts"]]
    for number, link in enumerate(network["links"]):
        at = f"links[{number}]"
        named += [("segments", f"{at}.segments", name) for name in link["segments"]]
        for end in link["ends"]:
            named += [(f"{part}s", f"{at}.ends", end[part]) for part in ("device", "zone", "segment")]
    for part, at, name in named:
        if name and name not in known[part]:
            yield f"network.{at}", f"'{_shown(name)}' is none of the {part}", f"'{_shown(name)}' は {part} にありません"


def _unread(at: str, text: str) -> Fault:
    return at, f"'{_shown(text)}' is no address", f"'{_shown(text)}' はアドレスではありません"


def _alternatives(
    value: object, alternatives: list[Mapping[str, Any]], root: Mapping[str, Any], at: str
) -> Iterator[Fault]:
    """Yield the fault of the nearest alternative, where none fits: that of its `kind`, or the last that is not null."""
    nearest: Fault | None = None
    for one in alternatives:
        fault = next(_faults(value, one, root, at), None)
        if fault is None:
            return
        kind = one.get("properties", {}).get("kind", {}).get("const")
        told = isinstance(value, dict) and kind == value.get("kind")
        if nearest is None or told or (kind is None and one.get("type") != "null"):
            nearest = fault
    if nearest is not None:
        yield nearest


def _members(value: Mapping[str, Any], schema: Mapping[str, Any], root: Mapping[str, Any], at: str) -> Iterator[Fault]:
    known = schema.get("properties", {})
    needed = [*schema.get("required", ())]
    needed += [one for name, more in schema.get("dependentRequired", {}).items() if name in value for one in more]
    for name in needed:
        if name not in value:
            yield at, f"lacks '{name}'", f"'{name}' がありません"
    rest = schema.get("additionalProperties", True)
    for name, one in value.items():
        inside = f"{at}.{_shown(name)}" if at else _shown(name)
        if name in known:
            yield from _faults(one, known[name], root, inside)
        elif rest is False:
            yield inside, "unknown key", "知らないキーです"
        elif isinstance(rest, dict):
            yield from _faults(one, rest, root, inside)


def _is(value: object, kinds: str | list[str]) -> bool:
    for kind in [kinds] if isinstance(kinds, str) else kinds:
        if isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool)):
            return True
    return False


def _reads(read: Any, text: str) -> bool:
    with suppress(ValueError):
        read(text)
        return True
    return False


def _shown(text: str) -> str:
    return printable(text if len(text) <= _QUOTED else f"{text[:_QUOTED]}...")
