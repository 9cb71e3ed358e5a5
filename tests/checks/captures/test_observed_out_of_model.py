import pytest

from tests.checks.sites import entry, rule
from tests.replays import FAR, PC, TAPS, Shown, flow, named, only, params, seen, town

CHECK = "observed-out-of-model"
RDP = [rule(1, "lg:lg-pc", "in:in-pc", "RDP"), rule(2, "in:in-pc", "lg:lg-pc", "RDP")]


def gateway(name, host, viewer, source):
    """A screen server with the leg `view`, and one on which it fetches what it shows."""
    return (
        f"  - id: {name}\n    hosts: [{host}]\n    method: screen\n    legs:\n"
        f"      - {{id: view, to: {viewer}, service: tcp/3389, opener: other}}\n"
        f"      - {{id: web, from: {source}, service: tcp/8080, opener: self}}\n"
    )


GATEWAYS = (
    TAPS
    + "gateways:\n"
    + gateway("screen-in", "in-pc", "lg-pc", "in-mail")
    + gateway("screen-lg", "lg-pc", "in-pc", "lg-mail")
)


def screen(viewer, server, name):
    more = {"kind": "screen", "gateway": name, "legs": "[view]"}
    return town(entry("S1", viewer, server, "tcp/3389", **more), rules=RDP, topology=GATEWAYS, lenient=False)


FIRES = Shown(town=screen("in-pc", "lg-pc", "screen-lg"), taps={"tl": [flow(FAR, PC, 3389)]})
SOUND = Shown(town=screen("lg-pc", "in-pc", "screen-in"), taps={"tl": [flow(PC, FAR, 3389)]})


def judged(folder, case, profiles):
    written = case.town.written(folder)
    path = written / "policy.yaml"
    head = "  - {model: alpha, guideline_edition: R7.3, segments: all}\n"
    text = path.read_text(encoding="utf-8")
    assert head in text
    path.write_text(text.replace(head, profiles), encoding="utf-8")
    return seen(written, case.taps)


@pytest.mark.parametrize(
    ("model", "viewed", "turned"),
    [("alpha", [], [CHECK]), ("alpha_prime", [], [CHECK]), ("beta", [CHECK], []), ("beta_prime", [CHECK], [])],
)
def test_the_same_screen_transfer_is_allowed_in_one_model_and_not_in_another(tmp_path, model, viewed, turned):
    profile = f"  - {{model: {model}, guideline_edition: R7.3, segments: all}}\n"

    assert named(judged(tmp_path / "a", SOUND, profile)) == viewed
    assert named(judged(tmp_path / "b", FIRES, profile)) == turned


@pytest.mark.parametrize(
    ("until", "begins", "checks"), [("2026-11-24", "2026-11-25", []), ("2026-11-23", "2026-11-24", [CHECK])]
)
def test_the_model_of_the_packets_day_counts(tmp_path, until, begins, checks):
    profiles = (
        f"  - {{model: alpha, guideline_edition: R7.3, segments: all, until: {until}}}\n"
        f"  - {{model: beta, guideline_edition: R7.3, segments: all, from: {begins}}}\n"
    )

    assert named(judged(tmp_path, SOUND, profiles)) == checks


def test_a_segment_that_has_not_moved_keeps_its_model(tmp_path):
    profiles = (
        "  - {model: alpha, guideline_edition: R7.3, segments: [lg-lan]}\n"
        "  - {model: beta, guideline_edition: R7.3, segments: [in-lan]}\n"
    )

    assert named(judged(tmp_path, SOUND, profiles)) == []


def test_it_names_the_entry_its_kind_and_the_model(tmp_path):
    found = only(FIRES.judged(tmp_path))

    assert (found.check, found.subject, params(found)["model"], params(found)["kind"]) == (
        CHECK,
        "S1",
        "alpha",
        "screen",
    )
