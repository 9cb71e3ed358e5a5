"""Drafts from exports: what they hold, and that a filled draft of a city says what the city says."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from segcheck.app import assessing, bundled, reading, starting, validating
from segcheck.errors import BadArguments, BadInput
from segcheck.lang.words import load
from segcheck.loaders import files, marked
from segcheck.model.diagnostic import Severity
from segcheck.reports import draft_yaml
from segcheck.sets import addresses

DAY = date(2026, 11, 28)


def drafted(tmp_path: Path, exports: Path, language: str = "en") -> Path:
    folder = tmp_path / "site"
    starting.from_exports(folder, exports, load(language), "alpha", draft_yaml.topology)
    return folder


def section(text: str, name: str) -> str:
    """Return a top-level section of a topology, with its head."""
    found = re.search(rf"^{name}:.*?(?=^\w|\Z)", text, flags=re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[0]


def filled(folder: Path, city: str) -> dict[str, str]:
    """Fill in a draft from the city's own topology: zones by prefix, hosts and gateways; return what became of its segments."""
    source = bundled.sites()[city]
    original = validating.validate(str(source)).site
    assert original is not None
    zone_of = {str(p): one.zone for one in original.segments.values() for p in one.prefixes}
    name_of = {str(p): one.id for one in original.segments.values() for p in one.prefixes}
    draft = (folder / "topology.yaml").read_text(encoding="utf-8")
    value = marked.load(files.read_text(str(folder / "topology.yaml"))).value
    renamed: dict[str, str] = {}
    for name, one in value["segments"].items():
        key = str(addresses.parse(one["v4"][0]))
        renamed[name_of[key]] = name
        draft = draft.replace(f"  {name}: {{zone: TODO", f"  {name}: {{zone: {zone_of[key]}")
    own = (source / "topology.yaml").read_text(encoding="utf-8")
    text = draft.replace(section(draft, "zones"), section(own, "zones"))
    text = text.replace("responsibility: TODO", "responsibility: city").replace("name: site", "name: X", 1)
    rest = "".join(section(own, name) for name in ("hosts", "groups", "gateways"))
    for before, after in renamed.items():
        rest = re.sub(rf"segment: {before}\b(?!-)", f"segment: {after}", rest)
    (folder / "topology.yaml").write_text(text + rest, encoding="utf-8")
    shutil.copyfile(source / "policy.yaml", folder / "policy.yaml")
    return renamed


def test_a_filled_draft_of_kozato_is_valid_and_judged_as_kozato_is(tmp_path):
    folder = drafted(tmp_path, bundled.sites()["kozato"] / "exports")

    renamed = filled(folder, "kozato")

    validated = validating.validate(str(folder))
    assert [p for one in validated.files for p in one.problems] == []
    assert not validated.has(Severity.ERROR)
    assert not validated.has(Severity.WARNING)
    before, after = (
        assessing.assess(str(site), day=DAY, only_crossings=True, spelt=False).assessment
        for site in (bundled.sites()["kozato"], folder)
    )
    told = {(renamed.get(c.src.id, c.src.id), renamed.get(c.dst.id, c.dst.id)): c.standing for c in before.crossings}
    assert len(told) > 50
    assert {(c.src.id, c.dst.id): c.standing for c in after.crossings} == told


#: A FortiGate as small as can be; `edit` is of the interface.
FORTIGATE = """\
#config-version=FGT60F-7.4.3-FW-build2573-240201:opmode=0:vdom=0:user=admin
config system global
    set hostname {hostname}
end
config system interface
{interfaces}end
config firewall policy
{policies}end
config router static
{routes}end
"""


def fortigate(hostname, interfaces, *, routes=(), policies=""):
    """Return an export: interfaces as (name, "ADDRESS MASK", more lines), routes as (prefix and mask, gateway, device)."""
    edits = "".join(
        f'    edit {name}\n        set vdom "root"\n        set ip {ip}\n        {more}\n    next\n'
        for name, ip, more in interfaces
    )
    statics = "".join(
        f'    edit {n}\n        set dst {to}\n        set gateway {via}\n        set device "{device}"\n    next\n'
        for n, (to, via, device) in enumerate(routes, 1)
    )
    return FORTIGATE.format(hostname=hostname, interfaces=edits, policies=policies, routes=statics)


def topology(tmp_path, **exports):
    """Return the drafted topology, as text and as values, of exports by name."""
    (tmp_path / "in").mkdir()
    for name, text in exports.items():
        (tmp_path / "in" / f"{name}.conf").write_text(text, encoding="utf-8")
    folder = drafted(tmp_path, tmp_path / "in")
    text = (folder / "topology.yaml").read_text(encoding="utf-8")
    return text, marked.load(files.read_text(str(folder / "topology.yaml"))).value


