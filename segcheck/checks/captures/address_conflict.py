"""A capture shows two hosts that claim one address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from segcheck.checks._neighbours import CLAIMS, VIRTUAL, Heard, Told, Wire, few, finding, listed, overheard, wires
from segcheck.checks._seen import SeenContext
from segcheck.model.check import Check, Said
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.requirement import Covered
from segcheck.model.site import Host, TopologyDevice
from segcheck.sets import addresses

CHECK = Check(
    id="address-conflict",
    weight=Weight.HIGH,
    requirements=("MN-01", "LG-01"),
    title=("一つのアドレスを複数の機器が名乗る", "Several hosts claim one address"),
    message=(
        "区間 {place} で {address} を {macs} が名乗っている ({reason_ja})。フレーム {packets}、{first} から {last} (日本時間)、地点 {taps}。",
        "On {place}, {address} is claimed by {macs} ({reason_en}). Frames {packets}, {first} to {last} (Japan), taps {taps}.",
    ),
    unsure=(
        ("一つのアドレスの持ち主が替わった", "An address changed its holder"),
        (
            "区間 {place} で {address} を {macs} が名乗っている ({reason_ja})。入れ替えや切り替えであれば正常だが、宣言からは分からない。フレーム {packets}、{first} から {last} (日本時間)、地点 {taps}。",
            "On {place}, {address} is claimed by {macs} ({reason_en}): right if it was replaced or failed over, which nobody declared. Frames {packets}, {first} to {last} (Japan), taps {taps}.",
        ),
    ),
    why=(
        "ARP や近隣探索の詐称である可能性がある。ほかの端末やゲートウェイになりすませば、通信を読み、書き換え、ゾーンの境で許可された相手として通れる。",
        "It may be forged ARP or neighbour discovery. Whoever poses as another host or as the gateway reads and changes its traffic, and is let through as that host where zones meet.",
    ),
    fix=(
        "MAC アドレスからスイッチのポートをたどり、正しくない機器を外す。スイッチで DHCP スヌーピングと動的 ARP 検査を有効にする。",
        "Trace the MAC addresses to their switch ports and take the wrong one off; switch on DHCP snooping and dynamic ARP inspection.",
    ),
    wrong=(
        "宣言していない冗長構成 (仮想 MAC を使わないもの)、プロキシ ARP、同じアドレスの複数の NIC があるとき。",
        "If there is a redundant pair without virtual MACs, proxy ARP or a host with several cards that nobody declared.",
    ),
    crosses=True,
    asks=Basis.CAPTURES,
)
#: Claims in turns within so many ns are no lease that came back to its first holder.
_SOON = 600 * 10**9


def covered(context: SeenContext) -> Covered:
    """Return whether hosts of a segment of ours were heard to claim addresses."""
    return overheard(context, *CLAIMS)


def find(context: SeenContext) -> Iterator[Finding]:
    """Yield addresses that two hosts claim in turns on one wire, or that a declared host lost to another.

    Addresses that nobody declared may change hands one after the other: leases end; in turns it is undecided unless it
    happens within ten minutes. Of a declared HA device each unit may claim the address; if two do so in turns, it is
    undecided.
    """
    for wire in wires(context):
        for told in few(_conflicts(wire)):
            name, macs = listed(told.names), listed(sorted({heard.one.mac for heard in told.members}))
            routed = any(addresses.parse_one(text) in wire.routers for text in told.names)
            yield finding(
                CHECK,
                wire,
                told,
                weight=wire.weight if routed else CHECK.weight,
                params={"address": name, "macs": macs},
                remedy=(
                    f"{macs} がつながるポートを探し、{name} の正しい持ち主でないものを外す。冗長構成や交換であれば、宣言する。",
                    f"Find the ports of {macs} and take off what is not the rightful holder of {name}; "
                    "declare a redundant pair or a replaced card.",
                ),
            )


def _conflicts(wire: Wire) -> Iterator[Told]:
    for address, claims in sorted(wire.claims.items()):
        own = tuple(claim for claim in claims if not claim.one.mac.startswith(VIRTUAL))
        host = wire.holder(address)
        standing = _standing(wire, address, own, host)
        if standing is not None:
            yield Told((addresses.text(address),), standing, _declared(wire, address, host), own)


def _standing(wire: Wire, address: int, claims: tuple[Heard, ...], host: Host | None) -> Standing | None:
    macs = {claim.one.mac for claim in claims}
    if len(macs) < 2 or (host is not None and macs <= {*host.macs}):
        return None
    within = _turns(claims)
    devices = _devices(wire, address)
    if len(macs) <= max((len(one.members) for one in devices), default=0):
        return Standing.UNDECIDED if within is not None else None
    if host is not None and host.macs:
        return Standing.VIOLATED
    if host is not None or devices:
        return Standing.UNDECIDED if within is None else Standing.VIOLATED
    if within is None:
        return None
    return Standing.VIOLATED if within <= _SOON else Standing.UNDECIDED


def _devices(wire: Wire, address: int) -> list[TopologyDevice]:
    return [
        station.device
        for station in wire.context.network.stations.values()
        for port in station.ports
        if (wire.segment is None or wire.segment.id in port.places)
        and any(one.address == address for one in port.addresses)
    ]


def _turns(claims: Iterable[Heard]) -> int | None:
    """Return within how many ns, at most, one MAC claimed it, then another, then the first again; None if none did."""
    times: dict[str, tuple[int, int]] = {}
    for one in (claim.one for claim in claims):
        first, last = times.get(one.mac, (one.first, one.last))
        times[one.mac] = min(first, one.first), max(last, one.last)
    found: list[int] = []
    begin = until = None
    for first, last in sorted(times.values()):
        if begin is not None and until is not None and first <= until:
            found.append(until - begin)
            if last >= until:
                found.append(last - first)
        if until is None or last > until:
            begin, until = first, last
    return min(found, default=None)


def _declared(wire: Wire, address: int, host: Host | None) -> Said:
    macs = f"、MAC {', '.join(host.macs)}" if host is not None and host.macs else ""
    names = [host.id] if host is not None else [one.id for one in _devices(wire, address)][:1]
    if not names:
        return "宣言なし", "not declared"
    return f"宣言では {names[0]}{macs}", f"declared as {names[0]}{macs.replace('、', ', ')}"
