"""What must be known of all rules before the first one is converted: who calls whom, what is tracked, what is rewritten."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from segcheck.importers._linux import jumps
from segcheck.importers.iptables._context import DeviceContext
from segcheck.importers.iptables._options import Written, take_apart
from segcheck.importers.iptables._statements import HOOKS, Save, Table
from segcheck.importers.iptables._targets import connmark_masks

#: Modules and targets that switch connection tracking on in a network namespace (they call `nf_ct_netns_get`).
_TRACKING_MODULES = frozenset(
    ("conntrack", "state", "connmark", "connbytes", "connlabel", "connlimit", "helper", "cluster")
)
_TRACKING_TARGETS = frozenset(
    ("DNAT", "SNAT", "MASQUERADE", "REDIRECT", "NETMAP", "CONNMARK", "CONNSECMARK", "SYNPROXY", "CLUSTERIP")
)
_TRANSLATED = frozenset(("SNAT", "DNAT"))


@dataclass(slots=True)
class Scanned:
    """All rules of one save, taken apart, and the graph of their jumps.

    rules     by table and chain
    hooks     built-in chains from which a chain is reached, by table and chain
    tracks    connection tracking is on
    joins     fragments are joined on arrival
    cut       (table, chain, rule number) of jumps that close a circle, go too deep or call a built-in chain
    """

    save: Save
    family: int
    rules: dict[tuple[str, str], list[Written]] = field(default_factory=dict)
    hooks: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    cut: set[tuple[str, str, int]] = field(default_factory=set)
    tracks: bool = False
    joins: bool = False

    def all_rules(self) -> Iterable[Written]:
        """Return every rule in the order of tables and chains."""
        return (written for rules in self.rules.values() for written in rules)


def scan(save: Save, family: int, device: DeviceContext) -> Scanned:
    """Take a save's rules apart and record in `device` what they do to each other."""
    scanned = Scanned(save, family)
    for table in save.tables.values():
        for chain in table.chains.values():
            scanned.rules[table.name, chain.name] = [take_apart(line) for line in chain.rules]
        _graph(table, scanned)
    for place, rules in scanned.rules.items():
        for written in rules:
            _note(written, scanned.hooks[place], scanned, device)
    return scanned


def _note(written: Written, hooks: frozenset[str], scanned: Scanned, device: DeviceContext) -> None:
    names = {module.name for module in written.modules}
    target = written.target
    options = {given.name: given.values for given in written.target_options}
    if names & _TRACKING_MODULES or target in _TRACKING_TARGETS or (target == "CT" and "--notrack" not in options):
        scanned.tracks = scanned.joins = True
    if "socket" in names or target == "TPROXY":
        scanned.joins = True
    for module in written.modules:
        if module.name == "conntrack" and any(
            _TRANSLATED & set(given.values[0].upper().split(",")) for given in module.given if given.name == "--ctstate"
        ):
            device.nat_asked = True
        if module.name == "socket" and any(given.name == "--restore-skmark" for given in module.given):
            device.blurred.add("mark")
    if target == "SET":
        device.changing |= {options[name][0] for name in ("--add-set", "--del-set") if name in options}
    if target in ("HMARK", "TPROXY") or (target == "SET" and "--map-set" in options):
        device.blurred.add("mark")
    if names & {"mark", "connmark", "set"}:
        device.recalls = True
    if names & {"ttl", "hl"}:
        device.asks_ttl = True
    if target in ("TTL", "HL") and not _settable(options, hooks):
        device.blurred.add("ttl")
    if target == "CT" and "--notrack" not in options:
        device.blurred.add(f"template{scanned.family}")
    if target == "CONNMARK" and options.keys() & {"--save-mark", "--restore-mark"}:
        _note_copy(written, device)


def _settable(options: dict[str, tuple[str, ...]], hooks: frozenset[str]) -> bool:
    """Return whether a TTL or HL target writes one value, and all before or all after the kernel lowers it."""
    if not options.keys() & {"--ttl-set", "--hl-set"}:
        return False
    return hooks <= {"PREROUTING", "INPUT", "OUTPUT"} or (hooks == {"FORWARD"} and ("255",) not in options.values())


def _note_copy(written: Written, device: DeviceContext) -> None:
    try:
        masks = connmark_masks(written.target_options)
    except ValueError:
        masks = (0, 1)
    if masks[0] != masks[1]:
        device.blurred |= {"mark", "connmark"}


def _graph(table: Table, scanned: Scanned) -> None:
    """Find the jumps to cut, then the hooks of every chain."""
    builtin = HOOKS[table.name]
    calls: dict[str, list[tuple[int, str]]] = {}
    for name in table.chains:
        calls[name] = []
        for number, written in enumerate(scanned.rules[table.name, name], 1):
            if written.target in builtin:
                scanned.cut.add((table.name, name, number))
            elif written.target in table.chains:
                calls[name].append((number, written.target))
    cut = jumps.cuts(calls)
    scanned.cut |= {(table.name, name, number) for name, number in cut}
    scanned.hooks.update({(table.name, name): hooks for name, hooks in jumps.reached(builtin, calls, cut).items()})
