"""What is permitted, and who decided it: the register, required flows, accepted chains, profiles, options, waivers.

Days are inclusive and Japanese (JST). Names are kept as written; a loader has checked that each one exists.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING

from segcheck.model.site import Endpoint, Service
from segcheck.model.site_words import Tier
from segcheck.model.source import Span

if TYPE_CHECKING:
    from segcheck.model.profile import Guideline, StandardRule


class Kind(Enum):
    """What a register entry is for (特定通信, 無害化通信 and their kin)."""

    SPECIFIC = "specific"
    SANITISE = "sanitise"
    SCREEN = "screen"
    LBO = "lbo"
    RELAY = "relay"
    LOG_EXPORT = "log_export"
    MAINTENANCE = "maintenance"


class Status(Enum):
    """How far an entry has come; only what is approved permits."""

    APPLIED = "applied"
    APPROVED = "approved"
    CONFIGURED = "configured"
    VERIFIED = "verified"
    RETIRED = "retired"

    @property
    def permits(self) -> bool:
        """Whether an entry in this state permits anything."""
        return self in (Status.APPROVED, Status.CONFIGURED, Status.VERIFIED)


class Use(Enum):
    """How often an entry is used; rare ones are never candidates for removal."""

    REGULAR = "regular"
    ANNUAL = "annual"
    DISASTER = "disaster"
    DR = "dr"


class ProfileModel(Enum):
    """The models of the ministry's guideline."""

    ALPHA = "alpha"
    ALPHA_PRIME = "alpha_prime"
    BETA = "beta"
    BETA_PRIME = "beta_prime"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterEntry:
    """A permitted communication between zones.

    opened_by_source   the `source` opens the session; otherwise the `destination` does
    path               ids of the devices in order; () = any path
    gateway, legs      of a sanitised or screen communication: the gateway and the pair of its legs
    schedule           when the rule may be open, as text of the register; "" = always
    expect             names of the protocols that it may speak; () = what its service ports are known for
    """

    id: str
    kind: Kind
    source: Endpoint
    destination: Endpoint
    services: tuple[Service, ...]
    opened_by_source: bool
    path: tuple[str, ...] = ()
    gateway: str = ""
    legs: tuple[str, ...] = ()
    purpose: str
    status: Status
    approver: str = ""
    decision_no: str = ""
    application_no: str = ""
    section: str = ""
    contractor: str = ""
    use: Use = Use.REGULAR
    schedule: str = ""
    approved: date | None = None
    review_due: date | None = None
    expires: date | None = None
    log: bool = True
    clause: str = ""
    expect: tuple[str, ...] = ()
    span: Span

    def permits_on(self, day: date) -> bool:
        """Return whether the entry permits anything on that day (JST); the last day counts."""
        begun = self.approved is not None and self.approved <= day
        return self.status.permits and begun and (self.expires is None or day <= self.expires)


#: Days before the last day of an entry at which the section in charge is told; a notice is no finding.
NOTICES = (30, 60, 90)


@dataclass(frozen=True, slots=True)
class Renewal:
    """Entries of one section that permit today and run out within so many days, those that run out first in front."""

    section: str
    within: int
    entries: tuple[RegisterEntry, ...]


def renewals(register: Iterable[RegisterEntry], day: date) -> tuple[Renewal, ...]:
    """Return what runs out within `NOTICES`, the soonest first, then by section."""
    found: dict[tuple[int, str], list[RegisterEntry]] = {}
    for entry in register:
        if entry.expires is not None and entry.permits_on(day):
            within = next((one for one in NOTICES if (entry.expires - day).days <= one), None)
            if within is not None:
                found.setdefault((within, entry.section), []).append(entry)
    return tuple(
        Renewal(section, within, tuple(sorted(entries, key=lambda one: (one.expires or day, one.id))))
        for (within, section), entries in sorted(found.items())
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredFlow:
    """A communication that must work."""

    id: str
    source: Endpoint
    destination: Endpoint
    services: tuple[Service, ...]
    purpose: str = ""
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedChain:
    """Register entries that may be passed one after the other; `review_due` inclusive."""

    id: str
    accept: tuple[str, ...]
    reason: str
    owner: str
    review_due: date
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileUse:
    """Which model holds for which segments and days; `segments` None = all, a missing day = open on that side."""

    model: ProfileModel
    guideline_edition: str
    segments: tuple[str, ...] | None
    begins: date | None = None
    until: date | None = None
    span: Span

    def holds(self, segment: str, day: date) -> bool:
        """Return whether it applies to a segment on a day."""
        named = self.segments is None or segment in self.segments
        return named and (self.begins is None or self.begins <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Choices that the guideline leaves to the city; the defaults are the strict ones.

    mn_screen_transfer       screen transfer to or from the My Number tier may be registered
    mn_screen_client         the tier whose hosts view then: My Number or LGWAN; None = not said
    lg_in_update_relay       a relay for updates between LGWAN and internet tiers may be registered
    intra_tier               two zones of one tier may communicate without an entry
    in_lbo_destinations      hosts and groups that the internet tier may reach past the security cloud
    lgwan_push_sources       peers beyond LGWAN that must open sessions to the My Number tier themselves
    gov_cloud_lgwan_systems  hosts in the government cloud that belong to the LGWAN tier
    gov_cloud_patch, gov_cloud_licence, gov_cloud_console
                             whom the government cloud may reach on the internet for one of its three exceptions
    stated                   names of those that the policy states at all
    """

    mn_screen_transfer: bool = False
    mn_screen_client: Tier | None = None
    lg_in_update_relay: bool = False
    intra_tier: bool = False
    in_lbo_destinations: tuple[Endpoint, ...] = ()
    lgwan_push_sources: tuple[Endpoint, ...] = ()
    gov_cloud_lgwan_systems: tuple[Endpoint, ...] = ()
    gov_cloud_patch: tuple[Endpoint, ...] = ()
    gov_cloud_licence: tuple[Endpoint, ...] = ()
    gov_cloud_console: tuple[Endpoint, ...] = ()
    stated: frozenset[str] = frozenset()

    def on(self, option: str) -> bool | tuple[Endpoint, ...]:
        """Return how an option stands: a switch, or the ends that a list names.

        Raises:
            AttributeError: there is no such option, a defect of the table that names it.
        """
        found: bool | tuple[Endpoint, ...] = getattr(self, option)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a site permits and requires.

    guideline   the models' crossing matrix that entries are held against; None: of a site that no file describes,
                whose entries are taken as they are
    standard    the city's own changes to it
    """

    profiles: tuple[ProfileUse, ...]
    options: Options
    register: tuple[RegisterEntry, ...]
    required: tuple[RequiredFlow, ...]
    scope: tuple[str, ...]
    chains: tuple[AcceptedChain, ...]
    guideline: Guideline | None = field(default=None, repr=False)
    standard: tuple[StandardRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """An approved exception (例外措置) for findings of one check; `expires` inclusive.

    fingerprint   "" = any finding of the check between these ends with these services
    """

    id: str
    check: str
    source: Endpoint
    destination: Endpoint
    services: tuple[Service, ...]
    reason: str
    approver: str
    approved: date
    expires: date
    decision_no: str = ""
    fingerprint: str = ""
    span: Span
