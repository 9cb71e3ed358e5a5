"""Facts about the Linux kernel that the rule model must reproduce; FACTS.md tells them in words, number by number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import pytest

from .case import judge, tracks_connections
from .conftest import LAB
from .corpus import random_case
from .exchange import Letter, exchange
from .frames import later_piece
from .namespaces import ToolFailed
from .oracle import Router
from .probes import ESP, FLAG_BITS, GRE, ICMP, ICMPV6, SCTP, TCP, UDP, UDPLITE, Fragment, Observation, Probe, Verdict

pytestmark = pytest.mark.kernel

Make = Callable[..., Router]
HOST, SERVER, OUTSIDE = "192.168.10.5", "192.168.20.80", "198.51.100.7"
HOST6, SERVER6, OUTSIDE6 = "2001:db8:10::5", "2001:db8:20::80", "2001:db8:ffff::7"
STATES = {8: "INVALID", 16: "NEW", 24: "ESTABLISHED", 32: "RELATED", 40: "UNTRACKED"}
FRAGMENT_KINDS = (Fragment.FIRST, Fragment.REST, Fragment.PAIR)
FIRST_BYTES = 0x4743  # what a later fragment of ours has where a port would be


def table(name: str, *rules: str) -> str:
    return "\n".join([f"*{name}", *rules, "COMMIT", ""])


def labels(chain: str, *conditions: str) -> str:
    """A mangle table that writes the number of the last condition that held into the packet's DSCP."""
    return table("mangle", *(f"-A {chain} {c} -j DSCP --set-dscp {n}" for n, c in enumerate(conditions, 1)))


STATE_LABELS = table(
    "mangle", *(f"-A FORWARD -m conntrack --ctstate {s} -j DSCP --set-dscp {n}" for n, s in STATES.items())
)


def send(dst: str = SERVER, dport: int | None = 80, *, src: str = HOST, proto: int = UDP, **more: object) -> Probe:
    fields = {"interface": "lan", "sport": 33333} | more
    return Probe(src=src, dst=dst, dport=dport, proto=proto, **fields)  # type: ignore[arg-type]


def send6(dst: str = SERVER6, dport: int | None = 80, **more: object) -> Probe:
    return send(dst, dport, **({"src": HOST6} | more))  # type: ignore[arg-type]


def label(observation: Observation | None) -> int | None:
    """The DSCP a packet left with, None when it did not leave."""
    return None if observation is None or observation.header is None else observation.header.tos >> 2


def state(observation: Observation | None) -> str | None:
    return STATES.get(label(observation) or 0)


def verdict(router: Router, probe: Probe) -> Verdict:
    return router.probe([probe])[0].verdict


def ends(observation: Observation | None) -> tuple[object, ...]:
    assert observation is not None
    assert observation.header is not None
    h = observation.header
    return (h.src, h.sport, h.dst, h.dport)


