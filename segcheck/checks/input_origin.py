"""Exports that are not what runs, that are too old, or of which nobody says how they were taken (来歴)."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._base import Context
from segcheck.checks._declared import ASKED, Subject, finding, missing, nothing
from segcheck.model.check import Check
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight
from segcheck.model.requirement import Covered
from segcheck.model.site import Export, TopologyDevice
from segcheck.model.site_words import DocumentKind, Responsibility

CHECK = Check(
    id="input-origin",
    weight=Weight.MEDIUM,
    requirements=("X-16",),
    title=("稼働中の設定ではないエクスポート", "An export of something that does not run"),
    message=(
        "{subject} のエクスポートは、稼働中の設定ではないと申告されている。{facts}",
        "The export of {subject} is declared not to be the running configuration. {facts}",
    ),
    why=(
        "動いていない設定を判定しても、今の通信については何も言えない。",
        "What does not run says nothing about the traffic of today.",
    ),
    fix=(
        "稼働中の設定を取り直し、取得者・取得元・方法・日時を obtained に記録する。",
        "Take the running configuration again, and record by whom, from where, how and when under obtained.",
    ),
    wrong=("起動時の設定と稼働中の設定が同じと確かめたとき。", "If startup and running configuration were compared."),
    unsure=(
        ("古いエクスポート", "An old export"),
        (
            "{subject} のエクスポートが有効日数を過ぎており、今の設定か判断できない。{facts}",
            "The export of {subject} is older than it counts; whether it is what runs cannot be told. {facts}",
        ),
    ),
    reads=(Basis.ATTRIBUTES,),
)


def find(context: Context) -> Iterator[Finding]:
    """Yield exports that are not what runs, and, undecided, those older than their device permits."""
    for device, export in _exports(context):
        subject = Subject(device.id, "", None, (), {}, export.span)
        line = (ConfigEvidence(export.span, export.path),)
        if export.obtained is not None and export.obtained.running is False:
            facts = f"{export.path}: running_config: false"
            yield finding(CHECK, subject, (), facts=facts, more=line, key=f"{device.id}:{export.path}")
        if export.as_of is None or device.max_age_days is None:
            continue
        age = (context.day - export.as_of).days
        if age > device.max_age_days:
            facts = f"{export.path}: {export.as_of}, {age} d > {device.max_age_days} d"
            key = f"{device.id}:{export.path}:age"
            yield finding(CHECK, subject, (), facts=facts, more=line, key=key, standing=Standing.UNDECIDED)


def covered(context: Context) -> Covered:
    """Return whether it is said of every export how it was taken, on which day, and who approved the changes."""
    exports = tuple(_exports(context))
    if not exports:
        return nothing("エクスポートがない", "there are no exports")
    unknown = [export.path for _, export in exports if export.obtained is None]
    undated = [export.path for _, export in exports if export.as_of is None]
    if unknown:
        names = ", ".join(dict.fromkeys(unknown))
        return missing(
            f"来歴不明のエクスポート: {names} (obtained)", f"nobody says how these were taken: {names} (obtained)"
        )
    if undated:
        names = ", ".join(dict.fromkeys(undated))
        return missing(f"取得日のないエクスポート: {names} (as_of)", f"exports without a day: {names} (as_of)")
    if not any(one.kind is DocumentKind.CHANGE for one in context.site.documents.values()):
        return missing(
            "設定変更の承認の記録がない (documents に kind: change)",
            "there is no record of who approved changes (documents, kind: change)",
        )
    return ASKED


def _exports(context: Context) -> Iterator[tuple[TopologyDevice, Export]]:
    for device in context.site.devices.values():
        if device.responsibility is Responsibility.CITY and context.concerns_device(device.id):
            yield from ((device, export) for export in device.exports)
