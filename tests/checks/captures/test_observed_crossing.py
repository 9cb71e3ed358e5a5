from dataclasses import replace

import pytest

from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, FramesEvidence
from tests.checks.sites import Firewall, entry, rule
from tests.replays import FAR, MAIL, OTHER, PC, Shown, flow, named, only, params, seen, town

CHECK = "observed-crossing"
REGISTERED = entry("R1", "lg-mail", "in-mail", "tcp/25")
SMTP = rule(1, "lg:lg-mail", "in:in-mail", "SMTP")
FIRES = Shown(town=town(REGISTERED, rules=[SMTP]), taps={"tl": [flow(PC, FAR, 445)]})
SOUND = Shown(town=town(REGISTERED, rules=[SMTP]), taps={"tl": [flow(MAIL, OTHER, 25)], "ti": [flow(MAIL, OTHER, 25)]})


def test_what_nobody_registered_is_told_with_its_frames(tmp_path):
    found = only(FIRES.judged(tmp_path))

    (frames,) = found.evidence
    assert isinstance(frames, FramesEvidence)
    assert (found.check, found.standing, found.basis, found.pairs) == (
        CHECK,
        Standing.VIOLATED,
        (Basis.CAPTURES,),
        (("lg", "in"),),
    )
    assert (frames.path, frames.tap, frames.frames, frames.packets) == ("tl.pcap", "tl", (1,), 5)
    assert frames.text == "10.1.0.50:50000 → 10.2.0.50:445 tcp"
    assert "tcp.port==445" in frames.filter
    assert params(found)["first"] == "2026-11-24 12:00:00"


def test_one_communication_at_two_taps_is_one_finding(tmp_path):
    found = only(
        Shown(town=FIRES.town, taps={"tl": [flow(PC, FAR, 22)], "ti": [flow(PC, "10.2.0.25", 22)]}).judged(tmp_path),
        CHECK,
    )

    assert {one.tap for one in found.evidence} == {"tl", "ti"}
    assert params(found)["conversations"] == "2"


def test_many_services_of_a_pair_are_one_finding_few_are_not(tmp_path):
    def scan(ports):
        return [flow(PC, FAR, port) for port in ports]

    folder = FIRES.town.written(tmp_path)
    few, many = seen(folder, {"tl": scan(range(1000, 1008))}), seen(folder, {"tl": scan(range(1000, 1100))})

    assert named(few) == [CHECK] * 8
    assert params(only(many))["service"] == "100 services"


def test_what_an_unopened_conversation_speaks_is_told_only_if_both_ends_do(tmp_path):
    ssh = (b"SSH-2.0-OpenSSH_9.2\r\n", b"SSH-2.0-OpenSSH_9.2\r\n")
    folder = FIRES.town.written(tmp_path)
    both = only(seen(folder, {"tl": [flow(PC, FAR, 443, heads=ssh)]}))
    one = only(seen(folder, {"tl": [flow(PC, FAR, 443, heads=(ssh[0], b""))]}))

    assert params(both)["added_en"] == " It speaks ssh."
    assert params(one)["added_en"] == ""


def test_neither_end_declared_is_undecided(tmp_path):
    found = only(seen(FIRES.town.written(tmp_path), {"": [flow("10.8.0.1", "10.9.0.1", 80)]}))

    assert (found.check, found.standing, found.because) == (CHECK, Standing.UNDECIDED, ("undeclared:unknown",))


def test_a_hidden_sender_is_undecided_behind_the_translation_and_plain_before_it(tmp_path):
    """Behind the firewall the sender has the firewall's own address in the receiver's zone: it may be anybody."""
    nat = rule(1, "lg:all", "in:in-mail", "SMTP", nat="enable")
    folder = town(REGISTERED, rules=[nat]).written(tmp_path)
    behind = only(seen(folder, {"ti": [flow("10.2.0.1", OTHER, 25)]}))

    assert (behind.check, behind.standing, behind.because) == (CHECK, Standing.UNDECIDED, ("translated:fw",))
    assert named(seen(folder, {"tl": [flow(MAIL, OTHER, 25)]})) == []
    assert named(seen(FIRES.town.written(tmp_path / "plain"), {"ti": [flow("10.2.0.1", OTHER, 25)]})) == []


VIP = """\
config firewall vip
    edit "mail"
        set extip 10.2.0.99
        set mappedip "10.1.0.25"
        set extintf "in"
        set portforward enable
        set extport 25
        set mappedport 25
    next
end
"""


@pytest.mark.parametrize(("registered", "checks"), [(False, [CHECK]), (True, [])])
def test_the_receiver_is_who_gets_it_after_all_translations(tmp_path, registered, checks):
    """Seen within the internet tier, to a virtual address there: it goes on to a host of the LGWAN tier."""
    entries = [entry("R1", "in-mail", "lg-mail", "tcp/25")] if registered else []
    wall = Firewall(rules=[rule(1, "in:in-mail", "lg:mail", "SMTP")])
    folder = town(*entries, firewalls={"fw": wall}).written(tmp_path)
    path = folder / "exports/fw.conf"
    text = path.read_text(encoding="utf-8").replace("config firewall policy\n", VIP + "config firewall policy\n")
    path.write_text(text, encoding="utf-8")

    assert named(seen(folder, {"ti": [flow(OTHER, "10.2.0.99", 25)]})) == checks


def test_within_a_zone_but_on_the_wire_of_another_is_a_crossing(tmp_path):
    folder = FIRES.town.written(tmp_path)

    assert named(seen(folder, {"tl": [flow(PC, MAIL, 445)]})) == []
    assert named(seen(folder, {"ti": [flow(PC, MAIL, 445)]})) == ["observed-foreign-source"]


@pytest.mark.parametrize(
    ("src", "port", "named_too"),
    [
        (MAIL, 445, True),  # the very hosts of an entry in force, with another service
        (PC, 25, False),  # another host
    ],
)
def test_another_service_between_registered_hosts_breaks_their_entry(src, port, named_too, tmp_path):
    found = only(seen(FIRES.town.written(tmp_path), {"tl": [flow(src, OTHER, port)]}))

    assert found.check == CHECK
    assert ("SP-11" in found.requirements) is named_too


def test_what_the_model_lets_nobody_register_is_told_so_whatever_it_is(tmp_path):
    """Screen transfer from the internet tier; other traffic as it goes through no sanitiser."""
    folder = replace(FIRES.town, lenient=False).written(tmp_path)
    found = [
        only(seen(folder, {"ti": [one]}), CHECK)
        for one in (flow(FAR, PC, 3389), flow(FAR, PC, 445), flow(PC, FAR, 3389), flow(PC, FAR, 445))
    ]

    told = [params(one)["added_en"] for one in found]
    assert "does not allow screen transfer IN → LG (segcheck explain alpha:IN:LG)" in told[0]
    assert "does not allow traffic that goes through no sanitiser IN → LG" in told[1]
    assert not any("does not allow" in one for one in told[2:])
    assert ["approve" in one.remedy[1] for one in found] == [False, False, True, True]
