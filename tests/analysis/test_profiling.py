"""Entries of a register held against the models: a town with a host in every tier, no rules and no engine."""

from datetime import date

import pytest

from segcheck.analysis import permitting, profiling
from segcheck.analysis.profiling import Why
from segcheck.loaders import site as sites
from segcheck.model.profile import Need
from segcheck.model.site import Endpoint
from segcheck.model.site_words import EndpointKind, Tier

DAY = date(2026, 11, 24)
TIERS = {tier.value: number for number, tier in enumerate(Tier) if tier not in (Tier.PUBLIC, Tier.UNKNOWN)}


def topology(zones=TIERS):
    segments = "".join(
        f"  {name}: {{zone: z-{name}, v4: [10.{n}.0.0/24], v6: none, gateway: [fw]}}\n" for name, n in zones.items()
    )
    peers = {"lgwan_wan": "lgwan_asp_closed", "juki": "juki"}
    hosts = "".join(
        f"  - {{id: h-{name}, segment: {name}, addresses: [10.{n}.0.10]"
        + (f", peer_class: {peers[name]}" if name in peers else "")
        + "}\n"
        for name, n in zones.items()
    )
    ports = "".join(f"      p{n}: {{segment: {name}, address: 10.{n}.0.1}}\n" for name, n in zones.items())
    names = "".join(f"  z-{name}: {{tier: {name}}}\n" for name in zones)
    return (
        f"segcheck: 1\nname: 試験町\nzones:\n{names}  lg2: {{tier: lgwan}}\n  guests: {{tier: public}}\nsegments:\n{segments}"
        "  lgwan2: {zone: lg2, v4: [10.99.0.0/24], v6: none}\n"
        "  guest: {zone: guests, v4: [10.98.0.0/24], v6: none}\n"
        f"hosts:\n{hosts}"
        "  - {id: trusted, segment: lgwan_wan, addresses: [10.7.0.20], peer_class: lgwan_trusted_public}\n"
        "  - {id: unclassed, segment: lgwan_wan, addresses: [10.7.0.21]}\n"
        "  - {id: saas, addresses: [203.0.113.10], role: cloud_service}\n"
        "  - {id: lg-two, segment: lgwan2, addresses: [10.99.0.10]}\n"
        "groups:\n  several: {hosts: [h-security_cloud, h-lgwan]}\n"
        "  fw-lg: {ranges: [10.1.0.1-10.1.0.1]}\n  mixed: {hosts: [h-lgwan_wan, unclassed]}\n"
        f"devices:\n  - id: fw\n    kind: firewall\n    interfaces:\n{ports}"
        "  - {id: rt, kind: router, interfaces: {a: {segment: lgwan, address: 10.1.0.2}}}\n"
        "gateways:\n"
        "  - {id: san, hosts: [h-sanitise], method: file_cdr, legs: [\n"
        "     {id: in, from: h-internet, service: tcp/443, opener: other},\n"
        "     {id: out, to: h-lgwan, service: tcp/443, opener: other},\n"
        "     {id: mn, to: h-mynumber, service: tcp/443, opener: other}]}\n"
        "  - {id: rbi, hosts: [h-sanitise], method: web_isolation, legs: [{id: a, from: h-internet, service: tcp/443,\n"
        "     opener: other}, {id: b, to: h-lgwan, service: tcp/443, opener: other}]}\n"
        "  - {id: scr, hosts: [h-internet], method: screen, legs: [{id: view, to: h-lgwan, service: tcp/3389, opener: other},\n"
        "     {id: web, from: h-security_cloud, service: tcp/8080, opener: self}]}\n"
    )


def entry(source, target, kind="specific", **more):
    keys = {
        "id": "E",
        "kind": kind,
        "from": source,
        "to": target,
        "service": "tcp/443",
        "purpose": "p",
        "status": "承認",
    }
    keys |= {"approver": "課長", "approved": "2026-04-01", "expires": "2027-03-31"} | more
    return "  - {" + ", ".join(f"{key}: {value}" for key, value in keys.items() if value) + "}\n"


