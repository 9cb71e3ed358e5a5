"""What checks of the register's entries share: whom an entry means, how grave a lack of it is, how it is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from segcheck.analysis import permitting
from segcheck.analysis.network import PUBLIC, Network
from segcheck.checks._base import Context
from segcheck.model.check import Check, Said
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, ConfigEvidence, Evidence, Finding, Weight
from segcheck.model.register import RegisterEntry
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site import Endpoint, Host
from segcheck.model.site_words import Tier
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.listing import Boxes

#: Ids that a sentence names; the rest is counted.
SHOWN = 6
#: The My Number tier, and areas that are treated like it.
GRAVE = frozenset((Tier.MYNUMBER, Tier.JUKI, Tier.GOV_CLOUD))

NO_ENTRY = Covered(Coverage.NOTHING_TO_ASK, ("有効な台帳の項目がない。", "There is no register entry in force."))


def in_force(context: Context) -> tuple[RegisterEntry, ...]:
    """Return the entries that permit something on the day of the judgement, in the order of the register.

    Of an organ those with an end in it.
    """
    return tuple(one for one in context.site.policy.register if one.permits_on(context.day) and concerned(context, one))


def concerned(context: Context, entry: RegisterEntry) -> bool:
    """Return whether an entry has an end in the organ that is asked about: its part of the site lists these."""
    return context.organ is None or entry in context.site.policy.register


def grave(network: Network, entry: RegisterEntry) -> bool:
    """Return whether an end of an entry lies in the My Number tier or in an area that is treated like it."""
    return any(tier in GRAVE for end in (entry.source, entry.destination) for tier, _ in places(network, end))


def places(network: Network, end: Endpoint) -> tuple[tuple[Tier, str], ...]:
    """Return tier and zone of every place that an end of a communication has addresses in, each once."""
    meant: dict[str, IntervalSet] = {}
    found: dict[tuple[Tier, str], None] = {}
    for name, place in network.places.items():
        if name not in network.site.segments and name != PUBLIC.id:
            continue
        if place.domain not in meant:
            meant[place.domain] = permitting.addresses_of(network.site, end, place.domain or None)
        if meant[place.domain].meets(network.addresses[name]):
            found[place.tier, place.zone] = None
    return tuple(found)


def hosts(network: Network, end: Endpoint) -> tuple[Host, ...]:
    """Return the declared hosts that an end of a communication stands for, in the order of the topology."""
    site = network.site
    meant: dict[str | None, IntervalSet] = {}
    found = []
    for host in site.hosts.values():
        domain = site.segments[host.segment].domain if host.segment else None
        if domain not in meant:
            meant[domain] = permitting.addresses_of(site, end, domain)
        if meant[domain].meets(IntervalSet.of(*host.addresses)):
            found.append(host)
    return tuple(found)


def openers(entry: RegisterEntry) -> Endpoint:
    """Return the end that opens an entry's sessions; of one over a gateway the end that opens towards it."""
    return entry.source if entry.opened_by_source else entry.destination


def weight_of(network: Network, entry: RegisterEntry, *, worst: bool) -> Weight:
    """Return how grave a lack of an entry is (domain MN-03); `worst`: what it lacks is one of SP-1, 2, 5, 6, 7."""
    if grave(network, entry):
        return Weight.CRITICAL if worst else Weight.HIGH
    return Weight.HIGH if worst else Weight.MEDIUM


def requirements_of(network: Network, entries: Iterable[RegisterEntry], *predicates: str) -> tuple[str, ...]:
    """Return the requirements that a lack of entries breaks: the predicates, and that of the tiers."""
    tiers = dict.fromkeys("MN-03" if grave(network, one) else "X-12" for one in entries)
    return (*predicates, *tiers)


def finding(
    check: Check,
    network: Network,
    entry: RegisterEntry,
    *predicates: str,
    remedy: Said,
    worst: bool = False,
    params: Sequence[tuple[str, str]] = (),
    packets: Boxes | None = None,
    evidence: tuple[Evidence, ...] = (),
    basis: tuple[Basis, ...] = (Basis.ATTRIBUTES,),
    standing: Standing = Standing.VIOLATED,
    weight: Weight | None = None,
) -> Finding:
    """Return what is wrong with one entry, with its line in the register; its weight is that of `worst` unless given."""
    zones = tuple(
        dict.fromkeys(
            (src, dst) for _, src in places(network, entry.source) for _, dst in places(network, entry.destination)
        )
    ) or (("", ""),)
    return Finding(
        check=check.id,
        weight=weight or weight_of(network, entry, worst=worst),
        standing=standing,
        basis=basis,
        subject=entry.id,
        key=entry.id,
        src_zone=zones[0][0],
        dst_zone=zones[0][1],
        zones=zones,
        params=(("entry", entry.id), *params),
        packets=packets,
        evidence=(ConfigEvidence(entry.span, f"{entry.id}: {entry.purpose}"), *evidence),
        remedy=remedy,
        requirements=requirements_of(network, (entry,), *predicates),
    )


def listed(names: Iterable[str]) -> str:
    """Return names for a sentence, each once, those beyond `SHOWN` counted."""
    known = list(dict.fromkeys(names))
    return ", ".join(known[:SHOWN]) + (f" … (+{len(known) - SHOWN})" if len(known) > SHOWN else "")


def lacking(names: Iterable[str], said: Said, coverage: Coverage = Coverage.NO_INPUT) -> Covered:
    """Return that a check lacks something of these entries or hosts; `said` has {names}. Without any: it could be asked."""
    told = listed(names)
    return (
        Covered(coverage, (said[0].format(names=told), said[1].format(names=told))) if told else Covered(Coverage.ASKED)
    )


def vouched(network: Network, subject: str) -> Iterator[str]:
    """Yield the documents of statements about a host or zone that count on the day of the judgement."""
    site = network.site
    host = site.hosts.get(subject)
    zone = f"zone:{site.segments[host.segment].zone}" if host is not None and host.segment else ""
    for one in site.attestations:
        if one.subject in (subject, zone) and one.document and network.day <= one.review_due:
            yield one.document
