from segcheck.sets.header import PacketClass
from tests.checks.sites import WHOLE, Firewall, Town, chain, entry, lines, told, witness

CHECK = "one-way-channel"
ANSWERS = "-i lg -o in -p tcp -m tcp --tcp-flags SYN,ACK ACK -j ACCEPT"
STATEFUL = "-i lg -o in -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"


def town(*rules, **more):
    return Town(firewalls={"fw": Firewall(iptables=rules)}, topology=WHOLE, **more)


FIRES = town(ANSWERS)
SOUND = town(STATEFUL)


def test_answers_that_a_rule_lets_out_without_asking_for_a_session(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = assessment.findings
    assert (found.check, found.subject, found.pairs) == (CHECK, "fw FORWARD#1", (("lg", "in"),))
    assert lines(found) == [chain(tmp_path, ANSWERS)]
    assert witness(found).packet.packet_class is PacketClass.REPLY
    assert told(found, assessment)[1].startswith("No session can be opened, but packets get across one way.")
    assert found.remedy == (
        "fw FORWARD#1 を、状態を管理する許可に置き換える。",
        "Replace fw FORWARD#1 by a permit that keeps state.",
    )


def test_icmp_errors_carry_data_too(tmp_path):
    (found,) = town("-i lg -o in -p icmp -m icmp --icmp-type 3 -j ACCEPT").judged(tmp_path).findings

    assert (found.check, witness(found).packet.packet_class) == (CHECK, PacketClass.ICMP_ERROR)


def test_requests_can_open_a_session(tmp_path):
    (found,) = town("-i lg -o in -p icmp -m icmp --icmp-type 8 -j ACCEPT").judged(tmp_path).findings

    assert found.check == "forbidden-crossing"


def test_what_a_plain_rule_lets_pass_besides_is_not_told_twice(tmp_path):
    found = town("-i lg -o in -p tcp -j ACCEPT").judged(tmp_path).findings

    assert [one.check for one in found] == ["forbidden-crossing"]


def test_answers_of_a_registered_session_are_registered(tmp_path):
    opening = "-i in -o lg -s 10.2.0.25/32 -d 10.1.0.25/32 -p tcp -m tcp --dport 25 -j ACCEPT"
    answers = "-i lg -o in -s 10.1.0.25/32 -d 10.2.0.25/32 -p tcp -m tcp --sport 25 --tcp-flags ACK ACK -j ACCEPT"
    register = [entry("R1", "in-mail", "lg-mail", "tcp/25", log="false")]

    assert [one.check for one in town(opening, answers, register=register).judged(tmp_path).findings] == []
