"""A transit gateway as a device: its interfaces are its attachments, and the table associated with one routes what it sends.

The longest prefix wins, then static before propagated routes; a blackhole drops (Transit Gateway Guide, "How transit gateways
work", route evaluation). The answer of a search names no table: the name of its file has to (tgw-rtb-ID).
"""

from __future__ import annotations

from segcheck.importers.aws._answers import TRANSIT
from segcheck.importers.aws._estate import Attachment, Estate, TransitRoute
from segcheck.importers.aws._notes import Notes, builtin
from segcheck.model.device import DeviceConfig, Interface, Scope
from segcheck.model.diagnostic import Code, Severity
from segcheck.model.match import ANYTHING, Field, conjunction
from segcheck.model.match import Interface as By
from segcheck.model.pipeline import Binding, Pipeline, Stage, StageKind
from segcheck.model.rules import Action, Continue, Deny, Permit, Rule, RuleList, Unsure, Via
from segcheck.sets.addresses import V4
from segcheck.sets.intervals import IntervalSet


def device(identity: str, estate: Estate, notes: Notes) -> DeviceConfig:
    """Return the device; what it does with what comes in by an attachment of unknown table is unknown."""
    own = [one for one in estate.attachments.values() if one.gateway == identity and one.active]
    span = estate.transits[identity]
    anywhere: Action = Unsure((*(Via(one.id) for one in own), Deny())) if own else Deny()
    whole = estate.whole("TransitGatewayAttachments")
    if not whole:
        what = f"describe-transit-gateway-attachments of {identity}"
        found = notes.add(Code.TABLE_ABSENT, Severity.ERROR, span, f"transit gateway {identity}", table=what)
        notes.doubt(identity, Scope.DEVICE, found)
    rules: list[Rule] = []
    for one in own:
        routes = estate.transit_routes.get(one.table) if one.table else None
        gate = By("in", (one.id,))
        if routes is None:
            why = f"no search-transit-gateway-routes of {one.table or 'the table'} that {one.id} is associated with"
            notes.add(Code.ROUTING_UNKNOWN, Severity.WARNING, one.span, f"transit gateway {identity}", why=why)
            rules.append(builtin(f"{one.id}: routes not told", gate, anywhere, one.span))
            continue
        rules += [_rule(one, route, own, anywhere) for route in sorted(routes, key=_rank)]
        rules.append(builtin(f"{one.id}: no route", gate, Deny(), one.span))
    lists = {
        "routes": RuleList(name="routes", rules=tuple(rules), default=Deny(), builtin=True),
        "forwarding": RuleList(name="forwarding", rules=(), default=Permit(), builtin=True),
    }
    taints = tuple(dict.fromkeys((*notes.taints_of(identity), *notes.taints_of(TRANSIT))))
    return DeviceConfig(
        format="aws",
        context=identity,
        interfaces=tuple(Interface(name=one.id, kind="attachment", span=one.span) for one in own),
        lists=lists,
        pipeline=Pipeline(
            forward=(Stage("forwarding", StageKind.FILTER, (Binding("forwarding"),)),), policy_routes="routes"
        ),
        routing_known=whole,
        addressing_known=True,
        taints=taints,
    )


def _rank(route: TransitRoute) -> tuple[int, int]:
    """Return the order of evaluation; a route for a prefix list, whose length is not told, may win over any."""
    if route.networks is None:
        return (-999, 0)
    lo, hi = route.networks.ranges[0]
    width = 32 if lo in V4 else 128
    return (-(width - (hi - lo + 1).bit_length() + 1), int(route.propagated))


def _rule(come: Attachment, route: TransitRoute, own: list[Attachment], anywhere: Action) -> Rule:
    gate = By("in", (come.id,))
    known = {one.id for one in own}
    to = route.networks if route.networks is not None else IntervalSet.empty()
    match = conjunction(gate, Field("dst", to))
    action: Action
    if route.networks is None:
        match, action = conjunction(gate, ANYTHING), Unsure((*_actions(anywhere), Continue()))
    elif route.blackhole:
        action = Deny()
    elif not route.attachments or not set(route.attachments) <= known:
        action = anywhere
    elif len(route.attachments) == 1:
        action = Via(route.attachments[0])
    else:
        action = Unsure(tuple(Via(name) for name in route.attachments))
    return builtin(f"{come.table} from {come.id}", match, action, route.span)


def _actions(action: Action) -> tuple[Via | Deny, ...]:
    return tuple(
        one for one in (action.actions if isinstance(action, Unsure) else (action,)) if isinstance(one, Via | Deny)
    )
