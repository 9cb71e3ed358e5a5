"""A screen transfer comes with the ports by which drives, clipboard and USB are passed on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from segcheck.checks import _coverage, _entries, _services
from segcheck.checks import _sanitising as sanitising
from segcheck.checks._base import Context
from segcheck.checks._services import CHANNELS, TCP
from segcheck.model.check import Check
from segcheck.model.crossing import PlaceKind, Standing
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.register import Kind, RegisterEntry
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site_words import Tier
from segcheck.sets.packets import PacketSet

CHECK = Check(
    id="screen-channels",
    weight=Weight.HIGH,
    requirements=("LG-04", "MN-10"),
    title=("画面転送の受け渡し用ポートが開いている", "Ports for redirection are open beside a screen transfer"),
    message=(
        "台帳 {entry} の画面転送の端末とサーバの間で、ドライブ・クリップボード・USB の受け渡しに使うポート {service} が通る。規則: {rules} 件",
        "Between the ends of screen transfer {entry}, ports for drive, clipboard and USB redirection pass: {service}. Rules: {rules}",
    ),
    why=(
        "画面だけを渡すはずの通信で、ファイルや USB の内容が無害化されずに渡る。",
        "Files and USB contents pass unsanitised where only pixels should.",
    ),
    fix=(
        "受け渡し用のポート (TCP 9427・32111) を閉じ、画面転送サーバの設定でも受け渡しを無効にする。",
        "Close the redirection ports (TCP 9427 and 32111), and switch redirection off on the screen server too.",
    ),
    wrong=(
        "そのポートを別の用途に使っているとき。",
        "If something else uses these ports.",
    ),
)


def cuts() -> Iterator[tuple[str, object]]:
    """Yield the values by header field that a universe must tell apart, for this check and all that tell services apart."""
    yield from _services.cuts()


def covered(context: Context) -> Mapping[str, Covered]:
    """Return whether a screen transfer is in force, and such ports can be told; channels inside the session show in no rule.

    MN-10 is about those of the My Number tier.
    """
    screens = list(_screens(context))
    inside = [one for one in screens if _entries.grave(context.network, one)]
    return {name: _covered(context, inside if name == "MN-10" else screens) for name in CHECK.requirements}


def _covered(context: Context, screens: Sequence[RegisterEntry]) -> Covered:
    if screens:
        return _coverage.undecided(context, _services.packets_of(context.judgement.reach.universe, CHANNELS))
    return Covered(Coverage.NOTHING_TO_ASK, ("有効な画面転送の登録がない", "no entry of kind screen is in force"))


def find(context: Context) -> Iterator[Finding]:
    """Yield each screen transfer in force between whose ends such ports surely pass, registered or not."""
    for entry in _screens(context):
        packets, zones = _open(context, entry)
        if not packets:
            continue
        universe = context.judgement.reach.universe
        rules = tuple(dict.fromkeys(sanitising.rules(context, entry)))
        ports = [
            f"tcp/{port}"
            for low, high in CHANNELS[TCP].ranges
            for port in range(low, high + 1)
            if packets & _services.packets_of(universe, {TCP: type(CHANNELS[TCP]).of(port)})
        ]
        inside = any(context.site.zones[name].tier is Tier.MYNUMBER for pair in zones for name in pair)
        yield Finding(
            check=CHECK.id,
            weight=CHECK.weight,
            standing=Standing.VIOLATED,
            basis=(Basis.RULES,),
            subject=entry.id,
            key=entry.id,
            src_zone=zones[0][0],
            dst_zone=zones[0][1],
            zones=zones,
            params=(("entry", entry.id), ("service", ", ".join(ports)), ("rules", str(len(rules)))),
            packets=packets.boxes(8),
            evidence=(sanitising.registered(entry), *rules),
            remedy=(
                f"台帳 {entry.id} の両端の間で {', '.join(ports)} を閉じる。",
                f"Close {', '.join(ports)} between the ends of register entry {entry.id}.",
            ),
            requirements=("MN-10", "LG-04") if inside else ("LG-04",),
        )


def _screens(context: Context) -> Iterator[RegisterEntry]:
    for entry in context.site.policy.register:
        if entry.kind is Kind.SCREEN and entry.permits_on(context.day):
            yield entry


def _open(context: Context, entry: RegisterEntry) -> tuple[PacketSet, tuple[tuple[str, str], ...]]:
    """Return the opening packets for these ports that surely pass from the viewers to the servers, and between which zones."""
    judgement = context.judgement
    universe = judgement.reach.universe
    channels = _services.packets_of(universe, CHANNELS)
    found = universe.nothing
    zones: dict[tuple[str, str], None] = {}
    for allowance in sanitising.permitted(context, entry):
        wanted = channels & universe.field("src", allowance.initiators) & universe.field("dst", allowance.responders)
        for pair in judgement.pairs:
            if pair.src.kind is PlaceKind.SEGMENT and (passing := pair.must & wanted):
                found = found | passing
                zones[pair.src.zone, pair.dst.zone] = None
    return found, tuple(zones)
