import pytest

from segcheck.app import assessing
from segcheck.checks import covered, installed
from segcheck.model.requirement import Coverage
from tests.checks.sites import DAY, Firewall, Town, entry, lines, policy, rule, told

CHECK = "unused-rule"
R1 = entry("R1", "lg-pcs", "in-mail", "[tcp/443, tcp/25]")
RULES = [rule(1, "lg:lg-pcs", "in:in-mail", "HTTPS"), rule(2, "lg:lg-pcs", "in:in-mail", "SMTP")]
COUNTS = """\
idx=1 pkts/bytes=8213/99120 asic_pkts/asic_bytes=0/0 flag=0x0 hit count:512 (0 0 0 0 0 0 0 0)
    first:2025-04-02 09:00:00 last:2026-11-23 17:10:00
idx=2 pkts/bytes=0/0 asic_pkts/asic_bytes=0/0 flag=0x0 hit count:%d (0 0 0 0 0 0 0 0)
"""


def town(second: int, register: str = R1) -> Town:
    return Town(firewalls={"fw": Firewall(rules=RULES, side_files={"hitcounts": COUNTS % second})}, register=[register])


FIRES, SOUND = town(0), town(3)


def test_a_permit_without_a_hit_in_more_than_a_year(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = assessment.findings
    assert (found.check, found.subject) == (CHECK, "fw policy 2")
    assert lines(found) == [policy(tmp_path, 2)]
    assert told(found, assessment)[1] == "By 602 days of counters 1 permits of fw were never used: fw policy 2"


@pytest.mark.parametrize("use", ["annual", "disaster", "dr"])
def test_what_is_used_rarely_is_no_candidate(tmp_path, use):
    assert town(0, entry("R1", "lg-pcs", "in-mail", "[tcp/443, tcp/25]", use=use)).found(tmp_path, CHECK) == ()


def reason(one: Town, folder, since: str = "2025-04-01") -> tuple[Coverage, str]:
    """Return how far the check could be asked of a town, in Japanese."""
    path = one.written(folder) / "topology.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("2025-04-01", since), encoding="utf-8")
    found = []
    (module,) = [each for each in installed() if each.CHECK.id == CHECK]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "find", lambda context: found.append(covered(module, context)) or iter(()))
        assessing.assess(str(folder), day=DAY, select=[CHECK])
    return found[0].coverage, found[0].reason[0]


def test_without_counters_or_for_less_than_four_hundred_days_nothing_is_said(tmp_path):
    assert reason(FIRES, tmp_path / "long") == (Coverage.ASKED, "")
    assert reason(FIRES, tmp_path / "short", "2025-12-01") == (
        Coverage.NO_INPUT,
        "fw: 観測なし（観測期間 358 日、判断不可）。",
    )
    assert reason(Town(rules=RULES, register=[R1]), tmp_path / "none")[1] == "fw: ヒットカウンターの提供なし。"
    part = Town(firewalls={"fw": Firewall(rules=RULES, side_files={"hitcounts": COUNTS.split("idx=2")[0]})})
    assert reason(part, tmp_path / "part")[1] == "fw: 一部の規則のヒットカウンターがない。"
