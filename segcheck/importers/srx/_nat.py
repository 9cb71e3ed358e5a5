"""Network address translation: static, destination, source.

Source: NAT User Guide for Security Devices, "NAT Rule Sets and Rules": static and destination translation come before the way
out and the policy are looked up, the reverse of static translation and source translation behind them; static rules win over
destination rules, their reverse over source rules; of rule sets that fit one with an interface is nearer than one with a zone,
that nearer than one with a routing instance; in a rule set the first rule that matches decides. "Static NAT" (one to one,
also for connections from the other side), "Destination NAT" (pools), "Source NAT" (interface, pool, off), "Persistent NAT"
(`any-remote-host`: anyone may send to a mapping). That a rule set further away is asked where the nearest has no rule that
matches is not said: either may be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from segcheck.importers._hierarchy.notes import Vsys
from segcheck.importers._hierarchy.tree import Node
from segcheck.importers._unsure import because, unknown
from segcheck.importers.srx._addresses import GLOBAL
from segcheck.importers.srx._interfaces import unit
from segcheck.importers.srx._policies import Objects, members
from segcheck.importers.srx._relevance import NAT, NAT_SOURCE
from segcheck.importers.srx._words import ports, protocols
from segcheck.model.device import Scope
from segcheck.model.diagnostic import Code, LineUse
from segcheck.model.match import ANYTHING, NOTHING, All, Expr, Field, Interface, Not, conjunction, disjunction
from segcheck.model.rules import Action, Continue, Permit, Rule, RuleList, Translate, Translation, Unsure
from segcheck.sets.addresses import parse, parse_one
from segcheck.sets.intervals import IntervalSet

_CHOSEN_PORTS = IntervalSet.of((1, 65535))
_KINDS = ("interface", "zone", "routing-instance")
_MAYBE = Unsure((Translate(None), Permit(), Continue()))


@dataclass(frozen=True, slots=True)
class _Set:
    """A rule set: how near its contexts are, what they ask, and its rules."""

    nearness: tuple[int, int]
    context: Expr
    rules: tuple[Rule, ...]


class Nat:
    """Reads the translations of the device."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._vsys: Vsys = objects.vsys
        self._nat = objects.vsys.node.at("security", "nat")
        self._reverse: list[Rule] = []
        self._perhaps: list[Rule] = []

    def lists(self) -> tuple[RuleList | None, RuleList | None]:
        """Return the lists of destinations and of sources, None where there are none."""
        self._nat.ignore(NAT)
        static = self._sets("static")
        target = self._sets("destination")
        source = self._sets("source")
        for kind in ("static", "destination", "source"):
            node = self._nat.at(kind)
            node.ignore(NAT_SOURCE)
            self._pools(node, kind)
            self._vsys.doubt(node, Scope.TRANSLATION)
        self._vsys.doubt(self._nat, Scope.TRANSLATION)
        before = (*static, *target)
        after = (*self._reverse, *self._perhaps, *source)
        return (
            RuleList(name="nat-destination", rules=before, default=Permit()) if before else None,
            RuleList(name="nat-source", rules=after, default=Permit()) if after else None,
        )

    # ---- rule sets

    def _sets(self, kind: str) -> tuple[Rule, ...]:
        found = [self._set(kind, node) for node in self._nat.at(kind, "rule-set").entries()]
        found.sort(key=lambda one: one.nearness)
        made: list[Rule] = []
        for number, one in enumerate(found):
            nearer = [other for other in found[:number] if other.rules and not _apart(other.context, one.context)]
            if not nearer:
                made.extend(one.rules)
                continue
            both = disjunction(*(other.context for other in nearer))
            for rule in one.rules:
                # in the context of a nearer set, none of whose rules took the packet
                action = rule.action if isinstance(rule.action, Unsure) else Unsure((rule.action, Continue()))
                made.append(
                    replace(
                        rule,
                        id=f"{rule.id} (or a nearer set)",
                        key=f"{rule.key} nearer",
                        match=conjunction(both, rule.match),
                        action=action,
                        because=(Code.ACTION_NOT_MODELLED.value,),
                    )
                )
                made.append(replace(rule, match=conjunction(Not(both), rule.match)))
        return tuple(made)

    def _set(self, kind: str, node: Node) -> _Set:
        node.ignore(("description",))
        where = f"{kind} NAT rule set {node.word}"
        source, near = self._context(node, "from", "in", where)
        target, far = self._context(node, "to", "out", where) if kind == "source" else (ANYTHING, 0)
        context = conjunction(source, target)
        rules = [
            rule for entry in node.at("rule").entries() for rule in self._rule(kind, entry, node.word, context, source)
        ]
        for identity in self._vsys.notes.sweep(node, where, tables=("rule",)):
            self._vsys.taint(Scope.TRANSLATION, identity, "", node.first)
        if node.has("rule"):
            for identity in self._vsys.notes.shallow(node.at("rule"), where):
                self._vsys.taint(Scope.TRANSLATION, identity, "", node.first)
        return _Set((near, far), context, tuple(rules))

    def _context(self, node: Node, key: str, side: str, where: str) -> tuple[Expr, int]:
        holder = node.at(key)
        kinds = [word for word in _KINDS if holder.has(word)]
        if len(kinds) != 1:
            self._vsys.bad_value(holder or node, where, key)
            return unknown(f"{key} of {where}", Code.VALUE_NOT_UNDERSTOOD), 0
        names = holder.words(kinds[0])
        if kinds[0] == "zone":
            return members(self._objects, names, side, holder.at("zone"), where), 1
        if kinds[0] == "interface":
            return Interface(side, tuple(unit(name) for name in names)), 0
        inside = [one for name in names for one in self._objects.interfaces.of_domain(name)]
        return (Interface(side, tuple(inside)) if inside else NOTHING), 2

    # ---- rules

    def _rule(self, kind: str, entry: Node, group: str, context: Expr, source: Expr) -> Iterator[Rule]:
        where = f"{kind} NAT rule {group}/{entry.word}"
        entry.ignore(("description",))
        match = entry.at("match")
        then = entry.at("then", f"{kind}-nat" if kind != "static" else "static-nat")
        terms: list[Expr] = [context]
        try:
            terms.extend(self._match(match, where))
            action, more = self._then(kind, then, match)
        except ValueError:
            self._vsys.bad_value(entry, where)
            for node in (match, then):
                node.mark_all(LineUse.APPROXIMATED)
            terms.append(unknown(f"values of {where}", Code.VALUE_NOT_UNDERSTOOD))
            action, more = _MAYBE, None
        entry.at("then").ignore(("session-count-alarm",))
        then.ignore(("rule-session-count-alarm",))
        unread = self._vsys.notes.sweep(entry, where)
        found = conjunction(*terms)
        rule = Rule(
            id=f"{group}/{entry.word}",
            key=f"{kind}/{group}/{entry.word}",
            match=found,
            action=action,
            span=self._vsys.notes.extent(entry),
            name=entry.word,
            text=where[:200],
            because=(*because(found), *((Code.ACTION_NOT_MODELLED.value,) if isinstance(action, Unsure) else ())),
        )
        if unread:
            doubt = unknown(f"unread lines of {where}", Code.UNRECOGNISED_LINE)
            anything = Unsure((Translate(None), Permit(), Continue()))
            rule = replace(
                rule, match=conjunction(context, doubt), action=anything, because=(Code.UNRECOGNISED_LINE.value,)
            )
        yield rule
        if kind == "static":
            narrow = any(match.has(key) for key in ("source-address", "source-address-name", "source-port", "protocol"))
            self._backwards(rule, source, more, narrow=narrow)

    def _match(self, match: Node, where: str) -> Iterator[Expr]:
        for side, field in (("source", "src"), ("destination", "dst")):
            parts: list[Expr] = []
            if match.has(f"{side}-address"):
                words = match.words(f"{side}-address")
                parts.append(Field(field, IntervalSet.of(*(pair for word in words for pair in parse(word).ranges))))
            if match.has(f"{side}-address-name"):
                holder = match.at(f"{side}-address-name")
                parts.append(self._objects.addresses.any_of(holder, GLOBAL, field, where))
            if parts:
                yield disjunction(*parts)
            if match.has(f"{side}-port"):
                yield Field("sport" if side == "source" else "dport", _ports(match.at(f"{side}-port")))
        if match.has("protocol"):
            yield Field("proto", protocols(match.words("protocol")))
        if match.has("application"):
            yield self._objects.applications.any_of(match.at("application"), where)

    def _then(self, kind: str, then: Node, match: Node) -> tuple[Action, tuple[IntervalSet, IntervalSet] | None]:
        """Return what a rule does, and of a static one which addresses stand for which.

        Raises:
            ValueError: it cannot be told.
        """
        if kind == "static":
            return self._static(then, match)
        if then.has("off"):
            then.at("off")
            return Permit(), None
        if kind == "destination":
            return self._to_pool(then.at("pool")), None
        if then.has("interface"):
            holder = then.at("interface")
            full = self._persistent(holder)
            return Translate(Translation("src", interface="out", ports=_CHOSEN_PORTS, full_cone=full)), None
        return self._from_pool(then.at("pool")), None

    def _persistent(self, node: Node) -> bool:
        inner = node.at("persistent-nat")
        full = False
        if inner:
            # target-host lets in other ports of a host that the client has spoken to, target-host-port the session alone
            full = not inner.has("permit", "target-host-port")
            inner.mark_all(LineUse.UNDERSTOOD)
        return full

    def _from_pool(self, node: Node) -> Action:
        names = [word for word in node.children if word != "persistent-nat"]
        if len(names) != 1:
            raise ValueError("pool")
        full = self._persistent(node)
        name = node.at(names[0]).word
        full = full or self._persistent(node.at(name))
        pool = self._nat.at("source", "pool", name)
        addresses = self._pool_addresses(pool)
        if pool.has("routing-instance"):
            raise ValueError("routing instance of a pool")
        if addresses is None:
            self._vsys.undefined(node, "pool", name, "source NAT")
        if addresses is None or pool.has("overflow-pool"):
            return Translate(None)
        if pool.has("host-address-base"):
            base = parse_one(pool.one("host-address-base").partition("/")[0])
            if len(addresses.ranges) != 1:
                raise ValueError("pool")
            return Translate(Translation("src", addresses=addresses, shift=addresses.ranges[0][0] - base))
        kept = pool.has("port", "no-translation")
        pool.at("port").mark_all(LineUse.UNDERSTOOD)
        return Translate(Translation("src", addresses=addresses, ports=None if kept else _CHOSEN_PORTS, full_cone=full))

    def _to_pool(self, node: Node) -> Action:
        (name,) = node.words()
        pool = self._nat.at("destination", "pool", name)
        addresses = self._pool_addresses(pool)
        if addresses is None:
            self._vsys.undefined(node, "pool", name, "destination NAT")
            return Translate(None)
        if pool.has("routing-instance"):  # looks its way up in another table
            self._vsys.unsupported(pool.at("routing-instance"), Scope.ROUTING, f"routing instance of pool {name}"[:60])
        chosen: IntervalSet | None = None
        text = pool.one("address", "port") if pool.has("address", "port") else ""
        for entry in pool.at("address").children.values():
            text = text or entry.one("port")
        if text:
            chosen = ports((text,))
        return Translate(Translation("dst", addresses=addresses, ports=chosen))

    def _pool_addresses(self, pool: Node) -> IntervalSet | None:
        """Return the addresses of a pool, None if it is not there or has none."""
        pairs: list[tuple[int, int]] = []
        for entry in pool.at("address").entries() if pool else ():
            if entry.word == "port":
                entry.mark_all(LineUse.UNDERSTOOD)
                continue
            if entry.has("to"):
                high = entry.one("to")
                low = entry.word.partition("/")[0]
                pairs.extend(parse(f"{low}-{high.partition('/')[0]}").ranges)
            else:
                pairs.extend(parse(entry.word).ranges)
            entry.at("port").mark_all(LineUse.UNDERSTOOD)
        return IntervalSet.of(*pairs) if pairs else None

    def _pools(self, node: Node, kind: str) -> None:
        for pool in node.at("pool").entries():
            try:
                self._pool_addresses(pool)
            except ValueError:
                self._vsys.bad_value(pool, f"{kind} NAT pool {pool.word}")
            pool.ignore(("description", "pool-utilization-alarm", "address-persistent", "address-pooling", "address-shared",
                         "ei-mapping-timeout", "mapping-timeout", "session-persistence-scan"))  # fmt: skip
            for word in ("port", "host-address-base", "overflow-pool", "routing-instance"):
                pool.at(word).mark_all(LineUse.UNDERSTOOD)

    # ---- static

    def _static(self, then: Node, match: Node) -> tuple[Action, tuple[IntervalSet, IntervalSet] | None]:
        old = self._addresses(match.words("destination-address"), match.words("destination-address-name"))
        if then.has("inet") or then.has("nptv6-prefix") or then.has("nptv6-prefix-name"):
            raise ValueError("between versions")
        holder = then.at("prefix") if then.has("prefix") else then.at("prefix-name")
        named = () if then.has("prefix") else self._values(holder)
        plain = self._values(holder) if then.has("prefix") else ()
        new = self._addresses(plain, named)
        if old is None or new is None or old.count != new.count or len(old.ranges) != 1 or len(new.ranges) != 1:
            raise ValueError("not one to one")
        if holder.has("routing-instance"):
            self._vsys.unsupported(holder.at("routing-instance"), Scope.ROUTING, "routing instance of static NAT")
        mapped = holder.at("mapped-port")
        shift = new.ranges[0][0] - old.ranges[0][0]
        if mapped:
            before, after = _ports(match.at("destination-port")), _ports(mapped)
            if before.count != after.count:
                raise ValueError("ports")
            moved = after.ranges[0][0] - before.ranges[0][0] if before.count > 1 else None
            return Translate(Translation("dst", addresses=new, shift=shift, ports=after, port_shift=moved)), None
        return Translate(Translation("dst", addresses=new, shift=shift)), (new, old)

    def _values(self, holder: Node) -> tuple[str, ...]:
        found = tuple(w for w in holder.children if w not in ("routing-instance", "mapped-port"))
        for word in found:
            for key in ("routing-instance", "mapped-port"):  # on the line of the prefix
                if holder.children[word].has(key):
                    raise ValueError(key)
            holder.at(word)
        return found

    def _addresses(self, words: Iterable[str], names: tuple[str, ...]) -> IntervalSet | None:
        pairs = [pair for word in words for pair in parse(word).ranges]
        if names:
            plain, doubts = self._objects.addresses.told(names, GLOBAL, Node(""), "static NAT")
            if doubts:
                return None
            pairs.extend(plain.ranges)
        return IntervalSet.of(*pairs) if pairs else None

    def _backwards(
        self, rule: Rule, source: Expr, pair: tuple[IntervalSet, IntervalSet] | None, *, narrow: bool
    ) -> None:
        """Add the opposite direction: connections that the real address opens to where the rule takes packets from.

        narrow   the rule asks for senders too
        """
        if pair is None:
            doubt = unknown(f"the opposite direction of {rule.id}")
            self._add_reverse(rule, doubt, _MAYBE)
            return
        new, old = pair
        back = Translate(Translation("src", addresses=old, shift=old.ranges[0][0] - new.ranges[0][0]))
        leaving = Field("src", new)
        if narrow or isinstance(rule.action, Unsure) or not isinstance(source, Interface):
            self._add_reverse(rule, leaving, Unsure((back, Continue())))
            return
        self._add_reverse(rule, conjunction(leaving, Interface("out", source.names)), back)
        self._add_reverse(rule, leaving, Unsure((back, Continue())))

    def _add_reverse(self, rule: Rule, match: Expr, action: Action) -> None:
        sure = isinstance(action, Translate)
        made = replace(
            rule,
            id=f"{rule.id} (reverse)",
            key=f"{rule.key} reverse {sure}",
            match=match,
            action=action,
            text=f"{rule.text}, in the opposite direction"[:200],
            because=() if sure else (Code.ACTION_NOT_MODELLED.value,),
        )
        (self._reverse if sure else self._perhaps).append(made)


def _apart(one: Expr, other: Expr) -> bool:
    """Return whether two contexts surely have no packet in common."""
    for side in ("in", "out"):
        names = [
            {name for term in (expr.terms if isinstance(expr, All) else (expr,)) if isinstance(term, Interface)
             and term.side == side for name in term.names}
            for expr in (one, other)
        ]  # fmt: skip
        if all(names) and not names[0] & names[1]:
            return True
    return False


def _ports(node: Node) -> IntervalSet:
    """Return ports written as `80`, `80 to 90` or `[ 80 443 ]`.

    Raises:
        ValueError: they are written in another way.
    """
    pairs: list[tuple[int, int]] = []
    for entry in node.entries():
        low = ports((entry.word,))
        if entry.word == "to":
            raise ValueError("to")
        pairs.extend(ports((f"{low.ranges[0][0]}-{entry.one('to')}",)).ranges if entry.has("to") else low.ranges)
    if not pairs:
        raise ValueError("no ports")
    return IntervalSet.of(*pairs)
