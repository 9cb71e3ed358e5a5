"""What no other tool has and segcheck should (docs/anchors_rules.md §3, items 1 to 11), and NetSPoC's two devices.

NetSPoC's pair: of two filters in series each is laxer than the register because the other is trusted to be strict.
The file says what is asked of each item; the points of DESIGN §2 have the details.
"""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

from segcheck.analysis.depth import opened_by
from segcheck.cli.main import run
from segcheck.model.pipeline import Pipeline
from segcheck.model.rules import Action, Deny, Permit
from segcheck.sets.addresses import parse
from tests.analysis.builders import field, filtering, listed, route, rule
from tests.analysis.sites import network, segment, station
from tests.soundness.asking import SSH, allowance, forbidden, judged, ordinary, pair, sent_by
from tests.soundness.test_point_01_packets import LINUX, RULES, WHOLE
from tests.soundness.test_point_15_sanitisers import DIRECT, LEG_IN, LEG_OUT
from tests.soundness.test_point_15_sanitisers import site as sanitised
from tests.soundness.town import (
    CLOSED,
    DAY,
    DEVICE,
    OPEN,
    POLICY,
    PORTS,
    STANDARD,
    TWO_TIERS,
    Rule,
    assessed,
    crossing,
    findings,
    fortigate,
    lines,
    standing,
    town,
)

REGISTER = POLICY + (
    "register:\n  - {id: SP-1, kind: specific, from: mn-host, to: lg-host, service: tcp/443, purpose: 連携, status: 承認,\n"
    "     approver: 課長, approved: 2026-04-01, expires: 2027-03-31}\n"
)


def site(folder: Path, *rules: Rule, policy: str = POLICY, day: date = DAY):  # type: ignore[no-untyped-def]
    files = {"fw.conf": fortigate("fw", PORTS, [*rules, CLOSED])}
    return assessed(town(folder, TWO_TIERS + DEVICE, files, policy), day)


# ---- 1. a sanitiser that ends sessions


def test_1_a_sanitiser_ends_sessions_and_nothing_passes_it_unended(tmp_path: Path) -> None:
    assert sanitised(tmp_path / "legs", LEG_IN, LEG_OUT).findings == ()
    assert findings(sanitised(tmp_path / "direct", LEG_IN, LEG_OUT, DIRECT), "sanitiser-bypass")


# ---- 2. composed reachability


def test_2_two_legs_through_a_host_are_found(tmp_path: Path) -> None:
    apart = (
        POLICY
        + STANDARD
        + (
            "register:\n"
            "  - {id: A-1, kind: specific, from: in-mail, to: san-01, service: tcp/25, purpose: x, status: 承認, approver: 課長,\n"  # noqa: E501
            "     approved: 2026-04-01}\n"
            "  - {id: A-2, kind: specific, from: san-01, to: lg-mail, service: tcp/25, purpose: x, status: 承認, approver: 課長,\n"  # noqa: E501
            "     approved: 2026-04-01}\n"
        )
    )
    found = sanitised(tmp_path, LEG_IN, LEG_OUT, policy=apart)

    assert {one.dst_zone for one in found.findings if "stepping" in one.check or "chain" in one.check} == {"lg"}


# ---- 3. three values, with what was not understood


def test_3_undecided_names_the_line_that_was_not_understood(tmp_path: Path) -> None:
    strange = Rule(1, "port1", "port2", more=("set frobnicate enable",))
    found = site(tmp_path, strange)
    because = crossing(found, "mn-lan", "lg-lan").because
    text = (tmp_path / "exports/fw.conf").read_text(encoding="utf-8").splitlines()
    number = next(n for n, line in enumerate(text, 1) if "frobnicate" in line)
    told = [one for one in found.diagnostics if one.span is not None and one.span.first <= number <= one.span.last]

    assert standing(found) == "undecided"
    assert because
    assert told
    assert standing(site(tmp_path / "read", Rule(1, "port1", "port2"))) == "violated"


# ---- 4. both directions, replies, both families


