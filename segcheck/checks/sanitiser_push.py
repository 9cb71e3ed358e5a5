"""A file gateway pushes into the LGWAN tier, where its hosts should fetch."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks import _sanitising as sanitising
from segcheck.checks._base import Context
from segcheck.model.check import Check
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight
from segcheck.model.site_words import Method, Tier

CHECK = Check(
    id="sanitiser-push",
    weight=Weight.MEDIUM,
    requirements=("LG-02",),
    title=("無害化装置から LGWAN接続系への送り込み", "A sanitiser pushes into the LGWAN tier"),
    message=(
        "台帳 {entry} の {gateway} ({method}) は、{peer} へ自ら接続して {service} で送り込む。取り出し (pull) より弱い構成である。",
        "{gateway} ({method}) of register entry {entry} opens sessions to {peer} ({service}) and pushes: weaker than if hosts fetch.",
    ),
    why=(
        "装置から LGWAN接続系へ接続を開始できると、装置を乗っ取った者がそのまま中に入れる。",
        "If the gateway may open sessions into the LGWAN tier, whoever takes it over is inside.",
    ),
    fix=(
        "LGWAN接続系の端末が装置から取り出す構成にし、装置からの開始を閉じる。",
        "Let hosts of the LGWAN tier fetch from the gateway, and close what it opens itself.",
    ),
    wrong=(
        "gateways の leg の opener の書き誤り。",
        "If the opener of the leg is written wrongly.",
    ),
)
#: Methods whose files wait to be fetched; mail is pushed by its nature (domain.md §2.4).
FILES = (Method.FILE_CDR, Method.FILE_CHECK)


covered = sanitising.asked


def find(context: Context) -> Iterator[Finding]:
    """Yield each leg by which a gateway for files opens sessions into the LGWAN tier, once."""
    site = context.site
    for name, entries in sanitising.sanitisers(site, context.day).items():
        gateway = site.gateways[name]
        for leg in gateway.legs if gateway.method in FILES else ():
            using = [entry for entry in entries if leg.id in entry.legs]
            if leg.incoming or not leg.self_opens or not using:
                continue
            if Tier.LGWAN not in sanitising.tiers(context, (leg.peer,)):
                continue
            service = ", ".join(one.text for one in leg.services)
            yield Finding(
                check=CHECK.id,
                weight=CHECK.weight,
                standing=Standing.VIOLATED,
                basis=(Basis.RULES,),
                subject=f"{name} {leg.id}",
                key=f"{name}:{leg.id}",
                params=(
                    ("entry", ", ".join(entry.id for entry in using)),
                    ("gateway", name),
                    ("method", gateway.method.value),
                    ("peer", leg.peer.id),
                    ("service", service),
                ),
                evidence=(
                    ConfigEvidence(leg.span, f"leg {leg.id}"),
                    *(line for entry in using for line in sanitising.rules(context, entry, leg.id)),
                ),
                remedy=(
                    f"{leg.peer.id} から {name} へ取りに行く構成に変え、{name} から始まる {service} の規則を閉じる。",
                    f"Let {leg.peer.id} fetch from {name}, and close the rules for {service} that {name} opens.",
                ),
                requirements=CHECK.requirements,
            )
