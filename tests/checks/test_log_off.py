import pytest

from segcheck.checks import covered
from segcheck.checks import log_off as module
from segcheck.model.finding import Weight
from segcheck.model.requirement import Coverage
from tests.checks.registers import MN_RULE, asking, mynumber
from tests.checks.sites import WHOLE, Firewall, Town, entry, item, lines, params, policy, rule, told

CHECK = "log-off"
R1 = entry("R1", "lg-mail", "in-mail", "tcp/25")
FIRES = Town(rules=[rule(1, "lg:lg-mail", "in:in-mail", "SMTP", logtraffic="disable")], register=[R1])
SOUND = FIRES.with_rules(rule(1, "lg:lg-mail", "in:in-mail", "SMTP"))


def test_a_registered_communication_passes_without_a_record(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = assessment.findings
    assert (found.check, found.subject, found.pairs) == (CHECK, "fw policy 1", (("lg", "in"),))
    assert lines(found) == [policy(tmp_path, 1), item(tmp_path, "R1")]
    assert told(found, assessment) == (
        "台帳 R1 はログを取ることになっているが、fw policy 1 はログを取らない。",
        "Register entry R1 is to be logged, but fw policy 1 does not log.",
    )
    assert found.remedy == ("fw policy 1 のログを有効にする。", "Switch on the log of fw policy 1.")


def test_an_entry_that_need_not_be_logged_is_sound(tmp_path):
    town = Town(rules=FIRES.rules, register=[entry("R1", "lg-mail", "in-mail", "tcp/25", log="false")])

    assert town.judged(tmp_path).findings == ()


@pytest.mark.parametrize("setting", ["disable", "utm"])
def test_what_is_logged_of_a_session_only_when_a_profile_strikes_is_no_record(tmp_path, setting):
    """FortiOS: `utm` is the default and logs what security profiles find."""
    found = FIRES.with_rules(rule(1, "lg:lg-mail", "in:in-mail", "SMTP", logtraffic=setting)).judged(tmp_path).findings

    assert [one.check for one in found] == [CHECK]


def test_one_rule_for_two_entries_is_one_finding(tmp_path):
    town = Town(
        rules=[rule(1, "lg:lg-mail", "in:in-mail", "WEB", logtraffic="disable")],
        register=[entry("R1", "lg-mail", "in-mail", "tcp/80"), entry("R2", "lg-mail", "in-mail", "tcp/443")],
    )

    (found,) = town.judged(tmp_path).findings
    assert params(found)["entry"] == "R1, R2"
    assert lines(found) == [policy(tmp_path, 1), item(tmp_path, "R1"), item(tmp_path, "R2")]


def test_of_two_rules_for_one_entry_only_the_silent_one_is_found(tmp_path):
    town = Town(
        rules=[
            rule(1, "lg:lg-mail", "in:in-pcs", "SMTP"),
            rule(2, "lg:lg-mail", "in:in-mail", "SMTP", logtraffic="disable"),
        ],
        register=[R1, entry("R2", "lg-mail", "in-pcs", "tcp/25")],
    )

    (found,) = town.judged(tmp_path).findings
    assert (found.subject, params(found)["entry"]) == ("fw policy 2", "R1")


def test_an_entry_whose_hosts_two_rules_serve_is_looked_at_by_both(tmp_path):
    town = Town(
        rules=[
            rule(1, "lg:lg-pc", "in:in-mail", "SMTP"),
            rule(2, "lg:lg-mail", "in:in-mail", "SMTP", logtraffic="disable"),
        ],
        register=[entry("R1", "lg-two", "in-mail", "tcp/25")],
    )
    folder = town.written(tmp_path)
    text = (folder / "topology.yaml").read_text(encoding="utf-8")
    text = text.replace("groups:\n", "groups:\n  lg-two: {hosts: [lg-pc, lg-mail]}\n")

    (found,) = town.found_in(folder, text, CHECK)
    assert found.subject == "fw policy 2"


def test_linux_logs_by_rules_of_its_own(tmp_path):
    accept = "-i lg -o in -s 10.1.0.25/32 -d 10.2.0.25/32 -p tcp -m tcp --dport 25 -j ACCEPT"
    back = "-i in -o lg -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"
    town = Town(firewalls={"fw": Firewall(iptables=[accept, back])}, register=[R1], topology=WHOLE)

    assert town.found(tmp_path, CHECK) == ()


def test_of_the_my_number_tier_it_is_graver(tmp_path):
    silent = mynumber(
        entry("R1", "mn-srv", "lg-mail", "tcp/443"), rules=[MN_RULE.replace("logtraffic all", "logtraffic disable")]
    )

    (found,) = module.find(asking(silent, tmp_path))
    assert (found.weight, found.requirements) == (Weight.HIGH, ("SP-8", "MN-03", "X-13"))


@pytest.mark.parametrize(
    ("town", "coverage"),
    [
        (FIRES, Coverage.ASKED),
        (FIRES.with_rules(), Coverage.NO_INPUT),  # no rule to look at
        (
            Town(rules=SOUND.rules, register=[entry("R1", "lg-mail", "in-mail", "tcp/25", log="false")]),
            Coverage.NO_INPUT,
        ),
        (Town(), Coverage.NOTHING_TO_ASK),
    ],
)
def test_whose_log_cannot_be_seen_is_said(town, coverage, tmp_path):
    found = covered(module, asking(town, tmp_path))

    assert found.coverage is coverage
    assert ("R1" in found.reason[0]) is (coverage is Coverage.NO_INPUT)
