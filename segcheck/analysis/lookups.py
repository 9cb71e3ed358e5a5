"""The vendors' own commands with which a person can see on a device what a journey says of it.

FortiOS: `diagnose firewall iprope lookup` names the policy of a packet, IPv4 only, with ports 0 for protocols without
(Fortinet Community, Technical Tips 192912, 195038 and 195435); `get router info routing-table details` the route (192912).
PAN-OS: `test security-policy-match` names the rule for zones, original addresses, protocol and port,
`test routing fib-lookup` the way out (PAN-OS CLI Quick Start, "Test the Configuration").
Linux: `ip route get ... from ... iif ...` asks the kernel for the route of a forwarded packet (ip-route(8)), `iptables -L
-v -n --line-numbers` shows a chain's counters (iptables(8)); they rise by one with a test packet. `nft -a list chain` shows a
chain with handles and those counters that its rules have (nft(8)).
IOS: `show ip cef [vrf V] exact-route SOURCE DESTINATION` names the way out (IP Switching Command Reference), `show
access-lists NAME` the matches of each entry, `show policy-map type inspect zone-pair` those of zone policies (Security
Command Reference).
Yamaha: `show ip route` and `show ipv6 route` print the table, `show ip connection` the sessions of dynamic filters (Yamaha Router
Command Reference, chapter on showing the state); what a static filter takes shows in its log.
ASA: `packet-tracer input INTERFACE PROTOCOL ...` leads a packet through routing, access lists and translation and names each
rule; it takes ports of TCP and UDP, type and code of ICMP, and the number of other protocols (Command Reference, packet-tracer).
Junos: `show security match-policies` names the policy for zones, addresses and ports of TCP and UDP behind destination
translation; `show route` the way out (Junos CLI Reference, show security match-policies, show route).
AWS: `aws ec2 describe-network-interfaces` shows whose an address is and its security groups, `describe-security-group-rules` and
`describe-network-acls` their rules, `describe-route-tables` the routes of a subnet (AWS CLI Command Reference, ec2). Only what
reads: an analysis of Reachability Analyzer has to be created first, which is a change of the account.
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


def _srx(config: DeviceConfig, hop: Hop) -> Iterator[str]:
    known = hop.before
    entered, left = (config.interface(name) if name else None for name in (hop.ingress, hop.egress))
    if not {"src", "dst", "proto"} <= known.keys() or entered is None:
        return
    source, target = addresses.text(known["src"]), addresses.text(hop.after.get("dst", known["dst"]))
    name = {6: "tcp", 17: "udp"}.get(known["proto"])
    if name and entered.zone and left is not None and left.zone:
        port = hop.after.get("dport", known.get("dport", 0))
        yield (
            f"show security match-policies from-zone {_word(entered.zone)} to-zone {_word(left.zone)} source-ip {source} "
            f"destination-ip {target} source-port {known.get('sport', 40000)} destination-port {port} protocol {name}"
        )
    kind = "inet.0" if addresses.family(known["dst"]) == 4 else "inet6.0"
    table = "" if entered.domain == "default" else f" table {entered.domain}.{kind}"
    yield f"show route {target}{table}"


def _iptables(config: DeviceConfig, hop: Hop) -> Iterator[str]:
    yield from _linux_route(hop)
    program = "ip6tables" if addresses.family(hop.before.get("dst", 0)) == 6 else "iptables"
    for name in _consulted(config, hop):
        table, _, chain = name.removeprefix("ip6/").partition("/")
        own = chain.partition("@")[0]  # a unit of an HA pair has its name behind it
        yield f"{program} -t {quote(table)} -L {quote(own)} -v -n --line-numbers"


def _nftables(config: DeviceConfig, hop: Hop) -> Iterator[str]:
    yield from _linux_route(hop)
    for name in _consulted(config, hop):
        family, table, chain = name.split("/", 2)
        yield f"nft -a list chain {family} {quote(table)} {quote(chain.partition('@')[0])}"


def _linux_route(hop: Hop) -> Iterator[str]:
    known = hop.before
    if not {"src", "dst"} <= known.keys() or not hop.ingress:
        return
    version = "-6 " if addresses.family(known["dst"]) == 6 else ""
    target, source = hop.after.get("dst", known["dst"]), known["src"]
    yield f"ip {version}route get {addresses.text(target)} from {addresses.text(source)} iif {quote(hop.ingress)}"


def _consulted(config: DeviceConfig, hop: Hop) -> Iterator[str]:
    """Yield the written lists that decided about a packet of which both ends are known, each once."""
    if not {"src", "dst"} <= hop.before.keys() or hop.path is None:
        return
    for name in dict.fromkeys(step.list for step in hop.path.steps):
        rules = config.lists.get(name)
        if rules is not None and not rules.builtin:
            yield name


def _ios(config: DeviceConfig, hop: Hop) -> Iterator[str]:
    known = hop.before
    if not {"src", "dst"} <= known.keys() or hop.path is None:
        return
    version = "ipv6" if addresses.family(known["dst"]) == 6 else "ip"
    came = config.interface(hop.ingress) if hop.ingress else None
    vrf = f"vrf {came.domain} " if came is not None and came.domain != "default" else ""
    target = hop.after.get("dst", known["dst"])
    yield f"show {version} cef {vrf}exact-route {addresses.text(known['src'])} {addresses.text(target)}"
    asked = dict.fromkeys(step.list for step in hop.path.steps)
    for name in asked:
        rules = config.lists.get(name)
        if rules is not None and not rules.builtin and not name.startswith("ios/"):
            own = name.partition("@")[0]  # a unit of an HA pair has its name behind it
            yield f"show ipv6 access-list {own}" if version == "ipv6" else f"show access-lists {own}"
    for name in asked:
        if name.startswith("ios/zone-pair ") and not name.endswith(" answers"):
            yield f"show policy-map type inspect zone-pair {name.removeprefix('ios/zone-pair ').partition('@')[0]} sessions"


def _yamaha(config: DeviceConfig, hop: Hop) -> Iterator[str]:
    if "dst" not in hop.before or hop.path is None:
        return
    version = "ipv6" if addresses.family(hop.before["dst"]) == 6 else "ip"
    yield f"show {version} route"
    asked = [config.lists[step.list] for step in hop.path.steps if step.list in config.lists]
    if any(rule.id.startswith("dynamic ") for rules in asked for rule in rules.rules):
        yield f"show {version} connection"


def _asa(config: DeviceConfig, hop: Hop) -> Iterator[str]:
    known = hop.before
    if not {"src", "dst", "proto"} <= known.keys() or not hop.ingress:
        return
    source, destination = addresses.text(known["src"]), addresses.text(known["dst"])
    start = f"packet-tracer input {hop.ingress}"
    ported = {6: "tcp", 17: "udp", 132: "sctp"}
    if known["proto"] in ported:
        name = ported[known["proto"]]
        # a port that is left open may be any: a high one as clients choose it
        yield f"{start} {name} {source} {known.get('sport', 40000)} {destination} {known.get('dport', 0)}"
    elif known["proto"] in (1, 58):
        kind = known.get("icmp_type", 8 if known["proto"] == 1 else 128)
        yield f"{start} icmp {source} {kind} {known.get('icmp_code', 0)} {destination}"
    else:
        yield f"{start} rawip {source} {known['proto']} {destination}"


def _aws(config: DeviceConfig, hop: Hop) -> Iterator[str]:
    known = hop.before
    if not {"src", "dst"} <= known.keys() or hop.path is None:
        return
    if config.context.startswith("tgw-"):
        if hop.ingress:
            yield f"aws ec2 describe-transit-gateway-attachments --transit-gateway-attachment-ids {quote(hop.ingress)}"
        return
    for interface, address in ((hop.ingress, known["src"]), (hop.egress, hop.after.get("dst", known["dst"]))):
        if interface and interface.startswith("subnet-"):
            key = "addresses.private-ip-address" if addresses.family(address) == 4 else "ipv6-addresses.ipv6-address"
            at = f"Name={key},Values={addresses.text(address)}"
            yield f"aws ec2 describe-network-interfaces --filters {at} {quote(f'Name=subnet-id,Values={interface}')}"
    for name in _consulted(config, hop):
        own = name.partition(" ")[0]
        if own.startswith("sg-"):
            yield f"aws ec2 describe-security-group-rules --filters {quote(f'Name=group-id,Values={own}')}"
        elif own.startswith("acl-"):
            yield f"aws ec2 describe-network-acls --network-acl-ids {quote(own)}"
    yield f"aws ec2 describe-route-tables --filters {quote(f'Name=vpc-id,Values={config.context}')}"


def _word(name: str) -> str:
    """Return a name as the command lines of FortiOS, PAN-OS and Junos take it."""
    return f'"{name}"' if " " in name else name


#: By `DeviceConfig.format`.
_LOOKUPS: Mapping[str, Callable[[DeviceConfig, Hop], Iterator[str]]] = {
    "asa": _asa,
    "aws": _aws,
    "fortigate": _fortigate,
    "ios": _ios,
    "iptables": _iptables,
    "nftables": _nftables,
    "panos": _panos,
    "srx": _srx,
    "yamaha": _yamaha,
}
