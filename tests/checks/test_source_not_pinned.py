import pytest

from segcheck.checks import covered
from segcheck.checks import source_not_pinned as module
from segcheck.model.finding import AttributeEvidence, Weight
from segcheck.model.requirement import Coverage
from tests.checks.registers import asking, mynumber
from tests.checks.sites import Town, entry, params, rule

CHECK = "source-not-pinned"
ENTRY = entry("R1", "mn-srv", "lg-mail", "tcp/443")
MAC = 'mac: "00:00:5e:00:53:0a"'


def pinned(value, evidence="スイッチ設定の写し"):
    shown = f", evidence: {evidence}" if evidence else ", declared_by: 情報政策課長"
    return f"{MAC}, attributes: {{source_pinning: {{value: {value}{shown}}}}}"


FIRES = mynumber(ENTRY, host=pinned("none"))
SOUND = mynumber(ENTRY, host=pinned("port_security"))


def test_a_document_shows_that_a_source_is_not_pinned(tmp_path):
    (found,) = FIRES.judged(tmp_path).findings

    assert (found.check, found.subject, found.weight) == (CHECK, "R1", Weight.HIGH)
    assert found.requirements == ("SP-3", "MN-03")
    assert params(found)["hosts"] == "mn-srv"
    assert AttributeEvidence("mn-srv.source_pinning", "none", "スイッチ設定の写し") in found.evidence


@pytest.mark.parametrize(
    ("host", "coverage", "named"),
    [
        (pinned("port_security"), Coverage.ASKED, ""),
        (pinned("port_security", ""), Coverage.CLAIMED, "mn-srv (情報政策課長)"),
        (pinned("none", ""), Coverage.CLAIMED, "mn-srv"),  # no finding without evidence, and no pass
        (MAC, Coverage.NO_INPUT, "mn-srv"),
        (pinned("port_security").replace(MAC + ", ", ""), Coverage.NO_INPUT, "mn-srv"),
    ],
)
def test_what_is_missing_is_said(host, coverage, named, tmp_path):
    context = asking(mynumber(ENTRY, host=host), tmp_path)

    found = covered(module, context)
    assert found.coverage is coverage
    assert all(named in text for text in found.reason)
    assert list(module.find(context)) == []


def test_addresses_that_are_no_host_have_no_mac(tmp_path):
    town = mynumber(
        entry("R1", "some", "lg-mail", "tcp/443"),
        groups="  some: {ranges: [10.0.0.10-10.0.0.12]}\n",
        host=pinned("none"),
    )

    found = covered(module, asking(town, tmp_path))
    assert (found.coverage, "R1" in found.reason[1]) == (Coverage.NO_INPUT, True)


def test_other_tiers_are_not_asked(tmp_path):
    town = Town(
        rules=[rule(1, "lg:lg-mail", "in:in-mail", "SMTP")], register=[entry("R1", "lg-mail", "in-mail", "tcp/25")]
    )

    assert covered(module, asking(town, tmp_path)).coverage is Coverage.NOTHING_TO_ASK