def above(text, start):
    """Return the comments right above the line that begins like that."""
    lines = text.splitlines()
    end = next(n for n, line in enumerate(lines) if line.strip().startswith(start))
    begin = end
    while lines[begin - 1].strip().startswith("#"):
        begin -= 1
    return "\n".join(lines[begin:end])


def test_devices_with_addresses_in_one_subnet_share_the_segment_and_each_line_says_where_it_was_read(tmp_path):
    text, value = topology(
        tmp_path,
        a=fortigate(
            '"fw-a"',
            [('"port1"', "10.0.0.1 255.255.255.248", "set vlanid 7"), ('"port2"', "10.1.0.1 255.255.255.0", "")],
        ),
        b=fortigate('"fw-b"', [('"lan"', "10.0.0.2 255.255.255.248", "")]),
    )

    assert value["segments"]["net-10.0.0.0-29"] == {
        "zone": "TODO",
        "v4": ["10.0.0.0/29"],
        "v6": "none",
        "kind": "transit",
        **({"vlan": 7} if "vlan: 7" in text else {}),
    }
    assert value["segments"]["net-10.1.0.0-24"]["gateway"] == ["fw-a"]
    assert [one["id"] for one in value["devices"]] == ["fw-a", "fw-b"]
    assert "certain: subnet of the interfaces there (exports/a.conf:6-10, exports/b.conf:6-10)" in above(
        text, "net-10.0.0.0-29:"
    )
    assert "likely: fw-a, fw-b have addresses in it" in above(text, "net-10.0.0.0-29:")
    assert "likely: no export shows an IPv6 address in it" in above(text, "net-10.1.0.0-24:")


def test_overlapping_subnets_get_routing_domains_of_their_own_to_be_checked(tmp_path):
    text, value = topology(
        tmp_path,
        a=fortigate('"fw-a"', [('"port1"', "10.0.0.1 255.255.0.0", "")]),
        b=fortigate('"fw-b"', [('"port1"', "10.0.5.1 255.255.255.0", "")]),
    )

    assert [one.get("domain", "default") for one in value["segments"].values()] == ["default", "domain-2"]
    assert "check: its subnet overlaps that of net-10.0.0.0-16" in above(text, "net-10.0.5.0-24:")


def test_two_devices_with_one_address_are_not_in_one_segment(tmp_path):
    text, value = topology(
        tmp_path,
        a=fortigate('"fw-a"', [('"port1"', "10.0.0.1 255.255.255.0", "")]),
        b=fortigate('"fw-b"', [('"port1"', "10.0.0.1 255.255.255.0", ""), ('"port2"', "10.9.0.1 255.255.255.0", "")]),
    )

    assert [one["interfaces"]["port1"]["segment"] for one in value["devices"]] == [
        "net-10.0.0.0-24",
        "net-10.0.0.0-24-2",
    ]
    assert value["segments"]["net-10.0.0.0-24-2"]["domain"] == "domain-2"
    assert "check: two devices have the same address" in above(text, "net-10.0.0.0-24-2:")


PERMIT = """    edit 1
        set srcintf "port1"
        set dstintf "port1"
        set srcaddr "all"
        set dstaddr "all"
        set action accept
        set schedule "always"
        set service "ALL"
    next
"""


@pytest.mark.parametrize(("policies", "told"), [("", "likely: same interfaces"), (PERMIT, "check: same interfaces")])
def test_members_of_an_ha_pair_are_one_device(tmp_path, policies, told):
    legs = [('"port1"', "10.0.0.1 255.255.255.0", "")]

    text, value = topology(tmp_path, a=fortigate('"fw-a"', legs), b=fortigate('"fw-b"', legs, policies=policies))

    (device,) = value["devices"]
    assert (device["id"], device["members"]) == ("fw", ["fw-a", "fw-b"])
    assert [one.get("role", "config") for one in device["exports"]] == ["config", "ha_peer"]
    assert told in above(text, "- id: fw")


def test_what_is_routed_to_a_next_hop_of_nobody_lies_beyond_a_line(tmp_path):
    text, value = topology(
        tmp_path,
        a=fortigate(
            '"fw"',
            [('"port1"', "10.0.0.1 255.255.255.0", "")],
            routes=[("10.7.0.0 255.255.0.0", "10.0.0.254", "port1"), ("0.0.0.0 0.0.0.0", "10.0.0.254", "port1")],
        ),
    )

    assert value["segments"]["net-10.0.0.0-24"]["kind"] == "external"
    assert "v6" not in value["segments"]["net-10.7.0.0-16"]  # a route says nothing about the other family
    assert [one["ends"] for one in value["links"]] == [
        ["fw:port1", "segment:net-10.7.0.0-16"],
        ["fw:port1", "zone:public"],
    ]
    assert "check: a default route leaves here" in above(text, "- {id: up-fw-port1-2")


