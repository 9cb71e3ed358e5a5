"""Small exports, what they say of a fixed set of packets, and whether two readings contradict each other.

SAMPLES       exports with packets, each of one device; `exports/NAME` holds files, packets.tsv and maybe device.yaml
answers       everything that both engines say of the packets, through each device and of each written list
contradictions  where a reading with doubt says for certain what the reading of the undamaged file does not
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from segcheck import importers
from segcheck.analysis.compiling import judge_device, judge_list
from segcheck.analysis.tracing import trace, trace_list
from segcheck.app.reading import with_device_file
from segcheck.loaders import device_file, files, packet_table
from segcheck.model.device import DeviceConfig
from segcheck.model.match import State
from segcheck.model.reading import Reading
from segcheck.model.source import SourceText
from segcheck.model.trace import Probe, Verdict

HERE = Path(__file__).parent / "exports"
TOPOLOGY = Path(__file__).parents[2] / "topologies/reiji/exports"


@dataclass(frozen=True, slots=True)
class Sample:
    """One device's files (the first one is the export itself), and packets to ask about."""

    name: str
    format: str
    paths: tuple[Path, ...]

    def sources(self) -> tuple[SourceText, ...]:
        """Return the undamaged files."""
        return tuple(_source(path) for path in self.paths)

    def probes(self) -> tuple[Probe, ...]:
        """Return the packets, in the order of the table."""
        return _probes(self.name)


def _own(name: str, format_: str, *paths: str) -> Sample:
    return Sample(name, format_, tuple(HERE / name / path for path in paths))


SAMPLES = (
    Sample("fw-core", "fortigate", (TOPOLOGY / "fw-core.conf",)),
    Sample("mail", "iptables", (TOPOLOGY / "san-mail-01.rules.v4",)),
    _own("gateway", "iptables", "rules.v4", "sets.ipset"),
    _own("gateway6", "iptables", "rules.v6"),
    _own("nft", "nftables", "rules.nft"),
    _own("services", "fortigate", "fw.conf"),
    _own("central", "fortigate", "fw.conf"),
    _own("vdoms", "fortigate", "fw.conf"),
    _own("asa", "asa", "city-fw.cfg"),
    _own("ios", "ios", "city-core.cfg"),
    _own("yamaha", "yamaha", "rtx.conf"),
    _own("srx", "srx", "show.txt"),
    _own("srx-braces", "srx", "show.txt"),
    _own("aws", "aws", "vpc.json"),
    _own("cityhall", "panos", "running-config.xml"),
    _own("cityhall-set", "panos", "show.txt"),
)


@cache
def _source(path: Path) -> SourceText:
    return replace(files.read_text(str(path)), path=path.name)


@cache
def _probes(name: str) -> tuple[Probe, ...]:
    return tuple(row.probe for row in packet_table.load(files.read_text(str(HERE / name / "packets.tsv")), None).rows)


@dataclass(frozen=True, slots=True)
class Said:
    """What an engine says of one packet; the interface and the header are told only where it passes for certain."""

    verdict: Verdict
    egress: str = ""
    header: tuple[tuple[str, int], ...] = ()
    reply: Verdict | None = None


#: By context, list ("" = through the device), engine and place in the table.
Answers = Mapping[tuple[str, str, str, int], Said]


def read(sample: Sample, sources: tuple[SourceText, ...]) -> Reading:
    """Return the reading, with the device's addressing where the format holds none; the account of lines adds up."""
    reading = importers.read(sources, sample.format)
    assert len(reading.inputs) == len(sources)
    for one, source in zip(
        sorted(reading.inputs, key=lambda i: i.path), sorted(sources, key=lambda s: s.path), strict=True
    ):
        assert one.lines.total == len(source.lines())
        assert sum(one.lines.counts().values()) == one.lines.total
    side = HERE / sample.name / "device.yaml"
    if not side.exists():
        return reading
    given = device_file.load(_source(side))
    return replace(reading, devices=tuple(with_device_file(device, given) for device in reading.devices))


def answers(sample: Sample, reading: Reading) -> Answers:
    """Return what both engines say of every packet of the sample."""
    found: dict[tuple[str, str, str, int], Said] = {}
    for device in reading.devices:
        mine = [(n, p) for n, p in enumerate(sample.probes()) if p.ingress is None or _has(device, p.ingress)]
        found |= _through(device, mine)
        for name, rules in device.lists.items():
            if not rules.builtin:
                found |= _by_list(device, name, sample.probes())
    return found


def _has(device: DeviceConfig, interface: str) -> bool:
    return device.interface(interface) is not None


def _through(device: DeviceConfig, mine: list[tuple[int, Probe]]) -> Iterator[tuple[tuple[str, str, str, int], Said]]:
    decided = judge_device(device, [probe for _, probe in mine], reply=True)
    for (number, probe), one in zip(mine, decided, strict=True):
        sets = Said(one.verdict, one.egress, tuple(sorted(one.header.items())), one.reply)
        yield (device.context, "", "sets", number), sets
        traced = trace(device, probe, reply=True)
        ways = {(path.egress, tuple(sorted(path.header.items()))) for path in traced.paths}
        egress, header = ways.pop() if traced.verdict is Verdict.PERMIT and len(ways) == 1 else ("", ())
        reply = traced.reply.verdict if traced.reply is not None and traced.verdict is Verdict.PERMIT else None
        yield (device.context, "", "trace", number), Said(traced.verdict, egress, header, reply)


def _by_list(
    device: DeviceConfig, name: str, probes: tuple[Probe, ...]
) -> Iterator[tuple[tuple[str, str, str, int], Said]]:
    asked = [replace(p, state=State.NEW) if p.state is State.NONE else p for p in probes]
    for number, one in enumerate(judge_list(device, name, asked)):
        yield (device.context, name, "sets", number), Said(one.verdict)
    for number, probe in enumerate(asked):
        yield (device.context, name, "trace", number), Said(trace_list(device, name, probe).verdict)


def contradictions(whole: Answers, doubtful: Answers) -> list[str]:
    """Return every packet of which the doubtful reading claims what the whole one does not, in words.

    A list or a device that only one of the readings has claims nothing; where one cannot tell, the other may be right.
    """
    found = []
    for key in whole.keys() & doubtful.keys():
        where = f"packet {key[3] + 1} {key[0]} {key[1] or 'through the device'} ({key[2]})"
        found += [f"{where}: {what}" for what in claims_more(whole[key], doubtful[key])]
    return sorted(found)


def claims_more(sure: Said, doubtful: Said) -> list[str]:
    """Return what the more doubtful of two answers about one packet claims beyond the other, in words."""
    if doubtful.verdict is Verdict.UNDECIDED:
        return []
    if doubtful.verdict is not sure.verdict:
        return [f"{sure.verdict.value} became {doubtful.verdict.value}"]
    found = []
    if doubtful.egress and doubtful.egress != sure.egress:
        found.append(f"by {sure.egress or 'several'} became by {doubtful.egress}")
    right, header = dict(sure.header), dict(doubtful.header)
    if any(right.get(name) != value for name, value in header.items()):
        found.append(f"leaves as {right} became {header}")
    if doubtful.reply not in (None, Verdict.UNDECIDED, sure.reply):
        found.append(f"reply {sure.reply} became {doubtful.reply}")
    return found


def through(device: DeviceConfig, probe: Probe) -> Mapping[str, Said]:
    """Return what each engine says of a packet that arrives at the device, by engine."""
    return {key[2]: said for key, said in _through(device, [(0, probe)])}
