"""Local breakouts to services that are not restricted to the own tenant, or whose files nobody checks (α')."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._base import Context
from segcheck.checks._declared import Subject, among, broken, by_name, coverage, factors, finding, lacks, nothing
from segcheck.model.check import Check, Said
from segcheck.model.declared import ExternalService
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight
from segcheck.model.register import Kind, RegisterEntry
from segcheck.model.requirement import Covered

CHECK = Check(
    id="breakout-terms",
    weight=Weight.HIGH,
    requirements=("LG-06",),
    title=("ローカルブレイクアウトの条件", "Conditions of a local breakout"),
    message=(
        "ローカルブレイクアウト {subject} の宛先が、条件を満たさないと申告されている。{facts}",
        "The service that local breakout {subject} leads to is declared to fall short of the conditions. {facts}",
    ),
    why=(
        "テナントを制限しなければ個人の契約にもログインでき、そこへ情報を渡せる。ファイルを検査しなければマルウェアが入る。",
        "Without a restriction anybody can log in to a tenant of their own and hand information over; "
        "unchecked files bring malware.",
    ),
    fix=(
        "テナントを制限し、取り込むファイルを無害化または検査する。",
        "Restrict the tenant, and sanitise or scan the files that come in.",
    ),
    wrong=("申告の後に設定を変えたとき。", "If the setting was changed after it was declared."),
    reads=(Basis.ATTRIBUTES,),
)
ASKED = (
    among("tenant_restriction", True),
    among("malware_scan", "cdr", "scan"),
    factors(needed=False),
    among("source_ip_restriction", True, needed=False),
)


def find(context: Context) -> Iterator[Finding]:
    """Yield breakouts whose service is declared to fall short."""
    for entry in _breakouts(context):
        for service in _services(context, entry):
            subject = _subject(entry, service)
            wrong = broken(context, subject, ASKED)
            if wrong:
                line = (ConfigEvidence(entry.span, f"{entry.id}: {entry.purpose}"),)
                yield finding(CHECK, subject, wrong, more=line, key=f"{entry.id}:{service.id}")


def covered(context: Context) -> Covered:
    """Return whether the service of every breakout is in the register of external services, with its conditions."""
    entries = tuple(_breakouts(context))
    if not entries:
        return nothing("ローカルブレイクアウトの登録がない", "no local breakout is registered")
    silent: list[Said] = [
        (f"{one.id} → {one.destination.id} (external_services)", f"{one.id} → {one.destination.id} (external_services)")
        for one in entries
        if not any(_services(context, one))
    ]
    if silent:
        return lacks(silent)
    subjects = [_subject(entry, one) for entry in entries for one in _services(context, entry)]
    return coverage(context, subjects, ASKED)


def _breakouts(context: Context) -> Iterator[RegisterEntry]:
    return (one for one in context.site.policy.register if one.kind is Kind.LBO and one.permits_on(context.day))


def _services(context: Context, entry: RegisterEntry) -> Iterator[ExternalService]:
    return (one for one in context.site.external_services.values() if entry.destination.id in one.ends)


def _subject(entry: RegisterEntry, service: ExternalService) -> Subject:
    return Subject(entry.id, service.zone, None, (), by_name(service.attributes), service.span)
