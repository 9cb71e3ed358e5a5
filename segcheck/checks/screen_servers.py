"""A registered screen transfer goes to more than the named servers, or is opened by the server."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis import permitting
from segcheck.checks import _sanitising as sanitising
from segcheck.checks._base import Context
from segcheck.model.check import Check, Said
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.register import Kind, RegisterEntry
from segcheck.model.requirement import Coverage, Covered

CHECK = Check(
    id="screen-servers",
    weight=Weight.HIGH,
    requirements=("LG-03",),
    title=("画面転送の相手が決めたサーバでない・向きが逆", "Screen transfer not to the named servers, or reversed"),
    message=(
        "台帳 {entry} (画面転送、{gateway}): {what_ja}。",
        "Register entry {entry} (screen transfer, {gateway}): {what_en}.",
    ),
    why=(
        "画面転送は、決めたサーバだけが相手で、見る側が開始するから安全である。任意の端末が相手になると、ただの遠隔操作になる。",
        "Screen transfer is safe as long as viewers open it to the named servers; to any other host it is plain remote control.",
    ),
    fix=(
        "宛先を画面転送サーバだけにし、見る側から開始する登録にする。",
        "Register the screen servers as the only destination, with the viewers as initiators.",
    ),
    wrong=(
        "gateways の hosts が古く、サーバを増やした分が抜けているとき。",
        "If new servers are missing from the hosts of the gateway.",
    ),
)


def covered(context: Context) -> Covered:
    """Return whether a screen transfer is in force."""
    if any(one.kind is Kind.SCREEN and one.permits_on(context.day) for one in context.site.policy.register):
        return Covered(Coverage.ASKED)
    return Covered(Coverage.NOTHING_TO_ASK, ("有効な画面転送の登録がない", "no entry of kind screen is in force"))


def find(context: Context) -> Iterator[Finding]:
    """Yield what is wrong with the servers, and the initiators, of each screen transfer in force."""
    for entry in context.site.policy.register:
        if entry.kind is not Kind.SCREEN or not entry.gateway or not entry.permits_on(context.day):
            continue
        for key, said, weight in _wrong(context, entry):
            yield Finding(
                check=CHECK.id,
                weight=weight,
                standing=Standing.VIOLATED,
                basis=(Basis.RULES,),
                subject=entry.id,
                key=f"{entry.id}:{key}",
                params=(("entry", entry.id), ("gateway", entry.gateway), ("what_ja", said[0]), ("what_en", said[1])),
                evidence=(
                    sanitising.registered(entry),
                    sanitising.declared(context.site.gateways[entry.gateway]),
                    *sanitising.rules(context, entry),
                ),
                remedy=(
                    f"台帳 {entry.id} の宛先を {entry.gateway} の hosts だけにし、見る側から開始させる。",
                    f"Let register entry {entry.id} name only the hosts of {entry.gateway}, opened by the viewers.",
                ),
                requirements=CHECK.requirements,
            )


def _wrong(context: Context, entry: RegisterEntry) -> Iterator[tuple[str, Said, Weight]]:
    site = context.site
    servers = sanitising.addresses(site, entry.gateway)
    for allowance in sanitising.permitted(context, entry):
        leg = f"leg {allowance.leg}" if allowance.leg else "entry"
        if allowance.initiators.meets(servers):
            said = (
                f"サーバの側から通信を開始する ({leg})",
                f"the server opens the session ({leg})",
            )
            yield f"reversed:{allowance.leg}", said, Weight.CRITICAL
        elif not allowance.responders <= servers:
            said = (
                f"{entry.destination.id} は {entry.gateway} の hosts より広い",
                f"{entry.destination.id} is wider than the hosts of {entry.gateway}",
            )
            yield f"wider:{allowance.leg}", said, CHECK.weight
    if entry.legs:  # the ends say what people believe, the legs what is permitted
        named = permitting.addresses_of(site, entry.destination if entry.opened_by_source else entry.source)
        if not named <= servers:
            said = (
                f"台帳の {entry.destination.id} に {entry.gateway} の hosts でない相手がある",
                f"{entry.destination.id} of the entry holds others than the hosts of {entry.gateway}",
            )
            yield "named", said, CHECK.weight
