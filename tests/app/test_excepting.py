"""An exception counts while what it is for lets no more through than was excepted."""

from dataclasses import replace
from datetime import timedelta

import pytest

from segcheck.app import assessing, excepting, waiving
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.sets.header import PacketClass
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.listing import Box, Boxes
from tests.checks.sites import DAY, PORTS, SEGMENTS, Firewall, Town, rule

CHECK = "forbidden-crossing"


def town(src, service):
    return Town(
        segments={name: SEGMENTS[name] for name in ("lg-lan", "in-lan")},
        firewalls={"fw": Firewall(ports=PORTS, rules=[rule(1, f"in:{src}", "lg:lg-mail", service)])},
    )


def found(folder):
    assessed = assessing.assess(str(folder), day=DAY).assessment
    (one,) = [one for one in assessed.findings if one.check == CHECK]
    codes = {one.code.value for one in assessed.diagnostics if one.scope.startswith("waiver ")}
    return one, codes


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Return the exceptions for what the web services of a group of hosts let through."""
    folder = town("in-pcs", "WEB").written(tmp_path_factory.mktemp("town"))
    mark = found(folder)[0].fingerprint
    wish = waiving.Wish(fingerprint=mark, until=DAY + timedelta(30), reason="更新待ち", approver="情報政策課長")
    waiving.waive(str(folder), wish, DAY)
    return mark, (folder / waiving.FILE).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("src", "service", "covered"),
    [
        ("in-pcs", "WEB", True),
        ("in-pcs", "HTTPS", True),  # less than was excepted
        ("in-pcs", "ALL", False),
        ("in-pcs", "RDP", False),
        ("all", "WEB", False),
        ("in-mail", "WEB", False),
    ],
)
def test_the_same_finding_is_excepted_only_within_what_was_approved(tmp_path, written, src, service, covered):
    mark, waivers = written
    folder = town(src, service).written(tmp_path)
    (folder / waiving.FILE).write_text(waivers, encoding="utf-8")
    one, codes = found(folder)

    assert one.fingerprint == mark
    assert one.waived == ("WV-001" if covered else "")
    assert codes == (set() if covered else {"waiver-outgrown"})


def test_a_mended_finding_leaves_an_exception_for_nothing(tmp_path, written):
    folder = replace(town("in-pcs", "WEB"), firewalls={"fw": Firewall(ports=PORTS)}).written(tmp_path)
    (folder / waiving.FILE).write_text(written[1], encoding="utf-8")
    assessed = assessing.assess(str(folder), day=DAY).assessment

    assert [one.code.value for one in assessed.diagnostics if one.scope == "waiver WV-001"] == ["waiver-unused"]


def test_findings_about_no_packets_go_by_fingerprint_and_those_not_listed_whole_by_nothing(tmp_path, written):
    folder = town("in-pcs", "WEB").written(tmp_path)
    (folder / waiving.FILE).write_text(written[1], encoding="utf-8")
    assessed = assessing.assess(str(folder), day=DAY).assessment
    (one,) = [one for one in assessed.findings if one.waived]

    def waived(packets, **more):
        (marked,) = excepting.waived(assessed.site, DAY, [replace(one, waived="", packets=packets, **more)])
        return marked.waived

    assert waived(None) == "WV-001"
    assert waived(None, key="another") == ""
    assert waived(one.packets) == "WV-001"
    assert waived(replace(one.packets, truncated=True)) == ""


def test_ports_and_icmp_are_held_against_all_services_together(tmp_path, written):
    site = assessing.assess(str(town("in-pcs", "WEB").written(tmp_path)), day=DAY).assessment.site
    (folder := tmp_path / waiving.FILE).write_text(
        written[1].replace("tcp/80", "icmp/8/0").replace("tcp/443", "tcp/1-65535"), encoding="utf-8"
    )
    site = assessing.assess(str(folder.parent), day=DAY).assessment.site
    ends = {"src": IntervalSet.of(0x0A020064), "dst": IntervalSet.of(0x0A010019)}

    def waived(**fields):
        box = Box(packet_class=PacketClass.OPENING, family=4, **ends, **fields)
        finding = Finding(
            check=CHECK, weight=Weight.HIGH, standing=Standing.VIOLATED, basis=(Basis.RULES,), subject="", key="",
            packets=Boxes((box,), 1, truncated=False),
        )  # fmt: skip
        held = replace(site, waivers=tuple(replace(one, fingerprint="") for one in site.waivers))
        return bool(next(iter(excepting.waived(held, DAY, [finding]))).waived)

    of = IntervalSet.of
    assert waived(proto=of(6))
    assert waived(proto=of(6), dport=of((0, 3388), (3390, 65535)))
    assert not waived(proto=of(17), dport=of(53))
    assert not waived(proto=of(6, 17))
    assert not waived()
    assert waived(proto=of(1), icmp_type=of(8), icmp_code=of(0))
    assert not waived(proto=of(1), icmp_type=of(8))
    assert not waived(proto=of(1))
