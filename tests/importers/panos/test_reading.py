from __future__ import annotations

import random

import pytest

from segcheck import importers
from segcheck.importers import panos
from segcheck.model.device import Scope
from segcheck.model.diagnostic import Code, LineUse
from segcheck.model.reading import Complete
from segcheck.model.trace import Verdict
from tests.importers.panos.exports import SET, asked, entry, read, rule, source, xml

BRACES = """\
deviceconfig {
  setting {
    session {
      ipv6-firewalling yes;
    }
  }
}
network {
  interface {
    ethernet {
      ethernet1/1 {
        layer3 {
          ip {
            10.0.1.1/24;
          }
        }
      }
      ethernet1/2 {
        layer3 {
          ip {
            10.0.2.1/24;
          }
        }
      }
    }
  }
  virtual-router {
    default {
      interface [ ethernet1/1 ethernet1/2];
    }
  }
}
vsys {
  vsys1 {
    zone {
      a {
        network {
          layer3 ethernet1/1;
        }
      }
      b {
        network {
          layer3 ethernet1/2;
        }
      }
    }
    rulebase {
      security {
        rules {
          "a to b" {
            from a;
            to b;
            source any;
            destination any;
            application any;
            service [ service-http service-https];
            action allow;
          }
        }
      }
    }
  }
}
"""


def codes(text):
    return [diagnostic.code for diagnostic in read(text).diagnostics]


@pytest.mark.parametrize("text", [xml(entry("all")), SET + rule("all"), BRACES], ids=["xml", "set", "braces"])
def test_each_form_is_recognised_and_means_the_same(text):
    assert importers.sniff(text)[0][0] == "panos"
    assert asked(text).verdict is Verdict.PERMIT
    assert asked(text, src="10.0.2.9", dst="10.0.1.9", ingress="ethernet1/2").verdict is (
        Verdict.DENY if text is BRACES else Verdict.PERMIT
    )


@pytest.mark.parametrize(
    "text", ["config system global\nend\n", "*filter\nCOMMIT\n", "hostname a\n", "set system host-name a\n", "<a/>"]
)
def test_other_texts_are_not(text):
    assert panos.sniff(text) == 0


@pytest.mark.parametrize("text", [xml(entry("all")), SET + rule("all"), BRACES], ids=["xml", "set", "braces"])
def test_a_clean_export_is_understood(text):
    account = read(text).inputs[0].lines
    assert {account.use(line) for line in range(1, account.total + 1)} <= {LineUse.UNDERSTOOD, LineUse.IRRELEVANT}
    assert not read(text).devices[0].taints


def test_a_rule_has_its_lines_and_its_uuid():
    text = xml(entry("all").replace("<entry name", '<entry uuid="u-1" name'))
    first = read(text).devices[0].lists["vsys1/security"].rules[0]
    lines = text.splitlines()
    assert (first.id, first.key) == ("all", "u-1")
    assert lines[first.span.first - 1].startswith("<entry uuid")
    assert lines[first.span.last - 1] == "</entry>"


@pytest.mark.parametrize("cut", range(2, 900, 37))
def test_xml_that_ends_early_is_not_complete_and_permits_nothing_for_sure(cut):
    text = xml(entry("all"))[:-cut]
    reading = read(text)
    assert reading.inputs[0].complete is Complete.NO
    assert sum(reading.inputs[0].lines.counts().values()) == reading.inputs[0].lines.total
    assert asked(text).verdict is Verdict.UNDECIDED


BOMB = '<!DOCTYPE config [<!ENTITY a "any"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "text",
    [
        xml(entry("all")).replace("<config", f"{BOMB}\n<config", 1),
        xml(entry("all")).replace("<config", '<!DOCTYPE config SYSTEM "file:///etc/passwd">\n<config', 1),
        xml(entry("all")).replace("<config", "<?include x?>\n<config", 1),
        xml(more="<a>" * 100 + "</a>" * 100),
        xml(entry("all")).replace("<deviceconfig/>", "<deviceconfig>&unknown;</deviceconfig>"),
    ],
    ids=["entities", "external", "instruction", "deep", "undefined entity"],
)
def test_what_no_device_writes_ends_the_reading_and_leaves_everything_open(text):
    reading = read(text)
    assert reading.inputs[0].complete is Complete.NO
    assert Scope.DEVICE in {taint.scope for taint in reading.devices[0].taints}
    assert asked(text).verdict is Verdict.UNDECIDED


def test_depth_is_bounded_in_commands_too():
    text = SET + rule("all") + "set " + "a " * 200 + "\n"
    assert asked(text).verdict is Verdict.UNDECIDED


@pytest.mark.parametrize("place", ["", "shared ", "network ", "deviceconfig ", "zone a ", "rulebase ", "address srv "])
def test_an_unknown_setting_is_told_and_never_dropped(place):
    text = SET + rule("all", destination="srv", action="allow") + "set address srv ip-netmask 10.0.2.9\n"
    assert asked(text).verdict is Verdict.PERMIT
    worse = f"{text}set {place}frobnicate hunter2\n"
    reading = read(worse)
    assert Code.UNRECOGNISED_LINE in codes(worse)
    assert reading.inputs[0].lines.use(reading.inputs[0].lines.total) is LineUse.UNRECOGNISED
    assert asked(worse).verdict is Verdict.UNDECIDED
    assert "hunter2" not in str(reading.diagnostics)