class TestStates:
    @pytest.mark.parametrize("loose", [True, False])
    @pytest.mark.parametrize(("src", "dst"), [(HOST, SERVER), (HOST6, SERVER6)])
    def test_tcp_flags(self, router: Make, src: str, dst: str, loose: bool) -> None:
        combos = ["".join(c) for size in range(9) for c in combinations(FLAG_BITS, size)]
        probes = [send(dst, src=src, proto=TCP, flags=flags, sport=2000 + n) for n, flags in enumerate(combos)]
        sessions = router(STATE_LABELS, STATE_LABELS, tcp_loose=loose).sessions(probes)
        new = {flags for flags, session in zip(combos, sessions, strict=True) if state(session.forward) == "NEW"}
        openers = [{"S"}, {"A"}] if loose else [{"S"}]
        assert new == {flags for flags in combos if set(flags) & set("FSRA") in openers}
        assert {state(s.forward) for s in sessions} == {"NEW", "INVALID"}
        assert {state(s.reply) for f, s in zip(combos, sessions, strict=True) if f in new} == {"ESTABLISHED"}

    def test_answer_to_an_untracked_syn_is_invalid_and_to_other_flags_new(self, router: Make) -> None:
        sessions = router(STATE_LABELS).sessions([send(proto=TCP, flags="SF"), send(proto=TCP, flags="FA")])
        assert [state(s.reply) for s in sessions] == ["INVALID", "NEW"]

    def test_icmp_types(self, router: Make) -> None:
        sessions = router(STATE_LABELS).sessions([send(proto=ICMP, icmp_type=t) for t in range(256)])
        assert {t for t, s in enumerate(sessions) if state(s.forward) == "NEW"} == {8, 13, 15, 17}
        assert {state(s.forward) for s in sessions} == {"NEW", "INVALID"}
        assert {state(sessions[t].reply) for t in (8, 13, 15, 17)} == {"ESTABLISHED"}

    def test_icmpv6_types(self, router: Make) -> None:
        seen = router(v6=STATE_LABELS).probe([send6(proto=ICMPV6, icmp_type=t, ttl=255) for t in range(256)])
        states = [state(observation) for observation in seen]
        assert {t for t in range(256) if states[t] == "NEW"} == {128, 139}
        assert {t for t in range(256) if states[t] == "UNTRACKED"} == {*range(130, 137), 143, 151, 152}
        assert set(states) == {"NEW", "UNTRACKED", "INVALID"}

    @pytest.mark.parametrize("proto", [2, 4, 17, GRE, ESP, 51, 89, 112, 253])
    def test_any_other_protocol_is_new_then_established(self, router: Make, proto: int) -> None:
        session = router(STATE_LABELS).sessions([send(proto=proto, want_error=True)])[0]
        assert [state(o) for o in (session.forward, session.reply, session.error)] == ["NEW", "ESTABLISHED", "RELATED"]

    def test_sctp_opens_with_init_only(self, router: Make) -> None:
        sessions = router(STATE_LABELS).sessions([send(proto=SCTP, chunk=1), send(proto=SCTP, chunk=0)])
        assert [(state(s.forward), state(s.reply)) for s in sessions] == [
            ("NEW", "ESTABLISHED"),
            ("INVALID", "INVALID"),
        ]

    def test_udplite_is_always_invalid(self, router: Make) -> None:
        assert state(router(STATE_LABELS).probe([send(proto=UDPLITE)])[0]) == "INVALID"

    def test_untracked_packets_match_no_other_state(self, router: Make) -> None:
        raw = table("raw", "-A PREROUTING -p udp --dport 80 -j CT --notrack")
        filters = table(
            "filter",
            ":FORWARD DROP [0:0]",
            "-A FORWARD -m conntrack --ctstate NEW,ESTABLISHED,RELATED,INVALID -j ACCEPT",
        )
        assert [o.verdict.name for o in router(raw + filters).probe([send(), send(dport=81)])] == ["DROP", "FORWARD"]

    def test_other_conntrack_conditions_and_their_negation_fail_on_invalid_packets(self, router: Make) -> None:
        rules = labels("FORWARD", "-m conntrack ! --ctproto 17", "-m conntrack ! --ctstate NEW")
        assert label(router(rules).probe([send(proto=TCP, flags="FA")])[0]) == 2
        rules = labels("FORWARD", "-m conntrack --ctproto 6", "-m conntrack ! --ctproto 17")
        assert label(router(rules).probe([send(proto=TCP, flags="FA")])[0]) == 0

    def test_state_decides_alone_on_invalid_packets(self, router: Make) -> None:
        rules = labels("FORWARD", "-m conntrack --ctstate INVALID --ctproto 17 --ctorigdst 203.0.113.77")
        assert label(router(rules).probe([send(proto=TCP, flags="FA")])[0]) == 1

    def test_translated_states(self, router: Make) -> None:
        rules = labels("FORWARD", "-m conntrack --ctstate SNAT", "-m conntrack --ctstate DNAT")
        nat = table(
            "nat", "-A PREROUTING -d 198.51.100.7 -j DNAT --to 192.168.20.80", "-A POSTROUTING -o wan -j MASQUERADE"
        )
        dnat, snat = router(rules + nat).sessions([send(OUTSIDE), send("198.51.100.8")])
        assert (label(dnat.forward), label(dnat.reply)) == (2, 2)
        assert (label(snat.forward), label(snat.reply)) == (0, 1)  # SNAT is decided after FORWARD


TRACKING = (
    "filter FORWARD -m conntrack --ctstate NEW",
    "filter FORWARD -m state --state NEW",
    "filter FORWARD -m connmark --mark 1",
    "filter FORWARD -m connbytes --connbytes 1 --connbytes-mode packets --connbytes-dir both",
    "filter FORWARD -m connlimit --connlimit-above 5",
    "filter FORWARD -m connlabel --label 1",
    "filter FORWARD -m helper --helper ftp",
    "filter INPUT -m conntrack --ctstate NEW",
    "filter OUTPUT -m conntrack --ctstate NEW",
    "mangle PREROUTING -j CONNMARK --restore-mark",
    "mangle PREROUTING -p tcp -m socket -j MARK --set-mark 1",
    "mangle PREROUTING -p tcp -j TPROXY --on-port 80",
    "raw PREROUTING -j CT --zone 1",
    "nat POSTROUTING -o wan -j SNAT --to-source 203.0.113.1",
    "nat POSTROUTING -o wan -j MASQUERADE",
    "nat PREROUTING -p tcp -j REDIRECT --to-ports 80",
    "nat PREROUTING -d 10.9.0.0/24 -j NETMAP --to 10.8.0.0/24",
    "nat PREROUTING -d 10.9.0.1 -j DNAT --to-destination 10.8.0.1",
)
NOT_TRACKING = (
    "filter FORWARD -m mark --mark 1",
    "filter FORWARD -m addrtype --dst-type LOCAL",
    "filter FORWARD -m limit --limit 1/s",
    "filter FORWARD -m recent --name x --set",
    "filter FORWARD -m length --length 0:100",
    "filter FORWARD -m policy --dir in --pol none",
    "filter FORWARD -j LOG",
    "mangle PREROUTING -j MARK --set-mark 1",
    "raw PREROUTING -j CT --notrack",
    "nat PREROUTING -p tcp -j ACCEPT",
    "nat POSTROUTING",
)


