import pytest

from segcheck.checks.captures import dialled_line
from segcheck.model.crossing import Standing
from segcheck.model.finding import Weight
from segcheck.model.requirement import Coverage
from tests.replays import TAPS, Shown, named, only, params, said, seen, town

CHECK = "dialled-line"
MAC, LINE = "02:00:00:00:00:25", "02:00:00:00:00:99"
TOWN = town()
ASKS, ANSWERS = said("pppoe", "", MAC), said("pppoe-line", "", LINE, frame=2)
FIRES = Shown(town=TOWN, taps={"ti": []}, neighbours={"ti": [ASKS, ANSWERS]})
SOUND = Shown(
    town=town(topology=TAPS + "links:\n  - {id: up, ends: ['fw:in', 'zone:in'], kind: isp}\n"),
    taps={"ti": []},
    neighbours={"ti": [ASKS, ANSWERS]},
)


def heard(folder, *told, tap="ti"):
    return seen(folder, {tap: []}, neighbours={tap: list(told)})


def test_a_line_on_an_inner_segment(tmp_path):
    found = only(FIRES.judged(tmp_path), CHECK)

    assert (found.standing, found.weight, found.src_zone) == (Standing.VIOLATED, Weight.HIGH, "in")
    assert found.requirements == ("IN-02", "IN-01")
    assert params(found)["sender"] == f"{MAC}, {LINE}"
    assert params(found)["reason_en"] == "a line is connected"
    assert [one.filter for one in found.evidence] == [
        f"(pppoed || pppoes) && eth.src=={MAC}",
        f"(pppoed || pppoes) && eth.src=={LINE}",
    ]


def test_in_the_lgwan_tier_it_is_graver_and_a_question_without_an_answer_less_grave(tmp_path):
    folder = TOWN.written(tmp_path)

    line = only(heard(folder, ANSWERS, tap="tl"), CHECK)
    assert (line.weight, line.requirements) == (Weight.CRITICAL, ("IN-02", "LG-05"))
    asked = only(heard(folder, ASKS, tap="tl"), CHECK)
    assert (asked.weight, asked.standing) == (Weight.MEDIUM, Standing.VIOLATED)
    assert (asked.key, asked.fingerprint) == (line.key, line.fingerprint)


@pytest.mark.parametrize("kind", ["lte", "underlay", "lgwan"])
def test_lines_that_are_declared_may(kind, tmp_path):
    links = f"links:\n  - {{id: up, ends: ['fw:in', 'zone:in'], kind: {kind}}}\n"

    assert named(heard(town(topology=TAPS + links).written(tmp_path), ASKS, ANSWERS)) == []


def test_where_the_wire_is_not_known_it_is_undecided(tmp_path):
    folder = TOWN.written(tmp_path)

    assert only(heard(folder, ANSWERS, tap=""), CHECK).standing is Standing.UNDECIDED
    assert only(heard(folder, said("pppoe-line", "", LINE, vlans=(99,))), CHECK).standing is Standing.UNDECIDED


def test_input_is_missing_without_a_tap_inside(tmp_path, monkeypatch):
    contexts = []
    monkeypatch.setattr(dialled_line, "find", lambda context: iter(contexts.append(context) or ()))
    heard(TOWN.written(tmp_path / "town"), tap="")
    SOUND.judged(tmp_path / "sound")
    FIRES.judged(tmp_path / "fires")

    given = [dialled_line.covered(one).coverage for one in contexts]
    assert given == [Coverage.NO_INPUT, Coverage.NO_INPUT, Coverage.ASKED]
