from segcheck.model.crossing import Standing
from segcheck.model.finding import FramesEvidence, Weight
from segcheck.model.replay import Grade
from tests.checks.sites import entry, rule
from tests.replays import FAR, PC, Shown, flow, named, only, params, seen, town

CHECK = "protocol-differs"
SSH = (b"SSH-2.0-OpenSSH_9.2\r\n", b"SSH-2.0-OpenSSH_9.2\r\n")
HTTP = (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n")
WEB = [rule(1, "lg:lg-pc", "in:in-pc", "WEB")]


def web(**more):
    return town(entry("R1", "lg-pc", "in-pc", "tcp/80", **more), rules=WEB)


FIRES = Shown(town=web(), taps={"tl": [flow(PC, FAR, 80, heads=SSH)]})
SOUND = Shown(town=web(), taps={"tl": [flow(PC, FAR, 80, heads=HTTP)]})


def test_it_names_what_was_expected_and_what_is_spoken(tmp_path):
    found = only(FIRES.judged(tmp_path))

    assert (found.check, found.subject, found.weight) == (CHECK, "R1", Weight.HIGH)
    assert (params(found)["expected"], params(found)["actual"]) == ("http", "ssh")


def test_the_conversation_that_differs_is_shown_not_the_first_one(tmp_path):
    flows = [flow(PC, FAR, 80, sport=50_000 + n, heads=HTTP, frame=1 + n) for n in range(9)]
    flows.append(flow(PC, FAR, 80, sport=50_100, heads=SSH, frame=99))
    found = only(seen(FIRES.town.written(tmp_path), {"tl": flows}))
    shown = next(one for one in found.evidence if isinstance(one, FramesEvidence))

    assert shown.frames == (99,)
    assert (params(found)["differs"], params(found)["conforms"]) == ("1", "9")


def test_what_cannot_be_told_never_conforms(tmp_path):
    found = seen(FIRES.town.written(tmp_path), {"tl": [flow(PC, FAR, 80)]})

    assert named(found) == []
    assert found.grades == {Grade.CONFORMS: 0, Grade.DIFFERS: 0, Grade.UNKNOWN: 1}


def test_a_protocol_that_the_register_names_has_to_be_shown(tmp_path):
    folder = web(expect="http").written(tmp_path)
    silent, cut = seen(folder, {"tl": [flow(PC, FAR, 80)]}), seen(folder, {"tl": [flow(PC, FAR, 80, opened=False)]})

    for one in (silent, cut):
        assert (only(one).check, only(one).standing, only(one).because) == (CHECK, Standing.UNDECIDED, ("content:R1",))
    assert named(seen(folder, {"tl": [flow(PC, FAR, 80, heads=HTTP)]})) == []


def test_the_register_may_expect_another_protocol_than_the_port_has(tmp_path):
    folder = web(expect="ssh").written(tmp_path)

    assert named(seen(folder, {"tl": [flow(PC, FAR, 80, heads=SSH)]})) == []
    assert named(seen(folder, {"tl": [flow(PC, FAR, 80, heads=HTTP)]})) == [CHECK]
