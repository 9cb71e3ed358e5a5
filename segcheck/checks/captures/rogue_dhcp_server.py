"""A capture shows a DHCP server that nobody declared."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from segcheck.checks._neighbours import CLAIMS, Heard, Told, Wire, few, finding, listed, overheard, wires
from segcheck.checks._seen import SeenContext, japan
from segcheck.model.check import Check, Said
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.neighbour import NeighbourKind
from segcheck.model.register import RegisterEntry
from segcheck.model.requirement import Covered
from segcheck.model.site import Host
from segcheck.model.site_words import EndpointKind, HostRole
from segcheck.sets.addresses import parse_one

CHECK = Check(
    id="rogue-dhcp-server",
    weight=Weight.HIGH,
    requirements=("X-01", "IN-01", "MN-02"),
    title=("宣言にない DHCP サーバ", "A DHCP server that nobody declared"),
    message=(
        "区間 {place} ({zone}) で {sender} がアドレスを配っている: {reason_ja}。フレーム {packets}、{first} から {last} (日本時間)、地点 {taps}。",
        "On {place} ({zone}) {sender} assigns addresses: {reason_en}. Frames {packets}, {first} to {last} (Japan), taps {taps}.",
    ),
    unsure=(
        ("正しいか分からない DHCP サーバ", "A DHCP server of nobody knows whom"),
        (
            "区間 {place} ({zone}) で {sender} がアドレスを配っている: {reason_ja}。フレーム {packets}、{first} から {last} (日本時間)、地点 {taps}。",
            "On {place} ({zone}) {sender} assigns addresses: {reason_en}. Frames {packets}, {first} to {last} (Japan), taps {taps}.",
        ),
    ),
    why=(
        "端末は配られたゲートウェイと DNS を使う。モバイル回線の共有や持ち込みのルータがあれば、端末は境界の機器を通らずに外へ出る。",
        "Hosts use the gateway and the resolver that it names. A tethered phone or a router that somebody brought leads them out past every device at the border.",
    ),
    fix=(
        "その機器を外し、スイッチで DHCP スヌーピングを有効にする。",
        "Take it off, and switch on DHCP snooping.",
    ),
    wrong=(
        "正しい DHCP サーバがトポロジに書かれていないとき (role: dhcp_server)。",
        "If the right DHCP server is not declared as such (role: dhcp_server).",
    ),
    crosses=True,
    asks=Basis.CAPTURES,
)
_KINDS = (NeighbourKind.DHCP, NeighbourKind.DHCPV6)
_PORTS = (67, 547)
#: Roles under which a DHCP server may well run, though nobody said so.
_OPEN = (HostRole.SERVER, HostRole.DIRECTORY_SERVER)


def covered(context: SeenContext) -> Covered:
    """Return whether anything was heard of the neighbours on a segment of ours: a wire without answers may be a quiet one."""
    return overheard(context, *_KINDS, *CLAIMS)


def find(context: SeenContext) -> Iterator[Finding]:
    """Yield who answers DHCP clients on our segments and is neither a declared server nor the segment's router (a relay).

    A host is declared by its role, or by a register entry to its port 67 or 547. Where no server is declared and none
    of the segment's routers answers, one that could be the right one is undecided.
    """
    for wire in wires(context):
        for told in few(_strange(wire)) if wire.ours else ():
            named = listed(told.names)
            yield finding(
                CHECK,
                wire,
                told,
                weight=wire.weight,
                params={"sender": named},
                remedy=(
                    f"{named} の機器を探して外す。正しいサーバであれば role: dhcp_server と宣言する。",
                    f"Find {named} and take it off; if it is the right server, declare it with role: dhcp_server.",
                ),
            )


def _strange(wire: Wire) -> Iterator[Told]:
    """Yield the senders of answers of which nobody declared that they may."""
    answers = list(wire.of(*_KINDS))
    senders: dict[str, list[Heard]] = {}
    for heard in answers:
        if not _right(wire, heard):
            senders.setdefault(heard.sender, []).append(heard)
    right = sum(map(len, senders.values())) < len(answers)
    known = right or any(_serves(wire, host) for host in _local(wire))
    for name, mine in sorted(senders.items()):
        standing, reason = _judged(wire, mine[0], known=known)
        yield Told((name,), standing, reason, tuple(mine))


def _right(wire: Wire, heard: Heard) -> bool:
    """Return whether it is a declared server, or a router of the segment, which relays."""
    one = heard.one
    if wire.routes(one):
        return True
    host = wire.host(one) if one.kind is NeighbourKind.DHCPV6 else wire.holder(parse_one(one.address))
    return host is not None and _serves(wire, host, date.fromisoformat(japan(one.first)[:10]))


def _serves(wire: Wire, host: Host, day: date | None = None) -> bool:
    register = wire.context.site.policy.register
    on = day or wire.context.day
    return host.role is HostRole.DHCP_SERVER or any(_to(entry, host) and entry.permits_on(on) for entry in register)


def _to(entry: RegisterEntry, host: Host) -> bool:
    """Return whether an entry lets somebody ask a host for addresses."""
    end = entry.destination if entry.opened_by_source else entry.source
    asked = any(
        one.protocol == 17 and one.ports is not None and any(port in one.ports for port in _PORTS)
        for one in entry.services
    )
    return asked and end.kind is EndpointKind.HOST and end.id == host.id


def _local(wire: Wire) -> Iterator[Host]:
    hosts = wire.context.site.hosts.values()
    return (host for host in hosts if wire.segment is not None and host.segment == wire.segment.id)


def _judged(wire: Wire, heard: Heard, *, known: bool) -> tuple[Standing, Said]:
    """Return how the answers of a sender stand that is not known to be right; `known`: another one is."""
    one, segment = heard.one, wire.segment
    six = one.kind is NeighbourKind.DHCPV6
    if six and segment is not None and segment.v6 == ():
        return Standing.VIOLATED, ("この区間は IPv6 なしと宣言されている", "the segment is declared to have no IPv6")
    host = wire.host(one)
    if host is not None and (known or host.role not in _OPEN):
        role = host.role.value
        return Standing.VIOLATED, (
            f"{host.id} の役割は {role} で、DHCP サーバではない",
            f"{host.id} is declared as {role}, not as a DHCP server",
        )
    if host is None and not six:
        if known:
            return Standing.VIOLATED, ("宣言された DHCP サーバではない", "it is not the declared DHCP server")
        own = segment.v4 if segment is not None else None
        if own and not any(parse_one(one.address) in prefix for prefix in own):
            return Standing.VIOLATED, ("この区間のアドレスではない", "its address is not of the segment")
    return Standing.UNDECIDED, ("DHCP サーバが宣言されていない", "nobody declared the DHCP server")
