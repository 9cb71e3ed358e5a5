from segcheck import importers
from segcheck.model.finding import Weight
from segcheck.model.source import SourceText
from tests.checks.sites import Firewall, Town, block, entry, lines, rule, told

CHECK = "unreferenced-object"
R1 = entry("R1", "lg-pcs", "in-mail", "tcp/443")
RULES = [rule(1, "lg:lg-pcs", "in:in-mail", "HTTPS")]
OLD = '    edit "old-srv"\n        set subnet 10.2.0.77 255.255.255.255\n    next\n'
FIRES = Town(firewalls={"fw": Firewall(rules=RULES, objects=OLD)}, register=[R1])
SOUND = Town(rules=RULES, register=[R1])


def test_an_address_that_no_rule_names(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = assessment.findings
    assert (found.check, found.subject, found.weight) == (CHECK, "fw", Weight.LOW)
    assert lines(found) == [block(tmp_path, "firewall address", '"old-srv"')]
    assert told(found, assessment)[1] == "1 objects of fw are used by no rule: address old-srv"


def test_the_objects_that_every_new_device_has_are_nobodys_mistake(tmp_path):
    factory = OLD.replace("old-srv", "FABRIC_DEVICE")

    assert Town(firewalls={"fw": Firewall(rules=RULES, objects=factory)}, register=[R1]).found(tmp_path, CHECK) == ()


PANOS = """\
set deviceconfig system hostname pa
set address used ip-netmask 10.1.0.5/32
set address member ip-netmask 10.1.0.6/32
set address idle ip-netmask 10.1.0.7/32
set address-group pcs static member
set address-group spare static idle
set service web protocol tcp port 443
set service old protocol tcp port 8443
set rulebase security rules r1 from any
set rulebase security rules r1 to any
set rulebase security rules r1 source used
set rulebase security rules r1 source pcs
set rulebase security rules r1 destination any
set rulebase security rules r1 application any
set rulebase security rules r1 service web
set rulebase security rules r1 action allow
"""


def test_panos_tells_what_is_used_directly_or_by_a_group_that_is(tmp_path):
    text = SourceText(path="pa.txt", text=PANOS, encoding="utf-8", sha256="0" * 64)
    (device,) = importers.read([text], "panos").devices

    states = {one.name: one.state for one in device.objects}
    assert {name for name, state in states.items() if state == "unused"} == {"idle", "spare", "old"}
