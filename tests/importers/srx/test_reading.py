from __future__ import annotations

import random

import pytest

from segcheck import importers
from segcheck.importers import srx
from segcheck.model.device import Scope
from segcheck.model.diagnostic import Code, LineUse
from segcheck.model.reading import Complete
from segcheck.model.trace import Verdict
from tests.importers.srx.exports import BRACES, SET, asked, policy, read, source

FORMS = pytest.mark.parametrize("text", [SET + policy("all"), BRACES], ids=["set", "braces"])
HEAD = "admin@fw> show configuration | display set | no-more\n"
TAIL = "\nadmin@fw> \n"


def codes(text):
    return [diagnostic.code for diagnostic in read(text).diagnostics]


@FORMS
def test_each_form_is_recognised_and_means_the_same(text):
    assert importers.sniff(text)[0][0] == "srx"
    assert asked(text).verdict is Verdict.PERMIT
    assert asked(text, src="10.0.2.9", dst="10.0.1.9", ingress="ge-0/0/2.0").verdict is Verdict.DENY


@pytest.mark.parametrize(
    "text",
    [
        "config system global\nend\n",
        "*filter\nCOMMIT\n",
        "hostname a\n",
        "set deviceconfig system hostname a\nset interfaces x description y\n",
        "set interface eth0 state on\nset snmp agent off\nset snmp mode default\n",
        "set interfaces ethernet eth0 address 10.0.0.1/24\nset system host-name r\nset system ntp server a\n",
    ],
)
def test_other_texts_are_not(text):
    assert srx.sniff(text) == 0


@FORMS
def test_a_clean_export_is_understood(text):
    reading = read(text)
    account = reading.inputs[0].lines
    assert {account.use(line) for line in range(1, account.total + 1)} <= {LineUse.UNDERSTOOD, LineUse.IRRELEVANT}
    (device,) = reading.devices
    assert (device.hostname, device.version, device.taints) == ("fw", "21.4R3.15", ())
    assert device.routing_known


def test_a_policy_has_its_lines():
    (device,) = read(BRACES).devices
    (rule,) = device.lists["a->b"].rules
    lines = BRACES.splitlines()
    assert rule.id == "all"
    assert lines[rule.span.first - 1].strip() == "policy all {"
    assert lines[rule.span.last - 1] == " " * 12 + "}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SET + policy("all"), Complete.UNKNOWN),
        (HEAD + SET + policy("all") + TAIL, Complete.YES),
        (HEAD + SET + policy("all"), Complete.UNKNOWN),
        (HEAD + SET + policy("all") + TAIL + policy("more"), Complete.UNKNOWN),
        (HEAD.replace("configuration", "configuration security") + SET + policy("all") + TAIL, Complete.UNKNOWN),
        (HEAD.replace("| no-more", "| match set") + SET + policy("all") + TAIL, Complete.NO),
        (
            f"{{primary:node0}}\nadmin@fw> show configuration\n{BRACES}\n{{primary:node0}}\nadmin@fw> exit\n",
            Complete.YES,
        ),
        (f"[edit security]\nadmin@fw# show | display set\n{SET}{policy('all')}{TAIL}", Complete.UNKNOWN),
        (BRACES, Complete.UNKNOWN),
        (BRACES.replace("system {", "replace: system {"), Complete.UNKNOWN),
        (BRACES[:-3], Complete.NO),
    ],
    ids=[
        "bare",
        "prompts",
        "no end",
        "behind the end",
        "part",
        "filtered",
        "braces",
        "level",
        "bare braces",
        "load",
        "cut",
    ],
)
def test_completeness(text, expected):
    reading = read(text)
    assert reading.inputs[0].complete is expected
    assert (Scope.DEVICE in {taint.scope for taint in reading.devices[0].taints}) == (expected is Complete.NO)


@pytest.mark.parametrize("cut", range(2, 1200, 61))
def test_braces_that_end_early_are_not_complete_and_permit_nothing_for_sure(cut):
    reading = read(BRACES[:-cut])
    assert reading.inputs[0].complete is Complete.NO
    assert sum(reading.inputs[0].lines.counts().values()) == reading.inputs[0].lines.total
    assert asked(BRACES[:-cut]).verdict is not Verdict.PERMIT


