from segcheck.app import assessing
from segcheck.model.finding import Weight
from tests.checks.sites import DAY, Town, entry, lines, policy, rule, told

CHECK = "undefined-reference"
R1 = entry("R1", "lg-pcs", "in-mail", "tcp/443")
RULES = [rule(1, "lg:lg-pcs", "in:in-mail", "HTTPS")]
FIRES = Town(rules=[*RULES, rule(2, "lg:lg-pcs", "in:gone", "HTTPS", action="unset")], register=[R1])
SOUND = Town(rules=RULES, register=[R1])


def test_a_rule_that_names_an_address_that_is_not_there(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = [one for one in assessment.findings if one.check == CHECK]
    assert (found.subject, found.weight) == ("fw", Weight.MEDIUM)
    path, first, last = policy(tmp_path, 2)
    assert [(p, first <= a <= b <= last) for p, a, b in lines(found)] == [(path, True)]
    assert told(found, assessment)[1] == (
        "The configuration of fw refers to what is not defined, or empty: address gone"
    )


IOS = """\
!
version 15.9
hostname fw
!
interface GigabitEthernet0/0
 ip address 10.1.0.1 255.255.255.0
 ip access-group LG-IN in
!
interface GigabitEthernet0/1
 ip address 10.2.0.1 255.255.255.0
 ip access-group {bound} in
!
ip access-list extended LG-IN
 permit tcp host 10.1.0.50 host 10.2.0.25 eq 443
ip access-list extended IN-IN
 permit tcp host 10.2.0.25 eq 443 host 10.1.0.50 established
!
end
"""


def ios(folder, bound: str) -> list[str]:
    """Return what an IOS router with that list bound refers to in vain."""
    Town(rules=RULES).written(folder)
    (folder / "exports/fw.conf").write_text(IOS.format(bound=bound), encoding="utf-8")
    topology = (folder / "topology.yaml").read_text(encoding="utf-8").replace("format: fortigate", "format: ios")
    topology = topology.replace("      lg:", "      GigabitEthernet0/0:").replace(
        "      in:", "      GigabitEthernet0/1:"
    )
    (folder / "topology.yaml").write_text(topology, encoding="utf-8")
    found = assessing.assess(str(folder), day=DAY).assessment.findings
    return [dict(one.params)["names"] for one in found if one.check == CHECK]


def test_an_interface_with_an_access_list_that_is_not_defined(tmp_path):
    assert ios(tmp_path / "fires", "IN-INN") == ["access list IN-INN"]
    assert ios(tmp_path / "sound", "IN-IN") == []
