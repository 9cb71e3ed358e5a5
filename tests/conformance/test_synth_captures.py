"""Captures of real servers with a known policy: what their rows call a violation is found, what they call allowed is not."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest

from segcheck.app import replaying
from segcheck.model.crossing import Standing
from segcheck.model.finding import Finding
from segcheck.model.replayed import Replayed
from tests.conformance.synth_site import site

pytestmark = pytest.mark.conformance

FOLDER = Path(__file__).parents[3] / "shared/data/captures/synth/out"
DAY = date(2026, 11, 24)
#: What `replay` does not yet look at, by file and why.
LATER = {"mail_relay_leaks_attachment": "content of mail", "mail_starttls": "content of mail"}
#: What stays on its wire, by file: the check, what it is about, and words of the row.
WIRE = {
    "l2_duplicate_ip_arp": ("address-conflict", "lgwan 10.10.0.11", ("02:00:5e:00:00:0b", "02:00:5e:00:00:63")),
    "l2_rogue_ra": (
        "rogue-router-advertisement",
        "lgwan fe80::5eff:fe00:c (02:00:5e:00:00:0c)",
        ("02:00:5e:00:00:0c", "2001:db8:bad::/64"),
    ),
    "l2_two_dhcp_servers": ("rogue-dhcp-server", "lgwan 10.10.0.12 (02:00:5e:00:00:0c)", ("10.10.0.12",)),
}
#: Zones of the rows to places of the site.
PLACES = {"internet": "public", "inet": "inet", "lgwan": "lgwan", "relay": "relay"}
PROTOCOLS = {"6in4": "6in4", "gre": "gre", "ipip": "ip/4", "icmp": "icmp/8"}


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.pcap")) if FOLDER.is_dir() else []


def rows(name: str) -> list[Mapping[str, str]]:
    with (FOLDER / f"{name}.expected.tsv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def judged(folder: Path, name: str) -> Replayed:
    return replaying.replay(str(folder), [str(FOLDER / f"{name}.pcap")], day=DAY).replayed


def meant(row: Mapping[str, str], finding: Finding) -> bool:
    """Return whether a finding is about what a row says."""
    params = dict(finding.params)
    if (params["src"], params["dst"]) != (PLACES.get(row["zone_src"]), PLACES.get(row["zone_dst"])):
        return False
    name, _, port = params["service"].partition("/")
    if row["proto"] in PROTOCOLS:
        return params["service"] == PROTOCOLS[row["proto"]]
    if name != row["proto"]:
        return False
    low, _, high = row["dport"].partition("-")
    return row["dport"] == "*" or int(low) <= int(port) <= int(high or low)


def crossing_names() -> list[str]:
    return [one for one in names() if one not in LATER and one not in WIRE]


def ip_rows(name: str) -> Iterator[Mapping[str, str]]:
    return (row for row in rows(name) if row["proto"] != "arp")


def test_the_captures_are_there() -> None:
    if not FOLDER.is_dir():
        pytest.skip(f"no reference captures in {FOLDER}")
    assert set(LATER) <= set(names())
    assert len(names()) == 44


@pytest.mark.parametrize("name", crossing_names())
def test_every_violation_is_found_and_nothing_that_is_allowed(name: str, tmp_path: Path) -> None:
    found = judged(site(tmp_path), name)
    findings = [one for one in found.assessment.findings if one.standing is Standing.VIOLATED]

    for row in ip_rows(name):
        about = [one.check for one in findings if meant(row, one)]
        if row["expected_verdict"] == "allow":
            assert about == []
        else:  # "review": nobody registered it, a person decides
            assert len(about) >= 1, row
    assert found.gaps == ()


@pytest.mark.parametrize("name", crossing_names())
def test_nothing_else_is_found(name: str, tmp_path: Path) -> None:
    """Besides the rows, ICMPv6 echo and ICMP errors that belong to a violation cross too."""
    violations = [row for row in ip_rows(name) if row["expected_verdict"] != "allow"]
    findings = judged(site(tmp_path), name).assessment.findings
    beside = [one for one in findings if not any(meant(row, one) for row in violations)]

    assert bool(findings) is bool(violations)
    assert {dict(one.params)["service"] for one in beside} <= {"icmp/3/3", "icmpv6/128", "udp/4789"}
    assert len(beside) < max(1, len(findings))


@pytest.mark.parametrize("name", [one for one in names() if one in LATER])
def test_what_comes_later_is_not_called_a_crossing(name: str, tmp_path: Path) -> None:
    assert judged(site(tmp_path), name).assessment.findings == ()


@pytest.mark.parametrize("engine", ["interpreted", "kernel"])
@pytest.mark.parametrize("name", [one for one in names() if one in WIRE])
def test_what_stays_on_its_wire_is_found_there(name: str, engine: str, tmp_path: Path) -> None:
    if engine == "kernel":
        pytest.importorskip("numba")
    check, subject, words = WIRE[name]
    (row,) = [one for one in rows(name) if one["expected_verdict"] == "violation"]
    found = replaying.replay(str(site(tmp_path)), [f"{FOLDER / name}.pcap@lg"], day=DAY, engine=engine).replayed
    (finding,) = found.assessment.findings

    assert (finding.check, finding.standing, finding.subject) == (check, Standing.VIOLATED, subject)
    assert (finding.src_zone, row["zone_src"]) == ("lg", "lgwan")
    told = " ".join(value for _, value in finding.params)
    for word in words:
        assert word in f"{row['src']} {row['note']}"
        assert word in told
    assert found.gaps == ()


@pytest.mark.parametrize("name", [one for one in names() if one in WIRE])
def test_it_is_found_without_a_tap_too(name: str, tmp_path: Path) -> None:
    assert [one.check for one in judged(site(tmp_path), name).assessment.findings] == [WIRE[name][0]]


@pytest.mark.parametrize(
    ("name", "actual"),
    [("http_on_3389_not_rdp", "http"), ("rdp_on_443", "rdp"), ("ssh_on_443_to_internet", "ssh"), ("openvpn_tcp", "?")],
)
def test_a_registered_port_does_not_hide_another_protocol(name: str, actual: str, tmp_path: Path) -> None:
    if not FOLDER.is_dir():
        pytest.skip(f"no reference captures in {FOLDER}")
    folder = site(tmp_path, {"OUT": ("lg1", "ex", "tcp/443", "expect: tls")})
    (finding,) = judged(folder, name).assessment.findings

    assert finding.check == "protocol-differs"
    assert dict(finding.params)["actual"] == actual


def test_the_same_rows_are_allowed_once_they_are_registered(tmp_path: Path) -> None:
    if not FOLDER.is_dir():
        pytest.skip(f"no reference captures in {FOLDER}")
    folder = site(tmp_path, {"OUT": ("lg1", "ex", "tcp/443", "expect: tls")})

    assert judged(folder, "https_sni").assessment.findings == ()


@pytest.mark.parametrize("name", ["rdp_tls_3389", "rdp_standard_security", "vnc_vncauth", "vnc_vencrypt_tls"])
def test_screen_transfer_flips_with_the_model(name: str, tmp_path: Path) -> None:
    """α: the LGWAN tier views screens of the internet tier. β: the other way round, and only so."""
    if not FOLDER.is_dir():
        pytest.skip(f"no reference captures in {FOLDER}")
    beta = {
        "SCREEN": ("in1", "lg1", "[tcp/3389, udp/3389]", "expect: rdp"),
        "VNC": ("in1", "lg1", "tcp/5901", "expect: vnc"),
    }
    alpha = judged(site(tmp_path / "alpha"), name).assessment
    turned = judged(site(tmp_path / "beta", beta, "beta"), name).assessment

    assert (alpha.standing, alpha.findings) == (Standing.NOTHING_SEEN, ())
    assert [one.check for one in turned.findings] == ["observed-reversed"]
