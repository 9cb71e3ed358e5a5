"""The vendors' own commands with which a person can see on a device what a journey says of it.

FortiOS: `diagnose firewall iprope lookup` names the policy of a packet, IPv4 only, with ports 0 for protocols without
(Fortinet Community, Technical Tips 192912, 195038 and 195435); `get router info routing-table details` the route (192912).
PAN-OS: `test security-policy-match` names the rule for zones, original addresses, protocol and port,
`test routing fib-lookup` the way out (PAN-OS CLI Quick Start, "Test the Configuration").
Linux: `ip route get ... from ... iif ...` asks the kernel for the route of a forwarded packet (ip-route(8)), `iptables -L
-v -n --line-numbers` shows a chain's counters (iptables(8)); they rise by one with a test packet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from shlex import quote

from segcheck.analysis.network import Network
from segcheck.model.device import DeviceConfig
from segcheck.model.journey import Hop, Journey
from segcheck.sets import addresses


def confirm(network: Network, journeys: Iterable[Journey]) -> tuple[tuple[str, str], ...]:
    """Return (device id, command) for every device on the journeys whose vendor has such a command, each once."""
    found: dict[tuple[str, str], None] = {}
    for journey in journeys:
        for hop in journey.hops:
            config = network.stations[hop.device].config
            lookup = _LOOKUPS.get(config.format) if config is not None else None
            if config is not None and lookup is not None and hop.path is not None:
                found |= dict.fromkeys((hop.device, command) for command in lookup(config, hop))
    return tuple(found)


def _fortigate(config: DeviceConfig, hop: Hop) -> Iterator[str]:
    known = hop.before
    if not {"src", "dst", "proto"} <= known.keys() or addresses.family(known["dst"]) != 4 or not hop.ingress:
        return
    source, destination = addresses.text(known["src"]), addresses.text(known["dst"])
    ports = known.get("sport", 0), known.get("dport", 0)
    yield f"diagnose firewall iprope lookup {source} {ports[0]} {destination} {ports[1]} {known['proto']} {_word(hop.ingress)}"
    target = addresses.text(hop.after["dst"]) if "dst" in hop.after else destination
    yield f"get router info routing-table details {target}"


def _panos(config: DeviceConfig, hop: Hop) -> Iterator[str]:
    known = hop.before
    entered, left = (config.interface(name) if name else None for name in (hop.ingress, hop.egress))
    if not {"src", "dst", "proto"} <= known.keys() or entered is None:
        return
    source, destination = addresses.text(known["src"]), addresses.text(known["dst"])
    port = f" destination-port {known['dport']}" if "dport" in known else ""
    packet = f"source {source} destination {destination}{port} protocol {known['proto']}"
    if entered.zone and left is not None and left.zone:
        yield f"test security-policy-match from {_word(entered.zone)} to {_word(left.zone)} {packet}"
    target = addresses.text(hop.after["dst"]) if "dst" in hop.after else destination
    yield f"test routing fib-lookup virtual-router {_word(entered.domain)} ip {target}"


def _iptables(config: DeviceConfig, hop: Hop) -> Iterator[str]:
    known = hop.before
    if not {"src", "dst"} <= known.keys() or hop.path is None:
        return
    version = "-6 " if addresses.family(known["dst"]) == 6 else ""
    target = hop.after.get("dst", known["dst"])
    if hop.ingress:
        yield (
            f"ip {version}route get {addresses.text(target)} from {addresses.text(known['src'])} iif {quote(hop.ingress)}"
        )
    program = "ip6tables" if version else "iptables"
    for name in dict.fromkeys(step.list for step in hop.path.steps):
        rules = config.lists.get(name)
        if rules is not None and not rules.builtin:
            table, _, chain = name.removeprefix("ip6/").partition("/")
            own = chain.partition("@")[0]  # a unit of an HA pair has its name behind it
            yield f"{program} -t {quote(table)} -L {quote(own)} -v -n --line-numbers"


def _word(name: str) -> str:
    """Return a name as the command lines of FortiOS and PAN-OS take it."""
    return f'"{name}"' if " " in name else name


#: By `DeviceConfig.format`.
_LOOKUPS: Mapping[str, Callable[[DeviceConfig, Hop], Iterator[str]]] = {
    "fortigate": _fortigate,
    "iptables": _iptables,
    "panos": _panos,
}
