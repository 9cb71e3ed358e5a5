"""Questions to a network by name: who sends, who receives, what the register says."""

from dataclasses import replace
from datetime import date

import pytest

from segcheck.app.tracing_site import Question, ask
from segcheck.cli.main import run
from segcheck.errors import BadArguments
from segcheck.model.pipeline import Pipeline
from segcheck.model.register import Kind, RegisterEntry, Status
from segcheck.model.rules import Permit
from segcheck.model.site import Endpoint, Host, Service
from segcheck.model.site_words import EndpointKind
from segcheck.model.trace import Verdict
from segcheck.sets.intervals import IntervalSet
from tests.analysis.builders import TCP, ip, listed, route, rule, translating
from tests.analysis.devices import to
from tests.analysis.sites import DAY, HERE, anything, network, segment, station
from tests.checks.sites import PORTS as TWO
from tests.checks.sites import Firewall, Town
from tests.checks.sites import entry as item
from tests.checks.sites import rule as rules

A, B, C = segment("a", "10.1.0.0/24"), segment("b", "10.2.0.0/24"), segment("c", "10.3.0.0/24")
HOSTS = [
    Host(id="alice", segment="a", addresses=(ip("10.1.0.5"),), span=HERE),
    Host(id="bob", segment="b", addresses=(ip("10.2.0.5"),), span=HERE),
]
PORTS = {"in": "10.1.0.1/24 a", "out": "10.2.0.1/24 b"}
WEB = {"proto": "tcp", "dport": "443"}


def where(*stations, **how):
    return network((A, B, C), *(stations or (station("d", PORTS),)), hosts=HOSTS, **how)


def entry(**changes):
    whole = RegisterEntry(
        id="R1",
        kind=Kind.SPECIFIC,
        source=Endpoint(EndpointKind.HOST, "alice"),
        destination=Endpoint(EndpointKind.HOST, "bob"),
        services=(Service("tcp/443", TCP, IntervalSet.of(443)),),
        opened_by_source=True,
        purpose="p",
        status=Status.APPROVED,
        approved=date(2026, 4, 1),
        span=HERE,
    )
    return replace(whole, **changes)


def registering(graph, *entries):
    policy = replace(graph.site.policy, register=entries)
    return replace(graph, site=replace(graph.site, policy=policy))


def entries(graph, fields=WEB, source="alice", destination="bob"):
    found = ask(graph, Question(source=source, destination=destination, fields=fields))
    return [name for name, _ in found.inquiries[0].register]


def test_hosts_are_known_by_name():
    found = ask(where(), Question(source="alice", destination="bob", fields=WEB))

    assert found.verdict is Verdict.PERMIT
    assert (found.inquiries[0].known["src"], found.inquiries[0].known["dst"]) == (ip("10.1.0.5"), ip("10.2.0.5"))
    assert found.inquiries[0].standing == ()


def test_a_declared_host_stands_for_its_segment_else_the_first_address_that_no_device_has():
    known = ask(where(), Question(source="a", destination="bob", fields=WEB)).inquiries[0]
    nobody = ask(
        where(station("d", {**PORTS, "x": "10.3.0.1/24 c"})), Question(source="c", destination="bob", fields=WEB)
    )

    assert (known.known["src"], known.standing) == (ip("10.1.0.5"), ("src",))
    assert nobody.inquiries[0].known["src"] == ip("10.3.0.2")


def test_the_zone_public_is_asked_by_an_address_for_documentation():
    found = ask(where(), Question(source="public", destination="bob", fields=WEB))

    assert found.inquiries[0].known["src"] == ip("203.0.113.1")


def test_a_question_to_several_places_is_permitted_if_one_of_them_gets_through():
    graph = where()
    graph = replace(graph, places={**graph.places, "c": replace(graph.places["c"], zone="a")})

    found = ask(graph, Question(source="zone:a", destination="bob", fields=WEB))

    assert {one.trace.verdict for one in found.inquiries} == {Verdict.PERMIT, Verdict.DENY}
    assert found.verdict is Verdict.PERMIT


def test_one_place_that_is_undecided_keeps_the_whole_from_being_denied():
    loose = station("x", {"p": "10.3.0.1/24 c"}, known=False, havoc=(anything("x"),))
    graph = where(station("d", {"in": "10.1.0.1/24 a"}), loose)
    graph = replace(graph, places={**graph.places, "c": replace(graph.places["c"], zone="a")})

    found = ask(graph, Question(source="a", destination="bob", fields=WEB))
    whole = ask(graph, Question(source="zone:a", destination="bob", fields=WEB))

    assert found.verdict is Verdict.DENY
    assert whole.verdict is Verdict.UNDECIDED


# ---- register


def test_register_entry_that_fits_is_named():
    assert entries(registering(where(), entry())) == ["R1"]


@pytest.mark.parametrize(
    "changes",
    [
        {"services": (Service("tcp/80", TCP, IntervalSet.of(80)),)},
        {"services": (Service("udp/443", 17, IntervalSet.of(443)),)},
        {"opened_by_source": False},
        {"expires": date(2026, 10, 1)},
        {"status": Status.APPLIED},
        {"path": ("d", "other")},
        {"path": ("other",)},
    ],
)
def test_register_entry_that_does_not_fit_is_not(changes):
    assert entries(registering(where(), entry(**changes))) == []


