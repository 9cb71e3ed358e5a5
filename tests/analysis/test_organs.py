"""Entries between organs: both must know them, and the answer says whose standard refused."""

from dataclasses import replace
from datetime import date

import pytest

from segcheck.analysis import permitting
from segcheck.analysis.organs import Concerned
from segcheck.analysis.profiling import Why
from segcheck.app import modelling
from segcheck.checks._models import reason
from segcheck.loaders import site as sites
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.register import ProfileModel
from segcheck.model.site_words import Tier
from tests.analysis.test_profiling import VIEW_IN, entry, profile, topology

DAY = date(2026, 11, 24)
CITY = "  - {id: city, name: 市長部局, responsible: 課長}\n"
#: LGWAN tier to LGWAN tier, of another zone.
BESIDE = entry("h-lgwan", "lg-two")
ALLOW = "options: {intra_tier: allow}\n"


def organ(zone, more=""):
    return f"  - {{id: water, name: 水道, responsible: 課長, zones: [{zone}]{more}}}\n"


def standard(source, target, kinds=""):
    return f", standard: [{{id: W1, from: {source}, to: {target}, kinds: [{kinds}], document: d}}]"


@pytest.fixture
def load(tmp_path):
    """Return a function that loads the town with an entry and organs."""

    def made(line, organs="", profiles=(), options=""):
        groups = "groups:\n  two: {hosts: [h-lgwan, lg-two]}\n"
        (tmp_path / "topology.yaml").write_text(topology().replace("groups:\n", groups), encoding="utf-8")
        text = "segcheck: 1\nprofiles:\n" + "".join(profiles or [profile()]) + options + "register:\n" + line
        (tmp_path / "policy.yaml").write_text(text + (f"organs:\n{organs}" if organs else ""), encoding="utf-8")
        found = sites.load(str(tmp_path))
        assert found.site is not None, [problem.en for one in found.files for problem in one.problems]
        return found.site

    return made


def refusals(site):
    return permitting.Register(site).on(DAY)[0].refusals


@pytest.mark.parametrize("options", ["", ALLOW])
@pytest.mark.parametrize(
    ("organs", "by"),
    [
        ("", None),
        (CITY + organ("lg2"), None),
        (CITY + organ("lg2", standard("lgwan", "lgwan", "specific")), None),
        (CITY + organ("lg2", standard("lgwan", "lgwan")), "water"),
        (organ("lg2", standard("lgwan", "lgwan")), "water"),  # the rest is the body's
        (CITY + organ("z-internet", standard("lgwan", "lgwan")), None),  # neither end is of it
    ],
)
def test_an_entry_of_one_tier_must_be_known_to_both_organs(load, options, organs, by):
    found = refusals(load(BESIDE, organs, options=options))

    assert [(one.why, one.organ.id) for one in found] == ([(Why.KIND, by)] if by else [])


@pytest.mark.parametrize(
    ("organs", "options", "free"),
    [
        ("", ALLOW, True),
        (CITY + organ("z-internet"), ALLOW, True),
        (CITY + organ("z-lgwan, lg2"), ALLOW, True),
        (CITY + organ("lg2"), ALLOW, False),
        (CITY + organ("z-lgwan, lg2"), "", False),
    ],
)
def test_a_tier_is_free_within_an_organ_only(load, organs, options, free):
    policy = load(BESIDE, organs, options=options).policy

    assert policy.intra_tier("z-lgwan", Tier.LGWAN, "lg2", Tier.LGWAN) is free
    assert not policy.intra_tier("z-lgwan", Tier.LGWAN, "lg2", Tier.INTERNET)


@pytest.mark.parametrize(
    ("city", "water", "by"),
    [("alpha", "", None), ("alpha", "alpha", None), ("alpha", "beta", "water"), ("beta", "alpha", "city")],
)
def test_screen_transfer_between_organs_must_be_known_to_the_models_of_both(load, city, water, by):
    """The LGWAN tier views the internet tier in alpha, and not in beta; of the two ends, LGWAN is the more protected."""
    own = f", profiles: [{{model: {water}, guideline_edition: R7.3, segments: all}}]" if water else ""
    site = load(VIEW_IN, CITY + organ("z-internet", own), [profile(city)])
    found = refusals(site)

    assert [one.organ.id for one in found] == ([by] if by else [])
    if found:
        japanese, english = reason(site.policy.guideline, found[0])
        assert english.startswith(f"by the standard of {found[0].organ.title}: ")
        assert japanese.startswith(f"{found[0].organ.title} の基準による。")
    assert refusals(load(VIEW_IN, profiles=[profile(city)])) == () or city == "beta"


