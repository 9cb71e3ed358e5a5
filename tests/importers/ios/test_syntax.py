"""Commands by indentation, banners, comments, and how far a file shows that it is whole."""

from __future__ import annotations

import pytest

from segcheck import importers
from segcheck.importers import ios
from segcheck.importers.ios._syntax import parse
from segcheck.model.device import Scope
from segcheck.model.diagnostic import LineUse
from segcheck.model.reading import Complete
from tests.importers.ios.configs import codes, read, source, uses, whole


def tree(text):
    return parse(text, source(text).lines())


def test_children_are_the_deeper_lines_below():
    top = tree("router bgp 1\n address-family ipv4\n  network 10.0.0.0\n exit-address-family\nend\n").top

    assert [line.text for line in top] == ["router bgp 1", "end"]
    assert [line.text for line in top[0].children] == ["address-family ipv4", "exit-address-family"]
    assert [line.text for line in top[0].children[0].children] == ["network 10.0.0.0"]
    assert top[0].last == 4


def test_words_keep_their_columns():
    (line,) = tree("  permit   ip any\n").top

    assert line.columns == (3, 12, 15)


def test_very_deep_indentation_is_no_danger():
    text = "".join(" " * depth + "x\n" for depth in range(3000))

    assert tree(text).top[0].last == 3000


@pytest.mark.parametrize(
    "banner",
    ["banner motd ^C\nip route here\n^C\n", "banner login #one line#\n", "banner exec @first\nsecond @\n"],
)
def test_banners_are_one_command(banner):
    found = tree(banner + "hostname r1\n")

    assert [line.words[0] for line in found.top] == ["banner", "hostname"]
    assert found.open_at == 0


def test_a_banner_that_never_ends_takes_the_rest_and_says_so():
    reading = read("version 15.9\nbanner motd ^C\naccess-list 1 permit any\nend\n")

    assert reading.inputs[0].complete is Complete.NO
    assert "line 2" in reading.inputs[0].evidence
    assert {taint.scope for taint in reading.devices[0].taints} == {Scope.DEVICE}


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("version 15.9\nhostname r1\nend\n", Complete.YES),
        ("version 15.9\nhostname r1\nend", Complete.NO),
        ("version 15.9\nhostname r1\n", Complete.NO),
        ("Building configuration...\n\nversion 17.6\nhostname r1\nend\n", Complete.YES),
        # show running-config interface ...
        ("Building configuration...\n\nCurrent configuration : 80 bytes\ninterface Vlan1\nend\n", Complete.UNKNOWN),
        ("hostname r1\nend\n", Complete.UNKNOWN),
        ("hostname r1\n", Complete.UNKNOWN),
        ("version 15.9\nend\nhostname r1\n", Complete.NO),
        ("version 15.9\nhostname r1\nend\n\nr1#\n", Complete.YES),
    ],
)
def test_whether_a_file_is_whole(text, complete):
    assert read(text).inputs[0].complete is complete


def test_what_a_terminal_session_writes_is_irrelevant():
    text = (
        "r1#show running-config\nBuilding configuration...\n\nCurrent configuration : 99 bytes\n!\nhostname r1\nend\n"
    )

    assert {number: use for number, use in uses(text).items() if use is not LineUse.IRRELEVANT} == {
        6: LineUse.UNDERSTOOD
    }


def test_an_indented_command_that_belongs_to_nothing_taints():
    assert ("unrecognised-line", 1) in codes(" ntp server 10.0.0.1\nhostname r1\n")


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("ip access-list extended A\n permit ip any any\n", 60),
        ("hostname r1\ninterface GigabitEthernet0/0\n ip address 10.0.0.1 255.255.255.0\nline vty 0 4\n", 80),
        ("hostname r1\ninterface GigabitEthernet0/0\n no ip address\n", 50),
        ("ASA Version 9.8\nhostname fw\ninterface GigabitEthernet0/0\n nameif inside\n", 0),
        ("feature ospf\nip access-list A\n 10 permit ip any any\n", 0),
        ("*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n", 0),
        ("", 0),
    ],
)
def test_sniff(text, score):
    assert ios.sniff(text) == score


def test_the_format_is_found_by_content():
    assert importers.read([source(whole(""))]).format == "ios"


def test_further_files_are_not_used_and_say_so():
    reading = ios.read([source(whole("")), source("anything\n", "more.txt")])

    assert [one.path for one in reading.inputs] == ["r1.cfg", "more.txt"]
    assert any(taint.scope is Scope.DEVICE for taint in reading.devices[0].taints)
    assert reading.inputs[1].lines.counts()[LineUse.UNRECOGNISED] == 1


def test_a_file_read_with_loss_taints():
    lossy = source(whole("")).__class__("r1.cfg", whole("banner motd \ufffd x \ufffd\n"), "cp932", "0" * 64, lossy=True)

    assert any(taint.diagnostic.startswith("encoding-lossy") for taint in ios.read([lossy]).devices[0].taints)
