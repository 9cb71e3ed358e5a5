from __future__ import annotations

import random

import pytest

from segcheck.importers import fortigate
from segcheck.model.device import Scope
from segcheck.model.diagnostic import LineUse
from segcheck.model.reading import Complete
from segcheck.model.trace import Verdict
from tests.importers.fortigate.exports import asked, device, export, packet, policy, read, source, through

PACKET = packet("10.0.1.10", "10.0.2.10")


def uses(text):
    account = read(text).inputs[0].lines
    return [account.use(line) for line in range(1, account.total + 1)]


def test_a_clean_export_is_complete_and_understood():
    reading = read(export(policy(1)))
    assert reading.inputs[0].complete is Complete.YES
    assert set(uses(export(policy(1)))) <= {LineUse.UNDERSTOOD, LineUse.IRRELEVANT}
    assert not reading.devices[0].taints


@pytest.mark.parametrize("cut", range(1, 400, 7))
def test_an_export_cut_anywhere_is_not_complete_and_adds_up(cut):
    reading = read(export(policy(1, 'set comments "two\nlines"'), policy(2))[:-cut])
    account = reading.inputs[0].lines
    assert reading.inputs[0].complete is not Complete.YES
    assert sum(account.counts().values()) == account.total


def test_an_unclosed_section_leaves_the_end_of_every_list_open():
    text = export(policy(1, "set action deny", target="wan1")).removesuffix("end\n")
    assert read(text).inputs[0].complete is Complete.NO
    assert asked(text, PACKET).verdict is Verdict.UNDECIDED


def test_a_backup_without_its_last_section_is_torn():
    text = export(policy(1), whole=False).replace("user=admin\n", "user=admin\n#conf_file_ver=12\n")
    assert read(text).inputs[0].complete is Complete.NO


def test_an_unknown_section_taints_the_device_and_an_empty_one_does_not():
    unknown = export(policy(1), before="config system warp-drive\n    set status enable\nend\n")
    assert [taint.scope for taint in device(unknown).taints] == [Scope.DEVICE]
    assert not device(export(policy(1), before="config system warp-drive\nend\n")).taints


def test_garbage_for_any_line_never_makes_a_doubt_certain():
    text = export(policy(1, "set warp-factor 9"), policy(2, "set action deny"))
    lines = text.split("\n")
    random.seed(7)
    assert asked(text, PACKET).verdict is Verdict.UNDECIDED
    for number in range(len(lines) - 1):
        broken = "\n".join([*lines[:number], '%& "garbage', *lines[number + 1 :]])
        reading = read(broken)
        account = reading.inputs[0].lines
        assert sum(account.counts().values()) == account.total
        if lines[number].strip() and not lines[number].startswith("#"):
            assert account.use(number + 1) is LineUse.UNRECOGNISED, lines[number]


def test_secrets_never_leave_the_importer():
    secret = "ENC SH2canarycanarycanary="
    hidden = (
        f"config system admin\n    edit admin\n        set password {secret}\n        set odd-key {secret}\n    next\nend\n"
        f"config vpn ipsec phase1-interface\n    edit t\n        set interface wan1\n        set psksecret {secret}\n"
        f"    next\nend\nSH2canary {secret}\nconfig system snmp community\n    edit 1\n        set name {secret}\n    next\nend\n"
    )
    shown = repr(read(export(policy(1, f"set passwd {secret}"), before=hidden)))
    assert "canary" not in shown


def test_several_vdoms_are_several_devices():
    text = (
        "#config-version=FGT60F-7.4.3-FW-build1-1:opmode=0:vdom=1:user=admin\n"
        "config vdom\nedit root\nnext\nedit A\nnext\nend\n"
        "config global\nconfig system interface\n"
        "edit p1\nset vdom root\nset ip 10.0.1.1/24\nnext\nedit a1\nset vdom A\nset ip 10.0.3.1/24\nnext\n"
        "edit l0\nset vdom root\nset type vdom-link\nnext\nedit l1\nset vdom A\nset type vdom-link\nnext\nend\n"
        "config system vdom-link\nedit l\nnext\nend\nend\n"
        "config vdom\nedit root\nconfig router multicast\nend\nend\n"
        f"config vdom\nedit A\nconfig firewall policy\n{policy(1, source='a1', target='l1')}end\n"
        "config router multicast\nend\nend\n"
    )
    reading = read(text)
    assert [one.context for one in reading.devices] == ["root", "A"]
    assert reading.inputs[0].complete is Complete.YES
    assert {i.name for i in reading.devices[1].interfaces} == {"a1", "l1"}
    assert reading.devices[1].interface("l1").peer == "l0"
    assert "A/policy" in reading.devices[1].lists


def test_a_second_file_is_not_used_in_silence():
    reading = fortigate.read([source(export(policy(1))), source("config x\nend\n", "other.conf")])
    assert [taint.scope for taint in reading.devices[0].taints] == [Scope.DEVICE]
    assert len(reading.inputs) == 2


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("#config-version=FGT60F-7.4.3-FW\n", 90),
        ("config firewall policy\nedit 1\nset name x\nnext\nend\n", 80),
        ("*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n", 0),
        ("hostname r1\ninterface Gi0/0\n ip address 10.0.0.1 255.0.0.0\n", 0),
    ],
)
def test_sniff(text, least):
    found = fortigate.sniff(text)
    assert found >= least if least else found == 0


def test_an_export_without_policies_denies_when_it_is_whole():
    text = export().replace("config firewall policy\nend\n", "")
    assert through(text, PACKET).verdict is Verdict.DENY


def test_part_of_an_export_without_policies_leaves_them_open():
    text = 'config firewall address\n    edit "a"\n        set subnet 10.0.0.0/8\n    next\nend\n'
    assert asked(text, PACKET).verdict is Verdict.UNDECIDED
