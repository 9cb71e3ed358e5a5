from segcheck.model.requirement import Coverage
from tests.checks.declaring import asked, one_line
from tests.checks.sites import Town, entry, params, rule

CHECK = "service-register"
HELD = one_line({"approval_date": "2026-04-01", "contract": "第5号"})


def town(end="in-pc", more=', data_class: "2", owner: 総務課長, approved_by: CISO', declared=HELD):
    listed = f"  - {{id: s1, name: 申請, kind: cloud, zone: in, ends: [{end}]{more}, attributes: {declared}}}\n"
    return Town(
        rules=[rule(1, "lg:lg-pc", "in:in-pc", "HTTPS")],
        register=[entry("R1", "lg-pc", "in-pc", "tcp/443")],
        keys={"in-pc": ", role: cloud_service"},
        topology="external_services:\n" + listed,
    )


FIRES = town("in-mail")
SOUND = town()


def test_a_permitted_service_that_the_register_lacks(tmp_path):
    (found,), _ = asked(FIRES, tmp_path, CHECK)

    assert (found.subject, found.requirements, params(found)["facts"]) == ("in-pc", ("X-14",), "R1")


def test_what_the_register_does_not_say_is_told(tmp_path):
    assert asked(SOUND, tmp_path, CHECK)[1].coverage is Coverage.ASKED
    assert asked(town(more=""), tmp_path, CHECK)[1].coverage is Coverage.NO_INPUT
    assert asked(town(declared=HELD.replace("evidence: 出力, ", "")), tmp_path, CHECK)[1].coverage is Coverage.CLAIMED
    findings, covered = asked(Town(register=SOUND.register, keys=SOUND.keys), tmp_path, CHECK)
    assert (findings, covered.coverage, "in-pc" in covered.reason[0]) == ((), Coverage.NO_INPUT, True)
