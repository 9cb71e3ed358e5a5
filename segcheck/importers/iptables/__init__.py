"""Rules of Linux as iptables-save and ip6tables-save print them, with ipset's sets.

`_statements` takes a file apart into tables, chains and rule lines, `_options` a line into options; `_scan` finds what
rules do to each other; `_match_*` and `_targets` give each option and target its meaning; `_chains` makes lists of rules,
`_pipeline` puts them among the hooks of the kernel (`importers._linux`).
"""

from __future__ import annotations

from collections.abc import Sequence

from segcheck.importers._base import ImporterInfo, input_reading
from segcheck.importers._linux import pipeline
from segcheck.importers._remarks import Remarks
from segcheck.importers.iptables import _applying, _chains, _pipeline, _scan, _sets, _sources, _statements
from segcheck.importers.iptables._context import DeviceContext
from segcheck.importers.iptables._scan import Scanned
from segcheck.model.device import DeviceConfig, NamedObject, Scope
from segcheck.model.diagnostic import Code, LineAccount, LineUse, Severity
from segcheck.model.pipeline import Helper
from segcheck.model.reading import Complete, InputReading, Maturity, Reading
from segcheck.model.rules import RuleList
from segcheck.model.source import SourceText, Span

FORMAT = "iptables"
IMPORTER = ImporterInfo(
    format=FORMAT,
    title="Linux iptables-save, ip6tables-save, ipset save",
    maturity=Maturity.DEVICE_TESTED,
    versions="iptables 1.4 to 1.8 (legacy and nf_tables), Linux 4.10 and later, ipset 6 and 7",
    sources=(
        "iptables 1.8.9: iptables(8), iptables-extensions(8), iptables/*.c, extensions/*.c",
        "Linux 6.18: net/netfilter, net/ipv4, net/ipv6; behaviour measured in network namespaces",
        "ipset(8) 7.17, net/netfilter/ipset",
    ),
    export_en="iptables-save -c > fw.v4; ip6tables-save -c > fw.v6; ipset save > fw.ipset",
    export_ja="iptables-save -c > fw.v4; ip6tables-save -c > fw.v6; ipset save > fw.ipset",
    limits_en=(
        "Kernel settings are not in the export: forwarding on, rp_filter off and nf_conntrack_tcp_loose on are assumed.",
        "nftables rules, ebtables, routing rules and XDP of the same machine are not in the export.",
        "Payload matches (string, u32, bpf), policy, socket, rpfilter and physdev may hold or not.",
        "Rates, recent lists, owners and quotas may hold or not.",
    ),
    limits_ja=(
        "カーネル設定は出力に含まれません。転送有効、rp_filter 無効、nf_conntrack_tcp_loose 有効と仮定します。",
        "同じ機器の nftables・ebtables・ポリシールーティング・XDP の規則は出力に含まれません。",
        "ペイロードの照合（string, u32, bpf）、policy、socket、rpfilter、physdev は成立・不成立の両方を考えます。",
        "流量制限、recent、所有者、割当量による条件は成立・不成立の両方を考えます。",
    ),
)

#: iptables of the time before Linux 4.7 switched off the automatic assignment of conntrack helpers.
_AUTOMATIC_HELPERS_BEFORE = (1, 6, 1)

#: See `importers`.
apply = _applying.apply


def sniff(text: str) -> int:
    """Return how surely the text is an iptables-save; an ipset save or a listing (`iptables -L`) is none."""
    return _sources.score(text)


def read(sources: Sequence[SourceText]) -> Reading:
    """Return the reading of one device's files, in any order: iptables-save, ip6tables-save, ipset save."""
    return _Reading(sources).read()


