"""Organs as they are written: each zone is of one of them, and who has the rest."""

import pytest

from segcheck.model.diagnostic import Severity
from segcheck.model.register import ProfileModel
from tests.loaders.site import cities

TOPOLOGY = cities.TOPOLOGY.replace(
    "  in: {tier: internet}\n", "  in: {tier: internet}\n  sc: {tier: security_cloud, responsibility: prefecture}\n"
).replace(
    "hosts:\n",
    "  in-net: {zone: in, v4: [10.31.10.0/24]}\n  cloud: {zone: sc, v4: [198.51.100.0/24], kind: external}\nhosts:\n",
    1,
)
OWN = (
    "clauses: water, profiles: [{model: beta, guideline_edition: R7.3, segments: all}], "
    "standard: [{id: W1, from: lgwan, to: internet, document: d}]"
)
CLAUSES = "segcheck: 1\ntitle: t\nbody: b\nin_force: 2026-04-01\nrequirements: {MN-01: '1'}\n"


def load(folder, *organs):
    (folder / "clauses").mkdir()
    (folder / "clauses/water.yaml").write_text(CLAUSES, encoding="utf-8")
    text = cities.POLICY + "organs:\n" + "".join(f"  - {{{one}}}\n" for one in organs)
    return cities.load(folder, topology=TOPOLOGY, policy=text)


def test_an_organ_has_zones_models_a_standard_and_clauses_of_its_own(tmp_path):
    loaded = load(
        tmp_path, "id: city, responsible: 課長", f"id: water, name: 水道, responsible: 水道課長, zones: [in], {OWN}"
    )
    assert cities.found(loaded) == []
    policy = loaded.site.policy

    city, water = policy.organs
    assert (city.main, city.zones, city.title, water.main) == (True, {"lg"}, "city", False)
    assert (water.zones, water.title, water.responsible, water.clauses) == ({"in"}, "水道 (water)", "水道課長", "water")
    assert [policy.organ_of(zone) for zone in ("lg", "in", "sc", "public")] == [city, water, None, None]
    general, own = policy.profiles
    days = general.begins, own.begins
    assert days[0] is not None
    assert [general.holds(name, days[0]) for name in ("lg-srv", "in-srv", "public")] == [True, False, True]
    assert (own.model, own.segments, own.organ) == (ProfileModel.BETA, ("in-srv", "in-net"), "water")
    assert [rule.id for rule in policy.standard_of(water)] == ["W1"]
    assert policy.standard_of(city) == policy.standard_of(None) == ()


def test_without_organs_the_body_is_one(tmp_path):
    policy = cities.load(tmp_path).site.policy

    assert policy.organs == ()
    assert policy.organ_of("lg") is None


def test_segments_may_be_named_in_place_of_their_zone_and_what_is_left_is_noted(tmp_path):
    loaded = load(tmp_path, "id: water, responsible: r, segments: [in-srv, in-net]")

    body, water = loaded.site.policy.organs
    assert (body.id, body.name, body.main, body.zones) == ("main", "見本市", True, {"lg"})
    assert water.zones == {"in"}
    (problem,) = [one for file in loaded.files for one in file.problems]
    assert problem.severity is Severity.NOTE
    assert problem.en == "segments that no organ names belong to the body itself: lg-srv"
    assert "lg-srv" in problem.ja


def test_nothing_is_noted_where_nothing_is_left(tmp_path):
    loaded = load(tmp_path, "id: water, responsible: r, zones: [in]", "id: city, responsible: r, zones: [lg]")

    assert cities.found(loaded) == []


