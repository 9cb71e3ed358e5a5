"""Organs judged: what crosses between them, and whose outcome a finding, an exit or a lack of input is."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from segcheck import checks
from segcheck.app import assessing, requiring
from segcheck.lang.words import load
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.requirement import Outcome
from segcheck.model.result import Run
from segcheck.reports import _requirements, check_json
from segcheck.reports.as_text import Page
from tests.checks import coverage, sites
from tests.checks.sites import DAY, Firewall, Town, entry, route, rule
from tests.reports.results import faults

CROSSED = ("forbidden-crossing", "unregistered-crossing")
CITY = "  - {id: city, name: 市長部局, responsible: 情報政策課長}\n"
LIBRARY = "  - {id: library, name: 図書館, responsible: 生涯学習課長, zones: [lib], clauses: library}\n"
CLAUSES = "segcheck: 1\ntitle: T-{0}\nbody: {0}\nin_force: 2026-04-01\nrequirements: {{{1}: 第{0}条}}\n"
SEGMENTS = {
    "in-lan": ("in", "10.2.0.0/24", ""),
    "lib-lan": ("lib", "10.6.0.0/24", ""),
}
EXIT = {
    "undeclared": {"wan": "203.0.113.6/29"},
    "routes": [route(1, "0.0.0.0 0.0.0.0", "203.0.113.1", "wan")],
}
SHUT = {"sections": ""}


@pytest.fixture(autouse=True)
def library(monkeypatch):
    monkeypatch.setitem(sites.ZONES, "lib", "internet")


def judged(town, folder, organs=CITY + LIBRARY, options=""):
    town.written(folder)
    path = folder / "policy.yaml"
    text = path.read_text(encoding="utf-8") + options
    path.write_text(text + (f"organs:\n{organs}" if organs else ""), encoding="utf-8")
    (folder / "clauses").mkdir()
    (folder / "clauses/library.yaml").write_text(CLAUSES.format("library", "IN-01"), encoding="utf-8")
    (folder / "clauses/city.yaml").write_text(CLAUSES.format("city", "IN-01"), encoding="utf-8")
    return assessing.assess(str(folder), day=DAY)


def of(assessed, name):
    """Return the outcomes of a requirement by organ."""
    return {one.organ: one for one in assessed.assessment.requirements if one.requirement.id == name}


def two(city, library):
    """Return a town in which each organ has a firewall of its own."""
    return Town(
        segments=SEGMENTS,
        firewalls={
            "fw": Firewall(ports={"in": ("in-lan", "10.2.0.1/24")}, **city),
            "fw-lib": Firewall(ports={"lan": ("lib-lan", "10.6.0.1/24")}, **library),
        },
    )


@pytest.mark.parametrize("guilty", ["city", "library"])
def test_an_exit_is_that_of_the_organ_whose_device_has_it(tmp_path, guilty):
    assessed = judged(two(*((EXIT, SHUT) if guilty == "city" else (SHUT, EXIT))), tmp_path)
    innocent = "library" if guilty == "city" else "city"

    assert [one.check for one in assessed.assessment.findings if one.check == "extra-exit"] == ["extra-exit"]
    for name in ("IN-01", "IN-02"):
        found = of(assessed, name)
        assert [*found] == ["city", "library"]
        assert found[guilty].outcome is Outcome.FAIL
        assert found[guilty].findings
        assert found[innocent].outcome is not Outcome.FAIL
        assert not found[innocent].findings
    assert of(assessed, "MN-01")["library"].because[0][1] == "the site has no zone of tier mynumber"
    met = of(assessed, "IN-01")
    assert {name: (one.clauses, one.policy, one.example) for name, one in met.items()} == {
        "city": (("第city条",), "T-city", False),
        "library": (("第library条",), "T-library", False),
    }


def test_a_device_that_nobody_read_leaves_only_its_own_organ_without_evidence(tmp_path):
    town = two(SHUT, {"exported": False})
    found = of(judged(town, tmp_path), "IN-02")

    assert {name: one.outcome for name, one in found.items()} == {
        "city": Outcome.PASS,
        "library": Outcome.INSUFFICIENT,
    }
    assert any("fw-lib" in said[1] for said in found["library"].because)


def test_outputs_name_the_organ_and_nothing_where_there_is_none(tmp_path):
    run = Run(version="0", started="2026-11-24T00:00:00Z", command="check")
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    several = judged(two(SHUT, EXIT), tmp_path / "a")
    one = judged(two(SHUT, EXIT), tmp_path / "b", "")
    for found, names in ((several, {"city", "library"}), (one, {None})):
        payload = check_json.result(found.assessment, found.files, run, ())
        assert {row["organ"] for row in payload["requirements"]} == names
        assert faults(payload, "result") == []
    for language, heading in (
        ("ja", "機関: 図書館 (library), 生涯学習課長"),
        ("en", "Organ: 図書館 (library), 生涯学習課長"),
    ):
        text = told(several.assessment, language)
        assert heading in text
        assert text.index("市長部局 (city), 情報政策課長") < text.index(heading)
        assert "図書館 (library): " in text
        assert heading.split(":")[0] + ":" not in told(one.assessment, language)


def told(assessment, language):
    page = Page(load(language))
    _requirements.counts(page, assessment.requirements, assessment.site.policy.organs)
    _requirements.table(page, assessment.requirements, assessment.site.policy.organs)
    return page.text()


WATER = "  - {id: water, name: 水道, responsible: 水道課長, zones: [lg2]}\n"
PASSING = [rule(1, "lg:lg-pc", "w:all", "HTTPS")]


def beside(*register):
    """Return a town whose LGWAN tier is two zones, the one a water works', with a rule from one to the other."""
    return Town(
        segments={"lg-lan": ("lg", "10.1.0.0/24", ""), "w-lan": ("lg2", "10.7.0.0/24", "")},
        firewalls={"fw": Firewall(ports={"lg": sites.PORTS["lg"], "w": ("w-lan", "10.7.0.1/24")}, rules=PASSING)},
        register=register,
        lenient=False,
    )


