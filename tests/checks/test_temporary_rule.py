import pytest

from segcheck.loaders import temporary_words
from segcheck.model.finding import Weight
from tests.checks.sites import WHOLE, Firewall, Town, entry, lines, policy, rule, told

CHECK = "temporary-rule"
R1 = entry("R1", "lg-pcs", "in-mail", "tcp/443")
FIRES = Town(rules=[rule(1, "lg:lg-pcs", "in:in-mail", "HTTPS", comments='"移行作業のため"')], register=[R1])
SOUND = Town(rules=[rule(1, "lg:lg-pcs", "in:in-mail", "HTTPS", comments='"仮想基盤から"')], register=[R1])


def test_a_comment_that_hints_at_a_migration(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = assessment.findings
    assert (found.check, found.subject, found.weight) == (CHECK, "fw policy 1", Weight.LOW)
    assert lines(found) == [policy(tmp_path, 1)]
    assert told(found, assessment) == (
        "fw の許可 1 件は名前かコメントから一時的なものと読めるが、期限がない（手掛かり）: fw policy 1 (“移行”)",
        "By name or comment 1 permits of fw look temporary, and have no end (a hint): fw policy 1 (“移行”)",
    )


def test_one_that_serves_nothing_registered_weighs_more(tmp_path):
    (found,) = Town(rules=[rule(1, "lg:lg-pcs", "in:in-mail", "SMTP", name='"tmp-mail"')]).found(tmp_path, CHECK)

    assert found.weight is Weight.MEDIUM


def test_the_comment_of_an_iptables_rule_and_no_denial(tmp_path):
    rules = ['-s 10.1.0.9/32 -m comment --comment "test host" -j ACCEPT', '-m comment --comment "test" -j DROP']

    (found,) = Town(firewalls={"fw": Firewall(iptables=rules)}, topology=WHOLE).found(tmp_path, CHECK)
    assert found.subject == "fw FORWARD#1"


@pytest.mark.parametrize("text", ["一時対応", "仮設定", "R7移行", "暫定", "TMP-3", "test", "temp rule", "障害対応 A社"])
def test_words_that_hint(text):
    assert temporary_words.load().search(text)


@pytest.mark.parametrize("text", ["仮想サーバー", "一時保護所", "latest", "template", "attempt", "臨時職員", "保守用"])
def test_words_that_only_look_alike(text):
    assert not temporary_words.load().search(text)
