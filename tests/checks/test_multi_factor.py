import pytest

from segcheck.model.finding import Weight
from segcheck.model.requirement import Coverage
from tests.checks.declaring import MN, asked, attributes
from tests.checks.sites import Town, params

CHECK = "multi-factor"
WHOLE = {
    "mfa_factors": ["knowledge", "possession"],
    "mfa_scope": "os_logon",
    "mfa_fallback": "none",
    "shared_account": False,
}


def town(**changed):
    return Town(firewalls=MN, keys={"mn-srv": ", role: terminal" + attributes({**WHOLE, **changed})})


FIRES = town(mfa_factors=["knowledge", "knowledge"])
SOUND = town()


@pytest.mark.parametrize(
    ("changed", "facts"),
    [
        (FIRES, "mfa_factors: knowledge, knowledge"),
        (town(mfa_scope="application"), "mfa_scope: application"),
        (town(mfa_fallback="password_only", shared_account=True), "mfa_fallback: password_only, shared_account: true"),
    ],
)
def test_one_class_of_factors_a_password_or_a_shared_account_is_not_enough(changed, facts, tmp_path):
    (found,), _ = asked(changed, tmp_path, CHECK)

    assert (found.weight, found.requirements, params(found)["facts"]) == (Weight.CRITICAL, ("MN-05",), facts)


def test_two_factors_at_logon_are(tmp_path):
    findings, covered = asked(SOUND, tmp_path, CHECK)

    assert (findings, covered.coverage) == ((), Coverage.ASKED)
