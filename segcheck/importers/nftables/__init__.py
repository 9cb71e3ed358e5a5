"""Rules of Linux as `nft list ruleset` prints them, as text or as JSON.

`_statements` takes a text apart into tables, chains, sets and rules (`_ruleset`; `_json` puts the JSON form into the same words);
`_cursor`, `_keys` and `_matches` read what a rule asks, `_steps`, `_writes` and `_nat` what it does; `_chains` makes lists of
rules, `_hooks` puts base chains among the hooks of the kernel (`importers._linux`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from segcheck.importers._base import ImporterInfo, input_reading
from segcheck.importers._linux import pipeline
from segcheck.importers._remarks import Remarks
from segcheck.importers.nftables import _chains, _hooks, _json, _statements
from segcheck.importers.nftables._chains import Scanned
from segcheck.importers.nftables._context import VERSIONS, DeviceContext
from segcheck.importers.nftables._lexer import Piece
from segcheck.importers.nftables._ruleset import Ruleset
from segcheck.model.device import DeviceConfig, NamedObject, Scope
from segcheck.model.diagnostic import Code, LineAccount, LineUse, Severity
from segcheck.model.reading import Complete, InputReading, Maturity, Reading
from segcheck.model.rules import RuleList
from segcheck.model.source import SourceText, Span

FORMAT = "nftables"
IMPORTER = ImporterInfo(
    format=FORMAT,
    title="Linux nftables (nft list ruleset, nft -j list ruleset)",
    maturity=Maturity.DEVICE_TESTED,
    versions="nftables 0.9 to 1.0, Linux 4.18 and later",
    sources=(
        "nftables 1.0.6: nft(8), libnftables-json(5), src/parser_bison.y, src/proto.c",
        "Linux 6.18: net/netfilter/nf_tables_*.c, nft_*.c; behaviour measured in network namespaces",
    ),
    export_en="nft list ruleset > fw.nft   (or: nft -j list ruleset > fw.json)",
    export_ja="nft list ruleset > fw.nft   （または nft -j list ruleset > fw.json）",
    limits_en=(
        "Kernel settings are not in the export: forwarding on, rp_filter off and nf_conntrack_tcp_loose on are assumed.",
        "Rules of iptables-legacy, routing rules and XDP of the same machine are not in the export.",
        "Chains of the families bridge, arp and netdev and of ingress and egress hooks leave the device open if they hold rules.",
        "Flowtables, dup, fwd, tproxy, synproxy and rewritten header fields leave the device open.",
        "Times, rates, quotas, owners, random numbers and sets that change may hold or not.",
        "Two translating chains of one hook that both hold rules leave all translation open.",
    ),
    limits_ja=(
        "カーネル設定は出力に含まれません。転送有効、rp_filter 無効、nf_conntrack_tcp_loose 有効と仮定します。",
        "同じ機器の iptables-legacy・ポリシールーティング・XDP の規則は出力に含まれません。",
        "bridge・arp・netdev の各ファミリと ingress・egress フックのチェインに規則があれば、機器全体を未確定とします。",
        "flowtable、dup、fwd、tproxy、synproxy、ヘッダーの書き換えがあれば、機器全体を未確定とします。",
        "時刻、流量、割当量、所有者、乱数、内容が変わる集合による条件は成立・不成立の両方を考えます。",
        "同じフックに規則のある変換チェインが二つあれば、アドレス変換全体を未確定とします。",
    ),
)
# Blanks within a line only: over line ends, a file of blank lines would take time that grows with its square.
_TABLE = re.compile(
    r"^[ \t]*(?:add[ \t]+)?table[ \t]+(?:(?:ip6?|inet|arp|bridge|netdev)[ \t]+)?[\w.-]+[ \t]*\{", re.MULTILINE
)
_CHAIN = re.compile(r"^[ \t]*chain[ \t]+[\w.-]+[ \t]*\{|^[ \t]*type[ \t]+\w+[ \t]+hook[ \t]+\w+", re.MULTILINE)


def sniff(text: str) -> int:
    """Return how surely the text is a rule set of nftables, in either form."""
    if _json.is_json(text):
        return 95
    if not _TABLE.search(text):
        return 0
    return 90 if _CHAIN.search(text) else 50


def read(sources: Sequence[SourceText]) -> Reading:
    """Return the reading of one device's rule set, in one file or several that hold different tables."""
    return _Reading(sources).read()