HOSTILE = [
    'a: {b} # [c], "d',
    "x\u2028zone: public",
    "\u0085- evil",
    "../../etc/passwd",
    "true",
    "2026-11-01",
    "*alias",
    "TODO",
    "zone",
    "é\u202e\x07",
    "長い" * 700,
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_names(tmp_path, name):
    written = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    legs = [(written, "10.0.0.1 255.255.255.0", f"set alias {written}")]

    text, value = topology(tmp_path, a=fortigate(written, legs))

    config = reading.read_export(str(tmp_path / "in" / "a.conf")).reading.devices[0]
    (device,) = value["devices"]
    assert sorted(value) == ["devices", "links", "name", "segcheck", "segments", "zones"]
    assert list(device["interfaces"]) == [one.name for one in config.interfaces]
    assert device.get("hostname", device["id"]) == config.hostname
    assert list(value["segments"]) == ["net-10.0.0.0-24"]
    sites = tmp_path / "site" / "topology.yaml"
    sites.write_text(
        re.sub(r"responsibility: TODO", "responsibility: city", text)
        .replace("tier: TODO", "tier: lgwan")
        .replace("zone: TODO", "zone: zone-1"),
        encoding="utf-8",
    )
    assert [p.en for f in validating.validate(str(tmp_path / "site")).files for p in f.problems] == []


def test_hostile_file_names_stay_in_the_folder(tmp_path):
    export = fortigate('"fw"', [('"port1"', "10.0.0.1 255.255.255.0", "")])
    (tmp_path / "in").mkdir()
    for name in ("a\\..\\b.conf", "C: x.conf", "README.md", 'q"\n.conf'):
        (tmp_path / "in" / name).write_text(export.replace("10.0.0.1", f"10.0.0.{len(name)}"), encoding="utf-8")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    folder = drafted(tmp_path, tmp_path / "in")

    made = sorted(path.name for path in (folder / "exports").iterdir())
    assert made == ["C__x.conf", "README.md", "README.md-2", "a_.._b.conf", "q__.conf"]
    assert {path: path.read_bytes() for path in before} == before
    assert {path.name for path in tmp_path.iterdir()} == {"in", "site"}


def test_both_families_of_a_host_are_one_device_whose_interfaces_are_left_to_fill(tmp_path):
    exports = tmp_path / "in"
    exports.mkdir()
    for one in (bundled.sites()["reiji"] / "exports").glob("san-mail-01*"):
        shutil.copyfile(one, exports / one.name)

    folder = drafted(tmp_path, exports)

    value = marked.load(files.read_text(str(folder / "topology.yaml"))).value
    (device,) = value["devices"]
    assert (device["id"], device["kind"], len(device["exports"])) == ("san-mail-01", "host", 2)
    assert device["interfaces"] == {"TODO": {"segment": "TODO"}}
    told = [p.en for f in validating.validate(str(folder)).files for p in f.problems]
    assert "segment still to be filled in" in told


@pytest.mark.parametrize("name", sorted(bundled.sites()))
@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_city_can_be_drafted_and_only_blanks_are_wrong(tmp_path, name, language):
    folder = drafted(tmp_path, bundled.sites()[name] / "exports", language)

    found = validating.validate(str(folder))

    told = {p.en for one in found.files for p in one.problems if p.severity is not Severity.NOTE}
    assert {text for text in told if not text.endswith("still to be filled in")} == set()
    assert told


def test_a_broken_disk_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(starting.json, "dumps", full)

    with pytest.raises(BadArguments, match="No space left on device"):
        starting.skeleton(tmp_path / "site", load("en"), "alpha")
    assert list(tmp_path.iterdir()) == []


def test_moving_into_a_folder_is_undone_when_it_fails_midway(tmp_path, monkeypatch):
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "keep.txt").write_text("mine", encoding="utf-8")
    rename = Path.rename

    def failing(self, target):
        if Path(target).name == "topology.yaml":
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)

    with pytest.raises(BadArguments, match="Input/output error"):
        starting.skeleton(folder, load("en"), "alpha")
    assert [path.name for path in folder.iterdir()] == ["keep.txt"]


def test_a_folder_without_exports_makes_nothing(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "x.txt").write_text("hello\n", encoding="utf-8")

    with pytest.raises(BadInput, match=r"x\.txt"):
        drafted(tmp_path, tmp_path / "in")
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