@pytest.mark.parametrize(("zone", "by"), [("z-lgwan", "water"), ("z-internet", None), ("lg2", None)])
def test_with_what_others_answer_for_the_organ_decides_alone(load, tmp_path, zone, by):
    """LGWAN is nobody's here: whoever has the LGWAN tier decides by its own standard."""
    load(entry("h-lgwan", "h-lgwan_wan"), CITY + organ(zone, standard("lgwan", "lgwan_wan")))
    text = topology().replace("z-lgwan_wan: {tier: lgwan_wan}", "z-lgwan_wan: {tier: lgwan_wan, responsibility: jlis}")
    (tmp_path / "topology.yaml").write_text(text, encoding="utf-8")
    site = sites.load(str(tmp_path)).site
    found = refusals(site)

    assert site.policy.organ_of("z-lgwan_wan") is None
    assert [one.organ.id for one in found] == ([by] if by else [])
    if found:
        assert "W1" in reason(site.policy.guideline, found[0])[1]


BOTH = {"city", "water"}


@pytest.mark.parametrize(
    ("key", "subject", "zones", "organs"),
    [
        ("x", "x", ("z-lgwan", "z-dmz"), {"city"}),
        ("x", "x", ("z-lgwan", "lg2"), BOTH),
        ("x", "x", ("lg2", ""), {"water"}),
        ("x", "x", ("", "lg2"), {"water"}),
        ("x", "x", ("public", "lg2"), {"water"}),
        ("x", "x", ("public", "unknown"), BOTH),  # between what is nobody's
        ("rt:a", "rt a", ("", ""), {"city"}),
        ("rt/main/1", "rt policy 1", ("", ""), {"city"}),
        ("E:lan", "E", ("", ""), BOTH),
        ("lg-two", "lg-two", ("", ""), {"water"}),
        ("lgwan2", "lgwan2", ("", ""), {"water"}),
        ("several", "several", ("", ""), {"city"}),
        ("san", "san", ("", ""), {"city"}),
        ("DOC-1", "自己点検", ("", ""), BOTH),  # the body's papers
        ("web:1", "rt a", ("", ""), {"city"}),
        ("E:/fw", "E", ("z-lgwan", ""), BOTH),  # an entry whose other end is not among its zones
        ("two", "two", ("z-lgwan", ""), BOTH),  # a group with members of both
    ],
)
def test_a_finding_concerns_the_organs_of_its_zones_else_of_its_subject(load, key, subject, zones, organs):
    site = load(BESIDE, CITY + organ("lg2"))
    found = Finding(
        check="c",
        weight=Weight.HIGH,
        standing=Standing.VIOLATED,
        basis=(Basis.RULES,),
        subject=subject,
        key=key,
        src_zone=zones[0],
        dst_zone=zones[1],
    )

    assert Concerned(site).finding(found) == organs


@pytest.mark.parametrize(("zone", "organs"), [("z-lgwan", {"city"}), ("z-dmz", {"water"}), ("", BOTH)])
def test_a_device_of_both_is_about_the_zone_that_is_named(load, zone, organs):
    found = Finding(
        check="c",
        weight=Weight.HIGH,
        standing=Standing.VIOLATED,
        basis=(Basis.RULES,),
        subject="fw a",
        key="fw:a",
        src_zone=zone,
    )

    assert Concerned(load(BESIDE, CITY + organ("z-dmz"))).finding(found) == organs


@pytest.mark.parametrize(("also", "organs"), [((), {"city"}), (("z-dmz",), {"city"}), (("lg2",), BOTH)])
def test_a_host_with_legs_in_two_organs_concerns_both(load, also, organs):
    found = Finding(
        check="c",
        weight=Weight.HIGH,
        standing=Standing.VIOLATED,
        basis=(Basis.RULES,),
        subject="h-lgwan",
        key="h-lgwan",
        src_zone="z-lgwan",
        also=also,
    )

    assert Concerned(load(BESIDE, CITY + organ("lg2"))).finding(found) == organs
    assert found.fingerprint == replace(found, also=()).fingerprint


def test_another_model_is_supposed_for_every_organ(load):
    own = ", profiles: [{model: beta, guideline_edition: R7.3, segments: all}]"
    site = load(VIEW_IN, CITY + organ("z-internet", own))

    assert refusals(site)
    assert refusals(modelling.supposing(site, ProfileModel.ALPHA, DAY)) == ()
