"""A firewall format small enough to see through, for tests of the floors above the importers.

    toy 1
    interface lan 10.0.0.1/24
    permit in=lan src=10.0.0.0/8 proto=6 dport=443     # comment
    deny dst=192.0.2.0/24
    permit proto=6 sport=443 reply                     answers only
    permit when=office-hours                           a condition that nobody can evaluate
    routes complete                                    what is attached is all there is
    end

One list, `main`, denies at its end. Without `end` the export is incomplete.
"""

from __future__ import annotations

from collections.abc import Sequence

from segcheck.importers import ImporterInfo
from segcheck.model.device import DeviceConfig, Interface, InterfaceAddress, Scope, Taint
from segcheck.model.diagnostic import Code, Diagnostic, LineAccount, LineUse, Severity
from segcheck.model.match import Condition, Expr, Field, Kind, conjunction
from segcheck.model.match import Interface as OnInterface
from segcheck.model.pipeline import Binding, Pipeline, Stage, StageKind
from segcheck.model.reading import Complete, InputReading, Maturity, Reading
from segcheck.model.rules import PERMIT_OR_DENY_OR_NOTHING, Deny, Permit, Rule, RuleList
from segcheck.model.source import SourceText, Span
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet

IMPORTER = ImporterInfo(
    format="toy",
    title="Toy wall",
    maturity=Maturity.EXPERIMENTAL,
    versions="1",
    sources=("tests",),
    export_en="Write it by hand.",
    export_ja="手で書いてください。",
    limits_en=("Knows two words.",),
    limits_ja=("2 語だけ知っています。",),
)

#: An export that is understood in full, and one line of it that is not.
WHOLE = """\
toy 1
interface lan 10.0.0.1/24
interface wan 203.0.113.2/30
deny dst=192.0.2.66
permit in=lan src=10.0.0.0/8 proto=6 dport=443   # ask taro@example.lg.jp, 03-1234-5678
permit dst=192.0.2.66
end
"""
DOUBTFUL = WHOLE.replace("end\n", "frobnicate\nend\n")


def sniff(text: str) -> int:
    return 90 if text.startswith("toy ") else 0


def read(sources: Sequence[SourceText]) -> Reading:
    rules: list[Rule] = []
    interfaces: list[Interface] = []
    inputs: list[InputReading] = []
    told: list[Diagnostic] = []
    taints: list[Taint] = []
    routing = False
    for source in sources:
        lines = source.lines()
        account = LineAccount(len(lines))
        for number, line in enumerate(lines, 1):
            span = Span(source.path, number, number)
            statement, _, comment = line.partition("#")
            words = statement.split()
            use = LineUse.UNDERSTOOD
            match words:
                case []:
                    use = LineUse.IRRELEVANT
                case ["toy", "1"] | ["end"]:
                    pass
                case ["routes", "complete"]:
                    routing = True
                case ["interface", name, address]:
                    host, _, length = address.partition("/")
                    placed = InterfaceAddress(addresses.parse_one(host), int(length))
                    interfaces.append(Interface(name=name, addresses=(placed,), span=span))
                case [("permit" | "deny") as action, *terms]:
                    rules.append(
                        Rule(
                            id=str(len(rules) + 1),
                            key=statement.strip(),
                            match=conjunction(*map(_term, terms)),
                            action=Permit() if action == "permit" else Deny(),
                            span=span,
                            comment=comment.strip(),
                            text=statement.strip(),
                        )
                    )
                case [word, *_]:
                    use = LineUse.UNRECOGNISED
                    one = Diagnostic(
                        Code.UNRECOGNISED_LINE, Severity.ERROR, span, "list main", params=(("text", word),)
                    )
                    told.append(one)
                    taints.append(Taint(Scope.LIST, one.id, "main", span))
                    rules.append(
                        Rule(
                            id=str(len(rules) + 1),
                            key=word,
                            match=conjunction(),
                            action=PERMIT_OR_DENY_OR_NOTHING,
                            span=span,
                            because=(one.code.value,),
                        )
                    )
            account.mark(number, number, use)
        whole = bool(lines) and lines[-1].strip() == "end"
        inputs.append(
            InputReading(
                path=source.path,
                sha256=source.sha256,
                encoding=source.encoding,
                format="toy",
                complete=Complete.YES if whole else Complete.NO,
                evidence="ends with end" if whole else "end is missing",
                lines=account,
            )
        )
    stage = Stage(name="main", kind=StageKind.FILTER, bindings=(Binding("main"),))
    device = DeviceConfig(
        format="toy",
        hostname="wall",
        version="1",
        interfaces=tuple(interfaces),
        lists={"main": RuleList(name="main", rules=tuple(rules), default=Deny())},
        pipeline=Pipeline(forward=(stage,), local=(stage,)),
        routing_known=routing,
        taints=tuple(taints),
    )
    return Reading(
        format="toy", maturity=Maturity.EXPERIMENTAL, inputs=tuple(inputs), devices=(device,), diagnostics=tuple(told)
    )


def _term(text: str) -> Expr:
    name, _, value = text.partition("=")
    if name == "reply":  # TCP with ACK or RST
        return Field("tcp_flags", IntervalSet.of(*(flags for flags in range(256) if flags & 0x14)))
    if name == "in":
        return OnInterface("in", (value,))
    if name == "when":
        return Condition(value, Kind.UNKNOWN)
    if name in ("src", "dst"):
        return Field(name, addresses.parse(value))
    return Field(name, IntervalSet.of(int(value)))