def test_pager_marks_are_no_lines():
    paged = SET.replace("set system", "---(more)---\r                \rset system")
    paged = paged.replace("set interfaces ge-0/0/2", "---(more 87%)---\nset interfaces ge-0/0/2")
    assert not read(paged + policy("all")).devices[0].taints
    assert asked(paged + policy("all")).verdict is Verdict.PERMIT
    braces = BRACES.replace("    policies {", "---(more)---\n    policies {")
    assert asked(braces).verdict is Verdict.PERMIT


@pytest.mark.parametrize(
    "place",
    [
        "",
        "system ",
        "security ",
        "security zones ",
        "security zones security-zone a ",
        "security policies ",
        "security policies from-zone a to-zone b ",
        "security policies from-zone a to-zone b policy all ",
        "security policies from-zone a to-zone b policy all match ",
        "security address-book global ",
        "security address-book global address srv ",
        "security flow ",
        "security nat ",
        "security nat source rule-set s ",
        "interfaces ge-0/0/1 ",
        "interfaces ge-0/0/1 unit 0 family inet ",
        "protocols ",
        "routing-options ",
        "routing-options static route 0.0.0.0/0 ",
        "routing-instances x ",
        "services ",
        "forwarding-options ",
    ],
)
def test_an_unknown_setting_is_told_and_never_dropped(place):
    text = SET + policy("all", destination_address="srv") + "set security address-book global address srv 10.0.2.9/32\n"
    assert asked(text).verdict is Verdict.PERMIT
    worse = f"{text}set {place}frobnicate hunter2\n"
    reading = read(worse)
    assert Code.UNRECOGNISED_LINE in codes(worse) or Code.VALUE_NOT_UNDERSTOOD in codes(worse)
    assert reading.devices[0].taints or asked(worse).verdict is Verdict.UNDECIDED
    assert asked(worse).verdict is Verdict.UNDECIDED
    assert "hunter2" not in str(reading.diagnostics)


@pytest.mark.parametrize(
    "line",
    [
        "delete security policies from-zone a to-zone b policy all",
        "insert security policies from-zone a to-zone b policy no before policy all",
        "rename system a to b",
        "activate security policies",
        "deactivate security policies from-zone a to-zone c",
        'set system login message "open',
        "set system [ a b",
        "set security policies [ a b ] c",
        "admin@fw# set security policies default-policy permit-all",
    ],
)
def test_a_command_that_is_no_statement_taints_the_device(line):
    text = SET + policy("all", "deny") + line + "\n"
    reading = read(text)
    assert Scope.DEVICE in {taint.scope for taint in reading.devices[0].taints}
    assert reading.inputs[0].lines.use(len(text.splitlines())) is LineUse.UNRECOGNISED
    assert asked(text).verdict is Verdict.UNDECIDED


def test_what_is_deactivated_does_not_act():
    off = SET + policy("no", "deny") + policy("all") + "deactivate security policies from-zone a to-zone b policy no\n"
    assert asked(off).verdict is Verdict.PERMIT
    (device,) = read(off).devices
    assert not device.taints
    assert [(rule.id, rule.enabled) for rule in device.lists["a->b"].rules] == [("no", False), ("all", True)]
    odd = SET + policy("no", "permit tunnel ipsec-vpn v") + policy("all") + off[off.index("deactivate") :]
    assert not read(odd).devices[0].taints
    assert asked(odd).verdict is Verdict.PERMIT
    braces = BRACES.replace("policy all", "inactive: policy all")
    assert asked(braces).verdict is Verdict.DENY
    listed = BRACES.replace("[ junos-http junos-https ]", "[ inactive: junos-http junos-https ]")
    assert asked(listed).verdict is Verdict.DENY
    assert asked(listed, dport=443).verdict is Verdict.PERMIT


def test_comments_are_irrelevant():
    text = BRACES.replace("policy all {", "/* 申請\n 2026-1 */ policy all { ## inherited")
    text = text.replace("    host-name", "    # note\n    host-name")
    reading = read(text)
    assert asked(text).verdict is Verdict.PERMIT
    assert reading.inputs[0].lines.counts()[LineUse.UNRECOGNISED] == 0
    assert reading.inputs[0].lines.use(3) is LineUse.IRRELEVANT
    assert asked(BRACES.replace("policy all {", "/* policy all {")).verdict is not Verdict.PERMIT


def test_secrets_stay_in_the_file():
    text = SET + policy("all") + (
        'set system root-authentication encrypted-password "hunter2"\n'
        'set security ike policy p pre-shared-key ascii-text "hunter2"\n'
        'set snmp community hunter2 authorization read-only\n'
        'set frobnicate hunter2 secret hunter2\n'
    )  # fmt: skip
    assert "hunter2" not in repr(read(text))


