import pytest

from segcheck.model.match import (
    ANYTHING,
    NOTHING,
    AddressClass,
    AddressKind,
    All,
    AnyOf,
    Bits,
    Condition,
    Field,
    InForce,
    Interface,
    Kind,
    Not,
    State,
)
from segcheck.model.rules import Assign, Call, Continue, Copy, Deny, Permit, Return, Translate, Translation, Unsure, Via
from segcheck.reports._expressions import MAX_LENGTH, action_text, match_text
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet


@pytest.mark.parametrize(
    ("expr", "shown"),
    [
        (ANYTHING, "any"),
        (NOTHING, "nothing"),
        (Field("src", addresses.parse("10.0.0.0/8")), "src=10.0.0.0/8"),
        (Field("dst", addresses.V4), "dst=any-ipv4"),
        (Field("dst", addresses.ALL), "dst=any"),
        (Field("dst", IntervalSet.empty()), "dst=nothing"),
        (Field("proto", IntervalSet.of(6, 17, 200)), "proto=tcp,udp,200"),
        (Field("dport", IntervalSet.of(22, (1024, 2048))), "dport=22,1024-2048"),
        (Field("state", IntervalSet.of(State.ESTABLISHED, State.RELATED)), "state=established,related"),
        (Field("mac", IntervalSet.of(0x00005E005301)), "mac=00:00:5e:00:53:01"),
        (Field("mark", IntervalSet.of(255)), "mark=0xff"),
        (Bits("tcp_flags", 0x17, 0x02), "tcp_flags=SYN/FIN,SYN,RST,ACK"),
        (Bits("tcp_flags", 0x3F, 0), "tcp_flags=none/FIN,SYN,RST,PSH,ACK,URG"),
        (Bits("mark", 0xF0, 0x10), "mark&0xf0=0x10"),
        (Interface("in", ("lan0", "vlan*")), "in=lan0,vlan*"),
        (AddressKind("dst", frozenset((AddressClass.LOCAL, AddressClass.BROADCAST))), "dst-is=broadcast,local"),
        (InForce("office"), 'during="office"'),
        (Condition("fqdn example.jp", Kind.UNKNOWN), "unknown(fqdn example.jp)"),
        (All((Interface("in", ("a",)), Not(Interface("out", ("b",))))), "in=a not(out=b)"),
        (AnyOf((InForce("a"), InForce("b"))), '(during="a" or during="b")'),
    ],
)
def test_matches_are_readable(expr, shown):
    assert match_text(expr) == shown


def test_the_rest_of_a_long_list_is_counted():
    ports = Field("dport", IntervalSet.of(*range(0, 200, 2)))
    either = AnyOf(tuple(InForce(str(number)) for number in range(100)))

    assert match_text(ports, 3) == "dport=0,2,4 ...(+97)"
    assert match_text(either, 2) == '(during="0" or during="1" ...(+98))'


def test_a_deep_expression_is_cut_rather_than_followed():
    deep = InForce("core")
    for _ in range(100_000):
        deep = Not(deep)

    assert "(...)" in match_text(deep)


def test_a_wide_expression_is_cut():
    assert len(match_text(All((InForce("x" * 100),) * 1000))) < MAX_LENGTH + 10


@pytest.mark.parametrize(
    ("action", "shown"),
    [
        (Permit(), "permit"),
        (Deny(), "deny"),
        (Deny("tcp-rst"), "deny (tcp-rst)"),
        (Return(), "return"),
        (Continue(), "continue"),
        (Call("filter/LOG"), "call filter/LOG"),
        (Call("filter/LOG", goto=True), "goto filter/LOG"),
        (Assign("mark", 1, 255), "set mark=0x1/0xff"),
        (Copy("mark", "connmark", 255), "copy connmark to mark/0xff"),
        (Via("wan", None), "via wan"),
        (Via(None, addresses.parse_one("192.0.2.1")), "via 192.0.2.1"),
        (Unsure((Permit(), Deny())), "perhaps permit or deny"),
        (Translate(None), "translate (not read)"),
        (Translate(Translation(side="src", interface="out")), "src -> address of the out interface"),
        (
            Translate(
                Translation(side="dst", addresses=addresses.parse("10.0.0.5"), ports=IntervalSet.of(80), full_cone=True)
            ),
            "dst -> 10.0.0.5, dport 80, full cone",
        ),
    ],
)
def test_actions_are_readable(action, shown):
    assert action_text(action) == shown
