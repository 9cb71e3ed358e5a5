"""A capture shows traffic behind devices whose rules stop it."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._seen import SHOWN, Cause, Seen, SeenContext, finding, name_of, service_of, tapped
from segcheck.model.check import Check
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight
from segcheck.model.replay import Outcome
from segcheck.model.requirement import Covered

CHECK = Check(
    id="observed-bypass",
    weight=Weight.HIGH,
    requirements=("MN-01", "LG-01"),
    title=("規則が止めるはずの通信を、その先で観測", "Traffic was seen behind devices whose rules stop it"),
    message=(
        "{deniers} の規則が止めるはずの通信を、その先の地点 {taps} で観測した: {what_ja}。会話 {conversations}、パケット {packets}、{first} から {last} (日本時間)。",
        "Traffic that the rules of {deniers} stop was seen behind it, at tap {taps}: {what_en}. Conversations {conversations}, packets {packets}, {first} to {last} (Japan).",
    ),
    why=(
        "読んだ規則に反して届いている。図にない経路・機器があるか、動いている設定が違う。",
        "It arrives against the rules that were read: there is a way or a device that nobody declared, or another configuration runs.",
    ),
    fix=(
        "機器の今の設定を取り直し、図にない配線・機器・アドレス変換を探す。",
        "Take the device's configuration again, and look for cables, devices and translations that nobody declared.",
    ),
    wrong=(
        "キャプチャ地点の宣言が誤っているとき。その後に設定を変えたとき。",
        "If the tap stands elsewhere than declared, or the configuration was changed in between.",
    ),
    unsure=(
        (
            "規則が止めるはずの通信を観測 (エクスポートが古いか日付がない)",
            "Seen behind devices whose exports are old or undated",
        ),
        (
            "{deniers} の規則が止めるはずの通信を、その先の地点 {taps} で観測した: {what_ja}。エクスポートの取得日 (as_of) が通信の日から {days} 日以内でないため、設定の変更か抜け道かは判定できない。会話 {conversations}。",
            "Traffic that the rules of {deniers} stop was seen behind it, at tap {taps}: {what_en}. No `as_of` within {days} days of the packets: whether rules changed or there is a way round cannot be told. Conversations {conversations}.",
        ),
    ),
    crosses=True,
    asks=Basis.CAPTURES,
)


def find(context: SeenContext) -> Iterator[Finding]:
    """Yield one finding for each set of devices that were bypassed; undecided where their exports may be out of date."""
    groups: dict[tuple[bool, tuple[str, ...]], list[Seen]] = {}
    for one in context.seen:
        if one.answer is not None and one.answer.behind and one.answer.outcome is Outcome.BYPASS:
            groups.setdefault((one.answer.dated, tuple(sorted(one.answer.deniers))), []).append(one)
    for (dated, deniers), members in sorted(groups.items(), key=lambda item: (not item[0][0], item[0][1])):
        names = ", ".join(deniers)
        whats = dict.fromkeys(
            f"{name_of(one.sighting.src)} → {name_of(one.sighting.dst)} {service_of(one.sighting)}" for one in members
        )
        what = ", ".join([*whats][:SHOWN]) + (", ..." if len(whats) > SHOWN else "")
        exports = [export for name in deniers for export in context.site.devices[name].exports]
        lines = tuple(ConfigEvidence(export.span, f"{export.path} ({export.as_of or '-'})") for export in exports)
        remedy = (
            f"{names} の今の設定を取り直して比べ、{names} を通らない経路を探す。",
            f"Take the configuration of {names} again and compare, and look for ways that do without {names}.",
        )
        yield finding(
            CHECK,
            context,
            Cause(tuple(members), what, names),
            remedy,
            weight=Weight.CRITICAL if dated else Weight.HIGH,
            standing=Standing.VIOLATED if dated else Standing.UNDECIDED,
            rules=True,
            because=() if dated else tuple(f"stale-export:{name}" for name in deniers),
            params={"deniers": names, "what_ja": what, "what_en": what, "days": str(context.join.valid_days)},
            evidence=lines,
            key=names,
        )


def covered(context: SeenContext) -> Covered:
    """Return NO_INPUT where no tap was named: without a place nobody can say which way it went."""
    return tapped(context)
