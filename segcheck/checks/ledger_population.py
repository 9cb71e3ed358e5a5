"""Ledgers of the body and the topology: whatever one has, the other has (監査対象の母集団)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from segcheck.checks._base import Context
from segcheck.checks._declared import ASKED, Subject, finding, missing
from segcheck.model.check import Check, Said
from segcheck.model.declared import Ledger
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight
from segcheck.model.requirement import Covered
from segcheck.model.site_words import DeviceKind, LedgerKind, LinkKind, Responsibility
from segcheck.model.source import Span

CHECK = Check(
    id="ledger-population",
    weight=Weight.MEDIUM,
    requirements=("P-02", "P-03"),
    title=("台帳とトポロジーの食い違い", "Ledger and topology differ"),
    message=(
        "{subject} が、台帳とトポロジーの一方にしかない。{facts}",
        "{subject} is in only one of ledger and topology. {facts}",
    ),
    why=(
        "片方にしかないものは、判定の対象から漏れているか、誰も管理していない。",
        "What only one of them has was either not judged, or nobody manages it.",
    ),
    fix=(
        "実物を確かめ、台帳とトポロジーの足りない方に加える。",
        "Look at the thing itself, and add it where it is missing.",
    ),
    wrong=(
        "台帳とトポロジーで名前が違うとき。id、名称、ホスト名のどれかを合わせる。",
        "If the two use other names: make an id, name or host name agree.",
    ),
    reads=(Basis.ATTRIBUTES,),
)
REQUIREMENT = {LedgerKind.DEVICES: "P-02", LedgerKind.HOSTS: "P-02", LedgerKind.LINES: "P-03"}
#: Links that are a line of somebody's; the others are cables inside the house.
LINES = frozenset(LinkKind) - {LinkKind.ACCESS, LinkKind.TRUNK, LinkKind.TUNNEL}


def find(context: Context) -> Iterator[Finding]:
    """Yield rows without a counterpart, and things of the topology that no ledger of their kind has."""
    for kind in LedgerKind:
        held = [one for one in context.site.ledgers.values() if one.kind is kind]
        if not held:
            continue
        things = _things(context, kind)
        known = {name for names, _ in things.values() for name in names}
        for ledger in held:
            for row in ledger.rows:
                if row.name not in known:
                    yield _finding(kind, row.name, f"{ledger.path} → topology.yaml ×", row.span, ledger)
        rows = {row.name for ledger in held for row in ledger.rows}
        for name, (names, span) in things.items():
            if not rows & names and _demanded(context, kind, name):
                paths = ", ".join(ledger.path for ledger in held)
                yield _finding(kind, name, f"topology.yaml → {paths} ×", span, *held)


def covered(context: Context) -> Mapping[str, Covered]:
    """Return whether there are ledgers of devices (P-02) and of lines (P-03), with rows in them."""
    return {
        "P-02": _covered(context, "P-02", LedgerKind.DEVICES, ("機器台帳", "ledger of devices")),
        "P-03": _covered(context, "P-03", LedgerKind.LINES, ("回線台帳", "ledger of lines")),
    }


def _covered(context: Context, requirement: str, kind: LedgerKind, name: Said) -> Covered:
    ledgers = context.site.ledgers.values()
    if not any(one.kind is kind for one in ledgers):
        return missing(
            f"{name[0]}がない (ledgers)。担当課から CSV または xlsx で受け取る",
            f"there is no {name[1]} (ledgers): ask its owner for a CSV or xlsx",
        )
    empty = [one.path for one in ledgers if REQUIREMENT[one.kind] == requirement and not one.rows]
    if empty:
        return missing(f"台帳に行がない: {', '.join(empty)}", f"a ledger has no rows: {', '.join(empty)}")
    return ASKED


def _things(context: Context, kind: LedgerKind) -> Mapping[str, tuple[frozenset[str], Span]]:
    """Return what the topology has of that kind, by id, with the names that a ledger may use."""
    site = context.site
    if kind is LedgerKind.LINES:
        return {one.id: (frozenset((one.id, one.name)), one.span) for one in site.links.values()}
    devices = {one.id: (frozenset((one.id, one.name)) | one.hostnames, one.span) for one in site.devices.values()}
    hosts = {one.id: (frozenset((one.id,)), one.span) for one in site.hosts.values()}
    return devices if kind is LedgerKind.DEVICES else {**devices, **hosts}


def _demanded(context: Context, kind: LedgerKind, name: str) -> bool:
    """Return whether a ledger of the body has to have it: what others answer for, cables and hosts' own filters need not."""
    site = context.site
    if kind is LedgerKind.LINES:
        return site.links[name].kind in LINES
    device = site.devices.get(name)
    if device is not None:
        return device.responsibility is Responsibility.CITY and device.kind is not DeviceKind.HOST
    host = site.hosts[name]
    zone = site.zones.get(context.zone_of(host.segment)) if host.segment else None
    return zone is not None and zone.responsibility is Responsibility.CITY


def _finding(kind: LedgerKind, name: str, facts: str, span: Span, *ledgers: Ledger) -> Finding:
    subject = Subject(name, "", None, (), {}, span)
    line = (ConfigEvidence(span, name), *(ConfigEvidence(one.span, f"{one.id}: {one.path}") for one in ledgers))
    key = f"{kind.value}:{name}"
    return finding(CHECK, subject, (), requirements=(REQUIREMENT[kind],), facts=facts, more=line, key=key)
