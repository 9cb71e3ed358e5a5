"""Which sessions of the register may exist at all: entries held against the models in force (DESIGN §2.17).

What the table of models does not know must not exist. Every answer but a plain yes is a refusal that names the cell.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from segcheck.analysis.ends import Part, Places, addresses_of
from segcheck.model.organ import Organ
from segcheck.model.profile import Cell, Guideline, Need, Permit, StandardRule
from segcheck.model.register import Kind, ProfileModel, ProfileUse, RegisterEntry
from segcheck.model.site import Endpoint, Host, Site
from segcheck.model.site_words import EndpointKind, HostRole, LinkKind, PeerClass, Tier
from segcheck.sets.intervals import IntervalSet


class Why(Enum):
    """Why an entry, or a part of it, must not exist."""

    NO_MODEL = "no-model"  # no profile holds there on that day
    NO_EDITION = "no-edition"  # the edition of the profile is not one of ours, or does not know the model
    KIND = "kind"  # the cell does not know entries of this kind
    METHOD = "method"  # nor this method of its gateway
    NEED = "need"  # something that it needs is missing
    OPTION = "option"  # the city has not made a choice that it needs


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One session of an entry: who opens it to whom; `leg` is the gateway's leg that it is, "" where it is none."""

    leg: str
    opener: Endpoint
    answerer: Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why hosts of one place must not open a session of an entry to those of another.

    place, peer   ids of the places; the tiers are those of `cell`
    missing       the needs that are not met; `option` the choice that is not made
    stated        the policy states the option, though not so that it helps
    organ         whose standard refuses it; None where the site has no organs, or where neither end is of one
    """

    entry: str
    place: str
    peer: str
    tiers: tuple[Tier, Tier]
    kind: Kind
    why: Why
    profile: ProfileUse | None = None
    cell: Cell | None = None
    missing: tuple[Need, ...] = ()
    peers: frozenset[PeerClass] = frozenset()
    option: str = ""
    stated: bool = False
    organ: Organ | None = None


class Profiling:
    """Holds the register of a site against its profiles; asks are remembered."""

    def __init__(self, site: Site, guideline: Guideline) -> None:
        self.site = site
        self.guideline = guideline
        self.places = Places(site)
        self._rank = {tier: rank for rank, tier in enumerate(guideline.protection)}
        self._hosts: dict[str, list[Host]] = {}
        self._sides: dict[tuple[str, date], bool] = {}
        self._known: dict[tuple[str, Session, str, str, date], Refusal | None] = {}

    def refusal(
        self, entry: RegisterEntry, session: Session, opener: Part, answerer: Part, day: date
    ) -> Refusal | None:
        """Return why an entry must not let hosts of one place open this to those of another on a day; None if it may."""
        key = entry.id, session, opener.place, answerer.place, day
        if key not in self._known:
            self._known[key] = self._asked(entry, session, opener, answerer, day)
        return self._known[key]

    def forbidding(
        self, opener: Part, answerer: Part, day: date, kinds: Collection[Kind]
    ) -> tuple[ProfileUse, Cell] | None:
        """Return the cell by which no entry of these kinds may exist between two places on a day, with its profile.

        None: one may, or no profile says anything of them, or they are of one zone.
        """
        if opener.zone == answerer.zone or self.site.policy.intra_tier(
            opener.zone, opener.tier, answerer.zone, answerer.tier
        ):
            return None
        for organ, profiles in self._governing(opener, answerer, day):
            for profile in profiles:
                cell = self.cell(profile.model, profile.guideline_edition, opener.tier, answerer.tier, day, organ)
                if self.guideline.knows(profile.model, profile.guideline_edition) and not any(map(cell.of, kinds)):
                    return profile, cell
        return None

    def cell(
        self, model: ProfileModel, edition: str, initiator: Tier, responder: Tier, day: date, organ: Organ | None = None
    ) -> Cell:
        """Return a cell as an edition has it, changed by the standard of the city, or an organ, as far as that counts."""
        found = self.guideline.cell(model, edition, initiator, responder)
        if found.never or not self.guideline.knows(model, edition):
            return found
        for rule in self.site.policy.standard_of(organ):
            if (rule.initiator, rule.responder) == (initiator, responder) and rule.model in (None, model):
                found = changed(found, rule, day)
        return found

    def _asked(self, entry: RegisterEntry, session: Session, opener: Part, answerer: Part, day: date) -> Refusal | None:
        if opener.zone == answerer.zone:
            return None
        if self.site.policy.intra_tier(opener.zone, opener.tier, answerer.zone, answerer.tier):
            return None
        told = Refusal(
            entry=entry.id,
            place=opener.place,
            peer=answerer.place,
            tiers=(opener.tier, answerer.tier),
            kind=entry.kind,
            why=Why.NO_MODEL,
        )
        for organ, profiles in self._governing(opener, answerer, day):
            if not profiles:
                return replace(told, organ=organ)
            for profile in profiles:  # all that hold at once must know it
                by = replace(told, profile=profile, organ=organ)
                if not self.guideline.knows(profile.model, profile.guideline_edition):
                    return replace(by, why=Why.NO_EDITION)
                found = self._through(by, entry, session, opener, answerer, day)
                if found is not None:
                    return found
        return None

    def _governing(self, opener: Part, answerer: Part, day: date) -> Iterator[tuple[Organ | None, list[ProfileUse]]]:
        """Yield whose standard counts, with the profiles: those of the more protected end, of ends of one tier those of each.

        Between two organs both must know it, whatever their tiers. With what others answer for, the organ decides alone.
        """
        policy = self.site.policy
        ends = [(part, policy.organ_of(part.zone)) for part in (opener, answerer)]
        (_, first), (_, second) = ends
        if first is not None and second is not None and first != second:
            yield from ((organ, self._held(part.place, day)) for part, organ in ends)
            return
        organ = first or second
        lowest = min(self._rank[part.tier] for part, _ in ends)
        for part, its in ends:
            if self._rank[part.tier] == lowest:
                other = answerer if part is opener else opener
                own = its is None and organ is not None and any(one.organ == organ.id for one in policy.profiles)
                yield organ, self._held(other.place if own else part.place, day)

    def _held(self, place: str, day: date) -> list[ProfileUse]:
        return [one for one in self.site.policy.profiles if one.holds(place, day)]

    def _through(
        self, told: Refusal, entry: RegisterEntry, session: Session, opener: Part, answerer: Part, day: date
    ) -> Refusal | None:
        assert told.profile is not None
        model, edition = told.profile.model, told.profile.guideline_edition
        pairs = [(opener.tier, answerer.tier)]
        if session.leg and entry.kind is Kind.SANITISE:  # data must be allowed to go that way at all, then each leg
            outer = self._outer(entry)
            if not outer:
                return replace(told, why=Why.KIND, cell=self.cell(model, edition, *pairs[0], day, told.organ))
            pairs = [*outer, *pairs]
        for initiator, responder in dict.fromkeys(pairs):
            if initiator is responder and (initiator, responder) != pairs[-1]:
                continue
            cell = self.cell(model, edition, initiator, responder, day, told.organ)
            found = self._permitted(
                replace(told, cell=cell, tiers=(initiator, responder)), entry, session, opener, answerer, day
            )
            if found is not None:
                return found
        return None

    def _outer(self, entry: RegisterEntry) -> list[tuple[Tier, Tier]]:
        """Return the pairs of tiers that a sanitised communication joins: from whom data come, and to whom they go."""
        sources = {part.tier for part in self.places.parts(entry.source)}
        targets = {part.tier for part in self.places.parts(entry.destination)}
        return sorted(
            ((one, other) for one in sources for other in targets), key=lambda pair: (pair[0].value, pair[1].value)
        )

    def _permitted(
        self, told: Refusal, entry: RegisterEntry, session: Session, opener: Part, answerer: Part, day: date
    ) -> Refusal | None:
        cell = told.cell
        assert cell is not None
        if not cell.of(entry.kind):
            return replace(told, why=Why.KIND)
        refusals = []
        for permit in cell.of(entry.kind):
            found = self._unmet(replace(told, peers=permit.peers), permit, entry, session, opener, answerer, day)
            if found is None:
                return None
            refusals.append(found)
        return min(refusals, key=lambda one: (len(one.missing) + bool(one.option), not one.option))

    def _unmet(
        self,
        told: Refusal,
        permit: Permit,
        entry: RegisterEntry,
        session: Session,
        opener: Part,
        answerer: Part,
        day: date,
    ) -> Refusal | None:
        if permit.methods and entry.gateway and self.site.gateways[entry.gateway].method not in permit.methods:
            return replace(told, why=Why.METHOD)
        missing = tuple(
            need for need in permit.needs if not self._met(need, permit, entry, session, opener, answerer, day)
        )
        option = permit.option if permit.option and not self._chosen(permit.option, opener, answerer) else ""
        if not missing and not option:
            return None
        stated = option in self.site.policy.options.stated
        return replace(told, why=Why.OPTION if option else Why.NEED, missing=missing, option=option, stated=stated)

    def _chosen(self, option: str, opener: Part, answerer: Part) -> bool:
        """Return whether a switch is on, or a list names all hosts of one end."""
        found = self.site.policy.options.on(option)
        if isinstance(found, bool):
            return found
        named = IntervalSet.empty()
        for endpoint in found:
            named = named | addresses_of(self.site, endpoint)
        return any(bool(part.addresses) and part.addresses <= named for part in (answerer, opener))

    # ---- what entries need

    def _met(
        self,
        need: Need,
        permit: Permit,
        entry: RegisterEntry,
        session: Session,
        opener: Part,
        answerer: Part,
        day: date,
    ) -> bool:
        match need:
            case Need.PEER:
                outer = max((opener, answerer), key=lambda part: self._rank[part.tier])
                return self._all(outer, lambda host: host.peer_class in permit.peers)
            case Need.INTAKE:
                return all(part.tier is Tier.MYNUMBER for part in self.places.parts(entry.destination))
            case Need.TIME_BOXED:
                return bool(entry.schedule) and entry.expires is not None
            case Need.DEVICE_INITIATOR:
                return self._devices(opener)
            case Need.DEVICE_RESPONDER:
                return self._devices(answerer)
            case Need.NAMED_RESPONDER:
                return self._named(session.answerer)
            case Need.PATH:
                return bool(entry.path)
            case Need.VIA_SECURITY_CLOUD:
                return any(self._at_security_cloud(device) for device in entry.path)
            case Need.JUKI_CS:
                juki = opener if opener.tier is Tier.JUKI else answerer
                return self._all(juki, lambda host: host.role is HostRole.JUKI_CS or host.peer_class is PeerClass.JUKI)
            case Need.ONE_SIDE:
                if (opener.zone, day) not in self._sides:
                    self._sides[opener.zone, day] = self._one_side(opener.zone, day)
                return self._sides[opener.zone, day]
            case Need.SCREEN_CLIENT:
                return opener.tier is self.site.policy.options.mn_screen_client
            case Need.LEGS:
                return bool(session.leg) and len(entry.legs) > 1

    def _all(self, part: Part, fits: Callable[[Host], bool]) -> bool:
        """Return whether every address of a part is that of a declared host of which something holds."""
        hosts = self._hosts.setdefault(part.place, [])
        if not hosts:
            hosts += [host for host in self.site.hosts.values() if (host.segment or part.place) == part.place]
        found = IntervalSet.of(*(address for host in hosts if fits(host) for address in host.addresses))
        return bool(part.addresses) and part.addresses <= found

    def _devices(self, part: Part) -> bool:
        own = IntervalSet.of(
            *(
                address.address
                for device in self.site.devices.values()
                for interface in device.interfaces
                if interface.segment == part.place
                for address in interface.addresses
            )
        )
        return bool(part.addresses) and part.addresses <= own

    def _named(self, endpoint: Endpoint) -> bool:
        if endpoint.kind is EndpointKind.GROUP:
            return self.site.groups[endpoint.id].enumerated
        return endpoint.kind in (EndpointKind.HOST, EndpointKind.GATEWAY)

    def _at_security_cloud(self, name: str) -> bool:
        site = self.site
        for interface in site.devices[name].interfaces:
            segment = site.segments.get(interface.segment)
            if segment is not None and site.zones[segment.zone].tier is Tier.SECURITY_CLOUD:
                return True
        return any(
            link.kind is LinkKind.SECURITY_CLOUD and any(end.device == name for end in link.ends)
            for link in site.links.values()
        )

    def _one_side(self, zone: str, day: date) -> bool:
        """Return whether entries in force let a management zone reach one side only: My Number, or the others."""
        sides = set()
        for entry in self.site.policy.register:
            if not entry.permits_on(day):
                continue
            ends = (entry.source, entry.destination) if entry.opened_by_source else (entry.destination, entry.source)
            opened, answered = (self.places.parts(end) for end in ends)
            if any(part.zone == zone for part in opened):
                sides |= {part.tier is Tier.MYNUMBER for part in answered if part.zone != zone}
        return len(sides) < 2


def changed(cell: Cell, rule: StandardRule, day: date) -> Cell:
    """Return a cell as the city's own standard has it on a day; kinds beyond the models' count until their review is due."""
    kept = tuple(
        replace(permit, kinds=permit.kinds & rule.kinds) for permit in cell.permits if permit.kinds & rule.kinds
    )
    counts = rule.review_due is not None and day <= rule.review_due
    added = rule.added(cell) if counts else frozenset()
    extra = (Permit(kinds=added),) if added else ()
    return replace(cell, permits=(*kept, *extra), standard=rule.id)


def weakening(site: Site, day: date) -> Iterable[StandardRule]:
    """Yield the rules of the city's own standard by which more may exist on a day than by the models in force."""
    guideline = site.policy.guideline
    if guideline is None:
        return
    held = {
        (profile.model, profile.guideline_edition)
        for profile in site.policy.profiles
        if (profile.begins is None or profile.begins <= day) and (profile.until is None or day <= profile.until)
    }
    for rule in site.policy.standard:
        if rule.review_due is None or rule.review_due < day:
            continue
        cells = (
            guideline.cell(model, edition, rule.initiator, rule.responder)
            for model, edition in held
            if rule.model in (None, model) and guideline.knows(model, edition)
        )
        if any(not cell.never and rule.added(cell) for cell in cells):
            yield rule
