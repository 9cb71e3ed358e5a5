"""One-file text cases: an export, packets, and what is expected of them; README.md has the form."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from segcheck import importers
from segcheck.app import matching, reading
from segcheck.loaders import device_file, packet_table
from segcheck.model.diagnostic import LineUse
from segcheck.model.reading import Reading
from segcheck.model.result import Answer
from segcheck.model.source import SourceText
from segcheck.model.trace import Verdict

SECTIONS = ("title", "source", "export", "device", "options", "packets", "lines", "diagnostics")
OPTIONS = ("format", "list", "context", "time")
#: An expected cell that says nothing: the source of the case does not settle it.
NOT_ASKED = "?"
EXPECTED = ("verdict", "list", "rule", "line", "translated", "reply_verdict", "egress")


class BadCase(Exception):
    """The case file itself is wrong."""


@dataclass(frozen=True)
class Section:
    """A section: its first word, the rest of its heading, the number of its heading line, its body."""

    name: str
    argument: str
    line: int
    body: tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """A case as written, by sections in the order of the file."""

    path: Path
    sections: tuple[Section, ...]

    def all(self, name: str) -> list[Section]:
        return [section for section in self.sections if section.name == name]

    def one(self, name: str) -> Section | None:
        found = self.all(name)
        if len(found) > 1:
            raise BadCase(f"{self.path}:{found[1].line}: second section {name}")
        return found[0] if found else None


def parse(path: Path) -> Case:
    """Return the case; every section of it is known, and it expects something."""
    sections: list[Section] = []
    heading: tuple[str, str, int] | None = None
    body: list[str] = []

    def close() -> None:
        if heading is not None:
            while body and not body[-1].strip():
                body.pop()
            sections.append(Section(*heading, tuple(body)))

    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if line.startswith("=== "):
            close()
            name, _, argument = line[4:].strip().partition(" ")
            if name not in SECTIONS:
                raise BadCase(f"{path}:{number}: unknown section {name}; known: {', '.join(SECTIONS)}")
            heading, body = (name, argument.strip(), number), []
        elif heading is None and line.strip():
            raise BadCase(f"{path}:{number}: text before the first section")
        else:
            body.append(line)
    close()
    case = Case(path, tuple(sections))
    for name in ("title", "source", "export"):
        if not case.all(name) or not case.all(name)[0].body:
            raise BadCase(f"{path}: section {name} is missing or empty")
    if not any(case.all(name) for name in ("packets", "lines", "diagnostics")):
        raise BadCase(f"{path}: the case expects nothing")
    return case


@dataclass(frozen=True)
class Table:
    """The section `packets`: its rows as written."""

    section: Section
    asked: tuple[str, ...]
    expected: tuple[str, ...]
    rows: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]


def table(case: Case) -> Table | None:
    """Return the packets of the case, or None if it asks about none."""
    section = case.one("packets")
    if section is None:
        return None
    lines = [(number, line) for number, line in enumerate(section.body, section.line + 1) if _counts(line)]
    split = [(number, _halves(case.path, number, line)) for number, line in lines]
    if len(split) < 2:
        raise BadCase(f"{case.path}:{section.line}: no packets below the heading of the table")
    (_, (asked, expected)), *rows = split
    wrong = [name for name in expected if name not in EXPECTED]
    if wrong or "verdict" not in expected:
        raise BadCase(f"{case.path}:{split[0][0]}: expectations are verdict and any of {', '.join(EXPECTED[1:])}")
    for number, (cells, wanted) in rows:
        if (len(cells), len(wanted)) != (len(asked), len(expected)):
            raise BadCase(
                f"{case.path}:{number}: {len(cells)} | {len(wanted)} cells below {len(asked)} | {len(expected)}"
            )
    return Table(section, asked, expected, tuple(pair for _, pair in rows))


def _counts(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _halves(path: Path, number: int, line: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    left, bar, right = line.partition(" | ")
    if not bar:
        raise BadCase(f"{path}:{number}: no ' | ' between what is asked and what is expected")
    return tuple(shlex.split(left)), tuple(shlex.split(right))


def options(case: Case) -> dict[str, str]:
    section = case.one("options")
    found: dict[str, str] = {}
    for line in section.body if section else ():
        if _counts(line):
            name, _, value = line.strip().partition(" ")
            if name not in OPTIONS or not value:
                raise BadCase(f"{case.path}: option {line.strip()!r}; known: {', '.join(OPTIONS)}")
            found[name] = value.strip()
    return found


def read(case: Case) -> Reading:
    """Return the reading of the exports of the case."""
    sources = [_source(section.argument or "export", section.body) for section in case.all("export")]
    chosen = options(case).get("format") or case.path.parent.name
    return importers.read(sources, chosen)


def _source(path: str, body: tuple[str, ...]) -> SourceText:
    return SourceText(path, "".join(f"{line}\n" for line in body), "utf-8", "0" * 64)


def answers(case: Case, asked: Table, found: Reading) -> tuple[Answer, ...]:
    """Return the answers to the packets of the case."""
    given = options(case)
    minute = packet_table.parse_time(given["time"]) if "time" in given else None
    text = "\n".join("\t".join(cells) for cells in (asked.asked, *(cells for cells, _ in asked.rows))) + "\n"
    packets = packet_table.load(SourceText(str(case.path), text, "utf-8", "0" * 64), minute)
    device = reading.choose_device(found, given.get("context"))
    devices = found.devices if device is None else (device,)
    side = case.one("device")
    if side is not None:
        devices = (reading.with_device_file(devices[0], device_file.load(_source("device", side.body))),)
    return matching.match(devices, packets.rows, given.get("list")).answers


def actual(answer: Answer, name: str) -> str:
    """Return what was found for an expected column; "-" for nothing."""
    value = {
        "verdict": _both(answer.verdict, answer.interpreted),
        "list": answer.list,
        "rule": answer.rule,
        "line": str(answer.span.first) if answer.span else "",
        "translated": answer.translated,
        "reply_verdict": _both(answer.reply, answer.interpreted_reply),
        "egress": answer.egress,
    }[name]
    return value or "-"


def _both(sets: Verdict | None, interpreter: Verdict | None) -> str:
    """Return what both engines say; where they differ, both, which no case expects."""
    shown = [one.value if one is not None else "-" for one in (sets, interpreter)]
    return shown[0] if shown[0] == shown[1] else f"sets:{shown[0]},interpreter:{shown[1]}"


def accounting(found: Reading) -> str:
    """Return the use of all lines, uses without lines left out."""
    total = {use: sum(one.lines.counts()[use] for one in found.inputs) for use in LineUse}
    return " ".join(f"{use.value} {count}" for use, count in total.items() if count)


def diagnostics(found: Reading) -> list[str]:
    """Return "code line" of every diagnostic, in order of place."""
    told = [
        (one.span.path if one.span else "", one.span.first if one.span else 0, one.code.value)
        for one in found.diagnostics
    ]
    several = len(found.inputs) > 1
    return [f"{code} {f'{path}:{line}' if several and path else line or '-'}" for path, line, code in sorted(set(told))]


def differences(case: Case) -> list[str]:
    """Return what is not as the case expects, a line each."""
    found = read(case)
    wrong: list[str] = []
    asked = table(case)
    if asked is not None:
        for (cells, expected), answer in zip(asked.rows, answers(case, asked, found), strict=True):
            for name, wanted in zip(asked.expected, expected, strict=True):
                got = actual(answer, name)
                if wanted != NOT_ASKED and got != wanted:
                    wrong.append(f"{' '.join(cells)}: {name} is {got}, expected {wanted}")
    wrong.extend(_lines(case, found))
    wrong.extend(_told(case, found))
    return wrong


def _lines(case: Case, found: Reading) -> list[str]:
    section = case.one("lines")
    if section is None:
        return []
    wanted, got = " ".join(" ".join(section.body).replace(",", " ").split()), accounting(found)
    return [] if wanted == got else [f"lines are: {got}, expected: {wanted}"]


def _told(case: Case, found: Reading) -> list[str]:
    section = case.one("diagnostics")
    if section is None:
        return []
    wanted = [" ".join(line.split()) for line in section.body if _counts(line)]
    got = diagnostics(found)
    missing = [f"no diagnostic {one}" for one in wanted if one != "..." and one not in got]
    beyond = [] if "..." in wanted else [f"unexpected diagnostic {one}" for one in got if one not in wanted]
    return missing + beyond


def updated(case: Case) -> str:
    """Return the text of the case with its expectations replaced by what is found; nothing else changes."""
    found = read(case)
    lines = case.path.read_text(encoding="utf-8").split("\n")
    asked = table(case)
    changes: list[tuple[Section, list[str]]] = []
    if asked is not None:
        told = [
            tuple(w if w == NOT_ASKED else actual(answer, n) for n, w in zip(asked.expected, expected, strict=True))
            for (_, expected), answer in zip(asked.rows, answers(case, asked, found), strict=True)
        ]
        changes.append((asked.section, _aligned(asked, told)))
    for name, body in (("lines", [accounting(found)]), ("diagnostics", diagnostics(found))):
        section = case.one(name)
        if section is not None:
            kept = [line for line in section.body if not _counts(line) or line.strip() == "..."]
            changes.append((section, [*body, *kept]))
    for section, body in sorted(changes, key=lambda change: -change[0].line):
        lines[section.line : section.line + len(section.body)] = body
    return "\n".join(lines)


def _aligned(asked: Table, told: list[tuple[str, ...]]) -> list[str]:
    """Return the body of `packets` with columns as wide as they need to be; comments stay where they are."""
    cells = [(asked.asked, asked.expected), *((row[0], new) for row, new in zip(asked.rows, told, strict=True))]
    rows = [[*map(_quoted, left), "|", *map(_quoted, right)] for left, right in cells]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    shown = iter(" ".join(cell.ljust(size) for cell, size in zip(row, widths, strict=True)).rstrip() for row in rows)
    return [next(shown) if _counts(line) else line for line in asked.section.body]


def _quoted(cell: str) -> str:
    return shlex.quote(cell) if not cell or any(character in cell for character in " \t'\"|") else cell