class TestTrackingIsSwitchedOn:
    @staticmethod
    def reassembles(made: Router, probe: Probe) -> bool:
        return verdict(made, probe) is Verdict.DROP

    @pytest.mark.parametrize("rule", TRACKING)
    def test_by_any_rule_that_needs_it(self, router: Make, rule: str) -> None:
        name, rest = rule.split(" ", 1)
        assert self.reassembles(router(table(name, f"-A {rest}")), send(fragment=Fragment.REST))

    @pytest.mark.parametrize("rule", NOT_TRACKING)
    def test_by_no_other_rule(self, router: Make, rule: str) -> None:
        name, rest = rule.split(" ", 1)
        assert not self.reassembles(router(table(name, f"-A {rest}")), send(fragment=Fragment.REST))

    def test_for_its_family_alone(self, router: Make) -> None:
        tracking, plain = table("filter", "-A FORWARD -m conntrack --ctstate NEW"), table("filter", "-A FORWARD -p tcp")
        pieces = [send(fragment=Fragment.REST), send6(fragment=Fragment.REST)]
        assert [self.reassembles(router(tracking, plain), piece) for piece in pieces] == [True, False]
        assert [self.reassembles(router(plain, tracking), piece) for piece in pieces] == [False, True]

    def test_by_a_rule_that_is_never_reached(self, router: Make) -> None:
        rules = table("filter", ":SPARE - [0:0]", "-A FORWARD -j ACCEPT", "-A SPARE -m conntrack --ctstate NEW -j DROP")
        assert self.reassembles(router(rules), send(fragment=Fragment.REST))

    def test_and_without_it_the_nat_table_is_not_walked(self, router: Make) -> None:
        marks = table("nat", "-A PREROUTING -j MARK --set-mark 1") + labels("FORWARD", "-m mark --mark 1")
        assert label(router(marks).probe([send()])[0]) == 0
        marks += table("filter", "-A FORWARD -m conntrack --ctstate NEW")
        assert label(router(marks).probe([send()])[0]) == 1


def with_flags(router: Router, probe: Probe, flags: int) -> Observation:
    """Send the rest of a datagram that has `flags` where a whole segment would have them."""
    serial = router._next_serial()
    packet = later_piece(probe, serial, bytes([0x50, flags]) + bytes(6))
    return exchange(router._wires, [Letter(probe, [packet], serial)])[0].observation


