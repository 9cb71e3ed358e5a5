"""Entries of a register as lines of `policy.yaml`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from segcheck.reports.draft_yaml import quoted

#: Text that YAML reads back as this text; wider than ASCII, since registers are Japanese.
_PLAIN = re.compile(r"[^\W\d_][\w./-]*|\d{4}-\d{2}-\d{2}|\d[\w./-]*[^\W\d_][\w./-]*")
_WORDS = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n"))


def entry(values: Mapping[str, Any], comments: Sequence[str] = ()) -> str:
    """Return an entry in braces on one line, below a line per comment."""
    lines = [f"# {''.join(c if c.isprintable() else ' ' for c in comment)}" for comment in comments]
    return "\n".join([*lines, "{" + ", ".join(f"{key}: {_value(value)}" for key, value in values.items()) + "}"])


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, int):
        return str(value)
    text = str(value)
    return text if _PLAIN.fullmatch(text) and text.lower() not in _WORDS else quoted(text)
