from segcheck.model.finding import Weight
from tests.checks.sites import Firewall, Town, block, lines, told

CHECK = "undeclared-interface"
FIRES = Town(firewalls={"fw": Firewall(undeclared={"port9": "203.0.113.6/29"})})
SOUND = Town(firewalls={"fw": Firewall()})


def test_an_interface_that_only_the_export_has(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = assessment.findings
    assert (found.check, found.subject, found.weight) == (CHECK, "fw port9", Weight.HIGH)
    assert lines(found) == [block(tmp_path, "system interface", '"port9"')]
    assert "port9: {segment: ?, address: 203.0.113.6/29}" in told(found, assessment)[0]
    assert found.remedy[1] == (
        "Add “port9: {segment: ?, address: 203.0.113.6/29}” to fw in topology.yaml, or disable it on the device."
    )


def test_one_whose_address_lies_in_a_declared_segment_is_told_which(tmp_path):
    town = Town(firewalls={"fw": Firewall(undeclared={"port9": "10.1.0.7/24"})})

    (found,) = town.found(tmp_path, CHECK)
    assert dict(found.params)["line"] == "port9: {segment: lg-lan, address: 10.1.0.7/24}"


def test_a_disabled_one_leads_nowhere(tmp_path):
    wall = Firewall(undeclared={"port9": "203.0.113.6/29"}, settings={"port9": "        set status down\n"})

    assert Town(firewalls={"fw": wall}).judged(tmp_path).findings == ()


def test_two_are_two(tmp_path):
    wall = Firewall(undeclared={"port8": "203.0.113.6/29", "port9": "203.0.113.14/29"})

    assert [one.subject for one in Town(firewalls={"fw": wall}).found(tmp_path, CHECK)] == ["fw port8", "fw port9"]
