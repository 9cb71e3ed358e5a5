"""Display filters, as people type them."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from segcheck.captures.wireshark import wireshark_filter
from segcheck.model.flow import Flow, Initiator, State


def flow(
    proto: int, sport: int, dport: int, six: bool = False, vlans: tuple[int, ...] = (), fragment: bool = False
) -> Flow:
    src, dst = ("2001:db8::1", "2001:db8::2") if six else ("192.0.2.1", "198.51.100.2")
    counts = dict.fromkeys(("packets_out", "bytes_out", "packets_in", "bytes_in", "payload_out", "payload_in"), 1)
    return Flow(
        src=src,
        dst=dst,
        sport=sport,
        dport=dport,
        proto=proto,
        vlans=vlans,
        first=0,
        last=0,
        **counts,
        initiator=Initiator.SYN,
        state=State.DATA,
        fragment=fragment,
    )


FOUR = "ip.addr==192.0.2.1 && ip.addr==198.51.100.2 && "
SIX = "ipv6.addr==2001:db8::1 && ipv6.addr==2001:db8::2 && "
CASES = [
    (flow(6, 50123, 443), FOUR + "tcp.port==443 && tcp.port==50123"),
    (flow(17, 53, 53), FOUR + "udp.port==53"),
    (flow(132, 5000, 5001, six=True), SIX + "sctp.port==5001 && sctp.port==5000"),
    (flow(6, 1, 2, vlans=(10,)), FOUR + "tcp.port==2 && tcp.port==1 && (vlan.id==10 || ieee8021ad.id==10)"),
    (
        flow(6, 1, 2, vlans=(10, 20)),
        FOUR + "tcp.port==2 && tcp.port==1 && (vlan.id==10 || ieee8021ad.id==10) && (vlan.id==20 || ieee8021ad.id==20)",
    ),
    (flow(1, 8, 0), FOUR + "(icmp.type==8 || icmp.type==0) && icmp.code==0"),
    (flow(1, 3, 1), FOUR + "icmp.type==3 && icmp.code==1"),
    (flow(58, 128, 0, six=True), SIX + "(icmpv6.type==128 || icmpv6.type==129) && icmpv6.code==0"),
    (flow(50, 0, 0), FOUR + "ip.proto==50"),
    (flow(47, 0, 0, six=True), SIX + "ipv6.nxt==47"),
    (flow(58, 0, 0), FOUR + "ip.proto==58"),
    (flow(6, 0, 0, fragment=True), FOUR + "ip.frag_offset > 0 && ip.proto==6"),
    (flow(17, 0, 0, six=True, fragment=True), SIX + "ipv6.fraghdr.offset > 0 && ipv6.fraghdr.nxt==17"),
]


@pytest.mark.parametrize(("one", "expected"), CASES)
def test_a_conversation_is_found_by_it(one: Flow, expected: str) -> None:
    assert wireshark_filter(one) == expected


@pytest.mark.parametrize("one", [one for one, _ in CASES])
def test_wireshark_understands_it(one: Flow) -> None:
    if shutil.which("dftest") is None:
        pytest.skip("Wireshark's dftest is not installed")
    subprocess.run(["dftest", wireshark_filter(one)], check=True, capture_output=True, timeout=60)
