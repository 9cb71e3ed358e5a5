"""Real captures: as many frames as capinfos counts, and the conversations that nDPI and Zeek found."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from segcheck.captures.containers import walk
from segcheck.captures.damage import Damages
from segcheck.captures.frames import decode
from segcheck.captures.reading import Read, read
from segcheck.captures.source import Source
from segcheck.captures.telling import told
from segcheck.errors import BadInput
from segcheck.model.flow import Frames

pytestmark = pytest.mark.conformance

#: What is no capture that we read, and what it is; capinfos reads it.
OTHER_FORMATS = {"PcapPlusPlus__solaris.snoop": "snoop"}

SOURCES = ("nDPI", "zeek-conn")
_PROTOCOLS = {
    "tcp": 6,
    "udp": 17,
    "icmp": 1,
    "icmpv6": 58,
    "ipv6-icmp": 58,
    "sctp": 132,
    "igmp": 2,
    "esp": 50,
    "ospf": 89,
}
#: What carries other packets inside: protocols, and UDP ports of GTP, VXLAN, Geneve, AYIYA, GRE in UDP, Teredo, L2TP.
_CARRIERS = frozenset({4, 41, 47})
_CARRIER_PORTS = frozenset({2152, 2123, 3386, 4789, 6081, 5072, 4754, 3544, 1701})

Row = dict[str, str]
Ends = tuple[bytes, bytes]


@pytest.fixture(scope="module")
def real(shared: Path) -> Path:
    return shared / "data" / "captures" / "real"


@pytest.fixture(scope="module")
def readings(real: Path) -> dict[str, Read | None]:
    """Every real capture, read; None where it is refused."""
    found: dict[str, Read | None] = {}
    for row in _rows(real / "MANIFEST.tsv"):
        try:
            found[row["file"]] = read([(str(real / row["file"]), "")], engine="interpreted")
        except BadInput:
            found[row["file"]] = None
    return found


def test_frames_are_as_many_as_capinfos_counts(real: Path, readings: dict[str, Read | None]) -> None:
    counted = {row["file"]: int(row["packets"]) for row in _rows(real / "MANIFEST.tsv")}
    differing = {
        name: (reading.frames.read if reading else None, counted[name])
        for name, reading in readings.items()
        if reading is None or reading.frames.read != counted[name]
    }

    assert len(counted) > 1500
    assert set(differing) == set(OTHER_FORMATS)


def test_every_frame_ends_as_exactly_one_outcome(readings: dict[str, Read | None]) -> None:
    for reading in filter(None, readings.values()):
        account = reading.frames
        assert account.read == sum(getattr(account, name) for name in Frames.__slots__) - account.skipped_bytes
        rows = sum(int(table[f"packets_{side}"].sum()) for table in reading.flows.values() for side in ("ab", "ba"))
        assert account.decoded + account.fragment <= rows <= account.decoded + account.fragment + account.truncated


@dataclass(frozen=True)
class Wanted:
    """A conversation that a source lists: how many packets it saw, timeouts and both directions summed."""

    source: str
    file: str
    key: tuple[object, ...]
    packets: int


def test_conversations_are_those_that_ndpi_and_zeek_found(real: Path, readings: dict[str, Read | None]) -> None:
    outcomes: Counter[str] = Counter()
    unexplained: list[tuple[Wanted, int]] = []
    for name, reading in readings.items():
        wanted = _wanted(real, name)
        if reading is None or not wanted:
            continue
        have = _packets(reading)
        later = _later_fragments(real / name) if any(one.packets != have[one.key] for one in wanted) else Counter()
        for one in wanted:
            reason = _reason(one, have, later, reading)
            outcomes[reason] += 1
            if reason == "unexplained":
                unexplained.append((one, have[one.key]))
    print(json.dumps(outcomes, indent=1))

    total = sum(outcomes.values())
    assert total > 4700
    assert outcomes["same"] + outcomes["same without later fragments"] >= 0.97 * total
    assert len(unexplained) <= 8, unexplained


def test_every_damaged_capture_ends_within_bounds(shared: Path) -> None:
    """In a process of its own whose memory and CPU the kernel bounds; a hang or a bomb would kill it."""
    folder = shared / "data" / "captures" / "malformed"
    done = subprocess.run(
        [sys.executable, "-c", _BOUNDED, str(folder)], capture_output=True, text=True, check=False, cwd=Path.cwd()
    )

    assert done.returncode == 0, done.stderr
    ended = json.loads(done.stdout)
    counted = {row["file"]: int(row["packets"]) for row in _rows(folder / "MANIFEST.tsv")}
    assert ended.keys() == counted.keys()
    assert len(ended) > 300
    assert [name for name, frames in ended.items() if frames is None and counted[name]] == []


_BOUNDED = """
import json, resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
from segcheck.captures.reading import read
from segcheck.errors import BadInput
ended = {}
folder = Path(sys.argv[1])
for line in (folder / "MANIFEST.tsv").read_text(encoding="utf-8").splitlines()[1:]:
    name = line.split("\\t")[0]
    try:
        found = read([(str(folder / name), "")], engine="interpreted", max_flows=4096)
    except BadInput as error:
        assert error.en and error.ja
        ended[name] = None
    else:
        assert found.files[0].damage or not found.frames.skipped_bytes
        ended[name] = found.frames.read
