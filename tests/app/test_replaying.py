"""Captures judged: every class of communication, gaps, taps, domains, trunks, what was seen of the register."""

from __future__ import annotations

import pytest

from segcheck.app import capture_names, validating
from segcheck.errors import BadArguments
from segcheck.model.crossing import Standing
from segcheck.model.flow import Bits
from segcheck.model.replay import Observed, Outcome, Ruling
from tests.checks.sites import PORTS, Firewall, entry, rule
from tests.replays import FAR, MAIL, OTHER, PC, TAPS, flow, named, seen, town

R1 = entry("R1", "lg-mail", "in-mail", "tcp/25")
SMTP = rule(1, "lg:lg-mail", "in:in-mail", "SMTP")


@pytest.fixture
def folder(tmp_path):
    return town(R1, rules=[SMTP]).written(tmp_path)


def ruled(found):
    return [ruling for ruling, count in found.rulings.items() for _ in range(count.conversations)]


# ---- what the register says


@pytest.mark.parametrize(
    ("one", "ruling"),
    [
        (flow(MAIL, OTHER, 25), Ruling.REGISTERED),
        (flow(MAIL, OTHER, 26), Ruling.NOT_REGISTERED),
        (flow(MAIL, OTHER, 25, proto=17), Ruling.NOT_REGISTERED),
        (flow(MAIL, FAR, 25), Ruling.NOT_REGISTERED),
        (flow(OTHER, MAIL, 25), Ruling.REVERSED),
        (flow(MAIL, PC, 445), Ruling.SAME_ZONE),
        (flow(MAIL, "10.1.0.1", 443), Ruling.SAME_ZONE),  # the firewall's address in its own zone
        (flow(MAIL, "10.2.0.1", 443), Ruling.NOT_REGISTERED),  # and in the other one
        (flow(MAIL, "224.0.0.5", 0, proto=89), Ruling.LOCAL),
        (flow("0.0.0.0", "255.255.255.255", 67, proto=17, sport=68), Ruling.LOCAL),
        (flow("fe80::1", "ff02::1", 0x8600, proto=58), Ruling.LOCAL),
        (flow(MAIL, "10.1.0.255", 138, proto=17), Ruling.LOCAL),
        (flow(OTHER, "10.1.0.255", 138, proto=17), Ruling.NOT_REGISTERED),  # a broadcast to another zone's segment
        (flow(MAIL, "203.0.113.9", 443), Ruling.NOT_REGISTERED),
        (flow("203.0.113.8", "203.0.113.9", 443), Ruling.SAME_ZONE),
        (flow("10.8.0.1", "10.9.0.1", 443), Ruling.UNDECLARED),
        (flow("10.8.0.1", MAIL, 443), Ruling.NOT_REGISTERED),
        (flow("2001:db8::1", MAIL.replace(MAIL, "2001:db8::2"), 443), Ruling.SAME_ZONE),
        # ICMP errors within a registered exchange, of a device, and of nobody
        (flow(OTHER, MAIL, 0x0303, proto=1), Ruling.REGISTERED),
        (flow("10.2.0.1", MAIL, 0x0B00, proto=1), Ruling.REGISTERED),
        (flow(FAR, MAIL, 0x0303, proto=1), Ruling.NOT_REGISTERED),
        (flow(MAIL, OTHER, 0x0800, proto=1), Ruling.NOT_REGISTERED),
        # later fragments whose first one is not there
        (flow(MAIL, OTHER, 0, sport=0, bits=Bits.FRAGMENT, opened=False), Ruling.REGISTERED),
        (flow(OTHER, MAIL, 0, sport=0, bits=Bits.FRAGMENT, opened=False), Ruling.REGISTERED),
        (flow(MAIL, OTHER, 0, sport=0, proto=17, bits=Bits.FRAGMENT, opened=False), Ruling.NOT_REGISTERED),
    ],
)
def test_every_communication_has_its_class(folder, one, ruling):
    assert ruled(seen(folder, {"": [one]})) == [ruling]


def test_nothing_is_dropped(folder):
    rows = [
        flow(MAIL, OTHER, 25),
        flow(MAIL, "224.0.0.5", 0, proto=89),
        flow("10.8.0.1", "10.9.0.1", 1),
        flow(PC, FAR, 2),
    ]
    found = seen(folder, {"": rows})

    assert len(ruled(found)) == found.conversations.conversations == 4
    assert sum(one.packets for one in found.rulings.values()) == found.conversations.packets == 20


