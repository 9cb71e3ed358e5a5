"""Whatever stands in a file: reading it ends, raises nothing, accounts for every line, and leaves nothing unread in silence."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from segcheck.model.diagnostic import LineUse
from segcheck.model.match import Condition, Kind, leaves
from segcheck.model.rules import Unsure
from tests.importers.ios.configs import device, read, whole

#: Words that begin commands, and words that they take; mixed at will.
VOCABULARY = """
access-list ip ipv6 access-group traffic-filter extended standard permit deny remark evaluate reflect A B 10 101 any host
10.0.0.1 10.0.1.0 255.255.255.0 0.0.0.255 0.255.0.255 2001:db8::/64 tcp udp icmp eq range neq www 80 established fragments log
time-range object-group network service group-object interface Vlan10 GigabitEthernet0/0 address secondary shutdown no
switchport access vlan filter vlan-list nat inside outside source list static pool overload route 0.0.0.0 Null0 vrf forwarding
definition router ospf zone security zone-member zone-pair destination self class-map policy-map type inspect match-any match
protocol http class class-default drop pass service-policy name line vty 0 4 access-class in out transport input ssh control-plane
banner motd ^C end ! route-map set sequence periodic weekdays 8:00 to 17:00 absolute standby unicast-routing routing frobnicate
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
        "ip access-list extended A",
        "ip access-list standard B",
        "ipv6 access-list A6",
        "interface GigabitEthernet0/0",
        "object-group network A",
        "object-group service B",
        "time-range A",
        "policy-map type inspect A",
        "class-map type inspect match-all B",
        "zone-pair security A source B destination self",
        "line vty 0 4",
    ]
)


@given(st.lists(st.tuples(FRAMES, st.lists(LINES, max_size=4)), max_size=5), st.booleans())
def test_any_file(blocks: list[tuple[str, list[str]]], ended: bool) -> None:
    text = "version 15.9\n" + "".join("\n".join([frame, *lines, ""]) for frame, lines in blocks) + "end\n" * ended
    reading = read(text)
    (made,) = reading.devices
    counts = reading.inputs[0].lines.counts()
    ids = {one.id for one in reading.diagnostics}

    assert sum(counts.values()) == reading.inputs[0].lines.total
    assert {taint.diagnostic for taint in made.taints} <= ids
    unread = {
        number
        for number in range(1, reading.inputs[0].lines.total + 1)
        if reading.inputs[0].lines.use(number) in (LineUse.UNRECOGNISED, LineUse.UNSUPPORTED)
    }
    if unread:
        assert any(d.severity.value == "error" for d in reading.diagnostics)


@given(st.lists(LINES, min_size=1, max_size=4))
def test_an_unread_entry_leaves_its_list_open(lines: list[str]) -> None:
    body = "ip access-list extended L\n" + "".join(f" {line.strip()}\n" for line in lines)
    text = whole(body)
    account = read(text).inputs[0].lines
    made = device(body)
    inside = range(8, 8 + len(lines))
    if any(account.use(number) is LineUse.UNRECOGNISED for number in inside):
        rules = made.lists["L"].rules if "L" in made.lists else ()
        doubtful = any(
            isinstance(rule.action, Unsure)
            or any(isinstance(leaf, Condition) and leaf.kind is Kind.UNKNOWN for leaf in leaves(rule.match))
            for rule in rules
        )
        assert doubtful or made.taints