@pytest.mark.parametrize(
    "line",
    [
        "logical-systems ls1 interfaces ge-0/0/3 unit 0",
        "tenants t1 routing-instances r",
        "security forwarding-options family mpls mode packet-based",
        "interfaces ge-0/0/3 unit 0 family bridge interface-mode access",
        "protocols l2-learning global-mode transparent-bridge",
        "firewall family inet filter f term t then packet-mode",
        "system scripts commit allow-transients",
        "event-options policy p then change-configuration commands x",
    ],
)
def test_what_leaves_the_policies_aside_taints_the_device(line):
    text = f"{SET}{policy('all', 'deny')}set {line}\n"
    assert Scope.DEVICE in {taint.scope for taint in read(text).devices[0].taints}
    assert asked(text).verdict is Verdict.UNDECIDED


@pytest.mark.parametrize(
    "line",
    [
        "protocols bgp group g neighbor 10.0.2.7 peer-as 65001",
        "security ipsec vpn v traffic-selector t remote-ip 10.8.0.0/16",
        "services ip-monitoring policy p match rpm-probe q",
        "security zones security-zone a advance-policy-based-routing-profile p",
        "firewall family inet filter f term t then routing-instance r",
        "routing-options static route 10.8.0.0/16 next-table r.inet.0",
        "routing-options static route 10.8.0.0/16 next-hop 10.0.2.7 no-install",
        "routing-options interface-routes rib-group inet r",
        "routing-instances r instance-type vrf",
        "interfaces ge-0/0/3 unit 0 family inet dhcp",
        "security policies from-zone b to-zone a policy v then permit tunnel ipsec-vpn v",
    ],
)
def test_what_routes_beside_the_static_routes_leaves_the_way_out_open(line):
    (device,) = read(f"{SET}{policy('all')}set {line}\n").devices
    assert not device.routing_known


@FORMS
def test_random_damage_is_read_and_adds_up(text):
    chance = random.Random(7)
    for _ in range(60):
        at = chance.randrange(len(text))
        put = chance.choice(["", '"', "<", "]", "{", "}", ";", "/*", "\n", "\0", "\r", "あ"])
        account = read(text[:at] + put + text[at + chance.randrange(3) :]).inputs[0].lines
        assert sum(account.counts().values()) == account.total


@pytest.mark.parametrize(
    "text",
    [
        "\n" * 60_000,
        'set a "' + "\n" * 100_000,
        'set a "x\n' * 5_000,
        "a@" * 100_000,
        "network {\n" * 20_000,
        "[ " * 50_000,
        "/*" * 50_000,
        "set " + "a " * 20_000 + "\n",
        "---(more" * 20_000,
        "set a b\n" + " " * 100_000 + "x\n",
        "set apply-groups g\n" + "".join(f"set groups g <{n}*> y\nset x{n} y\n" for n in range(3000)),
        "set groups g <*> a\nset apply-groups g\n" + "".join(f"set x{n} y\n" for n in range(3000)),
    ],
    ids=[
        "blank",
        "open string",
        "open strings",
        "prompt",
        "braces",
        "lists",
        "comments",
        "long",
        "pager",
        "spaces",
        "patterns",
        "groups",
    ],
)
def test_texts_that_are_meant_to_hang_do_not(text):
    """A pattern that backtracks would take hours here."""
    srx.sniff(text[: importers.HEAD])
    account = read(text).inputs[0].lines
    assert sum(account.counts().values()) == account.total


def test_a_second_file_is_not_used_and_says_so():
    reading = srx.read([source(BRACES), source("x", "other.txt")])
    assert Scope.DEVICE in {taint.scope for taint in reading.devices[0].taints}
    assert "other.txt" in str(reading.diagnostics)


def test_a_part_without_policies_permits_and_denies_nothing_for_sure():
    assert asked(SET).verdict is Verdict.UNDECIDED
    assert asked(HEAD + SET + TAIL).verdict is Verdict.DENY


def test_what_no_policy_takes_is_denied_unless_it_is_permitted_by_word():
    assert asked(SET + policy("x", application="junos-ssh")).verdict is Verdict.DENY
    text = SET + policy("x", application="junos-ssh") + "set security policies default-policy permit-all\n"
    assert asked(text).verdict is Verdict.PERMIT