def profile(model="alpha", edition="R7.3", segments="all", **days):
    more = "".join(f", {key}: {day}" for key, day in days.items())
    return f'  - {{model: "{model}", guideline_edition: {edition}, segments: {segments}{more}}}\n'


@pytest.fixture
def loaded(tmp_path):
    """Return a function that loads the town with a policy."""

    def load(*entries, profiles=(), options="", standard=""):
        (tmp_path / "topology.yaml").write_text(topology(), encoding="utf-8")
        text = "segcheck: 1\nprofiles:\n" + "".join(profiles or [profile()])
        text += f"options: {{{options}}}\n" if options else ""
        text += f"standard:\n{standard}" if standard else ""
        (tmp_path / "policy.yaml").write_text(
            text + ("register:\n" if entries else "") + "".join(entries), encoding="utf-8"
        )
        found = sites.load(str(tmp_path))
        problems = [
            problem.en for one in found.files for problem in one.problems if "used by nothing" not in problem.en
        ]
        return found.site, problems

    return load


@pytest.fixture
def refused(loaded):
    """Return a function that gives the refusals of the first entry."""

    def refuse(*entries, day=DAY, **policy):
        site, problems = loaded(*entries, **policy)
        assert site is not None, problems
        held = permitting.Register(site).on(day)[0]
        assert bool(held.refusals) is bool(held.refused)
        assert bool(held.allowances) is (not held.refused)  # one place at each end
        return held.refusals

    return refuse


def why(refusals):
    return {one.why for one in refusals}


# ---- α and β are each other's mirror


VIEW_IN = entry("h-lgwan", "h-internet", "screen", gateway="scr", legs="[view]", service="tcp/3389")
VIEW_LG = entry("h-internet", "h-lgwan", "screen", gateway="scr", service="tcp/3389")


@pytest.mark.parametrize(
    ("model", "outward"),
    [
        ("alpha", True),
        ("alpha_prime", True),
        ("beta", False),
        ("beta_prime", False),
        ("α’", True),
        ("βダッシュ", False),
    ],
)
def test_the_same_entry_is_legal_in_one_model_and_not_in_the_other(refused, model, outward):
    assert why(refused(VIEW_IN, profiles=[profile(model)])) == (set() if outward else {Why.KIND})
    assert why(refused(VIEW_LG, profiles=[profile(model)])) == ({Why.KIND} if outward else set())


# ---- what entries need


@pytest.mark.parametrize(
    ("written", "missing"),
    [
        (entry("h-mynumber", "h-lgwan_wan"), None),
        (entry("h-mynumber", "trusted"), None),
        (entry("h-mynumber", "unclassed"), Need.PEER),
        (entry("h-mynumber", "mixed"), Need.PEER),
        (entry("h-mynumber", "lgwan_wan"), Need.PEER),  # a whole segment
        (entry("h-maintenance", "h-lgwan", "maintenance"), Need.TIME_BOXED),
        (entry("h-maintenance", "h-lgwan", "maintenance", schedule="火曜 22:00-23:00"), None),
        (entry("h-maintenance", "h-lgwan", "maintenance", schedule="火曜 22:00-23:00", expires=""), Need.TIME_BOXED),
        (entry("fw-lg", "h-security_cloud", "log_export"), None),
        (entry("h-lgwan", "h-security_cloud", "log_export"), Need.DEVICE_INITIATOR),
        (entry("h-management", "fw-lg", "maintenance"), None),
        (entry("h-management", "h-lgwan", "maintenance"), Need.DEVICE_RESPONDER),
        (entry("h-internet", "saas"), Need.VIA_SECURITY_CLOUD),
        (entry("h-internet", "saas", path="[fw]"), None),  # the firewall stands at the security cloud's segment
        (entry("h-internet", "saas", path="[rt]"), Need.VIA_SECURITY_CLOUD),
        (entry("h-juki", "h-mynumber"), None),
        (entry("h-internet", "h-lgwan", "sanitise", gateway="san", legs="[in, out]"), None),
        (entry("h-internet", "h-lgwan", "sanitise", gateway="san"), Need.LEGS),  # the direct session
        (entry("h-internet", "h-lgwan", "sanitise", gateway="san", legs="[in]"), Need.LEGS),
    ],
)
def test_an_entry_permits_only_with_what_its_cell_asks_for(refused, written, missing):
    found = refused(written)

    assert {need for one in found for need in one.missing} == ({missing} if missing else set())