@pytest.mark.parametrize(
    ("allowed", "organs", "ruling"),
    [
        ("deny", "", Ruling.NOT_REGISTERED),
        ("allow", "", Ruling.SAME_ZONE),
        ("allow", "organs:\n  - {id: water, responsible: 課長, zones: [mgt]}\n", Ruling.NOT_REGISTERED),
    ],
)
def test_zones_of_one_tier_communicate_only_if_the_city_says_so(tmp_path, allowed, organs, ruling):
    segments = {
        "lg-lan": ("lg", "10.1.0.0/24", ""),
        "lg2-lan": ("mgt", "10.2.0.0/24", ""),
    }
    walled = town(
        segments=segments,
        firewalls={"fw": Firewall(ports={"lg": ("lg-lan", "10.1.0.1/24"), "in": ("lg2-lan", "10.2.0.1/24")})},
        topology="",
    )
    folder = walled.written(tmp_path)
    topology = (folder / "topology.yaml").read_text(encoding="utf-8").replace("tier: management", "tier: lgwan")
    (folder / "topology.yaml").write_text(topology, encoding="utf-8")
    policy = (folder / "policy.yaml").read_text(encoding="utf-8") + f"options: {{intra_tier: {allowed}}}\n"
    (folder / "policy.yaml").write_text(policy + organs, encoding="utf-8")

    assert ruled(seen(folder, {"": [flow("10.1.0.9", "10.2.0.9", 443)]})) == [ruling]


@pytest.mark.parametrize("status", ["申請中", "廃止"])
def test_only_what_is_approved_permits(tmp_path, status):
    folder = town(entry("R1", "lg-mail", "in-mail", "tcp/25", status=status)).written(tmp_path)
    found = seen(folder, {"": [flow(MAIL, OTHER, 25)]})

    assert ruled(found) == [Ruling.NOT_REGISTERED]
    assert found.uses == ()


def test_the_order_of_captures_and_rows_changes_nothing(folder):
    rows = [flow(MAIL, OTHER, 25, sport=n, frame=n) for n in range(40_000, 40_020)] + [flow(PC, FAR, 1, frame=1)]
    one, other = seen(folder, {"tl": rows}), seen(folder, {"tl": rows[::-1]})

    assert one.assessment.findings == other.assessment.findings
    assert one.rulings == other.rulings


# ---- taps, domains, trunks


def test_a_tag_chooses_the_segment_and_with_it_the_domain(tmp_path):
    """The same addresses in two domains: on a trunk the tag says which are meant."""
    segments = {
        "lg-lan": ("lg", "10.1.0.0/24", ", vlan: 10"),
        "in-lan": ("in", "10.2.0.0/24", ", vlan: 20"),
        "sch-lan": ("mgt", "10.1.0.0/24", ", vlan: 30, domain: school, kind: external"),
    }
    topology = (
        "  - {id: sw, kind: switch, interfaces: {up: {}, a: {segment: lg-lan}}}\n"
        "links:\n  - {id: tr, ends: ['sw:up', 'zone:lg'], kind: trunk, segments: [lg-lan, in-lan, sch-lan]}\n"
        "taps:\n  - {id: tt, device: sw, interface: up}\n"
    )
    folder = town(R1, rules=[SMTP], segments=segments, topology=topology).written(tmp_path)
    problems = [
        p for one in validating.validate(str(folder)).files for p in one.problems if p.severity.value == "error"
    ]
    assert problems == []
    tagged = {tag: seen(folder, {"tt": [flow(MAIL, "10.1.0.60", 445, vlans=(tag,))]}) for tag in (10, 30, 99)}

    zones = {tag: [(one.src.zone, one.dst.zone) for one in found.assessment.crossings] for tag, found in tagged.items()}
    assert zones[10] == zones[30] == []  # within one segment, of either domain
    assert named(tagged[99]) == ["observed-foreign-source"]
    assert named(seen(folder, {"tt": [flow(MAIL, OTHER, 25, vlans=(10,))]})) == []
    assert named(seen(folder, {"tt": [flow(MAIL, OTHER, 25, vlans=(30,))]})) == ["observed-crossing"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a.pcap", ("a.pcap", "")),
        ("a.pcap@tl", ("a.pcap", "tl")),
        ("a@b.pcap@tl", ("a@b.pcap", "tl")),
        ("-@ti", ("-", "ti")),
    ],
)
def test_captures_are_named_with_their_taps(folder, text, found):
    site = validating.validate(str(folder)).site
    assert site is not None
    assert capture_names.tapped(site, str(folder), text) == found


