"""What each model of the guideline lets a register hold, by tiers and edition: the crossing matrix (DESIGN §2.17).

A cell is an ordered pair of tiers, the first of which opens the session. What no cell names must not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from segcheck.model.check import Said
from segcheck.model.register import Kind, ProfileModel
from segcheck.model.requirement import Certainty
from segcheck.model.site_words import Method, PeerClass, Tier
from segcheck.model.source import Span


class Need(Enum):
    """What an entry has to fulfil beside its kind and tiers; a closed list, each with words in `profiles.yaml`."""

    PEER = "peer"  # the outer end is of a declared class; `Permit.peers` says which
    INTAKE = "intake"  # data go to the My Number side only
    TIME_BOXED = "time_boxed"  # a schedule and a last day
    DEVICE_INITIATOR = "device_initiator"  # opened by addresses of declared devices
    DEVICE_RESPONDER = "device_responder"  # likewise answered
    NAMED_RESPONDER = "named_responder"  # answered by hosts or ranges named one by one
    PATH = "path"  # the path names the device that it leaves by
    VIA_SECURITY_CLOUD = "via_security_cloud"  # the path names a device that stands at the security cloud's line
    JUKI_CS = "juki_cs"  # an end is the communication server of the Juki network
    ONE_SIDE = "one_side"  # this management zone manages one side of the separation only
    SCREEN_CLIENT = "screen_client"  # the viewer is on the side that the option names
    LEGS = "legs"  # two sessions through a declared sanitiser, none of them direct


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """Kinds of entry that may exist in a cell, if all that they need is there.

    methods   of the gateway that the entry names; () = any, or no gateway
    option    a choice of the city that must be made: a switch that is on, or a list that names the outer end; "" = none
    since     first edition that knows it, None = every one; before: the first that no longer does
    """

    kinds: frozenset[Kind]
    needs: tuple[Need, ...] = ()
    peers: frozenset[PeerClass] = frozenset()
    methods: frozenset[Method] = frozenset()
    option: str = ""
    since: str | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What may exist between two tiers.

    word        the name of the sort of cell
    never       nothing can open it, not even a standard of the city
    standard    id of the city's own rule that changed it, "" = as the guideline's models have it
    """

    initiator: Tier
    responder: Tier
    word: str
    permits: tuple[Permit, ...]
    never: bool
    why: Said
    source: str
    certainty: Certainty
    standard: str = ""

    def of(self, kind: Kind) -> tuple[Permit, ...]:
        """Return what there is for entries of a kind; () = they must not exist."""
        return tuple(permit for permit in self.permits if kind in permit.kinds)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds that may exist at all, in the order of their list."""
        return tuple(kind for kind in Kind if self.of(kind))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An option of the city; `certainty` UNSURE: the guideline's answer is not known, so there is no default."""

    id: str
    title: Said
    source: str
    certainty: Certainty


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedWords:
    """What a need demands, and what to do where it is not met."""

    demand: Said
    remedy: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model of the guideline: the first edition that knows it, and who opens screen transfer in it."""

    id: ProfileModel
    title: Said
    since: str
    screen: tuple[Tier, Tier]
    source: str
    certainty: Certainty


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """Something that editions answer differently; `answers` from an edition on, until the next that is named."""

    id: str
    title: Said
    answers: Mapping[str, str]
    source: str
    certainty: Certainty


@dataclass(frozen=True, slots=True, kw_only=True)
class Guideline:
    """The whole table.

    editions     ids, oldest first, with the day of each
    protection   tiers, the most protected first: of two ends the model of the more protected one counts
    cells        as they are in the newest edition; `cell` gives what an edition has of it
    """

    editions: Mapping[str, date]
    models: Mapping[ProfileModel, Model]
    protection: tuple[Tier, ...]
    switches: Mapping[str, Switch]
    choices: Mapping[str, Choice]
    needs: Mapping[Need, NeedWords]
    cells: Mapping[tuple[ProfileModel, Tier, Tier], Cell]

    @property
    def newest(self) -> str:
        """The newest edition that we know."""
        return next(reversed(tuple(self.editions)))

    def knows(self, model: ProfileModel, edition: str) -> bool:
        """Return whether an edition is one of ours and has the model."""
        return edition in self.editions and self.not_before(edition, self.models[model].since)

    def not_before(self, edition: str, first: str) -> bool:
        """Return whether an edition is `first` or a later one; both are known ones."""
        order = tuple(self.editions)
        return order.index(edition) >= order.index(first)

    def cell(self, model: ProfileModel, edition: str, initiator: Tier, responder: Tier) -> Cell:
        """Return a cell as an edition has it; in an edition that does not know the model it permits nothing."""
        found = self.cells[model, initiator, responder]
        if not self.knows(model, edition):
            return replace(found, permits=())
        kept = tuple(
            permit
            for permit in found.permits
            if (permit.since is None or self.not_before(edition, permit.since))
            and (permit.before is None or not self.not_before(edition, permit.before))
        )
        return found if kept == found.permits else replace(found, permits=kept)

    def answer(self, switch: str, edition: str) -> str:
        """Return what an edition answers to a switch, "" where it is silent or not one of ours."""
        if edition not in self.editions:
            return ""
        known = [answer for since, answer in self.switches[switch].answers.items() if self.not_before(edition, since)]
        return known[-1] if known else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardRule:
    """A cell as the city's own standard has it: which kinds may exist there, instead of what the models say.

    model       None = every model
    kinds       () = none; a kind that the models know keeps what it needs there
    review_due  last day (JST) on which kinds beyond the models' count; what tightens has no end
    """

    id: str
    initiator: Tier
    responder: Tier
    model: ProfileModel | None
    kinds: frozenset[Kind]
    document: str
    approver: str
    reason: str
    review_due: date | None
    span: Span

    def added(self, cell: Cell) -> frozenset[Kind]:
        """Return the kinds that the cell would not have without it: what weakens the separation."""
        return self.kinds - frozenset(cell.kinds)
