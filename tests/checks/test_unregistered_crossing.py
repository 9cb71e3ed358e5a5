from dataclasses import replace

import pytest

from segcheck.app import assessing
from segcheck.cli.main import run
from segcheck.model.finding import Weight
from segcheck.model.result import Run
from segcheck.reports import check_json
from tests.checks.sites import DAY, PORTS, SEGMENTS, Firewall, Town, entry, lines, policy, rule

CHECK = "unregistered-crossing"
GRAVE = "forbidden-crossing"
WITH_LGWAN = {**SEGMENTS, "wan-net": ("wan", "198.18.0.0/15", ", kind: external")}
LGWAN = {"lg": PORTS["lg"], "wan": ("wan-net", "198.18.1.2/15")}
INSIDE = {"mn": ("mn-lan", "10.0.0.1/24"), "lg": PORTS["lg"]}
ASP = {"lgwan-asp": ("wan-net", "198.18.100.10")}
OBJECT = '    edit "lgwan-asp"\n        set subnet 198.18.100.10 255.255.255.255\n    next\n'
WEB = rule(1, "lg:lg-pc", "wan:lgwan-asp", "HTTPS")


def town(*rules, ports=LGWAN, register=(), profile="", **more):
    wall = Firewall(ports=ports, rules=rules, objects=OBJECT if "wan" in ports else "")
    hosts = ASP if "wan" in ports else {}
    made = Town(
        firewalls={"fw": wall},
        segments=WITH_LGWAN if "wan" in ports else SEGMENTS,
        register=register,
        hosts=hosts,
        lenient=False,
        profile=profile,
    )
    return replace(made, **more)


FIRES = town(WEB)
SOUND = town(WEB, register=[entry("R1", "lg-pc", "lgwan-asp", "tcp/443")])


def named(made, folder):
    return [(one.check, one.weight) for one in made.judged(folder).findings if one.check in (CHECK, GRAVE)]


def test_what_only_lacks_an_entry_is_milder_and_says_what_to_do(tmp_path):
    assessment = FIRES.judged(tmp_path)
    (found,) = [one for one in assessment.findings if one.check == CHECK]

    assert (found.subject, found.weight, found.requirements) == ("fw policy 1", Weight.MEDIUM, ("LG-07",))
    assert lines(found) == [policy(tmp_path, 1)]
    assert "Register it" in found.remedy[1]
    assert "台帳" in assessment.checks[CHECK].title[0]
    told = Run(version="0", started="2026-11-24T00:00:00Z", command="check")
    assert check_json.result(assessment, (), told, ())["unregistered"] == 1


def test_it_is_counted_apart_in_text_and_summary(tmp_path, capsys):
    folder = str(FIRES.written(tmp_path))
    for form in ("text", "summary"):
        for language, words in (
            ("ja", "台帳未整備 1 件"),
            ("en", "Findings that only lack an entry of the register: 1"),
        ):
            run(["check", folder, "--time", str(DAY), "--format", form, "--lang", language])
            assert words in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("made", "found"),
    [
        (town(rule(1, "mn:mn-srv", "lg:lg-pc", "HTTPS"), ports=INSIDE), [(GRAVE, Weight.CRITICAL)]),  # MN-07: files
        (town(rule(1, "lg:lg-pc", "mn:mn-srv", "HTTPS"), ports=INSIDE), [(CHECK, Weight.HIGH)]),
        (
            town(rule(1, "lg:lg-pc", "mn:mn-srv", "DNS"), ports=INSIDE),
            [(GRAVE, Weight.CRITICAL)],
        ),  # MN-11: shared services
        (
            town(rule(1, "lg:lg-pc", "mn:mn-srv"), ports=INSIDE),
            [(GRAVE, Weight.CRITICAL)],
        ),  # every port: nobody can register that
        (town(rule(1, "lg:all", "wan:all", "HTTPS")), [(GRAVE, Weight.HIGH)]),  # nor every host
        (town(rule(1, "lg:lg-pcs", "mn:mn-srv", "HTTPS"), ports=INSIDE), [(CHECK, Weight.HIGH)]),
        (town(rule(1, "lg:all", "mn:all", "HTTPS"), ports=INSIDE), [(GRAVE, Weight.CRITICAL)]),
        (
            town(rule(1, "lg:lg-pc", "in:in-pc", "HTTPS"), ports=PORTS),
            [(GRAVE, Weight.CRITICAL)],
        ),  # alpha knows no direct session
        (town(rule(1, "lg:lg-pc", "in:in-pc", "HTTPS"), ports=PORTS, model="beta"), [(CHECK, Weight.HIGH)]),
        (
            town(rule(1, "lg:lg-pc", "in:in-pc", "HTTPS"), ports=PORTS, lenient=True),
            [(GRAVE, Weight.CRITICAL)],
        ),  # what the city's own standard adds softens nothing
        (
            town(rule(1, "lg:lg-pc", "mn:mn-srv", "HTTPS"), ports=INSIDE, roles={"mn-srv": "printer"}),
            [(GRAVE, Weight.CRITICAL)],
        ),
    ],
)
def test_only_what_an_entry_would_mend_is_milder(made, found, tmp_path):
    assert named(made, tmp_path) == found


def test_a_peer_of_the_my_number_tier_must_be_of_a_class_that_it_may_meet(tmp_path):
    ports = {"mn": ("mn-lan", "10.0.0.1/24"), "wan": ("wan-net", "198.18.1.2/15")}
    reached = rule(1, "mn:mn-srv", "wan:lgwan-asp", "PING")
    unknown = town(reached, ports=ports)

    assert named(unknown, tmp_path / "unknown") == [(GRAVE, Weight.CRITICAL)]
    known = replace(unknown, keys={"lgwan-asp": ", peer_class: lgwan_asp_closed"})
    assert named(known, tmp_path / "known") == [(CHECK, Weight.HIGH)]


def test_two_models_at_once_must_both_know_it(tmp_path):
    both = town(rule(1, "lg:lg-pc", "in:in-pc", "HTTPS"), ports=PORTS, model="beta")
    folder = both.written(tmp_path)
    path = folder / "policy.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("segments: all}", "segments: all, until: 2026-11-23}"),
        encoding="utf-8",
    )

    found = assessing.assess(str(folder), day=DAY).assessment.findings  # no model holds today
    assert [one.check for one in found if one.check in (CHECK, GRAVE)] == [GRAVE]
