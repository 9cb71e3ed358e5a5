from segcheck import checks
from segcheck.checks.captures import rdp_without_tls
from segcheck.model.crossing import Standing
from segcheck.model.finding import FramesEvidence, Weight
from segcheck.model.requirement import Coverage
from tests.captures.recognisers.test_rdp import ANSWER, COOKIE, PLAIN, negotiation, tpkt
from tests.checks.sites import entry, rule
from tests.replays import FAR, PC, Shown, flow, named, only, params, seen, town

CHECK = "rdp-without-tls"
ASKS = tpkt(0xE0, negotiation(1, 0, 3))
SEALED, BARE = (ASKS, ANSWER), (tpkt(0xE0, COOKIE), PLAIN)
ZERO = (ASKS, tpkt(0xD0, negotiation(2, 0x1F, 0), b"\x00\x00\x12\x34\x00"))
FAILED = (ASKS, tpkt(0xD0, negotiation(3, 0, 5), b"\x00\x00\x12\x34\x00"))


def screens(kind="maintenance"):
    return town(entry("R1", "lg-pc", "in-pc", "tcp/3389", kind=kind), rules=[rule(1, "lg:lg-pc", "in:in-pc", "RDP")])


TOWN = screens()
FIRES = Shown(town=TOWN, taps={"tl": [flow(PC, FAR, 3389, heads=BARE)]})
SOUND = Shown(town=TOWN, taps={"tl": [flow(PC, FAR, 3389, heads=SEALED)]})


def judged(folder, *heads, **more):
    flows = [flow(PC, FAR, 3389, sport=50_000 + n, heads=pair, frame=1 + n, **more) for n, pair in enumerate(heads)]
    return seen(folder, {"tl": flows})


def test_a_server_that_names_no_protocol_chose_none(tmp_path):
    found = only(FIRES.judged(tmp_path), CHECK)

    assert (found.standing, found.weight, found.subject) == (Standing.VIOLATED, Weight.HIGH, "R1")
    assert found.requirements == ("X-03",)


def test_it_counts_and_shows_those_without_tls_alone(tmp_path):
    found = only(judged(TOWN.written(tmp_path), SEALED, BARE, FAILED, ZERO, (ASKS, b""), (b"", PLAIN)), CHECK)
    shown = next(one for one in found.evidence if isinstance(one, FramesEvidence))

    assert (params(found)["plain"], params(found)["read"]) == ("2", "3")
    assert shown.frames == (2,)


def test_what_both_ends_do_not_show_is_no_finding(tmp_path):
    folder = TOWN.written(tmp_path)

    assert named(judged(folder, (ASKS, b""), (b"", PLAIN), FAILED, (ASKS[:12], PLAIN), (ASKS, PLAIN[:9]))) == []
    assert CHECK not in named(judged(folder, BARE, opened=False))


def test_other_entries_are_not_about_screens(tmp_path):
    assert named(judged(screens("specific").written(tmp_path), BARE)) == []


def test_the_requirement_of_each_kind_is_its_own(tmp_path):
    gateway = (
        "gateways:\n  - {id: g, hosts: [in-pc], method: screen, legs: "
        "[{id: view, to: lg-pc, service: tcp/3389, opener: other}, {id: web, from: in-mail, service: tcp/8080, opener: self}]}\n"
    )
    one = town(
        entry("R1", "lg-pc", "in-pc", "tcp/3389", kind="screen", gateway="g", legs="[view]"),
        rules=[rule(1, "lg:lg-pc", "in:in-pc", "RDP")],
    )
    folder = one.written(tmp_path)
    with (folder / "topology.yaml").open("a", encoding="utf-8") as file:
        file.write(gateway)

    assert only(judged(folder, BARE), CHECK).requirements == ("LG-04",)


def test_coverage_says_whether_there_was_rdp_to_ask_about(tmp_path, monkeypatch):
    contexts = []
    monkeypatch.setattr(rdp_without_tls, "find", lambda context: iter(contexts.append(context) or ()))
    judged(screens("specific").written(tmp_path / "none"), BARE)
    judged(TOWN.written(tmp_path / "short"), (ASKS, b""))
    judged(TOWN.written(tmp_path / "told"), SEALED)

    assert [checks.covered(rdp_without_tls, one).coverage for one in contexts] == [
        Coverage.NOTHING_TO_ASK,
        Coverage.NO_INPUT,
        Coverage.ASKED,
    ]
    answers = checks.covered_by(rdp_without_tls, contexts[-1])
    assert (answers["X-03"].coverage, answers["LG-04"].coverage) == (Coverage.ASKED, Coverage.NOTHING_TO_ASK)