def test_secrets_stay_in_the_file():
    text = xml(entry("all")).replace(
        "<deviceconfig/>",
        "<deviceconfig><system><hostname>fw</hostname><secret-thing>hunter2</secret-thing></system></deviceconfig>",
    )
    assert "hunter2" not in repr(read(text))


def test_text_beside_elements_makes_a_rule_unsure():
    text = xml(entry("no", "deny", more="frobnicate"), entry("all"))
    assert asked(text).verdict is Verdict.UNDECIDED


def test_a_rule_that_repeats_is_unsure():
    assert asked(xml(entry("x", "deny"), entry("x"))).verdict is Verdict.UNDECIDED


def test_a_string_that_never_ends_swallows_no_commands():
    text = SET + 'set mgt-config users admin comment "open\n' + rule("all", "deny")
    reading = read(text)
    assert next(one.id for one in reading.devices[0].lists["vsys1/security"].rules) == "all"
    assert asked(text).verdict is Verdict.UNDECIDED


def test_a_string_may_span_lines():
    text = SET + 'set shared certificate c public-key "-----BEGIN\nset in stone? no\nEND-----"\n' + rule("all")
    assert not read(text.replace("set in stone", "abc")).devices[0].taints
    assert asked(text.replace("set in stone", "abc")).verdict is Verdict.PERMIT


def test_panorama_is_told_and_decides_nothing():
    groups = '<device-group><entry name="g"/></device-group>'
    devices = f'<devices><entry name="l">{groups}</entry></devices>'
    text = f'<config version="10.1.0" urldb="x">\n{devices}\n</config>\n'
    reading = read(text)
    assert Code.UNSUPPORTED_LINE in [one.code for one in reading.diagnostics]
    assert Scope.DEVICE in {taint.scope for taint in reading.devices[0].taints}


def test_random_damage_is_read_and_adds_up():
    whole = xml(entry("all")) if random.Random(1).random() < 2 else ""
    chance = random.Random(7)
    for text in (whole, SET + rule("all"), BRACES):
        for _ in range(60):
            at = chance.randrange(len(text))
            broken = (
                text[:at]
                + chance.choice(["", '"', "<", "]", "{", "\n", "\0", "\r", "あ"])
                + text[at + chance.randrange(3) :]
            )
            account = read(broken).inputs[0].lines
            assert sum(account.counts().values()) == account.total


def test_a_second_file_is_not_used_and_says_so():
    reading = panos.read([source(xml(entry("all"))), source("x", "other.txt")])
    assert Scope.DEVICE in {taint.scope for taint in reading.devices[0].taints}
    assert "other.txt" in str(reading.diagnostics)


@pytest.mark.parametrize(
    "text",
    [
        "\n" * 60_000,
        'set a "' + "\n" * 100_000,
        'set a "x\n' * 5_000,
        "a@" * 100_000,
        "<config " * 8_000,
        "network {\n" * 20_000,
        "[ " * 50_000,
    ],
    ids=["blank", "open string", "open strings", "prompt", "config", "braces", "lists"],
)
def test_texts_that_are_meant_to_hang_do_not(text):
    """A pattern that backtracks would take hours here."""
    panos.sniff(text[: importers.HEAD])
    account = read(text).inputs[0].lines
    assert sum(account.counts().values()) == account.total


def test_a_command_behind_a_prompt_is_not_taken_for_a_session_line():
    quiet = "admin@fw> set cli config-output-format set\nadmin@fw> configure\n[edit]\nadmin@fw# show\n"
    assert not read(quiet + SET + rule("all")).devices[0].taints
    typed = SET + rule("all") + "admin@fw# set rulebase security rules all disabled yes\n"
    assert asked(typed).verdict is Verdict.UNDECIDED


def test_what_is_unread_around_virtual_systems_taints_each_of_them():
    two = xml(entry("all"))
    second = '<entry name="vsys2"><zone><entry name="c"><network/></entry></zone></entry>'
    two = two.replace("</entry></vsys>", f"</entry>\n{second}\n</vsys>").replace(
        "<network>\n", "<network>\n<frobnicate/>\n", 1
    )
    first, other = read(two).devices
    assert (first.context, other.context) == ("vsys1", "vsys2")
    assert Scope.DEVICE in {taint.scope for taint in first.taints}
    assert Scope.DEVICE in {taint.scope for taint in other.taints}


def test_a_shared_object_that_is_unread_is_unsure_in_each_virtual_system():
    rules = entry("all").replace("<destination><member>any", "<destination><member>srv")
    shared = (
        '<shared><address><entry name="srv"><ip-netmask>10.0.2.9</ip-netmask><odd>1</odd></entry></address></shared>\n'
    )
    text = xml(rules).replace("<devices>", shared + "<devices>", 1)
    again = text[text.index('<entry name="vsys1">') : text.index("</vsys>")].replace("vsys1", "vsys2")
    reading = read(text.replace("</vsys>", again + "</vsys>"))
    for one in reading.devices:
        assert one.lists[f"{one.context}/security"].rules[0].because == ("unrecognised-line",)


def test_tunnels_leave_what_does_not_use_them_alone():
    tunnels = (
        "set network ike gateway peer local-address interface ethernet1/2\n"
        "set network tunnel ipsec t auto-key ike-gateway peer\n"
        "set network tunnel gre g local-address interface ethernet1/2\n"
    )
    (device,) = read(SET + rule("all") + tunnels).devices
    assert not device.taints
    assert {service.kind for service in device.services} == {"ipsec", "tunnel"}
    assert asked(SET + rule("all") + tunnels).verdict is Verdict.PERMIT