def test_a_sanitiser_of_another_method_or_towards_my_number_is_refused(refused):
    isolated = refused(entry("h-internet", "h-lgwan", "sanitise", gateway="rbi", legs="[a, b]"))
    inward = refused(entry("h-internet", "h-mynumber", "sanitise", gateway="san", legs="[in, mn]"))

    assert why(isolated) == {Why.METHOD}
    assert why(inward) == {Why.KIND}
    assert all(one.cell.never or one.cell.word == "deny" or one.cell.word == "ours" for one in inward)


def test_one_management_zone_does_not_manage_both_sides(refused):
    both = [
        entry("h-management", "fw-lg", "maintenance"),
        entry("h-management", "mynumber", "maintenance", id="F"),
    ]

    assert Need.ONE_SIDE in refused(*both)[0].missing


def test_local_breakout_is_for_named_destinations_by_a_declared_device(refused):
    prime = [profile("alpha_prime")]

    assert refused(entry("h-lgwan", "saas", "lbo", path="[fw]"), profiles=prime) == ()
    assert refused(entry("h-lgwan", "saas", "lbo"), profiles=prime)[0].missing == (Need.PATH,)
    assert refused(entry("h-lgwan", "guest", "lbo", path="[fw]"), profiles=prime)[0].missing == (Need.NAMED_RESPONDER,)
    assert why(refused(entry("h-lgwan", "saas", "lbo", path="[fw]"))) == {Why.KIND}  # α


def test_intake_alone_was_allowed_from_r2_12_to_r4_3(refused):
    for edition, out, into in [("H30.9", 1, 1), ("R2.12", 1, 0), ("R4.3", 0, 0)]:
        old = [profile(edition=edition)]
        assert len(refused(entry("h-mynumber", "trusted"), profiles=old)) == out
        assert len(refused(entry("trusted", "h-mynumber", initiator="to"), profiles=old)) == into


# ---- choices of the city


@pytest.mark.parametrize(
    ("written", "option", "model"),
    [
        (entry("h-lgwan", "h-internet", "relay"), "lg_in_update_relay: registered", "alpha"),
        (entry("h-internet", "saas", "lbo", path="[fw]"), "in_lbo_destinations: [saas]", "beta"),
        (entry("h-lgwan_wan", "h-mynumber"), "lgwan_push_sources: [h-lgwan_wan]", "alpha"),
        (entry("h-lgwan", "h-gov_cloud"), "gov_cloud_lgwan_systems: [h-gov_cloud]", "alpha"),
        (entry("h-gov_cloud", "h-lgwan"), "gov_cloud_lgwan_systems: [h-gov_cloud]", "alpha"),
        (entry("h-gov_cloud", "saas"), "gov_cloud_patch: [saas]", "alpha"),
        (entry("h-gov_cloud", "saas"), "gov_cloud_licence: [saas]", "alpha"),
        (entry("h-gov_cloud", "saas"), "gov_cloud_console: [saas]", "alpha"),
        (
            entry("h-mynumber", "h-lgwan", "screen", gateway="scr", service="tcp/3389"),
            "mn_screen_transfer: true, mn_screen_client: mynumber",
            "alpha",
        ),
    ],
)
def test_each_option_opens_its_own_cell_and_is_missed_where_it_is_not_stated(refused, written, option, model):
    off = refused(written, profiles=[profile(model)])

    assert why(off) == {Why.OPTION}
    assert not off[0].stated
    assert refused(written, profiles=[profile(model)], options=option) == ()


