"""A way out that is not the security cloud: a route to the internet over a line of one's own."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis.examples import example
from segcheck.analysis.exits import asked, exits
from segcheck.analysis.journeys import travel
from segcheck.analysis.lookups import confirm
from segcheck.analysis.network import PUBLIC, UNKNOWN, Port
from segcheck.checks._base import Context
from segcheck.model.check import Check
from segcheck.model.crossing import PlaceKind, Standing
from segcheck.model.device import DeviceConfig
from segcheck.model.diagnostic import Code
from segcheck.model.exit import Exit, Leads
from segcheck.model.finding import Basis, ConfigEvidence, Evidence, Finding, Weight, WitnessEvidence
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.source import Span
from segcheck.model.trace import Verdict
from segcheck.sets import addresses

CHECK = Check(
    id="extra-exit",
    weight=Weight.CRITICAL,
    requirements=("IN-01", "IN-02"),
    title=("セキュリティクラウドを通らない出口", "An exit past the security cloud"),
    message=(
        "{device} の {interface} は、セキュリティクラウドを通らない外部への出口である。そこへ向かう経路がある。",
        "{interface} of {device} is an exit past the security cloud: routes lead out by it.",
    ),
    unsure=(
        ("出口でないと示せない回線", "It is not shown that a line is no exit"),
        (
            "{device} の {interface} がセキュリティクラウドを通らない出口でないと示せない: {why_ja}",
            "It is not shown that {interface} of {device} is no exit past the security cloud: {why_en}",
        ),
    ),
    why=(
        "インターネットとの通信は自治体情報セキュリティクラウドに集約し、そこで監視する。別の出口には監視がない。",
        "Internet traffic is to be gathered in the security cloud and watched there. Nobody watches another exit.",
    ),
    fix=(
        "回線と経路を外すか、三層から切り離した独立の回線として宣言する。",
        "Remove line and route, or declare it as detached.",
    ),
    wrong=(
        "切り離した来庁者用などの回線のとき。トポロジーで links に宣言する。",
        "If it is a detached line: declare it in `links`.",
    ),
)


def covered(context: Context) -> Covered:
    """Return whether the ways out of every device are known; a device that nobody read may have any."""
    known, unknown = ([name for name in names if context.concerns_device(name)] for names in asked(context.network))
    if unknown:
        names = ", ".join(unknown)
        return Covered(
            Coverage.NO_INPUT,
            (
                f"{names} の設定を読んでいないので、出口があるか分からない",
                f"{names}: no export, so its ways out are not known",
            ),
        )
    if not known:
        return Covered(Coverage.NOTHING_TO_ASK, ("団体の機器がない", "the city has no devices of its own"))
    return Covered(Coverage.ASKED)


def find(context: Context) -> Iterator[Finding]:
    """Yield each interface of a city's device by which routes lead to the internet, or may, or where nobody said what is there."""
    undeclared = {
        (params["device"], params["interface"])
        for bound in context.bindings
        for one in bound.diagnostics
        if one.code is Code.INTERFACE_UNDECLARED and (params := dict(one.params))
    }
    for found in exits(context.network):
        config = context.network.stations[found.device].config
        port = context.network.stations[found.device].port(found.interface)
        if port is None:
            continue
        if found.leads is Leads.EXIT and config is not None:
            yield _finding(context, config, port, found)
        # Of an interface that the topology lacks, and of a device that nobody read, others speak.
        elif (
            found.leads is Leads.OPEN
            and (port.device, port.interface) not in undeclared
            and (config is not None or found.links)
        ):
            yield _open(context, found)


def _open(context: Context, found: Exit) -> Finding:
    """Return the finding that nobody can tell whether anything leads out by an interface."""
    station = context.network.stations[found.device]
    interface = station.config.interface(found.interface) if station.config is not None else None
    if found.learned:
        why = (
            "アドレスと既定経路を回線側 (DHCP・PPPoE・RA) から受け取る",
            "address and default route come from the line (DHCP, PPPoE, router advertisements)",
        )
    elif found.tunnel:
        why = ("トンネルの先が宣言されていない", "nobody declared where the tunnel ends")
    else:
        why = ("経路が分からない", "its routes are not known")
    span = interface.span if interface is not None and interface.span is not None else station.device.span
    lines = (ConfigEvidence(span, f"interface {found.interface}", f"{found.device}:interface:{found.interface}"),)
    return Finding(
        check=CHECK.id,
        weight=Weight.HIGH,
        standing=Standing.UNDECIDED,
        basis=(Basis.RULES,),
        subject=f"{found.device} {found.interface}",
        key=f"{found.device}:{found.interface}",
        params=(
            ("device", found.device),
            ("interface", found.interface),
            ("why_ja", why[0]),
            ("why_en", why[1]),
        ),
        because=(f"exit:{found.device}:{found.interface}",),
        evidence=(*lines, *(ConfigEvidence(link.span, f"link {link.id}: {link.kind.value}") for link in found.links)),
        remedy=(
            f"{found.device} の {found.interface} の回線と行き先をトポロジーに書き、経路表を加える。不要なら無効にする。",
            f"Declare the line at {found.interface} of {found.device} and where it leads, and add the routing table; "
            "disable it if it is not needed.",
        ),
        requirements=CHECK.requirements,
    )


def _finding(context: Context, config: DeviceConfig, port: Port, found: Exit) -> Finding:
    name = port.device
    leaving = _leaving(context, port)
    interface = config.interface(port.interface)
    lines: dict[Span, Evidence] = {}
    if interface is not None and interface.span is not None:
        text = f"interface {port.interface}"
        lines[interface.span] = ConfigEvidence(interface.span, text, f"{name}:interface:{port.interface}")
    for route in found.routes:
        if route.span is not None:
            text = f"route {', '.join(addresses.describe(route.to)[:4])}"
            lines.setdefault(route.span, ConfigEvidence(route.span, text, f"{name}:route:{port.interface}"))
    for span in found.steered:
        lines.setdefault(span, ConfigEvidence(span, "policy route", f"{name}:policy-route:{port.interface}"))
    return Finding(
        check=CHECK.id,
        weight=CHECK.weight if leaving is not None else Weight.HIGH,
        standing=Standing.VIOLATED,
        basis=(Basis.RULES,),
        subject=f"{name} {port.interface}",
        key=f"{name}:{port.interface}",
        params=(("device", name), ("interface", port.interface)),
        evidence=(*((leaving,) if leaving is not None else ()), *lines.values()),
        remedy=(
            f"{name} の {port.interface} の回線と、そこへ向かう経路を外し、セキュリティクラウドだけを出口にする。",
            f"Remove the line at {port.interface} of {name} and the routes that use it; "
            "leave the security cloud as the only exit.",
        ),
        requirements=CHECK.requirements,
    )


def _leaving(context: Context, port: Port) -> WitnessEvidence | None:
    """Return a packet that surely leaves by the interface, None where no rule lets any out."""
    for pair in context.judgement.pairs:
        if pair.dst.id in (PUBLIC.id, UNKNOWN.id) and pair.must and pair.src.kind is PlaceKind.SEGMENT:
            packet = example(context.network, pair.must, pair.src.id, pair.dst.id)
            for way in travel(context.network, pair.src.id, packet).journeys:
                last = way.hops[-1] if way.hops else None
                if (
                    way.verdict is Verdict.PERMIT
                    and last
                    and (last.device, last.egress) == (port.device, port.interface)
                ):
                    return WitnessEvidence(packet, pair.src.id, None, (way,), confirm(context.network, (way,)))
    return None
