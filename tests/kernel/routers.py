"""A town judged by the kernel, and by segcheck twice: by sets from end to end, and by one packet's journeys and answers."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from segcheck.analysis.journeys._walk import AGAIN, LOOP
from segcheck.analysis.network import DoubtKind
from segcheck.analysis.reachability import Mode
from segcheck.model.trace import Verdict
from segcheck.sets import addresses

from .oracle import Rules
from .probes import SCTP, Fragment, Header, Probe
from .town import Letter, Town
from .town_lab import Lab
from .town_ledger import Fate, Told
from .town_site import UNKNOWN, Answer, BySets, End, by_journeys, read, write

PUBLIC = "public"
NEXT_HOP = f"{DoubtKind.NEXT_HOP.value}:"
_PORT_TAKEN = "sport not known"


_KEPT = "a rule asks for the source port that an earlier router keeps only while it is free"
_JOINED = "a rule behind a router that joins datagrams asks for what only the first piece tells"
_OPENING, _EVERYBODY, _BEYOND = "opening", "answer of all", "beyond a stray next hop"
_PIECE = ("sport", "dport", "tcp_flags", "icmp_type", "icmp_code")
_PORTS = {f"{no}{port} not known": _KEPT for no in ("", "not ") for port in ("sport", "dport")}
#: Told beside it of any rule with ports that asks later pieces for bytes (FACTS d4), though the packet is whole.
_BYTES = {f"{no}bytes of a later fragment taken for ports [IPv{n}]": _KEPT for no in ("", "not ") for n in (4, 6)}
#: What may be undecided: by who is asked about what, and the cause.
EXPLAINED: Mapping[str, Mapping[str, str]] = {
    "sets": _PORTS
    | _BYTES
    | {
        _OPENING: "no header field of sets says whether an SCTP packet asks for an association",
        _BEYOND: "it arrives only if a next hop that no router of the town owns leads on",
    },
    "journeys": _PORTS
    | _BYTES
    | {_EVERYBODY: "what a router answers for an address that all routers of a segment have"},
    "journeys of later pieces": {f"{no}{name} not known": _JOINED for no in ("", "not ") for name in _PIECE},
}


@dataclass(slots=True)
class Agreement:
    """What came of one town: figures, what is wrong, and what is undecided by its causes.

    Every packet gives one verdict from end to end, every answer to a packet that arrived another.
    """

    town: Town
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    undecided: Counter[tuple[str, ...]] = field(default_factory=Counter)

    def unexplained(self) -> dict[tuple[str, ...], int]:
        """Return what is undecided without an explanation: who says so, and the causes."""
        return {
            (who, *causes): count
            for (who, *causes), count in self.undecided.items()
            if not causes or not all(_explained(self.town, who, cause, causes) for cause in causes)
        }


def _explained(town: Town, who: str, cause: str, beside: Sequence[str]) -> bool:
    """Return whether a cause is of the table, or so in this town.

    A next hop counts if no router of the town has that address; that a router would ask its translations again, if it has
    some; that the packet goes round, if that is what it is undecided beside.
    """
    if cause.startswith(NEXT_HOP):
        return not any(town.owner(one.name, cause.removeprefix(NEXT_HOP)) for one in town.segments)
    if cause.endswith(AGAIN):
        rules = town.box(cause.removesuffix(AGAIN).strip()).rules
        return "*nat" in rules.iptables + rules.ip6tables
    if cause == LOOP:
        return any(one.endswith(AGAIN) for one in beside)
    return cause in EXPLAINED[who]


def explanation(who: str, cause: str) -> str:
    """Return the words for a cause; the cause itself where there are none."""
    if cause.startswith(NEXT_HOP):
        return "a next hop that no router of the town owns"
    if cause.endswith(AGAIN) or cause == LOOP:
        return "a packet that comes round to a router that translates"
    return EXPLAINED[who].get(cause, cause)


@dataclass(frozen=True, slots=True)
class Heard:
    """What the kernel did: every packet sent to every router on its segment, and what the save tools print."""

    town: Town
    packets: tuple[Probe, ...]
    told: Mapping[Letter, Told]
    exports: Mapping[str, Rules]


def hear(town: Town, packets: Sequence[Probe]) -> Heard:
    """Return what the kernel does with packets; those that are alike are sent once."""
    distinct = tuple(dict.fromkeys(packets))
    letters = [Letter(packet, box.name) for packet in distinct for box, _ in town.on(packet.interface)]
    with Lab(town) as lab:
        exports = {box.name: lab.export(box.name) for box in town.boxes}
        return Heard(town, distinct, dict(zip(letters, lab.told(letters), strict=True)), exports)


def agree(heard: Heard) -> Agreement:
    """Return what segcheck, given the exports and the town's topology, says of what the kernel did."""
    town, result = heard.town, Agreement(heard.town)
    with tempfile.TemporaryDirectory() as folder:
        write(town, heard.exports, Path(folder))
        network = read(Path(folder))
    sets = BySets(network, heard.packets)
    for packet in heard.packets:
        told = {letter: one for letter, one in heard.told.items() if letter.probe == packet}
        answers = {letter: by_journeys(network, letter) for letter in told}
        _count(result, packet, told)
        for letter, one in told.items():
            whole = Letter(replace(letter.probe, fragment=Fragment.NONE), letter.via)
            alone = letter == whole or by_journeys(network, whole).verdict is not Verdict.PERMIT
            _judge(result, letter, one, answers[letter], alone=alone)
        _judge_sets(result, packet, told, answers, sets)
    return result


