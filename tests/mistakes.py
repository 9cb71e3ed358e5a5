"""The mistakes of `topologies/mistakes`: each a pair of small sites, judged once for all that ask, and told as a page.

mistakes   all of them, by number
judged     what `check` finds in one site of a pair, and `replay` in its captures
page       the catalogue as Markdown: what tools/mistakes_page writes and a test compares
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from segcheck.app import assessing, replaying
from segcheck.lang.words import Words
from segcheck.model.assessment import Assessment
from segcheck.model.finding import ConfigEvidence, Finding, Weight
from segcheck.reports.as_text import Page
from segcheck.reports.check_text import finding_block

ROOT = Path(__file__).resolve().parent.parent
SITES = ROOT / "topologies" / "mistakes"
PAGES = {language: ROOT / "docs" / "guide" / f"mistakes.{language}.md" for language in ("en", "ja")}
#: A Tuesday, on which all sites are judged.
DAY = date(2026, 11, 24)
KINDS = ("mistaken", "mended")
#: Lines of one rule that the page quotes.
QUOTED = 24


@dataclass(frozen=True, slots=True)
class Sign:
    """What finds a mistake: a check with the weight and subject of its finding; `waits` says what is not there yet."""

    check: str
    weight: Weight
    by: str
    subject: str = ""
    waits: str = ""

    def fits(self, finding: Finding) -> bool:
        """Return whether a finding is the one that is meant."""
        return (finding.check, finding.weight) == (self.check, self.weight) and self.subject in ("", finding.subject)


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake as its file tells it; texts are (English, Japanese)."""

    folder: Path
    number: int
    severity: Weight
    basis: tuple[str, ...]
    requirements: tuple[str, ...]
    signs: tuple[Sign, ...]
    texts: dict[str, tuple[str, str]] = field(hash=False)

    @property
    def name(self) -> str:
        """Return the name of its folder."""
        return self.folder.name


@cache
def mistakes() -> tuple[Mistake, ...]:
    """Return all mistakes, by number."""
    return tuple(_read(path) for path in sorted(SITES.glob("*/mistake.yaml")))


def _read(path: Path) -> Mistake:
    told: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    signs = [Sign(**{**one, "weight": Weight(one["weight"])}) for one in told.pop("found_by")]
    return Mistake(
        folder=path.parent,
        number=told.pop("number"),
        severity=Weight(told.pop("severity")),
        basis=tuple(told.pop("basis")),
        requirements=tuple(told.pop("requirements")),
        signs=tuple(signs),
        texts={name: (text["en"], text["ja"]) for name, text in told.items()},
    )


@cache
def judged(mistake: Mistake, kind: str) -> tuple[Assessment, Assessment | None]:
    """Return the judgement of a site of the pair ("mistaken", "mended"), and that of its captures if it has any."""
    folder = mistake.folder / kind
    captures = sorted(str(path) for path in folder.glob("captures/*.pcapng"))
    ruled = assessing.assess(str(folder), day=DAY, spelt=False).assessment
    if not captures:
        return ruled, None
    seen = replaying.replay(str(folder), captures, day=DAY, hashes=False)
    return ruled, seen.replayed.assessment


def findings(mistake: Mistake, kind: str) -> Iterator[tuple[Assessment, Finding]]:
    """Yield all findings on a site of the pair and its captures, each with the judgement that it belongs to."""
    for one in judged(mistake, kind):
        if one is not None:
            yield from ((one, finding) for finding in one.findings)


# ---- the page

_WORDS = {
    "title": ("Mistakes that real networks have", "実際のネットワークにある設定ミス"),
    "intro": (
        "A textbook of mistakes in municipal three-tier networks. Each is a pair of small sites that comes with segcheck: "
        "one with the mistake, one mended. Every town is invented; addresses are private or from documentation ranges. "
        "All lines, outputs and differences below are generated from the files by `tools/mistakes_page`; a test compares them.",
        "三層の対策のネットワークで実際に起きる設定ミスの教科書です。ミスごとに、誤りのあるサイト (mistaken) と"
        "直したサイト (mended) の組が segcheck に付いています。町はすべて架空で、アドレスはプライベートまたは文書用の範囲です。"
        "以下の行、出力、差分はすべて `tools/mistakes_page` がファイルから作り、テストが照合しています。",
    ),
    "try": ("Try one:", "試し方:"),
    "number": ("No.", "番号"),
    "mistake": ("Mistake", "設定ミス"),
    "severity": ("Severity", "重大度"),
    "shows": ("Shows in", "現れる場所"),
    "found": ("Found by", "見つけるチェック"),
    "breaks": ("requirements", "破る要件"),
    "rules": ("In the rules", "規則では"),
    "wire": ("On the wire", "通信では"),
    "mend": ("How to mend it", "直し方"),
    "prints": ("What segcheck prints", "segcheck の出力"),
    "not_yet": ("Not found yet", "まだ見つけられない"),
    "to_come": ("A check to come", "今後のチェック"),
    "graded": ("Why another weight", "重大度が違う理由"),
    "missing": ("Not to be seen", "見えないもの"),
    "R": ("rules", "規則"),
    "C": ("captures", "キャプチャ"),
    "A": ("declarations", "申告"),
    "lines": ("lines", "行"),
    "nothing": (
        "The two sites have the same files; they differ in captures alone.",
        "2 つのサイトのファイルは同じで、キャプチャだけが違います。",
    ),
}


