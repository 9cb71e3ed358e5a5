"""Every format, whichever there are: it tells every kind of result, and no name in it steers who reads the report."""

import re
from io import BytesIO
from zipfile import ZipFile

import pytest

from segcheck.reports import renderings
from tests.reports.renderings import handmade
from tests.reports.results import faults

#: What no text output may hold, whatever names are made of.
STEERING = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
#: Longest report of a result whose names have 40 000 characters each.
MOST = 2 << 20


@pytest.fixture(params=renderings.names())
def module(request):
    return renderings.rendering(request.param)


def render(module, result, language):
    """Return a report; those of an audit are made of runs only that nothing weakened."""
    return module.render(handmade.whole(result) if module.FORMAT.name.startswith("audit") else result, language)


def stripped(result):
    return {name: value for name, value in result.items() if name not in ("drift", "chain")}


def test_the_documents_fit_the_schema():
    for made in (handmade.document(), handmade.organs(), handmade.replayed(), stripped(handmade.stored())):
        assert faults(made, "result") == []


def shown(told):
    """Return the text of a report; a workbook is unpacked."""
    if isinstance(told, str):
        return told
    file = ZipFile(BytesIO(told))
    return "\n".join(file.read(name).decode() for name in file.namelist())


def test_it_tells_every_kind_of_result_and_the_same_each_time(module):
    older = {
        name: value
        for name, value in handmade.document().items()
        if name not in ("checks", "register", "waivers", "audit")
    }
    unnamed = {name: value for name, value in handmade.organs().items() if name != "organs"}
    for result in (handmade.replayed(), unnamed, older):
        told = render(module, result, "ja")
        assert told
        assert isinstance(told, bytes) == module.FORMAT.binary
    assert told == render(module, older, "ja")


def test_no_name_steers_a_terminal_or_swells_a_report(module):
    told = render(module, handmade.hostile(" ".join(handmade.HOSTILE), handmade.organs()), "ja")

    assert len(told) < MOST
    text = shown(told)
    assert STEERING.search(text.removeprefix("\ufeff")) is None
    assert "適合" not in text


def test_every_format_says_whose_an_outcome_is_and_none_adds_up(module):
    """One requirement is in order for each of the two organs; that two are is nobody's."""
    told = shown(render(module, handmade.organs(), "ja"))
    plain = shown(render(module, handmade.document(), "ja"))

    assert "suido" in told
    assert "suido" not in plain
    assert "確認済 2・" not in told


def test_no_report_gives_a_verdict_on_the_body(module):
    assert not re.search("適合|[Cc]ompliant", shown(render(module, handmade.stored(), "en")))
