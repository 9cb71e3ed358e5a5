"""Hit counts as four vendors print them."""

from __future__ import annotations

import pytest

from segcheck.importers import _tables
from segcheck.model.diagnostic import LineUse
from segcheck.model.source import SourceText

FORTIOS = """\
fw # diagnose firewall iprope show 100004
idx=1 pkts/bytes=82/9912 asic_pkts/asic_bytes=10/99 flag=0x0 hit count:512 (0 0 0 0 0 0 0 0)
    first:2025-04-02 09:00:00 last:2026-11-23 17:10:00
idx=2 pkts/bytes=3/9912 asic_pkts/asic_bytes=4/99
idx=30 pkts/bytes=0/0 asic_pkts/asic_bytes=0/0 flag=0x0
    hit count:0 (0 0 0 0 0 0 0 0)
"""
PANOS = """\
admin@pa> show rule-hit-count vsys vsys-name vsys1 rule-base security rules all

Rule Name                 Hit Count     Last Hit Timestamp         Last Reset Timestamp       First Hit Timestamp
------------------------- ------------- -------------------------- -------------------------- -------------------
LG to mail                1024          Mon Nov 23 17:10:00 2026   -                          Tue Apr  1 2025
old rule 2                0             -                          -                          -
"""
IOS = """\
Extended IP access list LG-IN
    10 permit tcp host 10.1.0.50 host 10.2.0.25 eq 443 (123 matches)
    20 permit udp any any eq domain
    30 deny ip any any log (1 match)
Standard IP access list 10
    10 permit 10.1.0.0, wildcard bits 0.0.0.255 (7 matches)
IPv6 access list LG6
    permit tcp any any eq 443 (12 matches) sequence 10
"""
IPTABLES = """\
Chain INPUT (policy DROP 0 packets, 0 bytes)
 pkts bytes target     prot opt in     out     source               destination

Chain FORWARD (policy DROP 12 packets, 720 bytes)
 pkts bytes target     prot opt in     out     source               destination
  12K 1234K ACCEPT     tcp  --  lg     in      0.0.0.0/0            0.0.0.0/0            tcp dpt:443
    0     0 ACCEPT     udp  --  lg     in      0.0.0.0/0            0.0.0.0/0            udp dpt:53
"""
NUMBERED = """\
Chain FORWARD (policy DROP)
num   pkts bytes target     prot opt in     out     source               destination
1        5   300 ACCEPT     tcp  --  *      *       0.0.0.0/0            0.0.0.0/0
2        0     0 DROP       all  --  *      *       0.0.0.0/0            0.0.0.0/0
"""


@pytest.mark.parametrize(
    ("form", "text", "hits"),
    [
        ("fortios", FORTIOS, {("policy", "1"): 512, ("policy", "2"): 7, ("policy", "30"): 0}),
        ("panos", PANOS, {("security", "LG to mail"): 1024, ("security", "old rule 2"): 0}),
        (
            "ios",
            IOS,
            {("LG-IN", "10"): 123, ("LG-IN", "20"): 0, ("LG-IN", "30"): 1, ("10", "10"): 7, ("LG6", "10"): 12},
        ),
        ("iptables", IPTABLES, {("FORWARD", "FORWARD#1"): 12000, ("FORWARD", "FORWARD#2"): 0}),
        ("iptables", NUMBERED, {("FORWARD", "FORWARD#1"): 5, ("FORWARD", "FORWARD#2"): 0}),
    ],
)
def test_counts_by_list_and_rule(form, text, hits):
    found = _tables.hits(SourceText("hits.txt", text, "utf-8", ""))

    assert found is not None
    assert (found.input.format, dict(found.hits)) == (form, hits)
    assert set(found.input.lines.counts()) >= {LineUse.UNDERSTOOD}
    assert found.input.lines.counts()[LineUse.UNRECOGNISED] == 0


@pytest.mark.parametrize("text", ["", "something\n", "Chain of command (policy)\nnothing\n", "Rule Name\n"])
def test_other_texts_are_none(text):
    assert _tables.hits(SourceText("hits.txt", text, "utf-8", "")) is None
