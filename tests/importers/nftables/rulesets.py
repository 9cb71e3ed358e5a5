"""Small rule sets for the tests, and what the importer makes of one rule."""

from __future__ import annotations

from segcheck.importers import nftables
from segcheck.model.diagnostic import Severity
from segcheck.model.reading import Reading
from segcheck.model.rules import Rule
from segcheck.model.source import SourceText


def source(text: str, path: str = "fw.nft") -> SourceText:
    return SourceText(path, text, "utf-8", "0" * 64)


def read(*texts: str) -> Reading:
    return nftables.read([source(text, f"file{number}") for number, text in enumerate(texts)])


def ruleset(
    *rules: str,
    family: str = "inet",
    hook: str = "forward",
    kind: str = "filter",
    priority: str = "filter",
    policy: str = "drop",
    before: str = "",
) -> str:
    """Return a rule set of one base chain `base`; `before` is what else stands in the table."""
    lines = [f"table {family} t {{", *before.splitlines(), "chain base {"]
    lines += [f"type {kind} hook {hook} priority {priority}; policy {policy};", *rules, "}", "}", ""]
    return "\n".join(lines)


def rules(*lines: str, **how: str) -> list[Rule]:
    """Return what the importer makes of the rules of the base chain."""
    (device,) = read(ruleset(*lines, **how)).devices  # type: ignore[arg-type]
    return list(device.lists[f"{how.get('family', 'inet')}/t/base"].rules)


def rule(line: str, **how: str) -> Rule:
    """Return the one rule that the importer makes of the line."""
    (found,) = rules(line, **how)
    return found


def told(reading: Reading) -> list[str]:
    """Return the codes of all diagnostics that are more than notes, in their order."""
    return [one.code.value for one in reading.diagnostics if one.severity is not Severity.NOTE]
