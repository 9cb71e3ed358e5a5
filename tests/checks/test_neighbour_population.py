from dataclasses import dataclass

from segcheck.model.requirement import Coverage
from tests.checks.declaring import asked
from tests.checks.sites import Firewall, Town, params

CHECK = "neighbour-population"
#: As FortiOS, IOS and Linux write it; the last answered nobody.
TABLE = """\
Address           Age(min)   Hardware Addr      Interface
10.1.0.25         0          {0}  lg
Internet  10.2.0.50   12   0000.5e00.5302  ARPA   in
? (10.2.0.1) at 00-00-5E-00-53-03 on in
10.1.0.77 dev lg FAILED
"""


KNOWN = TABLE.format("00:00:5e:00:53:01")


@dataclass(frozen=True, kw_only=True)
class Wall(Firewall):
    """A firewall with an ARP table beside its export."""

    table: str = ""

    def declared(self, name):
        (line,) = super().declared(name)
        return [line.replace("fortigate}]", f"fortigate}}, {{path: exports/{name}.arp, role: arp}}]")]

    def written(self, folder, name):
        super().written(folder, name)
        (folder / f"exports/{name}.arp").write_text(self.table, encoding="utf-8")


def town(table=KNOWN):
    return Town(firewalls={"fw": Wall(table=table)}, keys={"lg-mail": ', mac: "00:00:5e:00:53:01"'})


FIRES = town(KNOWN + "10.1.0.66  1  00:00:5e:00:53:66  lg\n")
SOUND = town()


def test_an_address_that_nobody_declared_answers(tmp_path):
    (found,), _ = asked(FIRES, tmp_path, CHECK)

    assert (found.subject, params(found)["facts"]) == ("fw", "10.1.0.66 (00:00:5e:00:53:66)")
    assert (found.evidence[0].span.path, found.evidence[0].span.first) == ("exports/fw.arp", 6)


def test_another_hardware_address_than_declared(tmp_path):
    (found,), _ = asked(town(TABLE.format("00:00:5e:00:53:99")), tmp_path, CHECK)

    assert params(found)["facts"] == "10.1.0.25 (00:00:5e:00:53:99) ≠ 00:00:5e:00:53:01"


def test_it_never_says_that_all_neighbours_were_seen(tmp_path):
    findings, covered = asked(SOUND, tmp_path, CHECK)

    assert (findings, covered.coverage) == ((), Coverage.NO_INPUT)
    assert "LLDP" in covered.reason[1]
    assert "fw" in asked(Town(), tmp_path, CHECK)[1].reason[1]
