"""Where things stand in a configuration: shared objects, the firewall, its virtual systems, what Panorama has pushed."""

from __future__ import annotations

from dataclasses import dataclass

from segcheck.importers._hierarchy.notes import Vsys
from segcheck.importers._hierarchy.tree import Node, Tree
from segcheck.importers.panos._relevance import (
    DEVICE,
    DEVICECONFIG,
    NETWORK,
    PROFILES,
    SCOPE,
    SESSION,
    SETTING,
    SYSTEM,
    TOP,
    TUNNELS,
)
from segcheck.model.device import Scope
from segcheck.model.diagnostic import Code, LineUse, Severity

#: What only Panorama has: the configuration of other firewalls.
_PANORAMA = ("device-group", "template", "template-stack", "log-collector", "log-collector-group")
#: Outermost words that are not settings of the only virtual system.
_OUTER = ("devices", "shared", "mgt-config", "predefined", "readonly", "panorama", "policy", "network", "deviceconfig",
          "vsys", *_PANORAMA)  # fmt: skip
_OBJECTS = ("address", "address-group", "service", "service-group", "application", "application-group",
            "application-filter", "region", "external-list", "schedule", "zone", "rulebase", "import")  # fmt: skip
_PUSHED_RULES = ("pre-rulebase", "post-rulebase")


@dataclass(frozen=True, slots=True)
class Layout:
    """The parts of one file.

    root      the outermost words
    device    with `network`, `deviceconfig`, `vsys`
    systems   virtual systems by name; at least one, possibly empty
    shared    objects for all of them
    pushed    scopes that Panorama has pushed
    """

    root: Node
    device: Node
    systems: dict[str, Node]
    shared: Node
    pushed: tuple[Node, ...]

    def scopes(self, node: Node) -> tuple[Node, ...]:
        """Return where a virtual system looks names up, nearest first."""
        return (node, self.shared, *self.pushed)

    def owned(self, node: Node) -> frozenset[str]:
        """Return the interfaces that a virtual system imports, or has in its zones."""
        found = dict.fromkeys(node.at("import", "network", "interface").children)
        for zone in node.children.get("zone", Node("")).children.values():
            for kind in zone.children.get("network", Node("")).children.values():
                found |= dict.fromkeys(kind.children)
        return frozenset(found)


def layout(tree: Tree) -> Layout:
    """Return where the parts of a file are; marks the words on the way to them."""
    root = tree.root
    device = root
    machines = root.at("devices")
    if machines.children:
        device = machines.entries()[0]
    systems = {node.word: node for node in device.at("vsys").entries()}
    if not systems:
        systems = {"vsys1": root if not machines.children else Node("vsys1")}
    pushed = [root.at("policy", "panorama"), root.at("panorama")]
    for place in (root.at("panorama"),):
        pushed.extend(one for key in ("vsys",) for one in place.at(key).entries())
    return Layout(root, device, systems, root.at("shared"), tuple(one for one in pushed if one))


def finish(found: Layout, systems: list[Vsys]) -> list[str]:
    """Account for everything that no reader takes, and return the ids of what taints every virtual system."""
    notes = systems[0].notes
    ids: list[str] = []
    root, device = found.root, found.device
    root.ignore(TOP)
    if device is not root:
        others = root.at("devices").entries()[1:]
        ids.extend(_unsupported(systems[0], other, "another firewall") for other in others)
    for holder in dict.fromkeys((root, device)):
        for word in _PANORAMA:
            if holder.has(word) and holder.children[word].children:
                ids.append(_unsupported(systems[0], holder.children[word], f"Panorama's {word}"))
            elif holder.has(word):
                holder.children[word].mark_all(LineUse.IRRELEVANT)
    device.ignore(DEVICE)
    for vsys in systems:
        for part in vsys.node.at("import").walk():
            part.take()
    there = [found.shared.children[word] for word in _PUSHED_RULES if found.shared.has(word)]
    ids.extend(_unsupported(systems[0], one, f"shared {one.word}") for one in there if one.children)
    for scope in dict.fromkeys((found.shared, *found.pushed, *(vsys.node for vsys in systems))):
        scope.ignore(SCOPE)
        for word in _OBJECTS:
            if scope.has(word):
                ids.extend(notes.shallow(scope.at(word), "device"))
    ids.extend(_device_settings(device, systems))
    for vsys in systems:
        vsys.node.at("global-protect").mark_all(LineUse.APPROXIMATED)
        outer = _OUTER if vsys.node is root else ()
        for identity in notes.sweep(vsys.node, "device", (*_OBJECTS, *outer)):
            vsys.taint(Scope.DEVICE, identity, "", vsys.node.first)
    # what stands in the parts below has been swept by whoever read them
    ids.extend(notes.sweep(found.shared, "device", _OBJECTS))
    for one in found.pushed:
        ids.extend(notes.sweep(one, "device", (*_OBJECTS, *_PUSHED_RULES)))
    parts = ("vsys", "network", "deviceconfig", *(_OBJECTS if device is root else ()))
    ids.extend(notes.sweep(device, "device", (*parts, *(_OUTER if device is root else ()))))
    ids.extend(notes.sweep(root, "device", (*_OUTER, *_OBJECTS)))
    for holder in (root, root.at("devices"), device.at("vsys"), root.at("policy")):
        ids.extend(notes.shallow(holder, "device"))
    return list(dict.fromkeys(ids))


def _unsupported(vsys: Vsys, node: Node, text: str) -> str:
    node.mark_all(LineUse.UNSUPPORTED)
    return vsys.notes.say(Code.UNSUPPORTED_LINE, Severity.ERROR, node, "device", text=text)


def _device_settings(device: Node, systems: list[Vsys]) -> list[str]:
    notes = systems[0].notes
    ids: list[str] = []
    network = device.at("network")
    if network.at("shared-gateway").children:
        ids.append(_unsupported(systems[0], network.at("shared-gateway"), "shared gateway"))
    network.ignore(NETWORK)
    network.at("profiles").ignore(PROFILES)
    network.at("tunnel").ignore(TUNNELS)
    for word in ("ike", "dhcp", "dns-proxy"):
        network.at(word)
    config = device.at("deviceconfig")
    config.ignore(DEVICECONFIG)
    setting = config.at("setting")
    setting.ignore(SETTING)
    setting.at("session").ignore(SESSION)
    system = config.at("system")
    system.ignore(SYSTEM)
    for identity in notes.sweep(system, "local"):
        for vsys in systems:
            vsys.taint(Scope.LOCAL, identity, "", system.first)
    tables = ("interface", "virtual-router", "logical-router", "profiles")
    ids.extend(notes.sweep(network, "device", tables))
    kinds = network.at("interface").entries()
    holders = [network.at(word) for word in tables]
    holders.extend((*kinds, *(kind.at("units") for kind in kinds), *network.at("profiles").children.values()))
    for holder in holders:
        ids.extend(notes.shallow(holder, "device"))
    ids.extend(notes.sweep(config, "device"))
    return ids