@pytest.mark.parametrize(
    ("organs", "register", "crossed"),
    [
        ("", (), False),
        (CITY, (), False),  # one organ has both zones
        (CITY + WATER, (), True),
        (CITY + WATER, (entry("R1", "lg-pc", "w-srv", "tcp/443"),), False),
        (CITY + WATER, (entry("R1", "lg-pc", "w-srv", "tcp/22"),), True),
    ],
)
def test_between_organs_the_register_decides_though_the_tier_is_free(tmp_path, monkeypatch, organs, register, crossed):
    monkeypatch.setitem(sites.ZONES, "lg2", "lgwan")
    rules = [rule(1, "lg:lg-pc", "w:w-srv", "HTTPS")] if register else PASSING
    town = beside(*register)
    monkeypatch.setitem(sites.HOSTS, "w-srv", ("w-lan", "10.7.0.10"))
    town = replace(town, firewalls={"fw": replace(town.firewalls["fw"], rules=rules)})
    assessed = judged(town, tmp_path, organs, "options: {intra_tier: allow}\n").assessment

    found = {(one.src.id, one.dst.id): one.standing for one in assessed.crossings}
    assert found.get(("lg-lan", "w-lan")) is (
        Standing.VIOLATED if crossed else Standing.PROVEN if WATER in organs else None
    )
    guilty = [one for one in assessed.findings if ("lg", "lg2") in one.pairs and one.check in CROSSED]
    assert bool(guilty) is crossed
    if crossed:
        failed = {one.organ for one in assessed.requirements if one.requirement.id == "X-12" and one.findings}
        assert failed == {"city", "water"}


ZONES = {"w-in": "internet", "w-lg": "lgwan", "w-mn": "mynumber", "w-pc": "lgwan"}