class _Reading:
    def __init__(self, sources: Sequence[SourceText]) -> None:
        self.sources = sources
        self.remarks = Remarks(sources[0].path)
        self.inputs: list[InputReading] = []
        self.rulesets: list[Ruleset] = []

    def read(self) -> Reading:
        for source in self.sources:
            self._file(source)
        device = self._device()
        for ruleset in self.rulesets:
            self._input(ruleset)
        order = [source.path for source in self.sources]
        return Reading(
            format=FORMAT,
            maturity=IMPORTER.maturity,
            inputs=tuple(sorted(self.inputs, key=lambda one: order.index(one.path))),
            devices=(device,),
            diagnostics=self.remarks.diagnostics(),
        )

    def _file(self, source: SourceText) -> None:
        lines = source.lines()
        account = LineAccount(len(lines))
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.lstrip().startswith("#"):
                account.mark(number, number, LineUse.IRRELEVANT)
        if _json.is_json(source.text):
            ruleset = _json.read(source, account, self.remarks)
        else:
            pieces = [Piece(line, number, number) for number, line in enumerate(lines, 1)]
            ruleset = _statements.read(source, pieces, account, self.remarks)
        if source.lossy:
            where = _first_line(source)
            self.remarks.add(Code.ENCODING_LOSSY, Severity.WARNING, where, "device", encoding=source.encoding)
        self.rulesets.append(ruleset)

    def _input(self, ruleset: Ruleset) -> None:
        source, torn = ruleset.source, ruleset.torn
        if not torn and source.lines() and not source.text.endswith("\n") and not _json.is_json(source.text):
            torn = "the last line has no line end"
        evidence = torn or "nft list marks no end of the rule set, and does not say whether other tables exist"
        complete = Complete.NO if torn else Complete.UNKNOWN
        self.inputs.append(input_reading(source, FORMAT, ruleset.account, complete, evidence))

    def _completeness(self) -> None:
        for ruleset in self.rulesets:
            source = ruleset.source
            torn = ruleset.torn
            if not torn and source.lines() and not source.text.endswith("\n") and not _json.is_json(source.text):
                torn = "the last line has no line end"
            if torn:
                total = max(1, ruleset.account.total)
                span = Span(source.path, total, total)
                found = self.remarks.add(Code.EXPORT_INCOMPLETE, Severity.ERROR, span, "device", evidence=torn)
                self.remarks.taint(Scope.DEVICE, found)
            else:
                evidence = "nft list marks no end of the rule set"
                self.remarks.add(
                    Code.COMPLETENESS_UNKNOWN, Severity.NOTE, _first_line(source), "device", evidence=evidence
                )

    def _device(self) -> DeviceConfig:
        self._completeness()
        scanned: list[Scanned] = []
        for ruleset in self.rulesets:
            for table in ruleset.tables:
                if any(known.table.label == table.label for known in scanned):
                    span = ruleset.span(table.at)
                    found = self.remarks.add(
                        Code.DUPLICATE_NAME, Severity.ERROR, span, "device", kind="table", name=table.label
                    )
                    self.remarks.taint(Scope.DEVICE, found)
                    _hooks.leave_unread(ruleset, table, self.remarks)
                elif table.family in VERSIONS:
                    scanned.append(_chains.scan(ruleset, table))
                else:
                    _hooks.leave_unread(ruleset, table, self.remarks)
        if not any(ruleset.tables for ruleset in self.rulesets):
            where = _first_line(self.sources[0])
            found = self.remarks.add(Code.EXPORT_INCOMPLETE, Severity.ERROR, where, "device", evidence="no table")
            self.remarks.taint(Scope.DEVICE, found)
        context = self._learned(scanned)
        joins = frozenset(context.tracks)
        lists: dict[str, RuleList] = {}
        for one in scanned:
            lists |= _chains.convert(one, context, joins=joins)
        parts = _hooks.build(scanned, lists, context)
        lists |= {made.name: made for part in parts for made in part.lists}
        self._note_defaults(context)
        return DeviceConfig(
            format=FORMAT,
            lists=lists,
            pipeline=pipeline.united(parts),
            helpers=tuple(context.helpers),
            taints=self.remarks.taints(),
            objects=_objects(scanned),
        )

    def _learned(self, scanned: list[Scanned]) -> DeviceContext:
        """Return what rules do to each other, learned from a first reading that is thrown away."""
        context = DeviceContext(Remarks(self.sources[0].path))
        uses = [ruleset.account for ruleset in self.rulesets]
        for ruleset in self.rulesets:
            ruleset.account = LineAccount(ruleset.account.total)
        for one in scanned:
            _chains.convert(one, context, joins=frozenset())
        for ruleset, account in zip(self.rulesets, uses, strict=True):
            ruleset.account = account
        context.remarks = self.remarks
        context.helpers.clear()
        return context

    def _note_defaults(self, context: DeviceContext) -> None:
        where = _first_line(self.sources[0])
        settings = [("ip_forward and forwarding", "1"), ("rp_filter", "0")]
        settings += [("nf_conntrack_tcp_loose", "1")] if context.tracks else []
        for what, value in settings:
            self.remarks.add(
                Code.DEFAULT_ASSUMED, Severity.NOTE, where, "device", what=what, value=value, version="Linux"
            )


def _objects(scanned: list[Scanned]) -> tuple[NamedObject, ...]:
    found = []
    for one in scanned:
        used = {word.text[1:] for chain in one.table.chains.values() for rule in chain.rules for word in rule.words}
        for name, made in one.table.sets.items():
            text = f"{made.type}, {len(made.elements)} elements"
            state = "defined" if name in used else "unused"
            found.append(NamedObject(made.kind, f"{one.table.label} {name}", text, state, one.ruleset.span(made.at)))
    return tuple(found)


def _first_line(source: SourceText) -> Span | None:
    return Span(source.path, 1, 1) if source.lines() else None
