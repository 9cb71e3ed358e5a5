"""Printers that tiers share which must not, or without keeping them apart (複合機)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from segcheck.checks._base import Context
from segcheck.checks._sharing import documented, shared
from segcheck.model.check import Check
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.requirement import Covered
from segcheck.model.site_words import EquipmentKind, Tier

CHECK = Check(
    id="shared-printer",
    weight=Weight.HIGH,
    requirements=("MN-14", "X-06"),
    title=("系統をまたいで共用する複合機", "A printer that tiers share"),
    message=(
        "複合機 {subject} が、共用してはならない系統にまたがるか、分離されていない。{facts}",
        "Printer {subject} spans tiers that must not share it, or does not keep them apart. {facts}",
    ),
    why=(
        "スキャンの保存先や宛名の参照を通じて、二つのゾーンがつながる。",
        "By scan targets and address lookups it joins two zones.",
    ),
    fix=(
        "マイナンバー利用事務系の複合機を専用にし、その他の共用は NIC などで分離して文書にする。",
        "Give the My Number tier printers of its own; keep other sharing apart and document how.",
    ),
    wrong=("zones の書き誤り。", "If `zones` is a slip."),
    reads=(Basis.ATTRIBUTES,),
)
KINDS = (EquipmentKind.PRINTER,)


def find(context: Context) -> Iterator[Finding]:
    """Yield printers of My Number and internet side, and those that are declared not to keep their zones apart."""
    yield from shared(context, CHECK, KINDS, mynumber=("MN-14", "X-06"), others=("X-06",))


def covered(context: Context) -> Mapping[str, Covered]:
    """Return whether printers are declared, with how they keep zones apart and the document that says so.

    MN-14 is about those that the My Number tier shares.
    """
    return {"MN-14": documented(context, KINDS, Tier.MYNUMBER), "X-06": documented(context, KINDS)}
