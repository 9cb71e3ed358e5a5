from segcheck.model.finding import Basis
from segcheck.model.requirement import Coverage
from tests.checks.declaring import asked, attributes, one_line
from tests.checks.sites import Firewall, Town, params

CHECK = "monitoring-evidence"
WHOLE = {"log_targets": ["jump"], "ids": "inline", "signatures_date": "2026-11-18"}
PORTS = {"lg": ("lg-lan", "10.1.0.1/24"), "in": ("in-lan", "10.2.0.1/24")}


def town(target="lg-mail", **changed):
    values = {**WHOLE, "log_targets": [target], **changed}
    soc = attributes({"soc_24x7": True, "sandbox": True})
    service = f"external_services:\n  - {{id: sc, name: 県SC, kind: outsourced{soc}}}\n"
    wall = Firewall(ports=PORTS, more=f"    attributes: {one_line(values)}")
    other = Firewall(ports={"in": ("in-lan", "10.2.0.2/24"), "mgt": ("mgt-lan", "10.4.0.1/24")}, rules=())
    return Town(firewalls={"fw": wall} if target != "jump" else {"fw": wall, "fw2": other}, topology=service)


FIRES = town(ids="none")
SOUND = town()


def test_a_border_that_detects_nothing_or_with_old_signatures(tmp_path):
    (found,), covered = asked(FIRES, tmp_path, CHECK)
    assert (found.subject, params(found)["facts"]) == ("fw", "ids: none")

    (found,), _ = asked(town(signatures_date="2026-11-02"), tmp_path, CHECK)
    assert params(found)["facts"] == "signatures_date: 2026-11-02"
    assert covered.coverage is Coverage.ASKED


def test_logs_that_cannot_arrive_where_it_is_declared_are_contradicted_by_rules(tmp_path):
    found = [one for one in asked(town("jump"), tmp_path, CHECK)[0] if one.subject == "fw"]

    assert [(one.basis, one.key) for one in found] == [((Basis.RULES, Basis.ATTRIBUTES), "fw:log:jump")]


def test_logs_to_a_host_on_its_own_wire_arrive(tmp_path):
    findings, covered = asked(SOUND, tmp_path, CHECK)

    assert (findings, covered.coverage) == ((), Coverage.ASKED)
    unwatched = Town(firewalls=SOUND.firewalls)
    assert "soc_24x7" in asked(unwatched, tmp_path, CHECK)[1].reason[1]
    assert asked(Town(), tmp_path, CHECK)[1].coverage is Coverage.NO_INPUT
