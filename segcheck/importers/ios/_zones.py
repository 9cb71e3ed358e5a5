"""Zone-based policy firewall.

Source: Cisco document 98628, "Zone-Based Policy Firewall Design and Application Guide", "Rules For Applying Zone-Based Policy
Firewall": traffic between interfaces of one zone passes; between zones, and between an interface in a zone and one in none, it
is dropped unless a zone pair's policy inspects or passes it; traffic to and from the router itself passes unless a zone pair
with `self` says otherwise; without zones interfaces work as ever. Cisco IOS Security Configuration Guide: Zone-Based Policy
Firewall: `pass` is for one direction, `inspect` lets answers in, `class class-default` drops unless it says otherwise. The
policy looks at untranslated addresses of the inside. What inspection makes of packets that open no session, of protocols
besides TCP, UDP and ICMP, and of later fragments is not settled.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from segcheck.importers._cisco.lines import Line
from segcheck.importers._cisco.mirror import answered, established, mirrored
from segcheck.importers._cisco.names import APPLICATIONS
from segcheck.importers._cisco.notes import Notes, builtin
from segcheck.importers._cisco.values import proto, to_port
from segcheck.importers._unsure import because, unknown
from segcheck.importers.ios._interfaces import Interfaces
from segcheck.importers.ios._lists import Lists
from segcheck.model.device import Scope
from segcheck.model.diagnostic import Code, LineUse
from segcheck.model.match import (
    ANYTHING,
    NOTHING,
    Bits,
    Expr,
    Field,
    Interface,
    Not,
    State,
    conjunction,
    disjunction,
    leaves,
)
from segcheck.model.rules import Action, Call, Continue, Deny, Permit, Return, Rule, RuleList, Unsure
from segcheck.sets.header import ACK, SYN
from segcheck.sets.intervals import IntervalSet

_PROTOCOLS = {"tcp": 6, "udp": 17, "icmp": 1}
_EITHER = Unsure((Permit(), Deny()))
_PERHAPS = Unsure((Permit(), Continue()))
_RELATED = IntervalSet.of(int(State.RELATED))
_DEPTH = 20
#: Conditions of all classes of a file together; beyond it, what a class fits is unknown.
_MOST_TERMS = 500_000


@dataclass(slots=True)
class _Pair:
    name: str
    source: str
    target: str
    line: Line
    policy: str = ""


class Zones:
    """Zones, their pairs and policies of one file."""

    def __init__(self, notes: Notes, interfaces: Interfaces, lists: Lists) -> None:
        self._notes = notes
        self._interfaces = interfaces
        self._lists = lists
        self._zones: dict[str, Line] = {}
        self._pairs: list[_Pair] = []
        self._classes: dict[str, Line] = {}
        self._policies: dict[str, Line] = {}
        self._portmaps: set[str] = set()
        self._size = 0
        self._made_classes: dict[str, Expr] = {}
        self._made_policies: dict[str, tuple[tuple[Rule, ...], tuple[Rule, ...]]] = {}

    # ---- reading

    def zone(self, line: Line) -> None:
        """Read `zone security NAME`."""
        if len(line.words) != 3:
            self._notes.unread(line, Scope.DEVICE)
            return
        self._notes.understood(line)
        self._zones[line.words[2]] = line
        for child in line.children:
            if child.words[0] == "description":
                self._notes.irrelevant(child)
            else:
                self._notes.unread(child, Scope.DEVICE)

    def pair(self, line: Line) -> None:
        """Read `zone-pair security NAME source ZONE destination ZONE`."""
        words = line.words
        if len(words) != 7 or words[1] != "security" or words[3] != "source" or words[5] != "destination":
            self._notes.unread(line, Scope.DEVICE)
            return
        self._notes.understood(line)
        pair = _Pair(words[2], words[4], words[6], line)
        for child in line.children:
            if child.words[:3] == ("service-policy", "type", "inspect") and len(child.words) == 4 and not pair.policy:
                pair.policy = child.words[3]
                self._notes.flat(child)
            elif child.words[0] == "description":
                self._notes.irrelevant(child)
            else:
                self._notes.unread(child, Scope.DEVICE)
        self._pairs.append(pair)

    def class_map(self, line: Line) -> None:
        """Remember `class-map type inspect [match-any|match-all] NAME`; it is read where a policy names it."""
        self._notes.irrelevant(line)
        rest = [word for word in line.words[3:] if word not in ("match-any", "match-all")]
        if len(rest) == 1 and rest[0] not in self._classes:
            self._classes[rest[0]] = line
        elif len(rest) != 2:  # two words: a class of an application's messages, which acts on open sessions
            self._notes.unread(line, Scope.DEVICE)

    def policy_map(self, line: Line) -> None:
        """Remember `policy-map type inspect NAME`; it is read where a zone pair names it."""
        self._notes.irrelevant(line)
        if len(line.words) == 4 and line.words[3] not in self._policies:
            self._policies[line.words[3]] = line
        elif len(line.words) != 5:
            self._notes.unread(line, Scope.DEVICE)

    def port_map(self, line: Line) -> None:
        """Read `ip port-map APPLICATION ...`: what that application's ports are is then unknown."""
        self._notes.mark(line, LineUse.APPROXIMATED)
        self._portmaps.add(line.words[2] if len(line.words) > 2 else "")

    # ---- giving out

    @property
    def used(self) -> bool:
        """Whether any interface is in a zone, or a pair says something of the router itself."""
        return any(port.zone for port in self._interfaces.all.values()) or any(
            "self" in (pair.source, pair.target) for pair in self._pairs
        )

    def lists(self) -> dict[str, RuleList]:
        """Return the lists: `ios/zones` (forwarded), `ios/zones-local`, `ios/zones-output`, and those that they call."""
        found: dict[str, RuleList] = {}
        members = self._members()
        forward: list[Rule] = []
        local: list[Rule] = []
        output: list[Rule] = []
        back: dict[str, list[Rule]] = {"forward": [], "local": [], "output": []}
        for pair in self._pairs:
            if not pair.policy or not self._known(pair):  # without a policy a pair says nothing
                continue
            there = f"ios/zone-pair {pair.name}"
            if pair.policy not in self._made_policies:
                self._made_policies[pair.policy] = tuple(self._policy(pair)), tuple(self._answers(pair))
            rules, turned_rules = self._made_policies[pair.policy]
            found[there] = RuleList(name=there, rules=rules, default=Deny(), default_span=self._notes.span(pair.line))
            answers = f"{there} answers"
            found[answers] = RuleList(name=answers, rules=turned_rules, default=Return(), builtin=True)
            source, target = members.get(pair.source, ()), members.get(pair.target, ())
            came, left = Interface("in", source), Interface("out", target)
            going, coming = Call(there, goto=True), Call(answers)
            answer = answered()
            # What inspection lets pass besides: errors and second channels of its sessions, and pieces of their datagrams.
            aside = disjunction(Field("state", _RELATED), Field("fragment", IntervalSet.of(1)))
            if pair.target == "self":
                back["local"].append(builtin(f"beside {pair.name}", conjunction(aside, came), _PERHAPS))
                back["output"].append(
                    builtin(f"beside {pair.name}", conjunction(aside, Interface("out", source)), _PERHAPS)
                )
                local.append(builtin(pair.name, came if source else NOTHING, going))
                back["output"].append(builtin(answers, conjunction(answer, Interface("out", source)), coming))
            elif pair.source == "self":
                back["output"].append(builtin(f"beside {pair.name}", conjunction(aside, left), _PERHAPS))
                back["local"].append(
                    builtin(f"beside {pair.name}", conjunction(aside, Interface("in", target)), _PERHAPS)
                )
                output.append(builtin(pair.name, left if target else NOTHING, going))
                back["local"].append(builtin(answers, conjunction(answer, Interface("in", target)), coming))
            else:
                forward.append(builtin(pair.name, conjunction(came, left), going))
                turned = conjunction(Interface("in", target), Interface("out", source))
                other = conjunction(answer, turned)
                both_ways = conjunction(aside, disjunction(conjunction(came, left), turned))
                back["forward"].append(builtin(f"beside {pair.name}", both_ways, _PERHAPS))
                back["forward"].append(builtin(answers, other, coming))
        for name, inside in members.items():
            if inside and name != "self":
                both = conjunction(Interface("in", inside), Interface("out", inside))
                forward.append(builtin(f"within zone {name}", both, Permit()))
        zoned = tuple(name for names in members.values() for name in names)
        if zoned:
            forward.append(
                builtin("zone without a pair", disjunction(Interface("in", zoned), Interface("out", zoned)), Deny())
            )
        for suffix, rules_, key in (
            ("", forward, "forward"),
            ("-local", local, "local"),
            ("-output", output, "output"),
        ):
            name = f"ios/zones{suffix}"
            found[name] = RuleList(name=name, rules=(*back[key], *rules_), default=Permit(), builtin=True)
        return found

    def _members(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {name: [] for name in self._zones}
        for port in self._interfaces.all.values():
            if not port.routed:
                continue
            zone = port.zone or ("default" if "default" in self._zones else "")
            if not zone:
                continue
            if zone not in self._zones:
                self._notes.undefined(port.line, "zone", zone, f"interface {port.name}")
            found.setdefault(zone, []).append(port.name)
        return {name: tuple(names) for name, names in found.items()}

    def _known(self, pair: _Pair) -> bool:
        for zone in (pair.source, pair.target):
            if zone != "self" and zone not in self._zones:
                identity = self._notes.undefined(pair.line, "zone", zone, "device")
                self._notes.taint(Scope.DEVICE, identity, "", pair.line)
                return False
        return True

    # ---- policies

    def _sections(self, pair: _Pair) -> Iterator[tuple[Expr, str, Line]]:
        """Yield (packets, what becomes of them, where) of a pair's policy; "?" where that was not read."""
        policy = self._policies.get(pair.policy)
        if policy is None:
            self._notes.undefined(pair.line, "policy-map", pair.policy, f"zone-pair {pair.name}")
            yield unknown(f"policy-map {pair.policy}", Code.UNDEFINED_NAME), "?", pair.line
            return
        self._notes.understood(policy)
        for section in policy.children:
            words = section.words
            self._notes.understood(section)
            if words == ("class", "class-default"):
                match: Expr = ANYTHING
            elif words[:3] == ("class", "type", "inspect") and len(words) == 4:
                match = self._class(words[3], section)
            elif words[0] == "description":
                continue
            else:
                self._notes.told(section, f"policy-map {pair.policy}")
                yield unknown(f"policy-map {pair.policy}", Code.UNRECOGNISED_LINE), "?", section
                continue
            yield match, self._action(section, pair.policy), section

    def _action(self, section: Line, policy: str) -> str:
        action = ""
        for child in section.children:
            word = child.words[0]
            self._notes.understood(child)
            if word in ("inspect", "pass", "drop") and not action:
                rest = child.words[1:]
                if (word == "inspect" and len(rest) < 2) or rest in ((), ("log",)):
                    action = word
                    continue
            elif word in ("police", "service-policy"):
                continue  # rates, and what is looked for in open sessions
            self._notes.told(child, f"policy-map {policy}")
            return "?"
        return action or "drop"

    def _class(self, name: str, where: Line, depth: int = 0) -> Expr:
        if name not in self._made_classes:
            self._made_classes[name] = unknown(f"class-map {name} within itself")
            made = self._read_class(name, where, depth)
            self._size += sum(1 for _ in islice(leaves(made), _MOST_TERMS))
            large = self._size >= _MOST_TERMS
            self._made_classes[name] = unknown(f"class-map {name} is too large") if large else made
        return self._made_classes[name]

    def _read_class(self, name: str, where: Line, depth: int) -> Expr:
        line = self._classes.get(name)
        if line is None:
            self._notes.undefined(where, "class-map", name, "zone-pair")
            return unknown(f"class-map {name}", Code.UNDEFINED_NAME)
        terms: list[Expr] = []
        self._notes.understood(line)
        for child in line.children:
            words = child.words
            self._notes.understood(child)
            if words[:2] == ("match", "access-group"):
                name_ = words[3] if words[2:3] == ("name",) and len(words) == 4 else words[2] if len(words) == 3 else ""
                if name_:
                    terms.append(self._access_list(name_, child))
                    continue
            elif words[:2] == ("match", "protocol") and len(words) == 3:
                terms.append(self._application(words[2]))
                continue
            elif words[:2] == ("match", "class-map") and len(words) == 3 and depth < _DEPTH:
                terms.append(self._class(words[2], child, depth + 1))
                continue
            elif words[0] == "description":
                continue
            self._notes.told(child, f"class-map {name}")
            terms.append(unknown(f"class-map {name}", Code.UNRECOGNISED_LINE))
        if not terms:
            return unknown(f"class-map {name} without match", Code.EMPTY_GROUP)
        if "match-any" in line.words:
            return disjunction(*terms)
        return conjunction(*terms)

    def _access_list(self, name: str, line: Line) -> Expr:
        found = self._lists.by_name.get(name)
        return self._lists.classifying(name, found.family if found else 4, line, "zone-pair")

    def _application(self, name: str) -> Expr:
        if name in _PROTOCOLS:
            return proto(1, 58) if name == "icmp" else proto(_PROTOCOLS[name])
        if name in APPLICATIONS and name not in self._portmaps and "" not in self._portmaps:
            return disjunction(*(to_port(number, port) for number, port in APPLICATIONS[name]))
        return unknown(f"application {name}")

    def _policy(self, pair: _Pair) -> Iterator[Rule]:
        for match, action, line in self._sections(pair):
            base = Rule(
                id=f"{pair.policy} {' '.join(line.words[-1:])}",
                key=f"{pair.policy} {line.text}"[:400],
                match=match,
                action=_EITHER,
                span=self._notes.span(line),
                text=f"{line.text} {action}"[:400],
                because=because(match),
            )
            if action == "?":
                doubt = unknown(f"policy-map {pair.policy}", Code.UNRECOGNISED_LINE)
                either = Unsure((Permit(), Deny(), Continue()))
                yield replace(base, match=conjunction(match, doubt), action=either, because=(doubt.code,))
            elif action == "inspect":
                yield from _inspected(base)
            else:
                yield replace(base, action=Permit() if action == "pass" else Deny())

    def _answers(self, pair: _Pair) -> Iterator[Rule]:
        """Yield, for answers, what the policy has made of the packets that they answer."""
        for match, action, line in self._sections(pair):
            turned = mirrored(match)
            what: Action = Permit() if action == "inspect" else Return()
            if action == "?":
                what = Unsure((Permit(), Return(), Continue()))
            elif action == "inspect":
                carried = proto(6, 17, 1, 58)
                yield builtin(f"answer {line.number}", conjunction(turned, Not(carried)), Unsure((Permit(), Return())))
            yield builtin(f"answer {line.number}", turned, what, self._notes.span(line))


def _inspected(base: Rule) -> Iterator[Rule]:
    """Yield what inspection makes of packets: those that open a session, and those of one, pass."""
    known = established()
    opens = disjunction(
        conjunction(proto(6), Bits("tcp_flags", SYN | ACK, SYN)),
        proto(17),
        conjunction(proto(1), Field("icmp_type", IntervalSet.of(8, 13, 15, 17))),
        conjunction(proto(58), Field("icmp_type", IntervalSet.of(128))),
    )
    whole = Field("fragment", IntervalSet.of(0))
    fresh = Not(Field("state", IntervalSet.of(int(State.RELATED))))
    yield replace(base, match=conjunction(base.match, whole, fresh, disjunction(known, opens)), action=Permit())
    yield replace(base, action=Unsure((Permit(), Deny())))
