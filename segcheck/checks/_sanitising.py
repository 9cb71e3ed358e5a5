"""Registered communications through sanitisers: which gateways they use, by which legs, between which tiers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from segcheck.analysis import permitting
from segcheck.analysis.permitting import Allowance
from segcheck.checks._base import Context
from segcheck.checks._registered import permits, used
from segcheck.model.finding import ConfigEvidence, Evidence
from segcheck.model.register import Kind, ProfileModel, RegisterEntry
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site import Endpoint, Gateway, Leg, Site
from segcheck.model.site_words import EndpointKind, Tier
from segcheck.sets.intervals import IntervalSet

#: What a check of sanitisers says where no entry goes through one.
NONE = Covered(
    Coverage.NOTHING_TO_ASK,
    (
        "有効な無害化通信の登録がない",
        "no entry of kind sanitise is in force",
    ),
)


def entries(site: Site, day: date) -> tuple[RegisterEntry, ...]:
    """Return the sanitised communications of the register that are in force."""
    return tuple(
        one for one in site.policy.register if one.kind is Kind.SANITISE and one.gateway and one.permits_on(day)
    )


def sanitisers(site: Site, day: date) -> Mapping[str, tuple[RegisterEntry, ...]]:
    """Return the gateways that sanitised communications in force go through, with these."""
    found: dict[str, list[RegisterEntry]] = {}
    for entry in entries(site, day):
        found.setdefault(entry.gateway, []).append(entry)
    return {gateway: tuple(some) for gateway, some in found.items()}


def asked(context: Context) -> Covered:
    """Return whether any sanitised communication is in force."""
    return Covered(Coverage.ASKED) if entries(context.site, context.day) else NONE


def legs(site: Site, entry: RegisterEntry) -> tuple[Leg, ...]:
    """Return the legs that an entry names, in the order of the gateway."""
    return tuple(leg for leg in site.gateways[entry.gateway].legs if leg.id in entry.legs)


def permitted(context: Context, entry: RegisterEntry) -> tuple[Allowance, ...]:
    """Return the sessions that an entry permits today; what does not count, for whatever reason, is another's finding."""
    return tuple(one for one in context.judgement.allowances if one.entry == entry.id)


def addresses(site: Site, gateway: str) -> IntervalSet:
    """Return the addresses of a gateway's hosts."""
    return permitting.addresses_of(site, Endpoint(EndpointKind.GATEWAY, gateway))


def segments(context: Context, values: IntervalSet) -> tuple[str, ...]:
    """Return the places that addresses lie in, `public` among them."""
    return tuple(name for name, own in context.network.addresses.items() if own.meets(values))


def tiers(context: Context, ends: Iterable[Endpoint]) -> frozenset[Tier]:
    """Return the tiers that ends of a communication lie in."""
    return frozenset(
        context.network.places[name].tier
        for end in ends
        for name in segments(context, permitting.addresses_of(context.site, end))
    )


def models(context: Context, places: Iterable[str]) -> frozenset[ProfileModel]:
    """Return the models that hold in some segments today."""
    profiles = context.site.policy.profiles
    return frozenset(one.model for name in places for one in profiles if one.holds(name, context.day))


def registered(entry: RegisterEntry) -> ConfigEvidence:
    """Return the lines of a register entry as evidence."""
    return ConfigEvidence(entry.span, f"{entry.id}: {entry.purpose}")


def declared(gateway: Gateway) -> ConfigEvidence:
    """Return the lines of a gateway as evidence."""
    return ConfigEvidence(gateway.span, f"gateway {gateway.id}: {gateway.method.value}")


def rules(context: Context, entry: RegisterEntry, leg: str = "") -> Iterator[Evidence]:
    """Yield the rules that let an entry's communication pass, each once; `leg`: only that of one leg."""
    lines: dict[Evidence, None] = {}
    for one in used(context):
        if one.entry.id == entry.id and leg in ("", one.allowance.leg):
            for met in permits(context, one.journey):
                if met.evidence is not None:
                    lines.setdefault(met.evidence)
    yield from lines
