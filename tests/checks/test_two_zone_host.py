from segcheck.model.requirement import Coverage
from tests.checks.declaring import asked, attributes
from tests.checks.sites import Town, params

CHECK = "two-zone-host"
MAC = ', mac: "00:00:5e:00:53:01"'
TWO = {"other_segments": ["in-lan"]}


def town(role="", lg=MAC, other="", **more):
    return Town(keys={"lg-pc": role + lg + (attributes(more) if more else ""), "in-pc": other})


FIRES = town(**TWO)
SOUND = town()


def test_a_host_with_legs_in_two_zones(tmp_path):
    (found,), _ = asked(FIRES, tmp_path, CHECK)

    assert (found.subject, found.requirements, params(found)["facts"]) == ("lg-pc", ("X-01",), "zones: lg, in")


def test_two_hosts_of_one_mac_address_are_one_host(tmp_path):
    findings, _ = asked(town(other=MAC), tmp_path, CHECK)

    assert [one.subject for one in findings] == ["lg-pc", "in-pc"]


def test_a_sanitiser_may_but_must_not_forward(tmp_path):
    role = ", role: sanitiser"
    assert asked(town(role, **TWO), tmp_path, CHECK)[1].coverage is Coverage.NO_INPUT
    findings, covered = asked(town(role, **TWO, ip_forward=False), tmp_path, CHECK)
    assert (findings, "lg-pc" in covered.reason[0]) == ((), False)

    (found,), _ = asked(town(role, **TWO, ip_forward=True), tmp_path, CHECK)
    assert found.requirements == ("X-02",)


def test_without_mac_addresses_nobody_can_tell(tmp_path):
    assert "lg-pc" in asked(town(lg=""), tmp_path, CHECK)[1].reason[0]
    single = attributes({"single_homed": True})
    shown = Town(keys=dict.fromkeys(("lg-mail", "lg-pc", "in-mail", "in-pc"), single))
    assert asked(shown, tmp_path, CHECK)[1].coverage is Coverage.ASKED
