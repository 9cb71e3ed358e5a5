from tests.checks.sites import SEGMENTS, WHOLE, Firewall, Town, chain, lines, params, witness

CHECK = "ipv6-crossing"
#: Only the internet tier has IPv6; the rule lets it in from a zone that is declared without.
HALF = {**SEGMENTS, "in-lan": ("in", "10.2.0.0/24", ', v6: ["2001:db8:2::/64"]')}
ROUTE = "    routes: [{to: '2001:db8:2::/64', interface: in}]"
OPEN = "-i lg -o in -j ACCEPT"
SHUT = "-i lg -o in -j DROP"


def town(four, six):
    wall = Firewall(iptables=[four], ip6tables=[six], more=ROUTE)
    return Town(segments=HALF, firewalls={"fw": wall}, topology=WHOLE)


FIRES = town(SHUT, OPEN)
SOUND = town(SHUT, SHUT)


def test_a_rule_for_ipv6_where_there_should_be_none(tmp_path):
    (found,) = FIRES.found(tmp_path, CHECK)

    assert (found.check, found.subject, found.pairs) == (CHECK, "fw FORWARD#1", (("lg", "in"),))
    assert lines(found) == [chain(tmp_path, OPEN, family="v6")]
    assert witness(found).packet.dst > 2**32
    assert params(found)["places"] == "lg-lan → in-lan"
    assert found.remedy == ("fw FORWARD#1 で IPv6 を拒否する。", "Deny IPv6 in fw FORWARD#1.")


def test_ipv4_by_the_same_interfaces_is_a_plain_crossing(tmp_path):
    found = town(OPEN, SHUT).judged(tmp_path).findings

    assert {one.check for one in found} == {"any-any", "forbidden-crossing"}
