from segcheck.model.finding import Weight
from segcheck.model.requirement import Coverage
from tests.checks.coverage import coverage
from tests.checks.sites import Town, entry, lines, params, policy, rule
from tests.checks.test_screen_channels import SCREEN, ST, VIEW

CHECK = "screen-servers"
GATEWAY = SCREEN.replace("SERVICE", "tcp/3389")


def town(*rules, register=(ST,), gateway=GATEWAY):
    return Town(rules=rules or [VIEW], register=register, topology=gateway)


WIDE = entry("ST1", "lg-pc", "in-lan", "tcp/3389", kind="screen", gateway="vdi")
FIRES = town(register=(WIDE,))
SOUND = town()


def test_any_host_of_the_segment_instead_of_the_servers(tmp_path):
    (found,) = FIRES.found(tmp_path, CHECK)

    assert (found.subject, found.key, found.weight) == ("ST1", "ST1:wider:", Weight.HIGH)
    assert policy(tmp_path, 1) in lines(found)


def test_ends_that_the_legs_do_not_keep_are_told(tmp_path):
    (found,) = town(register=(ST.replace("to: in-pc", "to: in-lan"),)).found(tmp_path, CHECK)

    assert found.key == "ST1:named"


def test_a_server_that_opens_the_session_is_critical(tmp_path):
    turned = GATEWAY.replace("opener: other", "opener: self")
    made = town(rule(1, "in:in-pc", "lg:lg-pc", "RDP"), gateway=turned)

    (found,) = made.found(tmp_path, CHECK)
    assert (found.key, found.weight) == ("ST1:reversed:view", Weight.CRITICAL)
    assert "server" in params(found)["what_en"]


def test_what_nobody_registered_names_the_requirement(tmp_path):
    for folder, back in (("a", rule(2, "in:in-pc", "lg:lg-pc", "RDP")), ("b", rule(2, "lg:lg-pc", "in:all", "RDP"))):
        findings = town(VIEW, back).judged(tmp_path / folder).findings
        crossing = [one for one in findings if one.check != "redundant-rule"]
        assert crossing
        assert all("LG-03" in one.requirements for one in crossing)


def test_without_screen_transfer_there_is_nothing_to_ask(tmp_path):
    assert coverage(SOUND, CHECK, tmp_path / "a").coverage is Coverage.ASKED
    assert coverage(Town(), CHECK, tmp_path / "b").coverage is Coverage.NOTHING_TO_ASK