@pytest.mark.parametrize(
    ("line", "src", "dst", "check"),
    [
        (
            "-A FORWARD -i eth1 -s 172.16.20.0/24 -p udp -m udp --sport 53 -j ACCEPT",
            "lg-lan",
            "mn-lan",
            "forbidden-crossing",
        ),
        ("-A FORWARD -i eth1 -p tcp -m tcp --tcp-flags ACK ACK -j ACCEPT", "lg-lan", "mn-lan", "one-way-channel"),
        (
            "-A FORWARD -i eth0 -s 172.16.10.0/24 -p tcp -m tcp --dport 3306 -j ACCEPT",
            "mn-lan",
            "lg-lan",
            "forbidden-crossing",
        ),
    ],
)
def test_4_both_directions_and_holes_for_answers(tmp_path: Path, line: str, src: str, dst: str, check: str) -> None:
    files = {"fw.v4": RULES.format(rule=f"{line}\n"), "fw.v6": RULES.format(rule="").replace("iptables", "ip6tables")}
    found = assessed(town(tmp_path, TWO_TIERS + LINUX + WHOLE, files))

    assert standing(found, src, dst) == "violated"
    assert standing(found, dst, src) != "violated"
    assert findings(found, check)


def test_4_ipv6_that_nobody_filters_is_a_finding_of_its_own(tmp_path: Path) -> None:
    six = TWO_TIERS.replace("[172.16.20.0/24], v6: none", "[172.16.20.0/24], v6: ['2001:db8:2::/64']")
    device = LINUX.replace("address: 172.16.20.1", "addresses: [172.16.20.1, '2001:db8:2::1']")
    shut = RULES.format(rule="")
    open_ = shut.replace(":FORWARD DROP", ":FORWARD ACCEPT").replace("iptables-save", "ip6tables-save")
    found = assessed(town(tmp_path, six + device + WHOLE, {"fw.v4": shut, "fw.v6": open_}))

    assert {one.check for one in found.findings} == {"ipv6-crossing"}


# ---- 5. coverage of the boundary


def test_5_an_address_in_no_zone_and_one_in_two(tmp_path: Path) -> None:
    nowhere = TWO_TIERS.replace("addresses: [172.16.10.12]", "addresses: [172.16.99.12]")
    twice = TWO_TIERS.replace("v4: [172.16.20.0/24]", "v4: [172.16.20.0/24, 172.16.10.0/25]")
    for number, topology in enumerate((nowhere, twice)):
        folder = town(tmp_path / str(number), topology + DEVICE, {"fw.conf": fortigate("fw", PORTS, [CLOSED])})
        assert run(["check", str(folder)]) == 2


def test_5_an_interface_nobody_declared_and_a_list_that_lets_everything_pass(tmp_path: Path) -> None:
    export = fortigate("fw", {**PORTS, "port3": "172.16.99.1/24"}, [CLOSED])
    assert findings(assessed(town(tmp_path / "1", TWO_TIERS + DEVICE, {"fw.conf": export})), "undeclared-interface")
    open_ = RULES.format(rule="").replace(":FORWARD DROP", ":FORWARD ACCEPT")
    files = {"fw.v4": open_, "fw.v6": RULES.format(rule="").replace("iptables-save", "ip6tables-save")}
    found = assessed(town(tmp_path / "2", TWO_TIERS + LINUX + WHOLE, files))

    assert standing(found) == "violated"
    assert lines(findings(found, "forbidden-crossing")[0]) == [("exports/fw.v4", 4, 4)]


def test_5_a_host_with_a_leg_in_each_zone_is_a_way_past_the_firewall(tmp_path: Path) -> None:
    host = (
        "  - id: pc\n    kind: router\n"
        "    interfaces: {a: {segment: mn-lan, address: 172.16.10.99}, b: {segment: lg-lan, address: 172.16.20.99}}\n"
    )
    found = assessed(town(tmp_path, TWO_TIERS + DEVICE + host, {"fw.conf": fortigate("fw", PORTS, [CLOSED])}))

    assert standing(found) == "undecided"
    assert crossing(found, "mn-lan", "lg-lan").because == ("no-export:pc",)


# ---- 6. the register is part of the proof


def test_6_the_register_is_part_of_the_proof_and_turns_on_its_day(tmp_path: Path) -> None:
    assert standing(site(tmp_path / "1", OPEN, policy=REGISTER, day=date(2027, 3, 31))) == "proven"
    assert standing(site(tmp_path / "2", OPEN, policy=REGISTER, day=date(2027, 4, 1))) == "violated"


