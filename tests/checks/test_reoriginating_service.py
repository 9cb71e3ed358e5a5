from dataclasses import replace

from segcheck.model.finding import Weight
from tests.checks.sites import Firewall, Town, block, lines, params, told

CHECK = "reoriginating-service"
FORWARDER = 'config system dns-server\n    edit "lg"\n        set mode forward-only\n    next\nend\n'


class Serving(Firewall):
    """A firewall that forwards names for the hosts on its interface `lg`."""

    def export(self, name):
        return super().export(name).replace("config firewall address\n", f"{FORWARDER}config firewall address\n")


FIRES = Town(firewalls={"fw": Serving()})
SOUND = Town(firewalls={"fw": Firewall()})


def test_names_that_the_device_asks_for_in_its_own_name(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = assessment.findings
    assert (found.check, found.weight, found.src_zone) == (CHECK, Weight.MEDIUM, "lg")
    assert lines(found) == [block(tmp_path, "system dns-server", '"lg"')]
    assert params(found)["places"] == "lg-lan"
    assert "in" in params(found)["legs"]
    assert told(found, assessment)[0].startswith("fw の ")
    assert found.remedy[1].startswith("Restrict ")


def test_on_a_device_with_legs_in_one_zone_it_carries_nothing_across(tmp_path):
    segments = {"lg-lan": ("lg", "10.1.0.0/24", ""), "lg2-lan": ("lg", "10.6.0.0/24", "")}
    ports = {"lg": ("lg-lan", "10.1.0.1/24"), "lg2": ("lg2-lan", "10.6.0.1/24")}

    assert Town(segments=segments, firewalls={"fw": Serving(ports=ports)}).found(tmp_path, CHECK) == ()


def test_a_service_of_another_name_is_none(tmp_path):
    assert (
        replace(FIRES, firewalls={"fw": Firewall(settings={"lg": "        set allowaccess ping\n"})}).found(
            tmp_path, CHECK
        )
        == ()
    )
