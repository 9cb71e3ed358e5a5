"""Every format, whichever there are: it tells every kind of result, and no name in it steers who reads the report."""

import re

import pytest

from segcheck.reports import renderings
from tests.reports.renderings import documents
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
    return module.render(documents.whole(result) if module.FORMAT.name.startswith("audit") else result, language)


def stripped(result):
    return {name: value for name, value in result.items() if name not in ("drift", "chain")}


def test_the_documents_fit_the_schema():
    for made in (documents.document(), documents.replayed(), stripped(documents.stored())):
        assert faults(made, "result") == []


def test_it_tells_every_kind_of_result_and_the_same_each_time(module):
    older = {
        name: value
        for name, value in documents.document().items()
        if name not in ("checks", "register", "waivers", "audit")
    }
    for result, language in ((documents.stored(), "en"), (documents.replayed(), "ja"), (older, "ja")):
        told = render(module, result, language)
        assert told
        assert isinstance(told, bytes) == module.FORMAT.binary
    assert told == render(module, older, "ja")


@pytest.mark.parametrize("text", [" ".join(documents.HOSTILE[:-1]), documents.HOSTILE[-1]], ids=["steering", "long"])
def test_no_name_steers_a_terminal_or_swells_a_report(module, text):
    told = render(module, documents.hostile(text), "ja")

    assert len(told) < MOST
    if isinstance(told, str):
        assert STEERING.search(told.removeprefix("\ufeff")) is None
        told.encode()


def test_no_report_gives_a_verdict_on_the_body(module):
    for language in ("ja", "en"):
        told = render(module, documents.stored(), language)
        text = told.decode("utf-8", "replace") if isinstance(told, bytes) else told
        assert not re.search("適合|[Cc]ompliant", text)
