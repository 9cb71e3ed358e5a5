from segcheck.model.requirement import Coverage
from tests.checks.declaring import asked, attributes
from tests.checks.sites import Town, params

CHECK = "data-class"


def town(value, shown=None):
    keys = attributes({"data_class": value}) if shown is None else attributes({"data_class": value}, shown)
    return Town(keys={"in": keys})


FIRES = town("3B")
SOUND = town("2")


def test_data_about_residents_on_the_internet_side(tmp_path):
    (found,), _ = asked(FIRES, tmp_path, CHECK)

    assert (found.subject, params(found)["facts"]) == ("in-lan", "data_class: 3B (internet)")


def test_a_host_and_a_service_may_hold_another_class_than_their_zone(tmp_path):
    service = "external_services:\n  - {id: s1, name: S, kind: cloud, zone: in, data_class: 3A}\n"
    keys = {**SOUND.keys, "in-pc": attributes({"data_class": "3A"})}
    findings, _ = asked(Town(keys=keys, topology=service), tmp_path, CHECK)

    assert [one.subject for one in findings] == ["in-pc", "s1"]


def test_a_class_without_evidence_is_a_claim(tmp_path):
    assert asked(SOUND, tmp_path, CHECK)[1].coverage is Coverage.ASKED
    assert asked(town("2", ""), tmp_path, CHECK)[1].coverage is Coverage.CLAIMED
    assert asked(Town(), tmp_path, CHECK)[1].coverage is Coverage.NO_INPUT
