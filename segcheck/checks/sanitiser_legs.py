"""A registered communication through a sanitiser lacks a leg, or its legs are not those of its ends."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis import permitting
from segcheck.checks import _sanitising as sanitising
from segcheck.checks._base import Context
from segcheck.model.check import Check, Said
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight
from segcheck.model.register import RegisterEntry
from segcheck.model.site import Leg, Service, Site
from segcheck.sets.intervals import IntervalSet

CHECK = Check(
    id="sanitiser-legs",
    weight=Weight.HIGH,
    requirements=("LG-02", "LG-13"),
    title=("無害化通信の登録の片側が欠けている・合わない", "The legs of a sanitised communication are not complete"),
    message=(
        "台帳 {entry} ({gateway}): {what_ja}。",
        "Register entry {entry} ({gateway}): {what_en}.",
    ),
    why=(
        "無害化は、装置で終わる二つの通信の組で成り立つ。片側だけ、または別の相手の組では、何が無害化されるのか決まらない。",
        "Sanitising is a pair of sessions that both end at the gateway: with one of them, or with other peers, "
        "nobody has said what is sanitised.",
    ),
    fix=(
        "入る側と出る側の leg を一つずつ登録し、相手とサービスを台帳の両端に合わせる。",
        "Register one leg in and one leg out, with the peers and services of the entry.",
    ),
    wrong=(
        "gateways の leg、または台帳の両端の書き誤り。",
        "If the legs of the gateway, or the ends of the entry, are written wrongly.",
    ),
)


covered = sanitising.asked


def find(context: Context) -> Iterator[Finding]:
    """Yield each thing that the legs of a sanitised communication in force lack, or have too much of."""
    for entry in sanitising.entries(context.site, context.day):
        for key, said, leg in _wrong(context.site, entry):
            place = (ConfigEvidence(leg.span, f"leg {leg.id}"),) if leg is not None else ()
            lines = tuple(sanitising.rules(context, entry, leg.id)) if leg is not None else ()
            yield Finding(
                check=CHECK.id,
                weight=CHECK.weight,
                standing=Standing.VIOLATED,
                basis=(Basis.RULES,),
                subject=entry.id,
                key=f"{entry.id}:{key}",
                params=(("entry", entry.id), ("gateway", entry.gateway), ("what_ja", said[0]), ("what_en", said[1])),
                evidence=(sanitising.registered(entry), *place, *lines),
                remedy=(
                    f"台帳 {entry.id} の両端と {entry.gateway} の leg を合わせる。",
                    f"Make the ends of register entry {entry.id} and the legs of {entry.gateway} agree.",
                ),
                requirements=CHECK.requirements,
            )


def _wrong(site: Site, entry: RegisterEntry) -> Iterator[tuple[str, Said, Leg | None]]:
    """Yield key, words and leg of each thing that is wrong."""
    legs = sanitising.legs(site, entry)
    for incoming, end, japanese, english in (
        (True, entry.source, "入る側", "in"),
        (False, entry.destination, "出る側", "out"),
    ):
        side = [leg for leg in legs if leg.incoming is incoming]
        if not side:
            yield f"none:{english}", (f"{japanese}の leg がない", f"there is no leg {english}"), None
            continue
        wanted, there = permitting.addresses_of(site, end), IntervalSet.empty()
        for leg in side:
            there = there | permitting.addresses_of(site, leg.peer)
        if not wanted <= there:
            said = (
                f"{japanese}の leg の相手は {_peers(side)} で、台帳の {end.id} を含まない",
                f"the legs {english} are for {_peers(side)} and do not cover {end.id} of the entry",
            )
            yield f"other:{english}", said, side[0]
            continue
        for leg in side:
            if not permitting.addresses_of(site, leg.peer) <= wanted:
                said = (
                    f"leg {leg.id} の相手 {leg.peer.id} は、台帳の {end.id} より広い",
                    f"leg {leg.id} is for {leg.peer.id}, which is wider than {end.id} of the entry",
                )
                yield f"wider:{leg.id}", said, leg
    for leg in legs:
        beyond = [one.text for one in leg.services if not _named(one, entry.services)]
        if beyond:
            services = ", ".join(beyond)
            said = (
                f"leg {leg.id} のサービス {services} が台帳にない",
                f"leg {leg.id} is for {services}, which the entry does not name",
            )
            yield f"service:{leg.id}", said, leg


def _peers(legs: list[Leg]) -> str:
    return ", ".join(leg.peer.id for leg in legs)


def _named(service: Service, among: tuple[Service, ...]) -> bool:
    """Return whether a service lies within those of an entry."""
    for one in among:
        if one.protocol != service.protocol or one.code not in (None, service.code):
            continue
        if one.ports is None or (service.ports is not None and service.ports <= one.ports):
            return True
    return False
