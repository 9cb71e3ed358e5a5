from segcheck.model.requirement import Coverage
from tests.checks.declaring import asked, one_line
from tests.checks.sites import Town, entry, params, rule

CHECK = "breakout-terms"
HELD = {"approval_date": "2026-04-01", "contract": "第5号", "malware_scan": "cdr"}

LINE = 'links:\n  - {id: out, ends: ["fw:in", "zone:in"], kind: isp}\n'


def town(end="in-pc", **changed):
    held = one_line({**HELD, "tenant_restriction": True, **changed})
    listed = f"  - {{id: s1, name: 共同利用, kind: cloud, zone: in, ends: [{end}], attributes: {held}}}\n"
    return Town(
        rules=[rule(1, "lg:lg-pc", "in:in-pc", "HTTPS")],
        register=[entry("LB-1", "lg-pc", "in-pc", "tcp/443", kind="lbo", path="[fw]")],
        topology="external_services:\n" + listed + LINE,
    )


FIRES = town(tenant_restriction=False)
SOUND = town()


def test_a_service_that_anybody_can_use_with_a_tenant_of_their_own(tmp_path):
    (found,), _ = asked(FIRES, tmp_path, CHECK)

    assert (found.subject, found.requirements, params(found)["facts"]) == (
        "LB-1",
        ("LG-06",),
        "tenant_restriction: false",
    )


def test_a_breakout_to_a_service_that_the_register_lacks_is_told(tmp_path):
    findings, covered = asked(SOUND, tmp_path, CHECK)
    assert (findings, covered.coverage) == ((), Coverage.ASKED)

    findings, covered = asked(town("in-mail"), tmp_path, CHECK)
    assert (findings, covered.coverage, "LB-1" in covered.reason[1]) == ((), Coverage.NO_INPUT, True)
    assert asked(Town(), tmp_path, CHECK)[1].coverage is Coverage.NOTHING_TO_ASK
