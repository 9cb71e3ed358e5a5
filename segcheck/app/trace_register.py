"""What the register says of one packet: the entries that permit it, those that would but for something, and the models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from segcheck.analysis.permitting import Allowance, Held, Register, addresses_of, of_entry, serves
from segcheck.checks._models import forbidden, reason
from segcheck.model.check import Said
from segcheck.model.inquiry import Unpermitting
from segcheck.model.journey import Journey
from segcheck.model.register import RegisterEntry, Status
from segcheck.model.trace import Verdict
from segcheck.sets.header import ICMP, ICMPV6

Header = Mapping[str, int]


class Asking:
    """Asks the register of a site on a day; what an entry stands for is worked out once."""

    def __init__(self, register: Register, day: date) -> None:
        self._site, self._day, self._register = register.site, day, register
        self._held: dict[str, Held] = {held.entry.id: held for held in register.on(day)}
        self._whole = {entry.id: tuple(of_entry(self._site, entry)) for entry in self._site.policy.register}

    def permitting(self, known: Header, journeys: Sequence[Journey]) -> Iterator[RegisterEntry]:
        """Yield the entries that permit the session from the sender to whoever really receives it, on the way it takes."""
        arrived = _arrived(journeys)
        for held in self._held.values():
            if any(
                _meant(one, known, journey) and _on_path(one, journey) for one in held.allowances for journey in arrived
            ):
                yield held.entry

    def refusing(self, known: Header, journeys: Sequence[Journey], place: str) -> Iterator[Unpermitting]:
        """Yield the entries that name the session and do not permit it, with the reason; `place` is where it is sent from."""
        arrived = _arrived(journeys)
        permitting = {entry.id for entry in self.permitting(known, journeys)}
        for entry in self._site.policy.register:
            if entry.id not in permitting and (why := self._why(entry, known, arrived, place)) is not None:
                yield Unpermitting(entry.id, entry.span, why)

    def banned(self, journeys: Sequence[Journey], place: str) -> Said:
        """Return that the models let nobody register it, with the cell; ("", "") where somebody may."""
        for journey in _arrived(journeys):
            if journey.delivered is not None:
                said = forbidden(self._register.profiling, place, journey.delivered.id, self._day)
                if said is not None:
                    return said
        return "", ""

    def _why(self, entry: RegisterEntry, known: Header, arrived: Sequence[Journey], place: str) -> Said | None:
        whole = self._whole[entry.id]
        if any(_meant(one, known, journey) for one in whole for journey in arrived):
            return self._lapsed(entry) or self._out(entry, place) or self._off_path(entry, known, arrived)
        if not entry.permits_on(self._day):
            return None
        if any(_reversed(one, known, journey) for one in whole for journey in arrived):
            return "向きが逆である (この通信は相手の側から開始する)", "the other end opens its sessions"
        if entry.gateway and any(self._direct(entry, known, journey) for journey in arrived):
            return f"{entry.gateway} を経る通信だけを認める", f"it permits what goes through {entry.gateway} only"
        return None

    def _lapsed(self, entry: RegisterEntry) -> Said | None:
        """Return why an entry is not in force on the day."""
        if not entry.status.permits:
            japanese = "廃止" if entry.status is Status.RETIRED else "申請中"
            return f"状態が「{japanese}」である", f"its status is {entry.status.value}"
        if entry.approved is None:
            return "承認日がない", "it has no day of approval"
        if entry.approved > self._day:
            return f"承認日 {entry.approved} より前である", f"it is approved from {entry.approved} on"
        if entry.expires is not None and entry.expires < self._day:
            return f"{entry.expires} で期限が切れている", f"it expired on {entry.expires}"
        return None

    def _out(self, entry: RegisterEntry, place: str) -> Said | None:
        """Return why the models refuse an entry in force; that of hosts at the sender's place, if they tell them apart."""
        guideline, held = self._site.policy.guideline, self._held[entry.id]
        if guideline is None or not held.refusals:
            return None
        refusals = [one for one in held.refusals if one.place == place] or held.refusals
        japanese, english = reason(guideline, refusals[0])
        return f"モデルが認めない: {japanese}", f"the model refuses it: {english}"

    def _off_path(self, entry: RegisterEntry, known: Header, arrived: Sequence[Journey]) -> Said | None:
        """Return that the packet does not take the declared path."""
        ways = [journey for journey in arrived if any(_meant(one, known, journey) for one in self._whole[entry.id])]
        if not entry.path or not ways:
            return None
        taken = " → ".join(hop.device for hop in ways[0].hops) or "-"
        declared = " → ".join(entry.path)
        return f"経路 {taken} が、登録した経路 {declared} と違う", f"the way {taken} is not its path, {declared}"

    def _direct(self, entry: RegisterEntry, known: Header, journey: Journey) -> bool:
        """Return whether a packet goes directly between the ends that an entry joins through a gateway."""
        ends = [addresses_of(self._site, end) for end in (entry.source, entry.destination)]
        target = _received(journey, known).get("dst", -1)
        return any(known["src"] in one and target in other for one, other in (ends, ends[::-1]))


def _arrived(journeys: Sequence[Journey]) -> list[Journey]:
    """Return the ways that arrive, or may."""
    perhaps = (one for one in journeys if one.verdict is Verdict.UNDECIDED and one.delivered is not None)
    return [*(one for one in journeys if one.verdict is Verdict.PERMIT), *perhaps]


def _received(journey: Journey, known: Header) -> Header:
    return journey.hops[-1].after if journey.hops else known


def _on_path(allowance: Allowance, journey: Journey) -> bool:
    passed = tuple(hop.device for hop in journey.hops)
    return not allowance.path or tuple(name for name in passed if name in allowance.path) == allowance.path


def _meant(allowance: Allowance, known: Header, journey: Journey) -> bool:
    """Return whether a packet opens the session, whatever way it takes."""
    target = _received(journey, known).get("dst", -1)
    return known["src"] in allowance.initiators and target in allowance.responders and _served(allowance, known)


def _reversed(allowance: Allowance, known: Header, journey: Journey) -> bool:
    """Return whether a packet opens the session from the wrong end."""
    target = _received(journey, known).get("dst", -1)
    return known["src"] in allowance.responders and target in allowance.initiators and _served(allowance, known)


def _served(allowance: Allowance, known: Header) -> bool:
    port = "icmp_type" if known.get("proto") in (ICMP, ICMPV6) else "dport"
    return any(
        serves(service, known.get("proto", -1), known.get(port), known.get("icmp_code"))
        for service in allowance.services
    )
