"""What every check is given, and how it says what it found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from segcheck.analysis import permitting
from segcheck.analysis.causes import Cause, Statement, causes
from segcheck.analysis.crossings import Judgement
from segcheck.analysis.lookups import confirm
from segcheck.analysis.network import Network
from segcheck.analysis.permitting import Allowance
from segcheck.model.check import Check, Said
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, ConfigEvidence, Evidence, Finding, Weight, WitnessEvidence
from segcheck.model.register import RegisterEntry
from segcheck.model.result import Binding
from segcheck.model.site import Site
from segcheck.model.site_words import Tier
from segcheck.model.source import Span


@dataclass(frozen=True, kw_only=True, eq=False)
class Context:
    """A site, judged; what is costly is worked out once for all checks."""

    site: Site
    day: date
    network: Network
    bindings: tuple[Binding, ...]
    judgement: Judgement
    tell: Callable[[str], None] = field(default=lambda _: None)

    @cached_property
    def causes(self) -> tuple[Cause, ...]:
        """Return what opens the violated crossings."""
        return tuple(causes(self.judgement, self.expired))

    @cached_property
    def expired(self) -> tuple[Allowance, ...]:
        """Return what entries would permit that were approved and whose last day is over."""
        return tuple(
            allowance
            for entry in self.site.policy.register
            if entry.status.permits and entry.expires is not None and entry.expires < self.day
            for allowance in permitting.of_entry(self.site, entry)
        )

    @cached_property
    def entries(self) -> Mapping[str, RegisterEntry]:
        """Return the register by id."""
        return {entry.id: entry for entry in self.site.policy.register}

    def zone_of(self, segment: str) -> str:
        """Return the zone of a segment or built-in place; "" if there is none."""
        place = self.network.places.get(segment)
        return place.zone if place is not None else ""


#: Tiers whose mixing with the inside is gravest.
OUTSIDE = (Tier.INTERNET, Tier.PUBLIC, Tier.SECURITY_CLOUD, Tier.UNKNOWN, Tier.DMZ, Tier.SCHOOL)
INSIDE = (Tier.LGWAN, Tier.LGWAN_WAN)


def crossing_weight(src: Tier, dst: Tier) -> Weight:
    """Return how grave an unregistered crossing between two tiers is (domain: MN-01, LG-01, IN-01)."""
    if Tier.MYNUMBER in (src, dst) or Tier.JUKI in (src, dst) or Tier.GOV_CLOUD in (src, dst):
        return Weight.CRITICAL
    if (src in OUTSIDE and dst in INSIDE) or (dst in OUTSIDE and src in INSIDE):
        return Weight.CRITICAL
    return Weight.HIGH


def crossing_requirements(src: Tier, dst: Tier) -> tuple[str, ...]:
    """Return the requirements that an unregistered crossing between two tiers breaks."""
    both = {src, dst}
    found = []
    if Tier.MYNUMBER in both:
        found.append("MN-01")
        if both & {Tier.INTERNET, Tier.SECURITY_CLOUD, Tier.PUBLIC}:
            found.append("MN-02")
    if Tier.LGWAN in both:
        if both & {Tier.INTERNET, Tier.DMZ}:
            found.append("LG-01")
        if both & {Tier.PUBLIC, Tier.SECURITY_CLOUD}:
            found.append("LG-05")
        if Tier.LGWAN_WAN in both:
            found.append("LG-07")
    if Tier.INTERNET in both and Tier.PUBLIC in both:
        found.append("IN-01")
    if Tier.MANAGEMENT in both:
        found.append("X-04")
    if Tier.MAINTENANCE in both:
        found.append("X-03")
    return tuple(found or ["X-12"])


def statement_evidence(statements: Iterable[Statement]) -> tuple[Evidence, ...]:
    """Return the lines of statements, each once."""
    found: dict[tuple[Span, str], Evidence] = {}
    for one in statements:
        if one.span is not None:
            rule = f"{one.device}:{one.list}:{one.rule}"
            found.setdefault((one.span, one.device), ConfigEvidence(one.span, one.text, rule))
    return tuple(found.values())


def named(statements: Iterable[Statement]) -> str:
    """Return statements for people: device and rule, each once."""
    found = dict.fromkeys(f"{one.device} {one.list.rsplit('/', 1)[-1]} {one.rule}" for one in filters(statements))
    return " → ".join(found) or "-"


def filters(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """Return the statements by device and rule, each once: a translation by the rule that permitted is no second one."""
    found: dict[tuple[str, str, Span | None], Statement] = {}
    for one in statements:
        found.setdefault((one.device, one.rule, one.span), one)
    return tuple(found.values())


def witnessed(context: Context, cause: Cause) -> WitnessEvidence:
    """Return the witness of a cause with its way and the commands that confirm it."""
    journeys = (cause.journey,) if cause.journey is not None else ()
    return WitnessEvidence(cause.witness, cause.pair.src.id, cause.minute, journeys, confirm(context.network, journeys))


def _at_home(context: Context, cause: Cause) -> bool:
    """Return whether the witness is sent from the segment that its source address belongs to."""
    return cause.witness.src in context.network.addresses[cause.pair.src.id]


def grouped(
    context: Context, check: Check, found: Iterable[Cause], remedy: Callable[[Cause], Said]
) -> Iterable[Finding]:
    """Yield one finding for all causes of one zone pair that are the same statements (and the same register entry)."""
    groups: dict[tuple[str, str, str, tuple[tuple[str, str, str], ...]], list[Cause]] = {}
    for cause in found:
        rules = tuple((one.device, one.list, one.key) for one in cause.statements)
        groups.setdefault((cause.pair.src.zone, cause.pair.dst.zone, cause.entry, rules), []).append(cause)
    for (src, dst, entry, rules), members in groups.items():
        first = next((one for one in members if _at_home(context, one)), members[0])
        packets = first.packets
        for other in members:
            packets = packets | other.packets
        key = "+".join(f"{device}/{rule}" for device, _, rule in dict.fromkeys(rules)) or "unfiltered"
        places = sorted({f"{one.pair.src.id} → {one.pair.dst.id}" for one in members})
        shown = ", ".join(places[:4]) + (f" … ({len(places)})" if len(places) > 4 else "")
        yield Finding(
            check=check.id,
            weight=crossing_weight(first.pair.src.tier, first.pair.dst.tier),
            standing=Standing.VIOLATED,
            basis=(Basis.RULES,),
            subject=named(first.statements),
            key=f"{entry}:{key}" if entry else key,
            src_zone=src,
            dst_zone=dst,
            params=(("entry", entry), ("places", shown), ("rules", named(first.statements))),
            packets=packets.boxes(8),
            assumptions=first.assumptions,
            evidence=(witnessed(context, first), *statement_evidence(filters(first.statements))),
            remedy=remedy(first),
            requirements=crossing_requirements(first.pair.src.tier, first.pair.dst.tier),
        )
