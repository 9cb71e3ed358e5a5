"""Rules or interfaces refer to an object or list that the export does not define, or that is empty."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._base import Context
from segcheck.checks._hygiene import LINES, exports_read, some
from segcheck.model.check import Check
from segcheck.model.crossing import Standing
from segcheck.model.diagnostic import Code, Diagnostic
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight
from segcheck.model.result import Binding
from segcheck.model.source import Span

CHECK = Check(
    id="undefined-reference",
    weight=Weight.MEDIUM,
    requirements=("X-12",),
    title=("定義のない、または空のものへの参照", "References to what is not defined, or empty"),
    message=(
        "{device} の設定は、定義のない、または空のものを参照している: {names}",
        "The configuration of {device} refers to what is not defined, or empty: {names}",
    ),
    why=(
        "定義のないアクセスリストを適用したインターフェースは、多くの装置ですべてを通す。空のグループの意味は装置と版による。",
        "With most vendors an interface lets everything pass whose access list is not defined; what an empty group means "
        "depends on device and version.",
    ),
    fix=("名前の誤りを直すか、参照を外す。", "Mend the name, or take the reference away."),
    wrong=(
        "定義が別のファイルや管理サーバーにあり、設定情報に含まれていないとき。",
        "If it is defined in another file, or on a management server, and was not exported.",
    ),
)
covered = exports_read


def find(context: Context) -> Iterator[Finding]:
    """Yield, for each device, what its export refers to in vain."""
    for bound in context.bindings:
        station = context.network.stations.get(bound.device.id)
        if station is None or station.config is None or station.assumed:
            continue
        found = list(_vain(bound))
        if found:
            yield _finding(bound.device.id, found)


def _vain(bound: Binding) -> Iterator[tuple[Span, str]]:
    seen = set()
    told: list[Diagnostic] = [one for reading in bound.readings for one in reading.diagnostics]
    for one in told:
        params = dict(one.params)
        if one.code not in (Code.UNDEFINED_NAME, Code.EMPTY_GROUP) or one.span is None:
            continue
        place = one.span, f"{params.get('kind', '')} {params.get('name', '')}".strip()
        if place not in seen:
            seen.add(place)
            yield place


def _finding(device: str, found: list[tuple[Span, str]]) -> Finding:
    names = some([name for _, name in found])
    return Finding(
        check=CHECK.id,
        weight=CHECK.weight,
        standing=Standing.VIOLATED,
        basis=(Basis.RULES,),
        subject=device,
        key=f"{device}/{'+'.join(sorted({name for _, name in found}))}",
        params=(("device", device), ("names", names)),
        evidence=tuple(ConfigEvidence(span, name) for span, name in found[:LINES]),
        remedy=(
            f"{names} の綴りと定義の有無を確かめ、定義するか参照を外す。",
            f"Look whether {names} is spelt right and defined; define it, or take the reference away.",
        ),
        requirements=CHECK.requirements,
    )
