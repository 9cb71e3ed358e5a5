"""Rules, rule lists and what a rule may do.

A list is read from its first rule on. A disabled rule is skipped. A rule whose match holds does its action:

    Permit, Deny         end the list (and the lists that called it) with that outcome
    Translate            rewrites the header and ends the list, as Permit would
    Via                  chooses the way out (lists of policy routes) and ends the list
    Call(list)           goes on in the named list; when that ends without an outcome, with the rule after this one
    Call(list, goto)     goes on in the named list; when that ends without an outcome, so does this list
    Return               ends this list without an outcome: back to the caller, and in a list that a device consults
                         directly on to its default
    Assign, Copy         write an extra dimension and go on with the next rule; a later rule sees the new value
    Continue             goes on with the next rule (log, count)
    Unsure(actions)      one of the actions happens, we cannot tell which

A list that comes to its end ends with its `default`: Permit or Deny for a list that a device consults directly, Return for
one that is only called. A `Call` of a list that does not exist is never built: importers write `Unsure`.
"""

from __future__ import annotations

from dataclasses import dataclass

from segcheck.model.match import Expr
from segcheck.model.source import Span
from segcheck.sets.intervals import IntervalSet


@dataclass(frozen=True, slots=True)
class Permit:
    """The packet passes this list."""


@dataclass(frozen=True, slots=True)
class Deny:
    """The packet ends here; `reply` names what its sender is told: "" (nothing), "tcp-rst" or "icmp TYPE/CODE"."""

    reply: str = ""


@dataclass(frozen=True, slots=True)
class Return:
    """Back to the calling list."""


@dataclass(frozen=True, slots=True)
class Continue:
    """On to the next rule."""


@dataclass(frozen=True, slots=True)
class Call:
    """On in the named list of the same device; with `goto`, not back to this one."""

    list: str
    goto: bool = False


@dataclass(frozen=True, slots=True)
class Assign:
    """Write `value` into the bits of `mask` of an extra dimension: new = (old & ~mask) ^ value.

    The exclusive-or is the kernel's own definition of `--set-xmark value/mask`; a plain set has `value` inside `mask`.
    """

    name: str
    value: int
    mask: int


@dataclass(frozen=True, slots=True)
class Copy:
    """Write the bits `mask` of `source` (an extra or header field) into the same bits of the extra `name`."""

    name: str
    source: str
    mask: int


@dataclass(frozen=True, slots=True)
class Translation:
    """A rewriting of the source or destination of a connection's opening packet.

    side        "src" or "dst"
    addresses   the new address is one of these; None leaves it as it is
    shift       with `addresses`: the new address is the old one plus `shift` (one-to-one mapping); the old one then lies
                in `addresses` shifted back, else the rule's match has excluded it
    interface   the new address is that of an interface: "out" (masquerade), "in" (redirect), or ""
    ports       the new port is one of these; None leaves it (but see `port_may_change`)
    port_shift  with `ports`: the new port is the old one plus this
    port_may_change   the device keeps the port when it is free and picks another when not (source translation with
                      many clients behind one address); None = kept for certain, else the set it picks from
    full_cone   while a mapping lives, anyone may send to it: a packet for one of `addresses` (or, with `interface`, of the
                device's own) may be rewritten to whichever client holds it. Never sure.

    A static mapping that also serves connections from the other side is two rules: the importer writes the reverse one.
    """

    side: str
    addresses: IntervalSet | None = None
    shift: int | None = None
    interface: str = ""
    ports: IntervalSet | None = None
    port_shift: int | None = None
    port_may_change: IntervalSet | None = None
    full_cone: bool = False


@dataclass(frozen=True, slots=True)
class Translate:
    """Rewrite the header by `translation`, then write `assigns`, and end the list.

    `translation` None means: translated by a rule that could not be read; any address and port may result.
    """

    translation: Translation | None
    assigns: tuple[Assign, ...] = ()


@dataclass(frozen=True, slots=True)
class Via:
    """Leave by `interface` (None: whichever reaches the gateway) towards `gateway` (None: the destination itself)."""

    interface: str | None
    gateway: int | None = None


@dataclass(frozen=True, slots=True)
class Unsure:
    """One of `actions` happens (at least two, none of them Unsure)."""

    actions: tuple[SureAction, ...]


SureAction = Permit | Deny | Return | Continue | Call | Assign | Copy | Translate | Via
Action = SureAction | Unsure
#: What a line of a filter list that could not be read at all may do.
PERMIT_OR_DENY_OR_NOTHING = Unsure((Permit(), Deny(), Continue()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One written decision.

    id        the vendor's own name for it, as people look it up: FortiGate policyid, iptables `CHAIN#n`, ACL sequence number
    key       stable over reordering and edits elsewhere: uuid, else name, else id, else normalised text; never a line number
    span      every line that the rule is written on; None for rules that the vendor builds in
    text      one line for people, free of secrets
    because   codes of the diagnostics that make the rule uncertain
    """

    id: str
    key: str
    match: Expr
    action: Action
    span: Span | None = None
    enabled: bool = True
    name: str = ""
    comment: str = ""
    text: str = ""
    log: bool = False
    hits: int | None = None
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleList:
    """An ordered list of rules.

    name      as `segcheck match --list` takes it: `filter/FORWARD`, `root/policy`
    default   what happens at its end
    default_span   where that is written, if it is
    builtin   made by the importer from the vendor's documented behaviour, not from lines of the file
    """

    name: str
    rules: tuple[Rule, ...]
    default: Permit | Deny | Return | Unsure
    default_span: Span | None = None
    builtin: bool = False
