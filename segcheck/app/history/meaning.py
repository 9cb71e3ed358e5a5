"""What a file means, as a hash: the same for two versions that differ in nothing but how they are written (drift, level 2).

Order of objects, comments, names, time stamps, counters and encrypted secrets do not matter; the order of rules does. Where
lines were not understood, nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from segcheck.app.history.chain import digest
from segcheck.errors import CannotRun
from segcheck.loaders import files
from segcheck.loaders.problems import SiteFile
from segcheck.model.device import DeviceConfig
from segcheck.model.diagnostic import LineUse
from segcheck.model.history import Meaning
from segcheck.model.result import Binding
from segcheck.sets.intervals import IntervalSet

#: What says nothing about packets: where and how things are written, and what counts itself up.
_WRITTEN = frozenset(
    ("span", "default_span", "comment", "text", "name_span", "hits", "diagnostic", "objects", "counted")
)
_UNREAD = (LineUse.APPROXIMATED, LineUse.UNSUPPORTED, LineUse.UNRECOGNISED)
#: Of a rule: what it is called.
_CALLED = frozenset(("id", "key", "name"))
#: Collections of which the order says nothing.
_UNORDERED = frozenset(("interfaces", "routes", "services", "helpers", "client_vpns", "taints"))


def of_device(config: DeviceConfig, unread: Iterable[str] = ()) -> str:
    """Return the hash of what a device does and, behind a colon, that of the lines that were not understood in full."""
    known = sha256(repr(_normal(config, "")).encode()).hexdigest()
    lines = [*unread]
    return f"{known}:{digest(lines) if lines else ''}"


def of_devices(bindings: Iterable[Binding], folder: str) -> dict[str, str]:
    """Return the meaning of every device of a site by id; "" where it has no export that was read. `folder` is the site's."""
    return {
        bound.device.id: of_device(bound.config, _unread(bound, folder)) if bound.config is not None else ""
        for bound in bindings
    }


def compared(old: str, new: str) -> Meaning:
    """Return whether two meanings are the same."""
    if not old or not new:
        return Meaning.UNKNOWN
    if old == new:
        return Meaning.SAME
    return Meaning.CHANGED if old.partition(":")[0] != new.partition(":")[0] else Meaning.UNKNOWN


def _unread(bound: Binding, folder: str) -> Iterator[str]:
    for one in bound.inputs:
        wanted = [n for n in range(1, one.lines.total + 1) if one.lines.use(n) in _UNREAD]
        if wanted:
            try:
                lines = files.read_table(str(Path(folder) / one.path)).lines()
            except CannotRun:
                continue
            yield from (lines[number - 1].strip() for number in wanted if number <= len(lines))


def of_file(file: SiteFile) -> str:
    """Return the hash of what a file of ours says; of a workbook, of its cells as text."""
    if file.source.book is not None:
        return digest(file.source.text)
    try:
        return digest(_plain(yaml.safe_load(file.source.text)))
    except (yaml.YAMLError, ValueError, RecursionError):
        return ""


def _normal(value: Any, name: str) -> Any:
    if isinstance(value, IntervalSet):
        return value.ranges
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        rule = type(value).__name__ == "Rule"
        left = _WRITTEN | _CALLED if rule else _WRITTEN
        held = [(f.name, _normal(getattr(value, f.name), f.name)) for f in fields(value) if f.name not in left]
        return (type(value).__name__, *held)
    if isinstance(value, Mapping):
        return tuple(sorted(((str(key), _normal(one, "")) for key, one in value.items()), key=repr))
    if isinstance(value, set | frozenset):
        return tuple(sorted((_normal(one, "") for one in value), key=repr))
    if isinstance(value, tuple | list):
        found = [_normal(one, "") for one in value]
        if name == "rules":
            found = [one for one, rule in zip(found, value, strict=True) if rule.enabled]
        return tuple(sorted(found, key=repr) if name in _UNORDERED else found)
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | int | bool) or value is None else str(value)