MISTAKES = [
    (("id: a, responsible: r, zones: [in]", "id: b, responsible: r, zones: [§in]"), "is of organ 'a' already (line 8)"),
    (("id: a, responsible: r, zones: [in]", "id: b, responsible: r, segments: [§in-srv, in-net]"), "of organ 'a' already"),
    (("id: a, responsible: r, segments: [§in-srv]",), "segments that 'a' does not name (in-net)"),
    (("id: a, responsible: r, zones: [§inn]",), "no zone 'inn'"),
    (("id: a, responsible: r, zones: [§public]",), "zone 'public' is built in"),
    (("id: a, responsible: r, segments: [§in-serv]",), "no segment 'in-serv'"),
    (("id: a, responsible: r", "id: §b, responsible: r"), "'b' names no zones, and neither does 'a'"),
    (("id: §main, responsible: r, zones: [in]",), "'main' is the body itself"),
    (("id: a, responsible: r, zones: [in]", "id: §a, responsible: r, zones: [lg]"), "'a' is the id of something else"),
    (("id: a, responsible: r, zones: [in], clauses: §watr",), "no file clauses/watr.yaml"),
    (
        ("id: a, responsible: r, zones: [in], profiles: [{model: beta, guideline_edition: R7.3, segments: [§lg-srv]}]",),
        "segment 'lg-srv' is none of 'a'",
    ),
    (
        ("id: a, responsible: r, zones: [in], profiles: [{model: beta, guideline_edition: §R9.9, segments: all}]",),
        "edition 'R9.9' of the guideline is not known",
    ),
    (
        ("id: a, responsible: r, zones: [in], profiles: [{model: alpha, guideline_edition: R7.3, segments: all}, "
         "{model: §beta, guideline_edition: R7.3, segments: [in-net]}]",),
        "segment 'in-net' has two models at once",
    ),
    (
        ("id: a, responsible: r, zones: [in], profiles: [{model: beta, guideline_edition: R7.3, segments: all, "
         "from: 2026-04-01, until: §2026-03-31}]",),
        "lies before from",
    ),
    (
        ("id: a, responsible: r, zones: [in], standard: [{id: W, from: lgwan, to: internet, document: d}]",
         "id: b, responsible: r, zones: [lg], standard: [{id: §W, from: lgwan, to: internet, document: d}]"),
        "'W' is the id of something else already (line 8)",
    ),
    (
        ("id: a, responsible: r, zones: [in], standard: [{id: W, from: internet, to: mynumber, kinds: §[specific], "
         "document: d}]",),
        "no standard can open internet to mynumber",
    ),
    (("§id: a, zones: [in]",), "'responsible' is missing"),
]  # fmt: skip


@pytest.mark.parametrize(("organs", "message"), MISTAKES, ids=[message[:40] for _, message in MISTAKES])
def test_a_mistake_is_told_at_its_place(tmp_path, organs, message):
    number = next(at for at, one in enumerate(organs) if "§" in one)
    line = cities.POLICY.count("\n") + 2 + number
    loaded = load(tmp_path, *(one.replace("§", "") for one in organs))

    assert loaded.site is None
    errors = [one for file in loaded.files for one in file.problems if one.severity is Severity.ERROR]
    (told,) = [one for one in errors if message in one.en]
    column = f"  - {{{organs[number]}}}".index("§") + 1
    assert (told.line, told.column) == (line, column if "missing" not in message else 5)
    assert told.ja != told.en
    assert bool(told.help_ja) == bool(told.help_en)


def test_an_item_of_an_audit_names_organs_that_there_are(tmp_path):
    (tmp_path / "audit.yaml").write_text(
        "segcheck: 1\nitems:\n"
        "  - {no: N-1, item: i, requirements: LG-01, organs: [suido, main, suido]}\n"
        "  - {no: N-2, item: i, organs: suidou}\n",
        encoding="utf-8",
    )
    loaded = load(tmp_path, "id: suido, responsible: r, zones: [in], clauses: water")

    assert cities.found(loaded)[-1:] == [("audit.yaml:4:32", "no organ 'suidou' in policy.yaml")]
    text = (tmp_path / "audit.yaml").read_text(encoding="utf-8")
    (tmp_path / "audit.yaml").write_text(text.replace("suidou", "suido"), encoding="utf-8")
    again = cities.site.load(tmp_path)
    assert [one.organs for one in again.site.audit.items] == [("suido", "main"), ("suido",)]