def test_a_file_may_have_an_at_sign_and_a_tap_must_exist(folder, tmp_path, monkeypatch):
    site = validating.validate(str(folder)).site
    assert site is not None
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a@tx").write_bytes(b"")

    assert capture_names.tapped(site, str(folder), "a@tx") == ("a@tx", "")
    with pytest.raises(BadArguments, match="did you mean 'tl'"):
        capture_names.tapped(site, str(folder), "a.pcap@tll")


def test_captures_that_the_topology_names_have_their_tap(tmp_path):
    declared = TAPS + "captures:\n  - {glob: 'captures/*.pcap', tap: ti}\n"
    folder = town(topology=declared).written(tmp_path)
    site = validating.validate(str(folder)).site
    assert site is not None

    assert capture_names.tapped(site, str(folder), str(folder / "captures/x.pcap"))[1] == "ti"
    assert capture_names.tapped(site, str(folder), str(folder / "other/x.pcap"))[1] == ""


def test_captures_are_called_without_folders_of_this_machine(tmp_path):
    assert capture_names.shown(str(tmp_path / "site/captures/a.pcap"), str(tmp_path / "site")) == "captures/a.pcap"
    assert capture_names.shown(str(tmp_path / "elsewhere/a.pcap"), str(tmp_path / "site")) == "a.pcap"
    assert capture_names.shown("-", "site") == "-"


# ---- what was not read, and what was not seen


@pytest.mark.parametrize(
    ("frames", "gap"),
    [
        ({"truncated": 1}, "frames whose headers were cut: 1"),
        ({"malformed": 2}, "malformed frames: 2"),
        ({"unknown_link": 3}, "frames of a link type that is not read: 3"),
        ({"skipped_bytes": 9}, "bytes skipped between readable frames: 9"),
    ],
)
def test_what_could_not_be_read_leaves_it_undecided(folder, frames, gap):
    found = seen(folder, {"tl": [flow(MAIL, OTHER, 25)]}, **frames)

    assert [english for _, english in found.gaps] == [gap]
    assert found.assessment.standing is Standing.UNDECIDED


def test_what_is_no_ip_and_fragments_alone_are_accounted_for(folder):
    found = seen(folder, {"tl": [flow(MAIL, OTHER, 25)]}, not_ip=5, fragment=5)

    assert (found.gaps, found.assessment.standing) == ((), Standing.NOTHING_SEEN)


def test_entries_are_seen_unseen_or_not_visible(tmp_path):
    wall = Firewall(rules=[SMTP], ports={**PORTS, "mn": ("mn-lan", "10.0.0.1/24")})
    entries = [R1, entry("R2", "lg-pc", "in-pc", "tcp/25"), entry("R3", "mn-srv", "in-pc", "tcp/25")]
    folder = town(*entries, firewalls={"fw": wall}).written(tmp_path)
    found = seen(folder, {"tl": [flow(MAIL, OTHER, 25)]})

    assert [(one.entry, one.observed, one.outcome) for one in found.uses] == [
        ("R1", Observed.BOTH, Outcome.IN_USE),
        ("R2", Observed.NOT_SEEN, Outcome.NO_RULE),
        ("R3", Observed.NOT_VISIBLE, Outcome.NO_RULE),
    ]


def test_what_is_permitted_and_not_seen_is_unused_or_not_visible(folder):
    looked, blind = seen(folder, {"tl": [flow(PC, MAIL, 1)]}), seen(folder, {"": [flow(PC, MAIL, 1)]})

    assert [one.outcome for one in looked.uses] == [Outcome.UNUSED]
    assert [one.observed for one in blind.uses] == [Observed.NOT_VISIBLE]


def test_nothing_is_ever_proven(folder):
    for rows in ([flow(MAIL, OTHER, 25)], [flow(PC, FAR, 1)], [flow(PC, MAIL, 1)]):
        found = seen(folder, {"tl": rows}).assessment
        standings = {found.standing, *(one.standing for one in (*found.findings, *found.crossings))}
        assert not standings & {Standing.PROVEN, Standing.PROVEN_ASSUMING}


def test_an_exception_covers_what_it_names_by_fingerprint(folder):
    rows = {"tl": [flow(PC, FAR, 445)]}
    (before,) = seen(folder, rows).assessment.findings
    (folder / "waivers.yaml").write_text(
        "segcheck: 1\nwaivers:\n"
        f"  - {{id: W1, check: observed-crossing, fingerprint: '{before.fingerprint}',\n"
        "     from: lg-pc, to: in-pc, service: tcp/445, reason: 試験, approver: 総務課長,\n"
        "     approved: 2026-11-01, expires: 2026-12-31}\n",
        encoding="utf-8",
    )

    assert [one.waived for one in seen(folder, rows).assessment.findings] == ["W1"]
