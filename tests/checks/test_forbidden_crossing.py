from datetime import date

import pytest

from segcheck.model.crossing import Standing
from segcheck.model.finding import Weight
from tests.checks.sites import (
    PORTS,
    SEGMENTS,
    Firewall,
    Town,
    entry,
    item,
    lines,
    params,
    policy,
    route,
    rule,
    told,
    violated,
    way,
    witness,
)

CHECK = "forbidden-crossing"
MAIL = entry("R1", "lg-mail", "in-mail", "tcp/25")
FIRES = Town(
    rules=[rule(1, "lg:lg-mail", "in:in-mail", "SMTP"), rule(2, "lg:lg-pcs", "in:in-pcs", "WEB")], register=[MAIL]
)
SOUND = FIRES.with_rules(FIRES.rules[0])


def test_the_rule_that_nobody_registered_is_the_cause(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = assessment.findings
    assert (found.check, found.subject, found.weight) == (CHECK, "fw policy 2", Weight.CRITICAL)
    assert found.pairs == (("lg", "in"),)
    assert lines(found) == [policy(tmp_path, 2)]
    assert way(found) == ["fw"]
    assert found.requirements == ("LG-01", "LG-13")
    assert told(found, assessment) == (
        "台帳にない通信がゾーンを越えられる。区間対 1: lg-lan → in-lan。通している規則: fw policy 2",
        "Traffic that nobody registered can cross between zones. Pairs of places: 1 (lg-lan → in-lan). "
        "Let through by: fw policy 2",
    )
    assert found.remedy == (
        "fw policy 2 を削除する。必要な通信であれば、先に台帳へ登録して承認を得て、規則をその範囲に狭める。",
        "Delete fw policy 2. If the traffic is needed, register and approve it first, and permit nothing else.",
    )


def test_the_witness_is_between_hosts_and_the_device_can_be_asked_about_it(tmp_path):
    (found,) = FIRES.judged(tmp_path).findings
    shown = witness(found)

    assert (shown.place, shown.packet.dport, shown.packet.sport) == ("lg-lan", 443, 49152)
    assert ("fw", "diagnose firewall iprope lookup 10.1.0.100 49152 10.2.0.100 443 6 lg") in shown.confirm


def test_a_rule_that_opens_several_zones_is_one_finding(tmp_path):
    ports = {**PORTS, "mn": ("mn-lan", "10.0.0.1/24"), "mgt": ("mgt-lan", "10.4.0.1/24")}
    town = Town(firewalls={"fw": Firewall(ports=ports, rules=[rule(7, "lg:all", "any:all", "HTTPS")])})
    assessment = town.judged(tmp_path)

    (found,) = [one for one in assessment.findings if one.check == CHECK]
    assert set(found.pairs) == {("lg", "mn"), ("lg", "in"), ("lg", "mgt")} == violated(assessment)
    assert found.pairs[0] in (("lg", "mn"), ("lg", "in"))  # the gravest gives the witness
    assert (lines(found), params(found)["count"]) == ([policy(tmp_path, 7)], "3")


def test_what_can_never_be_registered_is_not_to_be_registered(tmp_path):
    ports = {**PORTS, "mn": ("mn-lan", "10.0.0.1/24")}
    wall = Firewall(ports=ports, rules=[rule(1, "mn:mn-srv", "in:in-pc", "HTTPS")])

    (found,) = Town(firewalls={"fw": wall}).judged(tmp_path).findings
    assert found.requirements == ("MN-01", "MN-02", "MN-07")
    assert found.remedy == (
        "fw policy 1 を削除する。登録の有無によらず、適用するモデル alpha (R7.3) は MN → IN の通信を認めない "
        "(segcheck explain alpha:MN:IN)。",
        "Delete fw policy 1. Registered or not, the model in force, alpha (R7.3), does not allow traffic MN → IN "
        "(segcheck explain alpha:MN:IN).",
    )


def test_an_exception_for_two_zones_does_not_cover_a_third(tmp_path):
    def judged(folder, ports):
        town = Town(firewalls={"fw": Firewall(ports=ports, rules=[rule(7, "lg:all", "any:all", "HTTPS")])})
        (found,) = [one for one in town.judged(tmp_path / folder).findings if one.check == CHECK]
        return found.fingerprint

    assert judged("two", PORTS) != judged("three", {**PORTS, "mgt": ("mgt-lan", "10.4.0.1/24")})


#: lg-lan - fw - dmz - fw2 - in-lan: two firewalls in a row.
LINK = {"link": ("lg", "10.9.0.0/29", ", kind: transit")}
OUT = [route(1, "10.2.0.0 255.255.255.0", "10.9.0.2", "link")]
BACK = [route(1, "10.1.0.0 255.255.255.0", "10.9.0.1", "link")]


def row(first, second, **more):
    return Town(
        segments={**SEGMENTS, **LINK},
        firewalls={
            "fw": Firewall(ports={"lg": PORTS["lg"], "link": ("link", "10.9.0.1/29")}, rules=first, routes=OUT),
            "fw2": Firewall(ports={"link": ("link", "10.9.0.2/29"), "in": PORTS["in"]}, rules=second, routes=BACK),
        },
        **more,
    )


def test_two_rules_that_together_let_something_through_are_one_mistake(tmp_path):
    town = row([rule(3, "lg:lg-pc", "link:in-pc", "RDP")], [rule(4, "link:lg-pc", "in:in-pc", "RDP")])

    (found,) = town.found(tmp_path, CHECK)
    assert lines(found) == [policy(tmp_path, 3), policy(tmp_path, 4, "fw2")]
    assert params(found)["rules"] == "fw policy 3 → fw2 policy 4"
    assert way(found) == ["fw", "fw2"]
    assert found.remedy[1].startswith("Delete fw policy 3, fw2 policy 4. ")
    assert found.remedy[0].startswith("fw policy 3、fw2 policy 4 を削除する。")


def test_one_of_two_rules_alone_lets_nothing_through(tmp_path):
    # The link between the two lies in the LGWAN tier: whoever is there meets the second firewall alone.
    found = row([rule(3, "lg:lg-pc", "link:in-pc", "RDP")], []).judged(tmp_path).findings
    assert [one.check for one in found] == ["unregistered-rule"]


def test_a_rule_that_the_register_needs_is_kept(tmp_path):
    needed = rule(4, "link:all", "in:all", "WEB")
    town = row(
        [rule(3, "lg:lg-pc", "link:in-pc", "WEB"), rule(5, "lg:lg-mail", "link:in-mail", "HTTPS")],
        [needed],
        register=[entry("R1", "lg-mail", "in-mail", "tcp/443")],
    )

    found = {one.check: one for one in town.judged(tmp_path).findings}
    assert found[CHECK].remedy[1].startswith("Delete fw policy 3. Keep fw2 policy 4: register entry R1 needs it.")
    assert found[CHECK].remedy[0].startswith("fw policy 3 を削除する。fw2 policy 4 は台帳 R1 の通信も通すので残す。")
    wider = found["wider-than-registered"]  # from the link whoever claims to be of the tier meets fw2 alone
    assert (wider.subject, lines(wider)) == ("fw2 policy 4", [policy(tmp_path, 4, "fw2")])


def test_a_rule_that_the_register_may_need_is_not_deleted_either(tmp_path):
    """Behind the firewall stands a router that nobody read: whether the registered mail arrives is not known."""
    link = {"link": ("dmz", "10.9.0.0/29", ", kind: transit")}
    town = Town(
        segments={**SEGMENTS, **link},
        firewalls={
            "fw": Firewall(
                ports={"lg": PORTS["lg"], "link": ("link", "10.9.0.1/29")},
                rules=[rule(1, "lg:all", "link:all")],
                routes=OUT,
            ),
            "old": Firewall(ports={"link": ("link", "10.9.0.2/29"), "in": PORTS["in"]}, exported=False),
        },
        register=[MAIL],
    )

    (found,) = [one for one in town.found(tmp_path, CHECK) if one.subject == "fw policy 1"]
    assert found.pairs == (("lg", "dmz"),)
    assert "Delete" not in found.remedy[1]
    assert "R1 needs it" in found.remedy[1]


def test_ways_that_pass_a_further_rule_belong_to_the_rule_that_opens_them_all(tmp_path):
    town = row([rule(3, "lg:all", "link:all", "RDP")], [rule(4, "link:all", "in:all", "RDP")])

    (found,) = town.found(tmp_path, CHECK)
    assert found.subject == "fw2 policy 4"  # alone from the link, behind fw policy 3 from the rest
    assert lines(found) == [policy(tmp_path, 3), policy(tmp_path, 4, "fw2")]


def test_what_a_disabled_rule_would_let_through_is_no_finding(tmp_path):
    town = Town(rules=[rule(1, "lg:lg-pc", "in:in-pc", "RDP", status="disable")])

    assert [one.check for one in town.judged(tmp_path).findings] == ["disabled-rule"]


def test_a_narrower_rule_above_a_wide_one_is_a_mistake_of_its_own(tmp_path):
    town = Town(rules=[rule(1, "lg:lg-pc", "in:in-pc", "RDP"), rule(2, "lg:all", "in:all", "ALL")])

    assert {one.subject: lines(one) for one in town.found(tmp_path, CHECK)} == {
        "fw policy 1": [policy(tmp_path, 1)],
        "fw policy 2": [policy(tmp_path, 2)],
    }


def test_ping_is_a_crossing_too(tmp_path):
    (found,) = Town(rules=[rule(1, "lg:lg-pc", "in:in-pc", "PING")]).found(tmp_path, CHECK)

    assert (witness(found).packet.proto, witness(found).packet.icmp_type) == (1, 8)


def test_one_address_more_than_registered_is_a_finding_and_exactly_those_is_none(tmp_path):
    def town(source):
        return Town(
            rules=[rule(1, "lg:lg-pcs", "in:in-pc", "HTTPS")], register=[entry("R1", source, "in-pc", "tcp/443")]
        )

    assert town("lg-pcs").judged(tmp_path / "same").findings == ()
    found = town("lg-pc").judged(tmp_path / "other").findings
    assert CHECK in {one.check for one in found}


def test_a_foreign_family_is_judged(tmp_path):
    """A rule for IPv6 between segments that were declared to have none."""
    v6 = {
        name: (zone, prefix, f', v6: ["2001:db8:{n}::/64"]')
        for n, (name, (zone, prefix, _)) in enumerate(SEGMENTS.items())
    }
    ports = Firewall(
        settings={
            port: f"        config ipv6\n            set ip6-address 2001:db8:{n}::1/64\n        end\n"
            for port, n in (("lg", 1), ("in", 2))
        },
        rules=[rule(1, "lg:", "in:", "HTTPS", srcaddr="unset", dstaddr="unset", srcaddr6='"all"', dstaddr6='"all"')],
    )
    ports = Firewall(ports=ports.ports, settings=ports.settings, rules=ports.rules, routes=ports.routes)
    (found,) = Town(segments=v6, firewalls={"fw": ports}).found(tmp_path, CHECK)

    assert witness(found).packet.src > 2**32
    assert lines(found) == [policy(tmp_path, 1)]


def test_what_a_device_without_export_leaves_open_is_one_finding(tmp_path):
    town = Town(
        firewalls={
            "fw": Firewall(rules=[]),
            "old": Firewall(
                ports=PORTS | {"lg": ("lg-lan", "10.1.0.9/24"), "in": ("in-lan", "10.2.0.9/24")}, exported=False
            ),
        }
    )
    assessment = town.judged(tmp_path)

    (found,) = assessment.findings
    assert (found.check, found.standing, found.subject) == (CHECK, Standing.UNDECIDED, "old")
    assert {("lg", "in"), ("in", "lg")} <= set(found.pairs)
    assert found.because == ("no-export:old",)
    assert [path for path, _, _ in lines(found)] == ["topology.yaml"]
    assert "old" in way(found)
    japanese, english = told(found, assessment)
    assert japanese.startswith("台帳にない通信がゾーンを越えないと示せない。old")
    assert english.startswith("It cannot be shown that no unregistered traffic crosses: ")
    assert all("old" in text for text in (english, *found.remedy))


def test_public_and_unknown_behind_one_rule_are_one_finding(tmp_path):
    wall = Firewall(
        undeclared={"wan": "203.0.113.6/29"},
        rules=[rule(1, "lg:lg-pc", "wan:all", "HTTPS"), rule(2, "in:in-pc", "wan:all", "HTTPS")],
        routes=[route(1, "0.0.0.0 0.0.0.0", "203.0.113.1", "wan")],
    )
    found = Town(firewalls={"fw": wall}).found(tmp_path, CHECK)

    assert {one.subject: set(one.pairs) for one in found} == {
        "fw policy 1": {("lg", "public"), ("lg", "unknown")},
        "fw policy 2": {("in", "public"), ("in", "unknown")},
    }
    assert [one.pairs[0][1] for one in found] == ["public", "public"]


def test_a_registered_packet_that_leaves_by_an_undeclared_line_is_no_registered_one(tmp_path):
    wall = Firewall(
        ports={"lg": PORTS["lg"]},
        undeclared={"wan": "203.0.113.6/29"},
        rules=[rule(1, "lg:lg-mail", "wan:in-mail", "SMTP")],
        routes=[route(1, "0.0.0.0 0.0.0.0", "203.0.113.1", "wan")],
    )
    other = Firewall(ports={"in": PORTS["in"]})
    town = Town(firewalls={"fw": wall, "fw2": other}, register=[MAIL])
    assessment = town.judged(tmp_path)

    assert ("lg", "unknown") in violated(assessment)
    assert [lines(one) for one in assessment.findings if one.check == CHECK] == [[policy(tmp_path, 1)]]


def test_the_register_counts_on_the_day_of_the_judgement_only(tmp_path):
    early = [one.check for one in SOUND.judged(tmp_path, date(2026, 3, 31)).findings]

    assert early == ["unapproved-entry"]  # approved, but not yet


@pytest.mark.parametrize("status", ["申請中", "廃止"])
def test_an_entry_that_is_not_approved_permits_nothing(tmp_path, status):
    town = Town(rules=[FIRES.rules[0]], register=[entry("R1", "lg-mail", "in-mail", "tcp/25", status=status)])

    (found,) = town.judged(tmp_path).findings
    assert (found.check, found.subject) == ("unapproved-entry", "R1")
    assert item(tmp_path, "R1") in lines(found)