def _count(result: Agreement, packet: Probe, told: Mapping[Letter, Told]) -> None:
    counts, arrived = result.counts, [one for one in told.values() if one.fate.place]
    counts["packets"] += 1
    counts["first routers"] += len(told)
    counts[f"IPv{packet.family}"] += 1
    counts["delivered"] += bool(arrived)
    counts["taken in by a router"] += any(one.fate.place.startswith("device:") for one in arrived)
    counts["translated"] += any(_rewritten(packet, one.fate.header) for one in arrived)
    counts["through two routers or more"] += any(len(one.fate.path) > 1 for one in arrived)
    counts["forged sources"] += not result.town.segment(packet.interface).holds(packet.src)
    counts["fragments"] += packet.fragment is not Fragment.NONE
    counts["came back"] += sum(came_back(packet, one) for one in arrived)
    counts["came back by other routers"] += sum(came_back(packet, one) and _other_way(one) for one in arrived)


def _rewritten(packet: Probe, header: Header | None) -> bool:
    fields = ("src", "dst", "sport", "dport")
    return header is not None and any(
        getattr(header, name) not in (None, getattr(packet, name))
        for name in fields
        if getattr(packet, name) is not None
    )


def came_back(packet: Probe, told: Told) -> bool:
    """Return whether the answer got to whoever sent the packet, as the answer to what was sent."""
    header = told.reply.header if told.reply is not None and told.reply.place == packet.interface else None
    if header is None:
        return False
    ends = (header.src, header.dst, header.sport, header.dport)
    return ends == (packet.dst, packet.src, packet.dport, packet.sport)


def _other_way(told: Told) -> bool:
    there, back = told.fate.path, told.reply.path if told.reply is not None else ()
    return bool(back) and [name for name, _ in there] != [name for name, _ in reversed(back)]


# ---- journeys


def _judge(result: Agreement, letter: Letter, told: Told, answer: Answer, *, alone: bool) -> None:
    """Compare one letter and its answer; `alone`: a later piece that the first piece perhaps does not go along with."""
    town, probe = result.town, letter.probe
    what = f"{town.name}: {probe} via {letter.via}"
    fate = told.fate
    if probe.fragment is not Fragment.NONE:
        fate = fate if 1 in fate.pieces or not fate.header else Fate(path=fate.path)
        if answer.verdict is Verdict.PERMIT and not fate.place and alone:
            result.counts["later pieces whose first did not come along"] += 1
            return
        _compare(result, f"{what}: journeys", fate, answer, who="journeys of later pieces", path=False)
        return
    _compare(result, f"{what}: journeys", fate, answer)
    if told.reply is None:
        return
    result.counts["replies"] += 1
    answered = f"{what}: journeys: answer {told.answer.probe if told.answer is not None else 'of the router itself'}"
    if answer.reply is not None:
        _compare(result, answered, told.reply, answer.reply, path=told.answer is not None)
    elif answer.verdict is Verdict.UNDECIDED:
        result.undecided["journeys", *sorted(answer.causes)] += 1
    elif any(one.is_everybody(probe.dst) for one in town.segments):
        result.undecided["journeys", _EVERYBODY] += 1
    else:
        result.wrong.append(f"{answered}: segcheck knows of none\n  kernel: {told.reply}")