def test_an_option_that_names_others_helps_nobody_else_and_none_opens_what_never_may_be(refused):
    others = refused(entry("h-gov_cloud", "saas"), options="gov_cloud_patch: [h-internet]")
    every = "mn_screen_transfer: true, mn_screen_client: mynumber, in_lbo_destinations: [saas], gov_cloud_patch: [saas]"

    assert (why(others), others[0].stated) == ({Why.OPTION}, True)
    for kind in ("specific", "relay", "lbo", "log_export", "maintenance"):
        for source, target in [("h-mynumber", "h-internet"), ("h-internet", "h-mynumber"), ("h-mynumber", "saas")]:
            found = refused(entry(source, target, kind, path="[fw]", schedule="夜間"), options=every)
            assert found[0].cell.never


def test_screen_transfer_of_my_number_waits_until_its_direction_is_stated(loaded, refused):
    view = entry("h-mynumber", "h-lgwan", "screen", gateway="scr", service="tcp/3389")

    _, problems = loaded(view, options="mn_screen_transfer: true")
    assert any("mn_screen_client" in one for one in problems)
    assert refused(view, options="mn_screen_transfer: true")[0].missing == (Need.SCREEN_CLIENT,)
    assert refused(view, options="mn_screen_transfer: true, mn_screen_client: lgwan")[0].missing == (
        Need.SCREEN_CLIENT,
    )
    early = [profile(edition="R6.10")]
    on = "mn_screen_transfer: true, mn_screen_client: mynumber"
    assert why(refused(view, options=on, profiles=early)) == {Why.KIND}


def test_two_zones_of_one_tier_need_an_entry_or_the_option(refused):
    assert refused(entry("h-lgwan", "lg-two")) == ()
    assert refused(entry("h-lgwan", "lg-two", "lbo"), options="intra_tier: allow") == ()
    assert why(refused(entry("h-lgwan", "lg-two", "lbo"))) == {Why.KIND}


# ---- where and when


MIGRATION = [
    profile("alpha", segments="[lgwan]", until="2027-03-31"),
    profile("beta", segments="[lgwan]", **{"from": "2027-04-01"}),
    profile("beta", segments="[internet, sanitise]"),
]


@pytest.mark.parametrize(
    ("day", "outward"), [(date(2027, 3, 31), True), (date(2027, 4, 1), False), (date(2026, 4, 1), True)]
)
def test_two_profiles_run_side_by_side_and_the_more_protected_segment_counts(refused, day, outward):
    late = {"expires": "2028-03-31"}
    view_in = entry("h-lgwan", "h-internet", "screen", gateway="scr", legs="[view]", service="tcp/3389", **late)
    view_lg = entry("h-internet", "h-lgwan", "screen", gateway="scr", service="tcp/3389", **late)

    assert bool(refused(view_in, profiles=MIGRATION, day=day)) is not outward
    assert bool(refused(view_lg, profiles=MIGRATION, day=day)) is outward


def test_where_no_profile_holds_nothing_is_permitted(refused):
    assert why(refused(entry("h-mynumber", "h-lgwan"), profiles=MIGRATION)) == {Why.NO_MODEL}
    ended = [profile(until="2026-11-23")]
    assert why(refused(entry("h-mynumber", "h-lgwan"), profiles=ended)) == {Why.NO_MODEL}


def test_of_an_end_with_hosts_in_several_places_only_those_count_that_the_model_knows(loaded):
    site, _ = loaded(entry("h-internet", "several"))
    (held,) = permitting.Register(site).on(DAY)

    assert [(one.place, one.peer) for one in held.refusals] == [("internet", "lgwan")]
    (permitted,), (refused,) = held.allowances, held.refused
    assert permitted.responders == permitting.addresses_of(site, Endpoint(EndpointKind.HOST, "h-security_cloud"))
    assert refused.responders == permitting.addresses_of(site, Endpoint(EndpointKind.HOST, "h-lgwan"))


# ---- the city's own standard


