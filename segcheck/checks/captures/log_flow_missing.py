"""A capture shows a registered log flow only tried; and whether the LGWAN firewall's records were seen on their way at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from segcheck.analysis import permitting
from segcheck.checks._seen import Seen, SeenContext, causes, finding
from segcheck.model.check import Check, Said
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.register import Kind, RegisterEntry
from segcheck.model.replay import Observed, Ruling
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site_words import DeviceKind, Tier

_UNSURE = (
    "登録した記録の送信に応答がない",
    "A registered log flow is tried, and nobody answers",
)
_MESSAGE = (
    "台帳 {entry} の {src} から {dst} への {service} は接続を試みているだけで、応答も中身も見えない。会話 {conversations}、{first} から {last} (日本時間)、地点 {taps}。",
    "{service} from {src} to {dst} (register entry {entry}) is only tried: neither answer nor content was seen. Conversations {conversations}, {first} to {last} (Japan), taps {taps}.",
)
CHECK = Check(
    id="log-flow-missing",
    weight=Weight.MEDIUM,
    requirements=("IN-07", "X-05"),
    title=_UNSURE,
    message=_MESSAGE,
    unsure=(_UNSURE, _MESSAGE),
    why=(
        "届かない記録は残らない。遮断の記録がなければ、攻撃の試みに誰も気付かない。",
        "Records that do not arrive are kept nowhere: without those of what was denied nobody notices attempts.",
    ),
    fix=(
        "記録を受けるサーバが待ち受けているか、途中の規則が通すかを確かめる。",
        "See whether the receiving server listens and whether the rules on the way let the records pass.",
    ),
    wrong=(
        "応答が別の経路を通り、この地点から見えないとき。",
        "If answers take another way that this tap does not see.",
    ),
    asks=Basis.CAPTURES,
)
_TCP = 6
_LGWAN = (Tier.LGWAN, Tier.LGWAN_WAN)


def find(context: SeenContext) -> Iterator[Finding]:
    """Yield entries for logs of which nothing but attempts was seen; that one was not seen at all is no finding."""
    tried = {name for name, observed in _observed(context).items() if observed is Observed.ATTEMPTED}
    seen = [
        one
        for one in _registered(context)
        if one.sighting.entry in tried and context.entries[one.sighting.entry].kind is Kind.LOG_EXPORT
    ]
    for cause in causes(seen, by_entry=True):
        entry = context.entries[cause.about]
        found = finding(
            CHECK,
            context,
            cause,
            (
                f"台帳 {entry.id} の宛先が受けているかを確かめ、届くようにする。",
                f"See whether the destination of register entry {entry.id} receives, and make the records arrive.",
            ),
            weight=CHECK.weight,
            standing=Standing.UNDECIDED,
            because=(f"log-flow:{entry.id}",),
            key=f"{entry.id}:{cause.service}",
        )
        yield replace(found, requirements=("X-05", "IN-07") if _of_lgwan(context, entry) else ("X-05",))


def covered(context: SeenContext) -> Mapping[str, Covered]:
    """Return whether log flows were seen, each of them; IN-07 asks for those of the LGWAN firewall to the security cloud."""
    uses = _observed(context)
    entries = [one for one in context.site.policy.register if one.kind is Kind.LOG_EXPORT and one.id in uses]
    lgwan = {one.id: uses[one.id] for one in entries if _of_lgwan(context, one)}
    return {
        "IN-07": _covered(
            lgwan,
            (
                "LGWAN ファイアウォールからセキュリティクラウドへの記録の送信 (log_export) が台帳にない",
                "the register has no log_export in force from the LGWAN firewall to the security cloud",
            ),
        ),
        "X-05": _covered(
            {one.id: uses[one.id] for one in entries},
            (
                "記録の送信 (log_export) が台帳にない",
                "the register has no log_export in force",
            ),
        ),
    }


def _covered(uses: Mapping[str, Observed], none: Said) -> Covered:
    if not uses:
        return Covered(Coverage.NO_INPUT, none)
    for observed, japanese, english in (
        (Observed.NOT_VISIBLE, "経路上に地点がない", "no tap stands on the way of"),
        (Observed.NOT_SEEN, "この期間に見えなかった", "not seen in this time:"),
        (Observed.ATTEMPTED, "試みだけが見えた", "only tried:"),
    ):
        names = ", ".join(entry for entry, seen in uses.items() if seen is observed)
        if names:
            return Covered(Coverage.NO_INPUT, (f"{japanese}: {names}", f"{english} {names}"))
    return Covered(Coverage.ASKED)


def _registered(context: SeenContext) -> Iterator[Seen]:
    return (one for one in context.seen if one.sighting.ruling is Ruling.REGISTERED and one.sighting.entry)


def _observed(context: SeenContext) -> dict[str, Observed]:
    """Return how much was seen of each entry in force; records in datagrams, which nobody answers, count as sent one way."""
    oneway = {one.sighting.entry for one in _registered(context) if one.sighting.proto != _TCP}
    return {
        one.entry: Observed.ONE_WAY if one.observed is Observed.ATTEMPTED and one.entry in oneway else one.observed
        for one in context.uses
    }


def _of_lgwan(context: SeenContext, entry: RegisterEntry) -> bool:
    """Return whether an entry sends records from a firewall at the LGWAN tier to the security cloud."""
    if entry.kind is not Kind.LOG_EXPORT:
        return False
    network = context.network
    cloud = [name for name, place in network.places.items() if place.tier is Tier.SECURITY_CLOUD]
    for allowed in permitting.of_entry(context.site, entry):
        ends = (allowed.initiators, allowed.responders)
        sender, receiver = ends if entry.opened_by_source else ends[::-1]
        if any(receiver.meets(network.addresses[name]) for name in cloud) and any(
            address.address in sender
            for station in network.stations.values()
            if station.device.kind is DeviceKind.FIREWALL
            and any(network.places[place].tier in _LGWAN for port in station.ports for place in port.places)
            for port in station.ports
            for address in port.addresses
        ):
            return True
    return False
