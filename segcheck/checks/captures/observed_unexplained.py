"""A capture shows a registered communication that was answered, though the exported rules stop it."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._seen import Seen, SeenContext, causes, finding, name_of, tapped
from segcheck.model.check import Check
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight
from segcheck.model.replay import Observed, Permitted, Ruling
from segcheck.model.requirement import Covered
from segcheck.sets.header import TCP

CHECK = Check(
    id="observed-unexplained",
    weight=Weight.HIGH,
    requirements=("SP-5", "MN-03", "X-12"),
    title=("規則が止めるはずの登録済みの通信に応答", "A registered communication is answered against the rules"),
    message=(
        "台帳 {entry} の {src} から {dst} への {service} は {deniers} の規則が止めるはずだが、応答を観測した。会話 {conversations}、{first} から {last} (日本時間)、地点 {taps}。",
        "{service} from {src} to {dst} of register entry {entry} should be stopped by the rules of {deniers}, yet it was answered. Conversations {conversations}, {first} to {last} (Japan), taps {taps}.",
    ),
    why=(
        "読んだ規則のほかに、通信を通す経路・機器・アドレス変換があるか、動いている設定が違う。",
        "Beside the rules that were read there is a way, a device or a translation that carries it, or another configuration runs.",
    ),
    fix=(
        "機器の今の設定を取り直し、図にない配線・機器・アドレス変換を探す。",
        "Take the device's configuration again, and look for cables, devices and translations that nobody declared.",
    ),
    wrong=(
        "エクスポートのあとで規則を変えたとき。キャプチャ地点の宣言が誤っているとき。",
        "If rules were changed after the export, or the tap stands elsewhere than declared.",
    ),
    unsure=(
        (
            "規則が止めるはずの登録済みの通信に応答 (エクスポートが古いか日付がない)",
            "A registered communication is answered against rules whose exports are old or undated",
        ),
        (
            "台帳 {entry} の {src} から {dst} への {service} は {deniers} の規則が止めるはずだが、応答を観測した。エクスポートの取得日 (as_of) が通信の日から {days} 日以内でないため、設定の変更か別の経路かは判定できない。会話 {conversations}、地点 {taps}。",
            "{service} from {src} to {dst} of register entry {entry} should be stopped by the rules of {deniers}, yet it was answered. No `as_of` within {days} days of the packets: whether rules changed or there is another way cannot be told. Conversations {conversations}, taps {taps}.",
        ),
    ),
    asks=Basis.CAPTURES,
)


def find(context: SeenContext) -> Iterator[Finding]:
    """Yield one finding for each entry and pair of places; what was seen behind those devices is `observed-bypass`."""
    for dated in (True, False):
        found = (one for one in context.seen if _against(one) and one.answer is not None and one.answer.dated is dated)
        for cause in causes(found, by_entry=True):
            answers = [one.answer for one in cause.members if one.answer is not None]
            deniers = sorted({device for answer in answers for device in answer.deniers})
            names = ", ".join(deniers)
            exports = [export for device in deniers for export in context.site.devices[device].exports]
            yield finding(
                CHECK,
                context,
                cause,
                (
                    f"{names} の今の設定を取り直して比べ、{names} を通らない経路を探す。",
                    f"Take the configuration of {names} again and compare, and look for ways that do without {names}.",
                ),
                weight=CHECK.weight,
                standing=Standing.VIOLATED if dated else Standing.UNDECIDED,
                rules=True,
                because=() if dated else tuple(f"stale-export:{device}" for device in deniers),
                params={"deniers": names, "days": str(context.join.valid_days)},
                evidence=tuple(ConfigEvidence(one.span, f"{one.path} ({one.as_of or '-'})") for one in exports),
                key=f"{cause.about}:{name_of(cause.first.src)}>{name_of(cause.first.dst)}",
                breaks=("SP-5",),
            )


def covered(context: SeenContext) -> Covered:
    """Return NO_INPUT where no tap was named: without a place nobody can say which way it went."""
    return tapped(context)


def _against(one: Seen) -> bool:
    """Return whether a registered communication was answered, though rules that were read stop it."""
    sighting, answer = one.sighting, one.answer
    if answer is None or sighting.ruling is not Ruling.REGISTERED or not sighting.entry or answer.behind:
        return False
    answered = sighting.observed in (Observed.BOTH, Observed.ANSWERED)
    if sighting.observed is Observed.ONE_WAY:  # payload needs a session that the other end took up
        answered = sighting.proto == TCP and not sighting.fragment
    return answered and answer.permitted is Permitted.NO and bool(answer.deniers)
