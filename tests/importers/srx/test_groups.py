from __future__ import annotations

from segcheck.model.device import Scope
from segcheck.model.diagnostic import LineUse
from segcheck.model.trace import Verdict
from tests.importers.srx.exports import BRACES, SET, asked, policy, read

RULE = policy("last", pair="from-zone <*> to-zone <*>").replace("set ", "set groups g ")
PAIR = policy("web", application="junos-https")


def test_a_group_gives_what_it_holds_where_it_is_applied():
    assert asked(SET + PAIR + RULE).verdict is Verdict.DENY
    assert asked(SET + PAIR + RULE + "set apply-groups g\n").verdict is Verdict.PERMIT
    assert asked(SET + PAIR + RULE + "set security apply-groups g\n").verdict is Verdict.PERMIT
    assert asked(SET + PAIR + RULE + "set system apply-groups g\n").verdict is Verdict.DENY


def test_what_is_inherited_stands_behind_what_is_written():
    text = SET + policy("no", "deny") + RULE + "set apply-groups g\n"
    (device,) = read(text).devices
    assert [rule.id for rule in device.lists["a->b"].rules] == ["no", "last"]
    assert asked(text).verdict is Verdict.DENY


def test_an_exception_keeps_a_group_out():
    apart = "set security policies from-zone a to-zone b apply-groups-except g\n"
    assert asked(SET + PAIR + RULE + "set apply-groups g\n" + apart).verdict is Verdict.DENY


def test_what_is_written_wins_over_a_group_and_the_nearest_group_over_others():
    one = "set groups g system host-name other\n"
    text = SET + PAIR + one + "set apply-groups g\n"
    assert read(text).devices[0].hostname == "fw"
    plain = SET.replace("set system host-name fw\n", "")
    more = "set groups h system host-name nearer\nset system apply-groups h\nset apply-groups g\n"
    assert read(plain + PAIR + one + more).devices[0].hostname == "nearer"


def test_a_value_of_which_it_is_not_known_whether_it_adds_is_left_open():
    text = SET + PAIR + "set groups g system frobs 1\nset system frobs 2\nset apply-groups g\n"
    assert Scope.DEVICE in {taint.scope for taint in read(text).devices[0].taints}


def test_lines_of_groups_count_with_what_became_of_them():
    text = SET + PAIR + "set groups g frobnicate 1\n"
    reading = read(text)
    assert reading.inputs[0].lines.use(len(text.splitlines())) is LineUse.IRRELEVANT
    assert not reading.devices[0].taints
    applied = read(text + "set apply-groups g\n")
    assert applied.inputs[0].lines.use(len(text.splitlines())) is LineUse.UNRECOGNISED
    assert applied.devices[0].taints


def test_an_undefined_group_may_hold_anything():
    assert asked(SET + PAIR + "set apply-groups nowhere\n").verdict is Verdict.UNDECIDED


def test_a_group_of_times_and_groups_in_groups_are_left_open():
    for line in ("set groups g when time 9am to 5pm", "set groups g apply-groups h"):
        assert asked(SET + PAIR + line + "\nset apply-groups g\n").verdict is Verdict.UNDECIDED


def test_names_and_management_of_both_nodes_are_read_and_nothing_else_of_one():
    nodes = "".join(
        f"set groups node{n} system host-name fw-{n}\n"
        f"set groups node{n} interfaces fxp0 unit 0 family inet address 192.168.1.{n + 1}/24\n"
        for n in (0, 1)
    )
    plain = SET.replace("set system host-name fw\n", "") + PAIR + nodes + 'set apply-groups "${node}"\n'
    (device,) = read(plain).devices
    assert device.hostname == "fw-0"
    assert not device.taints
    assert len(device.interface("fxp0.0").addresses) == 2
    assert asked(plain + "set groups node1 security policies default-policy permit-all\n").verdict is Verdict.UNDECIDED


def test_groups_in_braces():
    text = BRACES + (
        "groups {\n    g {\n        security {\n            policies {\n                from-zone <*> to-zone <*> {\n"
        "                    policy rest {\n                        match {\n"
        "                            source-address any;\n                            destination-address any;\n"
        "                            application any;\n                        }\n                        then permit;\n"
        "                    }\n                }\n            }\n        }\n    }\n}\n"
    )
    assert asked(text, dport=22).verdict is Verdict.DENY
    assert asked(text + "apply-groups g;\n", dport=22).verdict is Verdict.PERMIT


def test_an_interface_range_gives_its_members_what_it_holds():
    plain = SET.replace("set interfaces ge-0/0/1 unit 0 family inet address 10.0.1.1/24\n", "")
    ranged = (
        "set interfaces ge-0/0/1 unit 0 family inet address 10.0.1.1/24\n"
        "set interfaces interface-range r member-range ge-0/0/1 to ge-0/0/2\n"
        "set interfaces interface-range r disable\n"
    )
    (device,) = read(plain + ranged + PAIR).devices
    assert [one.enabled for one in device.interfaces] == [False, False]
    odd = plain + ranged.replace("ge-0/0/1 to ge-0/0/2", "ge-0/0/[1-2]") + PAIR
    assert Scope.DEVICE in {taint.scope for taint in read(odd).devices[0].taints}
