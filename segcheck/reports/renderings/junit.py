"""The result as test cases for CI: one for each requirement and each pair of zones, so that what passes shows too (JUnit XML).

Requirements are a suite and a class for each organ of the body, where it has any.
Only what was shown passes. Undecided is a failure of the type `undecided`; what rests on assumptions that nobody accepted, on
missing evidence or on an exception is skipped, and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from segcheck.lang.words import Words, load
from segcheck.reports.renderings import Format, _organs, _told
from segcheck.reports.renderings._organs import Organ
from segcheck.reports.renderings._told import Document

FORMAT = Format(
    name="junit", suffix=".xml", summary=("test results of a CI (JUnit XML)", "CI のテスト結果 (JUnit XML)")
)
PASSED, FAILED, SKIPPED = "passed", "failure", "skipped"


@dataclass(frozen=True, slots=True)
class Case:
    """A test case: how it ended, as which type, and why."""

    name: str
    group: str
    end: str
    type: str = ""
    message: str = ""
    text: str = ""


def render(result: Mapping[str, Any], language: str) -> str:
    """Return the test results; a case that fails or is skipped says which of the words of segcheck it stands for."""
    words = load(language)
    suites = (
        *((_suite(words, one), list(_requirements(words, result, one))) for one in _organs.organs(result)),
        (words("told.pairs"), list(_pairs(words, result))),
        (words("told.others"), list(_others(words, result))),
    )
    cases = [one for _, members in suites for one in members]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites{_attributes('segcheck', cases)}>"]
    for name, members in suites:
        if members:
            lines += [f" <testsuite{_attributes(name, members)}>", *_properties(words, result), *map(_case, members)]
            lines.append(" </testsuite>")
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _suite(words: Words, organ: Organ) -> str:
    title = words("requirements.title")
    return f"{title}: {organ.title}" if organ.id else title


def _requirements(words: Words, result: Document, organ: Organ) -> Iterator[Case]:
    """Yield the requirements of an organ as cases of a class of its own."""
    told = {one["fingerprint"]: one for one in result["findings"]}
    group = f"requirements.{organ.id}" if organ.id else "requirements"
    for one in organ.rows:
        outcome = one["outcome"]
        word = words(f"requirements.outcome.{outcome}")
        because = "; ".join(_told.said(sentence, words.language) for sentence in one["because"])
        lines = [_line(words, result, told[name]) for name in one["findings"] if name in told]
        end = PASSED if outcome == "pass" else SKIPPED
        if outcome == "fail" or (outcome == "insufficient_evidence" and one["in_scope"]):
            end = FAILED
        name = f"{one['id']} {_told.said(one['text'], words.language)}"
        yield Case(name, group, end, outcome, f"{word}: {because}" if because else word, "\n".join(lines))


def _pairs(words: Words, result: Document) -> Iterator[Case]:
    """Yield each ordered pair of zones with the worst of its places; a device on no zone's side stands for itself."""
    grouped: dict[tuple[str, str], list[Document]] = {}
    for one in result["crossings"]:
        ends = (one["src_zone"] or one["src"], one["dst_zone"] or one["dst"])
        grouped.setdefault(ends, []).append(one)
    findings: dict[tuple[str | None, str | None], list[str]] = {}
    for one in _told.open_findings(result):
        findings.setdefault((one["src_zone"], one["dst_zone"]), []).append(_line(words, result, one))
    accepted = "--accept-assumptions" in result["run"]["weakened"]
    for (src, dst), places in sorted(grouped.items()):
        worst = min((one["verdict"] for one in places), key=_told.STANDINGS.index)
        found = [one for one in places if one["verdict"] == worst]
        end = PASSED if worst == "proven" or (worst == "proven_assuming" and accepted) else SKIPPED
        if worst in ("violated", "undecided"):
            end = FAILED
        causes = dict.fromkeys(name for one in found for name in (*one["because"], *one["assumptions"]))
        message = _told.stands(words, result, worst) + (f": {', '.join(map(_told.plain, causes))}" if causes else "")
        lines = [f"{_told.plain(one['src'])} → {_told.plain(one['dst'])}" for one in found]
        yield Case(f"{src} → {dst}", "zones", end, worst, message, "\n".join([*findings.get((src, dst), ()), *lines]))


def _others(words: Words, result: Document) -> Iterator[Case]:
    """Yield the findings that no requirement and no pair of zones tells."""
    told = {name for one in result["requirements"] if one["outcome"] == "fail" for name in one["findings"]}
    for one in result["findings"]:
        if one["fingerprint"] not in told:
            end = SKIPPED if one["waiver"] else FAILED
            kind = "exception_approved" if one["waiver"] else one["verdict"]
            title = _told.title(result, one, words.language)
            yield Case(f"{title}: {one['subject']}", "findings", end, kind, _line(words, result, one))


def _line(words: Words, result: Document, one: Document) -> str:
    standing = _told.standing(words, result, one)
    place = _told.at(*_told.place(one))
    message = _told.said(one["message"], words.language)
    weight = words(f"weight.{one['severity']}")
    return f"{weight} {standing} {message} {place}".rstrip()


def _properties(words: Words, result: Document) -> Iterator[str]:
    rows = {
        "site": result["site"],
        "day": result["day"],
        "verdict": result["verdict"],
        "version": result["run"]["version"],
        "conclusion": _told.conclusion(words, result),
    }
    rows |= {f"weakened.{at}": line for at, line in enumerate(_told.weakened(words, result), 1)}
    yield "  <properties>"
    for name, value in rows.items():
        yield f"   <property name={_quoted(name)} value={_quoted(value)}/>"
    yield "  </properties>"


def _attributes(name: str, cases: Iterable[Case]) -> str:
    ends = [one.end for one in cases]
    counts = f' tests="{len(ends)}" failures="{ends.count(FAILED)}" errors="0" skipped="{ends.count(SKIPPED)}"'
    return f" name={_quoted(name)}{counts}"


def _case(one: Case) -> str:
    head = f"  <testcase classname={_quoted(f'segcheck.{one.group}')} name={_quoted(one.name)}"
    text = "\n".join(escape(_told.plain(line)) for line in one.text.split("\n") if line)
    if one.end == PASSED:
        leaning = escape(_told.plain(one.message)) if one.type not in ("pass", "proven") else ""
        return f"{head}><system-out>{leaning}</system-out></testcase>" if leaning else f"{head}/>"
    why = f"message={_quoted(one.message)}"
    if one.end == SKIPPED:  # has no type of its own: it stands before the message
        return f"{head}><skipped message={_quoted(f'{one.type}: {one.message}')}>{text}</skipped></testcase>"
    return f"{head}><failure type={_quoted(one.type)} {why}>{text}</failure></testcase>"


def _quoted(text: object) -> str:
    return quoteattr(_told.plain(text))
