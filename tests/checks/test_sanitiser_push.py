import pytest

from segcheck.model.finding import Weight
from segcheck.model.requirement import Coverage
from tests.checks.coverage import coverage
from tests.checks.sanitising import IN, LEGS, OUT, gateway, town
from tests.checks.sites import lines, params, policy, rule

CHECK = "sanitiser-push"
PULL = "{id: out, to: lg-mail, service: tcp/25, opener: other}"
FETCHED = (LEGS[0], rule(2, "lg:lg-mail", "san:san-mail", "SMTP"))
FIRES = town(topology=gateway(IN, OUT, method="file_cdr"))
SOUND = town(topology=gateway(IN, PULL, method="file_cdr"), legs=FETCHED)


def test_a_file_gateway_that_opens_sessions_inwards(tmp_path):
    (found,) = FIRES.found(tmp_path, CHECK)

    assert (found.subject, found.key, found.weight) == ("gw out", "gw:out", Weight.MEDIUM)
    assert params(found)["service"] == "tcp/25"
    assert policy(tmp_path, 2) in lines(found)
    assert policy(tmp_path, 1) not in lines(found)  # the other leg is as it should be


@pytest.mark.parametrize("method", ["mail_text", "mail_attachment_image"])
def test_mail_is_pushed_by_its_nature(tmp_path, method):
    assert town(topology=gateway(method=method)).found(tmp_path, CHECK) == ()


def test_what_leaves_the_lgwan_tier_may_be_pushed(tmp_path):
    legs = (
        "{id: in, from: lg-mail, service: tcp/25, opener: other}",
        "{id: out, to: in-mail, service: tcp/25, opener: self}",
    )
    assert town(topology=gateway(*legs, method="file_check"), legs=()).found(tmp_path, CHECK) == ()


def test_without_a_registered_pair_there_is_nothing_to_ask(tmp_path):
    assert coverage(SOUND, CHECK, tmp_path / "a").coverage is Coverage.ASKED
    assert coverage(town(register=(), legs=()), CHECK, tmp_path / "b").coverage is Coverage.NOTHING_TO_ASK