class TestFragments:
    def test_tracked_pieces_wait_for_each_other_and_then_count_as_one_packet(self, router: Make) -> None:
        rules = labels("FORWARD", "-f", "-p udp --dport 80", "-m conntrack --ctstate INVALID")
        assert [label(o) for o in router(rules).probe([send(fragment=k) for k in FRAGMENT_KINDS])] == [None, None, 2]

    def test_tracked_pieces_are_joined_before_raw(self, router: Make) -> None:
        rules = table("raw", "-A PREROUTING -f -j DROP") + STATE_LABELS
        assert state(router(rules).probe([send(fragment=Fragment.PAIR)])[0]) == "NEW"
        rules = table("raw", "-A PREROUTING -p udp --dport 80 -j DROP") + STATE_LABELS
        assert router(rules).probe([send(fragment=Fragment.PAIR)])[0].pieces == frozenset()

    def test_untracked_pieces_pass_one_by_one(self, router: Make) -> None:
        rules = labels("FORWARD", "-f", "! -f")
        seen = router(rules).probe([send(fragment=k) for k in FRAGMENT_KINDS])
        assert [(o.verdict, sorted(o.pieces)) for o in seen] == [(Verdict.FORWARD, p) for p in ([0], [1], [0, 1])]
        assert [label(o) for o in seen] == [2, 1, 2]

    @pytest.mark.parametrize("proto", [UDP, TCP, SCTP])
    def test_multiport_never_matches_a_later_piece(self, router: Make, proto: int) -> None:
        rules = labels("FORWARD", f"-p {proto} -m multiport --dports 1:65535", f"-p {proto} -m multiport ! --dports 80")
        for made, piece in ((router(rules), send), (router(v6=rules), send6)):
            assert label(made.probe([piece(proto=proto, fragment=Fragment.REST)])[0]) == 0

    def test_protocol_alone_matches_a_later_piece(self, router: Make) -> None:
        rules = labels("FORWARD", "! -p udp", "-p udp")
        for made, piece in ((router(rules), send), (router(v6=rules), send6)):
            assert label(made.probe([piece(fragment=Fragment.REST)])[0]) == 2

    @pytest.mark.parametrize("condition", ["--icmp-type 8", "! --icmp-type 8", "--icmp-type any"])
    def test_icmp_conditions_and_a_later_piece(self, router: Make, condition: str) -> None:
        made = router(labels("FORWARD", f"-p icmp {condition}"))
        assert label(made.probe([send(proto=ICMP, fragment=Fragment.REST)])[0]) == 0

    @pytest.mark.parametrize("backend", ["legacy"], indirect=True)
    @pytest.mark.parametrize("condition", ["--dport 80", "! --dport 80", "--sport 1:65535", f"--dport {FIRST_BYTES}"])
    def test_legacy_ports_never_match_a_later_piece(self, router: Make, condition: str) -> None:
        for proto in ("udp", "tcp"):
            rules = labels("FORWARD", f"-p {proto} {condition}")
            number = UDP if proto == "udp" else TCP
            assert label(router(rules).probe([send(proto=number, fragment=Fragment.REST)])[0]) == 0
            assert label(router(v6=rules).probe([send6(proto=number, fragment=Fragment.REST)])[0]) == 0

    @pytest.mark.parametrize("backend", ["nft"], indirect=True)
    def test_nft_takes_payload_of_a_later_piece_for_its_port(self, router: Make) -> None:
        rules = labels("FORWARD", f"-p udp --dport {FIRST_BYTES}")
        assert label(router(rules).probe([send(fragment=Fragment.REST)])[0]) == 1
        rules = labels("FORWARD", "-p udp ! --dport 80")
        assert label(router(rules).probe([send(fragment=Fragment.REST)])[0]) == 1

    @pytest.mark.parametrize("backend", ["nft"], indirect=True)
    def test_nft_takes_the_ipv6_header_of_a_later_piece_for_its_ports(self, router: Make) -> None:
        piece = send6(fragment=Fragment.REST, tos=0x28)
        version_and_class, flow_label = 0x6280, 0  # the first two 16-bit numbers of the header, RFC 8200 section 3
        for condition in (f"--sport {version_and_class}", f"--dport {flow_label}", "! --dport 80"):
            made = router(v6=table("filter", ":FORWARD DROP [0:0]", f"-A FORWARD -p udp {condition} -j ACCEPT"))
            assert verdict(made, piece) is Verdict.FORWARD
        for condition in (f"--dport {FIRST_BYTES}", f"! --dport {flow_label}"):
            made = router(v6=table("filter", ":FORWARD DROP [0:0]", f"-A FORWARD -p udp {condition} -j ACCEPT"))
            assert verdict(made, piece) is Verdict.DROP

    @pytest.mark.parametrize(("flags", "nft"), [(0x02, 1), (0x00, 2), (0x10, 2)])
    def test_flags_of_a_later_piece(self, router: Make, backend: str, flags: int, nft: int) -> None:
        made = router(labels("FORWARD", "-p tcp --tcp-flags SYN SYN", "-p tcp ! --tcp-flags SYN SYN"))
        probe = send(proto=TCP, fragment=Fragment.REST)
        assert label(with_flags(made, probe, flags)) == (nft if backend == "nft" else 0)
        assert label(made.probe([probe])[0]) == 0  # too short to have flags in it

    def test_sets_with_ports_do_not_contain_a_later_piece(self, router: Make) -> None:
        rules = labels("FORWARD", "-m set --match-set s dst,dst", "-m set ! --match-set s dst,dst")
        made = router(rules, ipset=f"create s hash:ip,port\nadd s {SERVER},udp:80\n")
        assert [label(o) for o in made.probe([send(fragment=k) for k in FRAGMENT_KINDS])] == [1, 2, 1]

    def test_input_sees_ipv4_joined_and_ipv6_piecemeal(self, router: Make) -> None:
        rules = table("filter", ":INPUT DROP [0:0]", "-A INPUT -p udp -m multiport --dports 80 -j ACCEPT")
        made = router(rules, rules)
        v4 = [verdict(made, send("192.168.10.1", fragment=k)).name for k in FRAGMENT_KINDS]
        v6 = [verdict(made, send6("2001:db8:10::1", fragment=k)).name for k in FRAGMENT_KINDS]
        assert (v4, v6) == (["DROP", "DROP", "LOCAL"], ["DROP", "DROP", "DROP"])

    def test_pieces_are_refused_silently(self, router: Make) -> None:
        rules = table("filter", "-A FORWARD -j REJECT")
        assert {o.verdict for o in router(rules).probe([send(fragment=k) for k in FRAGMENT_KINDS])} == {Verdict.DROP}