@pytest.fixture(scope="module")
def vacuous(asked):
    """Return how organs stand of which three have a segment without anything, and one a terminal, by id and requirement."""
    met = requiring.stands(asked.site, DAY, asked, wanted=None, findings=())
    return {(one.organ, one.requirement.id): one for one in met}


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reiji") / "site"
    shutil.copytree(Path("topologies/reiji"), folder)
    new = {
        "zones:\n": "".join(f"  {name}: {{tier: {tier}, name: {name}}}\n" for name, tier in ZONES.items()),
        "segments:\n": "".join(f"  {z}: {{zone: {z}, v4: [10.251.{i}.0/24], v6: none}}\n" for i, z in enumerate(ZONES)),
        "hosts:\n": "  - {id: w-host, segment: w-pc, addresses: [10.251.3.10], role: terminal}\n",
    }
    path = folder / "topology.yaml"
    text = path.read_text(encoding="utf-8")
    for heading, lines in new.items():
        text = text.replace(f"\n{heading}", f"\n{heading}{lines}", 1)
    path.write_text(text, encoding="utf-8")
    path = folder / "policy.yaml"
    organs = "".join(f"  - {{id: {zone}, name: {zone}, responsible: 課長, zones: [{zone}]}}\n" for zone in ZONES)
    path.write_text(
        path.read_text(encoding="utf-8").replace("\norgans:\n", f"\norgans:\n{organs}", 1), encoding="utf-8"
    )
    return coverage.context(folder)


@pytest.mark.parametrize("organ", ["w-in", "w-lg", "w-mn"])
def test_an_organ_in_which_nothing_stands_passes_only_what_is_proven_of_its_crossings(vacuous, organ):
    met = {name: one for (mine, name), one in vacuous.items() if mine == organ}
    passed = {name for name, one in met.items() if one.outcome in (Outcome.PASS, Outcome.EXCEPTED)}
    crossing = {name for one in checks.asked_of(Basis.RULES) if one.CHECK.crosses for name in one.CHECK.requirements}

    assert passed  # it has segments, and what crosses is proven
    assert passed <= {name for name in crossing if not name.startswith("SP-")}
    assert all(met[name].sources == (Basis.RULES,) for name in passed)
    assert {"X-02", "MN-09", "IN-02", "X-13", "P-02", "G-01"}.isdisjoint(passed)
    assert vacuous["shicho", "G-01"].outcome is Outcome.PASS  # of whom there is something to ask


def test_an_organ_is_asked_only_of_what_it_has(vacuous):
    met = {name: one for (mine, name), one in vacuous.items() if mine == "w-pc"}

    assert met["G-02"].outcome is Outcome.PASS  # the body's papers are those of who has something there
    for name in ("X-02", "LG-12", "IN-02", "SP-4", "MN-09", "X-13"):
        assert met[name].outcome in (Outcome.NOT_APPLICABLE, Outcome.INSUFFICIENT), name


def test_zones_that_only_the_body_itself_has_are_nobodys(tmp_path):
    found = of(judged(two(SHUT, SHUT), tmp_path, LIBRARY), "G-01")

    assert "whose zone in is" in found["main"].because[0][1]
    assert not any("whose zone" in said[1] for said in found["library"].because)


def test_what_captures_refute_they_refute_for_the_organ_that_it_is_of(asked, vacuous):
    seen = Finding(
        check="observed-crossing",
        weight=Weight.CRITICAL,
        standing=Standing.VIOLATED,
        basis=(Basis.CAPTURES,),
        subject="w-lg → in",
        key="w-lg",
        zones=(("w-lg", "in-wi"),),
        requirements=("LG-01",),
    )
    said = ("観測", "observed")
    met = requiring.stands(asked.site, DAY, asked, wanted=None, findings=(seen,), refuted={("w-in", "LG-01"): (said,)})
    found = {one.organ: one for one in met if one.requirement.id == "LG-01"}

    assert (found["w-lg"].outcome, found["w-lg"].sources) == (Outcome.FAIL, (Basis.CAPTURES,))
    assert found["w-in"].outcome is Outcome.INSUFFICIENT
    assert said in found["w-in"].because
    assert found["w-pc"].outcome is vacuous["w-pc", "LG-01"].outcome is Outcome.PASS
