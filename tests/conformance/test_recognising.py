"""Real captures: protocols are recognised as nDPI (by content) and Zeek name them, and never as something else."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import pytest

from segcheck.captures.reading import read
from segcheck.captures.recognising import Opening, Recognised, Verdict, conforms, recognise, said
from segcheck.captures.telling import openings, told
from segcheck.errors import BadInput
from segcheck.model.flow import Flow, State

pytestmark = pytest.mark.conformance

_LARGEST = 3_000_000
_WEB = frozenset({"http", "http-connect"})
#: What the sources call a protocol, and what it may be recognised as (mail with TLS from the first byte is TLS).
_LABELS = {
    "rdp": {"rdp"},
    "vnc": {"vnc"},
    "rfb": {"vnc"},
    "smbv1": {"smb"},
    "smbv23": {"smb"},
    "smb": {"smb"},
    "ssh": {"ssh"},
    "http": _WEB,
    "http_proxy": _WEB,
    "http_connect": {"http-connect"},
    "tls": {"tls"},
    "ssl": {"tls"},
    "dns": {"dns"},
    "smtp": {"smtp"},
    "smtps": {"smtp", "tls"},
    "ftp_control": {"ftp"},
    "ftp": {"ftp"},
    "citrix": {"ica"},
    "socks": {"socks"},
}
#: Least share of conversations with payload both ways, begun in the capture, that are surely what the label says.
_FLOORS = {
    "dns": 0.97,
    "http": 0.95,
    "tls": 0.95,
    "ftp": 1.0,
    "socks": 1.0,
    "ica": 1.0,
    "rdp": 0.75,
    "smtp": 1.0,
    "ssh": 0.5,
}
#: Captures named after a protocol, and the least share of them in which it is surely recognised.
_NAMED = {
    "rdp": (("rdp",), 0.6),
    "vnc": (("rfb", "vnc"), 0.9),
    "smb": (("smb",), 0.75),
    "ssh": (("ssh",), 0.8),
    "smtp": (("smtp",), 0.8),
    "ftp": (("ftp",), 0.6),
    "socks": (("socks",), 0.8),
    "ica": (("citrix",), 1.0),
}


@dataclass(frozen=True, slots=True)
class Seen:
    flow: Flow
    opening: Opening
    found: Recognised

    @property
    def begun(self) -> bool:
        """Payload both ways, from its beginning."""
        return bool(self.flow.payload_out and self.flow.payload_in) and self.flow.state is not State.MIDSTREAM


def _conversations(path: Path) -> Iterator[Seen]:
    table = read([(str(path), "")], engine="interpreted").flows[""]
    for flow, opening in zip(told(table), said(table, openings(table)), strict=True):
        found = recognise(opening.initiator, opening.responder, opening.proto, cut=opening.cut, guessed=opening.guessed)
        yield Seen(flow, opening, found)


@pytest.fixture(scope="module")
def real(shared: Path) -> Path:
    return shared / "data" / "captures" / "real"


@pytest.fixture(scope="module")
def seen(real: Path) -> dict[str, list[Seen]]:
    found = {}
    for row in _rows(real / "MANIFEST.tsv"):
        path = real / row["file"]
        if path.stat().st_size <= _LARGEST:
            try:
                found[row["file"]] = [*_conversations(path)]
            except BadInput:
                continue
    return found


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [*csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]


def _labelled(real: Path, seen: dict[str, list[Seen]]) -> Iterator[tuple[str, str, frozenset[str], Seen]]:
    """Yield (file, label, names that it may be recognised as, conversation) of every row that names one by its content."""
    for file, conversations in seen.items():
        expected = real / f"{file}.expected.tsv"
        if not expected.is_file():
            continue
        by_ends = {_ends(one.flow): one for one in reversed(conversations)}
        for row in _rows(expected):
            by_content = row["source"] == "zeek-conn" or "Confidence=DPI;" in f"{row['note']};"
            labels = [part for part in row["app"].lower().replace(",", ".").split(".") if part in _LABELS]
            if row["source"] not in ("nDPI", "zeek-conn") or not by_content or not labels:
                continue
            try:
                ends = frozenset(
                    (str(ip_address(row[end])), int(row[port])) for end, port in (("src", "sport"), ("dst", "dport"))
                )
            except ValueError:
                continue
            one = by_ends.get(({"tcp": 6, "udp": 17}.get(row["proto"].lower(), 0), ends))
            if one is not None:
                yield file, labels[-1], frozenset().union(*(_LABELS[label] for label in labels)), one


def _ends(flow: Flow) -> tuple[int, frozenset[tuple[str, int]]]:
    return flow.proto, frozenset(((flow.src, flow.sport), (flow.dst, flow.dport)))


def test_conversations_are_what_others_found_by_their_content(real: Path, seen: dict[str, list[Seen]]) -> None:
    asked: Counter[str] = Counter()
    sure: Counter[str] = Counter()
    contradicted = []
    for file, label, names, one in _labelled(real, seen):
        if one.found.sure and one.found.name not in names:
            contradicted.append((file, label, one.found.name))
        if one.begun:
            name = "http" if names >= _WEB else "/".join(sorted(names))
            asked[name] += 1
            sure[name] += one.found.sure
    for name, count in sorted(asked.items()):
        print(f"{name:14} {sure[name]:4d} of {count:4d}")

    assert contradicted == []
    assert sum(asked.values()) > 550
    assert {name: sure[name] / asked[name] for name, floor in _FLOORS.items() if sure[name] < floor * asked[name]} == {}


def test_captures_named_after_a_protocol_show_it(seen: dict[str, list[Seen]]) -> None:
    short = {}
    for name, (words, floor) in _NAMED.items():
        files = [file for file in seen if any(word in file.lower() for word in words) and seen[file]]
        hits = [file for file in files if any(one.found.sure and one.found.name == name for one in seen[file])]
        print(f"{name:6} {len(hits):3d} of {len(files):3d}", [file for file in files if file not in hits])
        if len(hits) < floor * len(files):
            short[name] = (len(hits), len(files))

    assert short == {}


@pytest.mark.parametrize("name", ["rdp", "vnc", "ica", "socks", "smb"])
def test_nothing_is_taken_for_a_protocol_that_no_one_else_sees_there(
    name: str, real: Path, seen: dict[str, list[Seen]]
) -> None:
    words = {
        "rdp": ("rdp",),
        "vnc": ("vnc", "rfb"),
        "ica": ("citrix", "ica"),
        "socks": ("socks",),
        "smb": ("smb", "nbss"),
    }
    others = {
        row["file"]: " ".join(row[column] for column in ("file", "ndpi_labels", "tshark_protocols", "shows")).lower()
        for row in _rows(real / "MANIFEST.tsv")
    }
    taken = [file for file, found in seen.items() if any(one.found.sure and one.found.name == name for one in found)]

    assert taken
    assert [file for file in taken if not any(word in others[file] for word in words[name])] == []


def test_genuine_conversations_hardly_ever_seem_to_differ(real: Path, seen: dict[str, list[Seen]]) -> None:
    """The other half of recall: what a label calls X must not be told as "differs from X"."""
    answers: dict[Verdict, list[tuple[str, str]]] = defaultdict(list)
    for file, label, names, one in _labelled(real, seen):
        verdicts = {conforms(name, one.opening).verdict for name in names}
        best = next(v for v in (Verdict.CONFORMS, Verdict.UNKNOWN, Verdict.DIFFERS) if v in verdicts)
        answers[best].append((file, label))
    print({verdict.value: len(found) for verdict, found in answers.items()}, answers[Verdict.DIFFERS])

    assert len(answers[Verdict.DIFFERS]) <= 0.01 * sum(map(len, answers.values()))


@pytest.mark.parametrize(
    ("file", "port", "expected", "verdict", "what"),
    [
        ("rdp_tls_3389", 3389, "rdp", Verdict.CONFORMS, None),
        ("rdp_standard_security", 3389, "rdp", Verdict.CONFORMS, None),
        ("rdp_on_443", 443, "tls", Verdict.DIFFERS, "rdp"),
        ("http_on_3389_not_rdp", 3389, "rdp", Verdict.DIFFERS, "http"),
        ("ssh_on_443_to_internet", 443, "tls", Verdict.DIFFERS, "ssh"),
        ("ssh_interactive", 22, "ssh", Verdict.CONFORMS, None),
        ("vnc_vncauth", 5901, "vnc", Verdict.CONFORMS, None),
        ("smb3_encrypted", 445, "smb", Verdict.CONFORMS, None),
        ("smb1_nt1", 445, "smb", Verdict.CONFORMS, None),
        ("https_sni", 443, "tls", Verdict.CONFORMS, None),
        ("mail_sanitised_relay", 25, "smtp", Verdict.CONFORMS, None),
        ("mail_starttls", 25, "smtp", Verdict.CONFORMS, None),
        ("ftp_passive", 21, "ftp", Verdict.CONFORMS, None),
        ("http_proxy_connect_ssh_abuse", 3128, "http", Verdict.DIFFERS, "http-connect"),
        ("socks_proxy", 1080, "socks", Verdict.CONFORMS, None),
        ("dns_normal", 53, "dns", Verdict.CONFORMS, None),
        ("openvpn_tcp", 443, "tls", Verdict.DIFFERS, None),
    ],
)
def test_scenarios_with_real_servers(
    file: str, port: int, expected: str, verdict: Verdict, what: str | None, shared: Path
) -> None:
    path = shared / "data" / "captures" / "synth" / "out" / f"{file}.pcap"
    asked = [one for one in _conversations(path) if one.flow.dport == port and one.begun]

    answers = {(answer.verdict, answer.what) for one in asked for answer in (conforms(expected, one.opening),)}

    assert answers == {(verdict, what)}