class TestTranslation:
    @pytest.mark.parametrize("flags", ["FA", "R", "SA", ""])
    def test_invalid_packets_are_not_translated(self, router: Make, flags: str) -> None:
        rules = table("nat", "-A PREROUTING -d 198.51.100.7 -j DNAT --to 192.168.20.80", "-A POSTROUTING -j MASQUERADE")
        seen = router(rules).probe([send(OUTSIDE, proto=TCP, flags=flags)])[0]
        assert (seen.out, *ends(seen)) == ("wan", HOST, 33333, OUTSIDE, 80)

    def test_untracked_packets_are_not_translated(self, router: Make) -> None:
        rules = table("nat", "-A POSTROUTING -j MASQUERADE") + table("raw", "-A PREROUTING -j CT --notrack")
        assert ends(router(rules).probe([send(OUTSIDE)])[0])[0] == HOST

    @pytest.mark.parametrize("target", ["MASQUERADE", "SNAT --to-source 203.0.113.1"])
    def test_source_port_is_kept(self, router: Make, target: str) -> None:
        made = router(table("nat", f"-A POSTROUTING -o wan -j {target}"))
        ports = [0, 1, 511, 512, 1023, 1024, 33333, 65535]
        sessions = made.sessions([send(OUTSIDE, sport=port) for port in ports])
        assert [ends(s.forward)[:2] for s in sessions] == [("203.0.113.1", port) for port in ports]
        assert [ends(s.reply)[2:] for s in sessions] == [(HOST, port) for port in ports]

    @pytest.mark.parametrize("target", ["MASQUERADE", "SNAT --to-source 203.0.113.1", "MASQUERADE --random"])
    @pytest.mark.parametrize(
        ("sport", "low", "high"),
        [(1, 1, 511), (511, 1, 511), (512, 600, 1023), (1023, 600, 1023), (1024, 1024, 65535), (33333, 1024, 65535)],
    )
    def test_source_port_that_is_not_free_is_replaced_by_one_of_its_class(
        self, router: Make, target: str, sport: int, low: int, high: int
    ) -> None:
        made = router(table("nat", f"-A POSTROUTING -o wan -j {target}"))
        sent = [made._letter(send(OUTSIDE, src=f"192.168.10.{host}", sport=sport)) for host in range(2, 60)]
        ports = [ends(outcome.observation)[1] for outcome in exchange(made._wires, sent)]
        made._conntrack.flush()
        assert len(set(ports)) == len(ports)
        assert (sport in ports) or "random" in target
        assert all(low <= int(str(port)) <= high for port in ports if port != sport)

    @pytest.mark.parametrize(
        ("sport", "kept"), [(1999, False), (2000, True), (2005, True), (2010, True), (2011, False)]
    )
    def test_snat_port_range(self, router: Make, sport: int, kept: bool) -> None:
        made = router(table("nat", "-A POSTROUTING -p udp -j SNAT --to-source 203.0.113.9:2000-2010"))
        chosen = ends(made.probe([send(OUTSIDE, sport=sport)])[0])[1]
        assert chosen in ([sport] if kept else range(2000, 2011))

    @pytest.mark.parametrize("proto", [UDP, TCP])
    def test_masquerade_port_range(self, router: Make, proto: int) -> None:
        rules = table("nat", f"-A POSTROUTING -p {proto} -o wan -j MASQUERADE --to-ports 2000-2010")
        for made, piece, to in ((router(rules), send, OUTSIDE), (router(v6=rules), send6, OUTSIDE6)):
            asked = (2000, 2005, 2010, *range(3000, 3040))
            ports = [ends(made.probe([piece(to, proto=proto, sport=port)])[0])[1] for port in asked]
            assert ports[:3] == [2000, 2005, 2010]
            assert set(ports[3:]) <= set(range(2000, 2011))
            assert len(set(ports[3:])) > 1

    def test_masquerade_takes_the_first_address_of_the_way_out(self, router: Make) -> None:
        seen = router(table("nat", "-A POSTROUTING -j MASQUERADE")).probe([send(SERVER), send(OUTSIDE)])
        assert [ends(o)[0] for o in seen] == ["192.168.20.1", "203.0.113.1"]

    @pytest.mark.parametrize(("dport", "becomes"), [(8000, 8050), (8055, 8055), (8100, 8050)])
    def test_dnat_port_range_keeps_a_port_inside_and_else_takes_the_first(
        self, router: Make, dport: int, becomes: int
    ) -> None:
        made = router(table("nat", "-A PREROUTING -p udp -j DNAT --to-destination 192.168.20.9:8050-8060"))
        assert ends(made.probe([send(OUTSIDE, dport)])[0])[2:] == ("192.168.20.9", becomes)

    @pytest.mark.parametrize(("dport", "becomes"), [(8000, 9000), (8055, 9055), (8100, 9100)])
    def test_dnat_shifted_port_range(self, router: Make, dport: int, becomes: int) -> None:
        made = router(
            table("nat", "-A PREROUTING -p udp --dport 8000:8100 -j DNAT --to-destination 192.168.20.9:9000-9100/8000")
        )
        assert ends(made.probe([send(OUTSIDE, dport)])[0])[3] == becomes

    def test_dnat_range_chooses_by_source_and_destination(self, router: Make) -> None:
        made = router(table("nat", "-A PREROUTING -i lan -j DNAT --to-destination 192.168.20.9-192.168.20.12"))
        seen = made.probe(
            [send(OUTSIDE, src=f"192.168.10.{n}", sport=s) for n in range(2, 40) for s in (2000 + n, 3000 + n)]
        )
        chosen = [str(ends(o)[2]) for o in seen]
        assert set(chosen) == {f"192.168.20.{n}" for n in range(9, 13)}
        assert chosen[::2] == chosen[1::2]

    def test_redirect_goes_to_the_address_of_the_way_in(self, router: Make) -> None:
        rules = table("nat", "-A PREROUTING -p udp -j REDIRECT --to-ports 3128")
        rules += table("filter", ":INPUT DROP [0:0]", "-A INPUT -d 192.168.10.1 -p udp --dport 3128 -j ACCEPT")
        made = router(rules)
        assert [verdict(made, send(dst)).name for dst in (OUTSIDE, "192.168.20.1", "192.168.10.1")] == ["LOCAL"] * 3

    def test_netmap_keeps_the_host_part(self, router: Make) -> None:
        rules = table("nat", "-A PREROUTING -d 10.9.0.0/24 -j NETMAP --to 192.168.20.0/24",
                      "-A POSTROUTING -s 192.168.10.0/24 -o wan -j NETMAP --to 203.0.112.0/24")  # fmt: skip
        made = router(rules)
        assert [ends(o)[2] for o in made.probe([send(f"10.9.0.{n}") for n in (0, 7, 254)])] == [
            f"192.168.20.{n}" for n in (0, 7, 254)
        ]
        assert ends(made.probe([send(OUTSIDE)])[0])[0] == "203.0.112.5"

    def test_filter_sees_the_new_destination_and_the_old_source(self, router: Make) -> None:
        nat = table("nat", "-A PREROUTING -d 198.51.100.7 -p udp --dport 80 -j DNAT --to 192.168.20.80:8080",
                    "-A POSTROUTING -j SNAT --to-source 192.168.20.1")  # fmt: skip
        seen_by = "-s 192.168.10.5 -d 192.168.20.80 -p udp --dport 8080"
        rules = nat + labels("FORWARD", f"{seen_by} -m conntrack --ctorigdst 198.51.100.7 --ctorigdstport 80")
        session = router(rules).sessions([send(OUTSIDE, want_error=True)])[0]
        assert (label(session.forward), ends(session.forward)) == (1, ("192.168.20.1", 33333, SERVER, 8080))
        assert ends(session.reply) == (OUTSIDE, 80, HOST, 33333)
        assert session.error is not None
        assert session.error.header is not None
        assert (session.error.header.src, session.error.header.dst) == (OUTSIDE, HOST)

    def test_mangle_postrouting_sees_the_old_source(self, router: Make) -> None:
        rules = table("nat", "-A POSTROUTING -j MASQUERADE") + labels("POSTROUTING", "-s 192.168.10.5")
        assert label(router(rules).probe([send(OUTSIDE)])[0]) == 1

    def test_packets_for_the_router_can_be_sent_on(self, router: Make) -> None:
        rules = table("nat", "-A PREROUTING -d 203.0.113.1 -p udp --dport 80 -j DNAT --to 192.168.20.80")
        made = router(rules + table("filter", ":INPUT DROP [0:0]"))
        seen = made.probe([send("203.0.113.1"), send("203.0.113.1", 81)])
        assert [(o.verdict.name, o.out) for o in seen] == [("FORWARD", "dmz"), ("DROP", "")]

    def test_destination_of_the_routers_own_becomes_local_and_loopback_is_lost(self, router: Make) -> None:
        targets = ("192.168.20.1", "127.0.0.1", "192.168.20.255")
        lines = [f"-A PREROUTING -p udp --dport {n} -j DNAT --to {t}" for n, t in enumerate(targets, 80)]
        made = router(table("nat", *lines))
        assert [verdict(made, send(OUTSIDE, n)).name for n in (80, 81, 82)] == ["LOCAL", "DROP", "LOCAL"]

    def test_first_matching_rule_of_nat_decides(self, router: Make) -> None:
        rules = table(
            "nat", "-A PREROUTING -p udp --dport 80 -j ACCEPT", "-A PREROUTING -p udp -j DNAT --to 192.168.20.80"
        )
        assert [ends(o)[2] for o in router(rules).probe([send(OUTSIDE, 80), send(OUTSIDE, 81)])] == [OUTSIDE, SERVER]

    def test_nat_table_refuses_drop(self, router: Make) -> None:
        with pytest.raises(ToolFailed):
            router(table("nat", "-A PREROUTING -j DROP"))


