"""The register itself lets mail or files pass between LGWAN tier and internet side past every sanitiser."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks import _sanitising as sanitising
from segcheck.checks._base import Context
from segcheck.checks._direct import direct
from segcheck.checks._services import FILES, MAIL, TCP
from segcheck.model.check import Check
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.register import Kind
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site_words import Tier

CHECK = Check(
    id="unsanitised-exchange",
    weight=Weight.CRITICAL,
    requirements=("LG-02", "LG-11", "LG-13"),
    title=("無害化を通らないメール・ファイルの登録", "Mail or files registered past every sanitiser"),
    message=(
        "台帳 {entry} ({kind}) は、無害化装置を通さずに {places} でメールまたはファイルの通信 {service} を認めている。通している規則: {rules} 件",
        "Register entry {entry} ({kind}) permits mail or file transfer ({service}) past every sanitiser: {places}. Rules that let it through: {rules}",
    ),
    why=(
        "台帳に載せても、無害化していないメールやファイルは安全にならない。二つ目のメール経路やファイル共有は、無害化装置の意味を失わせる。",
        "An entry does not make unsanitised mail and files safe: a second mail path or a share makes the sanitiser pointless.",
    ),
    fix=(
        "登録を廃止し、無害化装置を通る通信 (kind: sanitise) に置き換える。",
        "Retire the entry, and send it through a sanitiser (kind: sanitise).",
    ),
    wrong=(
        "相手が無害化装置そのもので、gateways に宣言していないとき。",
        "If the peer is a sanitiser that `gateways` does not name.",
    ),
    crosses=True,
)
OUTSIDE = frozenset((Tier.INTERNET, Tier.DMZ, Tier.SECURITY_CLOUD, Tier.PUBLIC, Tier.SCHOOL))
PORTS = {TCP: MAIL[TCP] | FILES[TCP]}


def covered(context: Context) -> Covered:
    """Return whether the site has an LGWAN tier and a side that it must be kept from."""
    tiers = {place.tier for place in context.network.places.values()}
    if Tier.LGWAN in tiers and tiers & OUTSIDE:
        return Covered(Coverage.ASKED)
    return Covered(Coverage.NOTHING_TO_ASK, ("LGWAN接続系のゾーンがない", "the site has no LGWAN tier"))


def find(context: Context) -> Iterator[Finding]:
    """Yield each entry in force that permits such a session in either direction, other than a sanitised one."""
    for one in direct(
        context,
        PORTS,
        lambda src, dst: Tier.LGWAN in (src, dst) and bool({src, dst} & OUTSIDE),
        lambda entry: entry.kind is not Kind.SANITISE,
    ):
        entry = one.entry
        inward = any(context.network.places[target].tier is Tier.LGWAN for _, target in one.pairs)
        zones = tuple(dict.fromkeys((context.zone_of(src), context.zone_of(dst)) for src, dst in one.pairs))
        rules = one.rules(context)
        mail = any(s.protocol == TCP and (s.ports is None or s.ports.meets(MAIL[TCP])) for s in entry.services)
        yield Finding(
            check=CHECK.id,
            weight=CHECK.weight if one.packets is not None else Weight.HIGH,
            standing=Standing.VIOLATED,
            basis=(Basis.RULES,),
            subject=entry.id,
            key=entry.id,
            src_zone=zones[0][0],
            dst_zone=zones[0][1],
            zones=zones,
            params=(
                ("entry", entry.id),
                ("kind", entry.kind.value),
                ("service", ", ".join(service.text for service in entry.services)),
                ("places", ", ".join(f"{src} → {dst}" for src, dst in one.pairs)),
                ("rules", str(len(rules))),
            ),
            packets=one.packets.boxes(8) if one.packets is not None else None,
            evidence=(sanitising.registered(entry), *rules),
            remedy=(
                f"台帳 {entry.id} を廃止し、無害化装置を通る通信に置き換える。",
                f"Retire register entry {entry.id} and send this traffic through a sanitiser.",
            ),
            requirements=(*(("LG-02",) if inward else ("LG-13",)), *(("LG-11",) if inward and mail else ())),
        )
