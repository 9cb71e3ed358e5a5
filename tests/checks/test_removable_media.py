from segcheck.model.requirement import Coverage
from tests.checks.declaring import asked, attributes
from tests.checks.sites import Town, params

CHECK = "removable-media"


def town(value):
    return Town(keys={"lg-pcs": ", role: terminal" + attributes({"usb_storage": value})})


FIRES = town("allowed")
SOUND = town("whitelist")


def test_terminals_that_take_any_medium(tmp_path):
    (found,), _ = asked(FIRES, tmp_path, CHECK)

    assert (found.subject, found.src_zone, params(found)["facts"]) == ("lg-pcs", "lg", "usb_storage: allowed")


def test_approved_media_are_sound(tmp_path):
    findings, covered = asked(SOUND, tmp_path, CHECK)

    assert (findings, covered.coverage) == ((), Coverage.ASKED)
    assert asked(Town(), tmp_path, CHECK)[1].coverage is Coverage.NO_INPUT
