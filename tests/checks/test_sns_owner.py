from segcheck.model.finding import Weight
from segcheck.model.requirement import Coverage
from tests.checks.declaring import asked, one_line
from tests.checks.sites import Town

CHECK = "sns-owner"


def town(zone="in", owner=", owner: 広報課長", kind="sns"):
    held = one_line({"operating_procedure": "手順書", "approval_date": "2026-04-01", "contract": "規約"})
    rest = f'data_class: "1", approved_by: CISO{owner}, attributes: {held}'
    return Town(topology=f"external_services:\n  - {{id: s1, name: SNS, kind: {kind}, zone: {zone}, {rest}}}\n")


FIRES = town("lg")
SOUND = town()


def test_social_media_from_the_lgwan_tier(tmp_path):
    (found,), _ = asked(FIRES, tmp_path, CHECK)

    assert (found.subject, found.src_zone, found.weight) == ("s1", "lg", Weight.LOW)


def test_a_service_that_nobody_answers_for_is_told(tmp_path):
    assert asked(SOUND, tmp_path, CHECK)[1].coverage is Coverage.ASKED
    assert asked(town(owner=""), tmp_path, CHECK)[1].coverage is Coverage.NO_INPUT
    assert asked(town(kind="cloud"), tmp_path, CHECK)[1].coverage is Coverage.NOTHING_TO_ASK
    assert asked(Town(), tmp_path, CHECK)[1].coverage is Coverage.NO_INPUT
