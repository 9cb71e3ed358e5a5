"""Every sample of a format that is read is read; what is no export is refused."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from segcheck import importers
from segcheck.errors import UnknownFormat
from segcheck.loaders.files import read_text
from segcheck.model.diagnostic import LineUse
from tests.conftest import SHARED

pytestmark = pytest.mark.conformance

#: Files in the sample folders that are no exports, with what they are. All of them end in "format not recognised".
NO_EXPORTS = {
    "cisco_asa/asaOspfCostDefaults": "a router process, under a version that is none",
    "cisco_asa/asa_ssh": "a few lines that other systems have as well",
    "cisco_ios/ios-object-group-ip-port": "a port group of another system, by itself",
    "iptables/0a0eb8_iptables-save.Ln.FWD.upper": "iptables -L listing",
    "iptables/2014_sep_iptables-saveakachan.Ln.FWD.lower": "iptables -L listing",
    "iptables/2014_sep_iptables-saveakachan.Ln.FWD.upper": "iptables -L listing",
    "iptables/2015_aug_iptables-save-spoofing-protection.Ln.FWD.lower": "iptables -L listing",
    "iptables/2015_aug_iptables-save-spoofing-protection.Ln.FWD.upper": "iptables -L listing",
    "iptables/2015_aug_iptables-save-spoofing-protection.Ln.INP.lower": "iptables -L listing",
    "iptables/2015_aug_iptables-save-spoofing-protection.Ln.INP.upper": "iptables -L listing",
    "iptables/304134_iptables-save.Ln.INP.upper": "iptables -L listing",
    "iptables/40f35c_iptables-save.Ln.FWD.upper": "iptables -L listing",
    "iptables/9f6c64_iptables-save.Ln.FWD.upper": "iptables -L listing",
    "iptables/bda89b_iptables-save.Ln.INP.lower": "iptables -L listing",
    "iptables/d370b2_iptables-save.Ln.FWD.lower": "iptables -L listing",
    "iptables/f35929_iptables-save.Ln.INP.lower": "iptables -L listing",
    "iptables/iptables-save.Ln.FWD.lower": "iptables -L listing",
    "iptables/iptables-save.Ln.FWD.upper": "iptables -L listing",
    "iptables/server2-iptables-save.Ln.INP.lower": "iptables -L listing",
    "iptables/internet-host.json": "host description in JSON",
    "iptables/z2-firewall.json": "host description in JSON",
    "iptables/z2-host1.json": "host description in JSON",
    "iptables/z2-host2.json": "host description in JSON",
    "iptables/r3.cfg": "router configuration",
    "iptables/z2-firewall.cfg": "router configuration",
    "fortigate/fortios_fw_policy_basic/hosts__inside.json": "host description in JSON",
    "fortigate/fortios_fw_policy_basic/hosts__outside.json": "host description in JSON",
    **{
        f"yamaha_rtx/config_file_test_{line}.conf": "Go source of a parser's tests"
        for line in ("L205", "L299", "L462", "L579", "L647", "L712", "L794", "L971")
    },
    **{
        f"yamaha_rtx/{name}.yaml": "catalogue of commands for a parser, in YAML"
        for name in ("ethernet_filter", "ip_filter", "ppp", "vlan")
    },
}

#: Folders of samples whose name is not that of the format.
FORMATS = {"cisco_asa": "asa", "cisco_ios": "ios", "yamaha_rtx": "yamaha"}

#: A peer's test of its own: access lists in words of ASA among statements of IOS, which taint.
READ_AS = {"cisco_ios/ios-acl": "asa"}


def _samples() -> list[str]:
    exports = SHARED / "data" / "exports"
    return sorted(
        str(path.relative_to(exports))
        for vendor in ("iptables", "fortigate", "cisco_asa", "cisco_ios", "yamaha_rtx")
        for path in (exports / vendor).rglob("*")
        if path.is_file() and "show__" not in path.name
    )


@pytest.mark.parametrize("name", _samples() or [pytest.param("", marks=pytest.mark.skip("reference data absent"))])
def test_sample_is_read_or_refused(name: str, shared: Path) -> None:
    source = read_text(str(shared / "data" / "exports" / name))

    if name in NO_EXPORTS:
        with pytest.raises(UnknownFormat, match="not recognised"):
            importers.read([source])
        return

    reading = importers.read([source])
    folder = name.split("/")[0]
    assert reading.format == READ_AS.get(name, FORMATS.get(folder, folder))
    (account,) = reading.inputs
    counts = account.lines.counts()
    assert sum(counts.values()) == len(source.lines()) == account.lines.total
    unread = counts[LineUse.UNRECOGNISED] + counts[LineUse.UNSUPPORTED]
    tainted = any(device.taints for device in reading.devices) or any(
        rule.because for device in reading.devices for rules in device.lists.values() for rule in rules.rules
    )
    assert not unread or tainted, f"{unread} unread lines taint nothing"


#: A sample of fw4's own tests: what stands around the rule set is the test's. One of them expects no rule set.
_EXPECTED = re.compile(r"-- Expect stdout --\n(.*?)-- End --", re.DOTALL)
WITHOUT_RULESET = {"03_script_includes"}


def _rulesets() -> list[str]:
    return sorted(path.name for path in (SHARED / "data" / "exports" / "nftables").glob("*"))


@pytest.mark.parametrize("name", _rulesets() or [pytest.param("", marks=pytest.mark.skip("reference data absent"))])
def test_ruleset_of_nftables_is_read(name: str, shared: Path) -> None:
    whole = read_text(str(shared / "data" / "exports" / "nftables" / name))
    expected = _EXPECTED.search(whole.text)
    assert (expected is None) == (name in WITHOUT_RULESET)
    if expected is None:
        return
    source = replace(whole, text=expected[1])

    reading = importers.read([source])
    assert reading.format == "nftables"
    counts = reading.inputs[0].lines.counts()
    assert sum(counts.values()) == len(source.lines())
    assert counts[LineUse.UNRECOGNISED] == 0
    # included files nobody has here
    assert counts[LineUse.UNSUPPORTED] == sum("flow offload" in line or "include " in line for line in source.lines())
    (device,) = reading.devices
    assert len(device.taints) == counts[LineUse.UNSUPPORTED]
    assert "inet/fw4/forward" in device.lists


def test_the_table_of_what_is_no_export_names_only_files_that_exist(shared: Path) -> None:
    missing = [name for name in NO_EXPORTS if not (shared / "data" / "exports" / name).is_file()]

    assert missing == []
