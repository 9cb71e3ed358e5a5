from segcheck.checks import covered
from segcheck.checks import entry_via_internet as module
from segcheck.model.finding import Weight
from segcheck.model.requirement import Coverage
from tests.checks.registers import asking, mynumber
from tests.checks.sites import SEGMENTS, Firewall, Town, entry, item, lines, params, policy, route, rule, way

CHECK = "entry-via-internet"
R1 = entry("R1", "mn-srv", "lg-mail", "tcp/443", path="[fw, fw2]")
#: Two firewalls with a segment between them.
PORTS = {"mn": ("mn-lan", "10.0.0.1/24"), "mid": ("mid-lan", "10.8.0.1/24")}
PORTS2 = {"mid": ("mid-lan", "10.8.0.2/24"), "lg": ("lg-lan", "10.1.0.1/24")}


def town(zone):
    firewalls = {
        "fw": Firewall(
            ports=PORTS,
            rules=[rule(1, "mn:mn-srv", "mid:lg-mail", "HTTPS")],
            routes=[route(1, "10.1.0.0 255.255.255.0", "10.8.0.2", "mid")],
        ),
        "fw2": Firewall(
            ports=PORTS2,
            rules=[rule(1, "mid:mn-srv", "lg:lg-mail", "HTTPS")],
            routes=[route(1, "10.0.0.0 255.255.255.0", "10.8.0.1", "mid")],
        ),
    }
    middle = (zone, "10.8.0.0/24", ", kind: transit")
    return Town(firewalls=firewalls, register=[R1], segments={**SEGMENTS, "mid-lan": middle})


FIRES = town("in")
SOUND = mynumber(entry("R1", "mn-srv", "lg-mail", "tcp/443"))


def test_its_way_leads_through_the_internet_tier(tmp_path):
    (found,) = FIRES.found(tmp_path, CHECK)

    assert (found.subject, found.weight, found.pairs) == ("R1", Weight.CRITICAL, (("mn", "lg"),))
    assert found.requirements == ("SP-5", "SP-7", "MN-03")
    assert (params(found)["places"], way(found)) == ("mid-lan", ["fw", "fw2"])
    assert lines(found) == [item(tmp_path, "R1"), policy(tmp_path, 1), policy(tmp_path, 1, "fw2")]


def test_a_segment_of_its_own_is_no_internet(tmp_path):
    context = asking(town("mgt"), tmp_path)

    assert list(module.find(context)) == []
    assert covered(module, context).coverage is Coverage.ASKED


def test_what_cannot_be_followed_is_said(tmp_path):
    unread = mynumber(entry("R1", "mn-srv", "lg-mail", "tcp/443"), rules=[])

    found = covered(module, asking(unread, tmp_path))
    assert (found.coverage, "R1" in found.reason[0]) == (Coverage.NO_INPUT, True)
    other = Town(register=[entry("R1", "lg-mail", "in-mail", "tcp/25")])
    assert covered(module, asking(other, tmp_path / "other")).coverage is Coverage.NOTHING_TO_ASK
