"""A registered communication of the My Number tier passes through the internet tier on its way."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis.lookups import confirm
from segcheck.checks import _coverage, _entries
from segcheck.checks._base import Context
from segcheck.checks._registered import Used, permits, used
from segcheck.model.check import Check
from segcheck.model.finding import Basis, Finding, Weight, WitnessEvidence
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site_words import Tier

CHECK = Check(
    id="entry-via-internet",
    weight=Weight.CRITICAL,
    requirements=("SP-5", "SP-7", "MN-03", "MN-04"),
    title=("インターネット系を経由する特定通信", "A registered communication by way of the internet tier"),
    message=(
        "台帳 {entry} の通信は途中で {places} を通る。経路: {way}",
        "Register entry {entry} passes {places} on its way: {way}",
    ),
    why=(
        "マイナンバー利用事務系の通信がインターネット接続系を通れば、そこで読まれ、書き換えられ、外へ出る経路になる。",
        "In the internet tier the communication can be read and changed, and is a way out.",
    ),
    fix=(
        "経路を改め、インターネット接続系を通らないようにする。",
        "Change the routes so that it keeps out of the internet tier.",
    ),
    wrong=("経路や結線の宣言の誤り。", "If routes or links are declared wrongly."),
)
_FOREIGN = frozenset((Tier.INTERNET, Tier.DMZ, Tier.SECURITY_CLOUD, Tier.PUBLIC, Tier.SCHOOL, Tier.UNKNOWN))


def find(context: Context) -> Iterator[Finding]:
    """Yield each entry of the My Number tier of which some packet surely arrives past a place of the internet tier."""
    told = set()
    for one in used(context):
        if one.entry.id in told or not _entries.grave(context.network, one.entry):
            continue
        between = _between(context, one)
        if between:
            told.add(one.entry.id)
            yield _finding(context, one, between)


def covered(context: Context) -> Covered:
    """Return whether the ways of every such entry are known: those of which none surely arrives could not be followed."""
    mine = [one for one in _entries.in_force(context) if _entries.grave(context.network, one)]
    if not mine:
        return Covered(
            Coverage.NOTHING_TO_ASK,
            ("マイナンバー利用事務系の有効な登録がない。", "No entry in force touches the My Number tier."),
        )
    return _coverage.followed(context, mine)


def _between(context: Context, one: Used) -> list[str]:
    """Return the places of the internet tier on a way, its ends left out."""
    ends = {one.source.id, one.journey.delivered.id if one.journey.delivered is not None else ""}
    found: dict[str, None] = {}
    for hop in one.journey.hops:
        for interface in (hop.ingress, hop.egress):
            port = context.network.stations[hop.device].port(interface) if interface else None
            for name in port.places if port is not None else ():
                if name not in ends and context.network.places[name].tier in _FOREIGN:
                    found[name] = None
    return list(found)


def _finding(context: Context, one: Used, between: list[str]) -> Finding:
    way = " → ".join(hop.device for hop in one.journey.hops)
    places = _entries.listed(between)
    lines = [line for met in permits(context, one.journey) if (line := met.evidence) is not None]
    witness = WitnessEvidence(
        one.packet, one.source.id, one.minute, (one.journey,), confirm(context.network, (one.journey,))
    )
    return _entries.finding(
        CHECK,
        context.network,
        one.entry,
        "SP-5",
        "SP-7",
        worst=True,
        params=(("places", places), ("way", way)),
        evidence=(witness, *lines),
        basis=(Basis.RULES,),
        remedy=(
            f"台帳 {one.entry.id} の通信が {places} を通らないように経路を改める。",
            f"Change the routes so that register entry {one.entry.id} keeps out of {places}.",
        ),
    )
