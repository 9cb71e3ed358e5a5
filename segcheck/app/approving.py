"""A drift held against the approved changes of a site: approved, unapproved, and exports that are still awaited."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from segcheck.analysis.permitting import unmistakable
from segcheck.app.history.store import Store
from segcheck.model.change import Approved, Awaited, Change, ChangesDrift, Expectation, Unapproved
from segcheck.model.drift import CrossingDrift, Drift
from segcheck.model.history import InputRow, Meaning, Status
from segcheck.model.site import Site
from segcheck.sets.header import SIZES, PacketClass
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.listing import Box, Boxes

#: Runs that are looked through for the first one that read a file as it is.
_FAR = 400
#: Days after its window for which a change is reminded of.
_REMINDED = timedelta(days=90)


def approving(site: Site, drift: Drift, store: Store, rows: Iterable[InputRow], now: datetime) -> ChangesDrift | None:
    """Return a drift held against the changes of a site, None where it keeps no changes.yaml.

    A change counts if its window meets the time in which the drift came about: from the first run that saw the export as it
    was until now. Closer nobody can tell by exports. Cost: a query for each earlier run, 400 at most, of devices that changed.
    """
    if site.changes is None:
        return None
    seen = _Seen(store, drift.since)
    changed = [one for one in drift.inputs if one.device and one.meaning is not Meaning.SAME and one.state != "same"]
    since = min([seen.first(one.path, one.device) for one in changed], default=datetime.fromisoformat(drift.finished))
    judge = _Judge(site, [one for one in site.changes if one.begins <= now], drift)
    told: list[Approved | Unapproved] = []
    for device in dict.fromkeys(one.device for one in changed):
        begun = min(seen.first(one.path, one.device) for one in changed if one.device == device)
        told.append(judge.device(device, begun))
    told += [one for row in drift.crossings if (one := judge.crossing(row, since)) is not None]
    return ChangesDrift(
        tuple(one for one in told if isinstance(one, Approved)),
        tuple(one for one in told if isinstance(one, Unapproved)),
        tuple(_awaited(site, seen, [*rows], now)),
    )


class _Seen:
    """When runs first read a file as it was in the last one."""

    def __init__(self, store: Store, last: int) -> None:
        runs = [one for one in store.runs() if one.status == Status.JUDGED.value and one.run <= last and not one.pruned]
        self._runs = runs[::-1][:_FAR]
        self._store = store
        self._read: dict[int, dict[tuple[str, str], str]] = {}

    def first(self, path: str, device: str) -> datetime:
        """Return when the run ended that first read it so, as far back as the history goes."""
        finished, digest = self._runs[0].finished, self.digest(0, path, device)
        for at, run in enumerate(self._runs):
            if self.digest(at, path, device) != digest:
                break
            finished = run.finished
        return datetime.fromisoformat(finished)

    def digest(self, at: int, path: str, device: str) -> str:
        """Return the hash of a file in the run so many before the last."""
        run = self._runs[at].run
        if run not in self._read:
            self._read[run] = {(one.path, one.device): one.sha256 for one in self._store.inputs(run)}
        return self._read[run].get((path, device), "")


class _Judge:
    def __init__(self, site: Site, changes: list[Change], drift: Drift) -> None:
        self.site = site
        self.changes = changes
        self.lines = [line for row in drift.crossings for line in row.lines]

    def device(self, name: str, since: datetime) -> Approved | Unapproved:
        near = [
            (change, one)
            for change in self.changes
            if change.ends >= since
            for one in change.expected
            if one.device == name
        ]
        for change, one in near:
            if not one.rules:
                return Approved(kind="input", what=name, ticket=change.ticket, approver=change.approver)
        if not near:
            return Unapproved(kind="input", what=name, reason="outside")
        # By which rules a device changed shows in what crosses; of what changes nothing there nobody can tell.
        altered = {tuple(line.rule.split(":", 2))[2:] for line in self.lines if line.rule.split(":", 2)[0] == name}
        ids = {one[0] for one in altered if one}
        for change, one in near:
            if ids and ids <= {*one.rules}:
                return Approved(kind="input", what=name, ticket=change.ticket, approver=change.approver)
        return Unapproved(kind="input", what=name, reason="larger" if ids else "unknown")

    def crossing(self, row: CrossingDrift, since: datetime) -> Approved | Unapproved | None:
        """Return whether what changed of a crossing is expected; None where only its verdict changed."""
        parts = [row.opened, row.closed, row.possibly_opened, row.possibly_closed]
        what = f"{row.src} -> {row.dst}"
        if not any(part.total for part in parts) and not row.undecided:
            return None
        near = [one for one in self.changes if one.ends >= since and any(e.source for e in one.expected)]
        for change in near:
            if not row.undecided and all(self._within(change.expected, part) for part in parts):
                return Approved(kind="crossing", what=what, ticket=change.ticket, approver=change.approver)
        if row.undecided or any(part.truncated for part in parts):
            return Unapproved(kind="crossing", what=what, reason="unknown")
        touched = any(
            self._meets(one, box) for change in near for one in change.expected for p in parts for box in p.boxes
        )
        return Unapproved(kind="crossing", what=what, reason="larger" if touched else "outside")

    def _within(self, expected: tuple[Expectation, ...], found: Boxes) -> bool:
        return not found.truncated and all(any(self._covers(one, box) for one in expected) for box in found.boxes)

    def _covers(self, one: Expectation, box: Box) -> bool:
        if one.source is None or one.destination is None:
            return False
        ends = unmistakable(self.site, one.source), unmistakable(self.site, one.destination)
        forward = box.src <= ends[0] and box.dst <= ends[1]
        back = box.src <= ends[1] and box.dst <= ends[0]
        if box.packet_class is PacketClass.OPENING:
            return forward and self._served(one, box, box.dport)
        if box.packet_class is PacketClass.REPLY:
            # Behind its first packet, what a session's initiator sends is of this class too.
            onward = forward and self._served(one, box, box.dport)
            return onward or (back and self._served(one, box, box.sport))
        return (forward or back) and box.proto is not None and self._protocols(one, box)

    @staticmethod
    def _served(one: Expectation, box: Box, ports: IntervalSet | None) -> bool:
        """Return whether every packet of a box is of one of the services."""
        if box.proto is None:
            return False
        every = IntervalSet.of((0, SIZES["dport"] - 1))
        for low, high in box.proto.ranges:
            if high - low > len(one.services):
                return False
            for number in range(low, high + 1):
                known = [service for service in one.services if service.protocol == number and service.code is None]
                found = IntervalSet.empty()
                for service in known:
                    found = found | (service.ports if service.ports is not None else every)
                asked = ports if number in (6, 17, 132) else box.icmp_type
                if not known or not (asked if asked is not None else every) <= found:
                    return False
        return True

    @staticmethod
    def _protocols(one: Expectation, box: Box) -> bool:
        return box.proto is not None and box.proto <= IntervalSet.of(*(service.protocol for service in one.services))

    def _meets(self, one: Expectation, box: Box) -> bool:
        if one.source is None or one.destination is None:
            return False
        ends = unmistakable(self.site, one.source), unmistakable(self.site, one.destination)
        return bool(box.src & ends[0] and box.dst & ends[1]) or bool(box.src & ends[1] and box.dst & ends[0])


def _awaited(site: Site, seen: _Seen, rows: list[InputRow], now: datetime) -> Iterator[Awaited]:
    """Yield the changes whose devices show no export of after the window: not another file, and none said to be later."""
    for change in site.changes or ():
        if not change.ends < now <= change.ends + _REMINDED:
            continue
        waiting = []
        for name in dict.fromkeys(one.device for one in change.expected if one.device):
            own = [one for one in rows if one.device == name and one.kind == "export"]
            later = any(e.as_of is not None and e.as_of >= change.ends.date() for e in site.devices[name].exports)
            same = own and all(seen.digest(0, one.path, name) == one.sha256 for one in own)
            if same and not later and all(seen.first(one.path, name) < change.ends for one in own):
                waiting.append(name)
        if waiting:
            yield Awaited(ticket=change.ticket, until=change.ends, devices=tuple(waiting))
