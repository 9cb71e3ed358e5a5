from dataclasses import replace

from segcheck.model.finding import Weight
from segcheck.model.requirement import Coverage
from tests.checks.coverage import coverage
from tests.checks.sanitising import ENTRY, LEGS, town
from tests.checks.sites import Town, entry, item, lines, params

CHECK = "sanitiser-hosts"
SPARE = {"hosts": {"san-2": ("san-lan", "10.3.0.6")}, "roles": {"san-mail": "sanitiser", "san-2": "sanitiser"}}
FIRES = replace(town(), **SPARE)
SOUND = replace(town(), roles={"san-mail": "sanitiser"})


def test_a_sanitiser_beside_the_gateway(tmp_path):
    (found,) = FIRES.found(tmp_path, CHECK)

    assert (found.subject, found.weight, params(found)["entries"]) == ("san-2", Weight.MEDIUM, "-")


def test_one_that_is_in_use_is_graver(tmp_path):
    used = replace(town(register=(ENTRY, entry("R2", "in-mail", "san-2", "tcp/25"))), **SPARE)
    (found,) = used.found(tmp_path, CHECK)

    assert (found.weight, params(found)["entries"]) == (Weight.HIGH, "R2")
    assert item(tmp_path, "R2") in lines(found)


def test_that_somebody_looks_after_it_is_no_use_of_it(tmp_path):
    kept = replace(town(register=(ENTRY, entry("R2", "in-mail", "san-2", "tcp/22", kind="maintenance"))), **SPARE)
    (found,) = kept.found(tmp_path, CHECK)

    assert found.weight is Weight.MEDIUM


def test_without_sanitisers_there_is_nothing_to_ask(tmp_path):
    assert coverage(SOUND, CHECK, tmp_path / "a").coverage is Coverage.ASKED
    assert coverage(Town(rules=LEGS[:0]), CHECK, tmp_path / "b").coverage is Coverage.NOTHING_TO_ASK
