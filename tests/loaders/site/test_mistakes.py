"""Each kind of mistake once: replaced text with § before the place that is told, words of the message and of the remedy."""

import pytest

from segcheck.model.diagnostic import Severity
from tests.loaders.site import cities

T, P, W, S = "topology", "policy", "waivers", "site"
ERRORS = [
    (T, "segcheck: 1\n", "§", "'segcheck' is missing", ""),
    (T, "segcheck: 1\n", "segcheck: §2\n", "'2' is not one of the words", "known: 1"),
    (T, "tier: lgwan}", "tier: §lgwn}", "'lgwn' is not one of the words", "did you mean 'lgwan'?"),
    (T, "{tier: internet}", "{§teir: internet, tier: internet}", "unknown key 'teir'", "did you mean 'tier'?"),
    (T, "gateway: [fw]}", "gateway: [fw], vlan: §4095}", "a number of at most 4094", ""),
    (T, "gateway: [fw]}", "gateway: [fw], vlan: §010}", "a whole number is needed here", ""),
    (T, "v4: [10.30.10.0/24]", "v4: [§10.30.10.1/24]", "has bits set", ""),
    (T, "v4: [10.30.10.0/24]", 'v4: [§"2001:db8::/64"]', "is no IPv4 prefix", ""),
    (T, "v4: [10.30.10.0/24]", "v4: §no", "a list is needed here", ""),
    (T, "addresses: [10.20.10.25]}", "addresses: §[]}", "at least 1 entries", ""),
    (T, "addresses: [10.20.10.25]}", "addresses: [10.20.10.25], mac: §12:34:56}", "'12:34:56' is no MAC", "00:00:5e"),
    (T, "role: sanitiser", "role: §sanitizer", "'sanitizer'", "did you mean 'sanitiser'?"),
    (T, "10.20.10.20-10.20.10.30", "§10.20.10.30-10.20.10.20", "no address, prefix or range", "write"),
    (T, "kind: firewall", "kind: §fierwall", "'fierwall'", "did you mean 'firewall'?"),
    (T, 'ends: ["fw:port2", "zone:in"]', 'ends: §["fw:port2"]', "at least 2 entries", ""),
    (T, "opener: self}", "opener: §none}", "'none' is not one of the words", "known: other, self"),
    (T, "service: tcp/25, opener: other", "service: §any, opener: other", "'any' is no service", "tcp/443"),
    (T, "glob: c/*.pcap", "glob: §../c/*.pcap", "leads out of the site", "put the file"),
    (T, "2027-03-31", "§2027-02-30", "'2027-02-30' is no date", "write 2027-03-31"),
    (P, "status: 承認", "status: §承諾", "'承諾' is not one of the words", "承認"),
    (P, "kind: sanitise", "kind: §sanitize", "'sanitize'", "did you mean 'sanitise'?"),
    (P, "kind: sanitise", "expect: §htttp, kind: sanitise", "'htttp' is not one of the words", "did you mean 'http'?"),
    (P, "kind: sanitise", "expect: [tls, §3389], kind: sanitise", "'3389' is not one of the words", "known: dns"),
    (P, "model: alpha", "model: §alhpa", "'alhpa'", "did you mean 'alpha'?"),
    (W, "expires: 2026-12-31", "fingerprint: §xyz, expires: 2026-12-31", "no fingerprint", "16 digits"),
    (S, "runs_on: lg-mail\n", "runs_on: lg-mail\nschedule: [§24:30]\n", "no time of day", "write 06:30"),
    (T, "zone: lg, v4", "zone: §lgg, v4", "no zone 'lgg'", "did you mean 'lg'?"),
    (T, "gateway: [fw]", "gateway: [§wf]", "no device 'wf'", "known: fw"),
    (T, "id: lg-mail, segment: lg-srv", "id: lg-mail, segment: §lg-srb", "no segment 'lg-srb'", "'lg-srv'"),
    (T, "hosts: [lg-mail], ranges", "hosts: [§lg-mial], ranges", "no host 'lg-mial'", "'lg-mail'"),
    (T, "port1: {segment: lg-srv", "port1: {segment: §lg-sv", "no segment 'lg-sv'", "'lg-srv'"),
    (T, '"fw:port2', '§"fw:port9', "device 'fw' has no interface 'port9'", "did you mean"),
    (T, '"fw:port2', '§"fx:port2', "no device 'fx'", "known: fw"),
    (T, '"zone:in"', '§"zone:inn"', "no zone 'inn'", "'in'"),
    (T, '"zone:in"', "§internet", "'internet' is no end of a link", "write DEVICE:INTERFACE"),
    (T, "hosts: [san]", "hosts: [§sann]", "no host 'sann'", "'san'"),
    (T, "from: in-mail", "from: §in-mial", "no host, group, segment, device or gateway 'in-mial'", "'in-mail'"),
    (T, "from: in-mail", "from: §lg", "no host, group", "a zone is written zone:lg"),
    (T, "device: fw, interface: port1", "device: fw, interface: §prt1", "no interface 'prt1'", "'port1'"),
    (T, "tap: t1", "tap: §t2", "no tap 't2'", "known: t1"),
    (T, "subject: fw", "subject: §fww", "'fww'", "'fw'"),
    (T, "id: in-mail,", "id: §lg-mail,", "'lg-mail' is the id of something else already (line 10)", ""),
    (T, "  mails:", "  §lg-srv:", "'lg-srv' is the id of something else already (line 7)", ""),
    (T, "  in: {tier", "  §unknown: {tier", "zone 'unknown' is built in", "another id"),
    (P, "gateway: gw", "gateway: §gv", "no gateway 'gv'", "known: gw"),
    (P, "legs: [in, out]", "legs: [in, §uot]", "gateway 'gw' has no leg 'uot'", "'out'"),
    (P, "path: [fw]", "path: [§fx]", "no device 'fx'", "known: fw"),
    (P, "from: mails", "from: §mial", "'mial'", "'mails'"),
    (W, "from: lg-mail", "from: §lg-mal", "'lg-mal'", "'lg-mail'"),
    (S, "runs_on: lg-mail", "runs_on: §lg-mall", "no host 'lg-mall'", "'lg-mail'"),
    (
        T,
        ("10.20.10.0/24], v6: none, gateway: [fw]}\n  in-srv: {zone: in, v4: [10.30.10.0/24]"),
        ("§10.20.10.0/24], v6: none, gateway: [fw]}\n  in-srv: {zone: in, v4: [10.20.0.0/16]"),
        "10.20.10.0/24 overlaps 10.20.0.0/16 of segment 'in-srv'",
        "domain:",
    ),
    (T, "10.30.10.0/24]", "§10.20.10.0/24]", "overlaps 10.20.10.0/24 of segment 'lg-srv' (line 7)", ""),
    (T, "addresses: [10.20.10.25]", "addresses: [§10.20.11.25]", "is not in segment 'lg-srv'", "no segment"),
    (T, "addresses: [10.20.10.25]", "addresses: [§10.30.10.26]", "is not in segment 'lg-srv'", "'in-srv'"),
    (T, "addresses: [10.30.10.5]", "addresses: [§10.30.10.25]", "belongs to 'in-mail' already (line 11)", ""),
    (
        T,
        "id: lg-mail, segment: lg-srv, addresses: [10.20.",
        "id: lg-mail, addresses: [§10.20.",
        "no public address",
        "add segment:",
    ),
    (T, "address: 10.20.10.1}", "address: §10.20.11.1}", "is not in segment 'lg-srv'", "no segment"),
    (T, "10.30.10.1/24}", "§10.30.10.1/25}", "the prefix of segment 'in-srv' has length 24", ""),
    (T, "10.20.10.20-10.20.10.30]", "§10.20.10.20-10.20.11.30]", "holds addresses of no segment", ""),
    (T, "via: 10.30.10.25", "via: §10.40.0.1", "'fw' has no interface in the segment of 10.40.0.1", ""),
    (T, "via: 10.30.10.25", 'via: §"2001:db8::1"', "other IP version", ""),
    (T, "{id: out, to: lg-mail,", "§{id: out, to: lg-mail, from: in-mail,", "exactly one of from and to", ""),
    (
        T,
        ("[{id: in, from: in-mail, service: tcp/25, opener: other}, {id: out, to: lg-mail"),
        ("§[{id: in, from: in-mail, service: tcp/25, opener: other}, {id: out, from: lg-mail"),
        "a leg from one side and a leg to the other",
        "",
    ),
    (T, "to: lg-mail", "to: §san", "leads from the gateway to itself", ""),
    (T, "{id: out,", "{id: §in,", "leg 'in' is there already", ""),
    (T, "tap: t1}", "tap: t1, window: §[2026-11-10T09:30, 2026-11-10T08:30]}", "ends before it begins", ""),
    (T, "subject: fw", "subject: §lg-mail", "'deny' is assumed of devices", ""),
    (T, "kind: firewall\n", "kind: firewall\n    exports: [{path: §/etc/hosts}]\n", "leads out of the site", ""),
    (P, "until: 2027-03-31", "until: §2026-03-31", "until 2026-03-31 lies before from 2026-04-01", ""),
    (P, "expires: 2027-03-31", "expires: §2026-03-31", "lies before approved 2026-04-01", ""),
    (P, "承認, approver: CISO, ap", "§承認, ap", "'approver' is missing", ""),
    (
        P,
        ("sanitise, from: in-mail, to: lg-mail, service: tcp/25, gateway: gw, legs: [in, out], "),
        "§sanitise, from: in-mail, to: lg-mail, service: tcp/25, ",
        "names no gateway",
        "",
    ),
    (P, "to: lg-mail", "to: §in-mail", "both ends are the same", ""),
    (W, "expires: 2026-12-31", "expires: §2026-03-31", "lies before approved", ""),
    (W, "to: in-mail", "to: §in-srv", "wider than a waiver may be", "name hosts"),
    (S, "host: lg-mail", "host: §in-mail", "another zone than 'lg-mail'", ""),
]


