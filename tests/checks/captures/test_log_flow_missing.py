from segcheck.checks.captures import log_flow_missing
from segcheck.model.crossing import Standing
from segcheck.model.finding import Weight
from segcheck.model.requirement import Outcome
from tests.checks.sites import SEGMENTS, Firewall, entry, rule
from tests.replays import FAR, PC, Shown, flow, named, only, seen, town

CHECK = "log-flow-missing"
SIEM, OWN = "198.51.100.21", "10.4.0.2"
SENDS = entry("L1", "lg-pc", "in-pc", "tcp/443", kind="log_export")
TOWN = town(SENDS, rules=[rule(1, "lg:lg-pc", "in:in-pc", "HTTPS")])
FIRES = Shown(town=TOWN, taps={"tl": [flow(PC, FAR, 443, answered=False, said=False, heard=False)]})
SOUND = Shown(town=TOWN, taps={"tl": [flow(PC, FAR, 443)]})
CLOUD = {**SEGMENTS, "sc-net": ("sc", "198.51.100.0/24", "")}
#: The LGWAN firewall `fw` sends by its management port; `rt` leads to the security cloud.
PORTS = {"lg": ("lg-lan", "10.1.0.1/24"), "in": ("in-lan", "10.2.0.1/24"), "mg": ("mgt-lan", f"{OWN}/24")}
OUTWARD = {"mg": ("mgt-lan", "10.4.0.1/24"), "sc": ("sc-net", "198.51.100.2/24")}
TAP = "taps:\n  - {id: ts, device: rt, interface: mg}\n"


def cloud(*register):
    firewalls = {"fw": Firewall(ports=PORTS), "rt": Firewall(ports=OUTWARD)}
    return town(*register, topology=TAP, firewalls=firewalls, segments=CLOUD)


def recorded(folder, *flows, tap="ts"):
    """Return how IN-07 stands, and why."""
    found = seen(folder, {tap: list(flows)})
    (one,) = [met for met in found.assessment.requirements if met.requirement.id == "IN-07"]
    return one.outcome, [english for _, english in one.because]


def test_what_is_only_tried_is_undecided(tmp_path):
    found = only(FIRES.judged(tmp_path), CHECK)

    assert (found.standing, found.weight, found.subject) == (Standing.UNDECIDED, Weight.MEDIUM, "L1")
    assert found.requirements == ("X-05",)


def test_one_attempt_beside_a_conversation_is_none_and_not_seen_is_none(tmp_path):
    folder = TOWN.written(tmp_path)
    tried = flow(PC, FAR, 443, answered=False, said=False, heard=False)

    assert named(seen(folder, {"tl": [tried, flow(PC, FAR, 443, sport=50_001)]})) == []
    assert named(seen(folder, {"tl": []})) == []


def test_other_entries_are_not_about_logs(tmp_path):
    other = town(entry("L1", "lg-pc", "in-pc", "tcp/443"), rules=[rule(1, "lg:lg-pc", "in:in-pc", "HTTPS")])

    assert CHECK not in named(Shown(town=other, taps=FIRES.taps).judged(tmp_path))


def test_the_firewalls_records_are_seen_or_not_or_no_tap_is_on_the_way(tmp_path):
    folder = cloud(entry("L1", "logs", "sc-proxy", "udp/514", kind="log_export")).written(tmp_path)
    path = folder / "topology.yaml"
    text = path.read_text(encoding="utf-8").replace("groups:\n", f"groups:\n  logs: {{ranges: [{OWN}-{OWN}]}}\n")
    path.write_text(text, encoding="utf-8")
    sent = flow(OWN, SIEM, 514, proto=17, answered=False, heard=False)

    assert recorded(folder, sent) == (Outcome.PASS, [])
    outcome, why = recorded(folder)
    assert outcome is Outcome.INSUFFICIENT
    assert any("not seen in this time: L1" in text for text in why), why
    assert any("no tap stands on the way of L1" in text for text in recorded(folder, tap="")[1])


def test_without_such_an_entry_it_is_not_shown(tmp_path):
    hosts = cloud(entry("L1", "lg-pc", "sc-proxy", "udp/514", kind="log_export")).written(tmp_path)
    outcome, why = recorded(hosts, flow(PC, SIEM, 514, proto=17, answered=False, heard=False))

    assert outcome is Outcome.INSUFFICIENT
    assert any("no log_export in force from the LGWAN firewall" in text for text in why)
    assert log_flow_missing.CHECK.requirements == ("IN-07", "X-05")