print(json.dumps(ended))
"""


def _reason(one: Wanted, have: Counter[Any], later: Counter[Ends], reading: Read) -> str:
    """Return why a conversation agrees with ours or not; each reason is decided by what our own tables hold."""
    ends = one.key[0], one.key[2]
    ours = have[one.key]
    if ours == one.packets:
        return "same"
    # nDPI and Zeek do not count a later fragment for the conversation that it belongs to
    if ours > one.packets and ours - one.packets <= later[ends]:  # type: ignore[index]
        return "same without later fragments"
    known = {(key[0], key[2]) for key in have}
    if ends not in known:
        table = reading.flows[""]
        if reading.frames.unknown_link:
            return "link type is not read"
        if reading.frames.not_ip:
            return "behind a header that is not opened (PPPoE, MPLS)"
        ports = {port for name in ("pa", "pb") for port in table[name].tolist()}
        if _CARRIERS & set(table["proto"].tolist()) or _CARRIER_PORTS & ports:
            return "inside a tunnel"
    if one.source == "zeek-conn" and one.packets == 0:
        return "Zeek counts no packet of what carries a tunnel"
    return "unexplained"


def _wanted(real: Path, name: str) -> list[Wanted]:
    path = real / f"{name}.expected.tsv"
    if not path.is_file():
        return []
    sums: dict[tuple[str, tuple[object, ...]], int] = defaultdict(int)
    for row in _rows(path):
        if row["source"] not in SOURCES:
            continue
        proto = _PROTOCOLS.get(row["proto"].lower(), row["proto"])
        try:
            src, dst = ip_address(row["src"]).packed, ip_address(row["dst"]).packed
        except ValueError:
            continue  # a label that lost a colon upstream
        if proto == 1 and len(src) == 16:
            proto = 58  # Zeek says icmp for both
        ports = (0, 0) if proto in (1, 58) else (int(row["sport"] or 0), int(row["dport"] or 0))
        low, high = sorted(((src, ports[0]), (dst, ports[1])))
        sums[row["source"], (*low, *high, proto)] += int(row["pkts_c2s"] or 0) + int(row["pkts_s2c"] or 0)
    return [Wanted(source, name, key, packets) for (source, key), packets in sums.items()]


def _packets(reading: Read) -> Counter[Any]:
    """Return the packets of each of our conversations, VLAN tags and ICMP types summed as the sources do."""
    found: Counter[Any] = Counter()
    for flow in told(reading.flows[""]):
        ports = (0, 0) if flow.proto in (1, 58) else (flow.sport, flow.dport)
        low, high = sorted(((ip_address(flow.src).packed, ports[0]), (ip_address(flow.dst).packed, ports[1])))
        found[(*low, *high, flow.proto)] += flow.packets_out + flow.packets_in
    return found


def _later_fragments(path: Path) -> Counter[Ends]:
    """Return how many later fragments went between two addresses."""
    found: Counter[Ends] = Counter()
    with Source(str(path)) as source:
        for data, start, end, original, _, link in walk(source.read, Damages()).frames():
            packet = decode(data, start, end, original, link)
            if not isinstance(packet, int) and packet[11] == 2:
                half = len(packet[1]) // 2
                found[packet[1][:half], packet[1][half:]] += 1
                found[packet[1][half:], packet[1][:half]] += 1
    return found


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
