import pytest

from tests.checks.sites import entry, rule
from tests.replays import MAIL, OTHER, Shown, flow, named, only, params, seen, town

CHECK = "observed-off-path"
SMTP = [rule(1, "lg:lg-mail", "in:in-mail", "SMTP")]
SECOND = """\
  - id: fw2
    kind: {kind}
    interfaces:
      a: {{segment: lg-lan, address: 10.1.0.2}}
      b: {{segment: in-lan, address: 10.2.0.2}}
    routes_complete: true
taps:
  - {{id: tl, device: fw, interface: lg}}
  - {{id: t2, device: fw2, interface: a}}
assumptions:
  - {{id: A1, subject: fw2, claim: 何も通さない, assume: deny, owner: 課長, reason: 試験, document: 試験, review_due: 2027-03-31}}
"""


def two(kind="router"):
    return town(entry("R1", "lg-mail", "in-mail", "tcp/25", path="[fw]"), rules=SMTP, topology=SECOND.format(kind=kind))


FIRES = Shown(town=two(), taps={"t2": [flow(MAIL, OTHER, 25)]})
SOUND = Shown(town=two(), taps={"tl": [flow(MAIL, OTHER, 25)]})


def test_seen_at_a_router_that_the_path_does_not_name(tmp_path):
    found = only(FIRES.judged(tmp_path))

    assert (found.check, found.subject) == (CHECK, "R1")
    assert params(found)["path"] == "fw"
    assert params(found)["taps"] == "t2"


@pytest.mark.parametrize(("kind", "checks"), [("router", [CHECK]), ("firewall", [CHECK]), ("l3_switch", [])])
def test_switches_need_not_be_named(tmp_path, kind, checks):
    assert named(seen(two(kind).written(tmp_path), {"t2": [flow(MAIL, OTHER, 25)]})) == checks


def test_without_a_tap_no_path_is_asked(tmp_path):
    assert named(seen(two().written(tmp_path), {"": [flow(MAIL, OTHER, 25)]})) == []