class TestTheIpLayerItself:
    @pytest.mark.parametrize(
        ("src", "passes"),
        [
            ("0.0.0.0", False), ("0.1.2.3", True), ("127.0.0.1", False), ("127.9.9.9", False), ("169.254.1.1", True),
            ("224.0.0.1", False), ("239.255.255.255", False), ("240.0.0.1", True), ("255.255.255.254", True),
            ("255.255.255.255", False), ("192.168.10.1", False), ("192.168.20.1", False), ("203.0.113.1", False),
            ("192.168.10.255", True), ("192.168.20.255", True), ("192.168.10.0", True), ("100.64.0.1", True),
        ],
    )  # fmt: skip
    def test_ipv4_sources(self, router: Make, src: str, passes: bool) -> None:
        made = router(table("filter", "-A FORWARD -j ACCEPT"))
        assert verdict(made, send(src=src)) is (Verdict.FORWARD if passes else Verdict.DROP)
        assert verdict(made, send("192.168.10.1", src=src)) is (Verdict.LOCAL if passes else Verdict.DROP)

    @pytest.mark.parametrize(
        ("dst", "expected"),
        [
            ("0.0.0.0", "DROP"), ("0.1.2.3", "FORWARD"), ("127.0.0.1", "DROP"), ("127.9.9.9", "DROP"),
            ("169.254.1.1", "FORWARD"), ("224.0.0.1", "LOCAL"), ("224.0.0.251", "DROP"), ("239.1.1.1", "DROP"),
            ("240.0.0.1", "FORWARD"), ("255.255.255.254", "FORWARD"), ("255.255.255.255", "LOCAL"),
            ("192.168.10.1", "LOCAL"), ("192.168.20.1", "LOCAL"), ("192.168.20.255", "LOCAL"), ("203.0.113.255", "LOCAL"),
            ("192.168.20.0", "FORWARD"), ("192.168.10.77", "FORWARD"),
        ],
    )  # fmt: skip
    def test_ipv4_destinations(self, router: Make, dst: str, expected: str) -> None:
        assert verdict(router(table("filter", "-A FORWARD -j ACCEPT")), send(dst)).name == expected

    @pytest.mark.parametrize(
        ("src", "forwarded", "delivered"),
        [
            ("::", False, True), ("::1", False, False), ("::2", True, True), ("::ffff:192.0.2.1", True, True),
            ("fe80::1", False, True), ("fec0::1", True, True), ("ff02::1", False, False), ("ff0e::1", False, False),
            ("fd00::1", True, True), ("2001:db8:10::1", True, True), ("2001:db8:20::1", True, True), ("4000::1", True, True),
        ],
    )  # fmt: skip
    def test_ipv6_sources(self, router: Make, src: str, forwarded: bool, delivered: bool) -> None:
        made = router(v6=table("filter", "-A FORWARD -j ACCEPT"))
        assert (verdict(made, send6(src=src)) is Verdict.FORWARD) == forwarded
        assert (verdict(made, send6("2001:db8:10::1", src=src)) is Verdict.LOCAL) == delivered

    @pytest.mark.parametrize(
        ("dst", "expected"),
        [
            ("::", "FORWARD"), ("::1", "DROP"), ("::2", "FORWARD"), ("fe80::1", "REJECT"), ("fec0::1", "FORWARD"),
            ("ff01::1", "DROP"), ("ff02::1", "LOCAL"), ("ff02::2", "LOCAL"), ("ff05::2", "LOCAL"), ("ff0e::1", "DROP"),
            ("2001:db8:10::1", "LOCAL"), ("2001:db8:20::1", "LOCAL"), ("2001:db8:20::", "LOCAL"),
            ("2001:db8:10::", "LOCAL"), ("2001:db8:10::77", "FORWARD"), ("4000::1", "FORWARD"),
        ],
    )  # fmt: skip
    def test_ipv6_destinations(self, router: Make, dst: str, expected: str) -> None:
        assert verdict(router(v6=table("filter", "-A FORWARD -j ACCEPT")), send6(dst)).name == expected

    @pytest.mark.parametrize(("mode", "forged", "foreign"), [(0, True, True), (1, False, False), (2, True, True)])
    def test_reverse_path_filter(self, mode: int, forged: bool, foreign: bool) -> None:
        with Router(LAB) as made:
            made._namespace.set("ipv4/conf/all/rp_filter", mode)
            sent = [send(src=src) for src in (HOST, "192.168.20.7", OUTSIDE)]
            assert [one.verdict is Verdict.FORWARD for one in made.probe(sent)] == [True, forged, foreign]
            assert verdict(made, send6(src="2001:db8:20::7")) is Verdict.FORWARD

    @pytest.mark.parametrize(("ttl", "expected"), [(0, "REJECT"), (1, "REJECT"), (2, "FORWARD")])
    def test_hop_limit(self, router: Make, ttl: int, expected: str) -> None:
        made = router()
        assert [verdict(made, probe).name for probe in (send(ttl=ttl), send6(ttl=ttl))] == [expected] * 2
        assert verdict(made, send("192.168.10.1", ttl=ttl)) is Verdict.LOCAL
        assert verdict(made, send6("2001:db8:10::1", ttl=ttl)) is Verdict.LOCAL

    def test_hop_limit_is_spent_before_forward(self, router: Make) -> None:
        v4, v6 = (
            labels("FORWARD", "-m ttl --ttl-eq 64", "-m ttl --ttl-eq 63"),
            labels("FORWARD", "-m hl --hl-eq 64", "-m hl --hl-eq 63"),
        )
        made = router(v4, v6)
        assert [label(o) for o in made.probe([send(ttl=64), send6(ttl=64)])] == [2, 2]
        assert label(router(labels("PREROUTING", "-m ttl --ttl-eq 64")).probe([send(ttl=64)])[0]) == 1

    @pytest.mark.parametrize("mac", ["ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01", "00:00:5e:00:53:77"])
    def test_frames_for_others_are_not_forwarded(self, router: Make, mac: str) -> None:
        assert [verdict(router(), probe) for probe in (send(to_mac=mac), send6(to_mac=mac))] == [Verdict.DROP] * 2

    def test_packet_type_in_forward_is_unicast(self, router: Make) -> None:
        rules = labels("FORWARD", *(f"-m pkttype --pkt-type {t}" for t in ("broadcast", "multicast", "unicast")))
        assert label(router(rules).probe([send()])[0]) == 3

    def test_address_types_in_forward(self, router: Make) -> None:
        types = (
            "UNSPEC",
            "UNICAST",
            "LOCAL",
            "BROADCAST",
            "ANYCAST",
            "MULTICAST",
            "BLACKHOLE",
            "UNREACHABLE",
            "PROHIBIT",
        )
        made = router(labels("FORWARD", *(f"-m addrtype --dst-type {t}" for t in types)))
        assert [label(o) for o in made.probe([send(SERVER), send(OUTSIDE), send("192.168.20.0")])] == [2, 2, 2]
        made = router(labels("FORWARD", *(f"-m addrtype --src-type {t}" for t in types)))
        assert [label(o) for o in made.probe([send(), send(src=OUTSIDE), send(src="192.168.20.255")])] == [2, 2, 4]

    def test_address_types_in_input(self, router: Make) -> None:
        made = router(table("filter", ":INPUT DROP [0:0]", "-A INPUT -m addrtype --dst-type BROADCAST -j ACCEPT"))
        names = [
            verdict(made, send(dst)).name
            for dst in ("192.168.10.255", "192.168.20.255", "255.255.255.255", "192.168.10.1")
        ]
        assert names == ["LOCAL", "LOCAL", "LOCAL", "DROP"]


