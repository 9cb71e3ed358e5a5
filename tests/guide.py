"""A page that builds a site step by step: its files, its changes to them, its commands with what they print.

**`path`**              above a fence: the block is that file, in full
**`path`** and ```diff  lines to take out (-) and to put in (+), found by the lines around them
**`contrib/x`**         the same, of a folder of the repository: the block is lines of that file, in this order
```console              `$ command`, what it prints, and `(exit code N)` or `(終了コード N)`; `[...]` = lines left out
<!-- clock: DAY TIME --> from here on it is that time in Japan

Hashes of the chain of runs differ whenever something else was run; `Hashes` puts those of this run in the place of the page's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import SequenceMatcher
from pathlib import Path
from typing import TypeAlias

LEFT_OUT = "[...]"
#: Folders of the repository of which a page shows lines.
SHIPPED = ("contrib/", "tools/", "topologies/")
_TITLE = re.compile(r"^\*\*`([^`]+)`\*\*")
_CLOCK = re.compile(r"^<!-- clock: (\d{4}-\d\d-\d\d \d\d:\d\d) -->$")
_HASH = re.compile(r"\b(?:[0-9a-f]{64}|[0-9a-f]{16})\b(?!\])")  # [check FINGERPRINT] is none
_ENDS = re.compile(r"^\((?:exit code|終了コード) (\d+)\)$")


@dataclass(frozen=True, slots=True)
class Page:
    """The steps of a page, in order."""

    path: Path
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class File:
    """A file that the page shows in full."""

    line: int
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """Lines of a file to replace: pairs of (as they are, as they shall be)."""

    line: int
    path: str
    hunks: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]

    def applied(self, text: str) -> str:
        """Return the file with the change made; each hunk must fit in exactly one place."""
        lines = text.splitlines()
        for old, new in self.hunks:
            places = [at for at in range(len(lines)) if tuple(lines[at : at + len(old)]) == old]
            assert len(places) == 1, f"{self.path}, line {self.line} of the page: fits in {len(places)} places"
            lines[places[0] : places[0] + len(old)] = new
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class Command:
    """A command with what the page says it prints (lines `first` to `last` of the page, 1-based) and how it ends."""

    line: int
    text: str
    printed: tuple[str, ...]
    code: int | None

    def agrees(self, printed: list[str]) -> bool:
        """Return whether the output is what is shown; `[...]` stands for any lines, but for at least one."""
        shown = _parts(self.printed)
        if len(shown) == 1:
            return shown[0] == printed
        if printed[: len(shown[0])] != shown[0]:
            return False
        at = len(shown[0])
        for part in shown[1:-1]:
            found = next((n for n in range(at + 1, len(printed)) if printed[n : n + len(part)] == part), None)
            if found is None:
                return False
            at = found + len(part)
        last = len(printed) - len(shown[-1])
        return last > at and printed[last:] == shown[-1]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Lines of a file that comes with the repository, in its order; `[...]` where some are left out."""

    line: int
    path: str
    lines: tuple[str, ...]

    def of(self, text: str) -> bool:
        """Return whether they are."""
        return Command(0, "", (LEFT_OUT, *self.lines, LEFT_OUT), None).agrees(["", *text.splitlines(), ""])


@dataclass(frozen=True, slots=True)
class Clock:
    """What time it is from here on."""

    now: datetime


Step: TypeAlias = File | Change | Command | Excerpt | Clock


@dataclass(slots=True)
class Hashes:
    """Which hash of the chain of runs this run printed where the page shows one."""

    known: dict[str, str] = field(default_factory=dict)

    def learn(self, shown: Sequence[str], printed: Sequence[str]) -> None:
        """Note the hashes of an output, of each line that is shown and printed once but for them."""
        alike: dict[str, list[str]] = {}
        for line in printed:
            alike.setdefault(without_hashes(line), []).append(line)
        for ours in shown:
            match alike.get(without_hashes(ours)):
                case [theirs]:
                    self.known.update(zip(_HASH.findall(ours), _HASH.findall(theirs), strict=True))

    def here(self, text: str) -> str:
        """Return the text of the page with the hashes of this run."""
        return _HASH.sub(lambda found: self.known.get(found[0], found[0]), text)

    def there(self, text: str) -> str:
        """Return what this run printed with the hashes of the page, as far as it shows any."""
        shown = {theirs: ours for ours, theirs in self.known.items()}
        return _HASH.sub(lambda found: shown.get(found[0], found[0]), text)


