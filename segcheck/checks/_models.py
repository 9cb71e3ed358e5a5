"""What is said of entries that the models in force do not know."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from segcheck.analysis.profiling import Profiling, Refusal, Why
from segcheck.model.check import Said
from segcheck.model.profile import Cell, Guideline
from segcheck.model.register import Kind, ProfileUse
from segcheck.model.requirement import Certainty
from segcheck.model.site_words import BUILT_IN_ZONES, Tier
from segcheck.sets.intervals import IntervalSet

#: Protocols of screen transfer by the names that recognisers give them.
SCREENS = frozenset(("rdp", "vnc", "ica"))
#: The tiers between which it is screen transfer; elsewhere the same protocol serves maintenance.
_VIEWING = frozenset((Tier.MYNUMBER, Tier.LGWAN, Tier.INTERNET))
#: Of what kinds an entry for traffic that goes by itself, through no sanitiser, can be.
_DIRECT = frozenset(Kind) - {Kind.SANITISE}


def forbidden(profiling: Profiling | None, src: str, dst: str, day: date, *, screen: bool = False) -> Said | None:
    """Return that the models in force let nobody register a session between two places, with the cell; None if somebody may.

    screen   it is screen transfer, of which the models say who views whose screens; a contractor's is maintenance
    """
    if profiling is None or not {*profiling.site.segments, *BUILT_IN_ZONES}.issuperset((src, dst)):
        return None
    opener, answerer = (profiling.places.at(name, IntervalSet.empty()) for name in (src, dst))
    screen = screen and {opener.tier, answerer.tier} <= _VIEWING
    direct = _DIRECT if Tier.SANITISE not in (opener.tier, answerer.tier) else frozenset(Kind)
    found = profiling.forbidding(opener, answerer, day, frozenset((Kind.SCREEN,)) if screen else direct)
    if found is None:
        return None
    profile, cell = found
    name, codes = profile.model.value, f"{cell.initiator.short} → {cell.responder.short}"
    head = f"{name} ({profile.guideline_edition})"
    what = ("画面転送", "screen transfer") if screen else ("通信", "traffic")
    if not screen and cell.kinds:
        what = ("無害化装置を経ない通信", "traffic that goes through no sanitiser")
    pointer = pointed(profiling.guideline, profile, cell)
    return (
        f"登録の有無によらず、適用するモデル {head} は {codes} の{what[0]}を認めない ({pointer})",
        f"Registered or not, the model in force, {head}, does not allow {what[1]} {codes} ({pointer})",
    )


def pointed(guideline: Guideline, profile: ProfileUse, cell: Cell) -> str:
    """Return the command that explains a cell."""
    edition = "" if profile.guideline_edition == guideline.newest else f"@{profile.guideline_edition}"
    return f"segcheck explain {profile.model.value}{edition}:{cell.initiator.short}:{cell.responder.short}"


def reason(guideline: Guideline, refusal: Refusal) -> Said:
    """Return why an entry must not exist there, with its cell; in a site with organs, by whose standard."""
    japanese, english = _reason(guideline, refusal)
    if refusal.organ is None:
        return japanese, english
    rule = refusal.cell.standard if refusal.cell is not None else ""
    return (
        f"{refusal.organ.title} の基準{f' {rule}' if rule else ''}による。{japanese}",
        f"by the standard of {refusal.organ.title}{f', {rule}' if rule else ''}: {english}",
    )


def _reason(guideline: Guideline, refusal: Refusal) -> Said:
    if refusal.profile is None:
        return (
            f"{refusal.place} と {refusal.peer} の間には、この日に適用するモデルが profiles にない",
            f"no profile holds on this day between {refusal.place} and {refusal.peer}",
        )
    model, edition = refusal.profile.model.value, refusal.profile.guideline_edition
    if refusal.why is Why.NO_EDITION or refusal.cell is None:
        return f"{edition} 版に {model} モデルはない", f"edition {edition} has no model {model}"
    codes = " → ".join(tier.short for tier in refusal.tiers)
    pointer = pointed(guideline, refusal.profile, refusal.cell)
    head_ja, head_en = f"{model} ({edition}) の {codes} ({pointer})", f"{model} ({edition}), {codes} ({pointer})"
    why_ja, why_en = (text.rstrip("。.") for text in refusal.cell.why)
    known = ", ".join(kind.value for kind in refusal.cell.kinds) or "-"
    match refusal.why:
        case Why.METHOD:
            return (
                f"{head_ja}: 無害化装置の方式がこの向きで認められない。{why_ja}",
                f"{head_en}: the method of its gateway is not accepted in this direction. {why_en}",
            )
        case Why.NEED:
            words = [_demand(guideline, refusal, number) for number in range(len(refusal.missing))]
            return (
                f"{head_ja}: " + "、".join(one[0] for one in words),
                f"{head_en}: " + "; ".join(one[1] for one in words),
            )
        case Why.OPTION:
            choice = guideline.choices[refusal.option]
            unsure = choice.certainty is Certainty.UNSURE
            ja = "options に書かれていない" if not refusal.stated else "options がこの通信を含まない"
            en = "is not stated in the options" if not refusal.stated else "does not include it"
            more_ja = " (ガイドラインから定まらないため、書くまで認めない)" if unsure and not refusal.stated else ""
            more_en = " (the guideline does not settle it: until stated, no)" if unsure and not refusal.stated else ""
            return (
                f"{head_ja}: {choice.id} ({choice.title[0]}) が {ja}{more_ja}",
                f"{head_en}: {choice.id} ({choice.title[1]}) {en}{more_en}",
            )
    return (
        f"{head_ja}: 登録できる種別は {known}。{why_ja}",
        f"{head_en}: kinds that may be registered: {known}. {why_en}",
    )


def _demand(guideline: Guideline, refusal: Refusal, number: int) -> Said:
    peers = ", ".join(sorted(one.value for one in refusal.peers))
    japanese, english = guideline.needs[refusal.missing[number]].demand
    return japanese.format(peers=peers), english.format(peers=peers)


def remedy(guideline: Guideline, refusals: Sequence[Refusal]) -> Said:
    """Return what to do about all of it, each thing once."""
    found: dict[Said, None] = {}
    for one in refusals:
        for said in _remedies(guideline, one):
            found.setdefault(said)
    return "".join(f"{ja}。" for ja, _ in found), " ".join(f"{en[:1].upper()}{en[1:]}." for _, en in found)


def _remedies(guideline: Guideline, refusal: Refusal) -> Sequence[Said]:
    match refusal.why:
        case Why.NO_MODEL:
            return [
                (
                    f"policy.yaml の profiles に、{refusal.place} と {refusal.peer} のモデルを日付とともに書く",
                    f"write into profiles of policy.yaml which model holds for {refusal.place} and {refusal.peer}, with its days",
                )
            ]
        case Why.NEED:
            return [guideline.needs[need].remedy for need in refusal.missing]
        case Why.OPTION:
            return [
                (
                    f"登録を廃止する。団体として認めるなら、policy.yaml の options に {refusal.option} を書く",
                    f"retire the entry or, if the city allows it, state {refusal.option} in the options of policy.yaml",
                )
            ]
        case Why.METHOD:
            return [
                (
                    "認められる方式の無害化装置を通すか、登録を廃止する",
                    "lead it through a gateway of an accepted method, or retire the entry",
                )
            ]
    return [
        (
            f"台帳 {refusal.entry} を廃止し、規則を削除する。移行中なら profiles の日付と範囲を確かめる",
            f"retire register entry {refusal.entry} and delete its rules; during a migration, see to days and segments of the profiles",
        )
    ]