class TestTables:
    @pytest.mark.parametrize(
        ("place", "forwarded", "delivered"),
        [
            ("raw PREROUTING", False, False), ("mangle PREROUTING", False, False), ("mangle FORWARD", False, True),
            ("filter FORWARD", False, True), ("security FORWARD", False, True), ("mangle POSTROUTING", False, True),
            ("mangle INPUT", True, False), ("filter INPUT", True, False), ("security INPUT", True, False),
        ],
    )  # fmt: skip
    def test_drop_is_final_in_every_table_on_the_way(
        self, router: Make, place: str, forwarded: bool, delivered: bool
    ) -> None:
        name, chain = place.split()
        made = router(table(name, f"-A {chain} -p udp -j DROP"))
        assert (verdict(made, send()) is Verdict.FORWARD) == forwarded
        assert (verdict(made, send("192.168.10.1")) is Verdict.LOCAL) == delivered

    def test_accept_ends_its_own_table_only(self, router: Make) -> None:
        rules = table("mangle", "-A FORWARD -p udp --dport 81 -j ACCEPT")
        rules += table("filter", "-A FORWARD -p udp --dport 80 -j ACCEPT", "-A FORWARD -p udp --dport 81 -j DROP")
        rules += table("security", "-A FORWARD -p udp --dport 80 -j DROP")
        assert [o.verdict.name for o in router(rules).probe([send(dport=n) for n in (80, 81, 82)])] == [
            "DROP",
            "DROP",
            "FORWARD",
        ]

    def test_order_of_the_tables(self, router: Make) -> None:
        way = ("raw PREROUTING", "mangle PREROUTING", "nat PREROUTING", "mangle FORWARD", "filter FORWARD", "security FORWARD",
               "mangle POSTROUTING", "nat POSTROUTING")  # fmt: skip
        rules: dict[str, list[str]] = {}
        for number, place in enumerate(way):
            name, chain = place.split()
            rules.setdefault(name, []).append(f"-A {chain} -m mark --mark {number} -j MARK --set-mark {number + 1}")
        rules["mangle"].append("-A POSTROUTING -m mark --mark 7 -j DSCP --set-dscp 7")
        rules["filter"].append("-A FORWARD -m conntrack --ctstate INVALID")
        assert label(router("".join(table(name, *lines) for name, lines in rules.items())).probe([send()])[0]) == 7

    @pytest.mark.parametrize(
        ("kind", "code"),
        [("net-unreachable", 0), ("host-unreachable", 1), ("proto-unreachable", 2), ("port-unreachable", 3),
         ("net-prohibited", 9), ("host-prohibited", 10), ("admin-prohibited", 13)],
    )  # fmt: skip
    def test_refusals(self, router: Make, kind: str, code: int) -> None:
        seen = router(table("filter", f"-A FORWARD -j REJECT --reject-with icmp-{kind}")).probe([send()])[0]
        assert (seen.verdict, seen.via) == (Verdict.REJECT, f"icmp 3/{code}")

    @pytest.mark.parametrize(
        ("kind", "code"),
        [("no-route", 0), ("adm-prohibited", 1), ("addr-unreachable", 3), ("port-unreachable", 4),
         ("policy-fail", 5), ("reject-route", 6)],
    )  # fmt: skip
    def test_refusals_in_ipv6(self, router: Make, kind: str, code: int) -> None:
        seen = router(v6=table("filter", f"-A FORWARD -j REJECT --reject-with icmp6-{kind}")).probe([send6()])[0]
        assert (seen.verdict, seen.via) == (Verdict.REJECT, f"icmp 1/{code}")

    @pytest.mark.parametrize(("flags", "expected"), [("S", "REJECT"), ("A", "REJECT"), ("R", "DROP")])
    def test_reset_answers_everything_but_a_reset(self, router: Make, flags: str, expected: str) -> None:
        made = router(table("filter", "-A FORWARD -p tcp -j REJECT --reject-with tcp-reset"))
        assert verdict(made, send(proto=TCP, flags=flags)).name == expected


class TestBackends:
    TRACKED = tuple(
        n for n in range(12) if tracks_connections(random_case(n).rules.iptables + random_case(n).rules.ip6tables)
    )

    @pytest.mark.parametrize("number", TRACKED)
    def test_nft_and_legacy_agree_where_connections_are_tracked(self, number: int) -> None:
        case = random_case(number)
        assert judge(replace(case, backend="nft")).rows() == judge(replace(case, backend="legacy")).rows()
