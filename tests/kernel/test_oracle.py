"""The oracle tells forwarding, local delivery, refusal and silence apart, and one probe never colours another."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .case import judge
from .conftest import LAB
from .corpus import corpus_slice, handwritten_cases, random_case
from .frames import build, crc32c, internet_checksum, parse
from .namespaces import Namespace, ToolFailed
from .oracle import Router
from .probes import ESP, GRE, ICMP, ICMPV6, SCTP, TCP, UDP, Fragment, Observation, Probe, Session, Verdict, from_row
from .rounds import independent_rounds
from .wires import TooBusy

Make = Callable[..., Router]
HOST, SERVER, OUTSIDE = "192.168.10.5", "192.168.20.80", "198.51.100.7"
HOST6, SERVER6 = "2001:db8:10::5", "2001:db8:20::80"
OFFICE = """*nat
-A PREROUTING -i wan -p tcp -d 203.0.113.1 --dport 8080 -j DNAT --to-destination 192.168.20.80:80
-A POSTROUTING -o wan -s 192.168.10.0/24 -j MASQUERADE
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
-A INPUT -i lan -p tcp --dport 22 -j ACCEPT
-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -i lan -o wan -p tcp -m multiport --dports 80,443 -j ACCEPT
-A FORWARD -i lan -p icmp --icmp-type 8 -j ACCEPT
-A FORWARD -i lan -p udp --dport 53 -j ACCEPT
-A FORWARD -i lan -p sctp --dport 36412 -j ACCEPT
-A FORWARD -i lan -p gre -j ACCEPT
-A FORWARD -i lan -o dmz -p tcp --dport 25 -j REJECT --reject-with tcp-reset
-A FORWARD -i lan -o dmz -p udp -j REJECT --reject-with icmp-port-unreachable
-A FORWARD -i wan -o dmz -p tcp -d 192.168.20.80 --dport 80 -j ACCEPT
COMMIT
"""
OFFICE6 = """*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -i lan -p tcp --dport 443 -j ACCEPT
-A FORWARD -i lan -p ipv6-icmp --icmpv6-type echo-request -j ACCEPT
-A FORWARD -i lan -p udp -j REJECT
-A INPUT -p tcp --dport 22 -j ACCEPT
COMMIT
"""


def lan(
    dst: str, dport: int | None = None, *, src: str = HOST, proto: int = TCP, sport: int | None = 1111, **more: object
) -> Probe:
    return Probe(interface="lan", src=src, dst=dst, proto=proto, sport=sport, dport=dport, **more)  # type: ignore[arg-type]


def wan(dst: str, dport: int | None = None, **more: object) -> Probe:
    return Probe(interface="wan", src=OUTSIDE, dst=dst, sport=1111, dport=dport, **more)  # type: ignore[arg-type]


def one(router: Router, probe: Probe) -> Session:
    return router.sessions([probe])[0]


def facts(observation: Observation | None) -> tuple[object, ...]:
    assert observation is not None
    header = observation.header
    ends = () if header is None else (header.src, header.sport, header.dst, header.dport)
    return (observation.verdict, observation.out, *ends)


@pytest.mark.kernel
class TestVerdicts:
    def test_masqueraded_connection_and_its_answer(self, router: Make) -> None:
        session = one(router(OFFICE), lan(OUTSIDE, 443))
        assert facts(session.forward) == (Verdict.FORWARD, "wan", "203.0.113.1", 1111, OUTSIDE, 443)
        assert facts(session.reply) == (Verdict.FORWARD, "lan", OUTSIDE, 443, HOST, 1111)

    def test_published_server_and_its_answer(self, router: Make) -> None:
        session = one(router(OFFICE), wan("203.0.113.1", 8080))
        assert facts(session.forward) == (Verdict.FORWARD, "dmz", OUTSIDE, 1111, SERVER, 80)
        assert facts(session.reply) == (Verdict.FORWARD, "wan", "203.0.113.1", 8080, OUTSIDE, 1111)

    @pytest.mark.parametrize(
        ("probe", "verdict", "via"),
        [
            (lan(OUTSIDE, 22), Verdict.DROP, ""),
            (lan("192.168.10.1", 22), Verdict.LOCAL, ""),
            (lan("192.168.20.1", 22), Verdict.LOCAL, ""),
            (wan("203.0.113.1", 22), Verdict.DROP, ""),
            (lan("192.168.20.9", 25), Verdict.REJECT, "tcp-rst"),
            (lan("192.168.20.9", 25, flags="A"), Verdict.REJECT, "tcp-rst"),
            (lan("192.168.20.9", 25, flags="FA"), Verdict.REJECT, "tcp-rst"),
            (lan("192.168.20.9", 54, proto=UDP), Verdict.REJECT, "icmp 3/3"),
            (lan("192.168.20.9", 54, proto=UDP, length=900), Verdict.REJECT, "icmp 3/3"),
            (lan("192.168.20.9", 53, proto=UDP), Verdict.FORWARD, ""),
            (lan(OUTSIDE, 36412, proto=SCTP), Verdict.FORWARD, ""),
            (lan(OUTSIDE, 36413, proto=SCTP), Verdict.DROP, ""),
            (lan(OUTSIDE, proto=GRE), Verdict.FORWARD, ""),
            (lan(OUTSIDE, proto=ESP), Verdict.DROP, ""),
            (lan(OUTSIDE, proto=ICMP), Verdict.FORWARD, ""),
            (lan(OUTSIDE, proto=ICMP, icmp_type=13), Verdict.DROP, ""),
            (lan("192.168.20.9", 80, ttl=1), Verdict.REJECT, "icmp 11/0"),
        ],
    )
    def test_ipv4(self, router: Make, probe: Probe, verdict: Verdict, via: str) -> None:
        seen = one(router(OFFICE), probe).forward
        assert (seen.verdict, seen.via) == (verdict, via)

    @pytest.mark.parametrize(
        ("probe", "verdict", "via"),
        [
            (lan(SERVER6, 443, src=HOST6), Verdict.FORWARD, ""),
            (lan(SERVER6, 80, src=HOST6), Verdict.DROP, ""),
            (lan("2001:db8:10::1", 22, src=HOST6), Verdict.LOCAL, ""),
            (lan("2001:db8:10::1", 23, src=HOST6), Verdict.DROP, ""),
            (lan(SERVER6, 53, src=HOST6, proto=UDP), Verdict.REJECT, "icmp 1/4"),
            (lan(SERVER6, src=HOST6, proto=ICMPV6), Verdict.FORWARD, ""),
            (lan(SERVER6, src=HOST6, proto=ICMPV6, icmp_type=129), Verdict.DROP, ""),
        ],
    )
    def test_ipv6(self, router: Make, probe: Probe, verdict: Verdict, via: str) -> None:
        seen = one(router(v6=OFFICE6), probe).forward
        assert (seen.verdict, seen.via) == (verdict, via)

    def test_answers_of_every_protocol_come_back(self, router: Make) -> None:
        probes = [lan(OUTSIDE, 443), lan(OUTSIDE, 53, proto=UDP), lan(OUTSIDE, proto=ICMP), lan(OUTSIDE, proto=GRE)]
        sessions = router(OFFICE).sessions([*probes, lan(OUTSIDE, 36412, proto=SCTP)])
        assert [facts(s.reply)[:2] for s in sessions] == [(Verdict.FORWARD, "lan")] * 5

    def test_icmp_error_about_a_connection_is_related(self, router: Make) -> None:
        session = one(router(OFFICE), lan(OUTSIDE, 443, want_error=True))
        assert session.error is not None
        assert session.error.header is not None
        assert (session.error.verdict, session.error.header.dst) == (Verdict.FORWARD, HOST)

    def test_icmp_error_is_dropped_without_related(self, router: Make) -> None:
        session = one(router(OFFICE.replace("RELATED,", "")), lan(OUTSIDE, 443, want_error=True))
        assert facts(session.error) == (Verdict.DROP, "")
        assert facts(session.reply)[0] is Verdict.FORWARD

    def test_sets(self, router: Make) -> None:
        rules = "*filter\n:FORWARD DROP [0:0]\n-A FORWARD -m set --match-set friends src -j ACCEPT\nCOMMIT\n"
        made = router(rules, ipset=f"create friends hash:ip\nadd friends {HOST}\n")
        verdicts = [o.verdict for o in made.probe([lan(OUTSIDE, 80), lan(OUTSIDE, 80, src="192.168.10.6")])]
        assert verdicts == [Verdict.FORWARD, Verdict.DROP]

    def test_nftables_text(self, router: Make) -> None:
        table = "table inet f { chain c { type filter hook forward priority 0; policy drop; tcp dport { 80, 443 } accept; }; }"
        probes = [
            lan(SERVER, 80),
            lan(SERVER, 81),
            lan(SERVER6, 443, src=HOST6),
            lan(SERVER6, 53, src=HOST6, proto=UDP),
        ]
        verdicts = [o.verdict for o in router(nft=table).probe(probes)]
        assert verdicts == [Verdict.FORWARD, Verdict.DROP, Verdict.FORWARD, Verdict.DROP]


@pytest.mark.kernel
class TestIndependence:
    def test_same_packet_twice_is_new_twice(self, router: Make) -> None:
        rules = "*filter\n:FORWARD DROP [0:0]\n-A FORWARD -m conntrack --ctstate NEW -j ACCEPT\nCOMMIT\n"
        sessions = router(rules).sessions([lan(SERVER, 80), lan(SERVER, 80)])
        assert [s.forward.verdict for s in sessions] == [Verdict.FORWARD, Verdict.FORWARD]
        assert [s.reply and s.reply.verdict for s in sessions] == [Verdict.DROP, Verdict.DROP]

    def test_reverse_packet_is_no_answer_to_an_earlier_probe(self, router: Make) -> None:
        accept = "-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\n-A FORWARD -i lan -j ACCEPT\n"
        rules = f"*filter\n:FORWARD DROP [0:0]\n{accept}COMMIT\n"
        back = Probe(interface="dmz", src=SERVER, dst=HOST, sport=80, dport=1111, flags="SA")
        assert [o.verdict for o in router(rules).probe([lan(SERVER, 80), back])] == [Verdict.FORWARD, Verdict.DROP]

    def test_many_refusals_are_all_seen(self, router: Make) -> None:
        rules = "*filter\n-A FORWARD -j REJECT\nCOMMIT\n"
        probes = [lan(SERVER, 80, proto=UDP, sport=2000 + n) for n in range(600)]
        assert {o.verdict for o in router(rules).probe(probes)} == {Verdict.REJECT}

    def test_many_refusals_are_all_seen_in_ipv6(self, router: Make) -> None:
        rules = "*filter\n-A FORWARD -j REJECT\nCOMMIT\n"
        probes = [lan(SERVER6, 80, src=HOST6, proto=UDP, sport=2000 + n) for n in range(600)]
        assert {o.verdict for o in router(v6=rules).probe(probes)} == {Verdict.REJECT}

    def test_asymmetric_source_is_not_dropped_by_reverse_path_filter(self, router: Make) -> None:
        assert one(router(), Probe(interface="dmz", src=HOST, dst=OUTSIDE, sport=1, dport=2)).forward.out == "wan"

    def test_answer_of_the_router_shows_that_the_query_was_delivered(self, router: Make) -> None:
        echo = lan("192.168.10.1", proto=ICMP)
        assert facts(one(router(), echo).forward) == (Verdict.LOCAL, "")
        anycast = lan("2001:db8:20::", src=HOST6, proto=ICMPV6)
        assert facts(one(router(), anycast).forward) == (Verdict.LOCAL, "")

    def test_refusal_sent_to_an_own_address_is_no_delivery(self, router: Make) -> None:
        rules = "*filter\n-A FORWARD -j REJECT\nCOMMIT\n"
        broadcast = lan(SERVER, 80, src="192.168.10.255", proto=UDP)
        own = lan(SERVER6, 80, src="2001:db8:10::1", proto=UDP)
        listening = [lan("192.168.10.1", proto=ICMP), lan("2001:db8:10::1", src=HOST6, proto=ICMPV6)]
        made = router(rules, rules)
        assert [o.verdict for o in made.probe(listening)] == [Verdict.LOCAL, Verdict.LOCAL]
        assert [o.verdict for o in made.probe([broadcast, own])] == [Verdict.REJECT, Verdict.REJECT]

    def test_wire_on_which_nothing_comes_through_is_reported(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tests.kernel.wires.PATIENCE", 0.2)
        with Router(LAB) as made:
            made._namespace.run("ip", "link", "set", "dev", "lan", "down")
            with pytest.raises(TooBusy, match=r"through lan$"):
                made._wires.pass_through()

    def test_no_packet_is_lost_in_a_large_batch(self, router: Make) -> None:
        probes = [lan(SERVER, 80, sport=1024 + n, want_reply=False) for n in range(3000)]
        assert {o.verdict for o in router(OFFICE.replace(":FORWARD DROP", ":FORWARD ACCEPT")).probe(probes)} == {
            Verdict.FORWARD
        }

    def test_tcp_numbers_stay_in_the_window_after_many_probes(self, router: Make) -> None:
        made = router(OFFICE)
        made.probe([lan(OUTSIDE, 22, sport=1024 + n) for n in range(2000)])
        assert facts(one(made, lan(OUTSIDE, 443)).reply)[0] is Verdict.FORWARD


@pytest.mark.kernel
class TestFragments:
    def test_pair_is_forwarded_whole_when_connections_are_tracked(self, router: Make) -> None:
        seen = one(router(OFFICE), lan(SERVER, 53, proto=UDP, fragment=Fragment.PAIR)).forward
        assert (seen.verdict, sorted(seen.pieces)) == (Verdict.FORWARD, [0, 1])

    @pytest.mark.parametrize("piece", [Fragment.FIRST, Fragment.REST])
    def test_lone_piece_waits_for_the_others_when_connections_are_tracked(self, router: Make, piece: Fragment) -> None:
        assert one(router(OFFICE), lan(SERVER, 53, proto=UDP, fragment=piece)).forward.verdict is Verdict.DROP

    def test_half_a_pair_is_no_forwarding(self, router: Make) -> None:
        rules = "*filter\n-A FORWARD -f -j DROP\nCOMMIT\n"
        seen = one(router(rules), lan(SERVER, 53, proto=UDP, fragment=Fragment.PAIR)).forward
        assert (seen.verdict, sorted(seen.pieces)) == (Verdict.DROP, [0])

    def test_long_pair_in_ipv6(self, router: Make) -> None:
        probe = lan(SERVER6, 53, src=HOST6, proto=UDP, fragment=Fragment.PAIR, length=1300)
        assert one(router(), probe).forward.verdict is Verdict.FORWARD


@pytest.mark.kernel
class TestExport:
    def test_export_is_what_the_save_tool_prints(self, router: Make) -> None:
        export = router(
            "*filter\n-A FORWARD -p tcp --dport 80 -s 192.168.10.0/255.255.255.0 -j ACCEPT\nCOMMIT\n"
        ).export()
        assert "-A FORWARD -s 192.168.10.0/24 -p tcp -m tcp --dport 80 -j ACCEPT" in export.iptables.splitlines()

    def test_export_loads_again_and_means_the_same(self, router: Make) -> None:
        export = router(OFFICE, OFFICE6).export(counters=True)
        assert one(router(export.iptables), wan("203.0.113.1", 8080)).forward.out == "dmz"

    def test_refused_rules_are_reported_with_the_tools_words(self, router: Make) -> None:
        with pytest.raises(ToolFailed, match="line"):
            router("*filter\n-A NOWHERE -j ACCEPT\nCOMMIT\n")


@pytest.mark.kernel
class TestNothingIsLeft:
    def test_namespaces_disappear(self) -> None:
        with Router(LAB) as made:
            paths = [Path(made._namespace.path), Path(made._far_side.path)]
            assert all(path.exists() for path in paths)
        assert not any(path.exists() for path in paths)

    def test_interfaces_of_the_machine_stay_as_they_were(self) -> None:
        before = {path.name for path in Path("/sys/class/net").iterdir()}
        with Router(LAB):
            assert {path.name for path in Path("/sys/class/net").iterdir()} == before
        assert {path.name for path in Path("/sys/class/net").iterdir()} == before

    def test_killed_process_leaves_no_helper(self) -> None:
        script = (
            "import os, sys; sys.path.insert(0, sys.argv[1])\n"
            "from tests.kernel.conftest import LAB\nfrom tests.kernel.oracle import Router\n"
            "router = Router(LAB)\n"
            "print(os.readlink(router._namespace.path), os.readlink(router._far_side.path), flush=True)\n"
            "os.kill(os.getpid(), 9)\n"
        )
        root = str(Path(__file__).resolve().parents[2])
        done = subprocess.run(
            [sys.executable, "-c", script, root], check=False, timeout=60, capture_output=True, text=True
        )
        made = set(done.stdout.split())
        assert (done.returncode, len(made)) == (-9, 2)
        assert not made & _namespaces_of_processes()

    def test_namespace_has_no_way_out(self) -> None:
        inside = Namespace()
        try:
            assert inside.run("ip", "-brief", "link").split()[0] == "lo"
            assert inside.run("ip", "route") == ""
        finally:
            inside.close()


@pytest.mark.kernel
class TestCorpus:
    def test_slice_is_judged_and_has_every_kind_of_verdict(self) -> None:
        judged = [judge(case) for case in corpus_slice(12, seed=1)]
        rows = [row for one_case in judged for row in one_case.rows()]
        assert {row["verdict"] for row in rows} >= {"FORWARD", "DROP", "LOCAL"}
        assert sum(row["verdict"] == "FORWARD" for row in rows) >= 0.4 * len(rows)
        assert all(row["header"]["proto"] == row["probe"]["proto"] for row in rows if row["verdict"] == "FORWARD")
        assert all(j.export.iptables.startswith("#") for j in judged if j.case.rules.iptables)

    def test_judging_twice_gives_the_same_rows(self) -> None:
        case = random_case(1)
        assert judge(case).rows() == judge(case).rows()


def _namespaces_of_processes() -> set[str]:
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            found.add(str((process / "ns" / "net").readlink()))
        except OSError:
            continue
    return found


def test_cases_are_the_same_for_the_same_seed() -> None:
    assert list(handwritten_cases()) == list(handwritten_cases())
    assert random_case(17) == random_case(17)
    assert random_case(17) != random_case(18)


@pytest.mark.parametrize("case", [*corpus_slice(6, seed=2)], ids=lambda case: case.name)
def test_probes_survive_their_row(case: object) -> None:
    probes = case.probes  # type: ignore[attr-defined]
    for probe in probes:
        again = from_row(probe.as_row())
        assert build(again, 7) == build(probe, 7)


def test_probes_that_could_disturb_each_other_are_kept_apart() -> None:
    probes = [
        lan(SERVER, 80),
        lan(SERVER, 81),
        lan(SERVER, 80, sport=80),
        lan(SERVER, 80, sport=2),
        lan(SERVER, proto=ESP),
    ]
    rounds = independent_rounds([*probes, lan(OUTSIDE, proto=ESP), lan(OUTSIDE, proto=ICMP), lan(OUTSIDE, proto=ICMP)])
    assert rounds == [[0, 3, 4, 6, 7], [1, 2, 5]]


def test_checksums_of_known_packets() -> None:
    assert crc32c(b"123456789") == 0xE3069283
    assert internet_checksum(bytes.fromhex("45000073000040004011" + "0000" + "c0a80001c0a800c7")) == 0xB861


def test_built_packet_reads_back() -> None:
    seen = parse(build(lan(SERVER, 443, flags="SEC", tos=0x28, length=300), 5)[0])
    assert seen is not None
    assert (seen.header.sport, seen.header.dport, seen.flags, seen.header.tos, len(seen.raw)) == (
        1111,
        443,
        0xC2,
        0x28,
        300,
    )
