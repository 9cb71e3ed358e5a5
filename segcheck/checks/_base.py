"""What every check is given, and how it says what it found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache, wraps
from typing import TYPE_CHECKING, TypeVar

from segcheck.analysis import permitting
from segcheck.analysis.network import Network
from segcheck.analysis.permitting import Allowance, Held
from segcheck.model.finding import ConfigEvidence, Evidence, Weight, WitnessEvidence
from segcheck.model.organ import Organ
from segcheck.model.register import RegisterEntry
from segcheck.model.result import Binding
from segcheck.model.site import Site
from segcheck.model.site_words import SegmentKind, Tier
from segcheck.model.source import Span

if TYPE_CHECKING:  # replay, which needs none of it, comes here for the words below
    from segcheck.analysis.causes import Cause, Statement
    from segcheck.analysis.crossings import Judgement


@dataclass(frozen=True, kw_only=True, eq=False)
class Context:
    """A site, judged; what is costly is worked out once for all checks.

    organ   whose part of the site it is asked about how far a check could be asked; `site` lists that part then, and
            finds everything by its id. None = the whole
    """

    site: Site
    day: date
    network: Network
    bindings: tuple[Binding, ...]
    judgement: Judgement
    tell: Callable[[str], None] = field(default=lambda _: None)
    organ: Organ | None = None
    _whole: Context | None = field(default=None, repr=False)

    @property
    def whole(self) -> Context:
        """Return the same, asked about the whole site."""
        return self._whole or self

    def of(self, part: Site, organ: Organ) -> Context:
        """Return the same, asked about an organ and its part of the site."""
        return Context(
            site=part,
            day=self.day,
            network=self.network,
            bindings=self.bindings,
            judgement=self.judgement,
            tell=self.tell,
            organ=organ,
            _whole=self.whole,
        )

    def concerns(self, *zones: str) -> bool:
        """Return whether what stands in these zones is asked about: some of them are the organ's, or none is any organ's."""
        if self.organ is None or not self.organ.zones.isdisjoint(zones):
            return True
        return not any(self.site.policy.organ_of(zone) for zone in zones)

    def concerns_device(self, name: str) -> bool:
        """Return whether a device stands in zones that are asked about."""
        device = self.site.devices.get(name)
        segments = (one.segment for one in device.interfaces if one.segment) if device is not None else ()
        return self.concerns(*(self.site.segments[one].zone for one in segments))

    @cached_property
    def causes(self) -> tuple[Cause, ...]:
        """Return what opens the violated crossings."""
        from segcheck.analysis.causes import causes

        refused = tuple(allowance for held in self.held for allowance in held.refused)
        return tuple(causes(self.judgement, self.expired, self.unapproved, refused))

    @cached_property
    def held(self) -> tuple[Held, ...]:
        """Return the entries in force with what the models make of each."""
        return self.register.on(self.day)

    @cached_property
    def register(self) -> permitting.Register:
        """Return the register as the models let it count."""
        return permitting.Register(self.site)

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
    def unapproved(self) -> tuple[Allowance, ...]:
        """Return what entries would permit that nobody has approved, or not yet, or that are retired."""
        return tuple(
            allowance
            for entry in self.site.policy.register
            if not entry.status.permits or entry.approved is None or entry.approved > self.day
            for allowance in permitting.of_entry(self.site, entry)
        )

    @cached_property
    def entries(self) -> Mapping[str, RegisterEntry]:
        """Return the register by id, of the whole site whoever is asked about."""
        return {entry.id: entry for entry in self.whole.site.policy.register}

    def transit(self, segment: str) -> bool:
        """Return whether a segment joins devices: hosts are rarely there."""
        found = self.site.segments.get(segment)
        return found is not None and found.kind is SegmentKind.TRANSIT

    def zone_of(self, segment: str) -> str:
        """Return the zone of a segment or built-in place; "" if there is none."""
        place = self.network.places.get(segment)
        return place.zone if place is not None else ""


_T = TypeVar("_T")


def once(work: Callable[[Context], _T]) -> Callable[[Context], _T]:
    """Have something worked out once for a site: of the whole site, whichever organ it is asked about."""
    kept = lru_cache(maxsize=1)(work)

    @wraps(work)
    def asked(context: Context) -> _T:
        return kept(context.whole)

    return asked


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
    if Tier.GOV_CLOUD in both and both & {Tier.LGWAN, Tier.INTERNET, Tier.SECURITY_CLOUD, Tier.PUBLIC, Tier.DMZ}:
        found.append("MN-09")
    if Tier.LGWAN in both:
        if both & {Tier.INTERNET, Tier.DMZ}:
            found += ["LG-01", "LG-13" if src is Tier.LGWAN else "LG-02"]
        if both & {Tier.PUBLIC, Tier.SECURITY_CLOUD}:
            found.append("LG-05")
        if Tier.LGWAN_WAN in both:
            found.append("LG-07")
    if src is Tier.DMZ and both & {Tier.LGWAN, Tier.MYNUMBER, Tier.INTERNET}:
        found.append("IN-08")
    if src is Tier.SANITISE and both & {Tier.MYNUMBER, Tier.PUBLIC, Tier.SECURITY_CLOUD}:
        found.append("LG-02")
    if Tier.INTERNET in both and Tier.PUBLIC in both:
        found.append("IN-01")
    if Tier.JUKI in both and both & {Tier.LGWAN, Tier.INTERNET, Tier.PUBLIC, Tier.SECURITY_CLOUD}:
        found.append("X-09")
    if Tier.SCHOOL in both and both & {Tier.MYNUMBER, Tier.LGWAN, Tier.INTERNET}:
        found.append("X-08")
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


def named(statements: Iterable[Statement], between: str = " → ") -> str:
    """Return statements for people, each once: device, list and rule."""
    found = dict.fromkeys(rule_name(one.device, one.list, one.rule) for one in statements)
    return between.join(found) or "-"


def rule_name(device: str, listed: str, rule: str) -> str:
    """Return a rule as its vendor's users call it: "fw-core policy 41", "mail FORWARD#3"."""
    name = listed.rsplit("/", 1)[-1]
    if name == "snat":  # FortiOS: the translation that a policy asks for
        name = "policy"
    return f"{device} {rule}" if rule.startswith(name) else f"{device} {name} {rule}"


def confirmed(context: Context, cause: Cause) -> WitnessEvidence:
    """Return the witness of a cause with its way and the commands that confirm it."""
    from segcheck.analysis.lookups import confirm

    journeys = (cause.journey,) if cause.journey is not None else ()
    return WitnessEvidence(cause.witness, cause.pair.src.id, cause.minute, journeys, confirm(context.network, journeys))