def test_6_what_is_registered_and_unused_or_wider_than_its_entry_is_a_finding(tmp_path: Path) -> None:
    unused = site(tmp_path / "1", policy=REGISTER)
    wider = site(tmp_path / "2", Rule(1, "port1", "port2", OPEN.src, OPEN.dst, "ALL"), policy=REGISTER)

    assert [one.check for one in unused.findings] == ["register-without-rule"]
    assert findings(wider, "wider-than-registered")


# ---- 7. clauses


def test_7_every_finding_names_requirements(tmp_path: Path) -> None:
    found = site(tmp_path, OPEN)

    assert found.findings
    assert all(one.requirements for one in found.findings)


def test_7_a_requirement_is_explained_with_its_clause(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "MN-01"]) == 0
    told = capsys.readouterr().out
    assert "6(3)①" in told
    assert "2026-04-01" in told  # since when the policy that says so is in force


# ---- 8. rules and captures


def test_8_a_packet_seen_that_rules_forbid(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from tests.soundness.test_point_18_captures import replayed

    shown = replayed(tmp_path, None, capsys)
    assert any("bypass" in one["check"] for one in shown["findings"])  # type: ignore[attr-defined]


# ---- 9. repair


def test_9_deleting_what_a_finding_names_mends_the_crossing(tmp_path: Path) -> None:
    """The evidence is enough to repair by: without the lines named, the pair is proven."""
    found = site(tmp_path, OPEN, Rule(2, "port1", "port2", "172.16.10.13/32", "172.16.20.26/32", "tcp/80"))
    path = tmp_path / "exports/fw.conf"
    text = path.read_text(encoding="utf-8").splitlines()
    named = {
        number
        for finding in findings(found, "forbidden-crossing")
        for _, first, last in lines(finding)
        for number in range(first, last + 1)
    }
    path.write_text("\n".join(line for n, line in enumerate(text, 1) if n not in named) + "\n", encoding="utf-8")

    assert standing(found) == "violated"
    assert standing(assessed(tmp_path)) == "proven"


# ---- 10. evidence


def test_10_evidence_can_be_checked_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Hashes of the inputs, the version, a witness that `trace` follows the same way, in both languages."""
    from hashlib import sha256

    site(tmp_path, OPEN)
    run(["check", str(tmp_path), "--format", "json", "--time", DAY.isoformat()])
    shown = json.loads(capsys.readouterr().out)
    (finding,) = shown["findings"]
    witness = next(one for one in finding["evidence"] if one["kind"] == "witness")
    packet = witness["packet"]

    assert shown["run"]["version"]
    for one in shown["inputs"]:
        assert one["sha256"] == sha256((tmp_path / one["path"]).read_bytes()).hexdigest()
    assert finding["message"]["ja"]
    assert finding["message"]["en"]
    asked = ["--from", packet["src"], "--to", packet["dst"], "--in", witness["place"], "--proto", "tcp"]
    assert run(["trace", str(tmp_path), *asked, "--sport", str(packet["sport"]), "--dport", str(packet["dport"])]) == 0


# ---- 11. who alone opens a pair, and NetSPoC's two devices

A, ANY, B = segment("a", "10.1.0.0/24"), segment("any", "10.9.0.0/24"), segment("b", "10.2.0.0/24")
FILTER = Pipeline(forward=(filtering("f", "f"),))
HOST, SERVER = "10.1.0.10", "10.2.0.20"
HTTP_ONLY = allowance(f"{HOST}/32", f"{SERVER}/32")  # the policy: HOST may use https on SERVER; ANY may use ssh on it
FROM_ANY = allowance("10.9.0.0/24", f"{SERVER}/32", SSH, entry="SP-2")


def netspoc(*, first: object, second: tuple[object, ...]):  # type: ignore[no-untyped-def]
    """Return `a -r1- any -r2- b` with the rules of r1 and r2."""
    r1 = station(
        "r1",
        {"in": "10.1.0.1/24 a", "up": "10.9.0.1/24 any"},
        listed("f", first, default=Deny()),  # type: ignore[arg-type]
        pipeline=FILTER,
        routes=(route("10.2.0.0/24", gateway="10.9.0.2"),),
    )
    r2 = station(
        "r2",
        {"up": "10.9.0.2/24 any", "in": "10.2.0.1/24 b"},
        listed("f", *second, default=Deny()),  # type: ignore[arg-type]
        pipeline=FILTER,
        routes=(route("10.1.0.0/24", gateway="10.9.0.1"),),
    )
    return network((A, ANY, B), r1, r2)


NETS = rule(Permit(), field("dst", "10.2.0.0/24"), identity="net to net, since r2 looks closer")
SSH_FROM_ANYWHERE = rule(Permit(), field("dport", 22), identity="ssh from any, since r1 lets no such packet come")
HTTPS_FROM_HOST = rule(Permit(), field("dport", 443), identity="https")


def test_netspocs_two_devices_that_each_rely_on_the_other() -> None:
    """r1 permits whole networks because r2 filters in detail; r2 permits ssh from anywhere because r1 filters what comes.

    Together they let HOST use ssh on SERVER, which neither meant to and nobody registered.
    """
    site_ = netspoc(first=NETS, second=(SSH_FROM_ANYWHERE, HTTPS_FROM_HOST))
    found = judged(site_, HTTP_ONLY, FROM_ANY, cuts=(("src", parse(HOST)), ("dst", parse(SERVER))))
    own = (
        sent_by(found, "a")
        & found.reach.universe.field("src", parse(HOST))
        & found.reach.universe.field("dst", parse(SERVER))
    )
    https, ssh = ordinary(found) & own, ordinary(found, SSH) & own

    assert ssh <= pair(found).forbidden_must
    assert not https & pair(found).forbidden_may  # what is registered is not forbidden
    assert (
        not ordinary(found, SSH)
        & sent_by(found, "any")
        & pair(found, "any", "b").forbidden_may
        & (found.reach.universe.field("dst", parse(SERVER)))
    )


def test_netspocs_pair_with_one_of_them_strict_is_closed() -> None:
    strict = rule(Permit(), field("dport", 443), identity="only https")
    site_ = netspoc(first=strict, second=(SSH_FROM_ANYWHERE, HTTPS_FROM_HOST))
    found = judged(site_, HTTP_ONLY, FROM_ANY, cuts=(("src", parse(HOST)), ("dst", parse(SERVER))))

    assert not ordinary(found, SSH) & sent_by(found, "a") & pair(found).forbidden_may


@pytest.mark.parametrize(("opened", "expected"), [("r1", "proven"), ("r2", "proven"), ("both", "violated")])
def test_11_a_pair_behind_two_filters_needs_both_of_them_to_fail(opened: str, expected: str) -> None:
    anything, nothing = rule(Permit()), rule(Deny())
    site_ = netspoc(
        first=anything if opened in ("r1", "both") else nothing,
        second=(anything if opened in ("r2", "both") else nothing,),
    )

    assert forbidden(site_) == expected


@pytest.mark.parametrize(
    ("first", "second", "alone"),
    [(Deny(), Deny(), ()), (Deny(), Permit(), ("r1",)), (Permit(), Deny(), ("r2",)), (Permit(), Permit(), None)],
)
def test_11_a_pair_behind_two_filters_that_both_deny_needs_both_to_fail(
    first: Action, second: Action, alone: tuple[str, ...] | None
) -> None:
    found = judged(netspoc(first=rule(first), second=(rule(second),)))

    assert opened_by(found).get(("a", "b")) == alone


def test_11_the_depth_of_defence_of_each_pair_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site(tmp_path)
    run(["check", str(tmp_path), "--depth", "--format", "json", "--time", DAY.isoformat()])
    shown = json.loads(capsys.readouterr().out)
    (one,) = [c for c in shown["crossings"] if (c["src"], c["dst"]) == ("mn-lan", "lg-lan")]

    assert one["opened_by"] == ["fw"]
    for language, title in (
        ("en", "Pairs that one device alone keeps shut"),
        ("ja", "機器 1 台の故障・全許可で開く区間対"),
    ):
        run(["check", str(tmp_path), "--depth", "--time", DAY.isoformat(), "--lang", language])
        told = capsys.readouterr().out
        assert re.search(rf"^{title}.*\n  fw  .*mn → lg", told, re.MULTILINE)
    run(["check", str(tmp_path), "--format", "json", "--time", DAY.isoformat()])
    assert {one["opened_by"] for one in json.loads(capsys.readouterr().out)["crossings"]} == {None}  # not asked