def read(path: Path) -> Page:
    """Return the steps of a page."""
    lines = path.read_text(encoding="utf-8").splitlines()
    steps: list[Step] = []
    number = 0
    while number < len(lines):
        if not lines[number].startswith("```"):
            if clock := _CLOCK.match(lines[number]):
                steps.append(Clock(datetime.fromisoformat(f"{clock[1]}+09:00")))
            number += 1
            continue
        kind = lines[number][3:].strip()
        end = lines.index("```", number + 1)
        inside = lines[number + 1 : end]
        title = _TITLE.match(next((line for line in reversed(lines[:number]) if line), ""))
        if kind == "console":
            steps += _commands(inside, number + 2)
        elif title is not None and kind == "diff":
            steps.append(Change(number + 1, title[1], _hunks(inside)))
        elif title is not None and title[1].startswith(SHIPPED):
            steps.append(Excerpt(number + 1, title[1], tuple(inside)))
        elif title is not None:
            steps.append(File(number + 1, title[1], "\n".join(inside) + "\n"))
        else:
            raise ValueError(f"{path.name}:{number + 1}: a block that is neither a file nor a command")
        number = end + 1
    return Page(path, tuple(steps))


def rewritten(page: Page, outputs: dict[int, list[str]]) -> str:
    """Return the page with the outputs of commands, by line, as they are now."""
    lines = page.path.read_text(encoding="utf-8").splitlines()
    for step in reversed(page.steps):
        if isinstance(step, Command) and step.line in outputs:
            lines[step.line : step.line + len(step.printed)] = excerpt(step.printed, outputs[step.line])
    return "\n".join(lines) + "\n"


def without_hashes(text: str) -> str:
    """Return the text without what differs from run to run."""
    return _HASH.sub("HASH", text)


def excerpt(shown: Sequence[str], printed: Sequence[str]) -> list[str]:
    """Return of an output what is shown of it: all, or of each part as many lines as there are, where they look most alike."""
    if LEFT_OUT not in shown:
        return list(printed)
    parts = _parts(shown)
    found, rest = list(printed[: len(parts[0])]), list(printed[len(parts[0]) :])
    for part in parts[1:-1]:
        text = "\n".join(part)
        likeness = [SequenceMatcher(None, text, "\n".join(rest[n : n + len(part)])).ratio() for n in range(len(rest))]
        at = likeness.index(max(likeness)) if likeness else 0
        found += [LEFT_OUT, *rest[at : at + len(part)]]
        rest = rest[at + len(part) :]
    return [*found, LEFT_OUT, *(printed[-len(parts[-1]) :] if parts[-1] else [])]


def _parts(shown: Sequence[str]) -> list[list[str]]:
    """Return what stands between the marks of what is left out."""
    parts: list[list[str]] = [[]]
    for line in shown:
        if line == LEFT_OUT:
            parts.append([])
        else:
            parts[-1].append(line)
    return parts


def _commands(inside: list[str], first: int) -> list[Command]:
    starts = [n for n, line in enumerate(inside) if line.startswith("$ ")]
    assert starts[:1] == [0], f"line {first}: a block of commands begins with one"
    found = []
    for start, end in zip(starts, [*starts[1:], len(inside)], strict=True):
        told = inside[start + 1 : end]
        ends = _ENDS.match(told[-1]) if told else None
        if ends is not None:
            told = told[:-1]
        found.append(Command(first + start, inside[start][2:], tuple(told), int(ends[1]) if ends else None))
    return found


def _hunks(inside: list[str]) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    hunks: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
    for part in re.split(r"^@@.*$", "\n".join(inside), flags=re.MULTILINE):
        lines = [line for line in part.strip("\n").split("\n") if line]
        old = tuple(line[1:] for line in lines if line[0] in " -")
        new = tuple(line[1:] for line in lines if line[0] in " +")
        hunks.append((old, new))
    return tuple(hunks)