RULE = (
    "  - {id: KJ, from: internet, to: school, kinds: [specific], document: 基準 3, approver: 課長, reason: 共同利用,"
    " review_due: 2026-11-24}\n"
)


def test_a_standard_may_permit_more_until_its_review_is_due_and_says_so(loaded, refused):
    written = entry("h-internet", "h-school")

    assert why(refused(written)) == {Why.KIND}
    assert refused(written, standard=RULE) == ()
    assert why(refused(written, standard=RULE, day=date(2026, 11, 25))) == {Why.KIND}
    site, _ = loaded(written, standard=RULE)
    assert [one.id for one in profiling.weakening(site, DAY)] == ["KJ"]
    assert [*profiling.weakening(site, date(2026, 11, 25))] == []


def test_a_standard_may_tighten_without_asking_anybody(loaded, refused):
    rule = "  - {id: KJ, from: lgwan, to: lgwan_wan, kinds: [relay], document: 基準 3}\n"
    written = entry("h-lgwan", "h-lgwan_wan")

    assert refused(written) == ()
    assert why(refused(written, standard=rule)) == {Why.KIND}
    assert refused(entry("h-lgwan", "h-lgwan_wan", "relay"), standard=rule) == ()
    site, _ = loaded(written, standard=rule)
    assert [*profiling.weakening(site, DAY)] == []


def test_what_a_standard_keeps_keeps_its_needs(refused):
    rule = "  - {id: KJ, from: mynumber, to: lgwan_wan, kinds: [specific], document: 基準 3}\n"

    assert refused(entry("h-mynumber", "unclassed"), standard=rule)[0].missing == (Need.PEER,)


def test_a_standard_of_one_model_says_nothing_of_another(refused):
    rule = RULE.replace("from: internet", "model: β, from: internet")

    assert why(refused(entry("h-internet", "h-school"), standard=rule)) == {Why.KIND}
    assert refused(entry("h-internet", "h-school"), standard=rule, profiles=[profile("beta")]) == ()


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (RULE.replace("to: school", "to: mynumber"), "no standard can open internet to mynumber"),
        (RULE.replace("from: internet, to: school", "from: mynumber, to: public"), "no standard can open"),
        (RULE.replace("approver: 課長, ", ""), "'approver' is missing"),
        (RULE.replace("reason: 共同利用,", ""), "'reason' is missing"),
        (RULE.replace(" review_due: 2026-11-24", ""), "'review_due' is missing"),
        (RULE.replace("to: school", "to: internet"), "both tiers are the same"),
        (RULE.replace("to: school", "to: skool"), "'skool' is not one of the words"),
        (RULE + RULE, "is the id of something else already"),
    ],
)
def test_a_standard_that_cannot_be_meant_is_refused_at_its_line(loaded, rule, said):
    site, problems = loaded(standard=rule)

    assert site is None
    assert any(said in one for one in problems), problems


# ---- editions and days of the profiles


@pytest.mark.parametrize(
    ("profiles", "said"),
    [
        ([profile(edition="R8.3")], "edition 'R8.3' of the guideline is not known"),
        ([profile("alpha_prime", "R5.3")], "edition R5.3 does not know the model alpha_prime; it begins with R6.10"),
        ([profile("beta", "H30.9")], "it begins with R2.12"),
        ([profile(), profile("beta", segments="[lgwan]")], "segment 'lgwan' has two models at once: alpha and beta"),
        (
            [profile(until="2027-03-31"), profile("beta", **{"from": "2027-03-31"})],
            "has two models at once",
        ),
    ],
)
def test_profiles_that_cannot_hold_are_refused(loaded, profiles, said):
    site, problems = loaded(profiles=profiles)

    assert site is None
    assert any(said in one for one in problems), problems


def test_profiles_one_after_the_other_are_sound(loaded):
    site, problems = loaded(profiles=[profile(until="2027-03-31"), profile("beta", **{"from": "2027-04-01"})])

    assert site is not None
    assert problems == []