def _compare(
    result: Agreement, what: str, fate: Fate, answer: Answer, *, who: str = "journeys", path: bool = True
) -> None:
    place = _place(result.town, fate)
    possible = [end for end in answer.ends if _is_end(end, place, fate, path=path)]
    decided = answer.verdict is not Verdict.UNDECIDED
    if not decided:
        result.undecided[who, *sorted(answer.causes)] += 1
    if (decided and answer.verdict is Verdict.PERMIT) == bool(place) and possible:
        return
    if not decided and possible:
        return
    if decided and answer.verdict is Verdict.PERMIT and not place and any(end.place == UNKNOWN for end in answer.ends):
        return  # to an address that nobody is said to have
    told = [(end.place, end.path, dict(end.header)) for end in answer.ends]
    result.wrong.append(f"{what}\n  kernel: {fate}\n  segcheck: {answer.verdict.value} {told}")


def _place(town: Town, fate: Fate) -> str:
    """Return the place of a fate by what the topology says: behind an outside segment lies what belongs to nobody here."""
    if not fate.place or fate.place.startswith("device:") or fate.header is None:
        return fate.place
    segment = town.segment(fate.place)
    if segment.holds(fate.header.dst):
        return fate.place
    elsewhere = any(one.holds(fate.header.dst) for one in town.segments)
    return PUBLIC if segment.outside and not elsewhere and _is_public(fate.header.dst) else UNKNOWN


def _is_public(text: str) -> bool:
    return not text.startswith(("10.", "fd", "172.16.", "192.168."))


def _is_end(end: End, place: str, fate: Fate, *, path: bool) -> bool:
    if end.place != place and not (not place and end.place == UNKNOWN):
        return False
    if path and end.place and place and end.path != fate.path:
        return False
    if fate.header is None:
        return True
    seen = {name: value for name, value in fate.header.as_row().items() if name in end.header}
    return all(
        (addresses.parse_one(v) if name in ("src", "dst") else v) == end.header[name] for name, v in seen.items()
    )


# ---- sets


def _judge_sets(
    result: Agreement, packet: Probe, told: Mapping[Letter, Told], answers: Mapping[Letter, Answer], sets: BySets
) -> None:
    town, source = result.town, packet.interface
    whole = packet.fragment is Fragment.NONE
    fates = {
        letter.via: one.fate for letter, one in told.items() if whole or 1 in one.fate.pieces or not one.fate.header
    }
    places = {via: _place(town, fate) for via, fate in fates.items()}
    arrived = {place for place in places.values() if place}
    may = sets.arrives(Mode.MAY, source, packet)
    problems = [f"arrives at {place}, which may does not hold" for place in sorted(arrived - may)]
    if whole and may:
        known = may - {UNKNOWN}
        must, required = (sets.arrives(mode, source, packet, known) for mode in (Mode.MUST, Mode.REQUIRED))
        causes = sorted({cause for answer in answers.values() for cause in answer.causes})
        causes += [_OPENING] if packet.proto == SCTP else []
        usual = places[town.owner(source, packet.dst) or town.segment(source).gateway]
        problems += [f"required holds {place}, but not by the usual gateway" for place in sorted(required - {usual})]
        if _PORT_TAKEN not in causes:  # else must may rest on a port that is only taken where the own one is not free
            problems += [f"must holds {place}, where it does not arrive" for place in sorted(must - arrived)]
        if known - must or must - arrived:
            if not sets.arrives(Mode.MAY, source, packet, known, strays=False) - must:
                causes.append(_BEYOND)
            result.undecided["sets", *causes] += 1
    if problems:
        result.wrong.append(f"{town.name}: {packet}: sets: {problems}\n  kernel: {fates}")
