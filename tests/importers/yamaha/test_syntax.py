"""Recognising a configuration, taking it apart, and how whole it is."""

from __future__ import annotations

import pytest

from segcheck import importers
from segcheck.importers import yamaha
from segcheck.importers.yamaha._syntax import parse
from segcheck.loaders.files import decode
from segcheck.model.diagnostic import Code, LineUse
from segcheck.model.reading import Complete
from tests.importers.yamaha.configs import device, read, source, use, whole


def test_sniff() -> None:
    assert importers.sniff(whole("ip filter 1 pass *\n"))[0] == ("yamaha", 85)
    assert importers.sniff("interface GigabitEthernet0/0\n ip address 10.0.0.1 255.0.0.0\nhostname x\n")[0][0] == "ios"
    assert yamaha.sniff("config system interface\nend\n") == 0
    assert yamaha.sniff('\tif cmd == "ip filter 1 pass *" {\n') == 0


def test_the_selection_holds_until_the_next() -> None:
    text = "a\npp select 1\n b\ntunnel select 02\nc\npp select anonymous\nd\ntunnel select none\ne\npp select x\nf\n"
    script = parse(text, text.splitlines())

    assert [line.context for line in script.commands] == [
        "", "pp1", "pp1", "tunnel2", "tunnel2", "pp-anonymous", "pp-anonymous", "", "", "?", "?",
    ]  # fmt: skip


def test_a_page_mark_wipes_itself_from_the_screen() -> None:
    text = "---つづく---\r            \rip lan1 address 10.0.0.1/8\n--- more ---\x08\x08  x y\n---つづく---\n"
    script = parse(text, text.split("\n")[:-1])

    assert [(line.number, line.words) for line in script.commands] == [
        (1, ("ip", "lan1", "address", "10.0.0.1/8")),
        (2, ("x", "y")),
    ]
    assert script.idle == [3]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (whole(""), Complete.YES),
        (whole("").replace("RTX830# \n", "\n"), Complete.UNKNOWN),
        (whole("").rstrip("\n"), Complete.NO),
        ("ip lan1 address 10.0.0.1/8\n", Complete.UNKNOWN),
        ("ip lan1 address 10.0.0.1/8\nRTX830# \n", Complete.UNKNOWN),
        ("RTX830# show config\n# RTX830 Rev.15.02.26 (x)\n", Complete.UNKNOWN),
        ("# RTX830 Rev.15.02.26 (x)\nip lan1 address 10.0.0.1/8\n#\n", Complete.UNKNOWN),
    ],
)
def test_completeness(text: str, expected: Complete) -> None:
    assert read(text).inputs[0].complete is expected


def test_version_is_in_the_comments() -> None:
    assert device("").version == "RTX830 Rev.15.02.26"


def test_shift_jis() -> None:
    text = whole('description lan1 "庁内"\n')
    found = decode("rtx.conf", text.replace("\n", "\r\n").encode("cp932"))
    (made,) = yamaha.read([found]).devices

    assert found.encoding == "cp932"
    assert [one.comment for one in made.interfaces if one.name == "lan1"] == ["庁内"]


def test_a_second_file_is_not_read_and_says_so() -> None:
    reading = yamaha.read([source(whole("")), source("ip filter 1 pass *\n", "more.conf")])

    assert [one.path for one in reading.inputs] == ["rtx.conf", "more.conf"]
    assert [taint.scope.value for taint in reading.devices[0].taints] == ["device"]
    assert any(one.code is Code.UNSUPPORTED_LINE for one in reading.diagnostics)


def test_a_file_inside_the_configuration() -> None:
    script = "embedded file x.lua <<EOF\nwhile true do\nend\nEOF\n"

    assert device(script).taints == ()
    assert read(whole(script.replace("\nEOF\n", "\n"))).inputs[0].complete is Complete.NO


SECRETS = (
    "login password S3CRET", "administrator password encrypted S3CRET", "login user admin S3CRET",
    "pp auth myname user S3CRET", "pp auth username user S3CRET", "ipsec ike pre-shared-key 1 text S3CRET",
    "l2tp tunnel auth on S3CRET", "snmpv2c community read-only S3CRET", "radius secret S3CRET", "frobnicate S3CRET",
    "ip lan1 frobnicate S3CRET", "nat descriptor frobnicate S3CRET", "ip filter 1 pass S3CRET S3CRET S3CRET",
    "schedule at 1 */* 1:00 * pp auth myname user S3CRET", "snmp community read-only S3CRET", "ip route S3CRET gateway x",
    "ip filter dynamic 1 * * S3CRET", "ip policy frobnicate S3CRET", "lua S3CRET",
)  # fmt: skip


@pytest.mark.parametrize("line", SECRETS)
def test_secrets_stay_inside(line: str) -> None:
    reading = read(whole(f"ip lan1 secure filter in 1 dynamic 1\n{line}\n"))

    assert "S3CRET" not in repr(reading)


@pytest.mark.parametrize("line", ["# ip filter 1 pass *", "", "   ", "console columns 4096", "syslog info on"])
def test_what_cannot_matter(line: str) -> None:
    assert use(line) is LineUse.IRRELEVANT
