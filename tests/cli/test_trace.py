"""`segcheck trace`: ends by address and name, exit codes, text in both languages, JSON."""

import json

import pytest
from jsonschema import Draft202012Validator

from segcheck.app import bundled, schemas
from tests.loaders.site import cities

#: Two routers that are declared open, a mail server behind each.
TOPOLOGY = """\
segcheck: 1
name: 見本市
zones:
  lg: {tier: lgwan, name: LGWAN接続系}
  in: {tier: lgwan_wan}
segments:
  lg-srv: {zone: lg, v4: [10.20.10.0/24], v6: none, gateway: [fw]}
  lg-term: {zone: lg, v4: [10.20.12.0/24], v6: none}
  in-srv: {zone: in, v4: [10.30.10.0/24], v6: ["2001:db8:30::/64"]}
hosts:
  - {id: lg-mail, segment: lg-srv, addresses: [10.20.10.25]}
  - {id: in-mail, segment: in-srv, addresses: [10.30.10.25, "2001:db8:30::25"]}
devices:
  - id: fw
    kind: router
    interfaces:
      port1: {segment: lg-srv, address: 10.20.10.1}
      port2: {segment: in-srv, address: 10.30.10.1}
    routes_complete: true
  - id: closed
    kind: router
    interfaces: {p: {segment: lg-term, address: 10.20.12.1}, q: {segment: in-srv, address: 10.30.10.2}}
assumptions:
  - {id: A1, subject: fw, claim: c, assume: permit, owner: o, reason: r, document: d, review_due: 2027-03-31}
  - {id: A2, subject: closed, claim: c, assume: deny, owner: o, reason: r, document: d, review_due: 2027-03-31}
"""
POLICY = """\
segcheck: 1
profiles: [{model: alpha, guideline_edition: R7.3, segments: all, from: 2026-04-01, until: 2027-03-31}]
register:
  - {id: R1, kind: specific, from: in-mail, to: lg-mail, service: tcp/25, purpose: p, path: [fw],
     status: 承認, approver: CISO, approved: 2026-04-01, expires: 2027-03-31}
"""
AT = ("--time", "2026-11-24T10:00")


@pytest.fixture
def trace(call, tmp_path):
    (tmp_path / "city").mkdir()
    cities.write(tmp_path / "city", topology=TOPOLOGY, policy=POLICY, waivers=None, site=None)

    def tracing(*arguments, language="en"):
        return call("--lang", language, "trace", "city", *arguments, *AT)

    return tracing


MAIL = ("--proto", "tcp", "--dport", "25")


def test_a_packet_that_arrives_ends_with_0_and_is_told_hop_by_hop(trace):
    outcome = trace("--from", "in-mail", "--to", "lg-mail", *MAIL, "--sport", "4000")

    assert outcome.code == 0
    assert outcome.out == (
        "PERMIT  10.30.10.25:4000 -> 10.20.10.25:25/tcp  sent from segment in-srv (in)\n"
        "  arrives in segment lg-srv (LGWAN接続系)\n"
        "    assuming A1\n"
        "    1  fw  port2 -> port1  route 10.20.10.0/24 by port1  topology.yaml:17\n"
        "  ... ways left out here: 1; --format json has them.\n"
        "  answer:  comes back\n"
        "    - arrives in segment in-srv (in)\n"
        "    1  fw  port1 -> port2  route 10.30.10.0/24 by port2  topology.yaml:18\n"
        "  In the register: R1 (policy.yaml:4)\n"
        "\n"
    )


def test_what_the_register_does_not_permit_is_said(trace):
    outcome = trace("--from", "10.30.10.99", "--to", "lg-mail", *MAIL)

    assert outcome.code == 0
    assert "No entry of the register permits it." in outcome.out


def test_a_packet_that_is_stopped_ends_with_1(trace):
    outcome = trace("--from", "in-mail", "--to", "lg-mail", *MAIL, "--via", "closed")

    assert outcome.code == 1
    assert outcome.out.startswith("DENY  ")
    assert "closed is assumed to pass nothing" in outcome.out
    assert "assuming A2" in outcome.out


def test_what_is_not_known_ends_with_3(call, tmp_path):
    (tmp_path / "open").mkdir()
    without = TOPOLOGY[: TOPOLOGY.index("assumptions:")]
    cities.write(tmp_path / "open", topology=without, policy=POLICY, waivers=None, site=None)

    outcome = call("trace", "open", "--from", "in-mail", "--to", "lg-mail", *MAIL, *AT)

    assert outcome.code == 3
    assert "if fw, of which there is no export, lets it" in outcome.out


def test_an_expired_assumption_does_not_count(call, tmp_path):
    (tmp_path / "late").mkdir()
    cities.write(tmp_path / "late", topology=TOPOLOGY, policy=POLICY, waivers=None, site=None)

    outcome = call(
        "trace", "late", "--from", "in-mail", "--to", "lg-mail", *MAIL, "--via", "closed", "--time", "2027-04-01T10:00"
    )

    assert outcome.code == 3


def test_the_same_is_told_in_japanese_with_columns_aligned(trace):
    outcome = trace("--from", "in-mail", "--to", "lg-mail", *MAIL, language="ja")

    assert outcome.out.startswith("許可  10.30.10.25:* -> 10.20.10.25:25/tcp  送信場所: セグメント in-srv (in)\n")
    assert "  セグメント lg-srv (LGWAN接続系) に届く\n    前提: A1\n" in outcome.out
    assert "  台帳に記載あり: R1 (policy.yaml:4)\n" in outcome.out