def page(language: str) -> str:
    """Return the catalogue in one language, as Markdown."""
    place = ("en", "ja").index(language)
    words = {name: text[place] for name, text in _WORDS.items()}
    weigh = Words(language)
    lines = [f"# {words['title']}", "", words["intro"], "", words["try"], "", "```console"]
    first = next(one for one in mistakes() if one.number == 3)
    site = f"topologies/mistakes/{first.name}/mistaken"
    lines += [
        f"$ segcheck check {site} --time {DAY}",
        f"$ segcheck replay {site} {site}/captures/*.pcapng --time {DAY}",
    ]
    lines += ["```", ""]
    lines += [f"| {words['number']} | {words['mistake']} | {words['severity']} | {words['shows']} | {words['found']} |"]
    lines += ["|---|---|---|---|---|"]
    for one in mistakes():
        title = one.texts["title"][place]
        shows = "、".join(words[b] for b in one.basis) if language == "ja" else ", ".join(words[b] for b in one.basis)
        found = ", ".join(dict.fromkeys(f"`{sign.check}`" for sign in one.signs if not sign.waits)) or words["not_yet"]
        anchor = f"[{title}](#m{one.number:02d})"
        lines.append(f"| {one.number} | {anchor} | {weigh(f'weight.{one.severity.value}')} | {shows} | {found} |")
    for one in mistakes():
        lines += ["", *_section(one, place, words, weigh)]
    return "\n".join(lines) + "\n"


def _section(one: Mistake, place: int, words: dict[str, str], weigh: Words) -> Iterator[str]:
    yield f'<a id="m{one.number:02d}"></a>'
    yield ""
    yield f"## {one.number}. {one.texts['title'][place]}"
    yield ""
    weight = weigh(f"weight.{one.severity.value}")
    yield f"`topologies/mistakes/{one.name}` — {weight} — {words['breaks']}: {', '.join(one.requirements)}"
    yield ""
    yield f"**{words['rules']}** {one.texts['rules'][place]}"
    told = [(a, f) for sign in one.signs if not sign.waits for a, f in findings(one, "mistaken") if sign.fits(f)]
    yield from _quoted(one, [finding for _, finding in told], words)
    yield ""
    yield f"**{words['wire']}** {one.texts['wire'][place]}"
    yield ""
    if told:
        yield f"**{words['prints']}**"
        yield ""
        yield "```text"
        paper = Page(weigh)
        for number, (assessment, finding) in enumerate(told, 1):
            finding_block(paper, assessment, finding, number, "mistaken")
        yield from paper.text().splitlines()
        yield "```"
        yield ""
    for sign in one.signs:
        if sign.waits:
            yield f"*{words['to_come']}:* `{sign.check}` ({weigh(f'weight.{sign.weight.value}')})"
            yield ""
    for name in ("graded", "missing"):
        if name in one.texts:
            yield f"*{words[name]}:* {one.texts[name][place]}"
            yield ""
    yield f"**{words['mend']}** {one.texts['mend'][place]}"
    yield ""
    yield from _difference(one, words)


def _quoted(one: Mistake, found: list[Finding], words: dict[str, str]) -> Iterator[str]:
    """Yield the lines of the exports that the findings blame, each rule once."""
    spans = dict.fromkeys(
        piece.span
        for finding in found
        for piece in finding.evidence
        if isinstance(piece, ConfigEvidence) and "exports/" in piece.span.path
    )
    for span in spans:
        path = Path(span.path)
        path = path if path.is_absolute() else one.folder / "mistaken" / span.path
        text = path.read_text(encoding="utf-8").splitlines()[span.first - 1 : span.last]
        inside = path.relative_to(one.folder).as_posix()
        where = f"{span.first}" if span.first == span.last else f"{span.first}-{span.last}"
        yield from ["", f"`{inside}:{where}`", "", "```text", *text[:QUOTED]]
        if len(text) > QUOTED:
            yield f"... ({len(text)} {words['lines']})"
        yield "```"


def _difference(one: Mistake, words: dict[str, str]) -> Iterator[str]:
    """Yield what differs between the two sites' files."""
    changed = []
    paths = {p.relative_to(one.folder / kind) for kind in KINDS for p in _texts(one.folder / kind)}
    for path in sorted(paths):
        sides = [_lines(one.folder / kind / path) for kind in KINDS]
        names = [f"{kind}/{path.as_posix()}" for kind in KINDS]
        changed += list(difflib.unified_diff(*sides, *names, n=1, lineterm=""))
    yield from ["```diff", *(line.rstrip() for line in changed), "```"] if changed else [words["nothing"]]


def _texts(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pcapng"]


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def unsaid(assessment: Assessment) -> list[str]:
    """Return the checks of findings whose words are missing in a language."""
    bare = []
    for finding in assessment.findings:
        told = assessment.checks[finding.check].worded(finding.standing)
        texts = [one.format(**dict(finding.params)) for one in told[:2]]
        if not all(texts) or not all(finding.remedy):
            bare.append(finding.check)
    return bare
