"""Translation as the kernel does it, whoever wrote the rule.

Sources: net/netfilter/nf_nat_core.c (`get_unique_tuple`: a source port is kept while no other connection needs it),
nf_nat_redirect.c (the first address of the ingress interface; loopback for what the device sends itself).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from segcheck.importers._linux.headers import ARRIVED
from segcheck.model.match import ANYTHING, Expr, Field, Not, conjunction
from segcheck.model.rules import Action, Assign, Translate, Translation, Unsure
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet

#: Whatever port the kernel may take where none is asked for; `classed` says which it takes instead of which.
ANY_PORT = IntervalSet.of((1, 65535))
LOOPBACK = {4: addresses.parse("127.0.0.1"), 6: addresses.parse("::1")}
DESTINATION_HOOKS = frozenset(("PREROUTING", "OUTPUT"))
SOURCE_HOOKS = frozenset(("POSTROUTING", "INPUT"))
#: A further condition, and what happens under it; of several cases the first that holds applies.
Case = tuple[Expr, Action]


def unread(hooks: frozenset[str], *, asked: bool) -> tuple[Translate, ...]:
    """Return what a rule may do that translates in a way we cannot read; `asked`: some rule asks what was translated."""
    plain = Translate(None)
    if not asked:
        return (plain,)
    sides = [s for s, known in (("dst", DESTINATION_HOOKS), ("src", SOURCE_HOOKS)) if hooks & known]
    return (plain, *(Translate(None, assigns(side)) for side in sides))


def classed(cases: Iterable[Case]) -> tuple[Case, ...]:
    """Return the cases split by the ports that were there: one is only replaced by another of its class.

    Source: net/netfilter/nf_nat_core.c (`nf_nat_l4proto_unique_tuple`); measured (tests/kernel/FACTS.md h9).
    """
    return tuple(case for one in cases for case in _classed(*one))


def _classed(term: Expr, action: Action) -> tuple[Case, ...]:
    if not isinstance(action, Translate) or action.translation is None or action.translation.side != "src":
        return ((term, action),)
    old = action.translation
    if ANY_PORT not in (old.ports, old.port_may_change):
        return ((term, action),)

    field = "ports" if old.ports == ANY_PORT else "port_may_change"

    def case(asked: Expr, *taken: tuple[int, int]) -> Case:
        new = replace(old, **{field: IntervalSet.of(*taken)})  # type: ignore[arg-type]
        return conjunction(term, asked), Translate(new, action.assigns)

    low, reserved = Field("sport", IntervalSet.of((0, 511))), Field("sport", IntervalSet.of((512, 1023)))
    # the last is for all that is left: where the port is not known, one of the three surely applies
    return case(low, (1, 511)), case(reserved, (600, 1023)), case(ANYTHING, (1024, 65535))


def keeping(cases: Iterable[Case]) -> tuple[Case, ...]:
    """Return the cases split in two: a port that lies in the range asked for is kept while it is free."""
    return tuple(case for one in cases for case in _keeping(*one))


def _keeping(term: Expr, action: Action) -> tuple[Case, ...]:
    if not isinstance(action, Translate) or action.translation is None:
        return ((term, action),)
    old = action.translation
    if old.ports is None or old.ports.count == 1 or old.port_shift is not None:
        return ((term, action),)
    inside = Field("dport" if old.side == "dst" else "sport", old.ports)
    kept = Translate(replace(old, ports=None, port_may_change=old.ports), action.assigns)
    return (conjunction(term, inside), kept), (conjunction(term, Not(inside)), action)


def fixed(
    side: str, where: IntervalSet | None, ports: IntervalSet | None, *, random: bool, asked: bool
) -> tuple[Case, ...]:
    """Return a translation to addresses and ports of a range each; None leaves them."""
    change = ANY_PORT if side == "src" and ports is None and not random else None
    if side == "src" and ports is None and random:
        ports = ANY_PORT
    translation = Translation(side, where, ports=ports, port_may_change=change)
    port_name = "dport" if side == "dst" else "sport"
    single = (where is None or where.count == 1) and (ports is None or ports.count == 1) and change is None
    same: list[Expr] = [] if where is None else [Field(side, where)]
    same += [] if ports is None else [Field(port_name, ports)]
    return noted(translation, conjunction(*same), asked=asked, sure_when_same=single)


def noted(translation: Translation, same: Expr, *, asked: bool, sure_when_same: bool) -> tuple[Case, ...]:
    """Return the translation; where rules ask for it, a packet that it leaves as it was is not noted as translated."""
    kept = Translate(translation, assigns(translation.side))
    if not asked:
        return ((ANYTHING, kept),)
    unchanged: Action = Translate(translation)
    if not sure_when_same:
        unchanged = Unsure((kept, Translate(translation)))
    return ((same, unchanged), (Not(same), kept))


def assigns(side: str) -> tuple[Assign, ...]:
    """Return how it is noted that a side was translated."""
    return (Assign("dnat" if side == "dst" else "snat", 1, 0xFFFF),)


def redirect(family: int, hooks: frozenset[str], ports: IntervalSet | None, *, asked: bool) -> tuple[Case, ...]:
    """Return a translation to the device itself."""
    same: Expr = ANYTHING if ports is None else Field("dport", ports)
    own = noted(Translation("dst", LOOPBACK[family], ports=ports), same, asked=asked, sure_when_same=False)
    passing = noted(Translation("dst", interface="in", ports=ports), same, asked=asked, sure_when_same=False)
    if hooks == {"OUTPUT"}:
        return own
    if hooks <= {"PREROUTING"}:
        return passing
    cases = [(conjunction(ARRIVED, term), action) for term, action in passing]
    cases += [(conjunction(Not(ARRIVED), term), action) for term, action in own]
    return tuple(cases)


def masquerade(ports: IntervalSet | None, *, random: bool, asked: bool) -> tuple[Case, ...]:
    """Return a translation to the address of the interface by which the packet leaves."""
    if ports is None and random:
        ports = ANY_PORT
    translation = Translation("src", interface="out", ports=ports, port_may_change=ANY_PORT if ports is None else None)
    return noted(translation, Not(ARRIVED), asked=asked, sure_when_same=False)
