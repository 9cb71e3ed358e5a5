from segcheck.model.finding import ConfigEvidence
from tests.checks.sites import entry, item, rule
from tests.replays import MAIL, OTHER, Shown, flow, named, only, params, seen, town

CHECK = "observed-reversed"
REGISTERED = entry("R1", "lg-mail", "in-mail", "tcp/25")
RULES = [rule(1, "lg:lg-mail", "in:in-mail", "SMTP"), rule(2, "in:in-mail", "lg:lg-mail", "SMTP")]
FIRES = Shown(town=town(REGISTERED, rules=RULES), taps={"tl": [flow(OTHER, MAIL, 25)]})
SOUND = Shown(town=town(REGISTERED, rules=RULES), taps={"tl": [flow(MAIL, OTHER, 25)]})


def test_the_other_end_opened_it(tmp_path):
    found = only(FIRES.judged(tmp_path))

    assert (found.check, found.subject, found.pairs) == (CHECK, "R1", (("in", "lg"),))
    assert [(e.span.path, e.span.first) for e in found.evidence if isinstance(e, ConfigEvidence)] == [
        item(tmp_path, "R1")[:2]
    ]


def test_a_session_opened_from_its_service_port_is_reversed_too(tmp_path):
    """Backwards through a hole for answers: the register's port is the sender's."""
    found = seen(FIRES.town.written(tmp_path), {"tl": [flow(OTHER, MAIL, 50_001, sport=25)]})

    assert CHECK in named(found)


def test_who_opened_decides_and_where_nobody_saw_it_the_ports_do(tmp_path):
    folder = FIRES.town.written(tmp_path)
    unopened = seen(folder, {"tl": [flow(MAIL, OTHER, 25, opened=False)]})
    answers = seen(folder, {"tl": [flow(OTHER, MAIL, 50_001, sport=25, opened=False)]})
    turned = seen(folder, {"tl": [flow(OTHER, MAIL, 25, opened=False)]})

    assert (named(unopened), unopened.inferred) == ([], 1)
    assert named(answers) == []
    assert named(turned) == [CHECK]
    assert params(only(turned))["inferred"] == "1"


def test_where_both_ends_opened_both_are_judged(tmp_path):
    found = seen(FIRES.town.written(tmp_path), {"tl": [flow(MAIL, OTHER, 25, also=True)]})

    assert CHECK in named(found)
    assert {ruling.value: count.conversations for ruling, count in found.rulings.items()} == {
        "registered": 1,
        "reversed": 1,
    }
