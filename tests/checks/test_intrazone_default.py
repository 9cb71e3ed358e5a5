from dataclasses import replace

from segcheck.model.finding import Weight
from tests.checks.sites import Firewall, Town, block, entry, lines, rule, told

CHECK = "intrazone-default"
R1 = entry("R1", "lg-pcs", "in-mail", "tcp/443")
PORTS = {"lg": ("lg-lan", "10.1.0.1/24"), "in": ("in-lan", "10.2.0.1/24"), "mgt": ("mgt-lan", "10.4.0.1/24")}


class Zoned(Firewall):
    """A firewall with a zone `naibu` of two of its interfaces."""

    def export(self, name: str) -> str:
        """Return its export."""
        inside = "allow" if self.settings.get("zone") == "allow" else "deny"
        zone = f"""\
config system zone
    edit "naibu"
        set intrazone {inside}
        set interface "lg" "mgt"
    next
end
"""
        return super().export(name).replace("config system session-helper\n", f"{zone}config system session-helper\n")


def town(inside: str) -> Town:
    wall = Zoned(ports=PORTS, rules=[rule(1, "naibu:lg-pcs", "in:in-mail", "HTTPS")], settings={"zone": inside})
    return Town(firewalls={"fw": wall}, register=[R1])


FIRES, SOUND = town("allow"), town("deny")


def test_a_zone_that_is_open_inside_and_reaches_over_two_tiers(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = [one for one in assessment.findings if one.check == CHECK]
    assert (found.subject, found.weight) == ("fw naibu", Weight.HIGH)
    assert lines(found) == [block(tmp_path, "system interface", f'"{name}"') for name in ("lg", "mgt")]
    assert told(found, assessment)[1] == (
        "Zone naibu of fw is open inside without any rule, and reaches over the zones lg, mgt: lg, mgt"
    )


def test_inside_one_zone_of_the_site_it_is_no_matter(tmp_path):
    segments = {name: (zone, prefix, more) for name, (zone, prefix, more) in FIRES.segments.items()}
    segments["mgt-lan"] = ("lg", "10.4.0.0/24", "")

    assert replace(FIRES, segments=segments).found(tmp_path, CHECK) == ()
