from dataclasses import dataclass
from pathlib import Path

import pytest

from segcheck.model.finding import Basis
from tests.checks.answering import answered, words
from tests.checks.declaring import attributes, one_line
from tests.checks.sites import SEGMENTS, Firewall, Town, params, rule

CHECK = "line-evidence"
WITH_CLOUD = {
    **SEGMENTS,
    "gc-net": ("gc", "10.8.0.0/24", ", kind: external"),
    "lg-cloud": ("lg", "10.9.0.0/24", ", kind: external"),
}
MN_PORTS = {"mn": ("mn-lan", "10.0.0.1/24"), "gc": ("gc-net", "10.8.0.1/24")}
LG_PORTS = {"lg": ("lg-lan", "10.1.0.1/24"), "cl": ("lg-cloud", "10.9.0.1/24")}
GC_ONLY = {name: one for name, one in WITH_CLOUD.items() if name != "lg-cloud"}
LG_ONLY = {name: one for name, one in WITH_CLOUD.items() if name != "gc-net"}
LINE = {"line_type": "dedicated"}


def link(kind, port, values, more="", shown=None):
    text = one_line(values) if shown is None else one_line(values, shown)
    return f'links:\n  - {{id: up, ends: ["fw:{port[0]}", "{port[1]}"], kind: {kind}{more}, attributes: {text}}}\n'


def government(line=LINE, used=("patch",), shown=None, linked=True):
    keys = {"gc": attributes({"internet_use": list(used)}) if used else ""}
    topology = link("gov_cloud", ("gc", "segment:gc-net"), line, shown=shown) if linked else ""
    return Town(firewalls={"fw": Firewall(ports=MN_PORTS)}, segments=GC_ONLY, keys=keys, topology=topology)


def cloud(line=LINE, kind="tunnel", ports=LG_PORTS, rules=(), linked=True):
    return Town(
        firewalls={"fw": Firewall(ports=ports, rules=rules)},
        segments=LG_ONLY,
        hosts={"lg-saas": ("lg-cloud", "10.9.0.10")},
        roles={"lg-saas": "cloud_service"},
        topology=link(kind, ("cl", "segment:lg-cloud"), line) if linked else "",
    )


def apart(line):
    segments = {**SEGMENTS, "pub": ("in", "10.7.0.0/24", ", kind: external")}
    ends = ("in", "zone:public")
    text = link("isp", ends, line, ", detached: true").replace('"fw:in"', '"segment:pub"')
    return Town(segments=segments, topology=text)


FIRES = government({"line_type": "internet"})
SOUND = government()
JOINED = cloud(ports={**LG_PORTS, "mn": ("mn-lan", "10.0.0.1/24")}, rules=[rule(1, "cl:all", "mn:all")])


@pytest.mark.parametrize(
    ("changed", "subject", "named", "facts"),
    [
        (FIRES, "up", ("MN-09",), "line_type: internet"),
        (government(used=("patch", "other")), "gc", ("MN-09",), "internet_use: patch, other"),
        (cloud({"line_type": "internet_vpn"}), "up", ("LG-10",), "line_type: internet_vpn"),
        (cloud(kind="isp"), "up", ("LG-10",), "kind: isp"),
        (JOINED, "lg-cloud", ("LG-10",), "lg-cloud → mn-lan"),
        (apart({"own_equipment": False}), "up", ("IN-11",), "own_equipment: false"),
    ],
)
def test_lines_and_areas_that_are_not_what_they_must_be(changed, subject, named, facts, tmp_path):
    (found,), _ = answered(changed, tmp_path, CHECK, judged=True)

    assert (found.subject, found.requirements, params(found)["facts"]) == (subject, named, facts)
    assert (Basis.RULES in found.basis) is (changed is JOINED or facts == "kind: isp")


@dataclass(frozen=True)
class Written:
    """A town that is written already."""

    folder: Path

    def written(self, _):
        return self.folder


def optional(made, folder, option, hosts):
    """Return a town with an option in its policy, and a further host that it names."""
    path, topology = made.written(folder) / "policy.yaml", folder / "topology.yaml"
    topology.write_text(topology.read_text(encoding="utf-8").replace("hosts:\n", "hosts:\n" + hosts), encoding="utf-8")
    path.write_text(path.read_text(encoding="utf-8") + f"options: {{{option}}}\n", encoding="utf-8")
    return Written(folder)


def test_systems_of_the_lgwan_tier_in_the_government_cloud_are_asked_for_by_the_same_line(tmp_path):
    hosts = "  - {id: lg-sys, segment: gc-net, addresses: [10.8.0.20], role: cloud_service}\n"
    both = optional(government({"line_type": "internet_vpn"}), tmp_path, "gov_cloud_lgwan_systems: [lg-sys]", hosts)
    found, told = answered(both, tmp_path, CHECK, judged=True)

    assert sorted((one.subject, one.requirements) for one in found) == [("up", ("LG-10",)), ("up", ("MN-09",))]
    assert len({one.fingerprint for one in found}) == 2
    assert words(told)["LG-10"] == "asked"


def test_an_option_contradicts_that_the_area_does_not_use_the_internet(tmp_path):
    hosts = "  - {id: patch, addresses: [203.0.113.10], role: cloud_service}\n"
    contradicted = optional(government(used=("none",)), tmp_path, "gov_cloud_patch: [patch]", hosts)

    (found,), _ = answered(contradicted, tmp_path, CHECK)
    assert (found.subject, found.requirements) == ("gc", ("MN-09",))
    assert params(found)["facts"] == "internet_use: none ≠ gov_cloud_patch"


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (SOUND, ("asked", "nothing_to_ask", "nothing_to_ask")),
        (government(shown=""), ("claimed", "nothing_to_ask", "nothing_to_ask")),
        (government(used=()), ("no_input", "nothing_to_ask", "nothing_to_ask")),
        (government(linked=False), ("no_input", "nothing_to_ask", "nothing_to_ask")),
        (cloud(), ("nothing_to_ask", "asked", "nothing_to_ask")),
        (cloud(linked=False), ("nothing_to_ask", "no_input", "nothing_to_ask")),
        (apart({"own_equipment": True}), ("nothing_to_ask", "nothing_to_ask", "asked")),
        (Town(), ("nothing_to_ask", "nothing_to_ask", "nothing_to_ask")),
    ],
)
def test_each_requirement_has_an_answer_of_its_own(changed, expected, tmp_path):
    found, told = answered(changed, tmp_path, CHECK, judged=True)

    assert found == ()
    assert words(told) == dict(zip(("MN-09", "LG-10", "IN-11"), expected, strict=True))
