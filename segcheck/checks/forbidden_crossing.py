"""Packets cross between zones that no entry of the register permits, or may do so for all that could be read."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis.causes import Cause, Kind
from segcheck.analysis.crossings import Judged
from segcheck.checks._base import Context, crossing_requirements, crossing_weight, grouped, named
from segcheck.model.check import Check, Said
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, Finding, Weight

CHECK = Check(
    id="forbidden-crossing",
    weight=Weight.CRITICAL,
    requirements=("MN-01", "LG-01", "IN-01"),
    title=("台帳にない通信がゾーンを越えられる", "Unregistered traffic can cross between zones"),
    message=(
        "台帳にない通信がゾーンを越えられる。場所: {places}。通している規則: {rules}",
        "Traffic that nobody registered can cross: {places}. Let through by: {rules}",
    ),
    why=(
        "三層の分離・分割は、台帳に載せて承認した通信だけが越えることで成り立つ。載っていない通信路は、情報の持ち出しや侵入の経路になる。",
        "The tiers are apart only as long as nothing crosses but what was registered and approved. "
        "Any other way carries data out or attackers in.",
    ),
    fix=(
        "規則を削除するか、台帳に登録した範囲まで狭める。必要な通信であれば、先に台帳へ登録して承認を得る。",
        "Delete the rule or narrow it to what is registered. If the traffic is needed, register and approve it first.",
    ),
    wrong=(
        "トポロジーの経路や区画が実際と違うとき。実例のパケットを機器自身の確認コマンドで確かめる。",
        "If routes or segments of the topology are not the real ones: check the witness with the device's own lookup command.",
    ),
)


def find(context: Context) -> Iterator[Finding]:
    """Yield what surely crosses by rule line, then what possibly crosses by what is not known."""
    plain = (cause for cause in context.causes if cause.kind is Kind.PLAIN)
    yield from grouped(context, CHECK, plain, _remedy)
    undecided: dict[tuple[str, str, tuple[str, ...]], list[Judged]] = {}
    for pair in context.judgement.pairs:
        if pair.standing is Standing.UNDECIDED:
            why = tuple(doubt.id for doubt in pair.because)
            undecided.setdefault((pair.src.zone, pair.dst.zone, why), []).append(pair)
    for (src, dst, why), pairs in undecided.items():
        first = pairs[0]
        places = ", ".join(f"{one.src.id} → {one.dst.id}" for one in pairs[:4]) + (" …" if len(pairs) > 4 else "")
        yield Finding(
            check=CHECK.id,
            weight=crossing_weight(first.src.tier, first.dst.tier),
            standing=Standing.UNDECIDED,
            basis=(Basis.RULES,),
            subject=f"{src} → {dst}",
            key="because:" + "+".join(why),
            src_zone=src,
            dst_zone=dst,
            params=(("entry", ""), ("places", places), ("rules", ", ".join(why) or "-")),
            packets=first.forbidden_may.boxes(4),
            because=(*why, *(name for doubt in first.because for name in doubt.because)),
            remedy=(
                f"分からない点 ({', '.join(why)}) を無くす: 機器の設定を取得する、読めなかった行を確かめる、"
                "または責任者と期限を付けて前提を宣言する。",
                f"Remove what is not known ({', '.join(why)}): obtain the device's export, check the lines that were not read, "
                "or declare an assumption with an owner and a date.",
            ),
            requirements=crossing_requirements(first.src.tier, first.dst.tier),
        )


def _remedy(cause: Cause) -> Said:
    if not cause.statements:
        return (
            f"{cause.pair.src.id} から {cause.pair.dst.id} への経路上に通信を止める規則がない。境界にフィルターを置く。",
            f"Nothing filters on the way from {cause.pair.src.id} to {cause.pair.dst.id}: put a filter at the boundary.",
        )
    rules = named(cause.statements)
    return (
        f"{rules} のいずれかを削除するか、台帳に登録した送信元・宛先・サービスまで狭める。",
        f"Delete one of {rules}, or narrow it to the sources, destinations and services that are registered.",
    )
