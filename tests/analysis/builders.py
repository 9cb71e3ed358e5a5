"""Short ways to write rules, lists, devices and packets for tests."""

from __future__ import annotations

from segcheck.model.device import DeviceConfig, Interface, InterfaceAddress, Route, RouteKind
from segcheck.model.match import ANYTHING, Condition, Expr, Field, Kind
from segcheck.model.pipeline import Binding, Stage, StageKind
from segcheck.model.rules import Action, Deny, Permit, Return, Rule, RuleList, Unsure
from segcheck.model.source import Span
from segcheck.model.trace import Probe, Trace
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet

TCP, UDP, ICMP = 6, 17, 1


def ip(text: str) -> int:
    """Return the address on the joint line."""
    return addresses.parse_one(text)


def field(name: str, *values: int | str | tuple[int, int]) -> Field:
    """Return a condition on a field; texts are addresses, prefixes or ranges of them."""
    parts = [addresses.parse(v) if isinstance(v, str) else IntervalSet.of(v) for v in values]
    whole = IntervalSet.empty()
    for part in parts:
        whole = whole | part
    return Field(name, whole)


def unknown(name: str = "x") -> Condition:
    return Condition(name, Kind.UNKNOWN)


def varies(name: str) -> Condition:
    return Condition(name, Kind.VARIES)


def rule(action: Action, match: Expr = ANYTHING, *, identity: str = "r", enabled: bool = True, line: int = 0) -> Rule:
    span = Span("export", line, line) if line else None
    return Rule(id=identity, key=identity, match=match, action=action, enabled=enabled, span=span)


def listed(name: str, *rules: Rule, default: Permit | Deny | Return | Unsure | None = None) -> RuleList:
    """Return a list that denies at its end unless told otherwise."""
    return RuleList(name=name, rules=rules, default=Deny() if default is None else default)


def lists(*rule_lists: RuleList) -> dict[str, RuleList]:
    return {one.name: one for one in rule_lists}


def only_lists(*rule_lists: RuleList) -> DeviceConfig:
    return DeviceConfig(format="test", lists=lists(*rule_lists))


def interface(name: str, *own: str, domain: str = "default", enabled: bool | None = True) -> Interface:
    """Return an interface; `own` are addresses with their length, such as 10.0.0.1/24."""
    pairs = [text.split("/") for text in own]
    held = tuple(InterfaceAddress(ip(address), int(length)) for address, length in pairs)
    return Interface(name=name, addresses=held, domain=domain, enabled=enabled)


def route(
    to: str,
    by: str | None = None,
    *,
    gateway: str | None = None,
    distance: int = 1,
    metric: int = 0,
    sure: bool = True,
    discard: bool = False,
) -> Route:
    return Route(
        to=addresses.parse(to),
        interface=by,
        gateway=None if gateway is None else ip(gateway),
        distance=distance,
        metric=metric,
        sure=sure,
        kind=RouteKind.DISCARD if discard else RouteKind.UNICAST,
    )


def filtering(name: str, *bindings: Binding | str, **how: object) -> Stage:
    bound = tuple(Binding(b) if isinstance(b, str) else b for b in bindings)
    return Stage(name, StageKind.FILTER, bound, **how)  # type: ignore[arg-type]


def translating(side: str, *bindings: str, **how: object) -> Stage:
    bound = tuple(Binding(b) for b in bindings)
    return Stage(f"{side} nat", StageKind.TRANSLATE, bound, side=side, **how)  # type: ignore[arg-type]


LAN, WAN, DMZ = interface("lan", "10.0.0.1/24"), interface("wan", "203.0.113.1/24"), interface("dmz", "10.0.9.1/24")


def router(*rule_lists: RuleList, **parts: object) -> DeviceConfig:
    """Return a device with lan, wan, dmz and a default route by wan; `parts` replace fields of the device."""
    whole: dict[str, object] = {
        "interfaces": (LAN, WAN, DMZ),
        "routes": (route("0.0.0.0/0", gateway="203.0.113.254"),),
        "routing_known": True,
        "addressing_known": True,
    }
    return DeviceConfig(format="test", lists=lists(*rule_lists), **(whole | parts))  # type: ignore[arg-type]


def tcp(src: str, dst: str, dport: int = 443, *, sport: int = 40000, flags: int = 2, **how: object) -> Probe:
    known = {"src": ip(src), "dst": ip(dst), "proto": TCP, "sport": sport, "dport": dport, "tcp_flags": flags}
    return probe({**known, "fragment": 0}, **how)


def probe(known: dict[str, int], **how: object) -> Probe:
    """Return a packet that arrives by lan; `more` adds to what is known of it."""
    more = how.pop("more", {})
    return Probe(known={**known, **more}, **{"ingress": "lan", **how})  # type: ignore[arg-type,dict-item]


def rules_of(trace: Trace) -> list[tuple[str, ...]]:
    """Return the ids of the rules on each way."""
    return [tuple(step.rule for step in path.steps) for path in trace.paths]