@pytest.mark.parametrize(
    ("changes", "japanese", "english"),
    [
        ({"opened_by_source": False}, "向きが逆である", "the other end opens its sessions"),
        ({"expires": date(2026, 10, 1)}, "2026-10-01 で期限が切れている", "it expired on 2026-10-01"),
        ({"status": Status.APPLIED}, "状態が「申請中」である", "its status is applied"),
        ({"status": Status.RETIRED}, "状態が「廃止」である", "its status is retired"),
        ({"approved": None}, "承認日がない", "it has no day of approval"),
        ({"approved": date(2027, 4, 1)}, "承認日 2027-04-01 より前である", "it is approved from 2027-04-01 on"),
        ({"path": ("d", "other")}, "登録した経路 d → other と違う", "the way d is not its path, d → other"),
    ],
)
def test_an_entry_that_names_the_session_and_does_not_permit_it_says_why(changes, japanese, english):
    graph = registering(where(), entry(**changes))
    (inquiry,) = ask(graph, Question(source="alice", destination="bob", fields=WEB)).inquiries

    (refusing,) = inquiry.refusing
    assert (inquiry.register, refusing.entry, refusing.span) == ((), "R1", HERE)
    assert japanese in refusing.why[0]
    assert refusing.why[1] == english


@pytest.mark.parametrize("changes", [{}, {"services": (Service("tcp/80", TCP, IntervalSet.of(80)),)}])
def test_neither_does_an_entry_that_permits_it_nor_one_of_another_service(changes):
    graph = registering(where(), entry(**changes))
    (inquiry,) = ask(graph, Question(source="alice", destination="bob", fields=WEB)).inquiries

    assert inquiry.refusing == ()


SANITISER = """\
gateways:
  - id: san
    hosts: [san-mail]
    method: mail_text
    legs: [{id: in, from: in-mail, service: tcp/25, opener: other}, {id: out, to: lg-mail, service: tcp/25, opener: self}]
"""
#: A town where two entries name what passes, neither permits it, and one more crosses that no model knows.
REFUSED = Town(
    lenient=False,
    firewalls={
        "fw": Firewall(
            ports={**TWO, "san": ("san-lan", "10.3.0.1/24")},
            rules=[rules(1, "in:in-mail", "lg:lg-mail"), rules(2, "lg:lg-pc", "in:in-pc")],
        )
    },
    register=[
        item("S1", "in-mail", "lg-mail", "tcp/25", kind="sanitise", gateway="san", legs="[in, out]"),
        item("R2", "lg-pc", "in-pc", "tcp/443"),
    ],
    topology=SANITISER,
)


def test_the_model_the_gateway_and_what_nobody_may_register(tmp_path, capsys):
    folder = REFUSED.written(tmp_path)

    def shown(language, *question):
        assert run(["trace", str(folder), *question, "--proto", "tcp", "--lang", language]) == 0
        return " ".join(capsys.readouterr().out.split())

    mail = ("--from", "in-mail", "--to", "lg-mail", "--dport", "25")
    web = ("--from", "lg-pc", "--to", "in-pc", "--dport", "443")
    assert "S1 (policy.yaml:5) does not: it permits what goes through san only." in shown("en", *mail)
    assert "does not allow traffic that goes through no sanitiser IN → LG (segcheck explain alpha:IN:LG)" in shown(
        "en", *mail
    )
    assert "許可しない: san を経る通信だけを認める。" in shown("ja", *mail)
    told = shown("en", *web)
    assert (
        "R2 (policy.yaml:6) does not: the model refuses it: alpha (R7.3), LG → IN (segcheck explain alpha:LG:IN)"
        in told
    )
    assert "does not allow" not in told  # an entry of another kind could be registered
    assert "許可しない: モデルが認めない: alpha (R7.3) の LG → IN" in shown("ja", *web)


def test_register_entry_names_the_path_that_the_packet_takes():
    assert entries(registering(where(), entry(path=("d",)))) == ["R1"]


def test_register_is_asked_by_whoever_really_receives():
    vip = listed("n", rule(to("dst", "10.2.0.5")), default=Permit())
    device = station(
        "d", PORTS, vip, routes=(route("192.0.2.0/24", "out"),), pipeline=Pipeline(ingress=(translating("dst", "n"),))
    )

    assert entries(registering(where(device), entry()), destination="192.0.2.80") == ["R1"]


def test_register_is_not_asked_of_what_does_not_arrive():
    assert entries(registering(where(station("d", {"in": "10.1.0.1/24 a"})), entry())) == []


def test_service_of_any_port_and_icmp_codes_are_matched():
    ping = Service("icmp/8", 1, IntervalSet.of(8), 0)
    esp = Service("esp", 50)

    assert entries(registering(where(), entry(services=(ping,))), {"proto": "icmp"}) == ["R1"]
    assert (
        entries(registering(where(), entry(services=(ping,))), {"proto": "icmp", "icmp_type": "8", "icmp_code": "1"})
        == []
    )
    assert entries(registering(where(), entry(services=(esp,))), {"proto": "50"}) == ["R1"]


# ---- what cannot be asked


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ({"source": "alcie", "destination": "bob"}, "did you mean 'alice'"),
        ({"source": "alice", "destination": "bobb"}, "did you mean 'bob'"),
        ({"source": "alice", "destination": "bob", "inside": "aa"}, "--in aa"),
        ({"source": "alice", "destination": "bob", "via": ("d:out",)}, "does not stand in a"),
        ({"source": "zone:nowhere", "destination": "bob"}, "no such name"),
    ],
)
def test_unknown_names_are_refused(question, message):
    with pytest.raises(BadArguments, match=message):
        ask(where(), Question(fields=WEB, **question))


def test_segment_without_addresses_of_the_version_is_refused():
    with pytest.raises(BadArguments, match="no address of the IP version"):
        ask(where(), Question(source="2001:db8::1", destination="b", fields=WEB, inside="a"))


def test_day_decides_what_counts():
    assert entries(replace(registering(where(), entry(expires=DAY)), day=DAY)) == ["R1"]
    assert entries(replace(registering(where(), entry(expires=DAY)), day=date(2026, 11, 24))) == []
