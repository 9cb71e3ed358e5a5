"""Whatever stands in a file: reading it ends, raises nothing, accounts for every line, and leaves nothing unread in silence."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from segcheck.model.diagnostic import LineUse
from segcheck.model.match import Condition, Kind, leaves
from segcheck.model.rules import Unsure
from tests.importers.yamaha.configs import device, read, use

#: Words that begin commands, and words that they take; mixed at will.
VOCABULARY = """
ip ipv6 lan1 lan2 lan1/1 vlan1 pp tunnel tunnel1 address secondary secure filter in out dynamic name set nat descriptor type
masquerade static incoming inner outer auto primary ipcp reject pass restrict pass-log forward through route default gateway hide
weight keepalive metric 1 2 10 99 80 * 10.0.0.1 10.0.0.0/8 10.0.0.1-10.0.0.9 10.0.0.1=10.0.0.2 2001:db8::/64 dhcp tcp udp,tcp icmp
icmp-error established tcpflag=0x0002/0x0017 www netbios_ns-netbios_ssn 1024-65535 frobnicate select enable disable none all
anonymous vlan 802.1q vid=10 port mapping lan1.1 telnetd sshd httpd host service on off schedule at */* 03:00 syslog=off filter
description intrusion detection reject=on routing use ospf RTX830# show config --- ---つづく---
"""
WORDS = VOCABULARY.split()
LINES = st.builds(
    lambda indent, words: " " * indent + " ".join(words),
    st.integers(0, 2),
    st.lists(st.sampled_from(WORDS), max_size=9),
)


@given(st.lists(LINES, max_size=12), st.booleans())
def test_any_file(lines: list[str], ended: bool) -> None:
    reading = read("# RTX830 Rev.15.02.26 (x)\n" + "".join(f"{line}\n" for line in lines) + "RTX830#\n" * ended)
    (made,) = reading.devices
    account = reading.inputs[0].lines
    ids = {one.id for one in reading.diagnostics}

    assert sum(account.counts().values()) == account.total
    assert {taint.diagnostic for taint in made.taints} <= ids
    for number in range(1, account.total + 1):
        if account.use(number) in (LineUse.UNRECOGNISED, LineUse.UNSUPPORTED):
            assert any(
                one.severity.value == "error" and one.span and one.span.first == number for one in reading.diagnostics
            )


@given(st.lists(st.sampled_from(WORDS), max_size=8))
def test_a_filter_that_is_not_understood_leaves_its_list_open(words: list[str]) -> None:
    line = " ".join(["ip filter 7", *words])
    made = device(f"ip lan1 secure filter in 7\n{line}\n")
    if use(line) is LineUse.UNRECOGNISED and words[:1] != ["x"]:
        doubtful = [
            rule
            for rule in made.lists["lan1 in"].rules
            if isinstance(rule.action, Unsure)
            or any(isinstance(leaf, Condition) and leaf.kind is Kind.UNKNOWN for leaf in leaves(rule.match))
        ]
        assert doubtful or made.taints
