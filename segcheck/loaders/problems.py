"""Everything that is wrong with one of our own files, told at once: file:line:column, the line, a caret, a remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from segcheck.errors import BadInput
from segcheck.lang.columns import clip, width
from segcheck.model.diagnostic import Severity
from segcheck.model.source import SourceText

#: More problems than this are counted, not shown.
SHOWN = 50


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong, at a 1-based line and column; `help_en` and `help_ja` say what to do, or are empty.

    severity   an ERROR makes the file unusable; a WARNING leaves something undecided, a NOTE nothing
    """

    line: int
    column: int
    en: str
    ja: str
    help_en: str = ""
    help_ja: str = ""
    severity: Severity = field(default=Severity.ERROR, compare=False)


@dataclass(frozen=True, slots=True)
class SiteFile:
    """One file of a site and all that is wrong with it; its path is relative to the site."""

    source: SourceText
    problems: tuple[Problem, ...]


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that `word` was most likely meant to be, or None."""
    by_lower = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def did_you_mean(word: str, known: Sequence[str]) -> tuple[str, str]:
    """Return the help, English and Japanese, for a word that is not among the known ones."""
    near = nearest(word, known)
    if near is not None:
        return f"did you mean '{near}'?", f"もしかして '{near}' ですか"
    names = ", ".join(sorted(known)[:20])
    return f"known: {names}", f"使えるもの: {names}"


def refuse(path: str, lines: Sequence[str], problems: Iterable[Problem]) -> BadInput:
    """Return the error that tells all problems of a file in order of place, each with its line and a caret."""
    ordered = sorted(set(problems))
    more = len(ordered) - SHOWN
    blocks_en = [block(path, lines, p, p.en, p.help_en) for p in ordered[:SHOWN]]
    blocks_ja = [block(path, lines, p, p.ja, p.help_ja) for p in ordered[:SHOWN]]
    if more > 0:
        blocks_en.append(f"{path}: and {more} more problems")
        blocks_ja.append(f"{path}: ほかに {more} 件")
    blocks_en.append("Nothing was judged.")
    blocks_ja.append("判定は行っていません。")
    return BadInput("\n".join(blocks_en), "\n".join(blocks_ja))


def refuse_cells(source: SourceText, problems: Iterable[Problem]) -> BadInput:
    """Return the error that tells all problems of a workbook, or of a table in text form, each with its cell or line."""
    if source.book is None or not source.book.rows:
        return refuse(source.path, source.lines(), problems)
    ordered = sorted(set(problems))
    shown = [(one, source.place(one.line, one.column)) for one in ordered[:SHOWN]]
    en = [block(source.path, (), one, one.en, one.help_en, place) for one, place in shown]
    ja = [block(source.path, (), one, one.ja, one.help_ja, place) for one, place in shown]
    more = len(ordered) - SHOWN
    if more > 0:
        en.append(f"{source.path}: and {more} more problems")
        ja.append(f"{source.path}: ほかに {more} 件")
    return BadInput("\n".join([*en, "Nothing was judged."]), "\n".join([*ja, "判定は行っていません。"]))


def block(path: str, lines: Sequence[str], problem: Problem, message: str, remedy: str, place: str = "") -> str:
    """Return a problem as text: the place and `message`, the line with a caret below it, the `remedy` where there is one.

    place   where it is, instead of path and line: a cell of a workbook, whose lines are not shown
    """
    told = [f"{place or f'{path}:{problem.line}:{problem.column}'}: {message}"]
    if not place and 1 <= problem.line <= len(lines):
        line = lines[problem.line - 1].replace("\t", " ")
        number = str(problem.line)
        before = width(line[: problem.column - 1])
        told.append(f"{number} | {clip(line, 110)}")
        if before < 107:
            told.append(f"{' ' * len(number)} | {' ' * before}^")
    if remedy:
        told.append(f"  = {remedy}")
    return "\n".join(told)
