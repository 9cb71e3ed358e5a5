"""Every one-file case beside this file; README.md tells how to write one, `pytest --update` rewrites expectations."""

from pathlib import Path

import pytest

from tests.cases import casefile

#: Cases in which the interpreter, which looks at one condition at a time, must leave open what the sets decide. May only shrink.
INTERPRETER_UNDECIDED = {
    # that two schedules together cover the week shows only when they are looked at together
    "fortigate/schedule-13-two-windows-cover-all.case",
    # an address picked from a pool is not known, so what each member would pass is not compared
    "fortigate/vip-38-server-load-balance.case",
}

FOLDER = Path(__file__).parent
CASES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.glob("*/*.case"))


def test_there_are_cases():
    assert CASES


@pytest.mark.parametrize("name", CASES)
def test_case(name, request):
    case = casefile.parse(FOLDER / name)
    found = casefile.differences(case)
    if found and request.config.getoption("--update"):
        if not _chosen(request.config):
            pytest.fail("--update rewrites only cases that are named: add -k NAME or the case's id", pytrace=False)
        case.path.write_text(casefile.updated(case), encoding="utf-8")
        pytest.fail(f"{name} was rewritten; read the difference before you keep it", pytrace=False)

    left_open = [line for line in found if "interpreter:undecided" in line]
    assert bool(left_open) == (name in INTERPRETER_UNDECIDED)
    assert [line for line in found if line not in left_open] == []


def _chosen(config):
    """Return whether cases were picked one by one: expectations stand on documents, and are not to be swept away at once."""
    return bool(config.option.keyword) or any("[" in argument for argument in config.args)
