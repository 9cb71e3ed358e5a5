"""A site's exports against its topology."""

import shutil
from pathlib import Path

import pytest

from segcheck import importers
from segcheck.app import validating
from segcheck.model.diagnostic import Code, Severity
from tests import toy
from tests.loaders.site import cities

REIJI = Path(__file__).resolve().parents[2] / "topologies" / "reiji"
#: The toy wall has lan 10.0.0.1/24 and wan 203.0.113.2/30.
SEGMENTS = "segments:\n  a: {zone: lg, v4: [10.0.0.0/24]}\n  b: {zone: in, v4: [203.0.113.0/30]}\n"
DEVICE = """\
devices:
  - id: wall
    kind: firewall
    exports: [{path: wall.txt}]
    interfaces:
      lan: {segment: a, address: 10.0.0.1}
      wan: {segment: b, address: 203.0.113.2}
"""


@pytest.fixture
def validated(monkeypatch, tmp_path):
    monkeypatch.setattr(importers, "installed", lambda: (toy,))

    def run(old="", new="", export=toy.WHOLE):
        text = cities.TOPOLOGY.replace("segments:\n", SEGMENTS).replace("devices:\n", DEVICE).replace(old, new, 1)
        (tmp_path / "wall.txt").write_text(export, encoding="utf-8")
        return validating.validate(cities.write(tmp_path, topology=text))

    return run


def diagnostics(found):
    return [one for bound in found.bindings for one in bound.diagnostics]


def test_an_export_that_agrees_is_bound(validated):
    found = validated()

    assert diagnostics(found) == []
    wall = found.bindings[0]
    assert (wall.device.id, wall.config.format, wall.reading.inputs[0].path) == ("wall", "toy", "wall.txt")
    assert found.bindings[1].config is None  # fw has none
    assert not found.has(Severity.ERROR)
    assert not found.has(Severity.WARNING)


LAN = "lan: {segment: a, address: 10.0.0.1}"


@pytest.mark.parametrize(
    ("old", "new", "line", "what", "export"),
    [
        (LAN, "lan: {segment: a, address: 10.0.0.9}", 22, "interface lan of wall", "10.0.0.1/24"),
        (LAN, "lan: {segment: b}", 22, "interface lan of wall", "10.0.0.1/24"),
        (LAN, "lan: {segment: a, enabled: false}", 22, "state of interface lan of wall", "enabled"),
        ("path: wall.txt", "path: wall.txt, context: root", 20, "context of wall", "-"),
    ],
)
def test_what_disagrees_is_an_error_at_the_line_of_the_topology(validated, old, new, line, what, export):
    (one,) = diagnostics(validated(old, new))

    assert (one.code, one.severity) == (Code.SITE_DISAGREES, Severity.ERROR)
    assert (one.span.path, one.span.first) == ("topology.yaml", line)
    assert (dict(one.params)["what"], dict(one.params)["export"]) == (what, export)


def test_an_interface_that_the_export_lacks_is_an_error_and_one_that_only_it_has_a_warning(validated):
    found = validated("wan: {segment: b, address: 203.0.113.2}", "wan9: {segment: b}")

    absent, undeclared = diagnostics(found)
    assert (absent.code, absent.severity) == (Code.SITE_DISAGREES, Severity.ERROR)
    assert dict(absent.params)["export"] == "only lan, wan"
    assert (undeclared.code, undeclared.severity) == (Code.INTERFACE_UNDECLARED, Severity.WARNING)
    assert dict(undeclared.params)["line"] == "wan: {segment: b, address: 203.0.113.2/30}"


@pytest.mark.parametrize("text", ["no format at all\n", "\x00\x01", " "])
def test_an_export_that_cannot_be_read_is_a_warning(validated, text):
    found = validated(export=text)

    (one,) = diagnostics(found)
    assert (one.code, one.severity) == (Code.EXPORT_UNREADABLE, Severity.WARNING)
    assert found.bindings[0].config is None


def test_the_hostname_of_an_export_is_that_of_the_device(tmp_path):
    """The real format knows hostnames and VLANs."""
    text = (REIJI / "topology.yaml").read_text(encoding="utf-8")
    assert "hostname: fw-core\n" in text
    parts = [one for one in REIJI.rglob("*") if one.is_file() and one.name != "topology.yaml"]
    for part in (str(one.relative_to(REIJI)) for one in parts):
        (tmp_path / part).parent.mkdir(exist_ok=True)
        (tmp_path / part).write_bytes((REIJI / part).read_bytes())

    def told(changed):
        (tmp_path / "topology.yaml").write_text(changed, encoding="utf-8")
        return [dict(one.params) for one in diagnostics(validating.validate(str(tmp_path)))]

    assert told(text) == []
    assert told(text.replace("hostname: fw-core\n", "hostname: fw-old\n")) == [
        {"what": "hostname of fw-core", "site": "fw-old", "export": "fw-core"}
    ]
    assert told(text.replace("hostname: fw-core\n", "members: [fw-core, fw-core-b]\n")) == []


def test_an_interface_without_an_address_disagrees_with_a_topology_that_gives_it_one(tmp_path):
    shutil.copytree(REIJI, tmp_path / "city")
    export = tmp_path / "city" / "exports" / "fw-juki-b.conf"
    text = export.read_text(encoding="utf-8")
    address = "        set ip 10.10.98.2 255.255.255.252\n"
    assert text.count(address) == 1
    export.write_text(text.replace(address, ""), encoding="utf-8")

    (one,) = diagnostics(validating.validate(str(tmp_path / "city")))
    assert dict(one.params) == {
        "what": "interface internal1 of fw-juki-b",
        "site": "10.10.98.2/30",
        "export": "no address",
    }


def test_the_bundled_city_can_be_judged():
    found = validating.validate(str(REIJI))

    assert found.site is not None
    assert not found.has(Severity.ERROR)
    assert not found.has(Severity.WARNING)
    assert [bound.device.id for bound in found.bindings if bound.config is None] == [
        "l3-core",
        "sw-floor-1",
        "sw-core-1",
    ]
