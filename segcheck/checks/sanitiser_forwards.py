"""A sanitiser passes packets on, or nobody has shown that it does not (DESIGN §2.15)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from segcheck.analysis import permitting
from segcheck.analysis.network import Station, equipping
from segcheck.checks import _sanitising as sanitising
from segcheck.checks._base import Context
from segcheck.model.check import Check, Said
from segcheck.model.crossing import PlaceKind, Standing
from segcheck.model.finding import Basis, ConfigEvidence, Evidence, Finding, Weight
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site import Gateway
from segcheck.model.site_words import Assume

CHECK = Check(
    id="sanitiser-forwards",
    weight=Weight.CRITICAL,
    requirements=("LG-02", "X-02"),
    title=("パケットを転送する無害化装置", "A sanitiser that forwards packets"),
    message=(
        "無害化装置 {gateway} がパケットを転送する: {what_ja}。台帳: {entries}",
        "Sanitiser {gateway} forwards packets: {what_en}. Register: {entries}",
    ),
    unsure=(
        ("転送しないと示せない無害化装置", "It is not shown that a sanitiser does not forward"),
        (
            "無害化装置 {gateway} がパケットを転送しないと示せない: {what_ja}。台帳: {entries}",
            "It is not shown that sanitiser {gateway} forwards no packets: {what_en}. Register: {entries}",
        ),
    ),
    why=(
        "装置が IP パケットを転送すれば、無害化を経ない通信がそのまま通り抜ける。",
        "If it forwards IP packets, traffic passes it that no sanitising ever sees.",
    ),
    fix=(
        "装置の IP 転送とブリッジを切り、設定のエクスポートを加える。片腕構成なら、手前のファイアウォールで装置の区画以外の送信元を拒む。",
        "Switch off IP forwarding and bridging and add the device's export; with one leg, let the firewall before it "
        "deny sources that are not of its segment.",
    ),
    wrong=(
        "装置の設定が読めていないだけのとき。エクスポートを加える。",
        "If only its export is missing: add it.",
    ),
)


class _Shown(Enum):
    """What is known of whether a gateway forwards."""

    FORWARDS = "forwards"
    NOT = "not"  # shown by its export, or by the firewall before it
    CLAIMED = "claimed"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class _Answer:
    shown: _Shown
    said: Said = ("", "")
    evidence: tuple[Evidence, ...] = ()
    because: tuple[str, ...] = ()


def covered(context: Context) -> Covered:
    """Return whether it is shown of every sanitiser, or who only claims it."""
    claimed = [
        answer.said
        for name in sanitising.sanitisers(context.site, context.day)
        if (answer := _answer(context, context.site.gateways[name])).shown is _Shown.CLAIMED
    ]
    if claimed:
        return Covered(Coverage.CLAIMED, ("。".join(one[0] for one in claimed), "; ".join(one[1] for one in claimed)))
    return sanitising.asked(context)


def find(context: Context) -> Iterator[Finding]:
    """Yield each sanitiser in use that forwards, or of which nobody says or shows that it does not."""
    for name, entries in sanitising.sanitisers(context.site, context.day).items():
        gateway = context.site.gateways[name]
        answer = _answer(context, gateway)
        if answer.shown not in (_Shown.FORWARDS, _Shown.OPEN):
            continue
        yield Finding(
            check=CHECK.id,
            weight=CHECK.weight,
            standing=Standing.VIOLATED if answer.shown is _Shown.FORWARDS else Standing.UNDECIDED,
            basis=(Basis.RULES,),
            subject=name,
            key=name,
            params=(
                ("gateway", name),
                ("what_ja", answer.said[0]),
                ("what_en", answer.said[1]),
                ("entries", ", ".join(entry.id for entry in entries)),
            ),
            because=answer.because,
            evidence=(sanitising.declared(gateway), *answer.evidence, *map(sanitising.registered, entries)),
            remedy=(
                f"{name} の IP 転送とブリッジを切り、設定のエクスポートを加えて確かめる。",
                f"Switch off IP forwarding and bridging on {name}, and add its export so that it can be seen.",
            ),
            requirements=CHECK.requirements,
        )


def _answer(context: Context, gateway: Gateway) -> _Answer:
    """Return what is known of a gateway: the worst of its hosts."""
    if gateway.forwards:
        return _Answer(_Shown.FORWARDS, ("forwards: true と宣言されている", "it is declared with forwards: true"))
    walled = _walled(context, gateway)
    answers = [_host(context, gateway, name, walled) for name in (*gateway.hosts, gateway.id)]
    known = [answer for answer in answers if answer is not None]
    return min(known, key=lambda one: _ORDER.index(one.shown))


_ORDER = (_Shown.FORWARDS, _Shown.OPEN, _Shown.CLAIMED, _Shown.NOT)


def _host(context: Context, gateway: Gateway, name: str, walled: bool) -> _Answer | None:
    """Return what is known of one host, None for the gateway itself where it is no device of its own."""
    station = context.network.stations.get(name)
    if name not in context.site.devices:
        station = None  # the stand-in for a gateway of which nothing was read
        if name == gateway.id:
            return None
    if station is not None and station.config is not None and not station.assumed:
        lines = tuple(_lines(station))
        if _passing(context, station, every=True):
            said = (f"{name} のエクスポートが通信を通す", f"the export of {name} lets packets through")
            return _Answer(_Shown.FORWARDS, said, lines)
        if not any(not doubt.assumption for doubt in station.havoc) and not _passing(context, station, every=False):
            return _Answer(_Shown.NOT)
        if not walled and gateway.forwards is None:
            said = (f"{name} のエクスポートだけでは決まらない", f"the export of {name} leaves it open")
            doubts = (*station.havoc, *((station.unread,) if station.unread is not None else ()))
            return _Answer(_Shown.OPEN, said, lines, tuple(doubt.id for doubt in doubts))
    if walled:
        return _Answer(_Shown.NOT)
    said_by = equipping.assumed(context.site, context.day, (name, gateway.id), Assume.NO_FORWARDING, Assume.DENY)
    if said_by is not None:
        said = (
            f"{name} が転送しないことは {said_by.owner} の申告 {said_by.id} だけで、裏付けがない",
            f"that {name} does not forward is only stated ({said_by.id}, {said_by.owner})",
        )
        return _Answer(_Shown.CLAIMED, said)
    if gateway.forwards is False:
        said = (
            f"{name} が転送しないことは gateways の宣言 (forwards: false) だけで、裏付けがない",
            f"that {name} does not forward is only declared (forwards: false)",
        )
        return _Answer(_Shown.CLAIMED, said)
    return _Answer(
        _Shown.OPEN,
        (f"{name} のエクスポートも宣言もない", f"there is neither an export nor a declaration of {name}"),
        because=(f"forwarding:{gateway.id}",),
    )


def _passing(context: Context, station: Station, *, every: bool) -> bool:
    """Return whether a host that was read surely, or possibly, sends on what it receives."""
    reach, name = context.judgement.reach, station.device.id
    onward = reach.compiled[name].forwarding(every=every)
    return any(reach.spaces[name].arriving(onward, port.interface, every=every) for port in station.ports)


def _walled(context: Context, gateway: Gateway) -> bool:
    """Return whether devices keep what such a gateway would forward from leaving its segment.

    It has one leg, its peers lie elsewhere, and from its segment nothing gets out that bears a foreign source address. What it
    would send on in its own name is a session of its own, which the register permits or does not.
    """
    site, reach = context.site, context.judgement.reach
    here = {site.hosts[name].segment for name in gateway.hosts}
    if len(here) != 1 or "" in here:
        return False
    (segment,) = here
    own = context.network.addresses[segment]
    peers = [permitting.addresses_of(site, leg.peer) for leg in gateway.legs]
    if any(own.meets(peer) for peer in peers):
        return False
    foreign = reach.universe.everything - reach.universe.field("src", own)
    zone = context.network.places[segment].zone
    for receiver, packets in reach.sent(segment).items():
        place = context.network.places.get(receiver)
        if place is None or place.kind is PlaceKind.DEVICE or place.zone == zone:
            continue
        if reach.doubts.without_assumptions(packets & foreign):
            return False
    return True


def _lines(station: Station) -> Iterator[Evidence]:
    """Yield the interfaces of a host's export."""
    name = station.device.id
    for one in station.config.interfaces if station.config is not None else ():
        if one.span is not None:
            yield ConfigEvidence(one.span, f"interface {one.name}", f"{name}:interface:{one.name}")
    yield ConfigEvidence(station.device.span, f"device {name}")