def test_a_segment_is_asked_by_an_address_that_stands_for_it(trace):
    outcome = trace("--from", "lg-srv", "--to", "in-mail", *MAIL)

    assert "10.20.10.25 stands for lg-srv; `check` judges every address." in outcome.out


def test_a_zone_is_asked_by_one_address_of_each_of_its_segments(trace):
    outcome = trace("--from", "lg", "--to", "in-mail", *MAIL)

    assert outcome.code == 0
    assert "10.20.10.25:* ->" in outcome.out
    assert "10.20.12.2:* ->" in outcome.out
    assert outcome.out.endswith("PERMIT: at least one of 2 packets arrives. `check` judges every address.\n")


def test_a_device_takes_in_what_is_for_its_own_address(trace):
    outcome = trace("--from", "lg-mail", "--to", "fw", "--proto", "tcp", "--dport", "22")

    assert outcome.code == 0
    assert "-> 10.20.10.1:22/tcp" in outcome.out  # of its addresses the one on the sender's wire
    assert "arrives in device fw itself" in outcome.out


def test_a_forged_source_is_sent_from_a_named_place(trace):
    outcome = trace("--from", "192.0.2.9", "--to", "lg-mail", *MAIL, "--in", "in-srv")

    assert outcome.code == 0
    assert "192.0.2.9:* -> 10.20.10.25:25/tcp  sent from segment in-srv (in)" in outcome.out


def test_the_family_is_that_of_the_other_end(trace):
    outcome = trace("--from", "2001:db8:30::9", "--to", "in-mail")

    assert "2001:db8:30::9 -> 2001:db8:30::25/*" in outcome.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--from", "in-mial", "--to", "lg-mail"), "--from in-mial: the site has no such name"),
        (("--from", "in-mail", "--to", "lg-mial"), "did you mean 'lg-mail'?"),
        (("--from", "in-mail", "--to", "lg-mail", "--via", "fww"), "did you mean 'fw'?"),
        (("--from", "lg-mail", "--to", "in-mail", "--via", "closed"), "What stands there: fw, fw:port1"),
        (("--from", "in-mail", "--to", "lg-mail", "--in", "in-serv"), "did you mean 'in-srv'?"),
        (("--from", "224.0.0.1", "--to", "lg-mail"), "no host has such an address"),
        (("--from", "2001:db8:30::25", "--to", "lg-mail"), "no address of the IP version that the other end has"),
        (("--from", "in-mail", "--to", "lg-mail", "--proto", "tpc"), "--proto: 'tpc' is no protocol"),
        (("--from", "in-mail", "--to", "lg-mail", "--icmp-type", "8"), "icmp_type does not go with protocol any"),
        (("--from", "10.20.10.9", "--to", "2001:db8::1"), "different IP versions"),
        (("--to", "lg-mail"), "--from"),
    ],
)
def test_an_unusable_question_ends_with_2_and_a_hint(trace, arguments, message):
    outcome = trace(*arguments)

    assert outcome.code == 2
    assert outcome.out == ""
    assert message in outcome.err


@pytest.mark.parametrize("time", ["2026-02-30T10:00", "yesterday", "2026-11-24"])
def test_a_time_that_is_none_is_refused(call, tmp_path, time):
    outcome = call("trace", str(tmp_path), "--from", "a", "--to", "b", "--time", time)

    assert outcome.code == 2
    assert f"--time {time}" in outcome.err


def test_a_site_with_errors_is_not_traced(call, tmp_path):
    cities.write(
        tmp_path, topology=TOPOLOGY.replace("tier: lgwan", "tier: lgwn"), policy=POLICY, waivers=None, site=None
    )

    outcome = call("trace", str(tmp_path), "--from", "in-mail", "--to", "lg-mail")

    assert outcome.code == 2
    assert "segcheck validate" in outcome.err


def test_json_is_valid_and_the_same_but_for_the_run(trace):
    arguments = ("--from", "in", "--to", "lg-mail", *MAIL, "--format", "json")

    first, second = (json.loads(trace(*arguments).out) for _ in range(2))

    assert list(Draft202012Validator(schemas.schema("trace")).iter_errors(first)) == []
    assert {**first, "run": None} == {**second, "run": None}
    assert first["verdict"] == "permit"
    path = first["paths"][0]
    assert [hop["device"] for hop in path["hops"]] == ["fw"]
    assert path["condition"] == ["assuming A1"]
    assert path["delivered"]["id"] == "lg-srv"
    assert path["reply"]["verdict"] == "permit"
    assert first["packets"][0]["register"] == [{"id": "R1", "last_line": 4, "line": 4, "path": "policy.yaml"}]


def test_bundled_city_shows_translation_rules_and_the_commands_to_confirm_them(monkeypatch, call):
    from segcheck import importers
    from segcheck.importers import fortigate, iptables

    monkeypatch.setattr(importers, "installed", lambda: (fortigate, iptables))
    outcome = call("trace", str(bundled.sites()["reiji"]), "--from", "in-mail-01", "--to", "san-mail-01", *MAIL, *AT)

    assert outcome.code == 0
    assert "root/policy 2 permits" in outcome.out
    assert "exports/fw-core.conf:" in outcome.out
    assert "diagnose firewall iprope lookup 10.60.10.25 0 10.50.10.5 25 6 port4" in outcome.out
    assert "In the register: SN-IN" in outcome.out
