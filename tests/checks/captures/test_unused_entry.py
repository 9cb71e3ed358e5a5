from datetime import date

import pytest

from segcheck.analysis.network import build
from segcheck.app import validating
from segcheck.checks import SeenContext, covered
from segcheck.checks.captures import unused_entry as module
from segcheck.loaders import joining
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, Weight
from segcheck.model.replay import EntryUse, Observed, Outcome
from segcheck.model.requirement import Coverage
from tests.checks.sites import DAY, entry, item, lines, rule
from tests.replays import MAIL, OTHER, Shown, flow, named, params, seen, town

CHECK = "unused-entry"
RULES = [rule(1, "lg:lg-mail", "in:in-mail", "SMTP"), rule(2, "lg:lg-pc", "in:in-mail", "RDP")]
MAILED = entry("R1", "lg-mail", "in-mail", "tcp/25", approved="2025-04-01")


def keyed(**keys):
    return town(MAILED, entry("R2", "lg-pc", "in-mail", "tcp/3389", **{"approved": "2025-04-01", **keys}), rules=RULES)


def since(day):
    """Mail at the beginning and at the end of what was captured."""
    return [flow(MAIL, OTHER, 25, at=f"{day} 12:00", sport=50_001), flow(MAIL, OTHER, 25)]


FIRES = Shown(town=keyed(), taps={"tl": since("2025-10-20")})
SOUND = Shown(town=keyed(use="annual"), taps={"tl": since("2025-10-20")})


def test_an_entry_that_was_not_seen_for_400_days_is_a_candidate(tmp_path):
    found = FIRES.judged(tmp_path)

    (mine,) = found.assessment.findings
    assert (mine.check, mine.subject, mine.weight, mine.standing) == (CHECK, "R2", Weight.LOW, Standing.NOTHING_SEEN)
    assert (mine.basis, mine.requirements) == ((Basis.CAPTURES,), ("SP-10", "X-12"))
    assert (params(mine)["days"], lines(mine)) == ("400", [item(tmp_path, "R2")])
    assert found.assessment.standing is Standing.NOTHING_SEEN  # a candidate is no violation


@pytest.mark.parametrize(
    ("keys", "taps"),
    [
        ({}, {"tl": since("2025-10-21")}),  # 399 days
        ({"use": "disaster"}, {"tl": since("2025-10-20")}),
        ({"approved": "2025-10-21"}, {"tl": since("2025-10-20")}),  # it could not be seen before
        ({}, {"tl": since("2025-10-20"), "ti": since("2026-11-23")}),  # one of two taps was short
    ],
)
def test_less_says_nothing(keys, taps, tmp_path):
    assert named(seen(keyed(**keys).written(tmp_path), taps)) == []


@pytest.mark.parametrize(
    ("observed", "hours", "use", "coverage", "said"),
    [
        (Observed.NOT_SEEN, 72, "regular", Coverage.NO_INPUT, "観測なし（観測期間 72 時間、判断不可）: R2"),
        (Observed.NOT_SEEN, 400 * 24, "regular", Coverage.ASKED, ""),
        (Observed.NOT_SEEN, 72, "dr", Coverage.ASKED, ""),
        (Observed.NOT_VISIBLE, 400 * 24, "regular", Coverage.NO_INPUT, "どのキャプチャ地点からも見えない: R2"),
        (Observed.ATTEMPTED, 1, "regular", Coverage.ASKED, ""),
    ],
)
def test_what_a_capture_cannot_say_is_said(observed, hours, use, coverage, said, tmp_path):
    validated = validating.validate(str(keyed(use=use).written(tmp_path)))
    assert validated.site is not None
    context = SeenContext(
        network=build(validated.site, validated.bindings, DAY),
        day=date(2026, 11, 24),
        join=joining.load(),
        seen=(),
        paths=(),
        neighbours={},
        uses=(EntryUse("R2", observed, 0, Outcome.UNUSED),),
        watched=hours * 3600,
    )

    found = covered(module, context)
    assert (found.coverage, found.reason[0]) == (coverage, said)
