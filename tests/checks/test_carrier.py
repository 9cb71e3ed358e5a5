import pytest

from tests.checks.sites import Town, entry, lines, policy, rule, told, witness

CHECK = "carrier"
FIRES = Town(rules=[rule(1, "in:in-pc", "lg:lg-pc", "6IN4")])
SOUND = FIRES.with_rules()


def test_a_tunnel_is_a_carrier_and_not_a_plain_crossing_besides(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = assessment.findings
    assert (found.check, found.subject, found.pairs) == (CHECK, "fw policy 1", (("in", "lg"),))
    assert lines(found) == [policy(tmp_path, 1)]
    assert witness(found).packet.proto == 41
    assert "X-11" in found.requirements
    assert told(found, assessment)[0].startswith("トンネルの通信がゾーンを越えられる。")
    assert found.remedy == ("fw policy 1 を削除する。", "Delete fw policy 1.")


@pytest.mark.parametrize(
    ("service", "check"), [("IKE", CHECK), ("WEB", "forbidden-crossing"), ("ALL", "forbidden-crossing")]
)
def test_only_rules_for_tunnels_alone_are_carriers(tmp_path, service, check):
    (found,) = FIRES.with_rules(rule(1, "in:in-pc", "lg:lg-pc", service)).judged(tmp_path).findings

    assert found.check == check


def test_a_registered_tunnel_is_sound(tmp_path):
    town = Town(
        rules=[rule(1, "in:in-pc", "lg:lg-pc", "IKE")], register=[entry("R1", "in-pc", "lg-pc", "[udp/500, udp/4500]")]
    )

    assert town.judged(tmp_path).findings == ()


def test_a_tunnel_whose_entry_has_expired_is_told_once(tmp_path):
    expired = entry("R1", "in-pc", "lg-pc", "[udp/500, udp/4500]", expires="2026-11-23")

    (found,) = Town(rules=[rule(1, "in:in-pc", "lg:lg-pc", "IKE")], register=[expired]).judged(tmp_path).findings
    assert found.check == "expired-entry"