@pytest.mark.parametrize(("file", "old", "new", "message", "remedy"), ERRORS)
def test_a_mistake_is_told_at_its_place_in_both_languages(tmp_path, file, old, new, message, remedy):
    text = cities.FILES[f"{file}.yaml"]
    assert old in text
    before, _, after = text.replace(old, new, 1).partition("§")
    place = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1

    loaded = cities.load(tmp_path, **{file: before + after})

    assert loaded.site is None
    problems = [p for one in loaded.files if one.source.path == f"{file}.yaml" for p in one.problems]
    told = [p for p in problems if message in p.en and (p.line, p.column) == place]
    assert len(told) == 1, (place, problems)
    assert told[0].severity is Severity.ERROR
    assert remedy in told[0].help_en
    assert told[0].ja != told[0].en
    assert bool(told[0].help_ja) == bool(told[0].help_en)


def test_a_gateway_without_a_leg_in_its_segment_is_told(tmp_path):
    text = cities.TOPOLOGY.replace("v4: [10.30.10.0/24]}", "v4: [10.30.10.0/24], gateway: [other]}")
    text = text.replace("links:\n", "  - {id: other, kind: router}\nlinks:\n")

    assert cities.found(cities.load(tmp_path, topology=text)) == [
        ("topology.yaml:8:53", "device 'other' has no interface in segment 'in-srv'")
    ]


DOUBTS = [
    ("via: 10.30.10.25", "via: 10.30.10.99", "21:35", "nobody in the topology has the next hop", Severity.WARNING),
    ("port2: {", "port3: {}\n      port2: {", "20:7", "in no segment and on no link", Severity.WARNING),
    ("  in: {tier", "  dmz: {tier: dmz}\n  in: {tier", "5:3", "zone 'dmz' is used by nothing", Severity.NOTE),
    ("groups:\n", "groups:\n  odd: {hosts: [san]}\n", "14:3", "group 'odd' is used by nothing", Severity.NOTE),
]


@pytest.mark.parametrize(("old", "new", "place", "message", "severity"), DOUBTS)
def test_what_is_only_doubtful_leaves_the_site_usable(tmp_path, old, new, place, message, severity):
    loaded = cities.load(tmp_path, topology=cities.TOPOLOGY.replace(old, new, 1))

    assert loaded.site is not None
    (problem,) = [p for one in loaded.files for p in one.problems]
    assert (f"{problem.line}:{problem.column}", problem.severity) == (place, severity)
    assert message in problem.en
