"""Results for people: lines that a terminal shows well, and that a pipe or a file receives plain and unwrapped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from segcheck.lang.columns import printable, width, wrap
from segcheck.lang.words import Words
from segcheck.model.device import DeviceConfig
from segcheck.model.diagnostic import Diagnostic, LineUse, Severity
from segcheck.model.reading import Complete, Reading
from segcheck.model.result import Answer, Fact, Matched, PacketTable, Way
from segcheck.model.rules import Rule, RuleList
from segcheck.model.source import Span
from segcheck.model.trace import Verdict
from segcheck.reports._expressions import action_text, match_text
from segcheck.reports._masking import masked
from segcheck.sets import addresses

#: Line numbers stand in the first column of most tables.
RIGHT_FIRST = frozenset((0,))
#: A last column narrower than this is not wrapped: the terminal does it.
NARROWEST = 20
#: Columns of running text (explanations) where no terminal is.
PROSE = 96
_VERDICT_STYLE = {Verdict.PERMIT: "green", Verdict.DENY: "red", Verdict.UNDECIDED: "yellow"}
_SEVERITY_STYLE = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
#: Ways of an undecided packet that are told.
WAYS_SHOWN = 4


Part = str | tuple[str, str]


class Page:
    """A page under construction in one language: lines of plain and (text, style) parts.

    columns   of the terminal, None where there is none
    """

    def __init__(self, words: Words, *, columns: int | None = None, colour: bool = False) -> None:
        self.words = words
        self.columns = columns
        self.colour = colour
        self._lines: list[tuple[Part, ...]] = []

    def text(self) -> str:
        """Return the page; no line ends in spaces."""
        if self.colour:
            return _coloured(self._lines)
        return "".join("".join(map(_plain, parts)).rstrip() + "\n" for parts in self._lines)

    def line(self, *parts: Part) -> None:
        """Add a line."""
        self._lines.append(parts)

    def heading(self, text: str) -> None:
        """Add an empty line and a heading."""
        self.line()
        self.line((text, "bold"))

    def prose(self, text: str, indent: int = 2) -> None:
        """Add running text, wrapped by display width."""
        for one in wrap(text, (self.columns or PROSE) - indent):
            self.line(" " * indent + one)

    def table(
        self, headings: Sequence[str], rows: Iterable[Sequence[Part]], right: frozenset[int] = frozenset()
    ) -> None:
        """Add a table; the columns in `right` are aligned to the right, the last one wraps at the edge of a terminal."""
        cells: list[list[Part]] = [[(heading, "bold") for heading in headings], *(list(row) for row in rows)]
        if not any(headings):
            del cells[0]
        last = len(headings) - 1
        widths = [max((width(_plain(row[index])) for row in cells), default=0) for index in range(last)]
        start = sum(widths) + 2 * last
        for row in cells:
            parts: list[Part] = []
            for index in range(last):
                space = " " * (widths[index] - width(_plain(row[index])))
                parts.extend((space, row[index], "  ") if index in right else (row[index], space, "  "))
            text, style = _styled(row[last])
            room = self.columns - start if self.columns else 0
            first, *more = wrap(text, room) if room >= NARROWEST else [text]
            self.line(*parts, (first, style))
            for piece in more:
                self.line(" " * start, (piece, style))


def _plain(part: Part) -> str:
    return printable(_styled(part)[0])


def _styled(part: Part) -> tuple[str, str]:
    return (part, "") if isinstance(part, str) else part


def _coloured(lines: Iterable[tuple[Part, ...]]) -> str:
    """Return the lines with the escape sequences of a terminal of 16 colours."""
    from rich.console import Console
    from rich.text import Text

    file = StringIO()
    console = Console(file=file, color_system="standard", force_terminal=True, legacy_windows=False)
    for parts in lines:
        styled = ((_plain(part), _styled(part)[1]) for part in parts)
        console.print(Text.assemble(*styled), soft_wrap=True, highlight=False)
    return file.getvalue()


def inspection(page: Page, reading: Reading) -> None:
    """Add what was understood of an export, rule by rule, and how every line was used."""
    words = page.words
    page.line(
        (words("inspect.title", format=reading.format), "bold"),
        f"  {words(f'maturity.{reading.maturity.value}.name')}",
    )
    _accounting(page, reading)
    for device in reading.devices:
        _device(page, device)
    if reading.diagnostics:
        page.heading(words("inspect.diagnostics", count=len(reading.diagnostics)))
        diagnostics(page, reading.diagnostics)
    page.line()
    page.line((_conclusion(words, reading), "bold"))


def _conclusion(words: Words, reading: Reading) -> str:
    doubtful = sum(unread(one.lines.counts()) for one in reading.inputs)
    total = sum(one.lines.total for one in reading.inputs)
    complete = {one.complete for one in reading.inputs}
    if doubtful:
        return words("inspect.doubtful", doubtful=doubtful, total=total)
    if Complete.NO in complete:
        return words("inspect.incomplete", total=total)
    return words("inspect.whole" if complete == {Complete.YES} else "inspect.perhaps_incomplete", total=total)


def unread(counts: dict[LineUse, int]) -> int:
    """Return how many lines were not understood in full."""
    return counts[LineUse.APPROXIMATED] + counts[LineUse.UNSUPPORTED] + counts[LineUse.UNRECOGNISED]


def _accounting(page: Page, reading: Reading) -> None:
    words = page.words
    page.heading(words("inspect.lines"))
    headings = [
        words("inspect.file"),
        *(words(f"line_use.{use.value}.name") for use in LineUse),
        words("inspect.total"),
    ]
    rows = []
    for one in reading.inputs:
        counts = one.lines.counts()
        rows.append([one.path, *(str(counts[use]) for use in LineUse), str(one.lines.total)])
    page.table(headings, rows, frozenset(range(1, len(headings))))
    for one in reading.inputs:
        page.line(
            words(
                "inspect.complete", path=one.path, word=words(f"complete.{one.complete.value}"), evidence=one.evidence
            )
        )


def _device(page: Page, device: DeviceConfig) -> None:
    words = page.words
    name = "/".join(filter(None, (device.hostname, device.context))) or words("inspect.unnamed")
    page.heading(words("inspect.device", name=name))
    page.line("  ", words("inspect.version", version=device.version or words("inspect.not_said")))
    page.line("  ", words("inspect.families", families=", ".join(f"IPv{f}" for f in sorted(device.families)) or "-"))
    page.line("  ", words("inspect.addressing_known" if device.addressing_known else "inspect.addressing_unknown"))
    page.line("  ", words("inspect.routing_known" if device.routing_known else "inspect.routing_unknown"))
    if device.interfaces:
        page.heading(words("inspect.interfaces", count=len(device.interfaces)))
        page.table(
            [words(f"inspect.{key}") for key in ("line", "name", "addresses", "zone", "state")],
            (
                (
                    _line(one.span),
                    one.name,
                    " ".join(f"{addresses.text(a.address)}/{a.length}" for a in one.addresses)
                    or ("dhcp" if one.dynamic else ""),
                    one.zone,
                    words({True: "inspect.up", False: "inspect.down", None: "inspect.not_said"}[one.enabled]),
                )
                for one in device.interfaces
            ),
            RIGHT_FIRST,
        )
    for rules in device.lists.values():
        _list(page, rules)
    _further(page, device)


def _list(page: Page, rules: RuleList) -> None:
    words = page.words
    builtin = f"  {words('inspect.builtin')}" if rules.builtin else ""
    page.heading(
        words("inspect.list", name=rules.name, count=len(rules.rules), default=action_text(rules.default)) + builtin
    )
    if rules.rules:
        page.table(
            [words(f"inspect.{key}") for key in ("line", "rule", "action", "match")],
            (_rule(words, rule) for rule in rules.rules),
            RIGHT_FIRST,
        )


def _rule(words: Words, rule: Rule) -> tuple[str | tuple[str, str], ...]:
    notes = [masked(match_text(rule.match))]
    if not rule.enabled:
        notes.append(f"[{words('inspect.disabled')}]")
    if rule.log:
        notes.append(f"[{words('inspect.log')}]")
    if rule.hits is not None:
        notes.append(f"[{words('inspect.hits', count=rule.hits)}]")
    notes.extend(f"[{code}]" for code in rule.because)
    notes.extend(f'"{masked(text)}"' for text in (rule.name, rule.comment) if text)
    return (_line(rule.span), rule.id, (action_text(rule.action), _action_style(rule)), " ".join(notes))


def _action_style(rule: Rule) -> str:
    shown = action_text(rule.action)
    return (
        "dim" if not rule.enabled else {"permit": "green", "deny": "red", "perhaps": "yellow"}.get(shown.split()[0], "")
    )


def _line(span: Span | None) -> str:
    return (span.cell or str(span.first)) if span else "-"


def _further(page: Page, device: DeviceConfig) -> None:
    words = page.words
    sections: list[tuple[str, list[tuple[Span | None, str]]]] = [
        (
            "routes",
            [
                (
                    route.span,
                    " ".join(
                        filter(
                            None,
                            (
                                ",".join(addresses.describe(route.to)),
                                f"via {addresses.text(route.gateway)}" if route.gateway is not None else "",
                                route.interface or "",
                                "" if route.kind.value == "unicast" else route.kind.value,
                                "" if route.sure else words("inspect.unsure"),
                            ),
                        )
                    ),
                )
                for route in device.routes
            ],
        ),
        (
            "schedules",
            [
                (one.span, one.name + ("" if one.known else f" ({words('inspect.unsure')})"))
                for one in device.schedules.values()
            ],
        ),
        ("services", [(one.span, f"{one.kind} {masked(match_text(one.match))}") for one in device.services]),
        (
            "helpers",
            [(None, one.protocol + ("" if one.sure else f" ({words('inspect.unsure')})")) for one in device.helpers],
        ),
        (
            "objects",
            [
                (one.span, f"{one.kind} {one.name}: {one.text}" + _unless_defined(words, one.state))
                for one in device.objects
            ],
        ),
        (
            "taints",
            [
                (one.span, f"{words(f'scope.{one.scope.value}')} {one.subject} <- {one.diagnostic}")
                for one in device.taints
            ],
        ),
    ]
    for key, lines in sections:
        if lines:
            page.heading(words(f"inspect.{key}", count=len(lines)))
            page.table([words("inspect.line"), ""], ((_line(span), masked(text)) for span, text in lines), RIGHT_FIRST)


def _unless_defined(words: Words, state: str) -> str:
    return "" if state == "defined" else f" ({words(f'inspect.{state}')})"


def diagnostics(page: Page, told: Iterable[Diagnostic]) -> None:
    """Add diagnostics: where, what, the consequence; the remedy once per code."""
    words = page.words
    remedied = set()
    for one in told:
        key = f"diagnostics.{one.code.value}"
        where = f"{one.span.start}: " if one.span else ""
        scope = f" ({masked(one.scope)})" if one.scope else ""
        message = words(f"{key}.message", **{name: masked(value) for name, value in one.params})
        page.line(
            where,
            (words(f"severity.{one.severity.value}"), _SEVERITY_STYLE[one.severity]),
            f": {message}{scope} [{one.code.value}]",
        )
        if one.code not in remedied:
            remedied.add(one.code)
            space = "" if words.language == "ja" else " "
            page.prose(words(f"{key}.consequence") + space + words(f"{key}.remedy"), 4)


def matching(page: Page, matched: Matched, table: PacketTable) -> None:
    """Add one line per packet: what it is, what becomes of it, and the statement that decided."""
    words = page.words
    headings = [words(f"match.{key}") for key in ("packet", "verdict", "rule", "line", "translated", "reply")]
    rows = [_answer(words, answer, table.columns) for answer in matched.answers]
    page.table(headings, rows, frozenset((3,)))
    for answer in matched.answers:
        if answer.verdict is Verdict.UNDECIDED:
            page.line()
            page.line(words("match.undecided", line=answer.row.line))
            for text in _ways(words, answer.ways):
                page.line("  ", text)
    counts = {verdict: sum(answer.verdict is verdict for answer in matched.answers) for verdict in Verdict}
    page.line()
    page.line(words("match.summary", total=len(matched.answers), **{v.value: n for v, n in counts.items()}))


def _answer(words: Words, answer: Answer, columns: Sequence[str]) -> tuple[str | tuple[str, str], ...]:
    cells = dict(zip(columns, answer.row.cells, strict=True))
    rule = " ".join(filter(None, (answer.list, answer.rule)))
    return (
        " ".join(f"{name}={cell}" for name, cell in cells.items() if cell),
        (words(f"verdicts.{answer.verdict.value}.name"), _VERDICT_STYLE[answer.verdict]),
        rule + (f" {words('inspect.builtin')}" if answer.builtin else ""),
        _line(answer.span),
        answer.translated,
        words(f"verdicts.{answer.reply.value}.name") if answer.reply else "",
    )


def _ways(words: Words, ways: Sequence[Way]) -> Iterator[str]:
    for way in ways[:WAYS_SHOWN]:
        parts = (
            words(f"verdicts.{way.verdict.value}.name"),
            way.list,
            way.rule,
            f"({way.span})" if way.span else "",
            f"-> {way.egress}" if way.egress else "",
        )
        given = f": {masked(', '.join(way.conditions))}" if way.conditions else ""
        yield " ".join(filter(None, parts)) + given
    if len(ways) > WAYS_SHOWN:
        yield words("match.more_ways", count=len(ways) - WAYS_SHOWN)


def topic(page: Page, title: str, paragraphs: Iterable[tuple[str, str]]) -> None:
    """Add an explanation: a title, and (heading, text) paragraphs."""
    page.line((title, "bold"))
    for heading, text in paragraphs:
        page.heading(heading)
        page.prose(text)


def contents(page: Page, groups: Iterable[tuple[str, Sequence[tuple[str, str]]]]) -> None:
    """Add a table of contents: (heading, ((id, one line), ...)) groups."""
    for heading, entries in groups:
        page.heading(heading)
        page.table(["", ""], [(f"  {name}", text) for name, text in entries])


def health(page: Page, facts: Sequence[Fact]) -> None:
    """Add what `doctor` found."""
    words = page.words
    rows = [
        (
            words("doctor.good") if fact.good else words("doctor.bad"),
            words(f"doctor.{fact.name}") if f"doctor.{fact.name}" in words else fact.name,
            fact.value,
        )
        for fact in facts
    ]
    page.table(["", words("doctor.what"), words("doctor.value")], rows)
    page.line()
    bad = sum(not fact.good for fact in facts)
    page.line((words("doctor.all_good") if not bad else words("doctor.some_bad", count=bad), "bold"))