class _Reading:
    def __init__(self, sources: Sequence[SourceText]) -> None:
        self.sources = sources
        self.remarks = Remarks(sources[0].path)
        self.device = DeviceContext(self.remarks, _sets.Sets())
        self.inputs: dict[int, InputReading] = {}
        self.saves: dict[int, tuple[int, _statements.Save]] = {}

    def read(self) -> Reading:
        saves: list[tuple[int, _statements.Save]] = []
        for place, source in enumerate(self.sources):
            what = _sources.content(source.text)
            if what is _sources.Content.RULES:
                saves.append((place, _statements.read(source, self.remarks)))
            elif what is _sources.Content.SETS:
                account, torn = _sets.read(source, self.device.sets, self.remarks)
                self._input(place, account, torn)
            else:
                self._refuse_file(place, source)
            if source.lossy:
                self.remarks.add(
                    Code.ENCODING_LOSSY, Severity.WARNING, _first_line(source), "device", encoding=source.encoding
                )
        self._assign_families(saves)
        scanned = [_scan.scan(save, family, self.device) for family, (_, save) in sorted(self.saves.items())]
        lists: dict[str, RuleList] = {}
        for one in scanned:
            lists |= _chains.convert(one, self.device)
        for place, save in self.saves.values():
            self._input(place, save.account, save.torn)
        return Reading(
            format=FORMAT,
            maturity=IMPORTER.maturity,
            inputs=tuple(self.inputs[place] for place in sorted(self.inputs)),
            devices=(self._device(scanned, lists),),
            diagnostics=self.remarks.diagnostics(),
        )

    def _assign_families(self, saves: list[tuple[int, _statements.Save]]) -> None:
        unclear = []
        for place, save in saves:
            family = _sources.family_shown(save)
            if family is None:
                unclear.append((place, save))
            elif family in self.saves:
                self._refuse_second(place, save, family)
            else:
                self.saves[family] = (place, save)
        for place, save in unclear:
            free = [family for family in (4, 6) if family not in self.saves]
            if not free:
                self._refuse_second(place, save, 4)
                continue
            self.saves[free[0]] = (place, save)
            self.remarks.add(
                Code.DEFAULT_ASSUMED,
                Severity.WARNING,
                _first_line(save.source),
                "device",
                what="address family of a file that shows none",
                value=f"IPv{free[0]}",
                version="any",
            )

    def _refuse_second(self, place: int, save: _statements.Save, family: int) -> None:
        found = self.remarks.add(
            Code.DUPLICATE_NAME,
            Severity.ERROR,
            _first_line(save.source),
            "device",
            kind="export",
            name=f"IPv{family} rules",
        )
        self.remarks.taint(Scope.DEVICE, found)
        if save.account.total:
            save.account.mark(1, save.account.total, LineUse.UNSUPPORTED)
        self._input(place, save.account, save.torn)

    def _refuse_file(self, place: int, source: SourceText) -> None:
        account = LineAccount(len(source.lines()))
        for number, line in enumerate(source.lines(), 1):
            if not line.strip():
                account.mark(number, number, LineUse.IRRELEVANT)
        found = self.remarks.add(
            Code.UNRECOGNISED_LINE, Severity.ERROR, _first_line(source), "device", text=source.text.strip()[:80]
        )
        self.remarks.taint(Scope.DEVICE, found)
        self._input(place, account, "")

    def _input(self, place: int, account: LineAccount, torn: str) -> None:
        source = self.sources[place]
        evidence = torn or "iptables-save and ipset save mark no end of the file"
        if torn:
            span = Span(source.path, account.total, account.total)
            _sets.taint_if_torn(span, torn, self.remarks)
        else:
            self.remarks.add(Code.COMPLETENESS_UNKNOWN, Severity.NOTE, _first_line(source), "device", evidence=evidence)
        complete = Complete.NO if torn else Complete.UNKNOWN
        self.inputs[place] = input_reading(source, FORMAT, account, complete, evidence)

    def _device(self, scanned: list[Scanned], lists: dict[str, RuleList]) -> DeviceConfig:
        parts = [_pipeline.build(one) for one in scanned]
        for one in scanned:
            self._note_defaults(one)
            self._note_helpers(one)
        self._note_families()
        lists |= {made.name: made for part in parts for made in part.lists}
        return DeviceConfig(
            format=FORMAT,
            version=next((one.save.version for one in scanned if one.save.version), ""),
            families=frozenset(self.saves),
            lists=lists,
            pipeline=pipeline.united(parts),
            schedules=self.device.schedules,
            helpers=tuple(self.device.helpers),
            taints=self.remarks.taints(),
            objects=self._objects(scanned),
        )

    def _note_families(self) -> None:
        if not self.saves:
            source = self.sources[0]
            self.remarks.taint(
                Scope.DEVICE,
                self.remarks.add(
                    Code.EXPORT_INCOMPLETE, Severity.ERROR, _first_line(source), "device", evidence="no iptables-save"
                ),
            )
        for family in {4, 6} - self.saves.keys():
            self.remarks.add(Code.NO_EXPORT_FOR_FAMILY, Severity.WARNING, None, "device", family=f"IPv{family}")

    def _note_defaults(self, scanned: Scanned) -> None:
        where = _first_line(scanned.save.source)
        for table in _statements.HOOKS:
            if table not in scanned.save.tables:
                self.remarks.add(
                    Code.TABLE_ABSENT, Severity.NOTE, where, "device", table=f"IPv{scanned.family} {table}"
                )
        settings = [("ip_forward and forwarding", "1"), *([("rp_filter", "0")] if scanned.family == 4 else [])]
        settings += [("nf_conntrack_tcp_loose", "1")] if scanned.tracks else []
        for what, value in settings:
            self.remarks.add(
                Code.DEFAULT_ASSUMED, Severity.NOTE, where, "device", what=what, value=value, version="Linux"
            )

    def _note_helpers(self, scanned: Scanned) -> None:
        version = tuple(int(part) for part in scanned.save.version.split(".") if part.isdecimal())
        if scanned.tracks and version and version < _AUTOMATIC_HELPERS_BEFORE:
            self.device.helpers.append(Helper("ftp", False))

    def _objects(self, scanned: list[Scanned]) -> tuple[NamedObject, ...]:
        used = {
            given.values[0]
            for one in scanned
            for written in one.all_rules()
            for module in written.modules
            if module.name == "set"
            for given in module.given
            if given.name == "--match-set"
        }
        sets = self.device.sets.by_name
        used |= {e.text for name in used & sets.keys() if sets[name].type == "list:set" for e in sets[name].elements}
        found = [
            NamedObject(
                "ipset",
                name,
                f"{one.type}, {len(one.elements)} elements",
                "defined" if name in used else "unused",
                one.span,
            )
            for name, one in sets.items()
        ]
        found += [NamedObject("ipset", name, "", "undefined") for name in sorted(used - sets.keys())]
        return tuple(found)


def _first_line(source: SourceText) -> Span | None:
    return Span(source.path, 1, 1) if source.lines() else None
