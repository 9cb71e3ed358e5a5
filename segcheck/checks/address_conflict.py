"""A capture shows two hosts that claim one address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from segcheck.checks._neighbours import Heard, Wire, finding, wires
from segcheck.checks._seen import SeenContext
from segcheck.model.check import Check
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.site import TopologyDevice
from segcheck.sets import addresses

CHECK = Check(
    id="address-conflict",
    weight=Weight.HIGH,
    requirements=("MN-01", "LG-01"),
    title=("一つのアドレスを複数の機器が名乗る", "Several hosts claim one address"),
    message=(
        "区間 {place} で {address} を {macs} が名乗っている ({holder_ja})。フレーム {packets}、{first} から {last} (日本時間)、地点 {taps}。",
        "On {place}, {address} is claimed by {macs} ({holder_en}). Frames {packets}, {first} to {last} (Japan), taps {taps}.",
    ),
    unsure=(
        ("一つのアドレスの持ち主が替わった", "An address changed its holder"),
        (
            "区間 {place} で {address} を {macs} が名乗っている ({holder_ja})。入れ替えや切り替えであれば正常だが、宣言からは分からない。フレーム {packets}、{first} から {last} (日本時間)、地点 {taps}。",
            "On {place}, {address} is claimed by {macs} ({holder_en}): right if it was replaced or failed over, which nobody declared. Frames {packets}, {first} to {last} (Japan), taps {taps}.",
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
#: VRRP and CARP for IPv4 and IPv6 (RFC 9568 §7.3), HSRP version 1 and 2: who holds the address uses them beside its own.
_VIRTUAL = ("00:00:5e:00:01:", "00:00:5e:00:02:", "00:00:0c:07:ac:", "00:00:0c:9f:f")


def find(context: SeenContext) -> Iterator[Finding]:
    """Yield addresses that two hosts claim at the same time on one wire, or that a declared host lost to another.

    Addresses that nobody declared may change hands one after the other: leases end. Of a declared HA device each unit may
    claim the address; if two do so in turns, it is undecided.
    """
    for wire in wires(context):
        for address, claims in sorted(wire.claims.items()):
            own = tuple(claim for claim in claims if not claim.one.mac.startswith(_VIRTUAL))
            standing = _standing(wire, address, own)
            if standing is not None:
                yield _finding(wire, address, own, standing)


def _standing(wire: Wire, address: int, claims: tuple[Heard, ...]) -> Standing | None:
    macs = {claim.one.mac for claim in claims}
    if len(macs) < 2:
        return None
    host = wire.holder(address)
    declared = frozenset(host.macs) if host is not None else frozenset()
    if macs <= declared:
        return None
    together = _together(claims)
    units = max((len(one.members) for one in _devices(wire, address)), default=0)
    if len(macs) <= units:
        return Standing.UNDECIDED if together else None
    if together or declared:
        return Standing.VIOLATED
    return Standing.UNDECIDED if host is not None or address in wire.routers else None


def _devices(wire: Wire, address: int) -> Iterator[TopologyDevice]:
    for station in wire.context.network.stations.values():
        for port in station.ports:
            here = wire.segment is None or wire.segment.id in port.places
            if here and any(one.address == address for one in port.addresses):
                yield station.device


def _together(claims: Iterable[Heard]) -> bool:
    """Return whether two MACs claimed it in turns: one did so between two claims of the other."""
    last: dict[str, int] = {}
    for one in sorted((claim.one for claim in claims), key=lambda one: (one.first, one.last, one.mac)):
        if any(mac != one.mac and one.first <= until for mac, until in last.items()):
            return True
        last[one.mac] = max(one.last, last.get(one.mac, one.last))
    return False


def _finding(wire: Wire, address: int, claims: tuple[Heard, ...], standing: Standing) -> Finding:
    text = addresses.text(address)
    macs = sorted({claim.one.mac for claim in claims})
    host = wire.holder(address)
    devices = [one.id for one in _devices(wire, address)]
    if host is not None:
        declared = ", ".join(host.macs)
        holder = (
            f"宣言では {host.id}{f'、MAC {declared}' if declared else ''}",
            f"declared as {host.id}{f', MAC {declared}' if declared else ''}",
        )
    elif devices:
        holder = f"宣言では {devices[0]}", f"declared as {devices[0]}"
    else:
        holder = "宣言なし", "not declared"
    return finding(
        CHECK,
        wire,
        claims,
        subject=text,
        key=text,
        standing=standing,
        weight=wire.weight if devices else CHECK.weight,
        params={"address": text, "macs": ", ".join(macs), "holder_ja": holder[0], "holder_en": holder[1]},
        remedy=(
            f"{'、'.join(macs)} がつながるポートを探し、{text} の正しい持ち主でないものを外す。冗長構成や交換であれば、宣言する。",
            f"Find the ports of {', '.join(macs)} and take off what is not the rightful holder of {text}; "
            "declare a redundant pair or a replaced card.",
        ),
    )
