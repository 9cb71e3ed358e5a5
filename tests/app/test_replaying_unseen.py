"""Permits of which no capture shows any use: a statement with the time it covers, never a finding and never a remedy."""

import json

import pytest

from segcheck.lang.words import load
from segcheck.model.result import Run
from segcheck.reports import replay_json
from segcheck.reports.as_text import Page
from segcheck.reports.replay_text import result
from tests.checks.sites import entry, rule
from tests.replays import MAIL, OTHER, PC, flow, seen, town
from tests.reports.results import faults

USED, YEARLY, SPARE, BACK = (
    rule(1, "lg:lg-mail", "in:in-mail", "SMTP"),
    rule(2, "lg:lg-pc", "in:in-pc", "HTTPS"),
    rule(3, "lg:lg-pc", "in:in-mail", "DNS"),
    rule(4, "lg:lg-pc", "in:in-mail", "RDP", action="deny"),
)
REGISTER = (
    entry("R1", "lg-mail", "in-mail", "tcp/25"),
    entry("R2", "lg-pc", "in-pc", "tcp/443", use="disaster"),
    entry("R3", "lg-pc", "in-mail", "[tcp/53, udp/53]"),
)
TOWN = town(*REGISTER, rules=[USED, YEARLY, SPARE, BACK])
MAILED = flow(MAIL, OTHER, 25)


def unseen(found):
    return None if found.unseen is None else [one.rule for one in found.unseen]


def test_what_was_used_and_what_is_rarely_used_are_left_out(tmp_path):
    folder = TOWN.written(tmp_path)

    assert unseen(seen(folder, {"tl": [MAILED], "ti": [MAILED]})) == ["3"]
    assert unseen(seen(folder, {"tl": [MAILED, flow(PC, OTHER, 53, proto=17)]})) == []
    assert unseen(seen(folder, {"": [MAILED]})) is None  # without a place nobody can say which rules it passed


def test_what_no_tap_would_show_is_not_called_unseen(tmp_path):
    """A rule of every interface may be used where no tap stands."""
    wide = rule(3, "any:lg-pc", "any:in-mail", "DNS")
    folder = town(*REGISTER, rules=[USED, YEARLY, wide]).written(tmp_path)

    assert unseen(seen(folder, {"tl": [MAILED]})) == []
    assert unseen(seen(folder, {"tl": [MAILED], "ti": [MAILED]})) == ["3"]


SHORT = (
    "Permits between zones of which no use was seen in 6 hours, which decides nothing (1): fw policy 3.",
    "観測なしのゾーン間の許可規則 1 件（観測期間 6 時間、判断不可）: fw policy 3。",
)
OVER_A_YEAR = (
    "Permits between zones of which no use was seen in 426 days (1): fw policy 3. Candidates for review",
    "426 日間観測なしのゾーン間の許可規則 1 件: fw policy 3。見直しの候補。",
)


@pytest.mark.parametrize(
    ("until", "hours", "decides", "texts"),
    [("2026-11-24 18:30", 6, False, SHORT), ("2028-01-24 12:00", 10224, True, OVER_A_YEAR)],
)
def test_it_is_told_with_the_time_that_it_covers(until, hours, decides, texts, tmp_path):
    found = seen(TOWN.written(tmp_path), {"tl": [flow(MAIL, OTHER, 25, until=until)]})

    shown = replay_json.result(found, (), Run(version="0", started="2026-11-24T00:00:00Z", command="replay"), ())
    assert faults(json.loads(json.dumps(shown)), "result") == []
    told = shown["flows"]["rules"]
    assert (told["hours"], told["decides"], [one["rule"] for one in told["unseen"]]) == (hours, decides, ["3"])
    for language, text in zip(("en", "ja"), texts, strict=True):
        page = Page(load(language))
        result(page, found, str(tmp_path), ())
        told = "".join(page.text().split())
        assert "".join(text.split()) in told
        assert (("decidesnothing" in told) or ("判断不可" in told)) is not decides
