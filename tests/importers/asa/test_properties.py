"""Whatever stands in a file: reading it ends, raises nothing, accounts for every line, and leaves nothing unread in silence."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from segcheck.model.diagnostic import LineUse
from segcheck.model.match import Condition, Kind, leaves
from segcheck.model.rules import Unsure
from tests.importers.asa.configs import BEFORE, read, whole

#: Words that begin commands, and words that they take; mixed at will.
VOCABULARY = """
access-list access-group extended advanced standard permit deny trust remark line inactive log time-range A B 1 10 any any4 any6
host 10.0.0.1 10.0.1.0 255.255.255.0 2001:db8::/64 tcp udp icmp eq range neq www 80 object object-group network service protocol
icmp-type subnet fqdn network-object service-object port-object group-object interface GigabitEthernet0/3 nameif inside outside
security-level ip ipv6 address standby shutdown no vlan nat (inside,outside) (any,any) source static dynamic pat-pool after-auto
destination route 0.0.0.0 track tunneled global in out control-plane per-user-override ssh http telnet server enable crypto map
webvpn same-security-traffic inter-interface class-map policy-map class inspect service-policy match any names name hostname
ASA Version 8.2(1) banner motd ! : periodic weekdays 8:00 to 17:00 user ifc rule-id frobnicate
"""
WORDS = VOCABULARY.split()
LINES = st.builds(
    lambda indent, words: " " * indent + " ".join(words),
    st.integers(0, 2),
    st.lists(st.sampled_from(WORDS), max_size=9),
)
#: Commands that make the others matter.
FRAMES = st.sampled_from(
    [
        "",
        "access-group A in interface inside",
        "interface GigabitEthernet0/2",
        "object network A",
        "object service A",
        "object-group network B",
        "object-group service B tcp",
        "time-range A",
        "policy-map A",
        "webvpn",
    ]
)


@settings(max_examples=60)
@given(st.lists(st.tuples(FRAMES, st.lists(LINES, max_size=4)), max_size=5), st.booleans())
def test_any_file(blocks: list[tuple[str, list[str]]], ended: bool) -> None:
    body = "".join("\n".join([frame, *lines, ""]) for frame, lines in blocks)
    reading = read(whole(body) if ended else body + "\n")
    (made,) = reading.devices
    account = reading.inputs[0].lines

    assert sum(account.counts().values()) == account.total
    assert {taint.diagnostic for taint in made.taints} <= {one.id for one in reading.diagnostics}
    doubts = (LineUse.UNRECOGNISED, LineUse.UNSUPPORTED)
    unread = {number for number in range(1, account.total + 1) if account.use(number) in doubts}
    told = {n for d in reading.diagnostics if d.span for n in range(d.span.first, d.span.last + 1)}
    assert not unread or told


@settings(max_examples=60)
@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=9), min_size=1, max_size=4))
def test_an_unread_entry_leaves_its_list_open(lines: list[list[str]]) -> None:
    body = "".join(f"access-list L extended {' '.join(words)}\n" for words in lines)
    reading = read(whole(body))
    (made,) = reading.devices
    account = reading.inputs[0].lines
    if any(account.use(number) is LineUse.UNRECOGNISED for number in range(BEFORE + 1, BEFORE + 1 + len(lines))):
        rules = made.lists["L"].rules if "L" in made.lists else ()
        doubtful = any(
            isinstance(rule.action, Unsure)
            or any(isinstance(leaf, Condition) and leaf.kind is Kind.UNKNOWN for leaf in leaves(rule.match))
            for rule in rules
        )
        assert doubtful or made.taints
