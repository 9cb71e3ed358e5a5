"""A router made of a network namespace, and what really happens to packets sent through it.

The router's interfaces are veth pairs whose far ends sit in a namespace without addresses, where packets are injected
and picked up byte by byte (AF_PACKET). The interfaces have no ARP (IFF_NOARP): routes, next hops and connected networks
are the real ones, yet no neighbour ever has to answer. Guarded against, because each once looked like policy:
reverse-path filters, ICMP rate limits, redirects, conntrack entries left by an earlier probe, wrong checksums, IPv6
duplicate address detection, a closed local port whose RST looks like REJECT, and a machine too busy to be waited for.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any

from . import frames
from .exchange import Letter, Outcome, exchange
from .namespaces import Namespace
from .probes import FLAG_BITS, ICMP, ICMP_REPLIES, ICMPV6, SCTP, TCP, Fragment, Observation, Probe, Session
from .rounds import independent_rounds
from .wires import Conntrack, Wires, hardware_address, one_processor

QUIET = {
    "ipv4/ip_forward": 1,
    "ipv4/icmp_ratelimit": 0,
    "ipv4/icmp_msgs_per_sec": 1_000_000,
    "ipv4/icmp_msgs_burst": 1_000_000,
    "ipv6/icmp/ratelimit": 0,
    "ipv6/conf/all/forwarding": 1,
    "ipv6/conf/default/forwarding": 1,
}
QUIET_INTERFACE = {
    "ipv4/conf/{}/rp_filter": 0,
    "ipv4/conf/{}/send_redirects": 0,
    "ipv4/conf/{}/accept_redirects": 0,
    "ipv4/conf/{}/log_martians": 0,
    "ipv4/conf/{}/route_localnet": 0,
    "ipv6/conf/{}/accept_dad": 0,
    "ipv6/conf/{}/accept_ra": 0,
    "ipv6/conf/{}/addr_gen_mode": 1,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Texts to load, each in the format of the tool it belongs to; empty ones are not loaded."""

    iptables: str = ""
    ip6tables: str = ""
    ipset: str = ""
    nft: str = ""


class Router:
    """A router as a device entry of a topology describes it; a context manager that leaves nothing behind.

    `topology` has `interfaces` ({name: {address: ...} or {addresses: [...]}}; the loopback may be named `lo`) and
    `routes` ([{to, via, interface}], interface optional). `backend` is "nft" or "legacy".
    """

    def __init__(self, topology: dict[str, Any], *, backend: str = "nft", tcp_loose: bool = True) -> None:
        self.topology, self.backend, self._tcp_loose = topology, backend, tcp_loose
        self._serial = 0
        self._namespace, self._far_side = Namespace(), Namespace()
        try:
            names = [name for name in topology["interfaces"] if name != "lo"]
            self._cable(names)
            self._quieten(names)
            self._address(topology)
            self._wires = Wires(self._namespace, self._far_side, names)
            with one_processor():
                self._wires.pass_through()
            self._conntrack = Conntrack(self._namespace)
        except BaseException:
            self._namespace.close()
            self._far_side.close()
            raise

    def _cable(self, names: list[str]) -> None:
        commands = ["link set dev lo up"]
        far_commands = []
        for number, name in enumerate(names):
            near, far = hardware_address(number, far=False), hardware_address(number, far=True)
            commands.append(
                f"link add name {name} address {near} type veth"
                f" peer name wire{number} address {far} netns {self._far_side.path}"
            )
            far_commands.append(f"link set dev wire{number} arp off up")
        self._namespace.run("ip", "-batch", "-", stdin="\n".join(commands))
        for number in range(len(names)):
            self._far_side.set(f"ipv6/conf/wire{number}/disable_ipv6", 1)
        self._far_side.run("ip", "-batch", "-", stdin="\n".join(far_commands))

    def _quieten(self, names: list[str]) -> None:
        for name, value in QUIET.items():
            self._namespace.set(name, value)
        for pattern, value in QUIET_INTERFACE.items():
            for name in ("all", "default", *names):
                self._namespace.set(pattern.format(name), value)

    def _address(self, topology: dict[str, Any]) -> None:
        addresses: list[str] = []
        routes: dict[int, list[str]] = {4: [], 6: []}
        for name, interface in topology["interfaces"].items():
            if name != "lo":
                addresses.append(f"link set dev {name} arp off up")
            own = [interface["address"]] if "address" in interface else interface.get("addresses", [])
            for text in own:
                address = ipaddress.ip_interface(text)
                broadcast = "brd +" if address.version == 4 and address.network.prefixlen < 31 else ""
                addresses.append(f"addr add {address} dev {name} {broadcast or 'nodad'}")
        for route in topology.get("routes", []):
            device = f" dev {route['interface']}" if route.get("interface") else ""
            version = ipaddress.ip_network(route["to"]).version
            routes[version].append(f"route add {route['to']} via {route['via']}{device}")
        self._namespace.run("ip", "-batch", "-", stdin="\n".join(addresses))
        for family, batch in routes.items():
            if batch:
                self._namespace.run("ip", f"-{family}", "-batch", "-", stdin="\n".join(batch))

    def load(self, rules: Rules) -> None:
        """Load sets, then rules; raises ToolFailed with the tool's complaint when one is refused."""
        load_rules(self._namespace, rules, self.backend, tcp_loose=self._tcp_loose)

    def export(self, *, counters: bool = False) -> Rules:
        """Return what the save tools print for the loaded rules; only the date in their comments is left out."""
        return export_rules(self._namespace, self.backend, counters=counters)

    def ruleset(self, *options: str) -> str:
        """Return what `nft list ruleset` prints, with options such as -j."""
        return self._namespace.run("nft", *options, "list", "ruleset")

    def probe(self, probes: Sequence[Probe]) -> list[Observation]:
        """Return what happened to each probe, in order, each judged without a trace of the others."""
        return [session.forward for session in self.sessions([replace(p, want_reply=False) for p in probes])]

    def sessions(self, probes: Sequence[Probe]) -> list[Session]:
        """Return each probe's fate, its reply's and its ICMP error's, each session without a trace of the others.

        The reply and the error are made from the packet seen on the far side (so they respect NAT) and enter where it
        left. The error goes first: it leaves the connection's state alone. No answers are made to fragments.
        """
        sessions: dict[int, Session] = {}
        for indices in independent_rounds(probes):
            letters = [self._letter(probes[index]) for index in indices]
            outcomes = exchange(self._wires, letters)
            errors = self._answers(self._error(*pair) for pair in zip(letters, outcomes, strict=True))
            replies = self._answers(self._reply(*pair) for pair in zip(letters, outcomes, strict=True))
            for index, outcome, reply, error in zip(indices, outcomes, replies, errors, strict=True):
                sessions[index] = Session(outcome.observation, reply, error)
            self._conntrack.flush()
        return [sessions[index] for index in range(len(probes))]

    def _letter(self, probe: Probe) -> Letter:
        serial = self._next_serial()
        return Letter(probe, frames.build(probe, serial), serial)

    def _answers(self, letters: Iterable[Letter | None]) -> list[Observation | None]:
        sent = list(letters)
        outcomes = iter(exchange(self._wires, [letter for letter in sent if letter is not None]))
        return [None if letter is None else next(outcomes).observation for letter in sent]

    def _error(self, letter: Letter, outcome: Outcome) -> Letter | None:
        if outcome.seen is None or letter.probe.fragment is not Fragment.NONE or not letter.probe.want_error:
            return None
        serial = self._next_serial()
        probe, packet = frames.error_about(outcome.seen, outcome.observation.out, serial)
        return Letter(probe, [packet], serial)

    def _reply(self, letter: Letter, outcome: Outcome) -> Letter | None:
        if outcome.seen is None or letter.probe.fragment is not Fragment.NONE or not letter.probe.want_reply:
            return None
        probe = reply_to(outcome.seen, outcome.observation.out)
        if probe is None:
            return None
        serial = self._next_serial()
        packets = frames.build(probe, serial, ack=outcome.seen.next_number, tag=frames.SCTP_TAG)
        return Letter(probe, packets, serial, answers=letter.serial)

    def _next_serial(self) -> int:
        self._serial += 1
        return self._serial

    def __enter__(self) -> Router:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every socket and both namespaces; the kernel removes interfaces and rules with them."""
        self._wires.close()
        self._conntrack.close()
        self._namespace.close()
        self._far_side.close()


def load_rules(namespace: Namespace, rules: Rules, backend: str, *, tcp_loose: bool = True) -> None:
    """Load sets, then rules; raises ToolFailed with the tool's complaint when one is refused."""
    waiting = ("-w", "20") if backend == "legacy" else ()
    if rules.ipset:
        namespace.run("ipset", "restore", stdin=rules.ipset)
    if rules.iptables:
        namespace.run(f"iptables-{backend}-restore", *waiting, stdin=rules.iptables)
    if rules.ip6tables:
        namespace.run(f"ip6tables-{backend}-restore", *waiting, stdin=rules.ip6tables)
    if rules.nft:
        namespace.run("nft", "-f", "-", stdin=rules.nft)
    # only now: where conntrack is a module, its settings appear with the first rule that needs it
    namespace.set("netfilter/nf_conntrack_checksum", 1, optional=True)
    namespace.set("netfilter/nf_conntrack_tcp_loose", int(tcp_loose), optional=True)


def export_rules(namespace: Namespace, backend: str, *, counters: bool = False) -> Rules:
    """Return what the save tools print for the loaded rules; only the date in their comments is left out."""
    option = ("-c",) if counters else ()
    texts = [namespace.run(f"{tool}-{backend}-save", *option) for tool in ("iptables", "ip6tables")]
    v4, v6 = ("".join(_undated(line) for line in text.splitlines(keepends=True)) for text in texts)
    return Rules(iptables=v4, ip6tables=v6, ipset=namespace.run("ipset", "save"))


def reply_to(seen: frames.Seen, interface: str) -> Probe | None:
    """Return the packet that the far host answers with, or None where nothing answers.

    An opening SYN is answered by SYN+ACK, other TCP by ACK; an ICMP query by its answer, other ICMP by nothing; SCTP's
    INIT by INIT ACK; any other protocol by its mirror image.
    """
    header = seen.header
    reply = Probe(
        interface=interface, src=header.dst, dst=header.src, proto=header.proto, sport=header.dport, dport=header.sport
    )
    if header.proto == TCP:
        opening = seen.flags & (FLAG_BITS["S"] | FLAG_BITS["A"]) == FLAG_BITS["S"]
        return replace(reply, flags="SA" if opening else "A")
    if header.proto in (ICMP, ICMPV6):
        kind = ICMP_REPLIES.get((header.proto, header.icmp_type or 0))
        return None if kind is None else replace(reply, icmp_type=kind, icmp_id=seen.icmp_id)
    return replace(reply, chunk=2) if header.proto == SCTP else reply


def _undated(line: str) -> str:
    """Drop the date from "# Generated by iptables-save v1.8.9 on ...", which would make every export differ."""
    return line.partition(" on ")[0] + "\n" if line.startswith(("# Generated", "# Completed")) else line
